import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.formats.native import ProblemInvalid, read_problem, write_problem
from solver.problem import (
    HORIZON_S,
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


def plain(**changes: Any) -> dict[str, Any]:
    """A small problem with VROOM's keys alone."""
    return {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [4]}],
        "jobs": [
            {"id": 1, "location_index": 1, "delivery": [2], "time_windows": [[0, 900]]},
            {"id": 2, "location_index": 2, "pickup": [1], "service": 60},
        ],
        "matrices": {"car": {"durations": [[0, 60, 120], [60, 0, 60], [120, 60, 0]]}},
    } | changes


def vehicle(**changes: Any) -> dict[str, Any]:
    return plain(vehicles=[plain()["vehicles"][0] | changes])


def job(**changes: Any) -> dict[str, Any]:
    first, second = plain()["jobs"]
    return plain(jobs=[first | changes, second])


def faults(raw: Any) -> set[tuple[str, str]]:
    with pytest.raises(ProblemInvalid) as refused:
        read_problem(raw)
    return {(fault.path, fault.code) for fault in refused.value.faults}


def test_a_file_of_vroom_means_what_it_means_to_vroom() -> None:
    problem = read_problem(plain())
    (car,) = problem.vehicles
    assert (car.start, car.end, car.points, car.max_trips) == (0, 0, (), 1)
    assert (car.window, car.cost_per_hour, car.fixed_cost) == ((0, HORIZON_S), 3600, 0)
    assert [j.delivery for j in problem.jobs] == [(2,), (0,)]
    matrix = problem.matrices["car"]
    assert matrix.cost.tolist() == matrix.duration_s.tolist()
    assert not matrix.distance_m.any()


def test_the_older_matrix_serves_the_default_profile() -> None:
    raw = plain(matrix=[[0, 5, 6], [5, 0, 7], [6, 7, 0]])
    del raw["matrices"]
    assert read_problem(raw).matrices["car"].duration_s[1, 2] == 7


def test_null_means_that_no_way_leads() -> None:
    raw = plain(
        matrices={
            "car": {
                "durations": [[0, None, 1], [1, 0, 1], [1, 1, 0]],
                "distances": [[0, 1, None], [1, 0, 1], [1, 1, 0]],
            }
        }
    )
    matrix = read_problem(raw).matrices["car"]
    for entries in (matrix.duration_s, matrix.distance_m, matrix.cost):
        assert (entries[0, 1], entries[0, 2]) == (UNREACHABLE, UNREACHABLE)
        assert (entries[1:] != UNREACHABLE).all()


def test_timestamps_move_the_horizon_of_who_states_no_window() -> None:
    stamp = 1_650_000_000
    problem = read_problem(job(time_windows=[[stamp, stamp + 600]]))
    assert problem.vehicles[0].window[1] > stamp + 600


def test_trips_start_where_the_vehicle_does_unless_points_say_else() -> None:
    assert read_problem(vehicle(max_trips=2)).vehicles[0].points == (0,)
    assert read_problem(vehicle(reload_service=60)).vehicles[0].points == (0,)
    assert read_problem(vehicle(max_trips=2, points=[1, 2])).vehicles[0].points == (1, 2)


def test_a_place_without_separation_takes_the_problem_s() -> None:
    problem = read_problem(
        plain(separation=600, places=[{"id": "a"}, {"id": "b", "separation": 0}])
    )
    assert [place.separation_s for place in problem.places] == [600, 0]


def test_a_plan_becomes_the_previous_one_as_it_was_written() -> None:
    steps = [
        {"type": "start", "arrival": 0, "location_index": 0},
        {"type": "job", "id": 2, "arrival": 120, "trip": 0, "load": [1], "violations": []},
    ]
    problem = read_problem(plain(previous={"code": 0, "routes": [{"vehicle": 1, "steps": steps}]}))
    stop = PreviousStop(type="job", id=2, arrival_s=120)
    assert problem.previous == (PreviousRoute(vehicle=1, stops=(stop,)),)


