from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.plan import Plan, Route, Step, Violation
from solver.problem import Bay, Job, Matrix, Place, Problem, Vehicle
from solver.rules.day import Day
from solver.rules.meetings import bays, closed, cohorts, shelves, slots
from solver.summary import summarise

Stay = tuple[int, int, int]  # courier, from, to


def day(stays: list[Stay], place: Place, *, shelf_load: int = 1) -> Day:
    """Each stay is one job at the place, begun and ended as stated; nothing else is right."""
    jobs = tuple(
        Job(id=n, location=0, service_s=end - start, delivery=(shelf_load,), place=place.id)
        for n, (_, start, end) in enumerate(stays)
    )
    couriers = sorted({courier for courier, _, _ in stays})
    routes = tuple(
        Route(
            vehicle=courier,
            steps=tuple(
                Step(type="job", id=n, location=0, arrival_s=start, service_s=end - start)
                for n, (who, start, end) in enumerate(stays)
                if who == courier
            ),
        )
        for courier in couriers
    )
    return _day(couriers, jobs=jobs, places=(place,), routes=routes)


def loading(stays: list[Stay], lanes: int, cohort: dict[int, str] | None = None) -> Day:
    couriers = sorted({courier for courier, _, _ in stays})
    routes = tuple(
        Route(
            vehicle=courier,
            steps=tuple(
                Step(type="reload", location=0, arrival_s=start, service_s=end - start)
                for who, start, end in stays
                if who == courier
            ),
        )
        for courier in couriers
    )
    return _day(couriers, at=(Bay(location=0, lanes=lanes),), routes=routes, cohort=cohort)


def _day(
    couriers: list[int],
    *,
    routes: tuple[Route, ...],
    jobs: tuple[Job, ...] = (),
    places: tuple[Place, ...] = (),
    at: tuple[Bay, ...] = (),
    cohort: dict[int, str] | None = None,
) -> Day:
    zero = np.zeros((1, 1), dtype=np.int64)
    problem = Problem(
        vehicles=tuple(
            Vehicle(id=n, start=0, capacity=(99,), cohort=(cohort or {}).get(n)) for n in couriers
        ),
        jobs=jobs,
        matrices={"car": Matrix(duration_s=zero, distance_m=zero, cost=zero)},
        places=places,
        bays=at,
        dimensions=1,
    )
    summary = summarise(problem, routes, (), engine="", seed=0, seconds=0.0, stopped="")
    return Day(problem, Plan(routes=routes, unassigned=(), summary=summary))


def found(violations: Iterator[Violation]) -> list[tuple[int | None, int]]:
    return [(v.vehicle, v.by) for v in violations]


@pytest.mark.parametrize(
    ("stays", "lanes", "meetings"),
    [
        ([(1, 0, 60), (2, 660, 700)], 1, []),  # exactly the separation apart
        ([(1, 0, 60), (2, 659, 700)], 1, [(2, 1)]),  # a second less
        ([(2, 659, 700), (1, 0, 60)], 1, [(2, 1)]),  # whoever is listed first
        ([(1, 0, 60), (1, 61, 70)], 1, []),  # nobody meets themselves
        ([(1, 0, 60), (2, 30, 90)], 2, []),  # a lane for each
        ([(1, 0, 60), (2, 30, 90), (3, 40, 50)], 2, [(3, 620)]),  # third of two lanes
        ([(1, 0, 60), (2, 30, 90), (3, 659, 700)], 2, [(3, 1)]),  # until the first is gone
        ([(1, 0, 0), (2, 0, 0)], 1, [(2, 600)]),  # passing through is being there
        ([(1, 0, 5000), (2, 100, 160), (3, 4000, 4100)], 1, [(2, 5500), (3, 1600)]),  # a long one
    ],
)
def test_slots_name_the_courier_who_comes_too_early(
    stays: list[Stay], lanes: int, meetings: list[tuple[int, int]]
) -> None:
    where = day(stays, Place(id="slot", lanes=lanes, separation_s=600))
    assert found(slots(where)) == meetings
    assert where.plan.summary.contacts == len(meetings)


stay = st.tuples(st.integers(1, 3), st.integers(0, 300), st.integers(0, 60)).map(
    lambda s: (s[0], s[1], s[1] + s[2])
)


@given(stays=st.lists(stay, max_size=5), separation=st.integers(0, 90))
def test_one_lane_is_broken_just_when_some_pair_is_too_near(
    stays: list[Stay], separation: int
) -> None:
    where = day(stays, Place(id="slot", separation_s=separation))
    assert bool(found(slots(where))) == _too_near(stays, separation)


def _too_near(stays: list[Stay], separation: int) -> bool:
    """Say whether somebody comes before another has been gone for the separation."""
    ordered = sorted(stays, key=lambda s: (s[1], s[2], s[0]))
    return any(
        one[0] != other[0] and other[1] < one[2] + separation
        for one, other in combinations(ordered, 2)
    )


@pytest.mark.parametrize(
    ("interval", "by"),
    [
        ((1660, 1700), []),  # the leader comes exactly the separation later
        ((1659, 1700), [(1, 1)]),  # a second sooner
        ((300, 400), []),  # has been gone for exactly the separation
        ((300, 401), [(1, 1)]),  # a second less
        ((1010, 1020), [(1, 620)]),  # is there meanwhile
    ],
)
def test_closed_times_keep_the_separation(
    interval: tuple[int, int], by: list[tuple[int, int]]
) -> None:
    where = day([(1, 1000, 1060)], Place(id="slot", separation_s=600, closed=(interval,)))
    assert found(closed(where)) == by


@pytest.mark.parametrize(
    ("cleared", "over"),
    [
        ((), [(1, 1), (1, 2)]),  # never: the third and fourth do not fit
        ((250,), []),  # two before, two after
        ((300,), []),  # a drop at that instant finds it empty
        ((301,), [(1, 1)]),  # a second later it does not
    ],
)
def test_shelves_fill_until_they_are_cleared(
    cleared: tuple[int, ...], over: list[tuple[int, int]]
) -> None:
    stays = [(1, 100, 110), (1, 200, 210), (1, 300, 310), (1, 400, 410)]
    where = day(stays, Place(id="slot", shelf=(2,), cleared=cleared))
    assert found(shelves(where)) == over


@pytest.mark.parametrize(
    ("stays", "lanes", "full"),
    [
        ([(1, 0, 300), (2, 300, 600)], 1, []),  # in turn
        ([(1, 0, 300), (2, 299, 600)], 1, [(2, 1)]),  # a second too early
        ([(1, 0, 300), (2, 299, 600)], 2, []),  # another bay
        ([(1, 0, 300), (2, 0, 400), (3, 299, 500)], 2, [(3, 1)]),  # until the first leaves
        ([(1, 0, 300), (2, 100, 100)], 1, []),  # who loads nothing takes no bay
    ],
)
def test_bays_take_as_many_as_they_have_lanes(
    stays: list[Stay], lanes: int, full: list[tuple[int, int]]
) -> None:
    assert found(bays(loading(stays, lanes))) == full


def test_cohorts_never_share_a_bay() -> None:
    stays = [(1, 0, 10), (2, 5000, 5010), (3, 9000, 9010)]
    assert found(cohorts(loading(stays, 1, {1: "a", 2: "a"}))) == []
    assert found(cohorts(loading(stays, 1, {1: "a", 3: "b"}))) == [(3, 1)]
