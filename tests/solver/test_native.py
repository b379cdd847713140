import json
from pathlib import Path
from typing import Any

from solver.formats.native import read_problem
from solver.problem import (
    HORIZON_S,
    UNREACHABLE,
    PreviousRoute,
    PreviousStop,
    Vehicle,
    service_s,
    setup_s,
)


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
                "durations": [[0, 1, 1], [1, 0, None], [1, 1, 0]],
                "distances": [[0, 1, 1], [1, 0, 1], [1, None, 0]],
            }
        }
    )
    matrix = read_problem(raw).matrices["car"]
    for entries in (matrix.duration_s, matrix.distance_m, matrix.cost):
        assert (entries[1, 2], entries[2, 1]) == (UNREACHABLE, UNREACHABLE)
        assert (entries[0] != UNREACHABLE).all()


def test_windows_come_in_any_order_as_with_vroom() -> None:
    assert read_problem(job(time_windows=[[50, 60], [0, 9], [20, 30]])).jobs[0].windows == (
        (0, 9), (20, 30), (50, 60),
    )  # fmt: skip


def test_seconds_per_type_are_taken_by_the_type_of_the_vehicle() -> None:
    raw = job(setup=5, setup_per_type={"van": 9}, service=7, service_per_type={"bike": 0})
    first = read_problem(raw).jobs[0]
    van, bike, other = (Vehicle(id=n, type=t) for n, t in enumerate(("van", "bike", "")))
    assert [(setup_s(first, v), service_s(first, v)) for v in (van, bike, other)] == [
        (9, 7), (5, 0), (5, 7),
    ]  # fmt: skip


def test_an_older_amount_is_a_delivery() -> None:
    raw = job(amount=[3])
    del raw["jobs"][0]["delivery"]
    assert read_problem(raw).jobs[0].delivery == (3,)


def test_an_empty_profile_is_the_default_one() -> None:
    assert read_problem(vehicle(profile="")).vehicles[0].profile == "car"


def test_steps_without_lock_are_vroom_s_start_of_its_search_and_say_nothing() -> None:
    step = {"type": "job", "id": 1, "service_at": 9_999, "service_after": 5}
    (read,) = read_problem(vehicle(steps=[step])).vehicles[0].locked
    assert not read.locked


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


def test_bags_say_what_is_delivered_where_the_job_does_not() -> None:
    raw = job(parts=[[1], [3]])
    del raw["jobs"][0]["delivery"]
    assert read_problem(raw).jobs[0].delivery == (4,)


def test_a_problem_is_read_from_text_path_and_object(tmp_path: Path) -> None:
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(plain()))
    for source in (plain(), json.dumps(plain()), path, str(path)):
        assert read_problem(source).jobs == read_problem(plain()).jobs
