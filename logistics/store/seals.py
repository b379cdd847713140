"""Digests over ranges of the ledger, each chained to the one before (防篡改封存).

Sealing reads rows that nobody can add to any more, so it never makes a writer wait. Whoever
changes a sealed row, past the triggers, would have to change every later seal as well; the last
digest, once it is printed or sent away, proves that nobody did.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import String, Table, func, insert, select, text, type_coerce
from sqlalchemy.orm import Session

from logistics.domain.verification import Check, Fault
from logistics.store.tables import (
    UtcDateTime,
    bag_move,
    bag_scan,
    ledger_seal,
    lot_statement,
    movement,
)

BOOKS: Final[dict[str, Table]] = {
    "bag_move": bag_move,
    "bag_scan": bag_scan,
    "lot_statement": lot_statement,
    "movement": movement,
}
FIRST: Final = "0" * 64
"""What the first seal is chained to."""

_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """Up to which number each book can be sealed, once all transactions before ``xmax`` ended."""

    until: dict[str, int]
    xmax: int | None  # PostgreSQL: the first transaction that had not begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A digest over the rows of a book from one number to another, in their order."""

    seq: int
    book: str
    from_seq: int
    until_seq: int
    rows: int
    digest: str
    previous: str
    actor: str
    at: datetime


def horizon(session: Session) -> Horizon:
    """Note how far the books have come; :func:`settled` says when that can be sealed."""
    until = {
        name: int(session.execute(select(func.coalesce(func.max(book.c.seq), 0))).scalar_one())
        for name, book in BOOKS.items()
    }
    if session.get_bind().dialect.name != "postgresql":
        return Horizon(until=until, xmax=None)  # writers take turns: nothing is under way
    xmax = session.execute(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")).scalar()
    return Horizon(until=until, xmax=int(str(xmax)))


def settled(session: Session, seen: Horizon) -> bool:
    """Say whether every transaction that could still add a row below the horizon has ended."""
    if seen.xmax is None:
        return True
    xmin = session.execute(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")).scalar()
    return int(str(xmin)) >= seen.xmax


def last(session: Session) -> Seal | None:
    """Read the newest seal."""
    row = session.execute(select(ledger_seal).order_by(ledger_seal.c.seq.desc()).limit(1))
    found = row.mappings().one_or_none()
    return None if found is None else Seal(**found)


def seal(session: Session, until: dict[str, int], *, actor: str, at: datetime) -> list[Seal]:
    """Seal what came since the last seals, up to a number of each book; nothing new, no seal."""
    newest = last(session)
    previous = FIRST if newest is None else newest.digest
    made = []
    for name in BOOKS:
        begun = session.execute(
            select(func.coalesce(func.max(ledger_seal.c.until_seq), 0)).where(
                ledger_seal.c.book == name
            )
        ).scalar_one()
        if until[name] <= begun:
            continue
        rows, digest = _digest(session, name, begun + 1, until[name], previous)
        row = session.execute(
            insert(ledger_seal)
            .values(
                book=name,
                from_seq=begun + 1,
                until_seq=until[name],
                rows=rows,
                digest=digest,
                previous=previous,
                actor=actor,
                at=at,
            )
            .returning(ledger_seal)
        ).mappings()
        made.append(Seal(**row.one()))
        previous = digest
    return made


def check(session: Session) -> Iterator[Fault]:
    """Work every seal out again and name those that no longer fit."""
    previous = FIRST
    for row in session.execute(select(ledger_seal).order_by(ledger_seal.c.seq)).mappings():
        one = Seal(**row)
        rows, digest = _digest(session, one.book, one.from_seq, one.until_seq, one.previous)
        if (one.previous, one.rows, one.digest) != (previous, rows, digest):
            yield Fault(
                check=Check.SEALS,
                subject=f"{one.book} {one.from_seq}-{one.until_seq}",
                expected=f"{one.rows} rows, {one.digest[:16]} after {one.previous[:16]}",
                found=f"{rows} rows, {digest[:16]} after {previous[:16]}",
            )
        previous = one.digest


def _digest(
    session: Session, name: str, from_seq: int, until_seq: int, previous: str
) -> tuple[int, str]:
    book = BOOKS[name]
    running = hashlib.sha256(f"{previous} {name} {from_seq} {until_seq}\n".encode())
    count = 0
    rows = session.execute(
        select(*(_as_kept(column) for column in book.c))
        .where(book.c.seq.between(from_seq, until_seq))
        .order_by(book.c.seq)
        .execution_options(yield_per=_AT_ONCE)
    )
    for part in rows.partitions():
        count += len(part)
        running.update("".join(["\x1f".join(map(str, row)) + "\n" for row in part]).encode())
    return count, running.hexdigest()


def _as_kept(column: Any) -> Any:
    """Take instants as the database gives them: reading a million of them takes time."""
    return type_coerce(column, String) if isinstance(column.type, UtcDateTime) else column
