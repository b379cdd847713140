from typing import Any

import pytest

from solver.engines.instance import prepare
from solver.formats.native import ProblemInvalid, read_problem
from solver.formats.problem_out import write_problem


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


def faults(raw: Any) -> set[tuple[str, str]]:
    with pytest.raises(ProblemInvalid) as refused:
        read_problem(raw)
    return {(fault.path, fault.code) for fault in refused.value.faults}


def stop(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": number, "location_index": 1, "delivery": [2]} | changes


def locked(*steps: dict[str, Any], jobs: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """Lock steps of the vehicle of the small problem; its capacity is 4."""
    return plain(jobs=jobs) | {
        "vehicles": [
            plain()["vehicles"][0]
            | {"steps": [{"type": "job", "locked": True} | step for step in steps]}
            | changes
        ],
        "shipments": [
            {"pickup": {"id": n, "location_index": 1}, "delivery": {"id": n, "location_index": 2},
             "amount": [n]}
            for n in (3, 5)
        ],
    }  # fmt: skip


LOCKED: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("unknown job", locked({"id": 9}, jobs=[stop(1)]), 0),
    ("a skill too few", locked({"id": 1}, jobs=[stop(1, skills=[7])]), 0),
    ("a zone too high", locked({"id": 1}, jobs=[stop(1, zone=2)], zone_max=1), 0),
    ("more than fits", locked({"id": 1}, jobs=[stop(1, delivery=[5])]), 0),
    (
        "more than fits together",
        locked({"id": 1}, {"id": 2}, jobs=[stop(1, delivery=[3]), stop(2)]),
        0,
    ),
    (
        "picked up on top of what is on board",
        locked({"id": 1}, {"id": 2}, jobs=[stop(1, delivery=[0], pickup=[3]), stop(2)]),
        0,
    ),
    ("fetched more than fits", locked({"type": "pickup", "id": 5}, jobs=[stop(1)]), 0),
    (
        "fetched beside what is on board",
        locked({"type": "pickup", "id": 3}, {"id": 1}, jobs=[stop(1)]),
        0,
    ),
    (
        "brought before it is fetched",
        locked({"type": "delivery", "id": 3}, {"type": "pickup", "id": 3}, jobs=[stop(1)]),
        1,
    ),
    (
        "a window missed",
        locked({"id": 1, "service_at": 81}, jobs=[stop(1, time_windows=[[0, 80]])]),
        0,
    ),
    (
        "a shift missed",
        locked({"id": 1, "service_at": 81}, jobs=[stop(1)], time_window=[0, 80]),
        0,
    ),
    ("there before it can be", locked({"id": 1, "service_at": 59}, jobs=[stop(1)]), 0),
    (
        "the next before the last is over",
        locked(
            {"id": 1, "service_at": 60}, {"id": 2, "service_at": 149},
            jobs=[stop(1, service=90), stop(2)],
        ),
        1,
    ),
    (
        "a way too short",
        locked(
            {"id": 1, "service_at": 60}, {"id": 2, "service_at": 119},
            jobs=[stop(1), stop(2, location_index=2)],
        ),
        1,
    ),
    (
        "a zone step back",
        locked({"id": 1}, {"id": 2}, jobs=[stop(1, zone=2), stop(2, zone=1)]),
        1,
    ),
    ("another's job", locked({"id": 1}, jobs=[stop(1, courier=1), stop(2)], id=4), -1),
    ("a part that is none", locked({"id": 1, "parts": [2]}, jobs=[stop(1, parts=[[1], [1]])]), 0),
    ("goods elsewhere", locked({"id": 1}, jobs=[stop(1, points=[2])]), 0),
    ("goods not released", locked({"id": 1, "service_at": 60}, jobs=[stop(1, release=61)]), 0),
    ("a task too many", locked({"id": 1}, {"id": 2}, jobs=[stop(1), stop(2)], max_tasks=1), 1),
    ("loading where there are no points", locked({"type": "reload"}, jobs=[stop(1)]), 0),
    (
        "a trip too many",
        locked(
            {"type": "reload"}, {"id": 1}, {"type": "reload"}, {"id": 2},
            jobs=[stop(1), stop(2)], points=[0],
        ),
        2,
    ),
    ("a start on the way", locked({"id": 1}, {"type": "start"}, jobs=[stop(1)]), 1),
    (
        "a break outside its window",
        locked(
            {"type": "break", "id": 1, "service_at": 5}, jobs=[stop(1)],
            breaks=[{"id": 1, "time_windows": [[10, 20]]}],
        ),
        0,
    ),
)  # fmt: skip


@pytest.mark.parametrize(("raw", "step"), [row[1:] for row in LOCKED], ids=[r[0] for r in LOCKED])
def test_a_locked_step_that_breaks_a_rule_is_a_fault(raw: dict[str, Any], step: int) -> None:
    at = f"$.vehicles[0].steps[{step}]"
    if step < 0:  # whose id does not exist, either
        assert ("$.vehicles[0].steps[0]", "step.breaks-rule") in faults(raw)
    elif raw["vehicles"][0]["steps"][0].get("id") == 9:
        assert (f"{at}.id", "step.unknown") in faults(raw)
    else:
        assert faults(raw) == {(at, "step.breaks-rule")}


def test_locked_steps_that_can_stay_are_no_fault() -> None:
    raw = locked(
        {"id": 1, "service_at": 60}, {"id": 2, "service_at": 150},
        {"type": "pickup", "id": 3}, {"type": "delivery", "id": 3},
        jobs=[stop(1, service=90, zone=1), stop(2, zone=1)],
    )  # fmt: skip
    assert all(step.locked for step in read_problem(raw).vehicles[0].locked)


def test_a_place_closed_at_the_time_of_a_locked_step_is_a_fault() -> None:
    raw = locked({"id": 1, "service_at": 100}, jobs=[stop(1, place="a", service=30)])
    raw["places"] = [{"id": "a", "separation": 60, "closed": [[189, 300]]}]
    assert faults(raw) == {("$.vehicles[0].steps[0]", "step.breaks-rule")}
    raw["places"][0]["closed"] = [[190, 300]]
    read_problem(raw)


def reloading(step: dict[str, Any]) -> dict[str, Any]:
    """The vehicle loads at locations 0 and 2."""
    steps = [{"type": "reload"} | step, {"id": 1}]
    return locked(*steps, jobs=[stop(1)], points=[0, 2], max_trips=2)


def test_a_locked_reload_may_say_its_point() -> None:
    read = read_problem(reloading({"location_index": 2}))
    assert read.vehicles[0].locked[0].location == 2
    assert write_problem(read)["vehicles"][0]["steps"][0]["location_index"] == 2
    assert read_problem(write_problem(read)).vehicles == read.vehicles
    assert prepare(read).locked[0][0].point == 2
    assert prepare(read_problem(reloading({}))).locked[0][0].point == 0


@pytest.mark.parametrize(
    ("step", "path", "code"),
    [
        ({"location_index": 1}, "$.vehicles[0].steps[0]", "step.breaks-rule"),
        ({"location_index": 99}, "$.vehicles[0].steps[0]", "step.breaks-rule"),
        (
            {"type": "start", "location_index": 0},
            "$.vehicles[0].steps[0].location_index",
            "key.unsupported",
        ),
    ],
)
def test_a_locked_reload_is_at_a_point_of_its_vehicle(
    step: dict[str, Any], path: str, code: str
) -> None:
    assert faults(reloading(step)) == {(path, code)}
