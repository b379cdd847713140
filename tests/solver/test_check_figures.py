from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.check import check
from solver.plan import Plan, Route, Step
from solver.problem import Job, Problem
from solver.summary import summarise


@pytest.mark.parametrize(
    "figure",
    [
        "cost", "routes", "unassigned", "trips", "faces", "excess_faces", "contacts",
        "duration_s", "distance_m", "waiting_s", "setup_s", "service_s", "priority",
    ],
)  # fmt: skip
def test_a_flattering_summary_is_named(figure: str, good: Any) -> None:
    told = replace(good.plan.summary, **{figure: getattr(good.plan.summary, figure) + 1})
    (found,) = check(good.problem, replace(good.plan, summary=told))
    assert (found.code, found.facts["figure"], found.by) == ("figure.wrong", figure, 1)


@pytest.mark.parametrize("figure", ["delivery", "pickup"])
def test_a_flattering_amount_is_named(figure: str, good: Any) -> None:
    told = replace(good.plan.summary, **{figure: (1, 0)})
    (found,) = check(good.problem, replace(good.plan, summary=told))
    assert (found.code, found.facts["figure"]) == ("figure.wrong", figure)


def test_a_route_that_costs_more_than_it_says_is_named(good: Any) -> None:
    first, *rest = good.plan.routes
    plan = replace(good.plan, routes=(replace(first, cost=first.cost - 1), *rest))
    assert [(v.code, v.by) for v in check(good.problem, plan)] == [("route.cost", 1)]


@given(data=st.data())
def test_no_plan_whatever_breaks_the_judge(data: st.DataObject, good: Any) -> None:
    number = st.sampled_from([-1, 0, 1, 2, 11, 23, 99, 29_400, 10**12])
    changes = st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["start", "job", "reload", "via", "break", "end", "?"]),
            "location": st.none() | number,
            "id": st.none() | number,
            "arrival_s": number,
            "waiting_s": number,
            "service_s": number,
            "parts": st.lists(number, max_size=3).map(tuple),
            "load": st.lists(number, max_size=3).map(tuple),
            "trip": number,
        },
    )
    routes = []
    for route in good.plan.routes:
        steps = list(route.steps)
        for _ in range(data.draw(st.integers(0, 2))):
            n = data.draw(st.integers(0, len(steps) - 1))
            steps[n] = replace(steps[n], **data.draw(changes))
        kept = data.draw(st.integers(0, len(steps)))
        routes.append(replace(route, steps=tuple(steps[:kept])))
    plan = replace(good.plan, routes=tuple(routes))
    found = check(good.problem, plan)
    assert (plan == good.plan) <= (found == ())


@pytest.mark.parametrize(("bags", "missed"), [(0, 100), (1, 50), (2, 0)])
def test_the_prize_of_what_is_left_out_is_part_of_the_cost(
    bags: int, missed: int, good: Any
) -> None:
    prized = Job(id=1, location=3, delivery=(2, 2), parts=((1, 1), (1, 1)), prize=100)
    problem = replace(good.problem, jobs=(prized,), shipments=(), dimensions=2)
    steps = (Step(type="job", id=1, location=3, arrival_s=0, parts=tuple(range(bags))),)
    routes = (Route(vehicle=2, steps=steps if bags else (), cost=100),)
    plan = _summed(problem, routes)
    assert plan.summary.cost == 100 + missed
    wrong = replace(plan, summary=replace(plan.summary, cost=100 + missed + 1))
    for told, found in ((plan, False), (wrong, True)):
        facts = [v.facts["figure"] for v in check(problem, told) if v.code == "figure.wrong"]
        assert ("cost" in facts) == found


def _summed(problem: Problem, routes: tuple[Route, ...]) -> Plan:
    summary = summarise(problem, routes, (), engine="", seed=0, seconds=0.0, stopped="")
    return Plan(routes=routes, unassigned=(), summary=summary)
