"""The supply desk: a run at a glance as data, and its pages."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.auth import Principal, may, may_within
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.i18n import Language
from api.pages import desk_views
from api.pages.fairness import fairness_of
from api.pages.render import page
from api.plain import plain
from api.readers import reader_language
from api.roles import Action
from api.routes.runs import RunOut
from logistics.store import desk, places
from logistics.usecases.show_desk import show_desk

router = APIRouter(prefix="/api/v1", tags=["runs"])
pages = APIRouter(tags=["pages"])

Sees = Annotated[Principal, Depends(may(Action.DESK_PAGE))]
Comes = Annotated[Principal, Depends(may_within(Action.DESK_PAGE))]
Doubts = Annotated[Principal, Depends(may(Action.TRIAGE_READ))]
Shares = Annotated[Principal, Depends(may(Action.SHARE_READ))]
Plans = Annotated[Principal, Depends(may(Action.PLAN_READ))]


class DeskOut(BaseModel):
    """A run at a glance: counts by what and state, and what waits for a decision, urgent first."""

    run: RunOut
    households: int
    asking: int
    counts: dict[str, dict[str, int]]
    lines: dict[str, int]
    plan_id: str | None
    plan_state: str | None
    figures: dict[str, Any]
    decisions: list[dict[str, Any]]
    next_step: str | None


@router.get("/runs/{run_id}/desk", summary="A run at a glance", responses=Responses.of(404))
def glance(run_id: str, _: Sees, work: WorkDep) -> DeskOut:
    """Count a run by states, and say what waits for a decision and where it is made."""
    view = work.read(lambda session: show_desk(session, run_id))
    said = plain(view) | {"run": RunOut.of(view.run).model_dump(mode="json")}
    for one in said["decisions"]:
        one["link"] = desk_views.path_of(view.run.code, one["tab"])
    return DeskOut.model_validate(said)


@pages.get(
    "/desk", response_class=HTMLResponse, summary="The supply desk", responses=Responses.of()
)
def home(request: Request, who: Comes, work: WorkDep, at: NowDep) -> HTMLResponse:
    """List the runs of who asks, newest first, and open a new one."""

    def read(session: Session) -> dict[str, Any]:
        found = desk.runs_of(session, who.districts)
        areas = [
            one
            for one in places.districts(session)
            if who.districts is None or one.id in who.districts
        ]
        zone = ZoneInfo(areas[0].zone_name) if areas else UTC
        local = at.astimezone(zone)
        return {
            "runs": [desk_views.run_row(run, areas) for run in found],
            "districts": [one.name for one in areas],
            "tomorrow": (local.date() + timedelta(days=1)).isoformat(),
            "cutoff": datetime.combine(local.date(), datetime.min.time())
            .replace(hour=20)
            .isoformat(timespec="minutes"),
            "zone": str(zone),
        }

    language = reader_language(request, who)
    values = work.read(read)
    return page(
        "desk/home.html",
        language,
        who=who,
        may=desk_views.may(who),
        offset=datetime.now(ZoneInfo(values["zone"])).isoformat()[-6:],
        **values,
    )


def _tab(
    request: Request, who: Principal, work: WorkDep, run_id: str, tab: str, **more: Any
) -> HTMLResponse:
    """Show one tab of a run; what all tabs have is read here."""
    language = reader_language(request, who)

    def read(session: Session) -> dict[str, Any]:
        view = show_desk(session, run_id)
        area = places.district(session, view.run.district_id)
        return desk_views.head(view, area, who, tab) | _of_tab(
            session, view, tab, language, more.get("query", {})
        )

    values = work.read(read)
    values.update({name: value for name, value in more.items() if name != "query"})
    return page(f"desk/{tab}.html", language, who=who, private=True, **values)


def _of_tab(
    session: Session, view: Any, tab: str, language: Language, query: dict[str, str]
) -> dict[str, Any]:
    made = desk_views.TABS.get(tab)
    return {} if made is None else made(session, view, language, query)


def _query(request: Request) -> dict[str, str]:
    return {name: value[:200] for name, value in request.query_params.items()}


@pages.get(
    "/desk/runs/{run_id}",
    response_class=HTMLResponse,
    summary="The desk: a run at a glance",
    responses=Responses.of(404),
)
def overview(run_id: str, request: Request, who: Sees, work: WorkDep) -> HTMLResponse:
    """Show counts, what waits for a decision, the next step, and the map."""
    return _tab(request, who, work, run_id, "overview")


@pages.get(
    "/desk/runs/{run_id}/triage",
    response_class=HTMLResponse,
    summary="The desk: what was not understood",
    responses=Responses.of(404),
)
def triage(run_id: str, request: Request, who: Doubts, work: WorkDep) -> HTMLResponse:
    """Show the open entries with what they may mean."""
    return _tab(request, who, work, run_id, "triage", query=_query(request))


@pages.get(
    "/desk/runs/{run_id}/orders",
    response_class=HTMLResponse,
    summary="The desk: orders",
    responses=Responses.of(404),
)
def orders(run_id: str, request: Request, who: Sees, work: WorkDep) -> HTMLResponse:
    """Show the ways to order, or the orders and their pick lists."""
    return _tab(request, who, work, run_id, "orders")


@pages.get(
    "/desk/runs/{run_id}/receiving",
    response_class=HTMLResponse,
    summary="The desk: receiving",
    responses=Responses.of(404),
)
def receiving(run_id: str, request: Request, who: Sees, work: WorkDep) -> HTMLResponse:
    """Count what came of each order, and decide about lots."""
    return _tab(request, who, work, run_id, "receiving")


@pages.get(
    "/desk/runs/{run_id}/sharing",
    response_class=HTMLResponse,
    summary="The desk: sharing out",
    responses=Responses.of(404),
)
def sharing(run_id: str, request: Request, who: Shares, work: WorkDep) -> HTMLResponse:
    """Show how full lists are, how fairly, why lines are short, and set rations."""
    return _tab(request, who, work, run_id, "sharing", query=_query(request))


@pages.get(
    "/desk/runs/{run_id}/sharing/fairness",
    response_class=HTMLResponse,
    summary="The desk: how fair the sharing is",
    responses=Responses.of(404),
)
def fairness(run_id: str, request: Request, who: Shares, work: WorkDep) -> HTMLResponse:
    """Give the fairness chart and its table as a part of the page."""
    language = reader_language(request, who)
    _, report = fairness_of(work, run_id)
    chart = desk_views.fairness(report, language)
    return page("desk/fairness.html", language, who=who, private=True, fairness=chart)


@pages.get(
    "/desk/runs/{run_id}/packing",
    response_class=HTMLResponse,
    summary="The desk: packing",
    responses=Responses.of(404),
)
def packing(run_id: str, request: Request, who: Plans, work: WorkDep) -> HTMLResponse:
    """Show how far packing is at each point and shelf."""
    return _tab(request, who, work, run_id, "packing")


@pages.get(
    "/desk/runs/{run_id}/plan",
    response_class=HTMLResponse,
    summary="The desk: the plan",
    responses=Responses.of(404),
)
def plan(run_id: str, request: Request, who: Plans, work: WorkDep) -> HTMLResponse:
    """Show who goes where when, what is left out and why, and change it."""
    return _tab(request, who, work, run_id, "plan", query=_query(request))


@pages.get(
    "/desk/runs/{run_id}/what-if",
    response_class=HTMLResponse,
    summary="The desk: what if",
    responses=Responses.of(404),
)
def what_if(run_id: str, request: Request, who: Plans, work: WorkDep) -> HTMLResponse:
    """Suppose a closed gate, fewer couriers or another zone, and see both plans side by side."""
    return _tab(request, who, work, run_id, "what-if")


@pages.get(
    "/desk/runs/{run_id}/report",
    response_class=HTMLResponse,
    summary="The desk: report and papers",
    responses=Responses.of(404),
)
def report(run_id: str, request: Request, who: Sees, work: WorkDep) -> HTMLResponse:
    """Link the report, sheets and tables of the run."""
    return _tab(request, who, work, run_id, "report")
