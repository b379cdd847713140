"""Take in what a market really brought (物资入库)."""

import hashlib
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import astuple, replace
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.procurement import OrderState, Receipt, Received
from logistics.domain.runs import Run, Step, require
from logistics.domain.stock import (
    Explanation,
    Lot,
    LotState,
    Move,
    MoveKind,
    loss,
    stock,
    supplier,
    van,
)
from logistics.domain.suppliers import ANY_CODE, provenance_fits
from logistics.errors import Conflict, Invalid
from logistics.store import audit, ledger, orders, runs, suppliers, wishes
from logistics.store.orders import OrderHead
from logistics.store.wishes import Good

log = logging.getLogger(__name__)

ABSURD_FACTOR = 2
"""More than so many times the ordered quantity is a slip of the counter, not a delivery."""


WEIGHT_FACTOR = 3
"""A scale that says more than so many times, or less than a part, of the usual weight errs."""

_PHOTO = re.compile(r"sha256:[0-9a-f]{64}|https?://[!-~]{1,400}")


class KeyReused(Conflict):
    """The key already belongs to a receipt with other content."""

    code = "receipt.key-reused"


class CountInvalid(Invalid):
    """A count cannot be what came for this order; nothing of the receipt was recorded."""

    code = "receipt.count-invalid"


class ItemNotOrdered(Invalid):
    """The order has no such item, and it was not said what it came instead of."""

    code = "receipt.item-not-ordered"


class ReceiptAbsurd(Invalid):
    """More than twice the ordered quantity was counted."""

    code = "receipt.absurd"


class NothingCameAfterAll(Conflict):
    """Goods of this order have already been received."""

    code = "order.already-received"


def receive_goods(
    session: Session,
    order_id: str,
    counts: Sequence[Received],
    *,
    key: str,
    van_code: str | None = None,
    actor: str,
    at: datetime,
) -> Receipt:
    """Record what was counted and move it from the supplier to its point, lot by lot.

    That is the point that the order names, without one the depot.

    With a van the count was made at the market: the goods are on that van until they are counted
    a second time at their point (:func:`logistics.usecases.count_at_point.count_at_point`).

    What came is the truth: short, too much, damaged or another item. All or nothing: one refused
    count refuses the receipt. Cold goods without provenance are held and given to nobody.

    Parameters
    ----------
    order_id
        The order's id or code.
    counts
        Base units; an order may come in several receipts.
    key
        Chosen by the counter's device. The same key and content returns the first receipt and
        moves nothing.
    van_code
        The van that takes the goods along; None where they were counted at the depot.

    Raises
    ------
    OrderUnknown
        If there is no such order.
    KeyReused
        If the key was used for another order or other counts.
    RunOutOfOrder
        If the run no longer awaits goods.
    CountInvalid, ItemNotOrdered, ReceiptAbsurd
        If a count is refused; the facts name line, field, value and mend.
    """
    order = orders.get_for_update(session, order_id)
    run = runs.get_for_update(session, order.run_id)
    receipt_id, digest, new = orders.claim_receipt(
        session,
        order_id=order.id,
        key=key,
        digest=_digest(order.id, counts, van_code),
        actor=actor,
        at=at,
    )
    if digest != _digest(order.id, counts, van_code):
        raise KeyReused(key=key, receipt=receipt_id, mend="use a new key for other counts")
    if not new:
        return orders.receipt_of(session, receipt_id)
    require(run, Step.RECEIVE)
    catalogue = wishes.goods(session)
    resolved = resolve(session, counts)
    _check(order, resolved, catalogue, orders.came(session, order.id))
    codes = suppliers.named(session, run.district_id, order.market_code).provenance
    lots = [
        new_lot(count, catalogue[count.item], at, codes=codes)
        for count in resolved
        if count.quantity_base
    ]
    orders.add_lots(session, lots, run_id=run.id, receipt_id=receipt_id, at=at)
    ledger.post(
        session,
        moves_in(
            lots,
            run,
            source=supplier(order.market_code),
            target=van(van_code) if van_code else stock(_landing(session, run, order)),
            kind=MoveKind.PURCHASE,
        ),
        run_id=run.id,
        cause=receipt_id,
        actor=actor,
        at=at,
    )
    so_far = orders.came(session, order.id)
    complete = all(so_far.get(item, 0) >= ordered for item, ordered in order.ordered.items())
    orders.set_state(
        session, order.id, OrderState.RECEIVED if complete else OrderState.PART_RECEIVED
    )
    audit.record(
        session,
        actor=actor,
        command="order.receive",
        subject=order.id,
        facts={"receipt": receipt_id, "lots": len(lots)},
        at=at,
    )
    log.info("receipt %s: %d lots for order %s", receipt_id, len(lots), order.id)
    return orders.receipt_of(session, receipt_id)


def _landing(session: Session, run: Run, order: OrderHead) -> str:
    return order.point_code or runs.depot_code(session, run.district_id)


def mark_nothing_came(session: Session, order_id: str, *, actor: str, at: datetime) -> None:
    """Record that a market brought nothing at all; saying it again changes nothing.

    Raises
    ------
    OrderUnknown
        If there is no such order.
    RunOutOfOrder
        If the run no longer awaits goods.
    NothingCameAfterAll
        If there is a receipt for it.
    """
    order = orders.get_for_update(session, order_id)
    if order.state is OrderState.NOTHING_CAME:
        return
    require(runs.get_for_update(session, order.run_id), Step.RECEIVE)
    if order.state is not OrderState.SENT:
        raise NothingCameAfterAll(order=order.code, state=order.state.value)
    orders.set_state(session, order.id, OrderState.NOTHING_CAME)
    audit.record(
        session, actor=actor, command="order.nothing-came", subject=order.id, facts={}, at=at
    )


