"""How many of several equal vehicles OR-Tools needs to be offered.

Public instances have as many vehicles as customers. Each costs OR-Tools time, used or not; what
too few of them leave is added by the dispatcher, who has all.
"""

from bisect import bisect_right
from dataclasses import replace

from solver.engines.instance import Instance, Stop, total
from solver.engines.ortools_nodes import Slot, fullest, single_slots
from solver.problem import UNREACHABLE, Job

SPARE = 1.5
"""Vehicles offered above the fewest that goods, time and windows leave possible."""

LEG = 3.0
"""A way to the next stop beside the shortest there is."""

SOON = 6
"""Stops of a usual length within which as many windows as a vehicle can serve may end."""


def enough(instance: Instance, stops: list[Stop]) -> list[Slot]:
    """Give slots for vehicles without points: of equal ones no more than could be of use."""
    slots = single_slots(instance)
    special = _special(instance)
    groups: dict[object, list[Slot]] = {}
    for slot in slots:
        if slot.locked or slot.first in special:
            continue
        alike = replace(instance.vehicles[slot.first], id=0, description="")
        groups.setdefault(alike, []).append(slot)
    spare: set[int] = set()
    for those in groups.values():
        most = _of_use(instance, those[0], stops) if len(those) > SOON else len(those)
        spare |= {slot.first for slot in those[most:]}
    return [slot for slot in slots if slot.first not in spare]


def _special(instance: Instance) -> set[int]:
    """Give vehicles that are named somewhere."""
    stops = (stop for task in instance.tasks for stop in task.stops)
    found = {v for stop in stops for couriers, _ in stop.wanted for v in couriers}
    return found | {
        v
        for task in instance.tasks
        if isinstance(task.source, Job) and task.source.courier is not None
        for v in task.eligible
    }


def _of_use(instance: Instance, slot: Slot, stops: list[Stop]) -> int:
    """Bound the vehicles from above, generously: all stops are theirs."""
    v = instance.vehicles[slot.first]
    goods = total([fullest(s) for s in stops], instance.zero)
    loads = max((g / c for g, c in zip(goods, v.capacity, strict=True) if c), default=0.0)
    leg_s = LEG * _nearest_s(instance, slot, stops)
    stay_s = sum(s.setup_s + s.service_s for s in stops) / max(1, len(stops))
    day_s = min(v.window[1] - v.window[0], v.max_duration_s or v.window[1])
    busy = len(stops) * (stay_s + leg_s) / max(1, day_s)
    if v.max_travel_time_s is not None:
        busy = max(busy, len(stops) * leg_s / max(1, v.max_travel_time_s))
    if v.max_tasks is not None:
        busy = max(busy, len(stops) / max(1, v.max_tasks))
    if v.max_distance_m is not None:
        return len(instance.vehicles)
    return 3 + int(SPARE * max(loads, busy, _at_once(stops, stay_s + leg_s)))


def _nearest_s(instance: Instance, slot: Slot, stops: list[Stop]) -> float:
    """Give the usual way from a stop to the one nearest to it."""
    rows = instance.travel[slot.first].duration_s
    where = sorted({s.location for s in stops})
    step = max(1, len(where) // 50)
    ways = []
    for at in where[::step]:
        row = rows[at]
        near = [row[other] for other in where if other != at and row[other] != UNREACHABLE]
        ways.append(min(near, default=0))
    return sum(ways) / max(1, len(ways))


def _at_once(stops: list[Stop], usual_s: float) -> float:
    """Give how many vehicles the windows ask for that open and close within a few stops."""
    span = max(1.0, SOON * usual_s)
    narrow = sorted(
        (s.windows[0][0], s.windows[-1][1])
        for s in stops
        if s.windows and s.windows[-1][1] - s.windows[0][0] <= span
    )
    opens = [a for a, _ in narrow]
    most = max((bisect_right(opens, a + span) - n for n, a in enumerate(opens)), default=0)
    return most / SOON * 2
