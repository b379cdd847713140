"""The causes that can be proven: nobody who may could serve it, even with nothing else to do."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from solver.engines.instance import Instance, Stop, Task, fits
from solver.problem import Amounts, Job, Place, Vehicle
from solver.reasons.empty_day import BREAKS_ORDERED, RULES, EmptyDay, Walk
from solver.relax import amounts_text

Facts = dict[str, int | str]


@dataclass(frozen=True, slots=True)
class Cause:
    """A code of the closed list with its facts."""

    code: str
    facts: Facts
    proven: bool


_CODE_OF: Final = {
    "closed": "slot-closed",
    "shelf": "shelf-too-small",
    "release": "release-too-late",
    "windows": "window-too-short",
    "shift-end": "shift-too-short",
    "shift-start": "shift-too-short",
    "tasks": "limit-too-tight",
    "travel": "limit-too-tight",
    "distance": "limit-too-tight",
    "duration": "limit-too-tight",
    "breaks": "break-in-the-way",
}
"""What a task suffers from that is servable as soon as this one rule is not looked at."""


def permit(instance: Instance, task: Task) -> Cause | None:
    """Name the first permit that nobody holds together with those before it."""
    remaining = instance.vehicles
    for code, allows, facts in _permits(task):
        allowed = tuple(v for v in remaining if allows(v))
        if not allowed:
            return Cause(code, facts(remaining) | {"couriers": len(remaining)}, proven=True)
        remaining = allowed
    return None


Stage = tuple[str, Callable[[Vehicle], bool], Callable[[tuple[Vehicle, ...]], Facts]]


def _permits(task: Task) -> list[Stage]:
    """List the permits: the code, who holds it, and the facts for those asked."""
    source = task.source
    job = source if isinstance(source, Job) else None
    tied = None if job is None else job.courier
    zone = 0 if job is None else job.zone
    pickup = () if job is None else job.pickup

    def skilled(asked: tuple[Vehicle, ...]) -> Facts:
        most = max((len(source.skills & v.skills) for v in asked), default=0)
        skills = ", ".join(map(str, sorted(source.skills)))
        return {"skills": skills, "most_held": most}

    def zoned(asked: tuple[Vehicle, ...]) -> Facts:
        return {"zone": zone, "highest": max((v.zone_max for v in asked), default=0)}

    def placed(_: tuple[Vehicle, ...]) -> Facts:
        return {"points": ", ".join(map(str, sorted(task.points)))}

    def heavy(asked: tuple[Vehicle, ...]) -> Facts:
        return too_heavy(task.parts, [v.capacity for v in asked])

    return [
        ("no-courier", lambda v: tied in (None, v.id), lambda _: _tied(tied)),
        ("no-courier-with-skill", lambda v: source.skills <= v.skills, skilled),
        ("zone-not-permitted", lambda v: zone <= v.zone_max, zoned),
        ("goods-elsewhere", lambda v: not task.points or bool(task.points & _points(v)), placed),
        (
            "too-heavy",
            lambda v: (
                any(fits(p, v.capacity) for p in task.parts)
                and fits(pickup or v.capacity, v.capacity)
            ),
            heavy,
        ),
    ]


def _tied(courier: int | None) -> Facts:
    return {} if courier is None else {"courier": courier}


def _points(v: Vehicle) -> frozenset[int]:
    if v.points:
        return frozenset(v.points)
    return frozenset() if v.start is None else frozenset((v.start,))


def too_heavy(parts: tuple[Amounts, ...], capacities: list[Amounts]) -> Facts:
    """Compare the lightest bag with the largest capacity, in the dimension that proves it."""
    lightest = min(parts, key=lambda p: (p, parts.index(p)))
    for dimension in range(len(lightest)):
        least = min(p[dimension] for p in parts)
        most = max((c[dimension] for c in capacities), default=0)
        if least > most:
            return {"dimension": dimension, "amount": least, "largest": most}
    return {"amounts": amounts_text(lightest), "bags": len(parts)}


def smallest(instance: Instance, task: Task, left: list[int]) -> list[tuple[Stop, ...]]:
    """Give the least that serving can mean: each bag left than which no other is lighter."""
    if not task.splittable:
        return [task.stops]
    distinct = {task.parts[p]: p for p in reversed(left)}
    chosen = [
        part
        for amount, part in distinct.items()
        if not any(other != amount and fits(other, amount) for other in distinct)
    ]
    return [instance.part_of(task, (part,)) for part in sorted(chosen)]


class Proofs:
    """Finds what stands in the way on an empty day; the days are kept for the next task."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.days: dict[frozenset[str], EmptyDay] = {}
        self.groups = EmptyDay(instance).groups

    def day(self, *ease: str) -> EmptyDay:
        """Give an empty day on which some rules are not looked at."""
        rules = frozenset(ease)
        if rules not in self.days:
            self.days[rules] = EmptyDay(self.instance, rules, self.groups)
        return self.days[rules]

    def servable(self, task: Task, choices: list[tuple[Stop, ...]]) -> bool:
        """Say whether somebody could serve at least a part of the task alone."""
        return any(self.day().anyone(task, stops) for stops in choices)

    def impossible(self, task: Task, choices: list[tuple[Stop, ...]]) -> Cause:
        """Name why nobody can: the first rule without which somebody could."""
        sure = all(len(self.instance.vehicles[v].breaks) <= BREAKS_ORDERED for v in task.eligible)
        stops = next((c for c in choices if self.day(*RULES).anyone(task, c)), None)
        if stops is None:
            return self._nowhere(task, choices)
        for rule in RULES:
            if self.day(rule).anyone(task, stops) is not None:
                return Cause(_CODE_OF[rule], self._facts(rule, task, stops), proven=sure)
        return Cause("rules-conflict", self._conflict(task, stops), proven=sure)

    def _nowhere(self, task: Task, choices: list[tuple[Stop, ...]]) -> Cause:
        vehicles = [self.instance.vehicles[v] for v in task.eligible]
        bags = tuple(stops[0].loaded for stops in choices)
        carried = any(fits(bag, v.capacity) for bag in bags for v in vehicles)
        if not carried and task.splittable:
            facts = too_heavy(bags, [v.capacity for v in vehicles])
            return Cause("too-heavy", facts | {"couriers": len(vehicles)}, proven=True)
        facts = {"location": choices[0][0].location, "couriers": len(vehicles)}
        return Cause("unreachable", facts, proven=True)

    def _conflict(self, task: Task, stops: tuple[Stop, ...]) -> Facts:
        """Name rules without which it could be served, none of which can be spared of them."""
        eased = list(RULES)
        for rule in RULES:
            fewer = [r for r in eased if r != rule]
            if self.day(*fewer).anyone(task, stops) is not None:
                eased = fewer
        codes = dict.fromkeys(_CODE_OF[rule] for rule in eased)
        return {"rules": ", ".join(codes), "couriers": len(task.eligible)}

    def _facts(self, rule: str, task: Task, stops: tuple[Stop, ...]) -> Facts:
        if rule == "shelf":
            return self._shelf(stops)
        if rule == "release":
            return self._release(task, stops)
        measure = _MEASURES[rule](self.instance, stops)
        walk = self.day(rule).best(task, stops, measure)
        assert walk is not None  # noqa: S101 - somebody can: that is why this rule is asked
        courier: Facts = {"courier": self.instance.vehicles[walk.vehicle].id}
        return courier | _FACTS[rule](self.instance, stops, walk)

    def _shelf(self, stops: tuple[Stop, ...]) -> Facts:
        for stop in stops:
            place = self.instance.problem.places[stop.place] if stop.place >= 0 else None
            if place is None or place.shelf is None or fits(stop.loaded, place.shelf):
                continue
            over = [
                n for n, (a, m) in enumerate(zip(stop.loaded, place.shelf, strict=True)) if a > m
            ]
            return {
                "place": place.id,
                "dimension": over[0],
                "amount": stop.loaded[over[0]],
                "shelf": place.shelf[over[0]],
            }
        return {}

    def _release(self, task: Task, stops: tuple[Stop, ...]) -> Facts:
        """Bisect for the latest release with which somebody could."""
        release_s = max(s.release_s for s in stops)
        low, high = 0, release_s
        while low + 1 < high:
            middle = (low + high) // 2
            earlier = tuple(replace(s, release_s=min(s.release_s, middle)) for s in stops)
            if self.day().anyone(task, earlier) is not None:
                low = middle
            else:
                high = middle
        return {"release_s": release_s, "latest_s": low}


