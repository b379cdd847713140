"""Ways of trips as bytes, by the digest of all that decides them: what stands is never another."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from logistics.store.tables import trip_way

_CHUNK = 500  # parameters in one statement; SQLite allows at least 999


def known(session: Session, digests: Iterable[str]) -> dict[str, bytes]:
    """Read what was laid of these, by digest; what is not there was never laid."""
    wanted = sorted(set(digests))
    found: dict[str, bytes] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = session.execute(
            select(trip_way.c.digest, trip_way.c.content).where(
                trip_way.c.digest.in_(wanted[start : start + _CHUNK])
            )
        )
        found |= dict(rows.all())
    return found


def keep(session: Session, laid: Mapping[str, bytes]) -> None:
    """Write ways by digest; what somebody else laid meanwhile stays."""
    if not laid:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(trip_way).on_conflict_do_nothing(index_elements=["digest"]),
        [{"digest": digest, "content": content} for digest, content in laid.items()],
    )
