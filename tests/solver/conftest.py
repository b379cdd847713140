"""Hand-made problems and plans: everything at whole minutes along one street."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from solver.plan import Plan, Route, Step, Unassigned
from solver.problem import (
    Bay,
    Break,
    Job,
    LockedStep,
    Matrix,
    Place,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
)
from solver.summary import route_cost, summarise

EIGHT = 8 * 3600
NOON = 12 * 3600


def street(locations: int, step_s: int = 60, step_m: int = 250) -> Matrix:
    """Locations in a row, a minute and 250 m apart."""
    at = np.arange(locations, dtype=np.int64)
    apart = abs(at[:, None] - at[None, :])
    return Matrix(duration_s=apart * step_s, distance_m=apart * step_m, cost=apart * step_s)


@dataclass
class Walk:
    """Write the steps of a route as early as they can be, or at stated instants."""

    problem: Problem
    vehicle: Vehicle
    steps: list[Step] = field(default_factory=list)

    def start(self, at: int) -> "Walk":
        return self._add(Step(type="start", location=self.vehicle.start, arrival_s=at))

    def load(self, point: int, at: int = 0) -> "Walk":
        return self._go("reload", point, at=at, service_s=self.vehicle.reload_service_s)

    def job(self, number: int, *, parts: tuple[int, ...] = (), at: int = 0) -> "Walk":
        job = next(job for job in self.problem.jobs if job.id == number)
        return self._stop("job", job, at=at, parts=parts)

    def leg(self, kind: str, leg: ShipmentStep, *, at: int = 0) -> "Walk":
        return self._stop(kind, leg, at=at)

    def pause(self, number: int, at: int = 0) -> "Walk":
        pause = next(pause for pause in self.vehicle.breaks if pause.id == number)
        return self._go("break", None, number=number, at=at, service_s=pause.service_s)

    def end(self) -> "Walk":
        return self._go("end", self.vehicle.end)

    def _stop(
        self, kind: str, stop: Job | ShipmentStep, *, at: int = 0, parts: tuple[int, ...] = ()
    ) -> "Walk":
        before = self.steps[-1]
        same = before.location == stop.location and before.type not in ("start", "reload")
        return self._go(
            kind,
            stop.location,
            number=stop.id,
            at=at,
            setup_s=0 if same else stop.setup_s,
            service_s=stop.service_s,
            parts=parts,
        )

    def _go(
        self,
        kind: str,
        location: int | None,
        *,
        number: int | None = None,
        at: int = 0,
        setup_s: int = 0,
        service_s: int = 0,
        parts: tuple[int, ...] = (),
    ) -> "Walk":
        matrix = self.problem.matrices[self.vehicle.profile]
        last = self.steps[-1]
        origin = next((s.location for s in reversed(self.steps) if s.location is not None), None)
        seconds = metres = 0
        if location is not None and origin is not None:
            seconds = round(int(matrix.duration_s[origin, location]) / self.vehicle.speed_factor)
            metres = int(matrix.distance_m[origin, location])
        arrival = last.arrival_s + last.waiting_s + last.setup_s + last.service_s + seconds
        return self._add(
            Step(
                type=kind,
                id=number,
                location=location,
                arrival_s=arrival,
                waiting_s=max(at - arrival, 0),
                setup_s=setup_s,
                service_s=service_s,
                parts=parts,
                trip=max(sum(s.type == "reload" for s in self.steps) - (kind != "reload"), 0),
                duration_s=last.duration_s + seconds,
                distance_m=last.distance_m + metres,
            )
        )

    def _add(self, step: Step) -> "Walk":
        self.steps.append(step)
        return self

    def route(self, *loads: tuple[int, ...]) -> Route:
        """Finish with the load after each step, written by hand."""
        steps = tuple(
            replace(step, load=load) for step, load in zip(self.steps, loads, strict=True)
        )
        cost = route_cost(self.problem, self.vehicle, steps)
        return Route(vehicle=self.vehicle.id, steps=steps, cost=cost)


def summed(
    problem: Problem, routes: tuple[Route, ...], unassigned: tuple[Unassigned, ...] = ()
) -> Plan:
    summary = summarise(
        problem, routes, unassigned, engine="hand", seed=0, seconds=0.0, stopped="finished"
    )
    return Plan(routes=routes, unassigned=unassigned, summary=summary)


@dataclass(frozen=True)
class Case:
    """A problem and a good plan of it."""

    problem: Problem
    plan: Plan


def rich_problem() -> Problem:
    """Two e-bikes with several trips and a walker with errands, on a street of nine locations."""
    bike = Vehicle(
        id=1,
        profile="bike",
        start=0,
        end=0,
        capacity=(50, 4),
        skills=frozenset({1}),
        window=(EIGHT, NOON),
        breaks=(Break(id=1, time_windows=((36000, 37800),), service_s=900, max_load=(0, 0)),),
        points=(0,),
        max_trips=3,
        reload_service_s=120,
        fixed_cost=100,
        cohort="north",
        locked=(LockedStep(type="job", id=11, parts=(0, 1), service_at=29460, locked=True),),
    )
    second = replace(
        bike,
        id=2,
        breaks=(),
        locked=(),
        capacity=(40, 3),
        skills=frozenset(),
        zone_max=1,
        max_trips=2,
    )
    walker = Vehicle(
        id=3, profile="foot", start=8, capacity=(10, 2), window=(EIGHT, NOON), speed_factor=0.5
    )
    jobs = (
        Job(
            id=11, location=1, setup_s=30, service_s=180, delivery=(40, 3), place="slot-1",
            building="b1", zone=1, parts=((20, 1), (10, 1), (10, 1)), priority=5,
            windows=((EIGHT, 30600), (32400, 39600)), release_s=EIGHT + 600,
        ),
        Job(
            id=12, location=2, service_s=120, delivery=(20, 2), place="slot-2", building="b2",
            zone=2, skills=frozenset({1}), points=(0,), courier=1,
        ),
        Job(id=13, location=3, service_s=60, delivery=(15, 1), place="slot-3", building="b3"),
        Job(id=14, location=3, service_s=60, delivery=(10, 1), place="slot-3", building="b3"),
        Job(id=15, location=4, service_s=60, pickup=(5, 1)),
    )  # fmt: skip
    errand = Shipment(
        pickup=ShipmentStep(id=21, location=7, service_s=60),
        via=ShipmentStep(id=22, location=5, service_s=300, windows=((32400, 43200),)),
        delivery=ShipmentStep(id=23, location=7, service_s=60),
        amount=(1, 1),
        priority=3,
    )
    parcel = Shipment(
        pickup=ShipmentStep(id=31, location=6, service_s=60),
        delivery=ShipmentStep(id=33, location=7, service_s=60),
        amount=(2, 1),
    )
    ride = street(9)
    return Problem(
        vehicles=(bike, second, walker),
        jobs=tuple(_in_two_dimensions(job) for job in jobs),
        shipments=(errand, parcel),
        matrices={"bike": ride, "foot": street(9, step_s=120)},
        places=(
            Place(
                id="slot-1",
                separation_s=600,
                shelf=(30, 2),
                cleared=(32400,),
                closed=((31000, 32400),),
            ),
            Place(id="slot-2", separation_s=600),
            Place(id="slot-3", separation_s=600, lanes=1),
        ),
        bays=(Bay(location=0, lanes=1),),
        separation_s=600,
        dimensions=2,
    )


def _in_two_dimensions(job: Job) -> Job:
    return replace(job, delivery=job.delivery or (0, 0), pickup=job.pickup or (0, 0))


def rich_case() -> Case:
    """Courier 1 takes two trips and a break, courier 2 one trip, the walker both errands."""
    problem = rich_problem()
    one, two, walker = problem.vehicles
    errand, parcel = problem.shipments
    assert errand.via is not None
    first = (
        Walk(problem, one)
        .start(EIGHT)
        .load(0, at=29280)  # done at 29400, when job 11 is released
        .job(11, parts=(0, 1))
        .job(12)  # zone 2 after zone 1
        .load(0)
        .job(13, at=30360)  # 10 minutes after courier 2 has left
        .pause(1, at=36000)  # with nothing on board
        .job(15)
        .end()
        .route((0, 0), (50, 4), (20, 2), (0, 0), (15, 1), (0, 0), (0, 0), (5, 1), (5, 1))
    )
    second = (
        Walk(problem, two)
        .start(EIGHT)
        .load(0, at=29400)  # when courier 1 has left the bay
        .job(14)  # at the slot from 29700 to 29760
        .job(11, parts=(2,), at=33000)  # 10 minutes after the leader
        .end()
        .route((0, 0), (20, 2), (10, 1), (0, 0), (0, 0))
    )
    third = (
        Walk(problem, walker)
        .start(EIGHT)
        .leg("pickup", errand.pickup)
        .leg("pickup", parcel.pickup)
        .leg("via", errand.via, at=32400)
        .leg("delivery", errand.delivery)
        .leg("delivery", parcel.delivery)
        .end()
        .route((0, 0), (1, 1), (3, 2), (3, 2), (2, 1), (0, 0), (0, 0))
    )
    return Case(problem, summed(problem, (first, second, third)))


@pytest.fixture(scope="session")
def good() -> Case:
    """A rich problem with a plan that keeps every rule."""
    return rich_case()


@pytest.fixture(scope="session")
def resummed() -> Callable[[Problem, Plan], Plan]:
    """Count a changed plan anew, so that only the change itself is wrong with it."""

    def again(problem: Problem, plan: Plan) -> Plan:
        vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
        routes = tuple(
            replace(route, cost=route_cost(problem, vehicles[route.vehicle], route.steps))
            for route in plan.routes
        )
        return summed(problem, routes, plan.unassigned)

    return again
