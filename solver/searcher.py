"""Start the child of :mod:`solver.supervise`, and leave no process behind.

Notes
-----
A process with a single Python thread is forked (Linux): that takes milliseconds and sends
nothing, the matrices included. One with several threads asks multiprocessing's fork server,
which has the heavy modules loaded from its first use on; until then it takes seconds, so that
short limits fork as well. A fork among threads might come upon a lock that nobody will open; the
hard stop holds then as for any engine that hangs.
"""

import logging
import multiprocessing
import os
import select
import sys
import threading
from multiprocessing.context import ForkContext, ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from typing import Final, Self

from solver.child import Order, close_sent, run
from solver.wire import Inbox

log = logging.getLogger(__name__)

_SHORT_S: Final = 3.0
"""Limits below are too short to wait for a fork server to load its modules."""

_PRELOADED: Final = ("solver.search", "solver.child")

_serving = threading.Event()

Context = ForkContext | ForkServerContext | SpawnContext


class Searcher:
    """One child with the pipes to it; leaving it ends the child."""

    def __init__(self, order: Order, limit_s: float) -> None:
        context = _context(limit_s)
        self._reports, theirs = context.Pipe(duplex=False)
        control, self._control = context.Pipe(duplex=False)
        os.set_blocking(self._reports.fileno(), False)
        self.inbox = Inbox(self._reports.fileno())
        # An alias: the contexts' classes of processes have no common one that may be called.
        process: BaseProcess = context.Process(
            target=run, args=(order, theirs, control), daemon=True, name="solver"
        )
        self._process: BaseProcess | None = process
        try:
            process.start()
        except (OSError, AssertionError):
            # No memory for a process, or we are a child that may have none.
            log.exception("no process could be started for the search")
            self._process = None
        finally:
            close_sent()
            theirs.close()
            control.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._process = None
        self._reports.close()
        self._control.close()

    def ask_to_stop(self) -> None:
        """Tell the engine that it should end with what it has."""
        try:
            self._control.send_bytes(b"stop")
        except OSError:
            log.debug("the search has ended before it was told to")

    def over(self) -> bool:
        """Say whether nothing more will come."""
        if self.inbox.ended or self._process is None:
            return True
        # Ends of a pipe may live on in other forks; only the process itself tells its end.
        return not self._process.is_alive() and not self.waiting(0)

    def waiting(self, seconds: float) -> bool:
        """Wait for something to read."""
        return bool(select.select([self.inbox.descriptor], [], [], seconds)[0])


def _context(limit_s: float) -> Context:
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    # Counts threads that threading did not start, too.
    alone = len(sys._current_frames()) == 1  # noqa: SLF001
    if alone or (limit_s < _SHORT_S and not _serving.is_set()):
        return multiprocessing.get_context("fork")
    context = multiprocessing.get_context("forkserver")
    if not _serving.is_set():
        context.set_forkserver_preload([*_PRELOADED])
        _serving.set()
    return context
