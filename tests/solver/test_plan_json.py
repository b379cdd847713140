import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.check import check
from solver.formats.plan_json import REASON_NOT_STATED, PlanInvalid, read_plan, write_plan
from solver.plan import NOT_STATED, Plan, Relaxation, Route, Step, Unassigned
from solver.problem import Job, Problem, Vehicle

LEFT = Unassigned(
    id=15,
    type="job",
    location=4,
    code="window",
    facts={"until_s": 30600, "place": "slot-1"},
    proven=True,
    parts=(0,),
    would_help=(Relaxation(code="longer-shift", facts={"vehicle": 1, "by_s": 1500}),),
    description="crates",
)


def written(case: Any, plan: Plan | None = None) -> Any:
    return json.loads(json.dumps(write_plan(case.problem, plan or case.plan)))


def test_a_plan_is_read_back_as_it_was(good: Any) -> None:
    assert read_plan(written(good)) == good.plan
    plan = replace(good.plan, unassigned=(LEFT,))
    assert read_plan(written(good, plan)) == plan


def test_a_plan_is_read_from_a_path(good: Any, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(written(good)))
    assert read_plan(path) == good.plan


def test_a_plan_has_the_keys_that_vroom_s_readers_look_for(good: Any) -> None:
    out = written(good)
    assert out["code"] == 0
    for key in ("cost", "routes", "unassigned", "delivery", "pickup", "setup", "service"):
        assert key in out["summary"]
    for key in ("duration", "waiting_time", "priority", "distance", "violations"):
        assert key in out["summary"]
        assert key in out["routes"][0]
    job = out["routes"][0]["steps"][2]
    assert (job["type"], job["id"], job["location_index"]) == ("job", 11, 1)
    assert {"arrival", "waiting_time", "setup", "service", "load", "duration", "distance"} <= set(
        job
    )
    assert (job["trip"], job["parts"]) == (0, [0, 1])


def test_figures_of_routes_add_up_to_the_summary(good: Any) -> None:
    out = written(good)
    for key in ("cost", "setup", "service", "duration", "waiting_time", "distance"):
        assert sum(route[key] for route in out["routes"]) == out["summary"][key]
    for key in ("delivery", "pickup"):
        rows = zip(*(route[key] for route in out["routes"]), strict=True)
        assert [sum(row) for row in rows] == out["summary"][key]


def test_an_unassigned_task_keeps_its_reason_and_what_would_help(good: Any) -> None:
    (out,) = written(good, replace(good.plan, unassigned=(LEFT,)))["unassigned"]
    assert out["reason"] == {"code": "window", "facts": {"until_s": 30600, "place": "slot-1"}}
    assert out["proven"] is True
    assert out["would_help"] == [{"code": "longer-shift", "facts": {"vehicle": 1, "by_s": 1500}}]


def vroom_s_own() -> dict[str, Any]:
    """A plan as VROOM 1.14 writes it, without any key of ours."""
    step = {"setup": 0, "service": 0, "waiting_time": 0, "violations": [], "load": [0]}
    return {
        "code": 0,
        "summary": {
            "cost": 120, "routes": 1, "unassigned": 1, "delivery": [2], "amount": [2],
            "pickup": [0], "setup": 0, "service": 60, "duration": 120, "waiting_time": 0,
            "priority": 0, "violations": [],
            "computing_times": {"loading": 0, "solving": 1, "routing": 0},
        },
        "unassigned": [{"id": 2, "type": "job", "location_index": 2}],
        "routes": [
            {
                "vehicle": 1, "cost": 120, "delivery": [2], "amount": [2], "pickup": [0],
                "setup": 0, "service": 60, "duration": 120, "waiting_time": 0, "priority": 0,
                "violations": [],
                "steps": [
                    step | {"type": "start", "location_index": 0, "load": [2], "arrival": 0,
                            "duration": 0},
                    step | {"type": "job", "location_index": 1, "id": 1, "job": 1, "service": 60,
                            "arrival": 60, "duration": 60},
                    step | {"type": "end", "location_index": 0, "arrival": 180, "duration": 120},
                ],
            }
        ],
    }  # fmt: skip


def test_a_plan_of_vroom_is_read_and_judged(good: Any) -> None:
    plan = read_plan(vroom_s_own())
    assert plan.unassigned[0].code == REASON_NOT_STATED
    assert plan.summary.faces == NOT_STATED
    assert plan.routes[0].steps[1].distance_m == NOT_STATED
    problem = Problem(
        vehicles=(Vehicle(id=1, profile="bike", start=0, end=0, capacity=(2,)),),
        jobs=(
            Job(id=1, location=1, service_s=60, delivery=(2,), pickup=(0,)),
            Job(id=2, location=2, delivery=(3,), pickup=(0,)),
        ),
        matrices=good.problem.matrices,
        dimensions=1,
    )
    assert check(problem, plan) == ()
    assert read_plan(write_plan(problem, plan)) == plan


