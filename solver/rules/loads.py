"""What is on board: capacity at every moment, honest load figures, breaks with little load."""

from collections.abc import Iterator

from solver.plan import Violation
from solver.problem import Amounts
from solver.rules.day import TASKS, Day, Trail, loading_points, once_a_day


def on_board(day: Day, trail: Trail) -> list[Amounts]:
    """Give the load after each step: every trip begins with all that it delivers."""
    loads: list[Amounts] = []
    load = day.padded(())
    reloading = bool(loading_points(trail.vehicle)) and any(
        step.type == "reload" for step in trail.steps
    )
    for n, step in enumerate(trail.steps):
        if step.type == "reload" or (n == 0 and not reloading):
            trip = trail.trips[n]
            load = day.total(
                [
                    day.delivered(other)
                    for k, other in trail.tasks()
                    if trail.trips[k] == trip and other.type == "job"
                ]
            )
        # The first step is a task where the plan leaves out the start of an open route.
        change = zip(load, day.delivered(step), day.picked_up(step), strict=True)
        load = tuple(a - d + p for a, d, p in change)
        loads.append(load)
    return loads


@once_a_day
def boards(day: Day) -> tuple[tuple[Trail, list[Amounts]], ...]:
    """Give what is on board after each step, route by route."""
    return tuple((trail, on_board(day, trail)) for trail in day.trails)


def capacity(day: Day) -> Iterator[Violation]:
    """Yield steps after which more is on board than fits, per dimension."""
    for trail, loads in boards(day):
        fits = day.padded(trail.vehicle.capacity)
        for n, load in enumerate(loads):
            for dimension, (amount, maximum) in enumerate(zip(load, fits, strict=True)):
                if amount > maximum:
                    over = amount - maximum
                    yield trail.breach("capacity.exceeded", n, over, dimension=dimension)
            yield from _before_first(day, trail, n, load, fits)
            if min(load, default=0) < 0:
                yield trail.breach("load.negative", n, -min(load))


def _before_first(
    day: Day, trail: Trail, n: int, load: Amounts, fits: Amounts
) -> Iterator[Violation]:
    """Judge the load before the first task where the plan leaves out the start (VROOM)."""
    if n > 0 or trail.steps[0].type not in TASKS:
        return
    change = zip(load, day.delivered(trail.steps[0]), day.picked_up(trail.steps[0]), strict=True)
    loaded = [a + d - p for a, d, p in change]
    for dimension, (amount, maximum) in enumerate(zip(loaded, fits, strict=True)):
        if amount > maximum:
            yield trail.breach("capacity.exceeded", n, amount - maximum, dimension=dimension)


def load_figures(day: Day) -> Iterator[Violation]:
    """Yield steps whose load figure is not what is on board."""
    for trail, loads in boards(day):
        for n, load in enumerate(loads):
            stated = trail.steps[n].load
            if stated in (load, ()):  # empty: not stated
                continue
            if len(stated) != len(load):
                yield trail.breach("load.figure", n, abs(len(stated) - len(load)))
                continue
            off = max(abs(a - b) for a, b in zip(stated, load, strict=True))
            yield trail.breach("load.figure", n, off)


def break_loads(day: Day) -> Iterator[Violation]:
    """Yield breaks that are taken with more on board than they allow."""
    for trail, loads in boards(day):
        allowed = {pause.id: pause.max_load for pause in trail.vehicle.breaks}
        for n, load in enumerate(loads if allowed else ()):
            step = trail.steps[n]
            if step.type != "break" or step.id is None:
                continue
            most = allowed.get(step.id)
            over = max((a - b for a, b in zip(load, most or load, strict=True)), default=0)
            if over > 0:
                yield trail.breach("break.load", n, over)
