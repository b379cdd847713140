"""Turn the frozen lists of a run into one order per market (下单采购)."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.procurement import NotBought, PurchaseOrder, Wish, procure
from logistics.domain.runs import Run, Step, require
from logistics.store import audit, orders, runs, wishes

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """The orders of a run; ``not_bought`` counts lines that stand behind no purchase."""

    run: Run
    orders: tuple[PurchaseOrder, ...]
    lines: int
    not_bought: Mapping[NotBought, int]

    @property
    def total_fen(self) -> int:
        """Return what all orders cost."""
        return sum(order.total_fen for order in self.orders)


def place_orders(session: Session, run: str, *, actor: str, at: datetime) -> Ordered:
    """Order what the lists ask for where it is cheapest, in whole cases.

    Raises
    ------
    RunUnknown
        If there is no such run.
    RunOutOfOrder
        If it is not cut off.
    """
    found = runs.get_for_update(session, run)
    becomes = require(found, Step.ORDER)
    lines = wishes.frozen_lines(session, found.id)
    bought = procure(
        (
            Wish(
                line_id=line.line_id,
                household_code=line.household_code,
                item_id=line.item_id,
                quantity=line.quantity,
            )
            for line in lines
        ),
        wishes.offers(session, found.district_id),
        salt=found.code,
    )
    orders.add_all(session, found, bought, at=at)
    runs.set_state(session, found.id, becomes)
    placed = orders.of_run(session, found.id)
    missing = {
        reason: len({b.line_id for b in bought.backings if b.reason is reason})
        for reason in NotBought
    }
    audit.record(
        session,
        actor=actor,
        command="run.order",
        subject=found.id,
        facts={
            "orders": len(placed),
            "lines": len(lines),
            "total_fen": sum(order.total_fen for order in placed),
            **{reason.value: count for reason, count in missing.items()},
        },
        at=at,
    )
    log.info("run %s: %d orders for %d lines", found.id, len(placed), len(lines))
    return Ordered(
        run=runs.get(session, found.id),
        orders=placed,
        lines=len(lines),
        not_bought={reason: count for reason, count in missing.items() if count},
    )
