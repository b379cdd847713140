"""Start the child of :mod:`solver.supervise`, and leave no process behind.

Notes
-----
A process with a single Python thread is forked: that takes milliseconds and sends nothing, the
matrices included. Beside other threads a fork might come upon a lock that nobody will open, so
that a new interpreter is started, which takes about a second. Limits too short for that are
forked all the same: the hard stop holds then as for any engine that hangs.
"""

import contextlib
import logging
import os
import select
import signal
import subprocess
import sys
from typing import Final, Protocol, Self

from solver.child import Order, pack, run
from solver.wire import Inbox

log = logging.getLogger(__name__)

_SHORT_S: Final = 4.0
"""Limits below are too short to wait for a new interpreter with all its modules."""

_PROGRAM: Final = "import sys; sys.path[:] = {path!r}; from solver.child import begin; begin{args}"


class _Process(Protocol):
    def poll(self) -> int | None: ...
    def kill(self) -> None: ...
    def wait(self) -> int: ...


class Searcher:
    """One child with the pipes to it; leaving it ends the child."""

    def __init__(self, order: Order, limit_s: float) -> None:
        self._reports, theirs = os.pipe()
        control, self._control = os.pipe()
        os.set_blocking(self._reports, False)
        self.inbox = Inbox(self._reports)
        self._process: _Process | None = None
        try:
            # Counts threads that threading did not start, too.
            alone = len(sys._current_frames()) == 1  # noqa: SLF001
            if alone or limit_s < _SHORT_S:
                self._process = _Forked(order, theirs, control, (self._reports, self._control))
            else:
                self._process = _started(order, theirs, control)
        except OSError:
            log.exception("no process could be started for the search")
        finally:
            os.close(theirs)
            os.close(control)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        os.close(self._reports)
        os.close(self._control)

    def ask_to_stop(self) -> None:
        """Tell the engine that it should end with what it has."""
        # Where it has ended already nobody reads.
        with contextlib.suppress(BrokenPipeError):
            os.write(self._control, b"stop")

    def over(self) -> bool:
        """Say whether nothing more will come."""
        if self.inbox.ended or self._process is None:
            return True
        # Ends of a pipe may live on in other forks; only the process itself tells its end.
        return self._process.poll() is not None and not self.waiting(0)

    def waiting(self, seconds: float) -> bool:
        """Wait for something to read."""
        return bool(select.select([self._reports], [], [], seconds)[0])


class _Forked:
    """A fork of this process that runs an order and nothing after it."""

    def __init__(self, order: Order, reports: int, control: int, ours: tuple[int, ...]) -> None:
        for stream in (sys.stdout, sys.stderr):
            # What waits to be printed would be printed twice.
            with contextlib.suppress(AttributeError, ValueError):
                stream.flush()
        self._status: int | None = None
        self._pid = os.fork()
        if self._pid == 0:
            try:
                for descriptor in ours:
                    os.close(descriptor)
                run(order, reports, control)
            finally:
                # Nothing of the parent is tidied up here: files, databases, threads are its own.
                os._exit(0)

    def poll(self) -> int | None:
        """Give the status if it has ended."""
        return self._look(os.WNOHANG)

    def kill(self) -> None:
        """End it if it has not ended."""
        if self.poll() is None:
            os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> int:
        """Wait for its end."""
        return self._look(0) or 0

    def _look(self, options: int) -> int | None:
        if self._status is None:
            try:
                pid, status = os.waitpid(self._pid, options)
            except ChildProcessError:
                # Somebody in this process waits for all children, so that it is gone.
                self._status = 0
            else:
                self._status = status if pid else None
        return self._status


def _started(order: Order, reports: int, control: int) -> _Process:
    packed = pack(order)
    handed = (packed, reports, control)
    program = _PROGRAM.format(path=sys.path, args=handed)
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter with our own program
            [sys.executable, "-c", program], stdin=subprocess.DEVNULL, pass_fds=handed
        )
    finally:
        os.close(packed)
