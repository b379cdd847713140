"""Look a whole database through: its schema, its rules, its rows and what they add up to."""

import time
from collections import Counter
from collections.abc import Callable, Iterator

from sqlalchemy.orm import Session

from logistics.domain.database_health import QUICK, Finding, Health, Inspection
from logistics.domain.money_checks import MoneyCheck
from logistics.errors import Unavailable
from logistics.store import database_checks, migrating
from logistics.store.session import Database
from logistics.usecases.verify_ledger import verify_ledger
from logistics.usecases.verify_money import verify_money

NAMED = 50
"""Findings of one inspection that are named; of the further ones the number is given."""

_Look = Callable[[Session], Iterator[Finding]]

# what cannot be looked at once something was found of the first
_STANDS_ON: dict[Inspection, tuple[Inspection, ...]] = {
    Inspection.MODEL: (Inspection.REVISION,),
    Inspection.TRIGGERS: (Inspection.REVISION,),
    Inspection.NUMBERS: (Inspection.REVISION, Inspection.MODEL),
    Inspection.REFERENCES: (Inspection.REVISION, Inspection.MODEL),
    Inspection.LEDGER: (Inspection.REVISION, Inspection.MODEL, Inspection.REFERENCES),
    Inspection.MONEY: (Inspection.REVISION, Inspection.MODEL, Inspection.REFERENCES),
}


def check_database(database: Database, *, quick: bool = False) -> Health:
    """Make every inspection, each over a snapshot of its own; nothing is written.

    Parameters
    ----------
    quick
        Leave out what takes longer the more the database holds.

    Raises
    ------
    Unavailable
        If the database is away, or was never migrated.
    """
    database.ping()
    with database.read() as session:
        stands = database_checks.revision(session)
    findings: list[Finding] = []
    more: Counter[str] = Counter()
    seconds: dict[str, float] = {}
    left_out: list[Inspection] = []
    unsound: set[Inspection] = set()
    for inspection in QUICK if quick else Inspection:
        if not unsound.isdisjoint(_STANDS_ON.get(inspection, ())):
            left_out.append(inspection)
            continue
        begun = time.perf_counter()
        for n, finding in enumerate(_found(database, inspection, quick=quick)):
            unsound.add(inspection)
            if n < NAMED:
                findings.append(finding)
            else:
                more[inspection.value] += 1
        seconds[inspection.value] = round(time.perf_counter() - begun, 3)
    return Health(
        dialect=database.dialect,
        revision=stands,
        newest=migrating.revisions()[-1],
        findings=tuple(findings),
        more=dict(more),
        left_out=tuple(left_out),
        seconds=seconds,
    )


def _found(database: Database, inspection: Inspection, *, quick: bool) -> list[Finding]:
    looks: dict[Inspection, _Look] = {
        Inspection.REVISION: database_checks.newest,
        Inspection.STRUCTURE: lambda session: database_checks.structure(session, quick=quick),
        Inspection.MODEL: database_checks.model,
        Inspection.TRIGGERS: database_checks.triggers,
        Inspection.NUMBERS: database_checks.numbers,
        Inspection.REFERENCES: database_checks.references,
        Inspection.LEDGER: _ledger,
        Inspection.MONEY: _money,
    }
    try:
        with database.read() as session:
            return list(looks[inspection](session))
    except Unavailable as refusal:  # it answered a moment ago: what it cannot read is broken
        return [
            Finding(
                inspection=inspection,
                subject="database",
                expected="readable",
                found=str(refusal.facts.get("cause", "unreadable")),
            )
        ]


def _ledger(session: Session) -> Iterator[Finding]:
    proof = verify_ledger(session)
    for fault in proof.faults:
        yield Finding(
            inspection=Inspection.LEDGER,
            subject=f"{fault.check.value} {fault.subject}",
            expected=fault.expected,
            found=fault.found,
        )
    for check, count in proof.more.items():
        yield _further(Inspection.LEDGER, check, count)


def _money(session: Session) -> Iterator[Finding]:
    proof = verify_money(session)
    awaited = MoneyCheck.PENDING  # a day that is not posted to its end yet is in order
    for fault in proof.faults:
        if fault.check is awaited:
            continue
        yield Finding(
            inspection=Inspection.MONEY,
            subject=f"{fault.run} {fault.check.value} {fault.subject}",
            expected=fault.expected,
            found=fault.found,
        )
    for check, count in proof.more.items():
        if check != awaited:
            yield _further(Inspection.MONEY, check, count)


def _further(inspection: Inspection, check: str, count: int) -> Finding:
    return Finding(inspection=inspection, subject=check, expected="0", found=f"{count} more")
