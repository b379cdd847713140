"""What anyone may see: the welcome page, its map, and a household's own page by its link."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from api.deps import SettingsDep, WorkDep
from api.i18n import Language, negotiate
from api.pages.maps import MapDrawer
from api.pages.render import page
from logistics.domain.places import District
from logistics.domain.runs import Run, RunState
from logistics.store import places, runs
from logistics.usecases.show_run import show_run

router = APIRouter(tags=["pages"])

Lang = Annotated[Language | None, Query(description="Instead of Accept-Language")]


@router.get("/", response_class=HTMLResponse, summary="The run at a glance")
def welcome(
    request: Request, work: WorkDep, settings: SettingsDep, lang: Lang = None
) -> HTMLResponse:
    """Show the newest run's state, its totals and its map: no zones, nothing of any household."""
    language = lang or negotiate(request.headers.get("accept-language"), settings.language)
    newest = work.read(_newest)
    if newest is None:
        return page("welcome.html", language, run=None, map=None)
    glance = work.read(lambda session: _glance(session, *newest))
    drawer: MapDrawer = request.app.state.maps
    drawing = drawer.draw(newest[1].folder, newest[1].source_digest, language)
    return page("welcome.html", language, run=glance, map=drawing)


def _newest(session: Session) -> tuple[Run, District] | None:
    newest = runs.latest(session, 1)
    return (newest[0], places.district(session, newest[0].district_id)) if newest else None


def _glance(session: Session, run: Run, district: District) -> dict[str, Any]:
    order = list(RunState)
    now = order.index(run.state)
    return {
        "code": run.code,
        "day": run.day.isoformat(),
        "district": district.name,
        "synthetic": district.synthetic,
        "attribution": district.attribution,
        "states": [
            {"code": state.value, "place": _place(number, now)}
            for number, state in enumerate(order)
        ],
        "counts": _counts(session, run),
    }


def _place(number: int, now: int) -> str:
    if number == now:
        return "now"
    return "done" if number < now else "to-come"


def _counts(session: Session, run: Run) -> list[tuple[str, int]]:
    view = show_run(session, run.id, brief=True)
    counts = {
        "lists": sum(n for state, n in view.lists.items() if state != "cancelled"),
        "lines": view.accepted_lines,
        "triage": view.triage.get("open", 0),
        "orders": len(view.orders),
        "bags": view.bags,
        "trips": view.trips,
        "couriers": view.couriers,
        "unserved": sum(view.bags_unserved.values()),
    }
    begun = list(RunState).index(run.state)
    known = [name for name, since in _KNOWN_FROM.items() if begun >= list(RunState).index(since)]
    return [(name, counts[name]) for name in known]


_KNOWN_FROM = {
    "lists": RunState.OPEN,
    "lines": RunState.OPEN,
    "triage": RunState.OPEN,
    "orders": RunState.ORDERED,
    "bags": RunState.PACKED,
    "trips": RunState.PLANNED,
    "couriers": RunState.PLANNED,
    "unserved": RunState.PLANNED,
}
