"""Bring rows to a wanted state, touching only those that differ."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
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


def _found(session: Session, table: Table, keys: list[str]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(keys), _AT_ONCE):
        part = select(table).where(table.c.id.in_(keys[start : start + _AT_ONCE]))
        found |= {row["id"]: dict(row) for row in session.execute(part).mappings()}
    return found
