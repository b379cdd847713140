"""A service point's day over HTTP: what comes, counts, transfers, turns at the bays."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import NotYours, Principal, may
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.once import KeyDep, Reply, once
from api.plain import plain
from api.roles import Action, Reach
from api.versions import IfNoneMatch, etag_of_content, versioned
from logistics.domain.places import Place
from logistics.domain.point_days import PointDay
from logistics.domain.procurement import Received
from logistics.domain.runs import Run
from logistics.domain.stock import Explanation
from logistics.store import lots, places, point_days, runs
from logistics.usecases.count_at_point import PointCount, count_at_point
from logistics.usecases.read_point_day import read_point_day
from logistics.usecases.receive_goods import receive_goods
from logistics.usecases.transfer_goods import transfer_goods

router = APIRouter(prefix="/api/v1", tags=["points"])

Reads = Annotated[Principal, Depends(may(Action.POINT_READ))]
Receives = Annotated[Principal, Depends(may(Action.GOODS_RECEIVE))]
Moves = Annotated[Principal, Depends(may(Action.STOCK_MOVE))]
Code = Annotated[str, Field(min_length=1, max_length=64)]
Amount = Annotated[int, Field(ge=0, le=10**9, description="Base units: g, ml or pieces")]


class TurnOut(BaseModel):
    """A trip at the point: its turn at a bay, and how far its bags are."""

    trip: str
    courier: str
    state: str
    bay: int
    loads_at: AwareDatetime
    clears_at: AwareDatetime
    departs_at: AwareDatetime
    stops: int
    bags: int
    staged: int
    packed: int
    weight_g: int
    late: bool
    waits_for: str = Field(description="The trip that still has its bay; empty: nobody")
    wait_until: AwareDatetime | None


class BoardOut(BaseModel):
    """How far a point is: bags by state, and trips in the order of departure."""

    run: str
    point: str
    state: str
    bays: int | None
    counts: dict[str, int]
    turns: list[TurnOut]


class CountIn(BaseModel):
    """What was counted of a lot that a van brought."""

    model_config = ConfigDict(extra="forbid")
    lot: Code
    quantity: Amount
    reason: Annotated[
        Explanation | None, Field(description="Why it differs from the count at the market")
    ] = None


class CountsIn(BaseModel):
    """The second count of a van's goods."""

    model_config = ConfigDict(extra="forbid")
    van: Code
    counts: Annotated[list[CountIn], Field(min_length=1, max_length=500)]


class CountsOut(BaseModel):
    """Both counts of each lot."""

    van: str
    repeated: bool
    lots: list[dict[str, Any]]


class CameIn(BaseModel):
    """What came of an item."""

    model_config = ConfigDict(extra="forbid")
    item: Code
    quantity: Amount
    damaged: Amount = 0
    instead_of: Annotated[str, Field(max_length=64, description="What was ordered")] = ""
    provenance: Annotated[str, Field(max_length=200)] = ""


class ReceiptIn(BaseModel):
    """What came of an order straight to the point."""

    model_config = ConfigDict(extra="forbid")
    order: Code
    counts: Annotated[list[CameIn], Field(min_length=1, max_length=500)]


class ReceiptOut(BaseModel):
    """How an order stands with what came."""

    order: str
    receipt: str
    lots: int


class TransferIn(BaseModel):
    """Goods that go to another point."""

    model_config = ConfigDict(extra="forbid")
    lot: Code
    quantity: Annotated[int, Field(ge=1, le=10**9, description="Base units")]
    target: Code


class TransferOut(BaseModel):
    """What moved."""

    lot: str
    quantity: int
    source: str
    target: str
    repeated: bool


@router.get(
    "/runs/{run}/points/{point}/board",
    response_model=BoardOut,
    summary="Read how far a point is, and its trips in the order of departure",
    responses=Responses.of(304, 404),
)
def board(
    *, run: str, point: str, _: Reads, work: WorkDep, at: NowDep, known: IfNoneMatch = None
) -> Response:
    """Read turns at the bays, who waits for whom, and how many bags stand ready."""

    def read(session: Session) -> dict[str, Any]:
        found, spot = at_point(session, run, point)
        day = read_point_day(session, spot, found.id, at=at)
        return say(day, spot.code).model_dump(mode="json")

    content = work.read(read)
    return versioned(content, etag_of_content(content), known)


def say(day: PointDay, point: str) -> BoardOut:
    """Tell a point's day as JSON has it."""
    told = ("trip", "courier", "state", "bay", "loads_at", "clears_at", "departs_at", "stops",
            "bags", "staged", "packed", "weight_g", "late", "waits_for", "wait_until")  # fmt: skip
    return BoardOut(
        run=day.run.code,
        point=point,
        state=day.run.state.value,
        bays=day.bays,
        counts=dict(day.counts),
        turns=[TurnOut(**{name: getattr(one, name) for name in told}) for one in day.turns],
    )


