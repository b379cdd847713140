"""The child process of :mod:`solver.supervise`: runs one engine and tells what it finds."""

import ctypes
import importlib
import inspect
import mmap
import os
import pickle
import resource
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from solver.engines.dispatch import LockedImpossible
from solver.plan import Plan
from solver.problem import Problem
from solver.wire import Kind, send

_PLANS_APART_S = 0.5
_PR_SET_PDEATHSIG = 1
_ALIGNED = 64  # bytes; NumPy's arrays want their numbers at multiples of 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the child is to do."""

    problem: Problem
    engine: str  # a name that solver.search knows, or module:function
    ends_at: float  # of the monotonic clock, which all processes of a machine share
    wishes: dict[str, Any]  # step_limit, seed, threads, warm_start
    memory_limit_bytes: int | None


def pack(order: Order) -> int:
    """Write an order into memory without a name, which vanishes with the last who has it open.

    The matrices lie there as they are: whoever opens it maps them and copies nothing.

    Returns
    -------
    int
        A descriptor of it.
    """
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(order, protocol=5, buffer_callback=buffers.append)
    pieces = [memoryview(body), *(buffer.raw() for buffer in buffers)]
    descriptor = os.memfd_create("order")
    sizes = pickle.dumps([piece.nbytes for piece in pieces])
    for piece in (memoryview(len(sizes).to_bytes(_ALIGNED, "little")), memoryview(sizes), *pieces):
        _write(descriptor, piece)
        _write(descriptor, memoryview(bytes(-piece.nbytes % _ALIGNED)))
    return descriptor


def _write(descriptor: int, piece: memoryview) -> None:
    while piece:
        piece = piece[os.write(descriptor, piece) :]


def unpack(descriptor: int) -> Order:
    """Open an order that our own parent has packed."""
    memory = memoryview(mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ))
    length = int.from_bytes(memory[:_ALIGNED], "little")
    sizes = pickle.loads(memory[_ALIGNED : _ALIGNED + length])  # noqa: S301
    at = _ALIGNED + length + -length % _ALIGNED
    pieces = []
    for size in sizes:
        pieces.append(memory[at : at + size])
        at += size + -size % _ALIGNED
    order: Order = pickle.loads(pieces[0], buffers=pieces[1:])  # noqa: S301
    return order


def begin(order: int, reports: int, control: int) -> None:
    """Run a packed order in a process that was started for it."""
    run(unpack(order), reports, control)


def run(order: Order, reports: int, control: int) -> None:
    """Run the engine of an order; what it tells is written to the descriptor ``reports``.

    Once ``control`` has something to read, or nobody holds its other end, the engine is to stop.
    """
    _settle(order.memory_limit_bytes)
    teller = _Teller(reports)
    try:
        final = _engine(order.engine)(
            order.problem,
            **order.wishes,
            time_limit_s=max(order.ends_at - time.monotonic(), 0.05),
            progress=teller.line,
            on_plan=teller.plan,
            should_stop=lambda: bool(select.select([control], [], [], 0)[0]),
        )
    except LockedImpossible as error:
        teller.close()
        send(reports, Kind.REFUSED, str(error))
        return
    except BaseException:  # noqa: BLE001 - whatever it is, the supervisor should know of it
        teller.close()
        send(reports, Kind.FAILED, traceback.format_exc(limit=-6))
        return
    teller.close()
    teller.final(final)


def _settle(memory_limit_bytes: int | None) -> None:
    # Ctrl-C reaches the whole group of a terminal; the supervisor decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        # A supervisor that is killed takes its child along.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # What an engine prints must not end up in a plan on standard output.
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    if memory_limit_bytes is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory_limit_bytes, memory_limit_bytes))


def _engine(name: str) -> Callable[..., Plan]:
    if ":" in name:
        module, function = name.split(":")
        found: Callable[..., Plan] = getattr(importlib.import_module(module), function)
        return found
    from solver.search import solve  # noqa: PLC0415 - heavy, and a foreign engine needs none of it

    known = inspect.signature(solve).parameters

    def chosen(problem: Problem, **wishes: Any) -> Plan:
        return solve(problem, engine=name, **{k: v for k, v in wishes.items() if k in known})

    return chosen


@dataclass
class _Teller:
    """Sends plans at most twice a second, from a thread: the search never waits for a reader."""

    descriptor: int
    _pending: list[Plan] = field(default_factory=list)
    _closing: bool = False

    def __post_init__(self) -> None:
        self._wake = threading.Condition()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def line(self, text: str) -> None:
        self._send(Kind.LINE, text)

    def plan(self, plan: Plan) -> None:
        """Keep a plan until it is its turn; its figures go at once where it must wait."""
        with self._wake:
            waits = bool(self._pending)
            self._pending[:] = [plan]
            self._wake.notify()
        if waits and isinstance(plan, Plan):
            self._send(Kind.FIGURES, (plan.summary.unassigned, plan.summary.cost))

    def final(self, answer: object) -> None:
        """Send what the engine answered, whatever it is."""
        self._send(Kind.FINAL, answer)

    def close(self) -> None:
        """Send what is left."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: bool(self._pending) or self._closing)
                if not self._pending:
                    return
                plan = self._pending.pop()
            self._send(Kind.BETTER, plan)
            with self._wake:
                self._wake.wait_for(lambda: self._closing, _PLANS_APART_S)

    def _send(self, kind: Kind, value: object) -> None:
        with self._writing:
            try:
                send(self.descriptor, kind, value)
            except (pickle.PicklingError, TypeError, AttributeError) as error:
                # Something that cannot be sent is no plan; say so instead.
                send(self.descriptor, kind, f"unsendable: {type(error).__name__}")
