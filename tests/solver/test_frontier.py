"""Plans from least travel to fewest faces, and what each step costs."""

import json
import time
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from solver.check import check
from solver.formats.plan_json import read_plan
from solver.frontier import PointsTooFew, dearest_face, frontier
from solver.frontier_chart import draw_frontier
from solver.model import Model
from solver.objective import value
from solver.problem import Problem
from solver.search import solve
from solver.supervise import solve_supervised
from solver.tradeoff import Frontier, FrontierPoint, frontier_of, write_frontier

SVG = "{http://www.w3.org/2000/svg}"


def two_sides() -> Problem:
    """Two buildings, each with stairwells on two roads: who rides along a road sees both.

    Riding along the roads, each of two couriers sees both buildings; one courier for each
    building has to cross between the roads.
    """
    model = Model(separation=60)
    depot = model.add_depot(x=0, y=0)
    model.add_vehicle_type(num_available=2, capacity=4, reload_depots=[depot], max_reloads=0)
    for building, x in (("near", 300), ("far", 600)):
        for side in (-1, 1):
            for n in range(2):
                slot = model.add_place()
                model.add_client(
                    x=x + 20 * n, y=200 * side, delivery=1, service_duration=60,
                    place=slot, building=building,
                )  # fmt: skip
    return model.problem()


@pytest.fixture(scope="module")
def found() -> Frontier:
    return frontier(two_sides(), steps=150, points=4, seed=1)


def test_it_goes_from_least_travel_to_fewest_faces(found: Frontier) -> None:
    first, last = found.points[0], found.points[-1]
    assert (first.further_faces, last.further_faces) == (2, 0)
    assert first.cost < last.cost
    for near, far in pairwise(found.points):
        assert near.cost < far.cost
        assert near.further_faces > far.further_faces


def test_every_plan_keeps_every_rule_and_serves_as_much(found: Frontier) -> None:
    problem = two_sides()
    for point in found.points:
        assert check(problem, point.plan) == ()
        assert point.plan.summary.contacts == 0
        assert point.left == found.points[0].left
        assert point.cost == value(problem, point.plan).money


def test_steps_say_what_a_face_less_costs(found: Frontier) -> None:
    for step, (near, far) in zip(found.steps, pairwise(found.points), strict=True):
        assert step.faces_less * step.cost_per_face == pytest.approx(far.cost - near.cost)
        assert step.duration_per_face_s * step.faces_less == pytest.approx(
            far.duration_s - near.duration_s
        )
        assert step.distance_per_face_m > 0


def test_the_same_seed_and_steps_give_the_same_bytes(found: Frontier) -> None:
    again = frontier(two_sides(), steps=150, points=4, seed=1)
    problem = two_sides()
    assert json.dumps(write_frontier(problem, again)) == json.dumps(write_frontier(problem, found))


def test_the_weight_of_the_problem_itself_does_not_matter(found: Frontier) -> None:
    problem = two_sides()
    weighed = replace(problem, objective=replace(problem.objective, face=777))
    again = frontier(weighed, steps=150, points=4, seed=1)
    assert [p.plan for p in again.points] == [p.plan for p in found.points]


def test_the_file_holds_plans_that_can_be_judged(found: Frontier) -> None:
    problem = two_sides()
    written = json.loads(json.dumps(write_frontier(problem, found)))
    assert len(written["steps"]) == len(written["points"]) - 1
    for point in written["points"]:
        assert check(problem, read_plan(point["plan"])) == ()


def test_the_time_is_kept() -> None:
    said: list[str] = []
    done = frontier(two_sides(), seconds=2.0, points=3, on_report=said.append)
    assert done.seconds <= 2.2
    assert len(said) == done.solves >= 2
    assert done.points


def test_a_plan_to_begin_with_counts() -> None:
    problem = two_sides()
    loyal = replace(problem, objective=replace(problem.objective, face=dearest_face(problem)))
    start = solve(loyal, step_limit=300, seed=2)
    done = frontier(problem, steps=1, points=2, start=start)
    assert done.points[-1].further_faces <= value(problem, start).excess_faces


def test_without_buildings_there_is_one_plan() -> None:
    model = Model()
    model.add_depot(x=0, y=0)
    model.add_vehicle_type(capacity=5)
    model.add_client(x=5, y=5, delivery=1)
    done = frontier(model.problem(), steps=10, points=3)
    assert [point.further_faces for point in done.points] == [0]
    assert done.steps == ()


def test_fewer_than_two_points_are_refused() -> None:
    with pytest.raises(PointsTooFew) as refused:
        frontier(two_sides(), steps=1, points=1)
    assert refused.value.facts == {"points": 1, "least": 2}


def point(cost: int, faces: int, left: float = 0.0) -> FrontierPoint:
    plan: Any = None
    return FrontierPoint(
        plan=plan, weight=0, cost=cost, faces=faces, excess_faces=faces, further_faces=faces,
        duration_s=cost, distance_m=cost, left=(0.0, left),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([], []),
        ([point(5, 1), point(4, 1)], [(4, 1)]),  # as many faces for less
        ([point(4, 2), point(4, 1)], [(4, 1)]),  # as cheap with fewer
        ([point(4, 2), point(4, 2)], [(4, 2)]),  # the same twice
        ([point(6, 0), point(4, 2), point(5, 1)], [(4, 2), (5, 1), (6, 0)]),
        ([point(1, 0, left=1.0), point(9, 3)], [(9, 3)]),  # serves less, so it does not count
    ],
)
def test_only_what_nothing_dominates_is_kept(
    given: list[FrontierPoint], kept: list[tuple[int, int]]
) -> None:
    assert [(one.cost, one.further_faces) for one in frontier_of(given)] == kept


def shown(points: list[FrontierPoint], language: Any = "en") -> list[str]:
    whole = Frontier(points=tuple(points), seed=0, seconds=0.0, solves=0)
    root = ET.fromstring(draw_frontier(whole, language=language))  # noqa: S314  our own
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def test_the_chart_numbers_the_plans_and_prices_the_steps() -> None:
    texts = shown([point(3600, 4), point(3840, 2), point(4500, 0)])
    assert {"1", "2", "3"} <= set(texts)
    assert "+2:00 min a face" in texts  # 240 s for two
    assert "+5:30 min a face" in texts
    assert "每少见一人多 +2:00 分" in shown([point(3600, 4), point(3840, 2)], "zh")


def test_the_chart_says_when_there_is_no_choice() -> None:
    assert "One plan has both the least travel and the fewest faces." in shown([point(9, 0)])
    assert "No plan was found." in shown([])


def test_a_frontier_can_be_stopped_with_what_was_found_so_far() -> None:
    began = time.monotonic()
    lines: list[str] = []
    stopped = frontier(
        two_sides(), seconds=12, on_report=lines.append, should_stop=lambda: bool(lines)
    )
    assert time.monotonic() - began < 10
    assert len(stopped.points) >= 1


def test_an_engine_that_hangs_costs_a_frontier_its_share_of_time_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "faults")
    hanging = partial(solve_supervised, engine="engines_gone_wrong:hangs")
    monkeypatch.setattr("solver.frontier.solve_supervised", hanging)
    began = time.monotonic()
    found = frontier(two_sides(), seconds=3, points=2)
    assert time.monotonic() - began < 5
    assert all(check(two_sides(), point.plan) == () for point in found.points)
    assert found.points
