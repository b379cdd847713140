"""The unit of work: one request or command is one transaction, committed here and nowhere else."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, exc, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session
from typing_extensions import override

from logistics.errors import Invalid, SupplyLoopError, Unavailable
from logistics.store import migrating

log = logging.getLogger(__name__)

T = TypeVar("T")

LOCK_WAIT_S = 10
"""How long a writer waits for its turn before it is told to come again."""

_MIGRATION_LOCK = 7_310_001  # any number, the same for all who migrate one PostgreSQL database
_POSTGRESQL_OPTIONS = (
    f"-c timezone=UTC -c synchronous_commit=on -c lock_timeout={LOCK_WAIT_S}s"
    " -c idle_in_transaction_session_timeout=300s"
)
# SQLite result codes (sqlite.org/rescode.html): the file is away, full, damaged or taken
_SQLITE_TAKEN = {5, 6}
_SQLITE_AWAY = {10, 11, 13, 14, 26}
_POSTGRESQL_AGAIN = {"40001", "40P01"}  # serialization failure, deadlock: rolled back for certain


class DatabaseUrlUnsupported(Invalid):
    """The URL names neither a SQLite file nor a PostgreSQL database."""

    code = "database.url-unsupported"


class TextUnwritable(Invalid):
    """A text holds the character NUL, which PostgreSQL cannot keep; nothing was done."""

    code = "text.unwritable"


class CommitOutsideEdge(RuntimeError):
    """A use case tried to end the transaction that its caller owns: a defect."""


class WorkSession(Session):
    """A session inside a unit of work; only :class:`Database` ends it."""

    @override
    def commit(self) -> NoReturn:
        raise CommitOutsideEdge("the unit of work commits, not the use case")

    @override
    def rollback(self) -> NoReturn:
        raise CommitOutsideEdge("raise a refusal instead; the unit of work rolls back")


class _Again(Unavailable):
    """Nothing was written for certain, so the same work may be tried at once."""


class Database:
    """A database and its transactions; made by :func:`open_database`, shared by threads.

    On SQLite writers take turns in this process before they ask for the file's lock: waiting in
    a queue costs nothing, while fighting over the file costs a second at the worst.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._sqlite = engine.dialect.name == "sqlite"
        self._turn = threading.Lock()
        options: dict[str, Any] = {"supplyloop_reads": True}
        if not self._sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reader = engine.execution_options(**options)

    @property
    def url(self) -> str:
        """Where it is, without the password."""
        return self._engine.url.render_as_string(hide_password=True)

    @property
    def dialect(self) -> str:
        """Return ``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    def migrate(self, revision: str = migrating.HEAD) -> None:
        """Bring the tables up or down to a revision, all or nothing, in one durable transaction.

        Parameters
        ----------
        revision
            ``head``, another revision, or ``base`` for no tables at all.

        Raises
        ------
        RevisionUnknown
            If there is no such revision.
        SchemaNewer
            If the database stands at a revision that this version does not know.
        Unavailable
            If the database is away.
        """
        with self.schema_change() as connection:
            migrating.step(connection, revision)

    @contextmanager
    def schema_change(self) -> Iterator[Connection]:
        """Open one transaction that may change tables: alone of its kind, all or nothing.

        Raises
        ------
        Unavailable
            If the database is away or taken; nothing was done.
        """
        with self._turns(), _speaking(), self._engine.begin() as connection:
            if not self._sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open one transaction: committed on leaving, rolled back on any error.

        What the caller answers after this block has been written to disk.

        Raises
        ------
        Unavailable
            If the database is away or taken; nothing was acknowledged.
        """
        with (
            self._turns(),
            _speaking(),
            self._engine.begin() as connection,
            WorkSession(bind=connection, expire_on_commit=False) as session,
        ):
            yield session
            session.flush()

    def run(self, work: Callable[[Session], T], retries: int = 3) -> T:
        """Do the work in one transaction, again where the database undid it for certain.

        ``work`` may be called several times, so it touches nothing but its session.

        Raises
        ------
        Unavailable
            If the database is away, or still refuses after all retries.
        """
        for attempt in range(retries + 1):
            try:
                with self.transaction() as session:
                    return work(session)
            except _Again as undone:
                if attempt == retries:
                    raise Unavailable(**undone.facts) from undone
                log.info("transaction undone by the database, attempt %d", attempt + 1)
                time.sleep(0.02 * 2**attempt * (1 + random.random()))  # noqa: S311  not a secret
        raise AssertionError  # pragma: no cover  the loop returns or raises

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a snapshot: everything read inside is of one moment, and nothing can be written.

        Raises
        ------
        Unavailable
            If the database is away.
        """
        with (
            _speaking(),
            self._reader.begin() as connection,
            WorkSession(bind=connection, expire_on_commit=False) as session,
        ):
            yield session

    def ping(self) -> None:
        """Answer only if the database does, with its tables.

        Raises
        ------
        Unavailable
            If it is away, or was never migrated.
        """
        if self._sqlite and not Path(str(self._engine.url.database)).is_file():
            raise Unavailable(cause="the database file does not exist")
        try:
            with self.read() as session:
                session.execute(text("SELECT version_num FROM alembic_version")).one()
        except (exc.DBAPIError, exc.NoResultFound) as fault:
            raise Unavailable(cause="no tables yet: run 'supplyloop db upgrade'") from fault

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _turns(self) -> Iterator[None]:
        if not self._sqlite:
            yield
            return
        if not self._turn.acquire(timeout=LOCK_WAIT_S):
            raise _Again(cause="other writers are still busy")
        try:
            yield
        finally:
            self._turn.release()


def open_database(url: str) -> Database:
    """Open a database by its URL, or a SQLite file by its path; connects at first use.

    Raises
    ------
    DatabaseUrlUnsupported
        If it is neither a SQLite file nor a PostgreSQL database.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "postgresql":
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            isolation_level="READ COMMITTED",
            pool_size=10,
            max_overflow=30,
            pool_timeout=LOCK_WAIT_S,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5, "options": _POSTGRESQL_OPTIONS},
        )
        return Database(engine)
    engine = create_engine(parsed, pool_size=10, max_overflow=54, pool_timeout=LOCK_WAIT_S)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url) if "://" in url else URL.create("sqlite", database=url)
    except (exc.ArgumentError, ValueError) as fault:
        raise DatabaseUrlUnsupported(mend=_URL_MEND) from fault
    backend = parsed.get_backend_name()
    no_file = backend == "sqlite" and parsed.database in (None, "", ":memory:")
    if backend not in ("sqlite", "postgresql") or no_file:
        raise DatabaseUrlUnsupported(mend=_URL_MEND)
    return parsed


