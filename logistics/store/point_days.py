"""One point's run: what comes, what lies there, what is packed, which trips leave it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from logistics.domain.custody import BagState
from logistics.domain.places import Place
from logistics.domain.point_days import (
    UNPACKED,
    ExpectedLine,
    ExpectedOrder,
    LoadingTurn,
    ShelfPick,
    StairwellPacking,
    StockLot,
    VanArrival,
    VanLot,
    moment,
    turn_of,
)
from logistics.domain.procurement import OrderState
from logistics.domain.stock import stock
from logistics.domain.stock import van as load_of
from logistics.domain.vans import TourKind
from logistics.store import trips
from logistics.store.prefixes import begins_with
from logistics.store.tables import (
    bag,
    bag_plan_line,
    balance,
    courier,
    household,
    item,
    lot,
    order_terms,
    place,
    plan,
    purchase_line,
    purchase_order,
    receipt,
    share,
    stop,
    stop_bag,
    trip,
    van,
    van_plan,
    van_stop,
    van_tour,
)

_READY = tuple(
    state.value for state in BagState if state.value not in UNPACKED and state != BagState.STRUCK
)
_STAGED = tuple(one for one in _READY if one != BagState.SEALED.value)


def expected(session: Session, run_id: str, point: Place) -> tuple[ExpectedOrder, ...]:
    """Read the orders of a run whose goods come to a point, by code."""
    heads = session.execute(
        _coming(select(purchase_order, place.c.name_zh, place.c.name_en), point)
        .join(place, place.c.id == purchase_order.c.market_id)
        .where(purchase_order.c.run_id == run_id)
        .order_by(purchase_order.c.code)
    ).all()
    ids = [row.id for row in heads]
    ordered_item = func.coalesce(lot.c.instead_of_id, lot.c.item_id)
    came = {
        (order_id, item_id): int(quantity)
        for order_id, item_id, quantity in session.execute(
            select(receipt.c.order_id, ordered_item, func.sum(lot.c.quantity))
            .join(lot, lot.c.receipt_id == receipt.c.id)
            .where(receipt.c.order_id.in_(ids))
            .group_by(receipt.c.order_id, ordered_item)
        )
    }
    lines: dict[str, list[ExpectedLine]] = defaultdict(list)
    for row in session.execute(
        select(
            purchase_line.c.order_id,
            purchase_line.c.item_id,
            (purchase_line.c.cases * purchase_line.c.case_base).label("ordered"),
        )
        .join(item, item.c.id == purchase_line.c.item_id)
        .where(purchase_line.c.order_id.in_(ids))
        .order_by(item.c.category, item.c.name_zh)
    ):
        lines[row.order_id].append(
            ExpectedLine(
                item_id=row.item_id,
                ordered=int(row.ordered),
                came=came.get((row.order_id, row.item_id), 0),
            )
        )
    return tuple(
        ExpectedOrder(
            code=row.code,
            supplier_zh=row.name_zh,
            supplier_en=row.name_en,
            state=OrderState(row.state),
            lines=tuple(lines[row.id]),
        )
        for row in heads
    )


def _coming(query: Select[Any], point: Place) -> Select[Any]:
    """Keep the orders that come to a point; those that name none come to the depot."""
    here: ColumnElement[bool] = order_terms.c.point_id == point.id
    if point.depot:
        here = or_(here, order_terms.c.point_id.is_(None))
    return query.outerjoin(order_terms, order_terms.c.order_id == purchase_order.c.id).where(here)


def order_for(session: Session, run_id: str, point: Place, order: str) -> str | None:
    """Find an order of a run, by id or code, that brings its goods to a point; return its id."""
    query = _coming(select(purchase_order.c.id), point).where(
        purchase_order.c.run_id == run_id,
        or_(purchase_order.c.id == order, purchase_order.c.code == order),
    )
    found: str | None = session.scalar(query)
    return found


def vans_to(
    session: Session, run_id: str, point: Place, midnight: datetime
) -> tuple[VanArrival, ...]:
    """Read which vans of the tours in force bring something to a point, by time."""
    rows = session.execute(
        select(
            van.c.code.label("van"), van_tour.c.code.label("tour"), van_tour.c.kind,
            van_stop.c.arrival_s, van_stop.c.leave_s, van_stop.c.weight_g, van_stop.c.loads,
        )
        .join(van_tour, van_tour.c.id == van_stop.c.tour_id)
        .join(van_plan, van_plan.c.id == van_tour.c.plan_id)
        .join(van, van.c.id == van_tour.c.van_id)
        .where(
            van_plan.c.run_id == run_id,
            van_plan.c.state == "current",
            van_stop.c.place_id == point.id,
            van_stop.c.kind == "delivery",
        )
        .order_by(van_stop.c.arrival_s, van.c.code)
    )  # fmt: skip
    return tuple(
        VanArrival(
            van=row.van,
            tour=row.tour,
            kind=TourKind(row.kind).value,
            arrives_at=moment(midnight, row.arrival_s),
            leaves_at=moment(midnight, row.leave_s),
            weight_g=row.weight_g,
            goods=tuple(code for code, _ in row.loads),
        )
        for row in rows
    )


def on_vans(session: Session, run_id: str, point: Place) -> tuple[VanLot, ...]:
    """Read the lots that were counted at the market and are on vans for a point."""
    rows = session.execute(
        _coming(
            select(
                balance.c.location, balance.c.quantity, lot.c.id, lot.c.item_id,
                lot.c.provenance, item.c.cold,
            )
            .join(lot, lot.c.id == balance.c.lot_id)
            .join(item, item.c.id == lot.c.item_id)
            .join(receipt, receipt.c.id == lot.c.receipt_id)
            .join(purchase_order, purchase_order.c.id == receipt.c.order_id),
            point,
        )
        .where(
            lot.c.run_id == run_id,
            begins_with(session, balance.c.location, load_of("")),
            balance.c.quantity > 0,
        )
        .order_by(balance.c.location, item.c.category, item.c.name_zh, lot.c.id)
    )  # fmt: skip
    return tuple(
        VanLot(
            van=row.location.partition(":")[2],
            lot=row.id,
            item_id=row.item_id,
            quantity=row.quantity,
            cold=row.cold,
            provenance=row.provenance,
        )
        for row in rows
    )


def in_stock(session: Session, run_id: str, point_code: str) -> tuple[StockLot, ...]:
    """Read the lots of a run that lie at a point and are in no bag."""
    rows = session.execute(
        select(lot.c.id, lot.c.item_id, lot.c.state, lot.c.provenance, balance.c.quantity)
        .join(lot, lot.c.id == balance.c.lot_id)
        .join(item, item.c.id == lot.c.item_id)
        .where(
            balance.c.location == stock(point_code),
            balance.c.quantity > 0,
            lot.c.run_id == run_id,
        )
        .order_by(item.c.category, item.c.name_zh, lot.c.id)
    )
    return tuple(
        StockLot(
            lot=row.id,
            item_id=row.item_id,
            quantity=row.quantity,
            state=row.state,
            provenance=row.provenance,
        )
        for row in rows
    )


def counts(session: Session, run_id: str, point_id: str) -> tuple[tuple[str, int], ...]:
    """Count the bags of a point by state."""
    rows = session.execute(
        select(bag.c.state, func.count())
        .where(_packed_at(run_id, point_id))
        .group_by(bag.c.state)
        .order_by(bag.c.state)
    )
    return tuple((state, int(number)) for state, number in rows)


def _packed_at(run_id: str, point_id: str) -> ColumnElement[bool]:
    return and_(
        bag.c.run_id == run_id, bag.c.point_id == point_id, bag.c.state != BagState.STRUCK.value
    )


def picks(session: Session, run_id: str, point_id: str) -> tuple[ShelfPick, ...]:
    """Add up what the bags that are not sealed yet need, along the shelves."""
    rows = session.execute(
        select(
            item.c.id,
            item.c.aisle,
            func.sum(bag_plan_line.c.quantity).label("quantity"),
            func.count(func.distinct(bag.c.id)).label("bags"),
        )
        .join(share, share.c.id == bag_plan_line.c.share_id)
        .join(lot, lot.c.id == share.c.lot_id)
        .join(item, item.c.id == lot.c.item_id)
        .join(bag, bag.c.id == bag_plan_line.c.bag_id)
        .where(_packed_at(run_id, point_id), bag.c.state.in_(sorted(UNPACKED)))
        .group_by(item.c.id, item.c.aisle, item.c.category, item.c.name_zh)
        .having(func.sum(bag_plan_line.c.quantity) > 0)
        .order_by(item.c.aisle == "", item.c.aisle, item.c.category, item.c.name_zh, item.c.id)
    )
    return tuple(
        ShelfPick(item_id=row.id, aisle=row.aisle, quantity=int(row.quantity), bags=int(row.bags))
        for row in rows
    )


def stairwells(
    session: Session, run_id: str, plan_id: str | None, point_id: str
) -> tuple[StairwellPacking, ...]:
    """Count a point's bags by stairwell and trip, in the order in which they leave."""
    building, compound = aliased(place), aliased(place)
    names = [
        of.c[name].label(f"{kind}_{name}")
        for kind, of in (("compound", compound), ("building", building), ("own", place))
        for name in ("name_zh", "name_en")
    ]
    by = (place.c.code, trip.c.code, trip.c.departs_s, bag.c.state)
    rows = session.execute(
        select(place.c.code.label("stairwell"), trip.c.code.label("trip"), trip.c.departs_s,
               bag.c.state, func.count().label("number"), *names)
        .select_from(bag)
        .join(household, household.c.id == bag.c.household_id)
        .join(place, place.c.id == household.c.stairwell_id)
        .outerjoin(building, building.c.id == place.c.parent_id)
        .outerjoin(compound, compound.c.id == building.c.parent_id)
        .outerjoin(  # each by its key, from the bag on
            stop_bag,
            and_(stop_bag.c.plan_id == (plan_id or ""), stop_bag.c.bag_id == bag.c.id),
        )
        .outerjoin(stop, stop.c.id == stop_bag.c.stop_id)
        .outerjoin(trip, and_(trip.c.id == stop.c.trip_id, trip.c.point_id == point_id))
        .where(_packed_at(run_id, point_id))
        .group_by(*by, *(one.element for one in names))
        .order_by(trip.c.departs_s.is_(None), trip.c.departs_s, trip.c.code, place.c.code)
    ).mappings()  # fmt: skip
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in rows:
        found[row["stairwell"], row["trip"] or ""].append(row)
    return tuple(
        StairwellPacking(
            stairwell_code=code,
            names_zh=_names(of_one[0], "name_zh"),
            names_en=_names(of_one[0], "name_en"),
            trip=on,
            departs_s=of_one[0]["departs_s"],
            counts=tuple((row["state"], int(row["number"])) for row in of_one),
        )
        for (code, on), of_one in found.items()
    )


