"""What would help: for each kind of relaxation the smallest that gives the task room.

With the rule of a kind eased as far as it goes, the place in the plan that needs least of it is
looked for; what it needs is the relaxation, which counts only once it was solved again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from solver.engines.instance import Instance, Stop, Task
from solver.engines.solution import Solution
from solver.engines.timing import Trip, Visit
from solver.plan import Relaxation
from solver.problem import HORIZON_S, Amounts
from solver.reasons.bottleneck import Bottlenecks
from solver.reasons.easing import (
    any_time,
    couriers_eased,
    endless_shelf,
    longer,
    missing,
    more_trips,
    place_eased,
    place_of,
    rebuilt,
    released,
    with_courier,
)
from solver.reasons.proof import Cause
from solver.reasons.room import Ease, Measure, Room, Served, Work, unchanged
from solver.reasons.verify import serves
from solver.relax import Facts, amounts_text, further_courier, widen

KEPT: Final = 3
REFUSED_MOST: Final = 4
TIMINGS_A_TRY: Final = 250
CLASSES_TRIED: Final = 3
MINUTE: Final = 60

_Got = TypeVar("_Got")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A relaxation that gave room, how large it is (in minutes of somebody's day), and to whom."""

    size: float
    relaxation: Relaxation
    couriers: list[int]


_MINUTES: Final = {
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
}
"""How much a kind weighs before its own minutes are added; ours, to rank kinds by."""

_TIMES: Final = ("wider-window", "longer-shift", "earlier-shift", "earlier-release")
_LIMITS: Final = ("more-tasks", "more-travel", "more-distance", "longer-duration")
_ALONE: Final = (
    *_TIMES,
    *_LIMITS,
    "slot-open",
    "larger-shelf",
    "without-break",
    "further-courier",
)
_FULL: Final = (
    "longer-search", "one-more-trip", *_TIMES, "further-courier", "any-courier", "zone-permit",
    "skill-added",
)  # fmt: skip
KINDS_FOR: Final[dict[str, tuple[str, ...]]] = {
    "no-courier": ("any-courier",),
    "no-courier-with-skill": ("skill-added",),
    "zone-not-permitted": ("zone-permit",),
    "goods-elsewhere": ("goods-at-point",),
    "too-heavy": ("larger-load",),
    "unreachable": (),
    "slot-closed": ("slot-open", *_TIMES, "further-courier"),
    "shelf-too-small": ("larger-shelf",),
    "release-too-late": (*_TIMES, "further-courier"),
    "window-too-short": (*_TIMES, "without-break", "further-courier"),
    "shift-too-short": (*_TIMES, "further-courier"),
    "limit-too-tight": (*_LIMITS, "further-courier"),
    "break-in-the-way": ("without-break", *_TIMES, "further-courier"),
    "rules-conflict": _ALONE,
    "fits-now": ("longer-search",),
    "not-worth-its-prize": (),
    "cohort-taken": (*_FULL, "cohort-free"),
    "no-trips-left": _FULL,
    "no-time-left": (*_FULL, "second-lane", "without-break"),
    "no-capacity-left": (*_FULL, "larger-load"),
    "slot-busy": (*_FULL, "second-lane", "shorter-separation", "slot-open"),
    "shelf-full": (*_FULL, "further-clearing", "larger-shelf"),
    "bay-full": (*_FULL, "second-bay-lane"),
    "limit-used-up": (*_FULL, *_LIMITS),
    "no-room-left": (*_FULL, *_LIMITS, "second-lane", "larger-load"),
}
"""The kinds worth trying against each cause."""


class Mends:
    """Looks for relaxations of one plan; eased plans are kept for the next task."""

    def __init__(self, bottlenecks: Bottlenecks, work: Work) -> None:
        self.solution = bottlenecks.solution
        self.instance = self.solution.instance
        self.bottlenecks = bottlenecks
        self.work = work
        self.eased: dict[tuple[str, int], Solution] = {}

    def find(self, task: Task, cause: Cause) -> tuple[Relaxation, ...]:
        """Give the best relaxations that were solved again and serve the task."""
        proposals: list[Proposal] = []
        for kind in KINDS_FOR[cause.code]:
            if self.work.over:
                break
            proposals += _PROPOSE[kind](self, task, kind)
            if kind == "longer-search" and proposals:
                break  # nothing smaller can be found
        kept: list[Relaxation] = []
        refused = 0
        for proposal in sorted(proposals, key=lambda p: p.size):
            if len(kept) >= KEPT or refused >= REFUSED_MOST or self.work.over:
                break
            if any(k.code == proposal.relaxation.code for k in kept):
                continue
            if self._serves(task, proposal):
                kept.append(proposal.relaxation)
            else:
                refused += 1
        return tuple(kept)

    def _serves(self, task: Task, proposal: Proposal) -> bool:
        self.work.spend(2 + sum(len(shift) for shift in self.solution.shifts))
        return serves(self.solution, task, proposal.relaxation, proposal.couriers, self.work.until)

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