def test_locations_that_the_problem_tells_may_be_left_out(good: Any) -> None:
    out = written(good)
    for route in out["routes"]:
        for step in route["steps"]:
            if step["type"] in ("start", "job", "pickup", "via", "delivery"):
                step.pop("location_index")
    assert check(good.problem, read_plan(out)) == ()


def test_trips_that_are_not_stated_are_counted_from_the_loadings(good: Any) -> None:
    out = written(good)
    for route in out["routes"]:
        for step in route["steps"]:
            del step["trip"]
    assert read_plan(out) == good.plan


def spoilt(good: Any, *path: Any, to: Any) -> dict[str, Any]:
    out: dict[str, Any] = written(good)
    inner: Any = out
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to
    return out


BAD: tuple[tuple[tuple[Any, ...], Any, str, str], ...] = (
    (("code",), 2, "$.code", "plan.failed"),
    (("routes",), {}, "$.routes", "value.type"),
    (("routes", 0), 3, "$.routes[0]", "value.type"),
    (("routes", 0, "vehicle"), True, "$.routes[0].vehicle", "value.type"),
    (("routes", 0, "colour"), 1, "$.routes[0].colour", "key.unknown"),
    (("routes", 0, "steps", 1, "type"), "hop", "$.routes[0].steps[1].type", "value.unknown"),
    (("routes", 0, "steps", 1, "arrival"), -1, "$.routes[0].steps[1].arrival", "number.negative"),
    (
        ("routes", 0, "steps", 1, "arrival"),
        1.5,
        "$.routes[0].steps[1].arrival",
        "number.not-integer",
    ),
    (("routes", 0, "steps", 2, "load", 0), "7", "$.routes[0].steps[2].load[0]", "value.type"),
    (("summary", "cost"), float("nan"), "$.summary.cost", "number.not-finite"),
    (("summary", "seconds"), -1, "$.summary.seconds", "value.type"),
    (("unassigned", 0, "type"), "gift", "$.unassigned[0].type", "value.unknown"),
    (("unassigned", 0, "proven"), 1, "$.unassigned[0].proven", "value.type"),
    (("unassigned", 0, "reason"), {}, "$.unassigned[0].reason.code", "key.missing"),
    (
        ("unassigned", 0, "reason", "facts"),
        {"at": [1]},
        "$.unassigned[0].reason.facts.at",
        "value.type",
    ),
)


@pytest.mark.parametrize(("path", "to", "at", "code"), BAD, ids=[f"{c} {a}" for *_, a, c in BAD])
def test_a_fault_of_a_plan_is_named_by_its_path(
    path: tuple[Any, ...], to: Any, at: str, code: str, good: Any
) -> None:
    class WithOneLeft:
        problem = good.problem
        plan = replace(good.plan, unassigned=(LEFT,))

    with pytest.raises(PlanInvalid) as refused:
        read_plan(spoilt(WithOneLeft, *path, to=to))
    assert [(fault.path, fault.code) for fault in refused.value.faults] == [(at, code)]


@pytest.mark.parametrize("raw", ["{", "[]", "{}"])
def test_what_is_no_plan_is_refused(raw: str) -> None:
    with pytest.raises(PlanInvalid):
        read_plan(raw)


numbers = st.integers(0, 10**9)
steps = st.builds(
    Step,
    type=st.sampled_from(["start", "job", "pickup", "via", "delivery", "break", "reload", "end"]),
    location=st.none() | st.integers(0, 9),
    arrival_s=numbers,
    id=st.none() | numbers,
    waiting_s=numbers,
    setup_s=numbers,
    service_s=numbers,
    load=st.just(()) | st.tuples(numbers, numbers),
    trip=st.integers(0, 5),
    parts=st.lists(st.integers(0, 9), max_size=3).map(tuple),
    duration_s=st.just(NOT_STATED) | numbers,
    distance_m=st.just(NOT_STATED) | numbers,
    description=st.text(max_size=5),
)
routes = st.builds(
    Route,
    vehicle=numbers,
    steps=st.lists(steps, max_size=4).map(tuple),
    cost=st.just(NOT_STATED) | numbers,
    description=st.text(max_size=5),
)


@given(routes=st.lists(routes, max_size=3).map(tuple))
def test_any_routes_are_read_back_as_they_were(routes: tuple[Route, ...]) -> None:
    problem = Problem(vehicles=(), jobs=(), matrices={}, dimensions=2)
    summary = read_plan({"routes": []}).summary
    plan = Plan(routes=routes, unassigned=(), summary=summary)
    assert read_plan(json.dumps(write_plan(problem, plan))) == plan
