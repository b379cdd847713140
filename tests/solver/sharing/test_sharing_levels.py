"""Levels of dividing everything, judged by methods that know no prices."""

from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from solver.sharing.exact import solved
from solver.sharing.filling import filled
from solver.sharing.forest import rounded
from solver.sharing.levels import Levels, levels
from solver.sharing.problem import Claim, Problem, Taker
from solver.sharing.rounding import attainable, compared
from solver.sharing.scale import Scaled, scaled
from solver.sharing.share import Effort, share

LARGE = Effort(exact_claims=0, folded_claims=-1)


@st.composite
def problems(draw: Any, takers: int = 7, goods: int = 4) -> Problem:
    count, kinds = draw(st.integers(1, takers)), draw(st.integers(1, goods))
    claims = []
    for taker in range(count):
        wanted = draw(st.sets(st.integers(0, kinds - 1), min_size=1, max_size=3))
        for good in sorted(wanted):
            step = draw(st.sampled_from((1, 1, 2, 5)))
            limit = draw(st.integers(1, 4)) * step + draw(st.sampled_from((0, 0, 1)))
            worth = Fraction(1, len(wanted) * limit)
            claims.append(Claim(taker=taker, good=good, step=step, limit=limit, worth=worth))
    owed = st.sampled_from((0, 0, 100, 250, 500))
    return Problem(
        stock=tuple(draw(st.integers(0, 16)) for _ in range(kinds)),
        takers=tuple(
            Taker(Fraction(-draw(owed), 1000), draw(st.booleans())) for _ in range(count)
        ),
        claims=tuple(claims),
    )


def numbers_of(problem: Problem) -> Scaled:
    return scaled(
        problem,
        list(range(len(problem.takers))),
        list(range(len(problem.stock))),
        list(range(len(problem.claims))),
    )


def textbook(problem: Problem) -> list[float]:
    """Raise all; then try each alone for whether it can still rise; fix who cannot; repeat."""
    takers, claims = len(problem.takers), len(problem.claims)
    gain, stock = np.zeros((takers, claims + 1)), np.zeros((len(problem.stock), claims + 1))
    for n, claim in enumerate(problem.claims):
        gain[claim.taker, n] = float(claim.worth)
        stock[claim.good, n] = 1.0
    start = np.array([float(taker.start) for taker in problem.takers])
    limits = [(0.0, float(c.limit)) for c in problem.claims] + [(None, None)]
    fixed: dict[int, float] = {}

    def best(goal: np.ndarray, least: dict[int, float] | None) -> float:
        rows, right = [*stock], [float(s) for s in numbers_of(problem).stock]
        for taker in range(takers):
            row = -gain[taker]
            floor = fixed.get(taker, None if least is None else least.get(taker))
            if floor is None:
                row = row.copy()
                row[claims] = 1.0
            rows.append(row)
            right.append(start[taker] - (0.0 if floor is None else floor - 1e-10))
        done = linprog(-goal, A_ub=np.array(rows), b_ub=right, bounds=limits, method="highs-ds")
        assert done.status == 0, done.message
        return float(-done.fun)

    while len(fixed) < takers:
        goal = np.zeros(claims + 1)
        goal[claims] = 1.0
        level = best(goal, None)
        others = {taker: level for taker in range(takers) if taker not in fixed}
        limits[claims] = (0.0, 0.0)
        stuck = [t for t in others if best(gain[t], others) + start[t] <= level + 1e-7]
        limits[claims] = (None, None)
        assert stuck
        fixed.update(dict.fromkeys(stuck, level))
    return [fixed[taker] for taker in range(takers)]


@settings(max_examples=60, deadline=None)
@given(problem=problems())
def test_levels_are_those_of_trying_everyone_alone(problem: Problem) -> None:
    found = levels(numbers_of(problem))
    assert all(found.exact)
    assert found.standing == pytest.approx(textbook(problem), abs=1e-6)


def water(stock: int, starts: list[Fraction], limits: list[int]) -> list[Fraction]:
    """Fill one good exactly: all whom it reaches stand at one height, or at their top."""

    def used(height: Fraction) -> Fraction:
        rows = zip(starts, limits, strict=True)
        one = Fraction(1)
        return sum((min(max(height - s, 0 * one), one) * n for s, n in rows), 0 * one)

    marks = sorted({*starts, *(s + 1 for s in starts)})
    if used(marks[-1]) <= stock:
        return [s + 1 for s in starts]
    low = max(mark for mark in marks if used(mark) <= stock)
    high = min(mark for mark in marks if used(mark) > stock)
    height = low + (stock - used(low)) * (high - low) / (used(high) - used(low))
    return [min(max(height, s), s + 1) for s in starts]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 900).map(lambda n: Fraction(-n, 1000)), st.integers(1, 20)),
        min_size=1,
        max_size=12,
    ),
    stock=st.integers(0, 80),
)
def test_one_good_is_filled_like_water(rows: list[tuple[Fraction, int]], stock: int) -> None:
    starts, limits = [start for start, _ in rows], [limit for _, limit in rows]
    problem = Problem(
        stock=(stock,),
        takers=tuple(Taker(start, empty=True) for start in starts),
        claims=tuple(
            Claim(taker=n, good=0, step=1, limit=limit, worth=Fraction(1, limit))
            for n, limit in enumerate(limits)
        ),
    )
    found = levels(numbers_of(problem))
    assert found.standing == pytest.approx([float(h) for h in water(stock, starts, limits)])


