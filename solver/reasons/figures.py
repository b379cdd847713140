"""The figures of a plan that prove what is short in it."""

from collections.abc import Iterator

from solver.engines.instance import Stop, Task
from solver.engines.solution import Solution
from solver.problem import Amounts
from solver.reasons.easing import place_of
from solver.reasons.proof import Facts


def shelf_facts(solution: Solution, task: Task, at_s: int) -> Facts:
    """Give what is free on the shelf when the task could be dropped there."""
    at = place_of(solution.instance, task)
    if at is None or at[1].shelf is None:
        return {}
    index, shelf = at[0], at[1].shelf
    period = solution.occupancy.period(index, at_s)
    laid = solution.occupancy.shelves[index].get(period, solution.instance.zero)
    free = [most - used for most, used in zip(shelf, laid, strict=True)]
    amount = lightest(solution, task).loaded
    short = max(range(len(amount)), key=lambda n: amount[n] - free[n])
    return {
        "place": at[1].id,
        "at_s": at_s,
        "dimension": short,
        "amount": amount[short],
        "free": free[short],
        "shelf": shelf[short],
    }


def slot_facts(solution: Solution, task: Task) -> Facts:
    """Give how often the slot is used, and what one more visit would need."""
    at = place_of(solution.instance, task)
    if at is None:
        return {}
    stop = task.stops[-1]
    return {
        "place": at[1].id,
        "visits": len(solution.occupancy.presences[at[0]]),
        "lanes": at[1].lanes,
        "stay_s": stop.setup_s + stop.service_s,
        "separation_s": at[1].separation_s,
    }


def lightest(solution: Solution, task: Task) -> Stop:
    """Give the stop that brings no more than the lightest bag left."""
    if not task.splittable:
        return task.stops[0]
    left = solution.left[task.index]
    part = min(left, key=lambda p: (task.parts[p], p))
    return solution.instance.part_of(task, (part,))[0]


def capacity_facts(solution: Solution, task: Task) -> Facts:
    """Give the most that anyone has free, in the dimension that is shortest of it."""
    amount = lightest(solution, task).loaded
    if not any(amount):
        amount = max(task.parts)
    free = [
        tuple(c - u for c, u, _ in load_of(solution, vehicle, amount)) for vehicle in task.eligible
    ]
    most = [max(column) for column in zip(*free, strict=True)]
    short = max(range(len(amount)), key=lambda n: amount[n] - most[n], default=0)
    if not amount:
        return {}
    return {"dimension": short, "amount": amount[short], "free": max(0, most[short])}


def load_of(solution: Solution, vehicle: int, amount: Amounts) -> Iterator[tuple[int, int, int]]:
    """Give capacity, load when leaving and the amount, by dimension."""
    on_board = [s.loaded for t in solution.shifts[vehicle] for s in t.stops]
    used = [sum(column) for column in zip(solution.instance.zero, *on_board, strict=True)]
    return zip(solution.instance.vehicles[vehicle].capacity, used, amount, strict=True)
