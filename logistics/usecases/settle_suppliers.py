"""Tell what suppliers are to get for a run, order by order (供应商结算)."""

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from logistics.domain.money import Booking, Holding, supplier
from logistics.domain.money_views import Settlement, SettlementLine
from logistics.store import lots, money, money_facts, orders, runs, wishes
from logistics.store.money_facts import Supplied


@dataclass(slots=True)
class _Came:
    """What came for one ordered item."""

    goods: Supplied = field(default_factory=Supplied)
    payable: int = 0


def settle_suppliers(session: Session, run: str) -> tuple[Settlement, ...]:
    """Put what was ordered beside what came and what is to be paid for it, by supplier.

    What came instead of an ordered item stands in that item's line.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run)
    costed = money_facts.lots(session, found.id)
    held = money.holdings(session, found.id)
    supplied = money_facts.supplied(session, found.id)
    instead = money_facts.instead_of(session, found.id)
    came: dict[str, dict[str, _Came]] = defaultdict(lambda: defaultdict(_Came))
    for card in lots.of_run(session, found.id):
        lot = costed.get(card.id)
        if lot is None:
            continue
        of = came[lot.order_id][instead.get(card.id, card.item_id)]
        got = supplied.get(card.id, Supplied())
        of.goods.came += got.came
        of.goods.damaged += got.damaged
        of.goods.returned += got.returned
        origin = "donation" if lot.basis == "gift" else "supplier"
        of.payable -= held.get(card.id, {}).get(f"{origin}:{lot.supplier_code}", Holding()).fen
    gifts = {lot.order_id for lot in costed.values() if lot.basis == "gift"}
    goods = wishes.goods(session)
    paid: dict[str, int] = defaultdict(int)
    for (kind, account), fen in money.sums(session, found.id).items():
        if kind in (Booking.SETTLEMENT, Booking.CORRECTION):
            paid[account] += fen
    told = []
    for order in orders.of_run(session, found.id):
        of_order = came[order.id]
        ordered = {line.item_id: line for line in order.lines}
        lines = []
        for item_id in [*ordered, *sorted(of_order.keys() - ordered.keys())]:
            line, got_here = ordered.get(item_id), of_order.get(item_id, _Came())
            quantity = 0 if line is None else line.quantity
            lines.append(
                SettlementLine(
                    order=order.code,
                    supplier=order.market_code,
                    item_zh=goods[item_id].name_zh,
                    item_en=goods[item_id].name_en,
                    base=goods[item_id].base,
                    ordered=quantity,
                    ordered_fen=0 if line is None else line.total_fen,
                    came=got_here.goods.came,
                    short=max(0, quantity - got_here.goods.came),
                    damaged=got_here.goods.damaged,
                    returned=got_here.goods.returned,
                    payable_fen=got_here.payable,
                )
            )
        told.append(
            Settlement(
                supplier=order.market_code,
                name_zh=order.market_zh,
                name_en=order.market_en,
                gift=order.id in gifts,
                lines=tuple(lines),
                payable_fen=sum(line.payable_fen for line in lines),
                paid_fen=paid.get(supplier(order.market_code), 0),
            )
        )
    return tuple(told)