def test_the_lowest_level_is_that_of_very_fine_steps() -> None:
    """A hundredth of each amount as a step: CP-SAT comes as near as a step of each wish."""
    rng = Random(3)
    for _ in range(3):
        problem = shortage(rng, takers=5, goods=2, fine=100)
        numbers = numbers_of(problem)
        _, proven, bound, _ = solved(numbers, filled(numbers), 20.0)
        assert proven
        lowest = min(levels(numbers).standing)
        assert 0 <= lowest - bound / numbers.scale + 1e-9 <= 1 / 100 + 1e-9


def shortage(rng: Random, *, takers: int, goods: int, fine: int = 1) -> Problem:
    asked, claims = [0] * goods, []
    for taker in range(takers):
        wanted = rng.sample(range(goods), rng.randint(1, min(4, goods)))
        for good in wanted:
            step = 1 if fine > 1 else (1, 1, 30)[good % 3]
            limit = step * rng.choice((1, 2, 2, 4)) * fine
            asked[good] += limit
            claims.append(
                Claim(
                    taker=taker, good=good, step=step, limit=limit,
                    worth=Fraction(1, len(wanted) * limit),
                )
            )  # fmt: skip
    return Problem(
        stock=tuple(int(n * rng.uniform(0.4, 0.9)) for n in asked),
        takers=tuple(
            Taker(Fraction(-rng.choice((0, 0, 0, 250)), 1000), empty=True) for _ in range(takers)
        ),
        claims=tuple(claims),
    )


@settings(max_examples=60, deadline=None)
@given(problem=problems())
def test_whole_steps_are_never_better_than_levels_and_lose_less_than_a_step_each(
    problem: Problem,
) -> None:
    numbers = numbers_of(problem)
    found = levels(numbers)
    down = rounded(numbers, found.part)
    for good, claims in enumerate(numbers.of_good):
        assert sum(down[c] for c in claims) <= numbers.stock[good]
    for claim, amount in enumerate(down):
        limit, step = numbers.limit[claim], numbers.step[claim]
        assert amount == limit or amount % step == 0
        assert found.part[claim] * limit - amount < step + 1e-6
    amounts = filled(numbers, down)
    for part in compared(numbers, found, amounts):
        assert part.shortfall >= 0
    ours = sorted(plain(numbers, amounts))
    for high, level in zip(ours, sorted(found.standing), strict=True):
        if abs(high - level) > 1e-7:
            assert high < level  # where they first differ
            break


def plain(numbers: Scaled, amounts: list[int]) -> list[float]:
    high = list(numbers.start)
    for claim, quantity in enumerate(amounts):
        high[numbers.taker[claim]] += numbers.worth(claim, quantity)
    return [value / numbers.scale for value in high]


@settings(max_examples=40, deadline=None)
@given(problem=problems(), seed=st.integers(0, 99))
def test_levels_do_not_depend_on_the_order(problem: Problem, seed: int) -> None:
    rng = Random(seed)
    takers = rng.sample(range(len(problem.takers)), len(problem.takers))
    goods = rng.sample(range(len(problem.stock)), len(problem.stock))
    claims = [
        Claim(
            taker=takers.index(c.taker), good=goods.index(c.good),
            step=c.step, limit=c.limit, worth=c.worth,
        )
        for c in rng.sample(problem.claims, len(problem.claims))
    ]  # fmt: skip
    turned = Problem(
        stock=tuple(problem.stock[g] for g in goods),
        takers=tuple(problem.takers[t] for t in takers),
        claims=tuple(claims),
    )
    there = levels(numbers_of(turned)).standing
    here = levels(numbers_of(problem)).standing
    assert there == pytest.approx([here[t] for t in takers], abs=1e-7)


