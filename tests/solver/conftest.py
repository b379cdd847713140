"""Hand-made problems and plans: everything at whole minutes along one street."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from solver.plan import Plan, Route, Step, Unassigned
from solver.problem import (
    UNREACHABLE,
    Bay,
    Break,
    Job,
    LockedStep,
    Matrix,
    Objective,
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


# ---------------------------------------------------------------- random problems

_HOUR = 3600


@pytest.fixture(scope="session")
def drawn() -> Callable[[int], Problem]:
    """Small problems in which any rule may play a part, one for each number."""
    return _draw_problem


def _by_blocks(points: list[tuple[int, int]], speed: float) -> Matrix:
    at = np.array(points)
    metres = np.abs(at[:, None] - at[None]).sum(2).astype(np.int64)
    seconds = np.ceil(metres / speed).astype(np.int64)
    return Matrix(duration_s=seconds, distance_m=metres, cost=seconds)


def _draw_window(rng: random.Random) -> tuple[tuple[int, int], ...]:
    if rng.random() < 0.6:
        return ()
    start = rng.randrange(0, 4 * _HOUR, 600)
    first = (start, start + rng.randrange(300, 2 * _HOUR))
    if rng.random() < 0.5:
        return (first,)
    return (first, (first[1] + 600, first[1] + 4 * _HOUR))


def _draw_problem(seed: int) -> Problem:
    rng = random.Random(seed)
    size = rng.randint(3, 9)
    shared = rng.random() < 0.5
    points = [(rng.randrange(0, 900), rng.randrange(0, 900)) for _ in range(size)]
    ways = _by_blocks(points, 1.5)
    if rng.random() < 0.2:
        for table in (ways.duration_s, ways.distance_m, ways.cost):
            table[:, size - 1] = UNREACHABLE
            table[size - 1, size - 1] = 0
    multi = rng.random() < 0.6
    places = tuple(
        Place(
            id=f"p{n}",
            lanes=rng.choice((1, 1, 2)),
            shelf=(rng.randrange(20, 60), 4) if rng.random() < 0.3 else None,
            cleared=tuple(sorted(rng.sample(range(0, 5 * _HOUR, 900), 3))),
            closed=((_HOUR, _HOUR + 900),) if rng.random() < 0.5 else (),
            separation_s=600,
        )
        for n in range(3)
    )
    jobs = tuple(_draw_job(rng, n + 1, size, shared=shared) for n in range(rng.randint(1, 9)))
    return Problem(
        vehicles=tuple(
            _draw_vehicle(rng, n + 1, size, multi=multi) for n in range(rng.randint(1, 4))
        ),
        jobs=jobs,
        shipments=tuple(_draw_shipment(rng, n, size) for n in range(rng.choice((0, 0, 1, 2)))),
        matrices={"car": ways},
        places=places,
        bays=(Bay(location=0, lanes=1),) if rng.random() < 0.5 else (),
        separation_s=600,
        objective=Objective(face=rng.choice((0, 300)), balance=rng.choice((0, 1))),
        dimensions=2,
    )


def _draw_job(rng: random.Random, name: int, size: int, *, shared: bool) -> Job:
    bags = tuple((rng.randrange(1, 30), 1) for _ in range(rng.randint(1, 5)))
    weight = (sum(b[0] for b in bags), len(bags))
    pickup = rng.random() < 0.2
    return Job(
        id=name,
        location=rng.randrange(size),
        setup_s=rng.choice((0, 60)),
        service_s=rng.choice((0, 120, 300)),
        delivery=() if pickup else weight,
        pickup=weight if pickup else (),
        parts=bags if not pickup and rng.random() < 0.6 else (),
        skills=frozenset({1}) if rng.random() < 0.2 else frozenset(),
        priority=rng.choice((0, 0, 10)),
        windows=_draw_window(rng),
        place=rng.choice(("p0", "p1", "p2", None)) if shared else None,
        building=rng.choice(("b0", "b1", None)),
        zone=rng.choice((0, 0, 1, 2)),
        points=(0,) if rng.random() < 0.3 else (),
        release_s=rng.choice((0, 0, _HOUR)),
        preferred_courier=rng.choice((None, None, 1)),
    )


def _draw_vehicle(rng: random.Random, name: int, size: int, *, multi: bool) -> Vehicle:
    several = (0,) if rng.random() < 0.7 or size < 2 else (0, 1)
    pauses = (
        Break(id=1, time_windows=((_HOUR, 3 * _HOUR),), service_s=600),
        Break(id=2, service_s=60, max_load=rng.choice((None, (10, 1)))),
    )
    return Vehicle(
        id=name,
        start=rng.choice((0, 0, None)),
        end=rng.choice((0, 0, None)),
        capacity=(rng.randrange(20, 90), rng.choice((3, 6))),
        skills=frozenset({1}) if rng.random() < 0.5 else frozenset(),
        window=(rng.choice((0, 1800)), rng.choice((3 * _HOUR, 8 * _HOUR))),
        breaks=pauses[: rng.choice((0, 0, 1, 2))],
        speed_factor=rng.choice((1.0, 1.0, 1.3)),
        max_tasks=rng.choice((None, None, 4)),
        max_distance_m=rng.choice((None, None, 6000)),
        max_travel_time_s=rng.choice((None, None, 5000)),
        fixed_cost=rng.choice((0, 100)),
        cost_per_km=rng.choice((0, 100)),
        points=several if multi else (),
        max_trips=rng.choice((2, 5)) if multi else 1,
        reload_service_s=rng.choice((0, 300)) if multi else 0,
        zone_max=rng.choice((0, 2, 2)),
        cohort=rng.choice((None, None, "a", "b")),
    )


def _draw_shipment(rng: random.Random, n: int, size: int) -> Shipment:
    def end(name: int) -> ShipmentStep:
        windows = _draw_window(rng)
        where = rng.randrange(size)
        return ShipmentStep(id=name, location=where, service_s=60, setup_s=30, windows=windows)

    return Shipment(
        pickup=end(100 + n),
        delivery=end(200 + n),
        via=end(300 + n) if rng.random() < 0.5 else None,
        amount=(rng.randrange(1, 20), 1),
        priority=rng.choice((0, 5)),
    )
