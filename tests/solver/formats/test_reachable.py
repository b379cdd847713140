"""Which stops are refused because no way leads there, and which only lack a direct one."""

from typing import Any

import pytest

from solver.check import check
from solver.formats.native import ProblemInvalid, read_problem
from solver.model import Model
from solver.search import solve

ONE_WAY_ROUND = [[0, 5, None, None], [None, 0, 5, None], [None, None, 0, 5], [5, None, None, 0]]


def ground(durations: list[list[int | None]], **changes: Any) -> dict[str, Any]:
    return {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [9]}],
        "jobs": [{"id": n, "location_index": n, "delivery": [1]} for n in (1, 2, 3)],
        "matrices": {"car": {"durations": durations}},
    } | changes


def unreachable(raw: dict[str, Any]) -> list[str]:
    with pytest.raises(ProblemInvalid) as refused:
        read_problem(raw)
    assert {fault.code for fault in refused.value.faults} == {"location.unreachable"}
    return [fault.path for fault in refused.value.faults]


def test_a_stop_that_only_others_lead_to_is_taken():
    problem = read_problem(ground(ONE_WAY_ROUND))

    assert [job.location for job in problem.jobs] == [1, 2, 3]


def test_a_way_over_a_place_where_nobody_stops_is_none():
    raw = ground(ONE_WAY_ROUND, jobs=[{"id": 3, "location_index": 3, "delivery": [1]}])

    assert unreachable(raw) == ["$.jobs[0].location_index"]


def test_stops_behind_a_cut_are_refused():
    cut = [[0, 5, None, None], [5, 0, None, None], [None, None, 0, 5], [None, None, 5, 0]]

    assert unreachable(ground(cut)) == ["$.jobs[1].location_index", "$.jobs[2].location_index"]


def test_a_shipment_whose_ends_only_another_stop_joins_is_taken():
    legs = {"pickup": {"id": 1, "location_index": 1}, "delivery": {"id": 2, "location_index": 3}}
    shipment = legs | {"amount": [1]}
    raw = ground(ONE_WAY_ROUND, shipments=[shipment], jobs=ground([])["jobs"][1:2])

    assert read_problem(raw).shipments
    # Only over the vehicle's own start: a file is refused for what can never be, no more.
    backwards = {"pickup": legs["delivery"], "delivery": legs["pickup"], "amount": [1]}
    assert read_problem(raw | {"shipments": [backwards]}).shipments
    one_way = [[0, 5, None, None], [5, 0, None, None], [None, 5, 0, 5], [5, None, None, 0]]
    ends_elsewhere = [{"id": 1, "start_index": 3, "end_index": 1, "capacity": [9]}]
    one_way[0] = [0, 5, None, None]
    stuck = raw | {
        "vehicles": ends_elsewhere,
        "shipments": [shipment],
        "jobs": [],
        "matrices": {"car": {"durations": one_way}},
    }
    assert unreachable(stuck) == ["$.shipments[0]"]


def test_a_model_with_few_edges_is_planned():
    model = Model()
    depot = model.add_depot(0, 0)
    model.add_vehicle_type(capacity=5, start_depot=depot, end_depot=depot)
    first, second = (model.add_client(n, 0, delivery=1) for n in (1, 2))
    for frm, to in ((depot, first), (first, second), (second, depot)):
        model.add_edge(frm, to, duration=10, distance=10)

    problem = model.problem()

    assert [job.location for job in problem.jobs] == [1, 2]
    assert not check(problem, solve(problem, step_limit=20, engine="ortools"))
