"""What a request asks the database: which tables it reads whole, and how many steps that takes."""

import re
import sqlite3
import sys
import threading
from collections import Counter
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

from sqlalchemy import Engine, event

LARGE: Final = 2_000
"""Rows from which reading a table whole is told."""
STEPS: Final = 1_000
"""Instructions of SQLite's machine between two looks at which statement runs."""
_ROOT: Final = Path(__file__).resolve().parent.parent
_SCAN: Final = re.compile(r"^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")
_NAMED: Final = re.compile(r'\b"?(\w+)"? (?:AS )"?(\w+)"?')


@dataclass(frozen=True, slots=True)
class Scan:
    """A statement that reads a large table, or an index over all of it, from end to end."""

    table: str
    index: str | None
    rows: int
    asked_at: str  # the line of our code that asked


@dataclass(slots=True)
class Asked:
    """The statements of one request, where they were asked, and the steps that each took."""

    statements: list[tuple[str, Any, str]] = field(default_factory=list)
    steps: Counter[str] = field(default_factory=Counter)

    def thousands(self) -> int:
        """Return how many thousand steps all of them took."""
        return self.steps.total()


class Listener:
    """Hears every statement of this process's engines, once it is installed."""

    def __init__(self) -> None:
        self._asked: Asked | None = None
        self._at: dict[int, str] = {}  # by thread: others ask meanwhile

    def install(self) -> None:
        """Listen to all engines, those of later connections too."""
        event.listen(Engine, "connect", self._connected)
        event.listen(Engine, "before_cursor_execute", self._before)

    def remove(self) -> None:
        """Listen no longer; connections that are open go on counting for nobody."""
        event.remove(Engine, "connect", self._connected)
        event.remove(Engine, "before_cursor_execute", self._before)

    @contextmanager
    def request(self) -> Iterator[Asked]:
        """Gather what is asked meanwhile; one request at a time."""
        self._asked = Asked()
        yield self._asked
        self._asked = None

    def _connected(self, connection: Any, _record: object) -> None:
        connection.set_progress_handler(self._step, STEPS)

    def _step(self) -> int:
        if self._asked is not None:
            self._asked.steps[self._at.get(threading.get_ident(), "")] += 1
        return 0

    def _before(self, _c: object, _k: object, statement: str, parameters: Any, *_: object) -> None:
        at = _our_line(sys._getframe())  # noqa: SLF001  cheaper than a whole traceback
        self._at[threading.get_ident()] = at
        if self._asked is not None and not statement.startswith("PRAGMA"):
            self._asked.statements.append((statement, parameters, at))


def _our_line(frame: FrameType | None) -> str:
    """Find the innermost line of ours that asked."""
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(_ROOT) and ".venv" not in path.parts and path.name not in _EDGES:
            return f"{path.relative_to(_ROOT)}:{frame.f_lineno} {frame.f_code.co_name}"
        frame = frame.f_back
    return "elsewhere"


_EDGES: Final = {"session.py", Path(__file__).name}


class Planner:
    """Asks SQLite how it would answer statements, on a connection of its own."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file)
        names = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        self._rows = {
            name: self._connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
            for (name,) in names.fetchall()
        }

    def large(self) -> dict[str, int]:
        """Return the tables that are large, and their rows."""
        return {name: rows for name, rows in self._rows.items() if rows > LARGE}

    def scans(self, asked: Asked) -> list[Scan]:
        """List the reads of whole large tables, each line of ours once."""
        found: dict[Scan, None] = {}
        for statement, parameters, at in asked.statements:
            for table, index in self._whole(statement, parameters):
                found[Scan(table, index, self._rows[table], at)] = None
        return list(found)

    def _whole(self, statement: str, parameters: Any) -> Iterator[tuple[str, str | None]]:
        many = parameters and isinstance(parameters, list)
        return whole_reads(
            self._connection, statement, parameters[0] if many else parameters, self.large()
        )


def whole_reads(
    connection: sqlite3.Connection, statement: str, parameters: Any, tables: Container[str]
) -> Iterator[tuple[str, str | None]]:
    """Tell which of some tables a statement would read from end to end, and by which index."""
    if not statement.lstrip("( ").startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
        return
    plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
    limited = " LIMIT " in f"{statement} ".replace("\n", " ")
    alias = {short: name for name, short in _NAMED.findall(statement) if name in tables}
    for *_, detail in plan:
        if match := _SCAN.match(detail):
            table = alias.get(match[1], match[1])
            in_order = limited and match[2] is not None  # by its index, until it has enough
            if table in tables and not in_order:
                yield table, match[2]


class Watch:
    """Notes which statements of this process would read some tables whole, however few rows."""

    def __init__(self, tables: Container[str]) -> None:
        self.found: dict[str, set[str]] = {}
        """Tables by the line of our code that asked."""
        self._tables, self._known = tables, set[tuple[str, str]]()

    def install(self) -> None:
        """Listen to all engines."""
        event.listen(Engine, "before_cursor_execute", self._before)

    def remove(self) -> None:
        """Listen no longer."""
        event.remove(Engine, "before_cursor_execute", self._before)

    def _before(self, on: Any, _k: object, statement: str, parameters: Any, *_: object) -> None:
        at = _our_line(sys._getframe())  # noqa: SLF001  cheaper than a whole traceback
        if on.dialect.name != "sqlite" or (statement, at) in self._known:
            return
        self._known.add((statement, at))
        one = parameters[0] if parameters and isinstance(parameters, list) else parameters
        for table, _ in whole_reads(on.connection.dbapi_connection, statement, one, self._tables):
            self.found.setdefault(at, set()).add(table)
