"""What the vans of a run have to bring from where to where, as its orders say."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.buying import BuyingPolicy
from logistics.domain.planning import RoutingPolicy
from logistics.domain.runs import Run
from logistics.domain.suppliers import DAY_S
from logistics.domain.vans import Consignment, VanInputs, VanPlace
from logistics.errors import Conflict
from logistics.store import closures, vans
from logistics.store.tables import (
    district,
    household,
    household_list,
    item,
    line_demand,
    order_line,
    order_terms,
    place,
    purchase_line,
    purchase_order,
)

_MG, _UL = 1000, 1000  # in a gram, in a millilitre


class NothingOrdered(Conflict):
    """The run has no orders yet, so vans have nothing to bring."""

    code = "vans.nothing-ordered"


def inputs_of(session: Session, run: Run) -> VanInputs:
    """Read everything that the tours of a run are made from, in one snapshot.

    Raises
    ------
    NothingOrdered
        If the run has no orders.
    """
    area = session.execute(select(district).where(district.c.id == run.district_id)).one()
    policy, routing = BuyingPolicy.of(area.policy), RoutingPolicy.of(area.policy)
    midnight = dt.datetime.combine(run.day, dt.time(), ZoneInfo(area.zone_name))
    until = midnight + dt.timedelta(seconds=policy.wave_end_s)
    depot = session.execute(
        select(place.c.id)
        .where(place.c.district_id == run.district_id, place.c.kind == "point")
        .order_by(place.c.depot.desc(), place.c.code)
        .limit(1)
    ).scalar_one()
    orders = _orders(session, run, depot)
    if not orders:
        raise NothingOrdered(run=run.code, mend=f"supplyloop run order {run.code}")
    collect = tuple(_collected(session, orders))
    transfer = tuple(_transferred(session, run.id, orders))
    fleet = vans.vans(session, run.district_id)
    used = {one.depot_id for one in fleet}
    for one in (*collect, *transfer):
        used |= {one.source_id, one.target_id}
    gates = session.scalars(
        select(place.c.id).where(
            place.c.district_id == run.district_id,
            place.c.kind == "gate",
            place.c.open.is_(False),
        )
    )
    return VanInputs(
        run_id=run.id,
        run_code=run.code,
        day=run.day,
        district_folder=area.folder,
        district_digest=area.source_digest,
        closed_gates=tuple(sorted(g.removeprefix(f"{run.district_id}/") for g in gates)),
        closures=closures.book(session, run.district_id).during(midnight, until),
        since=midnight.astimezone(dt.UTC),
        until=until.astimezone(dt.UTC),
        places=_places(session, used),
        vans=fleet,
        collect=collect,
        transfer=transfer,
        load_s=routing.reload_s,
        count_pack_s=policy.count_pack_s,
        wave_start_s=routing.drop_from_s,
        goods_by_s=policy.goods_by_s,
    )


def _orders(session: Session, run: Run, depot: str) -> dict[str, dict[str, Any]]:
    rows = session.execute(
        select(
            purchase_order.c.id,
            purchase_order.c.code,
            purchase_order.c.market_id,
            func.coalesce(order_terms.c.point_id, depot).label("point_id"),
            func.coalesce(order_terms.c.ready_s, place.c.opens_s, 0).label("ready_s"),
            func.coalesce(place.c.closes_s, DAY_S).label("until_s"),
        )
        .join(place, place.c.id == purchase_order.c.market_id)
        .outerjoin(order_terms, order_terms.c.order_id == purchase_order.c.id)
        .where(purchase_order.c.run_id == run.id, purchase_order.c.state != "nothing-came")
        .order_by(purchase_order.c.code)
    ).mappings()
    return {row["id"]: dict(row) for row in rows}


def _collected(session: Session, orders: Mapping[str, Mapping[str, Any]]) -> Iterable[Consignment]:
    """Give each order's goods, those that stay cold apart from the others."""
    rows = session.execute(
        select(
            purchase_line.c.order_id,
            item.c.cold,
            func.sum(purchase_line.c.cases * purchase_line.c.case_base * item.c.weight_mg),
            func.sum(purchase_line.c.cases * purchase_line.c.case_base * item.c.volume_ul),
        )
        .join(item, item.c.id == purchase_line.c.item_id)
        .where(purchase_line.c.order_id.in_(orders))
        .group_by(purchase_line.c.order_id, item.c.cold)
        .order_by(purchase_line.c.order_id, item.c.cold)
    )
    for order_id, cold, weight_mg, volume_ul in rows:
        order = orders[order_id]
        yield Consignment(
            code=order["code"],
            source_id=order["market_id"],
            target_id=order["point_id"],
            cold=bool(cold),
            weight_g=-(-int(weight_mg) // _MG),
            volume_ml=-(-int(volume_ul) // _UL),
            ready_s=order["ready_s"],
            until_s=order["until_s"],
        )


def _transferred(
    session: Session, run_id: str, orders: Mapping[str, Mapping[str, Any]]
) -> Iterable[Consignment]:
    """Give what the households of a point wait for that comes to another point first."""
    stairwell = place.alias()
    rows = session.execute(
        select(
            purchase_line.c.order_id,
            stairwell.c.point_id,
            item.c.cold,
            func.sum(line_demand.c.quantity * item.c.weight_mg),
            func.sum(line_demand.c.quantity * item.c.volume_ul),
        )
        .join(purchase_line, purchase_line.c.id == line_demand.c.purchase_line_id)
        .join(item, item.c.id == purchase_line.c.item_id)
        .join(order_line, order_line.c.id == line_demand.c.line_id)
        .join(household_list, household_list.c.id == order_line.c.list_id)
        .join(household, household.c.id == household_list.c.household_id)
        .join(stairwell, stairwell.c.id == household.c.stairwell_id)
        .where(household_list.c.run_id == run_id, stairwell.c.point_id.is_not(None))
        .group_by(purchase_line.c.order_id, stairwell.c.point_id, item.c.cold)
    )
    sums: dict[tuple[str, str, bool], list[int]] = defaultdict(lambda: [0, 0])
    for order_id, point, cold, weight_mg, volume_ul in rows:
        landed = orders[order_id]["point_id"] if order_id in orders else point
        if landed != point:
            total = sums[landed, point, bool(cold)]
            total[0] += int(weight_mg)
            total[1] += int(volume_ul)
    codes = dict(
        session.execute(
            select(place.c.id, place.c.code).where(place.c.id.in_({key[1] for key in sums}))
        ).all()
    )
    for (source, target, cold), (weight_mg, volume_ul) in sorted(sums.items()):
        yield Consignment(
            code=codes[target],
            source_id=source,
            target_id=target,
            cold=cold,
            weight_g=-(-weight_mg // _MG),
            volume_ml=-(-volume_ul // _UL),
        )


def _places(session: Session, ids: Iterable[str]) -> tuple[VanPlace, ...]:
    names = ("id", "code", "name_zh", "name_en", "lon", "lat")
    rows = session.execute(
        select(*(place.c[name] for name in names))
        .where(place.c.id.in_(sorted(ids)))
        .order_by(place.c.code)
    ).mappings()
    return tuple(VanPlace(**row) for row in rows)
