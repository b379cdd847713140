"""What anyone may see: the welcome page, its map, and a household's own page by its link."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, HTMLResponse
from sqlalchemy.orm import Session

from api.assets_folder import page_font
from api.auth import NotAllowed, principal_of
from api.deps import NowDep, SettingsDep, WorkDep
from api.errors import Responses
from api.i18n import Language, negotiate
from api.pages.maps import MapDrawer
from api.pages.render import page
from api.roles import Action, Role
from logistics.domain.lists import HouseholdList
from logistics.domain.places import District
from logistics.domain.runs import Run, RunState
from logistics.errors import NotFound
from logistics.store import lists, places, runs
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


@router.get(
    "/h/{token}",
    response_class=HTMLResponse,
    summary="A household's page, by its personal link",
    responses=Responses.of(),
)
def household(
    *,
    token: str,
    request: Request,
    work: WorkDep,
    settings: SettingsDep,
    at: NowDep,
    lang: Lang = None,
) -> HTMLResponse:
    """Show a household its own lists; the link is its secret and opens nothing else."""
    who = principal_of(work, token, at)
    if who.role is not Role.HOUSEHOLD or who.household_code is None:
        raise NotAllowed(role=who.role.value, action=Action.LIST_READ.value)
    code = who.household_code

    def read(session: Session) -> list[HouseholdList]:
        return list(lists.of_household(session, None, code))

    language = lang or negotiate(request.headers.get("accept-language"), settings.language)
    found = work.read(read)
    return page("household.html", language, private=True, household=code, lists=found[::-1])


@router.get("/assets/noto-sans-sc.ttf", include_in_schema=False)
def font() -> FileResponse:
    """Give the pages' font; a browser asks for it only where the device has none."""
    path = page_font()
    if not path.is_file():
        raise NotFound
    headers = {"Cache-Control": "public, max-age=604800"}
    return FileResponse(path, media_type="font/ttf", headers=headers)


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
    view = show_run(session, run.id)
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