def _names(row: Any, name: str) -> tuple[str, str, str]:
    compound, building, own = (row[f"{k}_{name}"] or "" for k in ("compound", "building", "own"))
    return compound, building, own


def bags_of_stairwell(
    session: Session, run_id: str, point_id: str, stairwell: str
) -> tuple[tuple[str, str, str, int], ...]:
    """Read code, compartment, state and grams of a point's bags for one stairwell, by code."""
    rows = session.execute(
        select(bag.c.code, bag.c.compartment, bag.c.state, bag.c.weight_g)
        .join(household, household.c.id == bag.c.household_id)
        .join(place, place.c.id == household.c.stairwell_id)
        .where(_packed_at(run_id, point_id), place.c.code == stairwell)
        .order_by(bag.c.code)
    )
    return tuple((row.code, row.compartment, row.state, row.weight_g) for row in rows)


def plan_in_force(session: Session, run_id: str) -> str | None:
    """Find the plan that was released, or else the newest draft."""
    return session.scalar(
        select(plan.c.id)
        .where(plan.c.run_id == run_id, plan.c.state.in_(("draft", "released")))
        .order_by(plan.c.state.desc(), plan.c.created_at.desc(), plan.c.id.desc())
        .limit(1)
    )


def turns(
    session: Session, plan_id: str, point_id: str, midnight: datetime, loading_s: int
) -> Sequence[LoadingTurn]:
    """Read the trips of a plan that leave from a point, with their turns; bays come later."""
    stops = func.count(func.distinct(stop.c.id)).label("stops")
    begins = trips.loadings(session, plan_id)

    def number(states: Collection[str]) -> Any:
        return func.coalesce(func.sum(case((bag.c.state.in_(states), 1), else_=0)), 0)

    rows = session.execute(
        select(
            trip.c.id, trip.c.code, trip.c.no, trip.c.state, trip.c.departs_s, trip.c.weight_g,
            courier.c.code.label("courier"), stops, func.count(bag.c.id).label("bags"),
            number(_STAGED).label("staged"), number(_READY).label("packed"),
        )
        .join(courier, courier.c.id == trip.c.courier_id)
        .outerjoin(stop, stop.c.trip_id == trip.c.id)
        .outerjoin(stop_bag, stop_bag.c.stop_id == stop.c.id)
        .outerjoin(bag, bag.c.id == stop_bag.c.bag_id)
        .where(trip.c.plan_id == plan_id, trip.c.point_id == point_id)
        .group_by(
            trip.c.id, trip.c.code, trip.c.no, trip.c.state, trip.c.departs_s, trip.c.weight_g,
            courier.c.code,
        )
        .order_by(trip.c.departs_s, trip.c.code)
    )  # fmt: skip
    found = []
    for row in rows:
        loads_s, clears_s = turn_of(begins.get((row.courier, row.no)), row.departs_s, loading_s)
        found.append(
            LoadingTurn(
                trip=row.code,
                courier=row.courier,
                no=row.no,
                state=row.state,
                loads_at=moment(midnight, loads_s),
                clears_at=moment(midnight, clears_s),
                departs_at=moment(midnight, row.departs_s),
                bay=0,
                stops=int(row.stops),
                bags=int(row.bags),
                staged=int(row.staged),
                packed=int(row.packed),
                weight_g=row.weight_g,
            )
        )
    return found
