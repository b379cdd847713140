"""Bring rows to a wanted state, touching only those that differ."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

_AT_ONCE = 500  # ids in one IN list


@dataclass(frozen=True, slots=True)
class Put:
    """How many rows were new, and how many differed."""

    added: int = 0
    changed: int = 0


def put(session: Session, table: Table, rows: Iterable[Mapping[str, Any]]) -> Put:
    """Insert rows by ``id``, or update those whose named columns differ; delete none."""
    wanted = {row["id"]: dict(row) for row in rows}
    found = _found(session, table, list(wanted))
    fresh = [row for key, row in wanted.items() if key not in found]
    differing = [
        row
        for key, row in wanted.items()
        if key in found and any(found[key][name] != value for name, value in row.items())
    ]
    if fresh:
        session.execute(insert(table), fresh)
    if differing:
        statement = update(table).where(table.c.id == bindparam("row_id"))
        names = [name for name in differing[0] if name != "id"]
        session.connection().execute(
            statement.values({name: bindparam(name) for name in names}),
            [{"row_id": row["id"]} | {n: row[n] for n in names} for row in differing],
        )
    return Put(len(fresh), len(differing))


def replace_rows(
    session: Session, table: Table, owner: str, owners: Collection[str], rows: list[dict[str, Any]]
) -> int:
    """Make the rows of some owners exactly these; return how many were written or withdrawn."""
    keys = [column.name for column in table.primary_key]
    wanted = {tuple(row[k] for k in keys): row for row in rows}
    found: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for start in range(0, len(names := sorted(owners)), _AT_ONCE):
        query = select(table).where(table.c[owner].in_(names[start : start + _AT_ONCE]))
        found |= {
            tuple(row[k] for k in keys): dict(row) for row in session.execute(query).mappings()
        }
    gone = [key for key, row in found.items() if wanted.get(key) != row]
    for start in range(0, len(gone), _AT_ONCE):
        columns = tuple_(*(table.c[k] for k in keys))
        session.execute(delete(table).where(columns.in_(gone[start : start + _AT_ONCE])))
    fresh = [row for key, row in wanted.items() if found.get(key) != row]
    if fresh:
        session.execute(insert(table), fresh)
    return len(fresh) + sum(key not in wanted for key in gone)


def _found(session: Session, table: Table, keys: list[str]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(keys), _AT_ONCE):
        part = select(table).where(table.c.id.in_(keys[start : start + _AT_ONCE]))
        found |= {row["id"]: dict(row) for row in session.execute(part).mappings()}
    return found
