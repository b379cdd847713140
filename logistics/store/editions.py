"""Which edition of the catalogue stands, and the last one that was read of each database.

A catalogue has thousands of words; reading it for each list would be most of the work. The mark
is drawn at random with each change and in its transaction: what was rolled back leaves a mark that
no one meets again.
"""

import secrets
import threading
from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.orm import Session

from logistics.store.tables import catalogue_edition

T = TypeVar("T")
_MARK = "catalogue_edition"


def renew(session: Session) -> None:
    """Mark that the catalogue is another one from here on."""
    session.info.pop(_MARK, None)
    session.execute(delete(catalogue_edition))
    session.execute(insert(catalogue_edition).values(one=1, mark=secrets.token_hex(16)))


class Kept:
    """What was read last of each database, for as long as its edition stands."""

    def __init__(self) -> None:
        self._read: WeakKeyDictionary[Engine, tuple[str, object]] = WeakKeyDictionary()
        self._turn = threading.Lock()

    def get(self, session: Session, read: Callable[[], T]) -> T:
        """Return what stands: as it was read before, or read now.

        Without a mark nothing is kept: rows that went in past this store change no mark.
        """
        mark = session.info.get(_MARK)  # a transaction keeps to what it saw first
        if mark is None:
            mark = session.execute(select(catalogue_edition.c.mark)).scalar_one_or_none()
        if mark is None:
            return read()
        session.info[_MARK] = mark
        bind = session.get_bind()
        engine = bind.engine if isinstance(bind, Connection) else bind
        with self._turn:  # one reads, the others wait for it: it takes a second of the processor
            known = self._read.get(engine)
            if known is None or known[0] != mark:
                known = self._read[engine] = (mark, read())
        return known[1]  # type: ignore[return-value]  # of the same reader