Measure = Callable[[Walk], int]


def _first_begin(_: Instance, __: tuple[Stop, ...]) -> Measure:
    return lambda walk: walk.begins_s[0]


def _outside(_: Instance, stops: tuple[Stop, ...]) -> Measure:
    return lambda walk: sum(
        _away(begin, stop) for begin, stop in zip(walk.begins_s, stops, strict=True)
    )


def _away(begin_s: int, stop: Stop) -> int:
    return min((max(s - begin_s, begin_s - e, 0) for s, e in stop.windows), default=0)


def _overtime(instance: Instance, _: tuple[Stop, ...]) -> Measure:
    return lambda walk: walk.ends_s - instance.vehicles[walk.vehicle].window[1]


def _used(rule: str) -> Callable[[Instance, tuple[Stop, ...]], Measure]:
    def make(instance: Instance, _: tuple[Stop, ...]) -> Measure:
        return lambda walk: _need(rule, walk) - (_most(rule, instance, walk) or 0)

    return make


def _need(rule: str, walk: Walk) -> int:
    return {
        "tasks": walk.tasks,
        "travel": walk.travel_s,
        "distance": walk.distance_m,
        "duration": walk.shortest_s,
    }[rule]


def _most(rule: str, instance: Instance, walk: Walk) -> int | None:
    v = instance.vehicles[walk.vehicle]
    return {
        "tasks": v.max_tasks,
        "travel": v.max_travel_time_s,
        "distance": v.max_distance_m,
        "duration": v.max_duration_s,
    }[rule]


