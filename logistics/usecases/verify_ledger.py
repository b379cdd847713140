"""Prove that the ledger of goods holds: nothing appeared, nothing disappeared (账本核验)."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.custody_replay import replay
from logistics.domain.verification import Check, Fault, LedgerProof
from logistics.errors import Conflict
from logistics.store import custody, ledger_checks, runs, seals

NAMED = 50
"""Faults of one check that a proof names; of the further ones it gives the number."""


class LedgerBroken(Conflict):
    """Some check of the ledger does not hold."""

    code = "ledger.broken"


_BAGS_AT_ONCE = 2_000

_CHECKS: dict[Check, Callable[[Session, str | None], Iterator[Fault]]] = {
    Check.BALANCES: ledger_checks.balances,
    Check.NEGATIVE: ledger_checks.negative,
    Check.LOTS: ledger_checks.lots,
    Check.CONSERVED: ledger_checks.conserved,
    Check.CUSTODY: ledger_checks.custody,
    Check.INTERVALS: ledger_checks.intervals,
    Check.BAGS: ledger_checks.bags,
    Check.HOUSEHOLDS: ledger_checks.households,
    Check.CORRECTIONS: ledger_checks.corrections,
    Check.STATEMENTS: ledger_checks.statements,
}


def verify_ledger(session: Session, run: str | None = None) -> LedgerProof:
    """Work out from the record whether everything that must hold of the ledger does.

    Parameters
    ----------
    run
        Id or code of one run; None proves the whole ledger and its seals.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    run_id = None if run is None else runs.get(session, run).id
    counts = ledger_checks.counts(session)
    faults: list[Fault] = []
    more: Counter[str] = Counter()
    seconds: dict[str, float] = {}
    checks = [(check, found(session, run_id)) for check, found in _CHECKS.items()]
    checks.append((Check.FOLLOWS, _follows(session, run_id)))
    if run_id is None:
        checks.append((Check.SEALS, seals.check(session)))
    for check, found in checks:
        begun = time.perf_counter()
        for n, fault in enumerate(found):
            if n < NAMED:
                faults.append(fault)
            else:
                more[check.value] += 1
        seconds[check.value] = round(time.perf_counter() - begun, 3)
    newest = seals.last(session)
    return LedgerProof(
        movements=counts["movement"],
        lots=counts["lot"],
        balances=counts["balance"],
        bags=counts["bag"],
        passings=counts["bag_move"],
        scans=counts["bag_scan"],
        seals=counts["ledger_seal"],
        sealed_until=0 if newest is None else newest.until_seq,
        seal="" if newest is None else newest.digest,
        faults=tuple(faults),
        more=dict(more),
        seconds=seconds,
    )


def _follows(session: Session, run_id: str | None) -> Iterator[Fault]:
    """Work each bag's chain out again from all that was said of it."""
    for ids in custody.in_parts(session, run_id, _BAGS_AT_ONCE):
        held = custody.read(session, ids)
        said, chains = custody.scans(session, ids), custody.chains(session, ids)
        for bag_id in ids:
            journey = replay((one.scan for one in said.get(bag_id, ())), held[bag_id].route)
            expected = [(p.at, p.source, p.target) for p in journey.passings]
            stands = custody.standing(chains.get(bag_id, ()))
            found = [(link.at, link.source, link.target) for link in stands]
            if expected != found:
                yield _fault(bag_id, _told(expected), _told(found))
            elif said.get(bag_id) and journey.state.value != held[bag_id].state:
                yield _fault(bag_id, journey.state.value, held[bag_id].state)


def _told(passings: Sequence[tuple[datetime, str, str]]) -> str:
    return "; ".join(f"{at.isoformat()} {source} > {target}" for at, source, target in passings)


def _fault(bag_id: str, expected: str, found: str) -> Fault:
    return Fault(check=Check.FOLLOWS, subject=bag_id, expected=expected, found=found)
