"""Places in the plan are tried with a rule eased, and what they take of it is read off."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from solver.engines.instance import Instance, Stop, Task
from solver.engines.solution import Solution
from solver.engines.timing import Trip, Visit
from solver.plan import Relaxation
from solver.reasons.bottleneck import Bottlenecks
from solver.reasons.easing import rebuilt
from solver.reasons.room import Ease, Measure, Room, Served, Work, unchanged
from solver.relax import Facts

TIMINGS_A_TRY: Final = 100
MINUTE: Final = 60

_Got = TypeVar("_Got")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A relaxation that gave room, how large it is (in minutes of somebody's day), and to whom."""

    size: float
    relaxation: Relaxation
    couriers: list[int]


MINUTES_OF: Final = {
    "longer-search": 0,
    "any-courier": 5,
    "one-more-trip": 10,
    "more-tasks": 5,
    "more-travel": 5,
    "more-distance": 5,
    "longer-duration": 5,
    "wider-window": 0,
    "longer-shift": 0,
    "earlier-shift": 5,
    "slot-open": 10,
    "further-clearing": 20,
    "larger-shelf": 25,
    "second-bay-lane": 30,
    "earlier-release": 5,
    "further-courier": 30,
    "without-break": 60,
    "goods-at-point": 40,
    "skill-added": 60,
    "zone-permit": 45,
    "larger-load": 90,
    "second-lane": 40,
    "cohort-free": 120,
    "shorter-separation": 60,
    "together": 60,
}
"""How much a kind weighs before its own minutes are added; ours, to rank kinds by."""


class Trials:
    """Tries places in one plan; eased plans are kept for the next task."""

    def __init__(self, bottlenecks: Bottlenecks, work: Work) -> None:
        self.solution = bottlenecks.solution
        self.instance = self.solution.instance
        self.bottlenecks = bottlenecks
        self.work = work
        self.eased: dict[tuple[str, int], Solution] = {}

    def couriers(self, task: Task) -> list[int]:
        """Give who may serve the task, whoever comes nearest to having the time first."""
        return [s.vehicle for s in self.bottlenecks.spare(task)]

    def tried(
        self,
        task: Task,
        couriers: list[int],
        read: Callable[[Solution, Served], _Got],
        *,
        instance: Instance | None = None,
        on: Solution | None = None,
        measure: Measure | None = None,
        ease: Ease = unchanged,
        first: bool = False,
    ) -> _Got | None:
        """Serve the task in an eased plan, read off what it took, and take it back."""
        solution = on or self.solution
        before = solution.instance
        solution.instance = instance or before
        work = Work(min(TIMINGS_A_TRY, self.work.timings), self.work.until)
        given = work.timings
        room = Room(solution, work)
        try:
            served = room.serve(task, couriers, measure=measure, ease=ease, first=first)
            if served is None:
                return None
            got = read(solution, served)
            room.undo(served)
            return got
        finally:
            self.work.spend(given - work.timings)
            solution.instance = before

    def least(self, fits: Callable[[int], bool], most: int) -> int | None:
        """Bisect for the least of ``1 … most`` that fits; None where not even all does."""
        if most < 1 or not fits(most):
            return None
        low, high = 0, most
        while low + 1 < high and not self.work.over:
            middle = (low + high) // 2
            if fits(middle):
                high = middle
            else:
                low = middle
        return high

    def with_place(self, kind: str, place: int, make: Callable[[], Instance]) -> Solution:
        """Give the plan with one place eased."""
        if (kind, place) not in self.eased:
            self.eased[kind, place] = rebuilt(self.solution, make())
        return self.eased[kind, place]


Propose = Callable[[Trials, Task, str], list[Proposal]]


def proposal(kind: str, facts: Facts, couriers: list[int], minutes: float = 0) -> Proposal:
    """Make a proposal of a kind with facts; its own minutes are added to what the kind weighs."""
    return Proposal(MINUTES_OF[kind] + minutes, Relaxation(code=kind, facts=facts), couriers)


def who_serves(_: Solution, served: Served) -> list[int]:
    """Read off nothing but who serves it."""
    return served.vehicles


def stop_facts(task: Task, stop: Stop | None = None) -> Facts:
    """Name a stop of a task; its first where none is given."""
    stop = stop or task.stops[0]
    return {"stop": stop.type, "id": stop.id}


def visits_of(solution: Solution, task: Task, vehicles: list[int]) -> Iterator[tuple[Trip, Visit]]:
    """Go through the visits of a task by these couriers."""
    for vehicle in vehicles:
        for trip in solution.shifts[vehicle]:
            for visit in trip.visits:
                if visit.stop is not None and visit.stop.task == task.index:
                    yield trip, visit
