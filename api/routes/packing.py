"""The point team's phone: which bags to pack, what goes into each, packed, sealed, short."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import NotYours, Principal, may, may_within
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.once import KeyDep, OptionalKeyDep, Reply, once
from api.paging import AfterQuery, LimitQuery, cursor_of, cut, link_next, read_cursor
from api.plain import plain
from api.roles import Action, Reach
from logistics.domain.packing_events import PackingEvent, PackingKind, ShortReason
from logistics.store import packing, places, runs, whereabouts
from logistics.usecases.check_bag import BagCheck, check_bag, contents_of, counted_of
from logistics.usecases.confirm_packing import PackingHeard, confirm_packing, require_bags
from logistics.usecases.pack_bags import pack_bags
from logistics.usecases.report_short import ShortSaid, report_short

router = APIRouter(prefix="/api/v1", tags=["packing"])

Lists = Annotated[Principal, Depends(may_within(Action.PACKING_READ))]
Reads = Annotated[Principal, Depends(may(Action.PACKING_READ))]
ConfirmsSome = Annotated[Principal, Depends(may_within(Action.PACKING_CONFIRM))]
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
    who: Lists,
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
    """List the bags of a run, or of a point, by code; no household and no room.

    A point's team is given those of its own point.
    """
    since = read_cursor(after, str)

    def read(session: Session) -> BagsOut:
        area = runs.get(session, run_id).district_id
        spot = own_point(session, who, Action.PACKING_READ, area, point)
        run = require_bags(session, run_id)
        states = (state,) if state else ()
        found, more = cut(
            packing.of_run(
                session,
                run.id,
                point=spot,
                states=states,
                after=since[0] if since else "",
                limit=limit + 1,
            ),
            limit,
        )
        told = ("code", "point_code", "compartment", "weight_g", "volume_ml", "state")
        return BagsOut(
            run=run.code,
            counts=packing.counts(session, run.id, point=spot, states=states),
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
    *, run_id: str, body: EventsIn, who: ConfirmsSome, key: KeyDep, work: WorkDep, at: NowDep
) -> JSONResponse:
    """Record what was done with bags; each event once by its key, in any order.

    Of another point's bag nothing is recorded; where all are another's, the whole is refused.
    """

    def deed(session: Session) -> Reply:
        said = [
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
        events, foreign = _own(session, who, run_id, said)
        report = confirm_packing(session, run_id, events, actor=who.actor, at=at)
        heard = [*report.heard, *foreign]
        counts = Counter(one.outcome for one in heard)
        return Reply({"run": report.run.code, "counts": dict(counts), "heard": plain(heard)})

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


def own_point(session: Session, who: Principal, action: Action, area: str, said: str) -> str:
    """Name the point whose bags are shown: the one asked for, else the asker's own.

    Raises
    ------
    NotYours
        If it is another's.
    """
    if who.reach(action) is Reach.ALL:
        return said
    code = said or next((places.place(session, one).code for one in sorted(who.places)), "")
    who.must_cover(action, whereabouts.of_place(session, area, code), code)
    return code


def _own(
    session: Session, who: Principal, run: str, events: Sequence[PackingEvent]
) -> tuple[list[PackingEvent], list[PackingHeard]]:
    """Part what was done at the asker's point from what they may not say."""
    if who.reach(Action.PACKING_CONFIRM) is Reach.ALL:
        return list(events), []
    known = whereabouts.of_bags(session, run, {one.bag for one in events})
    foreign = [
        one for one in events
        if one.bag in known and not who.covers(Action.PACKING_CONFIRM, known[one.bag])
    ]  # fmt: skip
    own = [one for one in events if one not in foreign]
    if foreign and not own:
        raise NotYours(subject=foreign[0].bag[:64])
    return own, [
        PackingHeard(key=one.key, bag=one.bag, event=one.kind, outcome=NotYours.code)
        for one in foreign
    ]