def _digest(order_id: str, counts: Sequence[Received], van_code: str | None) -> str:
    said = [order_id, *map(astuple, counts), *([van_code] if van_code else [])]
    text = json.dumps(said, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def resolve(session: Session, counts: Sequence[Received]) -> list[Received]:
    """Replace names and aliases of items by their ids.

    Raises
    ------
    ItemNotOrdered
        At the first that the catalogue does not know.
    """
    known = wishes.names(session)

    def item_id(line: int, field: str, said: str) -> str:
        if said not in known:
            raise ItemNotOrdered(
                line=line,
                field=field,
                value=said,
                mend="write the item as the order or the catalogue names it",
            )
        return known[said]

    return [
        replace(
            count,
            item=item_id(n, "item", count.item),
            instead_of=count.instead_of and item_id(n, "instead_of", count.instead_of),
        )
        for n, count in enumerate(counts, start=1)
    ]


def _check(
    order: OrderHead,
    counts: Sequence[Received],
    catalogue: dict[str, Good],
    so_far: dict[str, int],
) -> None:
    total = dict(so_far)
    for n, count in enumerate(counts, start=1):
        check_numbers(n, count, catalogue[count.item])
        stands_for = count.instead_of or count.item
        if stands_for not in order.ordered:
            raise ItemNotOrdered(
                order=order.code,
                line=n,
                field="instead_of" if count.instead_of else "item",
                value=catalogue[stands_for].name_zh,
                mend="give an item of this order, or say in instead_of which one it replaces",
            )
        if count.instead_of == count.item:
            raise CountInvalid(
                line=n,
                field="instead_of",
                value=catalogue[count.item].name_zh,
                mend="leave it empty when the ordered item itself came",
            )
        if catalogue[stands_for].base != catalogue[count.item].base:
            raise CountInvalid(
                line=n,
                field="instead_of",
                value=catalogue[stands_for].name_zh,
                mend="only items counted in the same base unit replace one another",
            )
        total[stands_for] = total.get(stands_for, 0) + count.quantity_base
        if total[stands_for] > ABSURD_FACTOR * order.ordered[stands_for]:
            raise ReceiptAbsurd(
                order=order.code,
                line=n,
                field="quantity_base",
                value=total[stands_for],
                item=catalogue[stands_for].name_zh,
                ordered=order.ordered[stands_for],
                mend="count again, in base units (g, ml or pieces), not in cases",
            )


def check_numbers(line: int, count: Received, good: Good) -> None:
    """Refuse a count that cannot be, whatever was ordered.

    Raises
    ------
    CountInvalid
        The facts name line, field, value and mend.
    """
    if count.quantity_base < 0:
        raise CountInvalid(
            line=line,
            field="quantity_base",
            value=count.quantity_base,
            mend="give 0 when none came",
        )
    if not 0 <= count.damaged_base <= count.quantity_base:
        raise CountInvalid(
            line=line,
            field="damaged_base",
            value=count.damaged_base,
            mend=f"damaged goods are part of the {count.quantity_base} counted",
        )
    if count.price_fen is not None and count.price_fen < 0:
        raise CountInvalid(
            line=line, field="price_fen", value=count.price_fen, mend="give 0 or more"
        )
    if count.photo and not _PHOTO.fullmatch(count.photo):
        raise CountInvalid(
            line=line,
            field="photo",
            value=count.photo[:80],
            mend="give sha256: with 64 digits of the picture, or its address (https://…)",
        )
    if count.weight_g is None:
        return
    usual_g = count.quantity_base * good.weight_mg / 1000
    if not usual_g / WEIGHT_FACTOR <= count.weight_g <= usual_g * WEIGHT_FACTOR:
        raise CountInvalid(
            line=line,
            field="weight_g",
            value=count.weight_g,
            mend=f"{count.quantity_base} usually weigh {usual_g:.0f} g: count or weigh again",
        )


def new_lot(count: Received, good: Good, at: datetime, *, codes: str | None = ANY_CODE) -> Lot:
    """Make the lot of a count; cold goods are held without a provenance code as their supplier's.

    Parameters
    ----------
    codes
        What those codes look like; None: the supplier gives none.
    """
    held = good.cold and not provenance_fits(codes, count.provenance)
    return Lot(
        id=new_id("lt", at),
        item_id=count.item,
        quantity=count.quantity_base,
        damaged=count.damaged_base,
        instead_of=count.instead_of,
        state=LotState.HELD if held else LotState.RELEASED,
        provenance=count.provenance.strip(),
        weight_g=count.weight_g,
        price_fen=count.price_fen,
        photo=count.photo,
    )


def moves_in(
    lots: Sequence[Lot], run: Run, *, source: str, target: str, kind: MoveKind
) -> list[Move]:
    """Bring lots from where they come from to where they are counted; damaged goods are lost."""
    moves = [
        Move(lot_id=lot.id, quantity=lot.quantity, source=source, target=target, kind=kind)
        for lot in lots
    ]
    moves += [
        Move(
            lot_id=lot.id,
            quantity=lot.damaged,
            source=target,
            target=loss(run.code),
            kind=MoveKind.LOSS,
            reason=Explanation.DAMAGE.value,
        )
        for lot in lots
        if lot.damaged
    ]
    return moves