Propose = Callable[[Mends, Task, str], list[Proposal]]


def _proposal(kind: str, facts: Facts, couriers: list[int], minutes: float = 0) -> Proposal:
    return Proposal(_MINUTES[kind] + minutes, Relaxation(code=kind, facts=facts), couriers)


def _who(_: Solution, served: Served) -> list[int]:
    return served.vehicles


def _stop_facts(task: Task, stop: Stop | None = None) -> Facts:
    stop = stop or task.stops[0]
    return {"stop": stop.type, "id": stop.id}


def _visits(solution: Solution, task: Task, vehicles: list[int]) -> Iterator[tuple[Trip, Visit]]:
    """Go through the visits of a task by these couriers."""
    for vehicle in vehicles:
        for trip in solution.shifts[vehicle]:
            for visit in trip.visits:
                if visit.stop is not None and visit.stop.task == task.index:
                    yield trip, visit


def _as_it_is(mends: Mends, task: Task, kind: str) -> list[Proposal]:
    who = mends.tried(task, mends.couriers(task), _who, first=True)
    return [] if who is None else [_proposal(kind, {}, who)]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A figure of a courier's day that may grow: how the rule is lifted, and by how much over."""

    key: str
    lifted: Callable[[Instance, Task], Instance]
    over: Callable[[Instance, int, Trip], int]
    minutes: Callable[[int], float]


def _stretched(stretch: _Stretch) -> Propose:
    def propose(mends: Mends, task: Task, kind: str) -> list[Proposal]:
        instance = mends.instance

        def over(vehicle: int, trips: tuple[Trip, ...]) -> int:
            return max(0, stretch.over(instance, vehicle, trips[-1]))

        def read(solution: Solution, served: Served) -> dict[int, int]:
            found = {v: over(v, tuple(solution.shifts[v])) for v in served.vehicles}
            return {v: by for v, by in found.items() if by}

        lifted = stretch.lifted(instance, task)
        overs = mends.tried(task, mends.couriers(task), read, instance=lifted, measure=over)
        alone = [overs] if overs and len(overs) == 1 else []
        if overs and len(overs) > 1:
            each = (mends.tried(task, [v], read, instance=lifted, measure=over) for v in overs)
            alone = [found for found in each if found]
        return [
            _proposal(
                kind,
                {"courier": instance.vehicles[v].id, stretch.key: by},
                [v, *(w for w in mends.couriers(task) if w != v)],
                stretch.minutes(by),
            )
            for found in alone
            for v, by in found.items()
        ]

    return propose


def _most(name: str) -> Callable[[Instance, int], int]:
    def most(instance: Instance, vehicle: int) -> int:
        value: int | None = getattr(instance.vehicles[vehicle], name)
        return 1 << 60 if value is None else value

    return most


_tasks_most, _travel_most = _most("max_tasks"), _most("max_travel_time_s")
_distance_most, _duration_most = _most("max_distance_m"), _most("max_duration_s")


def _away(instance: Instance, vehicle: int, trip: Trip) -> int:
    return trip.end.time_s - instance.vehicles[vehicle].window[0]


_STRETCHES: Final = {
    "longer-shift": _Stretch(
        "by_s",
        lambda instance, _: longer(instance),
        lambda i, v, trip: trip.end.time_s - i.vehicles[v].window[1],
        lambda by: by / MINUTE,
    ),
    "one-more-trip": _Stretch(
        "by",
        lambda instance, task: more_trips(instance, 4 if task.splittable else 1),
        lambda i, v, trip: trip.after.trips - i.vehicles[v].max_trips,
        lambda by: 10 * by,
    ),
    "more-tasks": _Stretch(
        "by",
        lambda instance, _: couriers_eased(instance, max_tasks=None),
        lambda i, v, trip: trip.end.tasks - _tasks_most(i, v),
        lambda by: 5 * by,
    ),
    "more-travel": _Stretch(
        "by_s",
        lambda instance, _: couriers_eased(instance, max_travel_time_s=None),
        lambda i, v, trip: trip.end.travel_s - _travel_most(i, v),
        lambda by: by / MINUTE,
    ),
    "more-distance": _Stretch(
        "by_m",
        lambda instance, _: couriers_eased(instance, max_distance_m=None),
        lambda i, v, trip: trip.end.distance_m - _distance_most(i, v),
        lambda by: by / 100,
    ),
    "longer-duration": _Stretch(
        "by_s",
        lambda instance, _: couriers_eased(instance, max_duration_s=None),
        lambda i, v, trip: _away(i, v, trip) - _duration_most(i, v),
        lambda by: by / MINUTE,
    ),
}


def _wider_window(mends: Mends, task: Task, kind: str) -> list[Proposal]:
    found: list[Proposal] = []
    for stop in task.stops:
        if stop.windows:
            found += _later(mends, task, kind, stop) or _earlier(mends, task, kind, stop)
    return found


def _later(mends: Mends, task: Task, kind: str, stop: Stop) -> list[Proposal]:
    def ease(other: Stop) -> Stop:
        if other.type != stop.type:
            return other
        return replace(other, windows=((stop.windows[0][0], 2 * HORIZON_S),))

    def late(visit: Visit) -> int:
        ends = [e for s, e in stop.windows if s <= visit.begin_s]
        return max(0, visit.begin_s - max(ends, default=visit.begin_s))

    def measure(_: int, trips: tuple[Trip, ...]) -> int:
        own = [v for t in trips for v in t.visits if v.stop and v.stop.task == task.index]
        return max((late(v) for v in own if v.type == stop.type), default=0)

    def read(solution: Solution, served: Served) -> tuple[int, list[int]]:
        visits = _visits(solution, task, served.vehicles)
        return max((late(v) for _, v in visits if v.type == stop.type), default=0), served.vehicles

    got = mends.tried(task, mends.couriers(task), read, ease=ease, measure=measure)
    if got is None or not got[0]:
        return []
    facts = _stop_facts(task, stop) | {"later_by_s": got[0]}
    return [_proposal(kind, facts, got[1], got[0] / MINUTE)]


