"""Ruin and recreate on whole shifts: a few couriers start anew around the others' times."""

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from solver.engines.dispatch import Taste, dispatch, start_shift
from solver.engines.instance import Instance
from solver.engines.solution import Score, Snapshot, Solution, end_shift
from solver.engines.timing import Trip

Report = Callable[[Solution, Score], None]


@dataclass(frozen=True, slots=True)
class Budget:
    """When to stop: an instant of :func:`time.monotonic`, so many steps, no progress, a wish."""

    until: float | None
    steps: int | None
    calm: int | None = None  # steps without a better plan
    asked_to_stop: Callable[[], bool] | None = None

    def spent(self, step: int, since: int = 0) -> bool:
        """Say whether search must end before step ``step``, the best being found at ``since``."""
        if self.calm is not None and step - since > self.calm:
            return True
        if self.steps is not None and step >= self.steps:
            return True
        if self.asked_to_stop is not None and self.asked_to_stop():
            return True
        return self.until is not None and time.monotonic() >= self.until


def scalar(score: Score) -> float:
    """Weigh the tiers far enough apart for annealing, which needs one number."""
    return score[0] * 1e9 + score[1] * 1e6 + score[2]


def ruin_recreate(
    solution: Solution, rng: random.Random, budget: Budget, report: Report | None = None
) -> tuple[Snapshot, Score]:
    """Improve a solution until the budget is spent; changes it and gives the best seen.

    Notes
    -----
    After Christiaens and Vanden Berghe, *Slack Induction by String Removals*, Transportation
    Science 2020, with shift tails as the strings, so that the times of all others stay valid.
    """
    best = now = solution.score()
    kept = solution.snapshot()
    heat = max(60.0, now[2] * 0.002)
    began, step, since = time.monotonic(), 0, 0
    while not budget.spent(step, since):
        share = _share(budget, began, step)
        temperature = heat * math.pow(0.01, share)
        removed = _ruin(solution, rng)
        dispatch(solution, sorted(removed), rng, _taste(rng))
        found = solution.score()
        slack = -temperature * math.log(max(rng.random(), 1e-12))
        if scalar(found) < scalar(now) + slack:
            now = found
            if found < best:
                best, kept, since = found, solution.snapshot(), step
                if report is not None:
                    report(solution, found)
        else:
            _undo(solution, removed)
        step += 1
    return kept, best


def _share(budget: Budget, began: float, step: int) -> float:
    if budget.steps:
        return min(1.0, step / budget.steps)
    if budget.until is None:
        return 1.0
    return min(1.0, (time.monotonic() - began) / max(0.001, budget.until - began))


def _taste(rng: random.Random) -> Taste:
    return Taste(
        priority=rng.choice((0.0, 100.0, 100_000.0)),
        scarcity=rng.choice((0.0, 500.0, 1_500.0)),
        urgency=rng.choice((0.0, 0.3, 1.0)),
        waiting=rng.choice((0.2, 0.5, 1.0)),
        noise=rng.choice((0.0, 0.3, 1.0)),
        split_freely=rng.random() < 0.2,  # noqa: PLR2004 - one in five; two bags of six may help
        loyal=rng.random() < 0.7,  # noqa: PLR2004
    )


def _ruin(solution: Solution, rng: random.Random) -> dict[int, list[Trip]]:
    """Cut related shifts from some trip on; gives these shifts as they were."""
    instance = solution.instance
    count = min(len(instance.vehicles), rng.choice((1, 2, 2, 3, 3, 4, 5)))
    chosen = _related(solution, rng, count)
    removed: dict[int, list[Trip]] = {}
    for vehicle in chosen:
        shift = solution.shifts[vehicle]
        removed[vehicle] = list(shift)
        keep = 0 if rng.random() < 0.4 or not shift else rng.randrange(len(shift))  # noqa: PLR2004
        fixed = len(instance.locked[vehicle])
        if keep > fixed:
            _cut(solution, vehicle, keep)
        else:
            # A single trip may have grown behind its locked stops, so those are timed anew.
            _cut(solution, vehicle, 0)
            start_shift(solution, vehicle)
    return removed


def _cut(solution: Solution, vehicle: int, keep: int) -> None:
    while len(solution.shifts[vehicle]) > keep:
        solution.pop(vehicle)
    end_shift(solution, vehicle)


def _related(solution: Solution, rng: random.Random, count: int) -> list[int]:
    """Choose couriers who share buildings with one another, or could serve what is left."""
    instance = solution.instance
    left = [t for t in instance.tasks if solution.left[t.index] and t.eligible]
    if left and rng.random() < 0.5:  # noqa: PLR2004
        first = rng.choice(rng.choice(left).eligible)
    else:
        first = rng.randrange(len(instance.vehicles))
    chosen = [first]
    near = [v for v in _neighbours(solution, first) if v != first]
    while near and len(chosen) < count:
        # Skewed to the front: the nearest are the likeliest.
        chosen.append(near.pop(int(len(near) * rng.random() ** 3)))
    return chosen


def _neighbours(solution: Solution, vehicle: int) -> list[int]:
    instance = solution.instance
    mine = {s.location for t in solution.shifts[vehicle] for s in t.stops}
    built = {instance.tasks[s.task].building for t in solution.shifts[vehicle] for s in t.stops}
    duration = instance.travel[vehicle].duration_s
    origin = next(iter(sorted(mine)), None)

    def away(other: int) -> tuple[int, int, int]:
        stops = [s for t in solution.shifts[other] for s in t.stops]
        shared = sum(1 for s in stops if instance.tasks[s.task].building in built)
        if origin is None or not stops:
            return (-shared, 0, other)
        return (-shared, min(duration[origin][s.location] for s in stops), other)

    return sorted(range(len(instance.vehicles)), key=away)


def _undo(solution: Solution, removed: dict[int, list[Trip]]) -> None:
    for vehicle in removed:
        _cut(solution, vehicle, 0)
    for vehicle, trips in removed.items():
        for trip in trips:
            solution.append(vehicle, trip)


def construct(instance: Instance, rng: random.Random) -> Solution:
    """Build the first plan: every courier from an empty shift."""
    solution = Solution(instance)
    for vehicle in range(len(instance.vehicles)):
        start_shift(solution, vehicle)
    dispatch(solution, list(range(len(instance.vehicles))), rng)
    return solution
