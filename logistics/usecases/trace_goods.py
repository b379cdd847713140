"""Follow goods both ways: from a lot to all doors, from a door to all its lots (溯源)."""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from logistics.domain.trace import Step, Subject, Trace
from logistics.store import custody, ledger
from logistics.store import trace as record


def trace_goods(session: Session, subject: Subject, code: str, *, run: str | None = None) -> Trace:
    """Say where the goods of a subject came from, which doors got them, and by whose hands.

    Parameters
    ----------
    code
        Of a lot its id or provenance code, else the code of the bag, household, supplier, courier
        or building (of a leader).
    run
        Restricts the code of a bag to one run; without it the newest run's bag is meant.

    Raises
    ------
    TraceUnknown
        If nothing on record has this code.
    """
    match subject:
        case Subject.LOT:
            return _of_lots(session, subject, code, [record.lot_id(session, code)])
        case Subject.SUPPLIER:
            return _of_lots(session, subject, code, record.lots_of_supplier(session, code))
        case Subject.BAG:
            ids = record.bag_ids(session, code, run)
        case Subject.HOUSEHOLD:
            ids = record.bags_of_household(session, code)
        case Subject.COURIER | Subject.LEADER:
            ids = record.bags_of_custodian(session, f"{subject.value}:{code}")
    lines = record.lines_of_bags(session, ids)
    of_lots: Counter[str] = Counter()
    for of_bag in lines.values():
        of_lots.update(of_bag)
    return Trace(
        subject=subject,
        code=code,
        origins=record.origins(session, of_lots),
        doors=record.doors(session, ids),
        steps=_steps(session, lines) if subject is Subject.BAG else (),
    )


def lot_steps(session: Session, code: str) -> tuple[Step, ...]:
    """List every movement of a lot from place to place, inside bags as well, by time.

    Raises
    ------
    TraceUnknown
        If there is no such lot.
    """
    lot = record.lot_id(session, code)
    lines = record.lines_of_lots(session, [lot])
    found = [
        Step(
            at=entry.at,
            lot=lot,
            quantity=entry.quantity,
            source=entry.source,
            target=entry.target,
            how=entry.kind,
            bag="",
            actor=entry.actor,
            reason=entry.reason,
        )
        for entry in ledger.of_lot(session, lot)
    ]
    return tuple(sorted([*found, *_steps(session, lines)], key=lambda step: step.at))


def _of_lots(session: Session, subject: Subject, code: str, lots: Sequence[str]) -> Trace:
    lines = record.lines_of_lots(session, lots)
    per_bag = {bag: sum(of_lots.values()) for bag, of_lots in lines.items()}
    given: Counter[str] = Counter()
    for of_lots in lines.values():
        given.update(of_lots)
    return Trace(
        subject=subject,
        code=code,
        origins=record.origins(session, {lot: given[lot] for lot in lots}),
        doors=record.doors(session, list(lines), per_bag if len(lots) == 1 else None),
        standing=record.standing(session, lots),
    )


def _steps(session: Session, lines: Mapping[str, Mapping[str, int]]) -> tuple[Step, ...]:
    held = custody.read(session, lines)
    found = [
        Step(
            at=link.at,
            lot=lot,
            quantity=quantity,
            source=link.source,
            target=link.target,
            how=link.kind,
            bag=held[bag].code,
            actor=link.actor,
        )
        for bag, chain in custody.chains(session, lines).items()
        for link in custody.standing(chain)
        for lot, quantity in sorted(lines[bag].items())
    ]
    return tuple(sorted(found, key=lambda step: (step.at, step.bag, step.lot)))
