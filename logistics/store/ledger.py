"""The ledger of goods: movements are only added; the database keeps the balances."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from logistics.domain.stock import Move, MoveKind
from logistics.store.tables import balance, lot, movement


def post(
    session: Session,
    moves: Sequence[Move],
    *,
    run_id: str,
    cause: str,
    actor: str,
    at: datetime,
) -> None:
    """Write moves in their order, in bulk.

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
                "cause": cause,
                "actor": actor,
                "at": at,
            }
            for move in moves
        ],
    )


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