@router.post(
    "/runs/{run}/points/{point}/counts",
    response_model=CountsOut,
    summary="Count what a van brought",
    responses=Responses.of(400, 404, 409, 422),
)
def count(
    *, run: str, point: str, body: CountsIn, who: Receives, key: KeyDep, work: WorkDep, at: NowDep
) -> JSONResponse:
    """Accept a van's lots as counted at the point; a difference is explained by its reason."""

    def deed(session: Session) -> Reply:
        return counted(session, who, run, point, body, key=key, at=at)

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run}/points/{point}/counts",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.post(
    "/runs/{run}/points/{point}/receipts",
    response_model=ReceiptOut,
    summary="Count what came straight to a point",
    responses=Responses.of(400, 404, 409, 422),
)
def receive(
    *, run: str, point: str, body: ReceiptIn, who: Receives, key: KeyDep, work: WorkDep, at: NowDep
) -> JSONResponse:
    """Record what came of an order: short, too much, damaged, or another item; once per key."""

    def deed(session: Session) -> Reply:
        return received(session, who, run, point, body, key=key, at=at)

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run}/points/{point}/receipts",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.post(
    "/runs/{run}/points/{point}/transfers",
    response_model=TransferOut,
    summary="Send goods to another point",
    responses=Responses.of(400, 404, 409, 422),
)
def transfer(
    *, run: str, point: str, body: TransferIn, who: Moves, key: KeyDep, work: WorkDep, at: NowDep
) -> JSONResponse:
    """Move a lot's goods from this point's stock to that of another; what is in bags stays."""

    def deed(session: Session) -> Reply:
        return moved(session, who, run, point, body, key=key, at=at)

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run}/points/{point}/transfers",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


def counted(
    session: Session,
    who: Principal,
    run: str,
    point: str,
    body: CountsIn,
    *,
    key: str,
    at: datetime,
) -> Reply:
    """Accept what a van brought for the point; page and program say it alike."""
    found, spot = at_point(session, run, point)
    coming = {one.lot for one in point_days.on_vans(session, found.id, spot)}
    foreign = [one.lot for one in body.counts if lots.card(session, one.lot).id not in coming]
    if foreign and who.reach(Action.GOODS_RECEIVE) is not Reach.ALL:
        raise NotYours(subject=foreign[0])
    counts = [
        PointCount(lot=one.lot, quantity=one.quantity, reason=one.reason) for one in body.counts
    ]
    done = count_at_point(
        session, found.id, body.van, counts, point=spot.code,
        key=f"{who.token_id}/{key}"[:120], actor=who.actor, at=at,
    )  # fmt: skip
    return Reply(plain(done))


def received(
    session: Session,
    who: Principal,
    run: str,
    point: str,
    body: ReceiptIn,
    *,
    key: str,
    at: datetime,
) -> Reply:
    """Record what came of an order of the point; page and program say it alike."""
    found, spot = at_point(session, run, point)
    order = point_days.order_for(session, found.id, spot, body.order)
    if order is None:
        raise NotYours(subject=body.order)
    counts = [
        Received(
            item=one.item,
            quantity_base=one.quantity,
            damaged_base=one.damaged,
            instead_of=one.instead_of or None,
            provenance=one.provenance,
        )
        for one in body.counts
    ]
    done = receive_goods(
        session, order, counts, key=f"{who.token_id}/{key}"[:120], actor=who.actor, at=at
    )
    out = ReceiptOut(order=body.order, receipt=done.id, lots=len(done.lots))
    return Reply(out.model_dump(mode="json"))


def moved(
    session: Session,
    who: Principal,
    run: str,
    point: str,
    body: TransferIn,
    *,
    key: str,
    at: datetime,
) -> Reply:
    """Send goods of the point on to another; page and program say it alike."""
    found, spot = at_point(session, run, point)
    if lots.card(session, body.lot).run_id != found.id:
        raise lots.LotUnknown(field="lot", value=body.lot, mend="name a lot of this run")
    done = transfer_goods(
        session, body.lot, body.quantity, source=spot.code, target=body.target,
        key=f"{who.token_id}/{key}"[:120], actor=who.actor, at=at,
    )  # fmt: skip
    out = TransferOut(
        lot=done.lot, quantity=done.quantity, source=spot.code, target=body.target,
        repeated=done.repeated,
    )  # fmt: skip
    return Reply(out.model_dump(mode="json"))


def at_point(session: Session, run: str, point: str) -> tuple[Run, Place]:
    """Find a run and one of its district's points.

    Raises
    ------
    RunUnknown, PlaceUnknown
        If there is no such run or point.
    """
    found = runs.get(session, run)
    return found, places.named(session, found.district_id, point, "point")
