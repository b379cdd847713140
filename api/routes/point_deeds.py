"""What a point team does on its pages: counts, transfers, packs, reports short, lets depart."""

from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from api.errors import KeyMissing, Responses
from api.once import Reply, once
from api.pages.point_asker import PointVisit, PointVisitDep
from api.pages.point_views import CountUnreadable, read_count
from api.pages.visits import FormDep, lead_to, text_of
from api.plain import plain
from api.roles import Action
from api.routes.points import (
    CameIn,
    CountIn,
    CountsIn,
    ReceiptIn,
    TransferIn,
    counted,
    moved,
    received,
)
from logistics.domain.packing_events import PackingEvent, PackingKind, ShortReason
from logistics.domain.places import Place
from logistics.domain.stock import Explanation
from logistics.store import catalogue, lots, whereabouts
from logistics.usecases.confirm_packing import confirm_packing
from logistics.usecases.depart_trip import depart_trip
from logistics.usecases.report_short import ShortSaid, report_short

router = APIRouter(prefix="/point", tags=["pages"])

_PAGE: Final = Responses.of(400, 404, 409, 422)
_MOST: Final = 300  # lines of one form

Deed = Callable[[Session, Place, str, str], Reply]


def _once(visit: PointVisit, form: FormData, action: Action, deed: Deed) -> dict[str, str]:
    """Do a deed at a point once per the form's key; return where the form came from."""
    key, point, run = (
        text_of(form, "key", 100),
        text_of(form, "point", 64),
        text_of(form, "run", 64),
    )
    if not key:
        raise KeyMissing

    def keyed(session: Session) -> Reply:
        spot = visit.spot(session, point)
        visit.must(session, action, spot)
        return deed(session, spot, run, key)

    content = [[name, value] for name, value in form.multi_items() if isinstance(value, str)]
    once(
        visit.work,
        keyed,
        who=visit.who,
        command=f"POST {visit.request.scope['path']}",
        key=key,
        content=content,
        at=visit.at,
    )
    return {"point": point, "run": run}


def _lines(form: FormData, prefix: str) -> list[tuple[str, str]]:
    """List the fields of a form that say an amount, without those left empty."""
    found = [
        (name.removeprefix(prefix), value)
        for name, value in form.multi_items()
        if name.startswith(prefix) and isinstance(value, str) and value.strip()
    ]
    return found[:_MOST]


@router.post("/receive", response_class=Response, summary="Accept an order", responses=_PAGE)
def receive(visit: PointVisitDep, form: FormDep) -> Response:
    """Record what came of an order straight to the point."""

    def deed(session: Session, spot: Place, run: str, key: str) -> Reply:
        goods = catalogue.load(session)
        counts = []
        for item_id, number in _lines(form, "q_"):
            if item_id not in goods.by_id:
                raise CountUnreadable(field=item_id[:40], value=number[:20])
            item, unit = goods.by_id[item_id], text_of(form, f"u_{item_id}", 16)
            broken = text_of(form, f"d_{item_id}", 20).strip() or "0"
            counts.append(
                CameIn(
                    item=item_id,
                    quantity=read_count(item, number, unit),
                    damaged=read_count(item, broken, unit),
                    provenance=text_of(form, f"p_{item_id}", 199),
                )
            )
        if not counts:
            raise CountUnreadable(field="quantity", value="")
        body = ReceiptIn(order=text_of(form, "order", 64), counts=counts)
        return received(session, visit.who, run, spot.code, body, key=key, at=visit.at)

    where = _once(visit, form, Action.GOODS_RECEIVE, deed)
    return lead_to(f"/point/goods?point={where['point']}&run={where['run']}")


@router.post("/count", response_class=Response, summary="Count a van", responses=_PAGE)
def count(visit: PointVisitDep, form: FormDep) -> Response:
    """Accept what a van brought; a difference has a reason."""

    def deed(session: Session, spot: Place, run: str, key: str) -> Reply:
        goods = catalogue.load(session)
        counts = []
        for lot, number in _lines(form, "q_"):
            item = goods.by_id[lots.card(session, lot).item_id]
            why = text_of(form, f"r_{lot}", 20)
            counts.append(
                CountIn(
                    lot=lot,
                    quantity=read_count(item, number, text_of(form, f"u_{lot}", 16)),
                    reason=Explanation(why) if why in set(Explanation) else None,
                )
            )
        if not counts:
            raise CountUnreadable(field="quantity", value="")
        body = CountsIn(van=text_of(form, "van", 64), counts=counts)
        return counted(session, visit.who, run, spot.code, body, key=key, at=visit.at)

    where = _once(visit, form, Action.GOODS_RECEIVE, deed)
    return lead_to(f"/point/goods?point={where['point']}&run={where['run']}")