_URL_MEND = "give sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing itself; _begin_sqlite does
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={LOCK_WAIT_S * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",  # WAL's default would lose acknowledged commits with the power
        "foreign_keys=ON",
        "recursive_triggers=ON",  # else INSERT OR REPLACE deletes past the append-only triggers
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("supplyloop_reads", False)
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextmanager
def _speaking() -> Iterator[None]:
    """Say what the database refused: away, taken, no text to keep; defects pass as they are."""
    try:
        yield
    except exc.TimeoutError as fault:
        raise _Again(cause="all connections are busy") from fault
    except exc.DBAPIError as fault:
        refusal = _refusal(fault)
        if refusal is None:
            raise
        log.warning("database refused: %s", type(fault.orig).__name__)
        raise refusal from fault


def _refusal(fault: exc.DBAPIError) -> SupplyLoopError | None:
    code = getattr(fault.orig, "sqlite_errorcode", None)
    if code is not None:
        primary = code & 0xFF
        if primary in _SQLITE_TAKEN:
            return _Again(cause="the database is busy")
        return Unavailable(cause="the database is away") if primary in _SQLITE_AWAY else None
    if isinstance(fault, exc.DataError) and "NUL (0x00)" in str(fault.orig):  # it has no state
        return TextUnwritable(mend="write it again without the character NUL")
    if getattr(fault.orig, "sqlstate", None) in _POSTGRESQL_AGAIN:
        return _Again(cause="another transaction was in the way")
    if (
        isinstance(fault, exc.OperationalError | exc.InterfaceError)
        or fault.connection_invalidated
    ):
        return Unavailable(cause="the database is away")
    return None
