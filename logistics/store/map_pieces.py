"""What was laid or drawn on maps, as bytes, by the digest of all that decides it: never stale."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from logistics.store.tables import map_piece

_CHUNK = 500  # parameters in one statement; SQLite allows at least 999


def known(session: Session, digests: Iterable[str]) -> dict[str, bytes]:
    """Read what is kept of these, by digest."""
    wanted = sorted(set(digests))
    found: dict[str, bytes] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = session.execute(
            select(map_piece.c.digest, map_piece.c.content).where(
                map_piece.c.digest.in_(wanted[start : start + _CHUNK])
            )
        )
        found |= dict(rows.all())
    return found


def keep(session: Session, made: Mapping[str, bytes]) -> None:
    """Write pieces by digest; what somebody else made meanwhile stays."""
    if not made:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(map_piece).on_conflict_do_nothing(index_elements=["digest"]),
        [{"digest": digest, "content": content} for digest, content in made.items()],
    )
