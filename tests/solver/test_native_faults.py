import json
import math
from pathlib import Path
from typing import Any

import pytest

from solver.formats.native import ProblemInvalid, read_problem


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
    (
        plain(matrices={"car": {"durations": [[0, 1, 1], [1, 0, "1"], [1, 1, 0]]}}),
        "$.matrices.car.durations[1][2]",
        "value.type",
    ),
    (
        plain(matrices={"car": {"durations": [[0, 1, 1], None, [1, 1, 0]]}}),
        "$.matrices.car.durations[1]",
        "value.type",
    ),
    (
        plain(matrices={"car": {"durations": [[0, 1, 1], [1, 0, 1]]}}),
        "$.matrices.car.durations[0]",
        "matrix.size",
    ),
    (
        plain(matrices={"car": {"durations": [[0, None, 1], [1, 0, 1], [1, None, 0]]}}),
        "$.jobs[0].location_index",  # nobody comes there
        "location.unreachable",
    ),
    (
        plain(matrices={"car": {"durations": [[0, 1, 1], [None, 0, None], [1, 1, 0]]}}),
        "$.jobs[0].location_index",  # nobody comes back
        "location.unreachable",
    ),
    (vehicle(max_distance=5), "$.vehicles[0].max_distance", "distances.missing"),
    (vehicle(costs={"per_km": 5}), "$.vehicles[0].costs.per_km", "distances.missing"),
    # values
    (job(id=True), "$.jobs[0].id", "value.type"),
    (job(id="1"), "$.jobs[0].id", "value.type"),
    (job(service=math.nan), "$.jobs[0].service", "number.not-finite"),
    (job(service=1.5), "$.jobs[0].service", "number.not-integer"),
    (job(service=None), "$.jobs[0].service", "value.type"),
    (job(service=math.inf), "$.jobs[0].service", "number.not-finite"),
    (job(service=1.0), "$.jobs[0].service", "number.not-integer"),
    (job(service=2**70), "$.jobs[0].service", "number.too-large"),
    (job(service=10**5000), "$.jobs[0].service", "number.too-large"),
    (job(service=-(10**5000)), "$.jobs[0].service", "number.negative"),
    (job(delivery=[2**70]), "$.jobs[0].delivery[0]", "number.too-large"),
    (job(delivery=[None]), "$.jobs[0].delivery[0]", "value.type"),
    (job(delivery=[[1]]), "$.jobs[0].delivery[0]", "value.type"),
    (job(time_windows=[[0, None]]), "$.jobs[0].time_windows[0][1]", "value.type"),
    (job(time_windows=[None]), "$.jobs[0].time_windows[0]", "value.type"),
    (job(skills=[True]), "$.jobs[0].skills[0]", "value.type"),
    (job(description="\ud800"), "$.jobs[0].description", "text.broken"),
    (plain(jobs=[None]), "$.jobs[0]", "value.type"),
    (plain(jobs={}), "$.jobs", "value.type"),
    (plain(jobs=None, shipments=None), "$.jobs", "problem.no-jobs"),
    (plain(vehicles=[[1]]), "$.vehicles[0]", "value.type"),
    (plain(matrices=None), "$.matrices", "value.type"),
    (plain(matrices={"car": None}), "$.matrices.car", "value.type"),
    (plain(shipments=[{"pickup": None, "delivery": 3}]), "$.shipments[0].pickup", "value.type"),
    (plain(places=[None], bays=[None], objective=3), "$.objective", "value.type"),
    (plain(previous=[]), "$.previous", "value.type"),
    (vehicle(breaks=[None]), "$.vehicles[0].breaks[0]", "value.type"),
    (vehicle(steps=[None]), "$.vehicles[0].steps[0]", "value.type"),
    (vehicle(costs=[]), "$.vehicles[0].costs", "value.type"),
    (vehicle(max_duration=-1), "$.vehicles[0].max_duration", "number.negative"),
    (job(prize=-1), "$.jobs[0].prize", "number.negative"),
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
    if isinstance(raw, dict) and _plain_numbers(raw):
        assert (path, code) in faults(json.dumps(raw))


def _plain_numbers(raw: Any) -> bool:
    """Say whether Python can write it: it reads longer numbers than it writes."""
    try:
        json.dumps(raw)
    except ValueError:
        return False
    return True


