"""The causes of what somebody could serve alone, but this plan has no room for.

Each is measured: with one resource eased, one more trip of a courier with time to spare fits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from solver.engines.instance import Instance, Stop, Task
from solver.engines.solution import Solution
from solver.problem import UNREACHABLE, Job
from solver.reasons.easing import (
    ENDLESS,
    any_time,
    anywhere,
    bays_eased,
    couriers_eased,
    longer,
    more_trips,
    place_of,
    rebuilt,
    weightless,
)
from solver.reasons.empty_day import starts
from solver.reasons.figures import capacity_facts, lightest, load_of, shelf_facts, slot_facts
from solver.reasons.proof import Cause, Facts
from solver.reasons.room import Ease, Room, Tail, Work, unchanged

COURIERS_TRIED: Final = 2
TIMINGS_A_TASK: Final = 90
TIMINGS_IN_ALL: Final = 4_000
"""About half a second's; whatever is left out beyond is explained by figures alone."""


@dataclass(frozen=True, slots=True)
class Spare:
    """What a courier has left after the last trip, and what the task would take of it."""

    vehicle: int
    free_s: int
    needed_s: int
    trips: int


class Bottlenecks:
    """Tries one eased resource after another; what is eased is kept for the next task."""

    def __init__(self, solution: Solution, groups: tuple[int, ...]) -> None:
        self.solution = solution
        self.groups = groups  # couriers who are alike have one number
        instance = solution.instance
        self.longer = longer(instance)
        self.more_trips = more_trips(instance, 1)
        self.unlimited = couriers_eased(
            instance,
            max_tasks=None,
            max_travel_time_s=None,
            max_distance_m=None,
            max_duration_s=None,
        )
        self.endless = couriers_eased(instance, capacity=tuple(ENDLESS for _ in instance.zero))
        self.without_breaks = couriers_eased(instance, breaks=())
        self.limited = any(
            v.max_tasks is not None
            or v.max_travel_time_s is not None
            or v.max_distance_m is not None
            or v.max_duration_s is not None
            for v in instance.vehicles
        )
        self._bays: Solution | None = None
        self.work = Work(TIMINGS_IN_ALL)
        self._lifted: dict[tuple[str, ...], Instance] = {}

    def spare(self, task: Task) -> list[Spare]:
        """List the eligible couriers, whoever comes nearest to having the time first."""
        rounds: dict[int, tuple[int, int]] = {}
        found = []
        for vehicle in task.eligible:
            group = self.groups[vehicle]
            if group not in rounds:
                rounds[group] = _round(self.solution.instance, vehicle, task)
            found.append(self._spare(vehicle, task, *rounds[group]))
        return sorted(found, key=lambda s: (s.needed_s - s.free_s, s.vehicle))

    def _spare(self, vehicle: int, task: Task, needed_s: int, back_s: int) -> Spare:
        v = self.solution.instance.vehicles[vehicle]
        shift = self.solution.shifts[vehicle]
        last = task.stops[-1]
        until = v.window[1]
        if last.windows:
            until = min(until, last.windows[-1][1] + last.setup_s + last.service_s + back_s)
        home = shift[-1].end.time_s if shift else v.window[0]
        return Spare(vehicle, max(0, until - home), needed_s, len(shift))

    def cause(self, task: Task) -> Cause:
        """Name the resource that is short, with its figures."""
        spares = self.spare(task)
        if self._full(task, spares):
            facts = capacity_facts(self.solution, task) | {"couriers": len(spares)}
            return Cause("no-capacity-left", facts, proven=False)
        if self.work.over:
            return self._by_figures(spares)
        trial = _Trial(self, task, [s.vehicle for s in spares[:COURIERS_TRIED]])
        fitting = trial.tail()
        if fitting is not None:
            return self._fits(task, fitting)
        code, facts = self._short(task, trial, spares)
        self.work.spend(TIMINGS_A_TASK - trial.work.timings)
        return Cause(code, facts | {"couriers": len(spares)}, proven=False)

    def _short(self, task: Task, trial: "_Trial", spares: list[Spare]) -> tuple[str, Facts]:
        taken = self._taken_by_cohort(task)
        if taken is not None:
            return "cohort-taken", taken
        time_facts = self._time_facts(spares)
        tests: list[tuple[str, Callable[[], bool], Callable[[], Facts]]] = [
            (
                "no-trips-left",
                lambda: trial.fits(instance=self.more_trips),
                lambda: time_facts | {"trips": max(s.trips for s in spares)},
            ),
            (
                "no-capacity-left",
                lambda: trial.single and trial.fits(instance=self.endless),
                lambda: capacity_facts(self.solution, task),
            ),
            (
                "shelf-full",
                lambda: self._has_shelf(task) and trial.fits(ease=weightless),
                lambda: self._shelf_facts(task, trial),
            ),
            (
                "slot-busy",
                lambda: task.stops[0].place >= 0 and trial.fits(ease=anywhere),
                lambda: slot_facts(self.solution, task),
            ),
            (
                "bay-full",
                lambda: bool(self.solution.instance.problem.bays) and trial.fits(on=self.bays()),
                lambda: self._bay_facts(task, trial),
            ),
            (
                "limit-used-up",
                lambda: self.limited and trial.fits(instance=self.unlimited),
                lambda: self._limit_facts(trial),
            ),
            ("no-time-left", lambda: trial.fits(instance=self.longer), lambda: time_facts),
            ("no-time-left", lambda: trial.fits(ease=any_time), lambda: time_facts),
            (
                "break-in-the-way",
                lambda: trial.breaks and trial.fits(instance=self.without_breaks),
                lambda: time_facts,
            ),
        ]
        for code, short, facts in tests:
            if short():
                return code, facts()
        return "no-room-left", time_facts | {"short": self._several(trial)}

    def _several(self, trial: "_Trial") -> str:
        """Name things none of which can be spared, all of which together give room."""
        named = ["trips", "slot", "limits", "capacity", "breaks", "window", "shift"]
        if not trial.fits(ease=self._ease(named), instance=self._lift(named)):
            return "bay" if self.solution.instance.problem.bays else "shift"
        for name in list(named):
            fewer = [n for n in named if n != name]
            if trial.fits(ease=self._ease(fewer), instance=self._lift(fewer)):
                named = fewer
        return ", ".join(named)

    def _lift(self, named: list[str]) -> Instance:
        """Lift what binds couriers."""
        key = tuple(n for n in named if n not in {"slot", "window"})
        if key not in self._lifted:
            changes: dict[str, Any] = {}
            if "limits" in key:
                changes |= {
                    "max_tasks": None,
                    "max_travel_time_s": None,
                    "max_distance_m": None,
                    "max_duration_s": None,
                }
            if "breaks" in key:
                changes["breaks"] = ()
            if "capacity" in key:
                changes["capacity"] = tuple(ENDLESS for _ in self.solution.instance.zero)
            instance = couriers_eased(self.solution.instance, **changes)
            instance = more_trips(instance, 1) if "trips" in key else instance
            self._lifted[key] = longer(instance) if "shift" in key else instance
        return self._lifted[key]

    def _ease(self, named: list[str]) -> Ease:
        """Ease what binds the stop."""

        def ease(stop: Stop) -> Stop:
            stop = anywhere(stop) if "slot" in named else stop
            return any_time(stop) if "window" in named else stop

        return ease

    def _full(self, task: Task, spares: list[Spare]) -> bool:
        """Say whether everybody has a single trip, under way, with no room for the lightest."""
        amount = lightest(self.solution, task).loaded
        vehicles = self.solution.instance.vehicles
        return all(
            not vehicles[s.vehicle].points
            and any(c < u + a for c, u, a in load_of(self.solution, s.vehicle, amount))
            for s in spares
        )

    def _by_figures(self, spares: list[Spare]) -> Cause:
        """Name what is short without trying, where too much is left out to try everything."""
        vehicles = self.solution.instance.vehicles
        facts = self._time_facts(spares) | {"couriers": len(spares)}
        mine = [(s.trips, vehicles[s.vehicle]) for s in spares]
        if all(v.points and trips >= v.max_trips for trips, v in mine):
            return Cause("no-trips-left", facts | {"trips": spares[0].trips}, proven=False)
        code = "no-time-left" if spares[0].free_s < spares[0].needed_s else "no-room-left"
        return Cause(code, facts, proven=False)

    def _time_facts(self, spares: list[Spare]) -> Facts:
        nearest = spares[0]
        courier = self.solution.instance.vehicles[nearest.vehicle].id
        return {"courier": courier, "free_s": nearest.free_s, "needed_s": nearest.needed_s}

    def _fits(self, task: Task, tail: Tail) -> Cause:
        """Say that search has only not put it there; or that its prize is not worth the way."""
        courier = self.solution.instance.vehicles[tail.vehicle].id
        source = task.source
        prize = source.prize if isinstance(source, Job) else None
        if prize is not None:
            cost = self._cost(task, tail)
            if cost >= prize:
                facts: Facts = {"courier": courier, "prize": prize, "cost": cost}
                return Cause("not-worth-its-prize", facts, proven=False)
        return Cause("fits-now", {"courier": courier, "trip": tail.kept}, proven=False)

    def _cost(self, task: Task, tail: Tail) -> int:
        solution, vehicle = self.solution, tail.vehicle
        instance = solution.instance
        cost = tail.trips[-1].end.cost + instance.vehicles[vehicle].fixed_cost
        cost += instance.wish_cost(task.index, vehicle) - solution.shift_cost(vehicle)
        seen = solution.faces.get(task.building) if task.building is not None else None
        if seen and vehicle not in seen:
            cost += instance.problem.objective.face
        return cost

    def bays(self) -> Solution:
        """Give the plan with a further lane at every bay."""
        if self._bays is None:
            self._bays = rebuilt(self.solution, bays_eased(self.solution.instance))
        return self._bays

    def _taken_by_cohort(self, task: Task) -> Facts | None:
        """Say which other cohort has been at the place, or at every point, before all of them."""
        occupancy, instance = self.solution.occupancy, self.solution.instance
        at = place_of(instance, task)
        if at is not None and not any(occupancy.may_use("place", at[0], v) for v in task.eligible):
            return {"place": at[1].id, "cohort": self._user("place", at[0])}
        bays = {b.location for b in instance.problem.bays}
        points: set[int] = set()
        for vehicle in task.eligible:
            own = starts(instance.vehicles[vehicle], task)
            if any(
                p is None or p not in bays or occupancy.may_use("bay", p, vehicle) for p in own
            ):
                return None
            points |= {p for p in own if p is not None}
        location = min(points, default=0)
        return {"location": location, "cohort": self._user("bay", location)}

    def _user(self, kind: str, index: int) -> str:
        users = self.solution.occupancy.users.get((kind, index))
        return "" if users is None else next((c for c, times in users.items() if times), "")

    def _shelf_facts(self, task: Task, trial: "_Trial") -> Facts:
        tail = trial.tail(ease=weightless)
        visits = [] if tail is None else [v for t in tail.trips for v in t.visits]
        at_s = next((v.begin_s for v in visits if v.stop and v.stop.task == task.index), 0)
        return shelf_facts(self.solution, task, at_s)

    def _has_shelf(self, task: Task) -> bool:
        at = place_of(self.solution.instance, task)
        return at is not None and at[1].shelf is not None

    def _bay_facts(self, task: Task, trial: "_Trial") -> Facts:
        instance = self.solution.instance
        points = starts(instance.vehicles[trial.couriers[0]], task)
        bay = next((b for b in instance.problem.bays if b.location in points), None)
        if bay is None:
            return {}
        loadings = len(self.solution.occupancy.loadings.get(bay.location, ()))
        return {"location": bay.location, "lanes": bay.lanes, "loadings": loadings}

    def _limit_facts(self, trial: "_Trial") -> Facts:
        """Name the limit of the courier that one more trip would break."""
        tail = trial.tail(instance=self.unlimited)
        if tail is None:
            return {}
        v = self.solution.instance.vehicles[tail.vehicle]
        end = tail.trips[-1].end
        used = (
            ("tasks", end.tasks, v.max_tasks),
            ("travel", end.travel_s, v.max_travel_time_s),
            ("distance", end.distance_m, v.max_distance_m),
            ("duration", end.time_s - end.departed_s, v.max_duration_s),
        )
        for limit, needed, most in used:
            if most is not None and needed > most:
                return {"courier": v.id, "limit": limit, "needed": needed, "most": most}
        return {"courier": v.id}


