"""The ledger of goods: movements are only added; the database keeps the balances."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from logistics.domain.stock import Move, MoveKind
from logistics.errors import NotFound
from logistics.store.tables import balance, lot, movement


class MovementUnknown(NotFound):
    """No movement has this number."""

    code = "movement.unknown"


def post(
    session: Session,
    moves: Sequence[Move],
    *,
    run_id: str,
    cause: str,
    actor: str,
    at: datetime,
) -> None:
    """Write moves in their order, in bulk; ``cause`` is that of the moves that name none.

    The database's triggers carry the balances along and refuse a move of what is not there.
    """
    if not moves:
        return
    session.execute(
        insert(movement),
        [
            {
                "run_id": run_id,
                "lot_id": move.lot_id,
                "quantity": move.quantity,
                "source": move.source,
                "target": move.target,
                "kind": move.kind.value,
                "cause": move.cause or cause,
                "corrects": move.corrects,
                "reason": move.reason,
                "actor": actor,
                "at": at,
            }
            for move in moves
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A movement as it stands in the ledger; ``seq`` is its number."""

    seq: int
    run_id: str
    lot_id: str
    quantity: int
    source: str
    target: str
    kind: str
    cause: str
    actor: str
    at: datetime
    corrects: int | None
    reason: str


def entry(session: Session, seq: int) -> Entry:
    """Read one movement by its number.

    Raises
    ------
    MovementUnknown
        If there is none.
    """
    row = session.execute(select(movement).where(movement.c.seq == seq)).mappings().one_or_none()
    if row is None:
        raise MovementUnknown(field="movement", value=seq, mend="supplyloop ledger moves RUN")
    return Entry(**row)


def corrected_by(session: Session, seq: int) -> int | None:
    """Return the number of the movement that takes this one back, if there is one."""
    found: int | None = session.execute(
        select(movement.c.seq).where(movement.c.corrects == seq)
    ).scalar()
    return found


def of_lot(session: Session, lot_id: str) -> tuple[Entry, ...]:
    """Read the movements of a lot in the order they were written."""
    rows = session.execute(
        select(movement).where(movement.c.lot_id == lot_id).order_by(movement.c.seq)
    ).mappings()
    return tuple(Entry(**row) for row in rows)


def caused_by(
    session: Session, lot_ids: Iterable[str], causes: Iterable[str]
) -> dict[str, list[Entry]]:
    """Read the movements of a few lots that have one of a few causes, by cause."""
    found: dict[str, list[Entry]] = defaultdict(list)
    rows = session.execute(
        select(movement)
        .where(movement.c.lot_id.in_(sorted(set(lot_ids))), movement.c.cause.in_(set(causes)))
        .order_by(movement.c.seq)
    ).mappings()
    for row in rows:
        found[row["cause"]].append(Entry(**row))
    return found


def of_lots(session: Session, lot_ids: Iterable[str]) -> dict[tuple[str, str], int]:
    """Read where a few lots are, by location and lot; zeros are left out."""
    rows = session.execute(
        select(balance.c.location, balance.c.lot_id, balance.c.quantity).where(
            balance.c.lot_id.in_(sorted(set(lot_ids))), balance.c.quantity != 0
        )
    )
    return {(location, lot_id): quantity for location, lot_id, quantity in rows}


def moves(session: Session, run_id: str) -> tuple[Move, ...]:
    """Read all moves of a run in the order they were written."""
    rows = session.execute(
        select(
            movement.c.lot_id,
            movement.c.quantity,
            movement.c.source,
            movement.c.target,
            movement.c.kind,
        )
        .where(movement.c.run_id == run_id)
        .order_by(movement.c.seq)
    )
    return tuple(
        Move(
            lot_id=row.lot_id,
            quantity=row.quantity,
            source=row.source,
            target=row.target,
            kind=MoveKind(row.kind),
        )
        for row in rows
    )


def held(session: Session, run_id: str) -> dict[tuple[str, str], int]:
    """Read the balance per location and lot, as the triggers keep it; zeros are left out."""
    rows = session.execute(
        select(balance.c.location, balance.c.lot_id, balance.c.quantity)
        .join(lot, lot.c.id == balance.c.lot_id)
        .where(lot.c.run_id == run_id, balance.c.quantity != 0)
    )
    return {(location, lot_id): quantity for location, lot_id, quantity in rows}


def at_location(session: Session, location: str, lot_ids: Iterable[str]) -> dict[str, int]:
    """Read how much of each lot is at a location; lots without any are left out."""
    wanted = set(lot_ids)
    rows = session.execute(
        select(balance.c.lot_id, balance.c.quantity).where(
            balance.c.location == location, balance.c.quantity > 0
        )
    )
    return {lot_id: quantity for lot_id, quantity in rows if lot_id in wanted}
