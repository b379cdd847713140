"""Gates, ways and areas closed and opened; what would be if; and the history of a gate."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import Principal, may
from api.deps import DatabaseDep, NowDep, SettingsDep, WorkDep
from api.errors import Responses
from api.once import OptionalKeyDep, Reply, once
from api.plain import plain
from api.roles import Action
from logistics.domain.closures import Closure
from logistics.store import runs

router = APIRouter(prefix="/api/v1", tags=["closures"])

Reads = Annotated[Principal, Depends(may(Action.RUN_READ))]
States = Annotated[Principal, Depends(may(Action.RUN_STEP))]
Mode = Literal["foot", "trolley", "ebike", "tricycle", "van"]
Names = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=100)]


class _Span(BaseModel):
    model_config = ConfigDict(extra="forbid")
    since: Annotated[AwareDatetime, Field(examples=["2026-04-13T09:00:00+08:00"])]
    until: Annotated[AwareDatetime | None, Field(description="Without it: while it lasts")] = None
    reason: Annotated[str, Field(max_length=500)] = ""


class ClosureIn(_Span):
    """What is closed from when to when, and for whom."""

    kind: Literal["gate", "way", "area"]
    target: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            description="Code of a gate, id or name of a way, or what the area is called",
        ),
    ]
    area: Annotated[
        dict[str, Any] | None, Field(description="GeoJSON polygon in WGS 84, for an area")
    ] = None
    modes: Annotated[list[Mode], Field(description="None: all")] = []
    except_permits: Annotated[Names, Field(description="Who holds one of them passes")] = []


class LiftIn(_Span):
    """From when on it is open again, for good or until another instant."""


class ClosuresOut(BaseModel):
    """Closures, each with the code of its gate."""

    closures: list[dict[str, Any]]


class GateHistoryOut(BaseModel):
    """A gate as its map has it, and all that was closed and opened there."""

    code: str
    gate: str
    open_on_map: bool
    closures: list[dict[str, Any]]
    pieces: list[dict[str, Any]] = Field(description="What of them is or was in force")
    lifts: list[dict[str, Any]]


class WhatIfIn(BaseModel):
    """What to suppose, and whether to plan again."""

    model_config = ConfigDict(extra="forbid")
    close_gates: Names = []
    close_ways: Names = []
    close_areas: Annotated[list[dict[str, Any]], Field(max_length=20)] = []
    modes: Annotated[list[Mode], Field(description="Whom the closures stop; none: all")] = []
    zones: Annotated[
        dict[str, str], Field(description="Zone by place", examples=[{"KX-07": "sealed"}])
    ] = {}
    couriers: Annotated[str, Field(max_length=16, examples=["-20%"])] = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    plan: bool = False
    time_limit_s: Annotated[float, Field(ge=1, le=600)] = 30.0
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1


class WhatIfOut(BaseModel):
    """What would be touched, and both plans side by side where one was made."""

    run: str
    plan_id: str | None
    away: list[str] = Field(description="Codes of the couriers that stay away")
    effects: dict[str, list[dict[str, Any]]]
    notices: list[dict[str, Any]]
    before: dict[str, int] | None
    after: dict[str, int] | None
    moved: list[dict[str, Any]]


@router.get(
    "/districts/{district}/closures", summary="List closures", responses=Responses.of(404, 422)
)
def listed(
    *,
    district: str,
    _: Reads,
    work: WorkDep,
    at: Annotated[
        AwareDatetime | None, Query(description="In force at this instant; without it all")
    ] = None,
) -> ClosuresOut:
    """List the closures of gates, ways and areas."""
    from logistics.usecases.close_ground import closures_at  # noqa: PLC0415  reads maps

    found = work.read(lambda s: closures_at(s, runs.district_id(s, district), at))
    return ClosuresOut(closures=[plain(one) | {"code": code} for one, code in found])


@router.post(
    "/districts/{district}/closures",
    status_code=201,
    response_model=ClosuresOut,
    summary="Close a gate, a way or an area",
    responses=Responses.of(404, 409, 422),
)
def close(
    *, district: str, body: ClosureIn, who: States, key: OptionalKeyDep, work: WorkDep, at: NowDep
) -> JSONResponse:
    """Close a gate, all ways of an id or name, or an area."""
    from logistics.exchange.areas import area_of  # noqa: PLC0415  as above
    from logistics.usecases import close_ground  # noqa: PLC0415  as above

    wish = close_ground.Wish(
        since=body.since,
        until=body.until,
        modes=tuple(body.modes),
        permits=tuple(body.except_permits),
        reason=body.reason,
    )
    shape = area_of(body.area or {}, source="area") if body.kind == "area" else ()

    def deed(session: Session) -> Reply:
        area = runs.district_id(session, district)
        made: tuple[Closure, ...]
        if body.kind == "way":
            made = close_ground.close_ways(
                session, area, body.target, wish, actor=who.actor, at=at
            )
        elif body.kind == "gate":
            made = (
                close_ground.close_gate(session, area, body.target, wish, actor=who.actor, at=at),
            )
        else:
            made = (
                close_ground.close_area(
                    session, area, body.target, shape, wish, actor=who.actor, at=at
                ),
            )
        return Reply({"closures": [plain(one) | {"code": body.target} for one in made]}, 201)

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/districts/{district}/closures",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.post(
    "/districts/{district}/closures/{closure_id}/lift",
    response_model=ClosuresOut,
    summary="Open one closure",
    responses=Responses.of(404, 409, 422),
)
def lift(
    *,
    district: str,
    closure_id: str,
    body: LiftIn,
    who: States,
    key: OptionalKeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """End one closure at an instant, or pause it until another."""
    from logistics.usecases import close_ground  # noqa: PLC0415  as above

    wish = close_ground.Wish(since=body.since, until=body.until, reason=body.reason)

    def deed(session: Session) -> Reply:
        area = runs.district_id(session, district)
        one = close_ground.lift_closure(session, area, closure_id, wish, actor=who.actor, at=at)
        return Reply({"closures": [plain(one)]})

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/districts/{district}/closures/{closure_id}/lift",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.post(
    "/districts/{district}/gates/{gate}/open",
    response_model=ClosuresOut,
    summary="Open a gate",
    responses=Responses.of(404, 409, 422),
)
def open_gate(
    *,
    district: str,
    gate: str,
    body: LiftIn,
    who: States,
    key: OptionalKeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """End every closure of a gate at an instant, or pause them until another."""
    from logistics.usecases import close_ground  # noqa: PLC0415  as above

    wish = close_ground.Wish(since=body.since, until=body.until, reason=body.reason)

    def deed(session: Session) -> Reply:
        area = runs.district_id(session, district)
        lifted = close_ground.open_gate(session, area, gate, wish, actor=who.actor, at=at)
        return Reply({"closures": [plain(one) | {"code": gate} for one in lifted]})

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/districts/{district}/gates/{gate}/open",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.get(
    "/districts/{district}/gates/{gate}/history",
    summary="Tell a gate's closures",
    responses=Responses.of(404),
)
def gate_history(district: str, gate: str, _: Reads, work: WorkDep) -> GateHistoryOut:
    """Tell all that was ever closed and opened at a gate."""
    from logistics.usecases import close_ground  # noqa: PLC0415  as above

    found = work.read(lambda s: close_ground.gate_history(s, runs.district_id(s, district), gate))
    return GateHistoryOut.model_validate(plain(found))


@router.post(
    "/runs/{run_id}/what-if",
    tags=["runs"],
    summary="Ask what would be if",
    responses=Responses.of(404, 409, 422),
)
def suppose(
    *, run_id: str, body: WhatIfIn, _: States, database: DatabaseDep, settings: SettingsDep
) -> WhatIfOut:
    """Tell which drops, trips and points would be touched; on wish plan again. Stores nothing."""
    # the solver takes seconds to load: only who plans waits for it
    from logistics.exchange.areas import area_of  # noqa: PLC0415
    from logistics.usecases.what_if import Wish, what_if  # noqa: PLC0415

    wish = Wish(
        gates=tuple(body.close_gates),
        ways=tuple(body.close_ways),
        areas=tuple(area_of(area, source="close_areas") for area in body.close_areas),
        zones=tuple(body.zones.items()),
        couriers=body.couriers,
        modes=tuple(body.modes),
        since=body.since,
        until=body.until,
    )
    found = what_if(
        database,
        run_id,
        wish,
        plan_again=body.plan,
        time_limit_s=min(body.time_limit_s, settings.solve_limit_s),
        seed=body.seed,
    )
    return WhatIfOut.model_validate(plain(found))
