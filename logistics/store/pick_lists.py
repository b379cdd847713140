"""What buyers fetch in a run, and for whom, as rows for their sheets."""

from collections import Counter, defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.pick_lists import (
    HomeLine,
    HomeSheet,
    PickBook,
    PickLine,
    PickSheet,
    aisle_key,
    by_aisle,
    shared_out,
)
from logistics.domain.procurement import PurchaseOrder
from logistics.domain.runs import Run
from logistics.store import orders, runs
from logistics.store.tables import (
    district,
    household,
    household_list,
    item,
    line_demand,
    offer_terms,
    order_line,
    place,
    purchase_line,
    purchase_order,
)


def book_of(session: Session, run: Run, *, homes: bool = False, only: str = "") -> PickBook:
    """Read all pick sheets of a run, by supplier; with each household's list where asked for.

    Parameters
    ----------
    only
        Beginning of the codes of the households whose lists are wanted: a compound, a building.
    """
    placed = orders.of_run(session, run.id)
    goods = _goods(session)
    names = {
        row.code: (row.name_zh, row.name_en)
        for row in session.execute(
            select(place.c.code, place.c.name_zh, place.c.name_en).where(
                place.c.district_id == run.district_id, place.c.kind == "point"
            )
        )
    }
    depot = runs.depot_code(session, run.district_id)
    lists = _homes(session, run.id, only) if homes else {}
    area = session.execute(
        select(district.c.name).where(district.c.id == run.district_id)
    ).scalar_one()
    return PickBook(
        run_code=run.code,
        day=run.day,
        district_name=area,
        sheets=tuple(
            PickSheet(
                order_code=order.code,
                supplier_code=order.market_code,
                supplier_zh=order.market_zh,
                supplier_en=order.market_en,
                point_zh=names[order.point_code or depot][0],
                point_en=names[order.point_code or depot][1],
                ready_s=order.ready_s,
                buyers=order.buyers,
                flag=order.flag,
                lines=_lines(order, goods),
                homes=tuple(lists.get(order.id, ())),
            )
            for order in placed
        ),
    )


def _goods(session: Session) -> dict[str, tuple[str, bool]]:
    """Read the usual aisle of each item, and whether it stays cold."""
    rows = session.execute(select(item.c.id, item.c.cold, item.c.aisle))
    return {row.id: (row.aisle, row.cold) for row in rows}


def _lines(order: PurchaseOrder, goods: dict[str, tuple[str, bool]]) -> tuple[PickLine, ...]:
    placed = sorted(
        ((line.aisle or goods[line.item_id][0], line) for line in order.lines),
        key=lambda pair: aisle_key(pair[0]),  # within an aisle by kind, as orders are
    )
    dealt = shared_out([aisle for aisle, _ in placed], order.buyers)
    return tuple(
        PickLine(
            buyer=buyer,
            aisle=aisle,
            item_zh=line.name_zh,
            item_en=line.name_en,
            base=line.base,
            case_base=line.case_base,
            cases=line.cases,
            price_fen=line.price_fen,
            cold=goods[line.item_id][1],
        )
        for buyer, (aisle, line) in zip(dealt, placed, strict=True)
    )


def _homes(session: Session, run_id: str, only: str) -> dict[str, list[HomeSheet]]:
    """Read what of each household's list stands behind each order, by order id."""
    rows = session.execute(
        select(
            purchase_order.c.id,
            household.c.code,
            household_list.c.note,
            item.c.name_zh,
            item.c.name_en,
            item.c.base,
            item.c.cold,
            line_demand.c.quantity,
            order_line.c.said,
            offer_terms.c.aisle,
            item.c.aisle.label("usual"),
        )
        .select_from(line_demand)
        .join(purchase_line, purchase_line.c.id == line_demand.c.purchase_line_id)
        .join(purchase_order, purchase_order.c.id == purchase_line.c.order_id)
        .join(item, item.c.id == purchase_line.c.item_id)
        .join(order_line, order_line.c.id == line_demand.c.line_id)
        .join(household_list, household_list.c.id == order_line.c.list_id)
        .join(household, household.c.id == household_list.c.household_id)
        .outerjoin(
            offer_terms,
            (offer_terms.c.market_id == purchase_order.c.market_id)
            & (offer_terms.c.item_id == purchase_line.c.item_id),
        )
        .where(
            purchase_order.c.run_id == run_id,
            household.c.code.startswith(only, autoescape=True),
        )
        .order_by(purchase_order.c.code, household.c.code)
    )
    lines: dict[tuple[str, str, str], list[HomeLine]] = defaultdict(list)
    for row in rows:
        lines[row.id, row.code, row.note].append(
            HomeLine(
                aisle=row.aisle or row.usual,
                item_zh=row.name_zh,
                item_en=row.name_en,
                base=row.base,
                quantity=row.quantity,
                said=row.said,
                cold=row.cold,
            )
        )
    shops = Counter(code for _, code, _ in lines)
    found: dict[str, list[HomeSheet]] = defaultdict(list)
    for (order_id, code, note), mine in lines.items():
        found[order_id].append(
            HomeSheet(household=code, note=note, lines=by_aisle(mine), whole=shops[code] == 1)
        )
    return found
