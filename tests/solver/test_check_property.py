"""The judge beside a second one, written plainly: they agree on any plan of a small world."""

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
from hypothesis import event, given, settings
from hypothesis import strategies as st

from solver.check import check
from solver.plan import NOT_STATED, Plan, Route, Step, Summary, Unassigned
from solver.problem import Break, Job, Matrix, Place, Problem, Vehicle

SIZE = 5
AT = np.arange(SIZE, dtype=np.int64)
STREET = abs(AT[:, None] - AT[None, :]) * 60
SEPARATION = 50
UNSTATED = Summary(
    **dict.fromkeys(
        (
            "cost", "routes", "unassigned", "trips", "faces", "excess_faces", "contacts",
            "duration_s", "distance_m", "waiting_s", "setup_s", "service_s", "priority",
        ),
        NOT_STATED,
    ),
    delivery=(), pickup=(), engine="", seed=0, seconds=0.0, stopped="",
)  # fmt: skip

windows = st.sampled_from([(), ((0, 250),), ((100, 200), (300, 500))])
instants = st.integers(-60, 60)


@st.composite
def worlds(draw: st.DrawFn) -> Problem:
    jobs = tuple(
        Job(
            id=n,
            location=draw(st.integers(1, SIZE - 1)),
            setup_s=draw(st.sampled_from([0, 7])),
            service_s=draw(st.sampled_from([0, 30])),
            delivery=(draw(st.integers(0, 2)),),
            pickup=(draw(st.integers(0, 1)),),
            windows=draw(windows),
            place=draw(st.sampled_from([None, "slot"])),
            zone=draw(st.sampled_from([0, 0, 1])),
            skills=frozenset(draw(st.sampled_from([(), (), (1,)]))),
            release_s=draw(st.sampled_from([0, 0, 40])),
        )
        for n in range(4)
    )
    pause = Break(id=1, service_s=20, time_windows=((50, 400),))
    bike = Vehicle(
        id=1, start=0, end=0, capacity=(4,), window=(0, 900), skills=frozenset({1}),
        breaks=draw(st.sampled_from([(), (pause,)])), max_tasks=3, max_travel_time_s=500,
    )  # fmt: skip
    walker = Vehicle(
        id=2, start=0, end=0, capacity=(3,), window=(10, 800), zone_max=0, max_duration_s=600
    )
    return Problem(
        vehicles=(bike, walker),
        jobs=jobs,
        matrices={"car": Matrix(duration_s=STREET, distance_m=STREET, cost=STREET)},
        places=(Place(id="slot", separation_s=SEPARATION, closed=((600, 650),)),),
        dimensions=1,
    )


@st.composite
def plans(draw: st.DrawFn, problem: Problem) -> Plan:
    """Serve some jobs in some order, mostly on time; then move some steps by some seconds."""
    order = draw(st.permutations(problem.jobs))
    cuts = sorted(draw(st.tuples(st.integers(0, 4), st.integers(0, 4))))
    routes = []
    for vehicle, mine in zip(
        problem.vehicles, (order[: cuts[0]], order[cuts[0] : cuts[1]]), strict=True
    ):
        if mine:
            steps = _walked(vehicle, mine, draw(st.integers(0, 60)))
            for _ in range(draw(st.integers(0, 2))):
                n = draw(st.integers(0, len(steps) - 1))
                moved = max(steps[n].arrival_s + draw(instants), 0)
                steps[n] = replace(steps[n], arrival_s=moved)
            routes.append(Route(vehicle=vehicle.id, steps=tuple(steps), cost=NOT_STATED))
    left = tuple(
        Unassigned(id=j.id, type="job", location=None, code="left", facts={}, proven=False)
        for j in order[cuts[1] :]
    )
    return Plan(routes=tuple(routes), unassigned=left, summary=UNSTATED)


