"""The point team's phone: which bags to pack, what goes into each, packed, sealed, short."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import Principal, may
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.once import KeyDep, OptionalKeyDep, Reply, once
from api.paging import AfterQuery, LimitQuery, cursor_of, cut, link_next, read_cursor
from api.plain import plain
from api.roles import Action
from logistics.domain.packing_events import PackingEvent, PackingKind, ShortReason
from logistics.store import packing
from logistics.usecases.check_bag import BagCheck, check_bag, contents_of, counted_of
from logistics.usecases.confirm_packing import confirm_packing, require_bags
from logistics.usecases.pack_bags import pack_bags
from logistics.usecases.report_short import ShortSaid, report_short

router = APIRouter(prefix="/api/v1", tags=["packing"])

Reads = Annotated[Principal, Depends(may(Action.PACKING_READ))]
Confirms = Annotated[Principal, Depends(may(Action.PACKING_CONFIRM))]
Steps = Annotated[Principal, Depends(may(Action.RUN_STEP))]
BagName = Annotated[
    str, Field(min_length=1, max_length=64, description="Its code, its id or what its QR says")
]
BagPath = Annotated[str, Path(max_length=64, description="Code, id or what the QR says")]
Amount = Annotated[str, Field(min_length=1, max_length=40, examples=["1板", "500g", "2斤"])]
Item = Annotated[str, Field(min_length=1, max_length=64)]


class EventIn(BaseModel):
    """One thing that was done with a bag."""

    model_config = ConfigDict(extra="forbid")
    bag: BagName
    event: Literal["pack", "seal", "stage"]
    key: Annotated[str, Field(min_length=1, max_length=120)]
    at: Annotated[AwareDatetime | None, Field(description="When it happened; else now")] = None
    how: Literal["scan", "hand"] = "scan"
    note: Annotated[str, Field(max_length=400)] = ""


class EventsIn(BaseModel):
    """What was done with bags of a run, in any order and however late."""

    model_config = ConfigDict(extra="forbid")
    events: Annotated[list[EventIn], Field(min_length=1, max_length=2000)]


class EventsOut(BaseModel):
    """What became of each event: applied, known, repeated, or the code of a refusal."""

    run: str
    counts: dict[str, int]
    heard: list[dict[str, Any]]


class ShortIn(BaseModel):
    """What is missing or broken for a bag."""

    model_config = ConfigDict(extra="forbid")
    item: Item
    quantity: Amount
    reason: Literal["missing", "damaged"]


class ShortOut(BaseModel):
    """What changed in which bags; what is left was shared again, unless trips are planned."""

    bag: str
    item_id: str
    quantity: int
    reason: str
    reshared: bool
    changes: list[dict[str, Any]]


class FoundIn(BaseModel):
    """An item that was counted in a bag."""

    model_config = ConfigDict(extra="forbid")
    item: Item
    quantity: Amount


class CheckIn(BaseModel):
    """All that was counted in a bag."""

    model_config = ConfigDict(extra="forbid")
    found: Annotated[list[FoundIn], Field(max_length=400)]


class CheckOut(BaseModel):
    """What should be in a bag beside what was found, from the bottom up; base units."""

    bag: str
    state: str
    complete: bool
    lines: list[dict[str, Any]]

    @classmethod
    def of(cls, check: BagCheck) -> "CheckOut":
        """Tell without saying whose the bag is."""
        return cls(
            bag=check.bag,
            state=check.state,
            complete=check.complete,
            lines=[plain(line) | {"difference": line.difference} for line in check.lines],
        )


class PlannedOut(BaseModel):
    """The bags of a run; no packing has fewer than ``fewest``."""

    run: str
    bags: int
    households: int
    weight_g: int
    volume_ml: int
    heavy: int = Field(description="Bags above the limit: one unit that is heavier")
    fewest: int


class BagsOut(BaseModel):
    """Bags by code, and how many are how far."""

    run: str
    counts: dict[str, int]
    bags: list[dict[str, Any]]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end")


@router.get(
    "/runs/{run_id}/packing", summary="List bags to pack", responses=Responses.of(404, 409)
)
def listed(
    *,
    run_id: str,
    _: Reads,
    work: WorkDep,
    request: Request,
    response: Response,
    point: Annotated[str, Query(max_length=64, description="Code of a point")] = "",
    state: Annotated[
        Literal["", "planned", "packing", "sealed", "staged"], Query(description="So far")
    ] = "",
    after: AfterQuery = None,
    limit: LimitQuery = 500,
) -> BagsOut:
    """List the bags of a run, or of a point, by code; no household and no room."""
    since = read_cursor(after, str)

    def read(session: Session) -> BagsOut:
        run = require_bags(session, run_id)
        states = (state,) if state else ()
        found, more = cut(
            packing.of_run(
                session,
                run.id,
                point=point,
                states=states,
                after=since[0] if since else "",
                limit=limit + 1,
            ),
            limit,
        )
        told = ("code", "point_code", "compartment", "weight_g", "volume_ml", "state")
        return BagsOut(
            run=run.code,
            counts=packing.counts(session, run.id, point=point, states=states),
            bags=[{name: getattr(bag, name) for name in told} for bag in found],
            next=cursor_of(found[-1].code) if more else None,
        )

    shown = work.read(read)
    link_next(request, response, shown.next)
    return shown


@router.get(
    "/runs/{run_id}/packing/{bag}", summary="Tell what goes into a bag",
    responses=Responses.of(404, 409),
)  # fmt: skip
def inside(run_id: str, bag: BagPath, _: Reads, work: WorkDep) -> CheckOut:
    """Tell what should be in a bag."""
    return work.read(lambda session: CheckOut.of(contents_of(session, run_id, bag)))


@router.post(
    "/runs/{run_id}/packing/plan", response_model=PlannedOut,
    summary="Make bags up for their points to pack", responses=Responses.of(404, 409, 422),
)  # fmt: skip
def plan(
    *, run_id: str, who: Steps, key: OptionalKeyDep, work: WorkDep, at: NowDep
) -> JSONResponse:
    """Say what goes into which bag, and leave it to the points to confirm that it is packed."""

    def deed(session: Session) -> Reply:
        made = pack_bags(session, run_id, actor=who.actor, at=at, confirm=False)
        told = ("bags", "households", "weight_g", "volume_ml", "heavy", "fewest")
        return Reply({"run": made.run.code} | {name: getattr(made, name) for name in told})

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run_id}/packing/plan",
        key=key,
        content=[],
        at=at,
    )


@router.post(
    "/runs/{run_id}/packing", response_model=EventsOut, summary="Say what was packed and sealed",
    responses=Responses.of(404, 409, 422),
)  # fmt: skip
def confirm(
    *, run_id: str, body: EventsIn, who: Confirms, key: KeyDep, work: WorkDep, at: NowDep
) -> JSONResponse:
    """Record what was done with bags; each event once by its key, in any order."""

    def deed(session: Session) -> Reply:
        events = [
            PackingEvent(
                bag=one.bag,
                kind=PackingKind(one.event),
                key=one.key,
                at=one.at or at,
                how=one.how,
                note=one.note,
            )
            for one in body.events
        ]
        report = confirm_packing(session, run_id, events, actor=who.actor, at=at)
        heard = [plain(one) for one in report.heard]
        return Reply({"run": report.run.code, "counts": dict(report.counts), "heard": heard})

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run_id}/packing",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.post(
    "/runs/{run_id}/packing/{bag}/shorts", response_model=ShortOut,
    summary="Report what is missing or broken", responses=Responses.of(404, 409, 422),
)  # fmt: skip
def short(
    *,
    run_id: str,
    bag: BagPath,
    body: ShortIn,
    who: Confirms,
    key: KeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Write off what is missing or broken for a bag, and share what is left again."""

    def deed(session: Session) -> Reply:
        ((item_id, quantity),) = counted_of(session, [(body.item, body.quantity)])
        said = ShortSaid(
            bag=bag,
            item=item_id,
            quantity=quantity,
            reason=ShortReason(body.reason),
            key=f"{who.token_id}/{key}"[:160],
        )
        done = report_short(session, run_id, said, actor=who.actor, at=at)
        changes = [
            {name: value for name, value in plain(one).items() if name != "household"}
            for one in done.changes
        ]
        return Reply(
            {
                "bag": done.bag,
                "item_id": done.item_id,
                "quantity": done.quantity,
                "reason": done.reason.value,
                "reshared": done.reshared,
                "changes": changes,
            }
        )

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run_id}/packing/{bag}/shorts",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.post(
    "/runs/{run_id}/packing/{bag}/check", response_model=CheckOut,
    summary="Check what is in a bag", responses=Responses.of(404, 409, 422),
)  # fmt: skip
def check(
    *,
    run_id: str,
    bag: BagPath,
    body: CheckIn,
    who: Confirms,
    key: KeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Compare what was counted with what should be in the bag: complete, short or too much."""

    def deed(session: Session) -> Reply:
        found = counted_of(session, [(one.item, one.quantity) for one in body.found])
        done = check_bag(
            session,
            run_id,
            bag,
            found,
            key=f"{who.token_id}/{key}"[:160],
            actor=who.actor,
            at=at,
        )
        return Reply(CheckOut.of(done).model_dump(mode="json"))

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run_id}/packing/{bag}/check",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )
