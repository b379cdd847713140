"""Revisions of the schema: which there are, which one a database has, the way between two."""

import threading
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from logistics.errors import Conflict, Invalid

BASE = "base"
"""The revision of a database without any table."""

HEAD = "head"
"""The newest revision that this version knows."""

_FOLDER = Path(__file__).parent / "migrations"
_MIGRATING = threading.Lock()  # alembic's context is one for the whole process


class RevisionUnknown(Invalid):
    """No revision of the schema has this name."""

    code = "database.revision-unknown"


class SchemaNewer(Conflict):
    """The database was brought to a revision that this version does not know."""

    code = "database.newer"


@cache
def revisions() -> tuple[str, ...]:
    """Return the names of all revisions, the oldest first."""
    scripts = ScriptDirectory(str(_FOLDER)).walk_revisions()
    return tuple(reversed([script.revision for script in scripts]))


def current(connection: Connection) -> str:
    """Return the revision that a database has; ``base`` if it was never migrated."""
    return MigrationContext.configure(connection).get_current_revision() or BASE


def position(revision: str) -> int:
    """Return how many revisions lead to this one; 0 for ``base``.

    Raises
    ------
    RevisionUnknown
        If there is no such revision.
    """
    if revision == BASE:
        return 0
    known = revisions()
    if revision == HEAD:
        return len(known)
    if revision not in known:
        raise RevisionUnknown(
            field="revision", value=revision, mend=f"use one of {BASE}, {', '.join(known)}"
        )
    return known.index(revision) + 1


def step(connection: Connection, revision: str = HEAD) -> None:
    """Bring the tables up or down to a revision, inside the caller's transaction.

    Raises
    ------
    RevisionUnknown
        If there is no such revision.
    SchemaNewer
        If the database stands at a revision that this version does not know.
    """
    wanted = position(revision)
    stands = current(connection)
    if stands != BASE and stands not in revisions():
        raise SchemaNewer(revision=stands, newest=revisions()[-1])
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _MIGRATING:
        if wanted < position(stands):
            command.downgrade(config, revision)
        elif wanted:  # at the base there is no way up to the base
            command.upgrade(config, revision)