BAD: tuple[tuple[Any, str, str], ...] = (
    # the file
    ("{", "$", "file.not-json"),
    ([], "$", "file.unreadable"),  # no such path
    ("[1]", "$", "value.type"),
    (plain(jobs=[]), "$.jobs", "problem.no-jobs"),
    (plain(vehicles=[]), "$.vehicles", "problem.no-vehicles"),
    (plain(jobz=[]), "$.jobz", "key.unknown"),
    (plain(separation=-1), "$.separation", "number.negative"),
    # matrices
    (plain(matrices={}), "$.matrices", "value.type"),
    (plain(matrices={"car": {}}), "$.matrices.car.durations", "key.missing"),
    (plain(matrix=[[0]]), "$.matrix", "key.twice"),
    (
        plain(matrices={"car": {"durations": [[0, 1, 1], [1, 0], [1, 1, 0]]}}),
        "$.matrices.car.durations[1]",
        "matrix.size",
    ),
    (
        plain(matrices={"car": {"durations": [[0, -1, 1], [1, 0, 1], [1, 1, 0]]}}),
        "$.matrices.car.durations[0][1]",
        "number.negative",
    ),
    (
        plain(matrices={"car": {"durations": [[0, 1, 1], [1, 0, 1.5], [1, 1, 0]]}}),
        "$.matrices.car.durations[1][2]",
        "number.not-integer",
    ),
    (
        plain(matrices={"car": {"durations": [[0, 1, 1], [1, 0, True], [1, 1, 0]]}}),
        "$.matrices.car.durations[1][2]",
        "value.type",
    ),
    (
        plain(matrices={"car": {"durations": [[0, 1, 1], [1, 0, 2**70], [1, 1, 0]]}}),
        "$.matrices.car.durations[1][2]",
        "number.too-large",
    ),
    (
        plain(matrices=plain()["matrices"] | {"foot": {"durations": [[0]]}}),
        "$.matrices.foot",
        "matrix.size",
    ),
    (
        plain(matrices={"car": plain()["matrices"]["car"] | {"distances": [[0]]}}),
        "$.matrices.car.distances",
        "matrix.size",
    ),
    (
        plain(matrices={"car": plain()["matrices"]["car"] | {"times": [[0]]}}),
        "$.matrices.car.times",
        "key.unknown",
    ),
    (vehicle(profile="foot"), "$.vehicles[0].profile", "profile.unknown"),
    # values
    (job(id=True), "$.jobs[0].id", "value.type"),
    (job(id="1"), "$.jobs[0].id", "value.type"),
    (job(service=math.nan), "$.jobs[0].service", "number.not-finite"),
    (job(service=1.5), "$.jobs[0].service", "number.not-integer"),
    (job(service=None), "$.jobs[0].service", "value.type"),
    (job(priority=101), "$.jobs[0].priority", "number.too-large"),
    (job(delivery=[-1]), "$.jobs[0].delivery[0]", "number.negative"),
    (job(delivery=[2**63]), "$.jobs[0].delivery[0]", "number.too-large"),
    (job(delivery=2), "$.jobs[0].delivery", "value.type"),
    (job(description=3), "$.jobs[0].description", "value.type"),
    (job(time_windows=[[10, 5]]), "$.jobs[0].time_windows[0]", "window.reversed"),
    (job(time_windows=[[10]]), "$.jobs[0].time_windows[0]", "window.shape"),
    (job(time_windows=[]), "$.jobs[0].time_windows", "array.too-short"),
    (job(time_windows=[[0, 9], [5, 20]]), "$.jobs[0].time_windows[1]", "window.overlap"),
    (job(service_per_type={"a": -1}), "$.jobs[0].service_per_type.a", "number.negative"),
    (job(setup_per_type={"": 1}), "$.jobs[0].setup_per_type", "type.empty"),
    (job(setup_per_type=[1]), "$.jobs[0].setup_per_type", "value.type"),
    (job(amount=[2]), "$.jobs[0].amount", "key.twice"),  # beside delivery
    (job(zone=3), "$.jobs[0].zone", "number.too-large"),
    (vehicle(speed_factor=0), "$.vehicles[0].speed_factor", "number.out-of-range"),
    (vehicle(time_window=[5, 1]), "$.vehicles[0].time_window", "window.reversed"),
    (vehicle(max_trips=0), "$.vehicles[0].max_trips", "number.too-small"),
    (vehicle(points=[]), "$.vehicles[0].points", "array.too-short"),
    # what things are to each other
    (job(id=2), "$.jobs[1].id", "id.twice"),
    (job(location_index=3), "$.jobs[0].location_index", "location.out-of-range"),
    (job(delivery=[1, 1]), "$.jobs[0].delivery", "amount.dimensions"),
    (job(place="nowhere"), "$.jobs[0].place", "place.unknown"),
    (job(courier=7), "$.jobs[0].courier", "vehicle.unknown"),
    (job(preferred_courier=7), "$.jobs[0].preferred_courier", "vehicle.unknown"),
    (job(parts=[[1], [2]]), "$.jobs[0].parts", "parts.sum"),
    (job(parts=[[2]], pickup=[1]), "$.jobs[0].pickup", "parts.with-pickup"),
    (job(points=[9]), "$.jobs[0].points[0]", "location.out-of-range"),
    (
        plain(vehicles=[{"id": 1, "capacity": [4]}]),
        "$.vehicles[0]",
        "vehicle.no-start",
    ),
    (
        plain(vehicles=[{"id": 1, "capacity": [4], "end_index": 0, "max_trips": 2}]),
        "$.vehicles[0]",
        "vehicle.no-points",
    ),
    (
        vehicle(steps=[{"type": "job", "id": 9, "locked": True}]),
        "$.vehicles[0].steps[0].id",
        "step.unknown",
    ),
    (
        vehicle(steps=[{"type": "job", "id": 1}, {"type": "job", "id": 1}]),
        "$.vehicles[0].steps[1]",
        "step.twice",
    ),
    (
        vehicle(steps=[{"type": "job", "id": 1, "locked": True, "service_at": 901}]),
        "$.vehicles[0].steps[0]",
        "step.breaks-rule",
    ),
    (vehicle(steps=[{"type": "hop"}]), "$.vehicles[0].steps[0].type", "value.unknown"),
    (
        vehicle(steps=[{"type": "job", "id": 1, "service_after": 3, "locked": True}]),
        "$.vehicles[0].steps[0].service_after",
        "key.unsupported",
    ),
    (plain(places=[{"id": "a"}, {"id": "a"}]), "$.places[1].id", "id.twice"),
    (plain(places=[{"id": "a", "shelf": [1, 2]}]), "$.places[0].shelf", "amount.dimensions"),
    (plain(bays=[{"location_index": 5}]), "$.bays[0].location_index", "location.out-of-range"),
    (
        plain(shipments=[{"pickup": {"id": 1, "location_index": 1}}]),
        "$.shipments[0].delivery",
        "key.missing",
    ),
)


