"""A run's sharing as columns, kept beside its rows: reading those takes seconds of a large run."""

import zlib
from typing import Final

import numpy as np
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from logistics.domain.allocation_tally import COLUMNS, Tally
from logistics.store import shares
from logistics.store.tables import sharing_tally

_LEVEL: Final = 1  # a tenth of the bytes; more takes longer and brings little
_WORD: Final = "<i8"


def put(session: Session, run_id: str, known: Tally) -> None:
    """Keep what a run's shares and corrections, as they are written now, were counted to."""
    given, taken = shares.stamp(session, run_id)
    session.execute(delete(sharing_tally).where(sharing_tally.c.run_id == run_id))
    session.execute(
        insert(sharing_tally).values(
            run_id=run_id,
            shares=given,
            corrections=taken,
            items=list(known.items),
            used=dict(known.used),
            reasons=dict(known.reasons),
            proven=known.proven,
            content=_packed(known),
        )
    )


def of_run(session: Session, run_id: str) -> Tally | None:
    """Return what was counted; None where nothing was, or shares were added to it since."""
    row = session.execute(select(sharing_tally).where(sharing_tally.c.run_id == run_id)).first()
    if row is None or (row.shares, row.corrections) != shares.stamp(session, run_id):
        return None
    columns = np.frombuffer(zlib.decompress(row.content), dtype=_WORD).astype(np.int64)
    lines = int(columns[0])
    of_lines = columns[1 : 1 + lines * len(COLUMNS)].reshape(len(COLUMNS), lines)
    return Tally(
        items=tuple(row.items),
        **dict(zip(COLUMNS, of_lines, strict=True)),
        debt=columns[1 + of_lines.size :],
        used=row.used,
        reasons=row.reasons,
        proven=row.proven,
    )


def is_missing(session: Session, run_id: str) -> bool:
    """Say whether a run has shares that were not counted."""
    columns = (sharing_tally.c.shares, sharing_tally.c.corrections)
    row = session.execute(select(*columns).where(sharing_tally.c.run_id == run_id)).first()
    stamp = shares.stamp(session, run_id)
    return stamp[0] > 0 and (row is None or tuple(row) != stamp)


def _packed(known: Tally) -> bytes:
    """Write how many lines there are, each of their columns, and debts by household."""
    columns = [getattr(known, name) for name in COLUMNS]
    whole = np.concatenate([[len(known.home)], *columns, known.debt])
    return zlib.compress(whole.astype(_WORD).tobytes(), _LEVEL)
