import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.formats.native import read_problem, write_problem
from solver.problem import (
    UNREACHABLE,
    Bay,
    Break,
    Job,
    LockedStep,
    Matrix,
    Objective,
    Place,
    PreviousRoute,
    PreviousStop,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
)

EXAMPLES = Path(__file__).parents[2] / "examples" / "problems"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_the_examples_are_read(path: Path) -> None:
    problem = read_problem(path)
    assert same(read_problem(write_problem(problem)), problem)


def same(one: Problem, other: Problem) -> bool:
    arrays = ("duration_s", "distance_m", "cost")
    return (
        replace(one, matrices={}) == replace(other, matrices={})
        and one.matrices.keys() == other.matrices.keys()
        and all(
            np.array_equal(getattr(matrix, name), getattr(other.matrices[key], name))
            for key, matrix in one.matrices.items()
            for name in arrays
        )
    )


LOCATIONS = 4
seconds = st.integers(0, 100_000)
spots = st.integers(0, LOCATIONS - 1)
amount = st.tuples(st.integers(0, 50), st.integers(0, 5))
window = st.tuples(seconds, seconds).map(lambda pair: (min(pair), max(pair)))
names = st.text(max_size=6)
skills = st.frozensets(st.integers(0, 5), max_size=3)
per_type = st.dictionaries(st.text(min_size=1, max_size=3), seconds, max_size=2).map(
    lambda found: tuple(sorted(found.items()))
)


@st.composite
def windows(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    ends = sorted(draw(st.sets(seconds, max_size=6)))
    return tuple(zip(ends[::2], ends[1::2], strict=False))


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    entry = st.integers(0, 5_000) | st.just(UNREACHABLE)
    row = st.lists(entry, min_size=LOCATIONS**2, max_size=LOCATIONS**2)
    durations = np.array(draw(row), dtype=np.int64).reshape(LOCATIONS, LOCATIONS)
    # Every stop can be come to: closed are only ways between the last location and some others.
    reachable = durations != UNREACHABLE
    reachable[:3, :3] = reachable[0] = reachable[:, 0] = True
    durations = np.where(reachable, np.maximum(durations, 0), UNREACHABLE)
    others = [
        np.where(reachable, durations * draw(st.integers(0, 3)), UNREACHABLE) for _ in range(2)
    ]
    return Matrix(duration_s=durations, distance_m=others[0], cost=others[1])


@st.composite
def jobs(draw: st.DrawFn, number: int) -> Job:
    parts = tuple(draw(st.lists(amount, max_size=3)))
    whole = tuple(map(sum, zip(*parts, strict=True))) if parts else draw(amount)
    return Job(
        id=number,
        location=draw(spots),
        description=draw(names),
        setup_s=draw(seconds),
        service_s=draw(seconds),
        delivery=whole,
        pickup=(0, 0) if parts else draw(amount),
        skills=draw(skills),
        priority=draw(st.integers(0, 100)),
        windows=draw(windows()),
        place=draw(st.sampled_from([None, "slot"])),
        building=draw(st.none() | names),
        zone=draw(st.integers(0, 2)),
        points=tuple(draw(st.lists(spots, max_size=2))),
        release_s=draw(seconds),
        parts=parts,
        courier=draw(st.sampled_from([None, 1])),
        preferred_courier=draw(st.sampled_from([None, 1])),
        prize=draw(st.none() | seconds),
        setup_per_type_s=draw(per_type),
        service_per_type_s=draw(per_type),
    )


def ends(number: int) -> st.SearchStrategy[ShipmentStep]:
    return st.builds(
        ShipmentStep,
        id=st.just(number),
        location=st.integers(0, 2),
        description=names,
        setup_s=seconds,
        service_s=seconds,
        windows=windows(),
        setup_per_type_s=per_type,
        service_per_type_s=per_type,
    )


@st.composite
def vehicles(draw: st.DrawFn) -> Vehicle:
    pause = Break(
        id=4,
        time_windows=draw(windows()),
        service_s=draw(seconds),
        max_load=draw(st.none() | amount),
    )
    return Vehicle(
        id=1,
        description=draw(names),
        start=draw(spots),
        end=draw(st.none() | spots),
        capacity=draw(amount),
        skills=draw(skills),
        window=draw(window),
        breaks=draw(st.sampled_from([(), (pause,)])),
        speed_factor=draw(st.floats(0.1, 5)),
        max_tasks=draw(st.none() | seconds),
        max_travel_time_s=draw(st.none() | seconds),
        max_distance_m=draw(st.none() | seconds),
        max_duration_s=draw(st.none() | seconds),
        type=draw(names),
        fixed_cost=draw(seconds),
        cost_per_task_hour=draw(seconds),
        points=(0, *draw(st.lists(spots, max_size=1))),
        max_trips=draw(st.integers(1, 4)),
        reload_service_s=draw(seconds),
        zone_max=draw(st.integers(0, 2)),
        cohort=draw(st.none() | names),
        locked=draw(st.sampled_from([(), (LockedStep(type="job", id=0, service_at=5),)])),
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    shipment = Shipment(
        pickup=draw(ends(1)),
        delivery=draw(ends(2)),
        via=draw(st.none() | ends(3)),
        amount=draw(amount),
        skills=draw(skills),
        priority=draw(st.integers(0, 100)),
    )
    place = Place(
        id="slot",
        lanes=draw(st.integers(1, 3)),
        shelf=draw(st.none() | amount),
        cleared=tuple(draw(st.lists(seconds, max_size=2))),
        closed=tuple(draw(st.lists(window, max_size=2))),
        separation_s=draw(seconds),
    )
    stop = PreviousStop(type="job", id=0, arrival_s=draw(seconds), trip=draw(st.integers(0, 3)))
    return Problem(
        vehicles=(draw(vehicles()),),
        jobs=tuple(draw(jobs(n)) for n in range(draw(st.integers(1, 3)))),
        matrices={"car": draw(matrices())},
        shipments=draw(st.sampled_from([(), (shipment,)])),
        places=(place,),
        bays=draw(st.sampled_from([(), (Bay(location=0, lanes=2),)])),
        separation_s=draw(seconds),
        objective=Objective(face=draw(seconds), change=draw(seconds), balance=draw(seconds)),
        dimensions=2,
        cost_scale=draw(st.integers(1, 100)),
        previous=draw(st.sampled_from([(), (PreviousRoute(vehicle=1, stops=(stop,)),)])),
    )


@given(problem=problems())
def test_what_is_written_is_read_back(problem: Problem) -> None:
    assert same(read_problem(json.dumps(write_problem(problem))), problem)
