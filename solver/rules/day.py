"""A plan laid beside its problem: what every rule looks at, recomputed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, wraps
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from solver.plan import Plan, Route, Step, Violation
from solver.problem import (
    UNREACHABLE,
    Amounts,
    Job,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
)
from solver.tariff import hundredths, priced_by_time

T = TypeVar("T")

TASKS = ("job", "pickup", "via", "delivery")


class Arc(NamedTuple):
    """The way between two stops, or the sum of several.

    Where a speed factor leaves fractions, our seconds are rounded per arc; VROOM goes on with
    hundredths and cuts each instant, so that an arc of its plans takes one second more or less.
    ``least_s`` and ``most_s`` are the bounds of both.
    """

    seconds: int = 0
    metres: int = 0
    cost: int = 0
    unscaled_s: int = 0  # without speed factor
    hundredths: int = 0
    least_s: int = 0
    most_s: int = 0


NO_WAY = Arc()
"""Within one location."""


def begin(step: Step) -> int:
    """Give when setup or service begins; presence at a place does, too."""
    return step.arrival_s + step.waiting_s


def done(step: Step) -> int:
    """Give when the step is over."""
    return begin(step) + step.setup_s + step.service_s


@dataclass(frozen=True)
class Trail:
    """A route beside its vehicle; ``trips`` and ``locations`` by step, as they truly are.

    A location is None where the step has none of its own (a break) or the plan names none that
    exists. ``hops`` are the pairs of neighbouring steps that are somewhere (breaks lie in
    between), ``arcs`` the ways between them: None where no way leads.
    """

    vehicle: Vehicle
    route: Route
    trips: tuple[int, ...]
    locations: tuple[int | None, ...]
    hops: tuple[tuple[int, int], ...]
    arcs: tuple[Arc | None, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the route."""
        return self.route.steps

    def breach(self, code: str, step: int | None, by: int = 1, **facts: int | str) -> Violation:
        """Make a violation of this vehicle."""
        return Violation(code=code, vehicle=self.vehicle.id, step=step, by=by, facts=facts)

    def tasks(self) -> Iterator[tuple[int, Step]]:
        """Go through the steps that serve something, with their index."""
        return ((n, step) for n, step in enumerate(self.steps) if step.type in TASKS)


