"""What lies at service points, and where lots came to first."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.stock import stock
from logistics.store.prefixes import begins_with
from logistics.store.tables import balance, movement

_AT_ONCE = 400


def at_points(session: Session, lot_ids: Iterable[str]) -> dict[tuple[str, str], int]:
    """Read how much of each lot lies in the stock of each point, by point code and lot."""
    found: dict[tuple[str, str], int] = {}
    for part in _parts(lot_ids):
        rows = session.execute(
            select(balance.c.location, balance.c.lot_id, balance.c.quantity).where(
                balance.c.lot_id.in_(part),
                begins_with(session, balance.c.location, stock("")),
                balance.c.quantity > 0,
            )
        )
        found |= {
            (row.location.removeprefix(stock("")), row.lot_id): int(row.quantity) for row in rows
        }
    return found


def landed(session: Session, lot_ids: Iterable[str]) -> dict[str, str]:
    """Read the point whose stock each lot came to first, by lot."""
    found: dict[str, str] = {}
    for part in _parts(lot_ids):
        first = (
            select(func.min(movement.c.seq).label("seq"))
            .where(
                movement.c.lot_id.in_(part),
                begins_with(session, movement.c.target, stock("")),
            )
            .group_by(movement.c.lot_id)
            .subquery()
        )
        rows = session.execute(
            select(movement.c.lot_id, movement.c.target).join(first, first.c.seq == movement.c.seq)
        )
        found |= {row.lot_id: row.target.removeprefix(stock("")) for row in rows}
    return found


def _parts(lot_ids: Iterable[str]) -> list[list[str]]:
    ids = sorted(set(lot_ids))
    return [ids[n : n + _AT_ONCE] for n in range(0, len(ids), _AT_ONCE)]