def test_takers_that_are_alike_are_one_group_and_share_alike() -> None:
    """A thousand of three kinds: three groups, and all of a kind stand equally high."""
    claims = [
        Claim(taker=n, good=good, step=1, limit=limit, worth=Fraction(1, 2 * limit))
        for n in range(999)
        for good, limit in ((0, n % 3 + 1), (1, 2))
    ]
    problem = Problem(
        stock=(900, 1494),
        takers=tuple(Taker(Fraction(0), empty=True) for _ in range(999)),
        claims=tuple(claims),
    )
    found = levels(numbers_of(problem))
    assert found.groups == 3
    for kind in range(3):
        assert len({found.standing[n] for n in range(kind, 999, 3)}) == 1
    few = Problem(
        stock=(100, 166),
        takers=problem.takers[:111],
        claims=tuple(claims[: 2 * 111]),
    )  # a ninth of everything
    assert found.standing[:111] == pytest.approx(textbook(few), abs=1e-6)


def test_those_who_get_all_they_ask_are_skipped_together() -> None:
    """Two hundred tops below the level that the good sets: leaps, not two hundred programs."""
    takers = tuple(Taker(Fraction(-n, 1000), empty=True) for n in range(400, 600))
    rich = tuple(Taker(Fraction(0), empty=True) for _ in range(50))
    claims = tuple(
        Claim(taker=n, good=0, step=1, limit=10, worth=Fraction(1, 10)) for n in range(250)
    )
    problem = Problem(stock=(2000 + 50 * 8,), takers=takers + rich, claims=claims)
    found = levels(numbers_of(problem))
    assert all(found.exact)
    assert found.programs <= 20
    assert found.standing[:200] == pytest.approx([1 - n / 1000 for n in range(400, 600)])
    assert found.standing[200:] == pytest.approx([0.8] * 50)


def test_work_that_runs_out_is_said_and_the_sharing_stands() -> None:
    problem = shortage(Random(3), takers=60, goods=16)
    found = levels(numbers_of(problem), work=1)
    assert not all(found.exact)
    assert found.bound is None
    full, cut = (
        share(problem, LARGE),
        share(problem, Effort(exact_claims=0, folded_claims=-1, levels=1)),
    )
    for whole, part in zip(full.components, cut.components, strict=True):
        assert sum(level.takers for level in whole.fractional_levels) == len(whole.takers)
        assert all(level.exact for level in whole.fractional_levels)
        assert sum(level.takers for level in part.fractional_levels) < len(part.takers)
        assert part.bound >= part.lowest


def test_a_large_component_tells_how_far_it_falls_behind_each_level() -> None:
    problem = shortage(Random(11), takers=60, goods=9)
    (component,) = share(problem, LARGE).components
    given = share(problem, LARGE).given
    assert not component.proven
    high = [taker.start for taker in problem.takers]
    for claim, amount in zip(problem.claims, given, strict=True):
        high[claim.taker] += claim.worth * amount
    wished = textbook(problem)
    short = max(level - float(high[taker]) for taker, level in enumerate(wished))
    assert component.shortfall == pytest.approx(max(0.0, short), abs=1e-6)
    assert component.shortfall > 0
    assert component.steps >= 1
    assert [level.standing for level in component.fractional_levels] == sorted(
        {level.standing for level in component.fractional_levels}
    )
    assert float(component.lowest) <= min(wished) + 1e-7


def test_the_bound_is_lowered_to_what_whole_steps_can_reach() -> None:
    """Trays of 30 of which everybody wants 2: the lowest has none, one half or all."""
    problem = Problem(
        stock=(30 * 5,),
        takers=tuple(Taker(Fraction(0), empty=True) for _ in range(3)),
        claims=tuple(
            Claim(taker=n, good=0, step=30, limit=60, worth=Fraction(1, 60)) for n in range(3)
        ),
    )
    numbers = numbers_of(problem)
    found = levels(numbers)
    assert found.standing == pytest.approx([5 / 6] * 3)
    assert found.bound is not None
    most = attainable(numbers, int(found.bound * numbers.scale))
    assert Fraction(most, numbers.scale) == Fraction(1, 2)


def test_rounding_that_would_take_more_than_there_is_gives_steps_back() -> None:
    problem = Problem(
        stock=(3,),
        takers=(Taker(Fraction(0), empty=True), Taker(Fraction(0), empty=True)),
        claims=tuple(
            Claim(taker=n, good=0, step=1, limit=2, worth=Fraction(1, 2)) for n in range(2)
        ),
    )
    numbers = numbers_of(problem)
    beyond = Levels(
        standing=[1.0, 1.0], exact=[True] * 2, part=[1.0, 1.0], programs=0, groups=1, gap=0.0
    )
    assert rounded(numbers, beyond.part) == [2, 1]


def test_what_follows_a_level_that_its_prices_do_not_prove_is_not_called_exact(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = shortage(Random(5), takers=40, goods=12)
    numbers = numbers_of(problem)
    before = levels(numbers)
    assert all(before.exact)
    monkeypatch.setattr("solver.sharing.levels._GAP", -1.0)  # no proof is good enough
    found = levels(numbers)
    assert not any(found.exact)
    assert found.bound is None
    assert found.standing == pytest.approx(before.standing)