def _closed_facts(instance: Instance, stops: tuple[Stop, ...], walk: Walk) -> Facts:
    for begin_s, stop in zip(walk.begins_s, stops, strict=True):
        place: Place | None = instance.problem.places[stop.place] if stop.place >= 0 else None
        if place is None:
            continue
        closing = next((c for c in place.closed if c[1] + place.separation_s > begin_s), None)
        if closing is not None:
            return {
                "place": place.id,
                "earliest_s": begin_s,
                "stay_s": stop.setup_s + stop.service_s,
                "closed_from_s": closing[0],
                "closed_until_s": closing[1],
                "separation_s": place.separation_s,
            }
    return {}


def _window_facts(_: Instance, stops: tuple[Stop, ...], walk: Walk) -> Facts:
    pairs = zip(walk.begins_s, stops, strict=True)
    begin_s, stop = next(((b, s) for b, s in pairs if _away(b, s)), (walk.begins_s[0], stops[0]))
    window = min(stop.windows, key=lambda w: max(w[0] - begin_s, begin_s - w[1], 0), default=None)
    facts: Facts = {"stop": stop.type, "earliest_s": begin_s}
    return facts if window is None else facts | {"from_s": window[0], "until_s": window[1]}


def _end_facts(instance: Instance, _: tuple[Stop, ...], walk: Walk) -> Facts:
    until_s = instance.vehicles[walk.vehicle].window[1]
    return {"home_s": walk.ends_s, "until_s": until_s, "by_s": walk.ends_s - until_s}


def _start_facts(instance: Instance, _: tuple[Stop, ...], walk: Walk) -> Facts:
    from_s, until_s = instance.vehicles[walk.vehicle].window
    return {"from_s": from_s, "until_s": until_s, "home_s": walk.ends_s}


def _limit_facts(rule: str) -> Callable[[Instance, tuple[Stop, ...], Walk], Facts]:
    def facts(instance: Instance, _: tuple[Stop, ...], walk: Walk) -> Facts:
        most = _most(rule, instance, walk) or 0
        return {"limit": rule, "needed": _need(rule, walk), "most": most}

    return facts


def _break_facts(instance: Instance, _: tuple[Stop, ...], walk: Walk) -> Facts:
    breaks = instance.vehicles[walk.vehicle].breaks
    return {"breaks": len(breaks), "break_s": sum(b.service_s for b in breaks)}


_LIMITS = ("tasks", "travel", "distance", "duration")
_MEASURES: Final[dict[str, Callable[[Instance, tuple[Stop, ...]], Measure]]] = {
    "closed": _first_begin,
    "windows": _outside,
    "shift-end": _overtime,
    "shift-start": _first_begin,
    "breaks": _first_begin,
    **{rule: _used(rule) for rule in _LIMITS},
}
_FACTS: Final[dict[str, Callable[[Instance, tuple[Stop, ...], Walk], Facts]]] = {
    "closed": _closed_facts,
    "windows": _window_facts,
    "shift-end": _end_facts,
    "shift-start": _start_facts,
    "breaks": _break_facts,
    **{rule: _limit_facts(rule) for rule in _LIMITS},
}