def _earlier(mends: Mends, task: Task, kind: str, stop: Stop) -> list[Proposal]:
    def fits(minutes: int) -> bool:
        def ease(other: Stop) -> Stop:
            if other.type != stop.type:
                return other
            return replace(other, windows=widen(stop.windows, earlier_s=minutes * MINUTE))

        return mends.tried(task, couriers, _who, ease=ease, first=True) is not None

    couriers = mends.couriers(task)
    who = mends.tried(task, couriers, _who, ease=any_time, first=True)
    if who is None:
        return []
    couriers = who
    minutes = mends.least(fits, -(-stop.windows[0][0] // MINUTE))
    if minutes is None:
        return []
    facts = _stop_facts(task, stop) | {"earlier_by_s": minutes * MINUTE}
    return [_proposal(kind, facts, who, minutes)]


def _earlier_release(mends: Mends, task: Task, kind: str) -> list[Proposal]:
    stop = task.stops[0]
    if stop.release_s <= 0:
        return []

    def fits(minutes: int) -> bool:
        at_s = max(0, stop.release_s - minutes * MINUTE)

        def ease(other: Stop) -> Stop:
            return replace(other, release_s=at_s)

        return mends.tried(task, couriers, _who, ease=ease, first=True) is not None

    couriers = mends.couriers(task)
    who = mends.tried(task, couriers, _who, ease=released, first=True)
    if who is None:
        return []
    couriers = who
    minutes = mends.least(fits, -(-stop.release_s // MINUTE))
    if minutes is None:
        return []
    by_s = min(stop.release_s, minutes * MINUTE)
    return [_proposal(kind, _stop_facts(task) | {"by_s": by_s}, who, minutes)]


def _earlier_shift(mends: Mends, task: Task, kind: str) -> list[Proposal]:
    instance = mends.instance

    def begun(vehicle: int | None, minutes: int) -> Instance:
        return replace(
            instance,
            vehicles=tuple(
                replace(v, window=(max(0, v.window[0] - minutes * MINUTE), v.window[1]))
                if vehicle in (None, n)
                else v
                for n, v in enumerate(instance.vehicles)
            ),
        )

    latest = max((instance.vehicles[v].window[0] for v in task.eligible), default=0)
    most = -(-latest // MINUTE)
    if not most:
        return []
    who = mends.tried(task, mends.couriers(task), _who, instance=begun(None, most), first=True)
    if not who or len(who) > 1:
        return []
    (vehicle,) = who

    def fits(minutes: int) -> bool:
        eased = begun(vehicle, minutes)
        return mends.tried(task, [vehicle], _who, instance=eased, first=True) is not None

    begins = instance.vehicles[vehicle].window[0]
    minutes = mends.least(fits, -(-begins // MINUTE))
    if minutes is None:
        return []
    facts: Facts = {
        "courier": instance.vehicles[vehicle].id,
        "by_s": min(begins, minutes * MINUTE),
    }
    return [_proposal(kind, facts, [vehicle], minutes)]


def _slot_open(mends: Mends, task: Task, kind: str) -> list[Proposal]:
    at = place_of(mends.instance, task)
    if at is None or not at[1].closed:
        return []
    index, place = at
    opened = mends.with_place(kind, index, lambda: place_eased(mends.instance, index, closed=()))
    gap = place.separation_s

    def overlaps(visit: Visit) -> list[tuple[int, int]]:
        from_s, until_s = visit.begin_s - gap, visit.end_s + gap
        cut = ((max(s, from_s), min(e, until_s)) for s, e in place.closed)
        return [(s, e) for s, e in cut if s < e]

    def measure(_: int, trips: tuple[Trip, ...]) -> int:
        visits = [v for t in trips for v in t.visits if v.stop and v.stop.task == task.index]
        return sum(e - s for v in visits for s, e in overlaps(v))

    def read(solution: Solution, served: Served) -> tuple[list[tuple[int, int]], list[int]]:
        spans = [span for _, v in _visits(solution, task, served.vehicles) for span in overlaps(v)]
        return spans, served.vehicles

    got = mends.tried(task, mends.couriers(task), read, on=opened, measure=measure)
    if got is None or not got[0]:
        return []
    spans, who = got
    from_s, until_s = min(s for s, _ in spans), max(e for _, e in spans)
    facts: Facts = {"place": place.id, "from_s": from_s, "until_s": until_s}
    return [_proposal(kind, facts, who, (until_s - from_s) / MINUTE)]


def _second_lane(mends: Mends, task: Task, kind: str) -> list[Proposal]:
    at = place_of(mends.instance, task)
    if at is None:
        return []
    index, place = at
    wider = mends.with_place(
        kind, index, lambda: place_eased(mends.instance, index, lanes=place.lanes + 1)
    )
    who = mends.tried(task, mends.couriers(task), _who, on=wider, first=True)
    return [] if who is None else [_proposal(kind, {"place": place.id, "by": 1}, who)]


def _shelf(mends: Mends, task: Task, kind: str) -> list[Proposal]:
    at = place_of(mends.instance, task)
    if at is None or at[1].shelf is None:
        return []
    index, place = at
    shelf: Amounts = at[1].shelf
    endless = mends.with_place("larger-shelf", index, lambda: endless_shelf(mends.instance, index))

    def read(solution: Solution, served: Served) -> tuple[int, Amounts, list[int]]:
        begins = min(v.begin_s for _, v in _visits(solution, task, served.vehicles))
        laid = solution.occupancy.shelves[index].values()
        by = tuple(max([0, *(used[n] - most for used in laid)]) for n, most in enumerate(shelf))
        return begins, by, served.vehicles

    got = mends.tried(task, mends.couriers(task), read, on=endless, first=True)
    if got is None:
        return []
    begins, by, who = got
    if kind == "further-clearing":
        return [_proposal(kind, {"place": place.id, "at_s": begins}, who)]
    return [_proposal(kind, {"place": place.id, "by": amounts_text(by)}, who)]


def _second_bay(mends: Mends, task: Task, kind: str) -> list[Proposal]:
    bays = {b.location for b in mends.instance.problem.bays}
    if not bays:
        return []

    def read(solution: Solution, served: Served) -> tuple[set[int], list[int]]:
        trips = (trip for trip, _ in _visits(solution, task, served.vehicles))
        return {t.point for t in trips if t.point is not None} & bays, served.vehicles

    got = mends.tried(task, mends.couriers(task), read, on=mends.bottlenecks.bays(), first=True)
    if got is None:
        return []
    return [_proposal(kind, {"location": at, "by": 1}, got[1]) for at in sorted(got[0])]


def _cohort_free(mends: Mends, task: Task, kind: str) -> list[Proposal]:
    freed = mends.with_place(kind, -1, lambda: couriers_eased(mends.instance, cohort=None))
    who = mends.tried(task, mends.couriers(task), _who, on=freed, first=True)
    if not who or len(who) > 1:
        return []
    return [_proposal(kind, {"courier": mends.instance.vehicles[who[0]].id}, who)]


def _shorter_separation(mends: Mends, task: Task, kind: str) -> list[Proposal]:
    at = place_of(mends.instance, task)
    if at is None or at[1].separation_s <= 1:
        return []
    index, place = at
    nearer = mends.with_place(
        kind, index, lambda: place_eased(mends.instance, index, separation_s=1)
    )
    who = mends.tried(task, mends.couriers(task), _who, on=nearer, first=True)
    if who is None:
        return []

    def fits(by_s: int) -> bool:
        nearer.occupancy.separations[index] = place.separation_s - by_s
        return mends.tried(task, who, _who, on=nearer, first=True) is not None

    by_s = mends.least(fits, place.separation_s - 1)
    nearer.occupancy.separations[index] = 1
    if by_s is None:
        return []
    return [_proposal(kind, {"place": place.id, "by_s": by_s}, who, by_s / MINUTE)]


def _further_courier(mends: Mends, task: Task, kind: str) -> list[Proposal]:
    groups: dict[int, int] = {}
    for vehicle in mends.couriers(task):
        groups.setdefault(mends.bottlenecks.groups[vehicle], vehicle)
    found: list[Proposal] = []
    for like in list(groups.values())[:CLASSES_TRIED]:
        for window in (mends.instance.vehicles[like].window, (0, HORIZON_S)):
            proposal = _helper(mends, task, kind, like, window)
            if proposal is not None:
                found.append(proposal)
                break
    return found


def _helper(
    mends: Mends, task: Task, kind: str, like: int, window: tuple[int, int]
) -> Proposal | None:
    """Add somebody for the whole window, then only for as long as it takes."""
    problem = mends.instance.problem
    number = max(v.id for v in problem.vehicles) + 1
    added = further_courier(problem.vehicles[like], number, window)
    key = f"{kind} {window}"
    on = mends.with_place(key, like, lambda: with_courier(mends.instance, like, added))
    vehicle = len(mends.instance.vehicles)

    def end(solution: Solution, served: Served) -> int:
        del served
        return solution.shifts[vehicle][-1].end.time_s

    until = mends.tried(task, [vehicle], end, on=on)
    if until is None:
        return None
    until_s = -(-until // MINUTE) * MINUTE

    def fits(minutes: int) -> bool:
        own = replace(on.instance.vehicles[vehicle], window=(until_s - minutes * MINUTE, until_s))
        vehicles = (*on.instance.vehicles[:-1], own)
        eased = replace(on.instance, vehicles=vehicles)
        return mends.tried(task, [vehicle], _who, on=on, instance=eased) is not None

    minutes = mends.least(fits, (until_s - window[0]) // MINUTE)
    if minutes is None:
        return None
    facts: Facts = {
        "like": mends.instance.vehicles[like].id,
        "from_s": until_s - minutes * MINUTE,
        "until_s": until_s,
    }
    return _proposal(kind, facts, [vehicle], minutes)


def _without_break(mends: Mends, task: Task, kind: str) -> list[Proposal]:
    eased = couriers_eased(mends.instance, breaks=())
    who = mends.tried(task, mends.couriers(task), _who, instance=eased, first=True)
    return [
        _proposal(kind, {"courier": v.id, "break": pause.id}, [vehicle])
        for vehicle in who or ()
        for v in (mends.instance.vehicles[vehicle],)
        for pause in v.breaks
    ]


def _lacking(mends: Mends, task: Task, permit: str) -> list[int]:
    """List who would be eligible but for one permit, whoever ends first to begin with."""
    vehicles = mends.instance.vehicles
    lacking = [n for n, v in enumerate(vehicles) if missing(task, v) == (permit,)]
    return sorted(lacking, key=lambda n: (mends.solution.progress(n).time_s, n))


def _permitted(permit: str, facts: Callable[[Instance, Task, int], Facts]) -> Propose:
    def propose(mends: Mends, task: Task, kind: str) -> list[Proposal]:
        # With the goods anywhere a trip may load at any point of the courier.
        eased = replace(task, points=frozenset()) if permit == "points" else task
        lacking = _lacking(mends, task, permit)

        def read(solution: Solution, served: Served) -> tuple[int, int | None]:
            vehicle = served.vehicles[0]
            trip = next(t for t, _ in _visits(solution, task, [vehicle]))
            return vehicle, trip.point

        got = mends.tried(eased, lacking, read)
        if got is None:
            return []
        vehicle, point = got
        more = facts(mends.instance, task, vehicle)
        if permit == "points":
            start = mends.instance.vehicles[vehicle].start
            more |= {"point": point if point is not None else start or 0}
        return [_proposal(kind, more, [vehicle])]

    return propose


def _zone_facts(instance: Instance, task: Task, vehicle: int) -> Facts:
    zone = max(stop.zone for stop in task.stops)
    return {"courier": instance.vehicles[vehicle].id, "zone": zone}


def _skill_facts(instance: Instance, task: Task, vehicle: int) -> Facts:
    v = instance.vehicles[vehicle]
    lacking = sorted(task.source.skills - v.skills)
    return {"courier": v.id, "skills": ", ".join(map(str, lacking))}


def _larger_load(mends: Mends, task: Task, kind: str) -> list[Proposal]:
    """Let whoever needs least of it carry more: one bag, or beside what is on board already."""
    instance = mends.instance
    heaviest = tuple(max(column) for column in zip(*task.parts, strict=True))
    couriers = _lacking(mends, task, "capacity") + mends.couriers(task)
    eased = replace(
        instance,
        vehicles=tuple(
            replace(v, capacity=_able(v.capacity, heaviest, single=not v.points))
            for v in instance.vehicles
        ),
    )

    def over(vehicle: int, trips: tuple[Trip, ...]) -> Amounts:
        capacity = instance.vehicles[vehicle].capacity
        peaks = [_peak(instance, t) for t in trips]
        return tuple(max([0, *(p[n] - c for p in peaks)]) for n, c in enumerate(capacity))

    def measure(vehicle: int, trips: tuple[Trip, ...]) -> int:
        capacity = instance.vehicles[vehicle].capacity
        parts = zip(over(vehicle, trips), capacity, strict=True)
        return max((1000 * by // max(1, most) for by, most in parts), default=0)

    def read(solution: Solution, served: Served) -> dict[int, Amounts]:
        return {v: over(v, tuple(solution.shifts[v])) for v in served.vehicles}

    got = mends.tried(task, couriers, read, instance=eased, measure=measure)
    overs = {v: by for v, by in (got or {}).items() if any(by)}
    if got is None or len(overs) != 1:
        return []
    return [
        _proposal(
            kind,
            {"courier": instance.vehicles[v].id, "by": amounts_text(by)},
            [v, *(w for w in got if w != v)],
        )
        for v, by in overs.items()
    ]


def _able(capacity: Amounts, heaviest: Amounts, *, single: bool) -> Amounts:
    if single:
        return tuple(c + h for c, h in zip(capacity, heaviest, strict=True))
    return tuple(max(c, h) for c, h in zip(capacity, heaviest, strict=True))


def _peak(instance: Instance, trip: Trip) -> Amounts:
    """Give the most that is on board during a trip, in each dimension."""
    load = [0 for _ in instance.zero]
    for stop in trip.stops:
        load = [a + b for a, b in zip(load, stop.loaded, strict=True)]
    peak = list(load)
    for stop in trip.stops:
        load = [a + b for a, b in zip(load, stop.change, strict=True)]
        peak = [max(a, b) for a, b in zip(peak, load, strict=True)]
    return tuple(peak)


def _any_courier(mends: Mends, task: Task, kind: str) -> list[Proposal]:
    who = mends.tried(task, _lacking(mends, task, "tie"), _who)
    return [] if who is None else [_proposal(kind, _stop_facts(task), who)]


_PROPOSE: Final[dict[str, Propose]] = {
    "longer-search": _as_it_is,
    "any-courier": _any_courier,
    "wider-window": _wider_window,
    "earlier-shift": _earlier_shift,
    "slot-open": _slot_open,
    "further-clearing": _shelf,
    "larger-shelf": _shelf,
    "second-bay-lane": _second_bay,
    "earlier-release": _earlier_release,
    "further-courier": _further_courier,
    "without-break": _without_break,
    "goods-at-point": _permitted("points", lambda _, task, __: _stop_facts(task)),
    "skill-added": _permitted("skills", _skill_facts),
    "zone-permit": _permitted("zone", _zone_facts),
    "larger-load": _larger_load,
    "second-lane": _second_lane,
    "cohort-free": _cohort_free,
    "shorter-separation": _shorter_separation,
    **{kind: _stretched(stretch) for kind, stretch in _STRETCHES.items()},
}
