"""Costs in plan files: in the family's unit, and back without loss."""

import json

import pytest

from solver.check import check
from solver.formats.faults import PlanInvalid
from solver.formats.native import read_problem
from solver.formats.plan_json import read_plan, write_plan
from solver.formats.recognise import read_any, read_any_plan
from solver.formats.solutions import read_solution
from solver.plan import Plan
from solver.problem import Problem
from solver.search import solve

TEXT = """\
TYPE: VRPTW
DIMENSION: 3
VEHICLES: 2
CAPACITY: 5
EDGE_WEIGHT_TYPE: EUC_2D
NODE_COORD_SECTION
1 0 0
2 1 1
3 3 4
DEMAND_SECTION
1 0
2 1
3 2
TIME_WINDOW_SECTION
1 0 99
2 0 50
3 5 70
"""


@pytest.fixture
def problem() -> Problem:
    return read_any(TEXT.encode())


@pytest.fixture
def plan(problem: Problem) -> Plan:
    return read_solution("Route #1: 1\nRoute #2: 2\n", problem)


def test_costs_are_written_in_the_family_s_unit(problem: Problem, plan: Plan) -> None:
    written = write_plan(problem, plan)
    assert plan.summary.cost == 128
    assert written["summary"]["cost"] == 12.8
    assert [route["cost"] for route in written["routes"]] == [2.8, 10]
    assert isinstance(written["routes"][1]["cost"], int)  # whole where it is


def test_a_plan_reads_back_as_it_was(problem: Problem, plan: Plan) -> None:
    text = json.dumps(write_plan(problem, plan))
    assert read_plan(text, cost_scale=problem.cost_scale) == plan


@pytest.mark.parametrize("cost", ["much", True, None, float("nan"), 1e300])
def test_a_cost_that_is_none_is_refused(problem: Problem, plan: Plan, cost: object) -> None:
    written = write_plan(problem, plan)
    written["routes"][1]["cost"] = cost
    with pytest.raises(PlanInvalid, match=r"routes\[1\]\.cost"):
        read_plan(written, cost_scale=problem.cost_scale)


@pytest.mark.parametrize("raw", ["[]", '{"routes": 3}', '{"routes": [3], "summary": 4}'])
def test_a_plan_that_is_none_is_refused(raw: str) -> None:
    with pytest.raises(PlanInvalid):
        read_plan(raw, cost_scale=10)


# ---------------------------------------------------------------- published with few decimals


@pytest.fixture
def real() -> Problem:
    """The same places with real distances: costs have four decimals."""
    return read_any(TEXT.replace("VRPTW", "PDPTW").encode())


def rounded(real: Problem, digits: int, *, off: float = 0.0) -> tuple[str, ...]:
    """Judge a plan whose costs are stated with few decimals, or are off."""
    plan = read_solution("Route #1: 1\nRoute #2: 2\n", real)
    written = write_plan(real, plan)
    written["summary"]["cost"] = round(written["summary"]["cost"] + off, digits)
    for route in written["routes"]:
        route["cost"] = round(route["cost"] + off, digits)
    again = read_any_plan(json.dumps(written).encode(), real)
    return tuple(violation.code for violation in check(real, again))


@pytest.mark.parametrize("digits", [1, 2, 3, 4])
def test_costs_published_with_few_decimals_are_honest(real: Problem, digits: int) -> None:
    assert real.cost_scale == 10_000
    assert rounded(real, digits) == ()


@pytest.mark.parametrize(("digits", "off"), [(1, 0.1), (2, 0.01), (4, 0.0001)])
def test_costs_that_no_rounding_explains_are_not(real: Problem, digits: int, off: float) -> None:
    assert set(rounded(real, digits, off=off)) == {"figure.wrong", "route.cost"}


def test_sums_of_the_largest_numbers_can_be_read_back() -> None:
    matrix = [[0, 2**40], [2**40, 0]]
    raw = {
        "vehicles": [
            {"id": 1, "start_index": 0, "end_index": 0, "costs": {"fixed": 2**40},
             "time_window": [0, 2**40]}
        ],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {"durations": [[0, 5], [5, 0]], "distances": matrix}},
    }  # fmt: skip
    problem = read_problem(raw)
    plan = solve(problem, step_limit=1, engine="construct")
    assert plan.summary.distance_m == 2**41
    again = read_any_plan(json.dumps(write_plan(problem, plan)).encode(), problem)
    assert check(problem, again) == ()
