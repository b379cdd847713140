"""Orders to markets, their receipts and lots, and the wishes behind each line."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, literal_column, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.procurement import (
    OrderedLine,
    OrderState,
    PurchaseOrder,
    Receipt,
    ReceivedLine,
)
from logistics.domain.stock import Lot, LotState, MoveKind
from logistics.errors import NotFound
from logistics.store import suppliers
from logistics.store.tables import (
    household,
    household_list,
    item,
    line_demand,
    lot,
    movement,
    offer_terms,
    order_line,
    order_terms,
    place,
    purchase_line,
    purchase_order,
    receipt,
)


class OrderUnknown(NotFound):
    """No order has this id or code."""

    code = "order.unknown"


class ReceiptUnknown(NotFound):
    """No receipt has this id."""

    code = "receipt.unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class WishBehind:
    """A household's line that an order was made for."""

    line_id: str
    household_code: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHead:
    """What a receipt needs of the order it belongs to."""

    id: str
    run_id: str
    code: str
    market_code: str
    state: OrderState
    ordered: dict[str, int]
    point_code: str | None = None  # where its goods go; None: to the depot


def of_run(session: Session, run_id: str) -> tuple[PurchaseOrder, ...]:
    """Read the orders of a run with their lines, by code."""
    received = _received_by_order(session, run_id)
    lines: dict[str, list[OrderedLine]] = defaultdict(list)
    for row in session.execute(
        select(purchase_line, item.c.name_zh, item.c.name_en, item.c.base, offer_terms.c.aisle)
        .join(purchase_order, purchase_order.c.id == purchase_line.c.order_id)
        .join(item, item.c.id == purchase_line.c.item_id)
        .outerjoin(
            offer_terms,
            (offer_terms.c.market_id == purchase_order.c.market_id)
            & (offer_terms.c.item_id == purchase_line.c.item_id),
        )
        .where(purchase_order.c.run_id == run_id)
        .order_by(item.c.category, item.c.name_zh)
    ):
        lines[row.order_id].append(
            OrderedLine(
                id=row.id,
                item_id=row.item_id,
                name_zh=row.name_zh,
                name_en=row.name_en,
                base=row.base,
                demand=row.demand,
                case_base=row.case_base,
                cases=row.cases,
                price_fen=row.price_fen,
                received=received.get((row.order_id, row.item_id), 0),
                households=row.households,
                aisle=row.aisle or "",
            )
        )
    point = place.alias()
    rows = session.execute(
        select(
            purchase_order,
            place.c.code.label("market_code"),
            place.c.name_zh,
            place.c.name_en,
            point.c.code.label("point_code"),
            order_terms.c.buyers,
            order_terms.c.ready_s,
        )
        .join(place, place.c.id == purchase_order.c.market_id)
        .outerjoin(order_terms, order_terms.c.order_id == purchase_order.c.id)
        .outerjoin(point, point.c.id == order_terms.c.point_id)
        .where(purchase_order.c.run_id == run_id)
        .order_by(purchase_order.c.code)
    ).all()
    flagged = suppliers.flags(session, [row.id for row in rows])
    return tuple(
        PurchaseOrder(
            id=row.id,
            run_id=run_id,
            code=row.code,
            market_id=row.market_id,
            market_code=row.market_code,
            market_zh=row.name_zh,
            market_en=row.name_en,
            state=OrderState(row.state),
            lines=tuple(lines[row.id]),
            point_code=row.point_code,
            buyers=row.buyers or 0,
            ready_s=row.ready_s or 0,
            flag=flagged.get(row.id, ""),
        )
        for row in rows
    )


def _received_by_order(session: Session, run_id: str) -> dict[tuple[str, str], int]:
    ordered_item = func.coalesce(lot.c.instead_of_id, lot.c.item_id)
    rows = session.execute(
        select(receipt.c.order_id, ordered_item, func.sum(lot.c.quantity))
        .join(receipt, receipt.c.id == lot.c.receipt_id)
        .where(lot.c.run_id == run_id)
        .group_by(receipt.c.order_id, ordered_item)
    )
    return {(order_id, item_id): int(quantity) for order_id, item_id, quantity in rows}


def wishes_behind(session: Session, purchase_line_id: str) -> tuple[WishBehind, ...]:
    """Read whose lines stand behind a purchase line, by household code."""
    rows = session.execute(
        select(line_demand.c.line_id, household.c.code, line_demand.c.quantity)
        .join(order_line, order_line.c.id == line_demand.c.line_id)
        .join(household_list, household_list.c.id == order_line.c.list_id)
        .join(household, household.c.id == household_list.c.household_id)
        .where(line_demand.c.purchase_line_id == purchase_line_id)
        .order_by(household.c.code, line_demand.c.id)
    )
    return tuple(
        WishBehind(line_id=line_id, household_code=code, quantity=quantity)
        for line_id, code, quantity in rows
    )


