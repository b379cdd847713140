"""Bring a database's schema up or down, and only the way that was asked for."""

from dataclasses import dataclass

from logistics.errors import Conflict
from logistics.store import database_checks, migrating
from logistics.store.blueprint import blueprint
from logistics.store.session import Database


class WrongWay(Conflict):
    """The revision asked for lies the other way from where the database stands."""

    code = "database.wrong-way"


class Unconfirmed(Conflict):
    """Going down takes tables away, with all that is in them, and nobody confirmed it."""

    code = "database.unconfirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaMoved:
    """Where the schema stood, and where it stands."""

    before: str
    after: str


def upgrade_schema(database: Database, to: str = migrating.HEAD) -> SchemaMoved:
    """Bring the schema up to a revision, all or nothing.

    Raises
    ------
    RevisionUnknown
        If there is no such revision.
    WrongWay
        If the database is beyond it.
    SchemaNewer
        If the database is beyond all that this version knows.
    Unavailable
        If the database is away.
    """
    before = _stands(database)
    if migrating.position(to) < migrating.position(before):
        raise WrongWay(
            revision=before, wanted=to, mend="use 'supplyloop db downgrade', or name no revision"
        )
    database.migrate(to)
    return SchemaMoved(before=before, after=_stands(database))


def downgrade_schema(database: Database, to: str, *, confirmed: bool) -> SchemaMoved:
    """Take the schema down to an earlier revision, all or nothing; what it cannot hold is lost.

    Raises
    ------
    RevisionUnknown
        If there is no such revision.
    WrongWay
        If the database is below it already.
    Unconfirmed
        If tables would go and ``confirmed`` is False; it says how many.
    SchemaNewer
        If the database is beyond all that this version knows.
    Unavailable
        If the database is away.
    """
    before = _stands(database)
    down_to, stands = migrating.position(to), migrating.position(before)
    if down_to > stands:
        raise WrongWay(revision=before, wanted=to, mend="use 'supplyloop db upgrade'")
    if down_to < stands and not confirmed:
        going = set(blueprint(before).tables) - set(blueprint(to).tables)
        raise Unconfirmed(
            revision=before,
            wanted=to,
            tables=len(going),
            mend="back up first ('supplyloop db backup FILE'), then add --yes",
        )
    database.migrate(to)
    return SchemaMoved(before=before, after=_stands(database))


def _stands(database: Database) -> str:
    with database.read() as session:
        stands = database_checks.revision(session)
    if stands != migrating.BASE and stands not in migrating.revisions():
        raise migrating.SchemaNewer(revision=stands, newest=migrating.revisions()[-1])
    return stands
