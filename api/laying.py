"""Ways of plans that are laid while nobody waits: after a closure, or for a plan of before."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from threading import Event, Lock

from logistics.domain.sheets import SheetBook
from logistics.errors import SupplyLoopError
from logistics.store.session import Database

log = logging.getLogger(__name__)


class Laying:
    """Lays one plan after the other in a thread of its own; who asks again joins the first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="ways")
        self._asked: dict[SheetBook, Future[None]] = {}
        self._turn, self._ended = Lock(), Event()

    def lay(self, book: SheetBook, *, wait_s: float = 0.0) -> None:
        """Have the ways of a book laid, and wait a moment for it.

        Raises
        ------
        MapUnreadable
            If it was found within this moment that the map is missing or damaged.
        """
        with self._turn:
            asked = self._asked.get(book)
            if asked is None:
                asked = self._asked[book] = self._hand.submit(self._work, book)
        try:
            asked.result(wait_s)
        except NotYet:
            return

    def stop(self) -> None:
        """Leave off after the trips at hand; nobody is waited for."""
        self._ended.set()
        self._hand.shutdown(wait=True, cancel_futures=True)

    def _work(self, book: SheetBook) -> None:
        # the map's libraries take seconds to load
        from logistics.usecases.lay_ways import lay_ways  # noqa: PLC0415

        try:
            lay_ways(self._database, book, should_stop=self._ended.is_set)
        except SupplyLoopError as refusal:
            log.warning("ways of %s are not laid: %s", book.run_code, refusal.code)
            raise
        finally:
            with self._turn:
                self._asked.pop(book, None)
