"""What planners look at: a run's report as a page, and what fewer faces would cost."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import Principal, may
from api.deps import DatabaseDep, SettingsDep, WorkDep
from api.errors import Responses
from api.i18n import Language, negotiate
from api.pages.choices import KeptChoices
from api.pages.fairness import keep_missing
from api.plain import plain
from api.roles import Action
from logistics.exchange.run_report import run_report
from logistics.store import plans, runs
from logistics.usecases.draw_report_map import report_map
from logistics.usecases.report_run import report_run

router = APIRouter(prefix="/api/v1", tags=["runs"])

Reads = Annotated[Principal, Depends(may(Action.RUN_READ))]
Steps = Annotated[Principal, Depends(may(Action.RUN_STEP))]
Lang = Annotated[Language | None, Query(description="Instead of Accept-Language")]

# The report brings its styles and drawings along and asks nobody for anything.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class FrontierIn(BaseModel):
    """How long to look, for how many plans, from which seed."""

    model_config = ConfigDict(extra="forbid")
    time_limit_s: Annotated[float, Field(ge=1, le=600)] = 30.0
    points: Annotated[int, Field(ge=2, le=20)] = 6
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1


class FrontierOut(BaseModel):
    """Plans from least travel to fewest faces; `price_s` is the travel for each face less."""

    run: str
    plan_id: str
    choices: list[dict[str, Any]]


@router.post(
    "/runs/{run_id}/frontier",
    summary="Weigh travel against faces",
    responses=Responses.of(404, 422),
)
def weigh(
    *,
    run_id: str,
    _: Steps,
    request: Request,
    database: DatabaseDep,
    work: WorkDep,
    settings: SettingsDep,
    body: FrontierIn | None = None,
) -> FrontierOut:
    """Find plans from least travel to fewest faces, for the report to show.

    The run keeps its plan. What was found is kept by this process until the run is planned again
    or the service starts anew.
    """
    # the solver takes seconds to load: only who plans waits for it
    from logistics.usecases.weigh_plans import weigh_plans  # noqa: PLC0415

    wish = body or FrontierIn()
    weighed = weigh_plans(
        database,
        run_id,
        time_limit_s=min(wish.time_limit_s, settings.solve_limit_s),
        points=wish.points,
        seed=wish.seed,
    )
    kept: KeptChoices = request.app.state.choices
    kept.keep(weighed.plan_id, weighed.choices)
    run = work.read(lambda session: runs.get(session, run_id))
    return FrontierOut(run=run.code, plan_id=weighed.plan_id, choices=plain(weighed.choices.rows))


@router.get(
    "/runs/{run_id}/report",
    response_class=HTMLResponse,
    summary="The run's report as a page",
    responses=Responses.of(404),
)
def report(
    *,
    run_id: str,
    _: Reads,
    request: Request,
    database: DatabaseDep,
    work: WorkDep,
    settings: SettingsDep,
    lang: Lang = None,
) -> HTMLResponse:
    """Show the run from its lists to its couriers, with the plans to choose from if weighed."""
    language = lang or negotiate(request.headers.get("accept-language"), settings.language)
    keep_missing(work, run_id)
    found = work.read(lambda session: report_run(session, run_id))
    kept: KeptChoices = request.app.state.choices
    plan_id = work.read(lambda session: _plan_id(session, run_id))
    html = run_report(
        found,
        map_svg=report_map(database, found, language),
        choices=kept.of(plan_id),
        language=language,
    )
    headers = {
        "Content-Security-Policy": _POLICY,
        "Content-Language": "zh-Hans" if language == "zh" else "en",
        "Cache-Control": "no-store",
        "Vary": "Accept-Language",
    }
    return HTMLResponse(html, headers=headers)


def _plan_id(session: Session, run_id: str) -> str | None:
    try:
        return plans.current(session, runs.get(session, run_id).id).id
    except plans.PlanUnknown:
        return None  # a report may be read before there is a plan
