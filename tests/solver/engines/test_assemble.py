"""What engines time is what the plan says, departures included."""

from typing import Any

from solver.check import check
from solver.engines.assemble import routes_of
from solver.engines.instance import prepare
from solver.engines.solution import Solution, restore
from solver.engines.timing import time_trip
from solver.formats.native import read_problem
from solver.plan import Plan, Route
from solver.problem import Problem
from solver.search import solve
from solver.summary import summarise

WAYS = [[0, 60, 120], [60, 0, 60], [120, 60, 0]]


def day(vehicle: dict[str, Any], *jobs: dict[str, Any]) -> Problem:
    first = {"id": 1, "start_index": 0, "end_index": 0, "capacity": [9]}
    return read_problem(
        {
            "vehicles": [first | {"time_window": [0, 10_000]} | vehicle],
            "jobs": list(jobs),
            "matrices": {"car": {"durations": WAYS}},
        }
    )


def job(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": number, "location_index": number, "delivery": [1], "service": 10} | changes


def timed(problem: Problem, departs_s: int | None = None) -> Solution | None:
    """Bring all jobs in one trip."""
    instance = prepare(problem)
    solution = Solution(instance)
    if departs_s is not None:
        solution.departs[0] = departs_s
    stops = tuple(stop for task in instance.tasks for stop in task.stops)
    progress = solution.progress(0)
    trip = time_trip(instance, solution.occupancy, 0, progress, point=None, stops=stops)
    if trip is None:
        return None
    solution.append(0, trip)
    return solution


def judged(problem: Problem, solution: Solution) -> tuple[Route, list[str]]:
    routes = routes_of(solution)
    figures = summarise(problem, routes, (), engine="", seed=0, seconds=0.0, stopped="")
    violations = check(problem, Plan(routes=routes, unassigned=(), summary=figures))
    return routes[0], [violation.rule for violation in violations]


EARLY_BREAK = {"breaks": [{"id": 5, "time_windows": [[100, 200]], "service": 50}]}


def test_a_break_before_a_late_release_is_part_of_the_day():
    problem = day(EARLY_BREAK, job(1, release=500))
    solution = timed(problem)
    assert solution is not None

    route, broken = judged(problem, solution)

    assert broken == []
    assert [(s.type, s.arrival_s) for s in route.steps] == [
        ("start", 0),
        ("break", 0),
        ("job", 560),
        ("end", 630),
    ]


def test_without_a_break_the_day_begins_when_the_goods_are_there():
    problem = day({"max_duration": 130}, job(1, release=500))
    solution = timed(problem)
    assert solution is not None

    route, broken = judged(problem, solution)

    assert (broken, route.steps[0].arrival_s) == ([], 500)


def test_waiting_for_goods_after_a_break_counts_as_the_day_s_length():
    assert timed(day(EARLY_BREAK | {"max_duration": 629}, job(1, release=500))) is None
    assert timed(day(EARLY_BREAK | {"max_duration": 630}, job(1, release=500))) is not None


LATE = {"time_windows": [[5000, 5100]]}


def test_a_late_departure_is_remembered_and_written():
    problem = day({"max_duration": 600}, job(1, **LATE), job(2))
    solution = timed(problem, departs_s=4800)
    assert solution is not None

    again = restore(solution.instance, solution.snapshot())

    assert again.departs == {0: 4800}
    assert routes_of(again) == routes_of(solution)
    route, broken = judged(problem, again)
    assert (broken, route.steps[0].arrival_s) == ([], 4800)


def test_a_short_day_around_a_late_window_is_planned_end_to_end():
    problem = day({"max_duration": 600}, job(1, **LATE), job(2))

    plan = solve(problem, step_limit=20, engine="ortools")

    assert plan.summary.unassigned == 0
    assert not check(problem, plan)
    assert plan.routes[0].steps[0].arrival_s >= 5000 - 600