class _Trial:
    """One more trip of a few couriers, with something eased."""

    def __init__(self, all_: Bottlenecks, task: Task, couriers: list[int]) -> None:
        self.solution = all_.solution
        self.task = task
        self.couriers = couriers
        self.work = Work(TIMINGS_A_TASK)
        left = all_.solution.left[task.index]
        self.bags = (min(left, key=lambda p: (task.parts[p], p)),)
        vehicles = self.solution.instance.vehicles
        self.single = any(not vehicles[v].points for v in couriers)
        self.breaks = any(vehicles[v].breaks for v in couriers)

    def fits(
        self,
        *,
        ease: Ease = unchanged,
        instance: Instance | None = None,
        on: Solution | None = None,
    ) -> bool:
        return self.tail(ease=ease, instance=instance, on=on) is not None

    def tail(
        self,
        *,
        ease: Ease = unchanged,
        instance: Instance | None = None,
        on: Solution | None = None,
    ) -> Tail | None:
        solution = on or self.solution
        room = Room(solution, self.work)
        before = solution.instance
        solution.instance = instance or before
        try:
            for vehicle in self.couriers:
                # A single trip that has begun can only be lengthened.
                under_way = bool(solution.shifts[vehicle])
                deep = under_way and not solution.instance.vehicles[vehicle].points
                tails = room.tails(vehicle, self.task, ease, deep=deep, bags=self.bags)
                if tails:
                    return tails[0]
        finally:
            solution.instance = before
        return None


def _round(instance: Instance, vehicle: int, task: Task) -> tuple[int, int]:
    """Give the seconds of one trip for the task alone, and of its way home."""
    duration = instance.travel[vehicle].duration_s
    v = instance.vehicles[vehicle]
    first, last = task.stops[0], task.stops[-1]
    points = starts(v, task)
    ways = [0 if p is None else duration[p][first.location] for p in points]
    out = min((w for w in ways if w != UNREACHABLE), default=0)
    between = sum(
        duration[a.location][b.location]
        for a, b in zip(task.stops, task.stops[1:], strict=False)
        if a.location != b.location
    )
    home = instance.returns_to(vehicle, last.location)
    back = 0 if home is None or home == last.location else duration[last.location][home]
    stay = sum(s.setup_s + s.service_s for s in task.stops)
    loading = v.reload_service_s if v.points else 0
    return loading + out + between + stay + max(0, back), max(0, back)
