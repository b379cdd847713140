"""Lower bounds beside a search: the best that is proven when somebody asks."""

import logging
import math
import threading
import time
from dataclasses import dataclass

from solver.bound import Bound, bounds, served_alone
from solver.plan import Plan
from solver.problem import Problem

log = logging.getLogger(__name__)


@dataclass
class _Proving:
    """Proves ever better bounds in a thread of its own, until it is told to give up."""

    problem: Problem
    found: Bound | None = None
    given_up: bool = False

    def __post_init__(self) -> None:
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="bound")
        self._thread.start()

    def wait_for_any(self, seconds: float) -> None:
        self._begun.wait(_timeout(seconds))

    def wait_for_best(self, seconds: float) -> None:
        self._thread.join(_timeout(seconds))

    def _run(self) -> None:
        try:
            for found in bounds(self.problem):
                self.found = found
                self._begun.set()
                if self.given_up:
                    break
        except Exception:
            log.exception("no lower bound")
        finally:
            self._begun.set()


def _timeout(seconds: float) -> float | None:
    return None if math.isinf(seconds) else max(seconds, 0.0)


class Bounds:
    """The bound of a problem, and of what a plan of it serves where that is not all.

    Parameters
    ----------
    problem
        Nothing is proven before :meth:`start`.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._whole: _Proving | None = None

    def start(self) -> None:
        """Begin to prove the bound of plans that serve all."""
        self._whole = _Proving(self._problem)

    def known(self, plan: Plan) -> int | None:
        """Give what is proven by now of plans that serve all, if this is one of them."""
        found = None if self._whole is None else self._whole.found
        return _below(found, plan) if found is not None and found.speaks_of(plan) else None

    def of(self, plan: Plan, seconds: float) -> int | None:
        """Give a cost below which no plan is that serves the same, as proven within seconds."""
        if self._whole is None:
            return None
        until = time.monotonic() + seconds
        self._whole.wait_for_any(seconds)
        found = self._whole.found
        if found is not None and found.speaks_of(plan):
            self._whole.wait_for_best(until - time.monotonic())
            self._whole.given_up = True
            return self.known(plan)
        self._whole.given_up = True
        same = _Proving(served_alone(self._problem, plan))
        same.wait_for_best(until - time.monotonic())
        same.given_up = True
        return None if same.found is None else _below(same.found, plan)


def _below(found: Bound, plan: Plan) -> int | None:
    if found.cost > plan.summary.cost:
        log.error("bound %d above a plan's cost %d", found.cost, plan.summary.cost)
        return None
    return found.cost