def _walked(vehicle: Vehicle, jobs: list[Job], at: int) -> list[Step]:
    """Go from stop to stop, wait for windows, and take the break after the first stop."""

    def step(kind: str, location: int | None, **more: int) -> Step:
        return Step(
            type=kind, location=location, duration_s=NOT_STATED, distance_m=NOT_STATED, **more
        )

    at = max(at, vehicle.window[0], *(job.release_s for job in jobs))
    steps = [step("start", 0, arrival_s=at)]
    where = 0
    for n, job in enumerate(jobs):
        at += int(STREET[where, job.location])
        setup = 0 if n and where == job.location else job.setup_s
        opens = [start for start, end in job.windows if at <= end]
        wait = max(opens[0] - at, 0) if opens else 0
        where = job.location
        steps.append(
            step(
                "job", where, id=job.id, arrival_s=at, waiting_s=wait, setup_s=setup,
                service_s=job.service_s,
            )
        )  # fmt: skip
        at += wait + setup + job.service_s
        for pause in vehicle.breaks if n == 0 else ():
            steps.append(step("break", None, id=pause.id, arrival_s=at, service_s=20))
            at += 20
    at += int(STREET[where, 0])
    return [*steps, step("end", 0, arrival_s=at)]


def is_good(problem: Problem, plan: Plan) -> bool:
    """Judge anew, as plainly as can be; breaks are taken where the vehicle stands."""
    vehicles = {v.id: v for v in problem.vehicles}
    stays = []
    for route in plan.routes:
        vehicle, steps = vehicles[route.vehicle], route.steps
        served = [(s, problem.jobs[s.id or 0]) for s in steps if s.type == "job"]
        if not (_clock(vehicle, steps) and _loads(vehicle, served)):
            return False
        if not all(_fits(vehicle, s, job) for s, job in served):
            return False
        if [job.zone for _, job in served] != sorted(job.zone for _, job in served):
            return False
        first = served[0]
        on_the_way = int(STREET[0, first[1].location])
        leaves = first[0].arrival_s - on_the_way
        if leaves < max(job.release_s for _, job in served):
            return False
        stays += [
            (vehicle.id, s.arrival_s + s.waiting_s, _done(s)) for s, job in served if job.place
        ]
    return all(
        a[0] == b[0] or a[1] >= b[2] + SEPARATION or b[1] >= a[2] + SEPARATION
        for a, b in combinations(stays, 2)
    ) and all(b + SEPARATION <= 600 or a >= 650 + SEPARATION for _, a, b in stays)


def _done(step: Step) -> int:
    return step.arrival_s + step.waiting_s + step.setup_s + step.service_s


def _clock(vehicle: Vehicle, steps: tuple[Step, ...]) -> bool:
    travel, where, free, since = 0, 0, None, 0
    for step in steps:
        if free is not None and step.arrival_s < free:
            return False
        if step.location is not None:
            way = int(STREET[where, step.location])
            travel, where = travel + way, step.location
            # A break on the way may lie anywhere: what is left beside it must be enough.
            if free is not None and since + step.arrival_s - free < way:
                return False
            since = 0
        elif free is not None:
            since += step.arrival_s - free
        free = _done(step)
    begins, ends = steps[0].arrival_s, _done(steps[-1])
    pauses = [s for s in steps if s.type == "break"]
    return (
        vehicle.window[0] <= begins
        and ends <= vehicle.window[1]
        and travel <= (vehicle.max_travel_time_s or travel)
        and ends - begins <= (vehicle.max_duration_s or ends)
        and sum(s.type == "job" for s in steps) <= (vehicle.max_tasks or 9)
        and all(50 <= s.arrival_s <= 400 for s in pauses)
    )


def _loads(vehicle: Vehicle, served: list[tuple[Step, Job]]) -> bool:
    load = sum(job.delivery[0] for _, job in served)
    loads = [load]
    for _, job in served:
        loads.append(loads[-1] - job.delivery[0] + job.pickup[0])
    return max(loads) <= vehicle.capacity[0]


def _fits(vehicle: Vehicle, step: Step, job: Job) -> bool:
    begins = step.arrival_s + step.waiting_s
    return (
        job.skills <= vehicle.skills
        and job.zone <= vehicle.zone_max
        and (not job.windows or any(a <= begins <= b for a, b in job.windows))
    )


@settings(max_examples=300)
@given(data=st.data())
def test_the_judge_accepts_just_the_plans_that_are_good(data: st.DataObject) -> None:
    problem = data.draw(worlds())
    plan = data.draw(plans(problem))
    found = check(problem, plan)
    good = is_good(problem, plan)
    event("good" if good else "bad")
    assert (found == ()) == good, found
    for route in plan.routes:
        assert all(a.arrival_s >= 0 for a, _ in pairwise(route.steps))