@dataclass(frozen=True)
class Day:
    """Problem and plan, with what is looked up again and again."""

    problem: Problem
    plan: Plan
    found: dict[Callable[["Day"], Any], Any] = field(default_factory=dict)  # see once_a_day

    @cached_property
    def vehicles(self) -> dict[int, Vehicle]:
        """Vehicles by id."""
        return {vehicle.id: vehicle for vehicle in self.problem.vehicles}

    @cached_property
    def jobs(self) -> dict[int, Job]:
        """Jobs by id."""
        return {job.id: job for job in self.problem.jobs}

    @cached_property
    def legs(self) -> dict[tuple[str, int], tuple[Shipment, ShipmentStep]]:
        """Stops of shipments by type and id."""
        return {
            (kind, leg.id): (shipment, leg)
            for shipment in self.problem.shipments
            for kind, leg in legs_of(shipment)
        }

    @cached_property
    def size(self) -> int:
        """How many locations there are."""
        return min((len(m.duration_s) for m in self.problem.matrices.values()), default=0)

    @cached_property
    def trails(self) -> tuple[Trail, ...]:
        """Every route of a known vehicle."""
        return tuple(
            self._trail(self.vehicles[route.vehicle], route)
            for route in self.plan.routes
            if route.vehicle in self.vehicles
        )

    def _trail(self, vehicle: Vehicle, route: Route) -> Trail:
        trips, reloads = [], 0
        for step in route.steps:
            reloads += step.type == "reload"
            trips.append(max(reloads - 1, 0))
        locations = tuple(self._location(vehicle, step) for step in route.steps)
        located = [(n, where) for n, where in enumerate(locations) if where is not None]
        return Trail(
            vehicle=vehicle,
            route=route,
            trips=tuple(trips),
            locations=locations,
            hops=tuple((i, j) for (i, _), (j, _) in pairwise(located)),
            arcs=tuple(
                self._way(vehicle, a, b, pauses=j - i - 1) for (i, a), (j, b) in pairwise(located)
            ),
        )

    def _location(self, vehicle: Vehicle, step: Step) -> int | None:
        where = self.expected_location(vehicle, step)
        if where is None and step.type != "break":
            where = step.location
        return where if where is not None and 0 <= where < self.size else None

    def expected_location(self, vehicle: Vehicle, step: Step) -> int | None:
        """Give where a step must be; None where the problem leaves it open."""
        if step.type == "start":
            return vehicle.start
        if step.type == "end":
            return vehicle.end
        task = self.task(step)
        return None if task is None else task.location

    def task(self, step: Step) -> Job | ShipmentStep | None:
        """Give the job or the stop of a shipment that a step serves; None where it is unknown."""
        if step.id is None or step.type not in TASKS:
            return None
        if step.type == "job":
            return self.jobs.get(step.id)
        return self.legs[step.type, step.id][1] if (step.type, step.id) in self.legs else None

    @cached_property
    def priced_by_time(self) -> dict[str, bool]:
        """Profiles without costs of their own."""
        return {name: priced_by_time(m) for name, m in self.problem.matrices.items()}

    def travel(self, vehicle: Vehicle, origin: int, target: int) -> Arc | None:
        """Give the arc between two locations; None where no way leads."""
        if origin == target:
            return NO_WAY
        matrix = self.problem.matrices[vehicle.profile]
        duration = int(matrix.duration_s[origin, target])
        if duration == UNREACHABLE:
            return None
        metres, cost = int(matrix.distance_m[origin, target]), int(matrix.cost[origin, target])
        if vehicle.speed_factor == 1:
            return Arc(duration, metres, cost, duration, 100 * duration, duration, duration)
        seconds = round(duration / vehicle.speed_factor)
        exact = hundredths(duration, vehicle.speed_factor)
        least, most = exact // 100, -(-exact // 100)
        return Arc(seconds, metres, cost, duration, exact, min(seconds, least), max(seconds, most))

    def _way(self, vehicle: Vehicle, origin: int, target: int, *, pauses: int) -> Arc | None:
        """Give an arc with breaks on the way: each may cut it in two, and its fractions, too."""
        arc = self.travel(vehicle, origin, target)
        if arc is None or not pauses or vehicle.speed_factor == 1:
            return arc
        least = max(arc.least_s - pauses, 0)
        return arc._replace(least_s=least, most_s=arc.most_s + pauses)

    @staticmethod
    def travelled(trail: Trail) -> Arc:
        """Add up the ways of a route."""
        ways = [arc for arc in trail.arcs if arc is not None]
        return Arc(*map(sum, zip(*ways, strict=True))) if ways else NO_WAY

    def delivered(self, step: Step) -> Amounts:
        """Give what a step takes from the load."""
        if step.type == "job" and step.id in self.jobs:
            job = self.jobs[step.id]
            if job.parts and step.parts:
                bags = [job.parts[n] for n in set(step.parts) if 0 <= n < len(job.parts)]
                return self.total(bags)
            return self.padded(job.delivery)
        if step.type == "delivery" and step.id is not None and ("delivery", step.id) in self.legs:
            return self.padded(self.legs["delivery", step.id][0].amount)
        return self.total([])

    def picked_up(self, step: Step) -> Amounts:
        """Give what a step adds to the load."""
        if step.type == "job" and step.id in self.jobs:
            return self.padded(self.jobs[step.id].pickup)
        if step.type == "pickup" and step.id is not None and ("pickup", step.id) in self.legs:
            return self.padded(self.legs["pickup", step.id][0].amount)
        return self.total([])

    def padded(self, amounts: Amounts) -> Amounts:
        """Give an amount in all dimensions; nothing stated is nothing."""
        return amounts or (0,) * self.problem.dimensions

    def total(self, amounts: list[Amounts]) -> Amounts:
        """Add amounts by dimension."""
        return tuple(sum(column) for column in zip(self.padded(()), *amounts, strict=True))


def once_a_day(count: Callable[[Day], T]) -> Callable[[Day], T]:
    """Count something of a day once, however many rules ask."""

    @wraps(count)
    def counted(day: Day) -> T:
        if counted not in day.found:
            day.found[counted] = count(day)
        result: T = day.found[counted]
        return result

    return counted


def legs_of(shipment: Shipment) -> Iterator[tuple[str, ShipmentStep]]:
    """Go through the stops of a shipment in their order."""
    yield "pickup", shipment.pickup
    if shipment.via is not None:
        yield "via", shipment.via
    yield "delivery", shipment.delivery


def loading_points(vehicle: Vehicle) -> tuple[int, ...]:
    """Give where a vehicle loads between trips; empty for VROOM's single trip."""
    if not vehicle.points and vehicle.max_trips > 1 and vehicle.start is not None:
        return (vehicle.start,)
    return vehicle.points
