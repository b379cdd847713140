"""A day's receipts in one go: from a file of counts, or all as ordered."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from logistics.domain.procurement import PurchaseOrder, Received
from logistics.domain.runs import Run
from logistics.errors import Invalid
from logistics.exchange.receipts import read_receipts
from logistics.exchange.tables import Finding
from logistics.store import catalogue, orders, runs
from logistics.usecases.finish_receiving import finish_receiving
from logistics.usecases.receive_goods import mark_nothing_came, receive_goods


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A run after its goods were taken in; ``nothing`` counts orders that brought nothing.

    ``findings`` are rows that cannot be read, ``left_out`` the orders they are of: of these
    nothing was recorded, and receiving is not finished.
    """

    run: Run
    receipts: int
    nothing: int
    findings: tuple[Finding, ...] = ()
    left_out: tuple[str, ...] = ()


def take_in(
    session: Session,
    run: str,
    file: Path | None,
    *,
    as_ordered: bool,
    finish: bool,
    van_code: str | None = None,
    actor: str,
    at: datetime,
) -> TakenIn:
    """Record what came of a run's orders, and finish receiving unless more is to come.

    With a van the counts were made at the market, and the goods are on their way.

    The content itself is the key of each receipt, so the same file moves nothing twice.

    Raises
    ------
    TableUnreadable, ReceiptFileInvalid
        If the file cannot be read.
    OrderUnknown, ItemNotOrdered, CountInvalid, ReceiptAbsurd
        If a count does not fit its order.
    RunOutOfOrder, OrdersAwaited
        If the run has no orders yet, or of some of them it is not known what came.
    """
    found = runs.get(session, run)
    known = orders.of_run(session, found.id)
    counts: Mapping[str, Sequence[Received]] = {}
    if as_ordered:
        counts = {order.code: _as_ordered(order) for order in known}
    reading = None
    if not as_ordered and file is not None:
        reading = read_receipts(file, catalogue.load(session))
        counts = reading.counts
    ids = {order.code: order.id for order in known}
    receipts = nothing = 0
    for code, counted in counts.items():
        order_id = ids.get(code, code)  # an unknown code is refused below, by name
        if counted:
            text = repr([order_id, *counted, *([van_code] if van_code else [])])
            key = f"file/{hashlib.sha256(text.encode()).hexdigest()}"
            try:
                receive_goods(
                    session, order_id, counted, key=key, van_code=van_code, actor=actor, at=at
                )
            except Invalid as refusal:  # its line is that of the order's counts
                refusal.facts |= {"order": code, "file": file.name if file else ""}
                raise
            receipts += 1
        else:
            mark_nothing_came(session, order_id, actor=actor, at=at)
            nothing += 1
    findings, left_out = (reading.findings, reading.left_out) if reading else ((), ())
    done = finish and not findings and van_code is None
    after = finish_receiving(session, found.id, actor=actor, at=at) if done else found
    return TakenIn(after, receipts, nothing, findings, left_out)


def _as_ordered(order: PurchaseOrder) -> tuple[Received, ...]:
    # who says that all came as ordered says it of the papers too
    return tuple(
        Received(item=line.item_id, quantity_base=line.quantity, provenance=f"order {order.code}")
        for line in order.lines
    )
