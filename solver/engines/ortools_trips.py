"""OR-Tools' model for shifts of several trips: it forms the trips, we fix their times.

The sequence of a courier's trips and where couriers would meet are no part of the model: its
trips are handed one after another to :mod:`solver.engines.timing`, which grants only times that
keep every rule.
"""

import random
import time
from collections.abc import Callable

from solver.engines.dispatch import dispatch
from solver.engines.instance import Instance
from solver.engines.ortools_routing import (
    COUNTED_S,
    FORMING_SHARE,
    can_model,
    merged,
    routed,
    slots_of,
    take_singles,
)
from solver.engines.pinned import retimed
from solver.engines.solution import Solution
from solver.engines.timetable import Draft, best_timetable, locked_trips

__all__ = ["can_model", "route_trips"]


def route_trips(
    instance: Instance,
    *,
    seconds: float,
    solutions: int | None,
    seed: int = 0,
    should_stop: Callable[[], bool] | None = None,
) -> Solution | None:
    """Let OR-Tools form trips, then give them to couriers at times at which nobody meets.

    Parameters
    ----------
    seconds
        Wall clock for all of it.
    solutions
        Solutions after which the search ends; then it does not depend on the clock.
    seed
        For the dispatcher, who adds what the trips leave.
    should_stop
        Asked while trips are formed; when it says yes, those found so far are taken.

    Returns
    -------
    Solution or None
        Locked trips included; None where the time is too short for a first solution.
    """
    deadline = time.monotonic() + seconds
    solution = locked_trips(instance)
    left = max(0.05, (deadline - time.monotonic()) * FORMING_SHARE)
    found = routed(
        solution, slots_of(solution), seconds=left, solutions=solutions, should_stop=should_stop
    )
    if found is None:
        return None
    drafts = [
        Draft(slot.point, tuple(merged(instance, order)), slot.members)
        for slot, order in found.rides
        if slot.point is not None
    ]

    def begin() -> Solution:
        plan = locked_trips(instance)
        take_singles(plan, found)
        return plan

    plan = best_timetable(instance, drafts, deadline, seed, begin)
    counted = solutions is not None
    left = COUNTED_S if counted else deadline - time.monotonic()
    return _with_less_waiting(plan, left, seed, deterministic=counted)


def _with_less_waiting(
    plan: Solution, seconds: float, seed: int, *, deterministic: bool
) -> Solution:
    """Where something is left that could be brought, win time for it and let it be added."""
    tasks = plan.instance.tasks
    scarce = any(left and t.eligible for t, left in zip(tasks, plan.left, strict=True))
    if not scarce or seconds <= 0:
        return plan
    shorter = retimed(plan, seconds=seconds / 2, deterministic=deterministic, seed=seed)
    if shorter is None:
        return plan
    dispatch(shorter, list(range(len(plan.instance.vehicles))), random.Random(seed))  # noqa: S311
    return min(plan, shorter, key=Solution.score)
