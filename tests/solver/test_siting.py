from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.siting import Ground, SitingInvalid, open_more, territories


def ground(load, walk_s, strength):
    return Ground(
        load=np.array(load, dtype=np.int64),
        walk_s=np.array(walk_s, dtype=np.int64),
        strength=np.array(strength, dtype=np.int64),
    )


def drawn(units, points, seed, *, strength=3):
    dice = np.random.default_rng(seed)
    homes, stands = dice.uniform(0, 1500, (units, 2)), dice.uniform(0, 1500, (points, 2))
    walk_s = np.abs(stands[:, None] - homes[None]).sum(axis=2) / 1.2
    return ground(dice.integers(4, 16, units), walk_s, [strength] * points)


def cheapest(where, tolerance, evenness):
    """Try every assignment."""
    points, units = where.walk_s.shape
    fair = where.load.sum() * where.strength / where.strength.sum()
    dear = 2 * int(where.walk_s.max()) + 1
    best = np.inf
    for point in product(range(points), repeat=units):
        at = np.array(point)
        load = np.bincount(at, where.load, points)
        walks = np.bincount(at, where.load * where.walk_s[at, range(units)], points)
        beyond = np.maximum(load - fair * (1 + tolerance), 0)
        beyond += np.maximum(fair * (1 - tolerance) - load, 0)
        most = (walks * where.strength.sum() / where.strength).max()
        best = min(best, walks.sum() + dear * beyond.sum() + evenness * most)
    return best


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    evenness=st.sampled_from([0.0, 0.25, 1.0]),
    tolerance=st.sampled_from([0.05, 0.3]),
)
def test_territories_are_the_cheapest_of_all(seed, evenness, tolerance):
    where = drawn(7, 3, seed)
    found = territories(where, tolerance=tolerance, evenness=evenness, time_limit_s=5)
    assert found.cost == pytest.approx(cheapest(where, tolerance, evenness), rel=1e-3)
    assert found.bound <= found.cost


def test_every_unit_has_one_point_and_loads_add_up():
    where = drawn(120, 8, 4)
    found = territories(where, time_limit_s=4)
    assert set(found.point) <= set(range(8))
    assert found.load.sum() == where.load.sum()
    own = where.load * where.walk_s[found.point, np.arange(120)]
    assert found.walk_s.sum() == own.sum()


def test_loads_lie_within_the_tolerance_where_units_allow_it():
    where = drawn(150, 6, 9)
    found = territories(where, tolerance=0.1, time_limit_s=4)
    fair = where.load.sum() / 6
    assert (np.abs(found.load - fair) <= 0.1 * fair + where.load.max()).all()
    assert found.uneven <= 0.15


def test_a_team_twice_as_strong_serves_twice_as_much():
    where = drawn(150, 3, 2)
    where = ground(where.load, where.walk_s, [2, 4, 2])
    found = territories(where, tolerance=0.05, evenness=0.0, time_limit_s=4)
    assert found.load[1] == pytest.approx(where.load.sum() / 2, rel=0.08)


def test_evenness_shortens_what_the_most_burdened_team_walks():
    where = drawn(100, 6, 3)
    loose = territories(where, tolerance=0.5, evenness=0.0, time_limit_s=4)
    even = territories(where, tolerance=0.5, evenness=2.0, time_limit_s=4)
    assert even.walk_s.max() < loose.walk_s.max()
    assert even.walk_s.sum() >= loose.walk_s.sum() * 0.999


def test_a_closed_point_serves_nobody_and_an_unreached_unit_has_none():
    where = ground([5, 5, 5], [[10, 20, -1], [1, 1, 1], [90, 80, -1]], [1, 0, 1])
    found = territories(where, tolerance=1.0, time_limit_s=2)
    assert list(found.point) == [0, 0, -1] or set(found.point) == {0, 2, -1}
    assert found.point[2] == -1
    assert found.load[1] == 0


def test_one_more_point_opens_where_it_saves_most():
    # Two clusters; the open point is in the first, one candidate in each.
    walk_s = [
        [10, 12, 11, 900, 910, 905],
        [14, 15, 13, 880, 890, 885],
        [900, 905, 910, 10, 12, 14],
    ]
    opening = open_more(ground([6] * 6, walk_s, [1, 1, 1]), [1, 2], 1, time_limit_s=4)
    assert opening.opened == (2,)
    assert list(opening.before.point) == [0] * 6
    assert list(opening.after.point) == [0, 0, 0, 2, 2, 2]
    assert opening.after.bound <= opening.after.cost


@pytest.mark.parametrize("seed", range(4))
def test_the_best_of_all_sets_is_opened(seed):
    where = drawn(24, 6, seed)
    opening = open_more(where, [2, 3, 4, 5], 1, tolerance=0.2, time_limit_s=20)
    costs = {}
    for candidate in (2, 3, 4, 5):
        strength = [3, 3, *(3 * (n == candidate) for n in (2, 3, 4, 5))]
        with_it = territories(
            ground(where.load, where.walk_s, strength), tolerance=0.2, time_limit_s=4
        )
        costs[candidate] = with_it.cost
    assert opening.after.cost <= min(costs.values()) * 1.03
    assert opening.after.bound <= min(costs.values()) + 1e-6


def test_a_unit_that_only_a_candidate_reaches_is_served_once_it_opens():
    where = ground([5, 5], [[10, -1], [20, 30]], [1, 1])
    opening = open_more(where, [1], 1, tolerance=0.5, time_limit_s=4)
    assert list(opening.before.point) == [0, -1]
    assert opening.after.point[1] == 1


@pytest.mark.parametrize(
    ("load", "walk_s", "strength", "code"),
    [
        ([1, 2], [[1, 2, 3]], [1], "siting.sizes-differ"),
        ([1], [[1]], [1, 1], "siting.sizes-differ"),
        ([-1], [[1]], [1], "siting.negative"),
        ([1], [[1]], [-2], "siting.negative"),
        ([1], [[1]], [0], "siting.no-point"),
    ],
)
def test_what_says_nothing_is_refused(load, walk_s, strength, code):
    with pytest.raises(SitingInvalid) as refused:
        ground(load, walk_s, strength)
    assert refused.value.code == code
    assert refused.value.facts["mend"]


@pytest.mark.parametrize(
    ("strength", "candidates", "count", "code"),
    [
        ([1, 1, 1], [1], 2, "siting.too-few-candidates"),
        ([1, 1, 1], [1, 2], 0, "siting.too-few-candidates"),
        ([1, 1, 2], [1, 2], 1, "siting.strengths-differ"),
        ([1, 1, 1], [0, 1, 2], 1, "siting.no-point"),
    ],
)
def test_openings_that_cannot_be_asked_for_are_refused(strength, candidates, count, code):
    where = ground([3, 4], [[1, 2], [3, 4], [5, 6]], strength)
    with pytest.raises(SitingInvalid) as refused:
        open_more(where, candidates, count)
    assert refused.value.code == code