@router.post("/transfer", response_class=Response, summary="Send on", responses=_PAGE)
def transfer(visit: PointVisitDep, form: FormDep) -> Response:
    """Send goods of a lot on to another point."""

    def deed(session: Session, spot: Place, run: str, key: str) -> Reply:
        card = lots.card(session, text_of(form, "lot", 64))
        item = catalogue.load(session).by_id[card.item_id]
        quantity = read_count(item, text_of(form, "quantity", 20), text_of(form, "unit", 16))
        if not quantity:
            raise CountUnreadable(field=item.name_zh, value="0")
        body = TransferIn(lot=card.id, quantity=quantity, target=text_of(form, "target", 64))
        return moved(session, visit.who, run, spot.code, body, key=key, at=visit.at)

    where = _once(visit, form, Action.STOCK_MOVE, deed)
    return lead_to(f"/point/goods?point={where['point']}&run={where['run']}#stock")


@router.post("/pack", response_class=Response, summary="Packed and sealed", responses=_PAGE)
def pack(visit: PointVisitDep, form: FormDep) -> Response:
    """Say that a bag is complete and closed, or stands ready; back to the field for scans."""
    bag = text_of(form, "bag", 64).strip().upper()
    kind = PackingKind.STAGE if text_of(form, "act", 8) == "stage" else PackingKind.SEAL
    outcome: dict[str, Any] = {}

    def deed(session: Session, spot: Place, run: str, key: str) -> Reply:
        where = whereabouts.of_bag(session, run, bag)
        visit.who.must_cover(Action.PACKING_CONFIRM, where, bag)
        event = PackingEvent(
            bag=bag, kind=kind, key=f"{visit.who.token_id}/{key}"[:180], at=visit.at, how="hand"
        )
        report = confirm_packing(session, run, [event], actor=visit.who.actor, at=visit.at)
        outcome["said"] = report.heard[0].outcome
        return Reply({"heard": plain(report.heard), "point": spot.code})

    where = _once(visit, form, Action.PACKING_CONFIRM, deed)
    back = f"point={where['point']}&run={where['run']}"
    said = outcome.get("said", "known")
    if said not in ("applied", "known", "repeated"):
        return lead_to(f"/point/bag?bag={bag}&{back}&said={said}")
    well = text_of(form, "stairwell", 64)
    return lead_to(f"/point/packing?{back}&done={bag}" + (f"&stairwell={well}" if well else ""))


@router.post("/short", response_class=Response, summary="Short in a bag", responses=_PAGE)
def short(visit: PointVisitDep, form: FormDep) -> Response:
    """Write off what is missing or damaged for a bag; what is left is shared again."""
    bag = text_of(form, "bag", 64).strip().upper()

    def deed(session: Session, spot: Place, run: str, key: str) -> Reply:
        where = whereabouts.of_bag(session, run, bag)
        visit.who.must_cover(Action.PACKING_CONFIRM, where, bag)
        goods, item_id = catalogue.load(session), text_of(form, "item", 64)
        if item_id not in goods.by_id:
            raise CountUnreadable(field=item_id[:40] or "item", value="")
        item = goods.by_id[item_id]
        said = ShortSaid(
            bag=bag,
            item=item.name_zh,
            quantity=read_count(item, text_of(form, "quantity", 20), text_of(form, "unit", 16)),
            reason=ShortReason.DAMAGED
            if text_of(form, "reason", 16) == "damaged"
            else ShortReason.MISSING,
            key=f"{visit.who.token_id}/{key}"[:160],
        )
        done = report_short(session, run, said, actor=visit.who.actor, at=visit.at)
        return Reply({"bag": done.bag, "reshared": done.reshared, "point": spot.code})

    where = _once(visit, form, Action.PACKING_CONFIRM, deed)
    return lead_to(f"/point/bag?bag={bag}&point={where['point']}&run={where['run']}&said=short")


@router.post("/depart", response_class=Response, summary="A trip leaves", responses=_PAGE)
def depart(visit: PointVisitDep, form: FormDep) -> Response:
    """Let a trip leave with all its bags but those left behind."""
    trip = text_of(form, "trip", 64)
    left = [value for value in form.getlist("left") if isinstance(value, str)][:_MOST]

    def deed(session: Session, spot: Place, run: str, key: str) -> Reply:
        where = whereabouts.of_trip(session, run, trip)
        visit.who.must_cover(Action.TRIP_RECORD, where, trip)
        done = depart_trip(
            session, run, trip, since=visit.at, left=left, actor=visit.who.actor, at=visit.at
        )
        return Reply(plain(done) | {"point": spot.code, "key": key})

    where = _once(visit, form, Action.TRIP_RECORD, deed)
    return lead_to(f"/point/trips?point={where['point']}&run={where['run']}")