def get_for_update(session: Session, id_or_code: str) -> OrderHead:
    """Read an order by id or code and lock it.

    Raises
    ------
    OrderUnknown
        If there is none.
    """
    row = session.execute(
        select(purchase_order)
        .where(or_(purchase_order.c.id == id_or_code, purchase_order.c.code == id_or_code))
        .order_by(purchase_order.c.created_at.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise OrderUnknown(field="order", value=id_or_code, mend="supplyloop run order, or show")
    lines = session.execute(
        select(purchase_line.c.item_id, purchase_line.c.cases * purchase_line.c.case_base).where(
            purchase_line.c.order_id == row.id
        )
    )
    market = session.execute(select(place.c.code).where(place.c.id == row.market_id)).scalar_one()
    return OrderHead(
        id=row.id,
        run_id=row.run_id,
        code=row.code,
        market_code=market,
        state=OrderState(row.state),
        ordered=dict(lines.all()),
        point_code=session.execute(
            select(place.c.code)
            .join(order_terms, order_terms.c.point_id == place.c.id)
            .where(order_terms.c.order_id == row.id)
        ).scalar(),
    )


def states(session: Session, run_id: str) -> dict[str, OrderState]:
    """Read the state of each order of a run by its code."""
    rows = session.execute(
        select(purchase_order.c.code, purchase_order.c.state).where(
            purchase_order.c.run_id == run_id
        )
    )
    return {code: OrderState(state) for code, state in rows}


def set_state(session: Session, order_id: str, state: OrderState) -> None:
    """Move an order on."""
    session.execute(
        update(purchase_order).where(purchase_order.c.id == order_id).values(state=state.value)
    )


def came(session: Session, order_id: str) -> dict[str, int]:
    """Read what came so far for each ordered item, substitutes included."""
    ordered_item = func.coalesce(lot.c.instead_of_id, lot.c.item_id)
    rows = session.execute(
        select(ordered_item, func.sum(lot.c.quantity))
        .join(receipt, receipt.c.id == lot.c.receipt_id)
        .where(receipt.c.order_id == order_id)
        .group_by(ordered_item)
    )
    return {item_id: int(quantity) for item_id, quantity in rows}


def claim_receipt(
    session: Session, *, order_id: str, key: str, digest: str, actor: str, at: datetime
) -> tuple[str, str, bool]:
    """Insert a receipt under its key, or find the one that has the key.

    Returns
    -------
        Its id, the digest of its content, and whether it is new. Two calls that race meet on the
        unique key: the second waits for the first.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    made = session.execute(
        dialect.insert(receipt)
        .values(id=new_id("rc", at), order_id=order_id, key=key, digest=digest, actor=actor, at=at)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(receipt.c.id)
    ).scalar()
    if made is not None:
        return str(made), digest, True
    earlier = session.execute(
        select(receipt.c.id, receipt.c.digest).where(receipt.c.key == key)
    ).one()
    return earlier.id, earlier.digest, False


def add_lots(
    session: Session, lots: Sequence[Lot], *, run_id: str, receipt_id: str, at: datetime
) -> None:
    """Write the lots of a receipt."""
    if not lots:
        return
    session.execute(
        insert(lot),
        [
            {
                "id": one.id,
                "run_id": run_id,
                "receipt_id": receipt_id,
                "item_id": one.item_id,
                "instead_of_id": one.instead_of,
                "quantity": one.quantity,
                "state": one.state.value,
                "provenance": one.provenance,
                "received_at": at,
                "weight_g": one.weight_g,
                "price_fen": one.price_fen,
                "photo": one.photo,
            }
            for one in lots
        ],
    )


def lots_of_run(session: Session, run_id: str) -> tuple[Lot, ...]:
    """Read all lots of a run, oldest first."""
    return _lots(session, lot.c.run_id == run_id)


def receipt_of(session: Session, receipt_id: str) -> Receipt:
    """Read a receipt and how its order stood with it; later receipts change nothing in it.

    Raises
    ------
    ReceiptUnknown
        If there is none.
    """
    row = session.execute(select(receipt).where(receipt.c.id == receipt_id)).one_or_none()
    if row is None:
        raise ReceiptUnknown(receipt=receipt_id)
    until = session.execute(
        select(receipt.c.id).where(
            receipt.c.order_id == row.order_id,
            (receipt.c.at < row.at) | ((receipt.c.at == row.at) & (receipt.c.id <= row.id)),
        )
    ).scalars()
    so_far: dict[str, int] = defaultdict(int)
    wanted = set(until)
    rows = session.execute(
        select(lot.c.receipt_id, lot.c.item_id, lot.c.instead_of_id, lot.c.quantity).where(
            lot.c.receipt_id.in_(wanted)
        )
    )
    for one in rows:
        so_far[one.instead_of_id or one.item_id] += one.quantity
    lines = session.execute(
        select(purchase_line.c.item_id, purchase_line.c.cases * purchase_line.c.case_base)
        .where(purchase_line.c.order_id == row.order_id)
        .order_by(purchase_line.c.item_id)
    )
    return Receipt(
        id=row.id,
        order_id=row.order_id,
        key=row.key,
        actor=row.actor,
        at=row.at,
        lots=_lots(session, lot.c.receipt_id == receipt_id),
        lines=tuple(
            ReceivedLine(item_id=item_id, ordered=ordered, came=so_far.get(item_id, 0))
            for item_id, ordered in lines
        ),
    )


def _lots(session: Session, where: Any) -> tuple[Lot, ...]:
    lost = (  # by the lots that are asked for: else all losses of all days would be added up
        select(func.coalesce(func.sum(movement.c.quantity), 0))
        .where(
            movement.c.lot_id == lot.c.id,
            movement.c.cause == lot.c.receipt_id,
            # spelt out: an index of losses alone answers it
            movement.c.kind == literal_column(f"'{MoveKind.LOSS.value}'"),
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(lot, lost.label("damaged"))
        .where(where)
        .order_by(lot.c.received_at, lot.c.item_id, lot.c.provenance, lot.c.quantity, lot.c.id)
    )
    return tuple(
        Lot(
            id=row.id,
            item_id=row.item_id,
            quantity=row.quantity,
            damaged=int(row.damaged),
            instead_of=row.instead_of_id,
            state=LotState(row.state),
            provenance=row.provenance,
            weight_g=row.weight_g,
            price_fen=row.price_fen,
            photo=row.photo,
        )
        for row in rows
    )
