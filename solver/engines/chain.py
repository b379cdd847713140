"""A chain of annealing: what all searches by ruin and recreate have in common."""

import abc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from solver.engines.compiled.layout import Ints

REMOVED = 10.0
SLICE_S = 0.1
"""How long a search runs before it is asked for news."""
MOST_A_SLICE = 200_000
STEPS_A_SLICE = 500


@dataclass(frozen=True, slots=True)
class Heat:
    """Temperatures of annealing, in cost, and how many visits a step removes."""

    hot: float
    cold: float
    size: float = REMOVED


class Chain(abc.ABC):
    """One chain of ruin and recreate, run in slices so that others may look at it between."""

    def __init__(self) -> None:
        self.steps = 0
        self.share = 0.0
        self.noted = np.inf
        self._pace = 200

    @property
    @abc.abstractmethod
    def best(self) -> float:
        """What the best plan so far costs, leaving out included."""

    @property
    @abc.abstractmethod
    def visits(self) -> int:
        """How many visits the current plan makes."""

    @property
    @abc.abstractmethod
    def travel(self) -> float:
        """What the current plan's routes cost without what vehicles cost by themselves."""

    @abc.abstractmethod
    def rows(self) -> Ints:
        """Give the best plan's rows."""

    @abc.abstractmethod
    def now_rows(self) -> Ints:
        """Give the current plan's rows; they may then count as the best."""

    @abc.abstractmethod
    def absent(self) -> Ints:
        """Give the tasks of which the current plan leaves something out."""

    @abc.abstractmethod
    def lay(self, rows: Ints) -> None:
        """Go on from the routes that rows state, times included, and from nothing else."""

    @abc.abstractmethod
    def fill(self) -> None:
        """Serve what can be served, greedily."""

    @abc.abstractmethod
    def reprice(self) -> None:
        """Take note of other prices of leaving out; the plan at hand is the best anew."""

    @abc.abstractmethod
    def anneal(self, steps: int, hot: float, cold: float, size: float) -> None:
        """Take steps while it cools from ``hot`` to ``cold``."""

    def burst(self, steps: int, heat: float) -> None:
        """Take steps at one temperature."""
        self.anneal(steps, heat, heat, REMOVED)
        self.steps += steps

    def run(
        self,
        heat: Heat,
        *,
        until: float | None,
        steps: int | None,
        news: Callable[[Self], bool],
        begin: float = 0.0,
        end: float = 1.0,
    ) -> None:
        """Anneal until an instant of the monotonic clock or for a number of steps.

        ``news`` is asked after each slice, and ends the run by False. Cooling goes from its
        share ``begin`` to its share ``end``.
        """
        started = time.monotonic()
        span = max(1e-3, (until or started) - started)
        fall = heat.cold / heat.hot
        taken = 0
        share = self.share = begin
        while share < end:
            now = time.monotonic()
            many = self._pace
            if steps is not None:
                many = min(STEPS_A_SLICE, steps - taken)
                following = begin + (end - begin) * (taken + many) / steps
            else:
                if now >= (until or started):
                    return
                following = min(end, begin + (end - begin) * (now - started + SLICE_S) / span)
            if many <= 0:
                return
            self.anneal(many, heat.hot * fall**share, heat.hot * fall**following, heat.size)
            taken += many
            self.steps += many
            spent = max(1e-4, time.monotonic() - now)
            self._pace = max(10, min(MOST_A_SLICE, int(many * SLICE_S / spent)))
            share = following
            if steps is None:
                share = begin + (end - begin) * (time.monotonic() - started) / span
            self.share = share
            if not news(self):
                return