def test_a_key_that_stands_twice_is_a_fault_at_its_object() -> None:
    raw = json.dumps(plain()).replace('"service": 60', '"service": 60, "service": 90')
    assert faults(raw) == {("$.jobs[1].service", "key.twice")}


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


def test_rates_beyond_64_bits_are_a_fault() -> None:
    raw = vehicle(costs={"per_hour": 2**40})
    read_problem(raw)
    raw["matrices"]["car"]["durations"][0][1] = 2**40
    assert faults(raw) == {("$.vehicles[0].costs", "cost.too-large")}


def test_rates_beside_a_matrix_of_costs_are_refused() -> None:
    raw = vehicle(costs={"per_hour": 7200})
    raw["matrices"]["car"]["costs"] = [[0, 9, 9], [9, 0, 9], [9, 9, 0]]
    assert faults(raw) == {("$.vehicles[0].costs", "cost.twice")}


EVERYTHING = r"""
{"vehicles": [
    {"id": 1, "start_index": 0, "capacity": [4, 4], "time_window": [9, 3], "speed_factor": -1},
    {"id": 1, "capacity": [4]},
    {"id": 2, "start_index": 7, "capacity": [4, 18446744073709551616], "colour": "red",
     "steps": [{"type": "job", "id": 1, "locked": true, "service_at": 5}]}],
 "jobs": [
    {"id": 1, "location_index": 1, "delivery": [1, 1], "time_windows": [[10, 20]], "zone": 9},
    {"id": 1, "location_index": true, "delivery": [1], "service": 1.5, "service": 2.5},
    {"id": 3, "location_index": 2, "delivery": [-1, NaN], "place": "nowhere", "setup": null}],
 "matrices": {"car": {"durations": [[0, -1, 2], [1, 0, 1e9], [1, 1, 0]]},
              "bike": {"durations": [[0, 1], [-7]]}}}
"""


def test_one_file_with_everything_wrong_lists_everything_at_once() -> None:
    assert faults(EVERYTHING) == {
        ("$.vehicles[0].time_window", "window.reversed"),
        ("$.vehicles[0].speed_factor", "number.out-of-range"),
        ("$.vehicles[1].id", "id.twice"),
        ("$.vehicles[1].capacity", "amount.dimensions"),
        ("$.vehicles[1]", "vehicle.no-start"),
        ("$.vehicles[2].capacity[1]", "number.too-large"),
        ("$.vehicles[2].colour", "key.unknown"),
        ("$.vehicles[2].steps[0]", "step.breaks-rule"),
        ("$.vehicles[2].start_index", "location.out-of-range"),
        ("$.jobs[0].zone", "number.too-large"),
        ("$.jobs[1].id", "id.twice"),
        ("$.jobs[1].location_index", "value.type"),
        ("$.jobs[1].delivery", "amount.dimensions"),
        ("$.jobs[1].service", "key.twice"),
        ("$.jobs[1].service", "number.not-integer"),
        ("$.jobs[2].delivery[0]", "number.negative"),
        ("$.jobs[2].delivery[1]", "number.not-finite"),
        ("$.jobs[2].place", "place.unknown"),
        ("$.jobs[2].setup", "value.type"),
        ("$.matrices.car.durations[0][1]", "number.negative"),
        ("$.matrices.car.durations[1][2]", "number.not-integer"),
        ("$.matrices.bike.durations[1]", "matrix.size"),
        ("$.matrices.bike.durations[1][0]", "number.negative"),
    }


def test_a_location_beyond_a_faulty_matrix_is_told_in_the_same_pass() -> None:
    raw = {
        "vehicles": [{"id": 1, "start_index": 3}],
        "jobs": [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2}],
        "matrices": {"car": {"durations": [[0, -1, 2], [1, 0]]}},
    }
    with pytest.raises(ProblemInvalid) as refused:
        read_problem(raw)
    found = {(fault.path, fault.code) for fault in refused.value.faults}
    assert ("$.vehicles[0].start_index", "location.out-of-range") in found
    assert ("$.matrices.car.durations[0][1]", "number.negative") in found
    assert not any(path.startswith("$.jobs") for path, _ in found)