@pytest.mark.parametrize(("raw", "path", "code"), BAD, ids=[f"{c} {p}" for _, p, c in BAD])
def test_a_fault_is_named_by_its_path(raw: Any, path: str, code: str) -> None:
    raw = Path("no-such-problem.json") if raw == [] else raw
    assert (path, code) in faults(raw)


def test_a_key_that_stands_twice_is_a_fault() -> None:
    raw = json.dumps(plain()).replace('"service": 60', '"service": 60, "service": 90')
    assert faults(raw) == {("$", "key.twice")}


def test_bags_say_what_is_delivered_where_the_job_does_not() -> None:
    raw = job(parts=[[1], [3]])
    del raw["jobs"][0]["delivery"]
    assert read_problem(raw).jobs[0].delivery == (4,)


def test_coordinates_alone_are_answered_with_what_is_needed() -> None:
    raw = {"vehicles": [{"id": 1, "start": [2.3, 48.8]}], "jobs": [{"id": 1, "location": [2, 48]}]}
    found = faults(raw)
    assert ("$.matrices", "key.missing") in found
    assert ("$.jobs[0].location_index", "key.missing") in found


def test_all_faults_are_listed_in_one_pass() -> None:
    raw = job(id=-1, service=True, time_windows=[[3, 1]], colour="red")
    raw["vehicles"].append({"id": 1, "start_index": 0, "capacity": [1, 2]})
    assert {path for path, _ in faults(raw)} == {
        "$.jobs[0].id",
        "$.jobs[0].service",
        "$.jobs[0].time_windows[0]",
        "$.jobs[0].colour",
        "$.vehicles[1].id",
        "$.vehicles[1].capacity",
    }


def test_sums_beyond_64_bits_are_a_fault() -> None:
    half = 2**62
    raw = plain(jobs=[{"id": n, "location_index": 1, "delivery": [half]} for n in range(3)])
    assert ("$.jobs", "amount.sum-too-large") in faults(raw)


def test_a_fault_says_the_value_and_the_mend() -> None:
    with pytest.raises(ProblemInvalid) as refused:
        read_problem(vehicle(strat_index=0))
    (fault,) = refused.value.faults
    assert "did you mean start_index?" in fault.message
    with pytest.raises(ProblemInvalid, match=r"\[10, 5\] ends before it starts: swap the two"):
        read_problem(job(time_windows=[[10, 5]]))


def test_rates_beside_a_matrix_of_costs_are_refused() -> None:
    raw = vehicle(costs={"per_hour": 7200})
    raw["matrices"]["car"]["costs"] = [[0, 9, 9], [9, 0, 9], [9, 9, 0]]
    assert faults(raw) == {("$.vehicles[0].costs", "cost.twice")}


def test_a_problem_is_read_from_text_path_and_object(tmp_path: Path) -> None:
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(plain()))
    for source in (plain(), json.dumps(plain()), path, str(path)):
        assert same(read_problem(source), read_problem(plain()))


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
    reachable = durations != UNREACHABLE
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
        location=spots,
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
        points=tuple(draw(st.lists(spots, min_size=1, max_size=2))),
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
