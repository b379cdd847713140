"""Costs in plan files: in the family's unit, and back without loss."""

import json

import pytest

from solver.formats.faults import PlanInvalid
from solver.formats.plan_json import read_plan, write_plan
from solver.formats.recognise import read_any
from solver.formats.solutions import read_solution
from solver.plan import Plan
from solver.problem import Problem

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
