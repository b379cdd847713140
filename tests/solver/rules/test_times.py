from typing import Any

import pytest

from solver.plan import Plan, Route, Step
from solver.problem import Break, Job, Problem, Vehicle
from solver.rules.day import Day
from solver.rules.times import arrivals, breaks, releases
from solver.summary import summarise


@pytest.fixture
def day(good: Any) -> Any:
    """Lay steps of one vehicle on the street of the rich problem, a minute between locations."""

    def laid(*steps: Step, release_s: int = 0, points: tuple[int, ...] = (0,)) -> Day:
        vehicle = Vehicle(
            id=1,
            profile="bike",
            start=0,
            end=0,
            breaks=(Break(id=1, service_s=60, time_windows=((0, 100), (500, 600))),),
            points=points,
            max_trips=2,
        )
        problem = Problem(
            vehicles=(vehicle,),
            jobs=(Job(id=1, location=3, release_s=release_s),),
            matrices=good.problem.matrices,
        )
        routes = (Route(vehicle=1, steps=steps),)
        summary = summarise(problem, routes, (), engine="", seed=0, seconds=0.0, stopped="")
        return Day(problem, Plan(routes=routes, unassigned=(), summary=summary))

    return laid


def start(at: int) -> Step:
    return Step(type="start", location=0, arrival_s=at)


def load(at: int) -> Step:
    return Step(type="reload", location=0, arrival_s=at)


def job(at: int) -> Step:
    return Step(type="job", id=1, location=3, arrival_s=at)


def pause(at: int) -> Step:
    return Step(type="break", id=1, location=None, arrival_s=at, service_s=60)


@pytest.mark.parametrize(
    ("steps", "early"),
    [
        ((start(0), job(180)), []),  # 180 s on the way
        ((start(0), job(179)), [1]),
        ((start(0), job(500)), []),  # later is no fault: it left later
        ((start(0), pause(0), job(240)), []),  # break, then the way
        ((start(0), pause(90), job(240)), []),  # break halfway
        ((start(0), pause(180), job(240)), []),  # the way, then the break
        ((start(0), pause(90), job(239)), [1]),  # break and way need 240 s
        ((start(0), pause(200), job(259)), [1]),  # there before the break is over
    ],
)
def test_travel_fits_around_breaks(steps: tuple[Step, ...], early: list[int], day: Any) -> None:
    assert [v.by for v in arrivals(day(*steps))] == early


@pytest.mark.parametrize(
    ("steps", "early"),
    [
        ((start(0), load(0), job(1180)), []),  # left at 1000
        ((start(0), load(0), job(1179)), [1]),  # a second before
        ((start(0), load(1000), job(1180)), []),
        ((start(0), load(0), pause(1000), job(1240)), []),  # left after the break
        ((start(0), load(0), pause(1000), job(1060)), [180]),  # the whole way lies before it
        ((start(0), load(0), pause(1000), job(1120)), [120]),  # a minute of it after
    ],
)
def test_a_trip_leaves_when_it_must_at_the_latest(
    steps: tuple[Step, ...], early: list[int], day: Any
) -> None:
    assert [v.by for v in releases(day(*steps, release_s=1000))] == early


def test_a_single_trip_leaves_its_start_after_the_release(day: Any) -> None:
    laid = day(start(0), job(1179), release_s=1000, points=())
    assert [v.by for v in releases(laid)] == [1]


@pytest.mark.parametrize(
    ("at", "found"),
    [(100, []), (101, [1]), (499, [1]), (500, []), (601, [1]), (300, [200])],
)
def test_a_break_begins_in_one_of_its_windows(at: int, found: list[int], day: Any) -> None:
    assert [v.by for v in breaks(day(start(0), pause(at)))] == found
