"""Share what came among the households that asked (分配)."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.allocation import Share, Supply, Want, allocate
from logistics.domain.allocation_report import AllocationReport, report
from logistics.domain.runs import Run, Step, require
from logistics.domain.stock import Lot, LotState, stock
from logistics.store import audit, ledger, orders, runs, shares, wishes
from logistics.store.wishes import FrozenLine

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SharedOut:
    """A run after its goods were shared."""

    run: Run
    report: AllocationReport


def share_out(session: Session, run: str, *, actor: str, at: datetime) -> SharedOut:
    """Give every line its share of what came, or the reason why there is none.

    The rules stand in :mod:`logistics.domain.allocation`; the order in which lists came plays no
    part in them.

    Raises
    ------
    RunUnknown
        If there is no such run.
    RunOutOfOrder
        If it is not received.
    """
    found = runs.get_for_update(session, run)
    becomes = require(found, Step.ALLOCATE)
    lines = wishes.frozen_lines(session, found.id)
    lots = [lot for lot in orders.lots_of_run(session, found.id) if lot.state is LotState.RELEASED]
    depot = stock(runs.depot_code(session, found.district_id))
    there = ledger.at_location(session, depot, (lot.id for lot in lots))
    given = allocate(
        _wants(lines),
        [
            Supply(
                lot_id=lot.id,
                item_id=lot.item_id,
                quantity=there[lot.id],
                instead_of=lot.instead_of,
            )
            for lot in lots
            if lot.id in there
        ],
        shares.situations(session, found.id),
        {
            good.id: (good.category, good.substitute_class)
            for good in wishes.goods(session).values()
        },
        salt=found.code,
    )
    shares.add_all(
        session,
        given,
        run_id=found.id,
        tiers={line.line_id: line.need_tier for line in lines},
        at=at,
    )
    runs.set_state(session, found.id, becomes)
    result = _report(lines, given, lots)
    audit.record(
        session,
        actor=actor,
        command="run.allocate",
        subject=found.id,
        facts={kind.value: count for kind, count in result.lines.items()},
        at=at,
    )
    log.info("run %s allocated: %d shares", found.id, len(given))
    return SharedOut(runs.get(session, found.id), result)


def allocation_report(session: Session, run: str) -> AllocationReport:
    """Report on the sharing of a run from its record; empty before it was shared.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run)
    rows = shares.of_run(session, found.id)
    got: dict[str, int] = defaultdict(int)
    for row in rows:
        got[row.line_id] += row.quantity
    given = [
        Share(
            line_id=row.line_id,
            lot_id=row.lot_id,
            quantity=row.quantity,
            kind=row.kind,
            reason=row.reason,
            asked=row.asked,
            got=got[row.line_id],
        )
        for row in rows
    ]
    if not given:
        return report((), (), {}, {})
    lots = [lot for lot in orders.lots_of_run(session, found.id) if lot.state is LotState.RELEASED]
    return _report(wishes.frozen_lines(session, found.id), given, lots)


def _wants(lines: Sequence[FrozenLine]) -> list[Want]:
    return [
        Want(
            line_id=line.line_id,
            household_code=line.household_code,
            item_id=line.item_id,
            quantity=line.quantity,
            tier=line.need_tier,
            step=line.step,
            substitution=line.substitution,
        )
        for line in lines
    ]


def _report(
    lines: Sequence[FrozenLine], given: Sequence[Share], lots: Sequence[Lot]
) -> AllocationReport:
    item_of = {lot.id: lot.item_id for lot in lots}
    supply: dict[str, int] = defaultdict(int)
    for lot in lots:
        supply[lot.item_id] += lot.quantity - lot.damaged
    used: dict[str, int] = defaultdict(int)
    for share in given:
        if share.lot_id is not None:
            used[item_of[share.lot_id]] += share.quantity
    return report(_wants(lines), given, supply, used)
