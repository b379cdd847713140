"""Whole steps: exact by flows, by folding and by levels; and what a household loses at most."""

from fractions import Fraction
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.sharing.chained import chained, several
from solver.sharing.exact import solved
from solver.sharing.filling import filled
from solver.sharing.forest import rounded
from solver.sharing.hands import handed
from solver.sharing.levels import levels
from solver.sharing.network import flowed, uniform
from solver.sharing.problem import Claim, Problem, Taker, standings
from solver.sharing.scale import Scaled, scaled
from solver.sharing.share import Effort, share

FOLD = Effort(exact_claims=0)


def numbers_of(problem: Problem) -> Scaled:
    return scaled(
        problem,
        list(range(len(problem.takers))),
        list(range(len(problem.stock))),
        list(range(len(problem.claims))),
    )


def best_of_all(problem: Problem) -> list[tuple[bool, Fraction]]:
    """Try every sharing in whole steps; the standings of the best, the lowest first."""
    choices = [sorted({*range(0, c.limit, c.step), c.limit}) for c in problem.claims]
    found = []
    for amounts in product(*choices):
        used = [0] * len(problem.stock)
        for claim, amount in zip(problem.claims, amounts, strict=True):
            used[claim.good] += amount
        if all(u <= s for u, s in zip(used, problem.stock, strict=True)):
            found.append(sorted(standings(problem, amounts)))
    return max(found)


@st.composite
def problems(draw: st.DrawFn, *, alike: bool) -> Problem:
    """Draw a small shortage; ``alike``: each taker gains the same by any step of its own."""
    goods = draw(st.integers(1, 3))
    takers = draw(st.integers(2, 4))
    steps = [draw(st.sampled_from((1, 1, 2, 5))) for _ in range(goods)]
    claims = []
    for taker in range(takers):
        wanted = sorted(draw(st.sets(st.integers(0, goods - 1), min_size=1, max_size=2)))
        same = draw(st.integers(1, 3))
        for good in wanted:
            count = same if alike else draw(st.integers(1, 3))
            rest = 0 if alike or steps[good] == 1 else draw(st.sampled_from((0, 0, 1)))
            limit = count * steps[good] + rest
            worth = Fraction(1, len(wanted) * limit)
            claims.append(
                Claim(taker=taker, good=good, step=steps[good], limit=limit, worth=worth)
            )
    return Problem(
        stock=tuple(draw(st.integers(0, 5)) * step + draw(st.integers(0, 1)) for step in steps),
        takers=tuple(
            Taker(
                Fraction(-draw(st.sampled_from((0, 0, 100, 250, 500))), 1000), draw(st.booleans())
            )
            for _ in range(takers)
        ),
        claims=tuple(claims),
    )


@settings(max_examples=80, deadline=None)
@given(problem=problems(alike=True))
def test_flows_find_what_trying_everything_finds(problem: Problem) -> None:
    numbers = numbers_of(problem)
    assert uniform(numbers)
    amounts = flowed(numbers)
    assert amounts is not None
    assert sorted(standings(problem, tuple(amounts))) == best_of_all(problem)


@settings(max_examples=60, deadline=None)
@given(problem=problems(alike=False))
def test_what_is_called_proven_is_what_trying_everything_finds(problem: Problem) -> None:
    best = best_of_all(problem)
    for effort in (Effort(), FOLD, Effort(exact_claims=0, folded_claims=-1)):
        found = share(problem, effort)
        ours = sorted(standings(problem, found.given))
        assert ours <= best
        if found.proven:
            assert ours == best
        for component in found.components:
            assert component.proven == (component.sure == len(component.takers))
            if len(component.takers) == len(problem.takers):
                assert ours[: component.sure] == best[: component.sure]


@settings(max_examples=60, deadline=None)
@given(problem=problems(alike=False))
def test_folding_finds_what_trying_everything_finds(problem: Problem) -> None:
    numbers = numbers_of(problem)
    amounts, sure, _ = chained(numbers, [0] * len(numbers.taker), 20.0)
    assert sure == len(problem.takers)
    assert sorted(standings(problem, tuple(amounts))) == best_of_all(problem)


def crowd(rng: Random, *, one: int, two: int, goods: int = 3) -> Problem:
    """Make up a shortage: so many who ask one thing, so many who ask two."""
    claims, asked = [], [0] * goods
    for taker in range(one + two):
        wanted = rng.sample(range(goods), 1 + (taker >= one))
        for good in wanted:
            limit = rng.choice((1, 2, 3, 5))
            asked[good] += limit
            worth = Fraction(1, len(wanted) * limit)
            claims.append(Claim(taker=taker, good=good, step=1, limit=limit, worth=worth))
    return Problem(
        stock=tuple(int(rng.uniform(0.5, 0.8) * n) for n in asked),
        takers=tuple(
            Taker(Fraction(-rng.choice((0, 0, 100, 250)), 1000), empty=rng.random() < 0.5)
            for _ in range(one + two)
        ),
        claims=tuple(claims),
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_folding_agrees_with_cp_sat_on_every_claim_of_its_own(seed: int) -> None:
    """The judge folds nothing and goes from level to level with all claims in the model."""
    problem = crowd(Random(seed), one=24, two=6)
    numbers = numbers_of(problem)
    assert len(several(numbers)) == 6
    amounts, sure, _ = chained(numbers, filled(numbers), 20.0)
    judged, proven, _, _ = solved(numbers, filled(numbers), 60.0)
    assert proven
    assert sure == len(problem.takers)
    assert sorted(numbers.standings(amounts)) == sorted(numbers.standings(judged))


def test_a_large_crowd_is_proven_to_the_last() -> None:
    problem = crowd(Random(5), one=1500, two=12)
    found = share(problem)
    (component,) = found.components
    assert (component.method, component.proven, component.sure) == ("folded", True, 1512)
    assert component.lowest == component.bound


def test_where_work_ends_so_many_are_sure_and_no_longer_effort_changes_them() -> None:
    problem = crowd(Random(7), one=60, two=40)
    numbers = numbers_of(problem)
    begin = filled(numbers)
    whole, every, work = chained(numbers, begin, 30.0)
    assert every == len(problem.takers)
    amounts, sure, _ = chained(numbers, begin, work / 4)
    assert 0 < sure < every
    ours, theirs = (sorted(numbers.standings(one)) for one in (amounts, whole))
    assert ours[:sure] == theirs[:sure]


def givers(problem: Problem, given: tuple[int, ...], taker: int) -> set[int] | None:
    """Name from whom a step can come to a taker, from hand to hand; None if from stock."""
    left = list(problem.stock)
    for claim, amount in zip(problem.claims, given, strict=True):
        left[claim.good] -= amount
    seen, queue = {taker}, [taker]
    while queue:
        node = queue.pop()
        wanted = {c.good for c, n in zip(problem.claims, given, strict=True)
                  if c.taker == node and n < c.limit}  # fmt: skip
        if any(left[good] for good in wanted):
            return None
        found = {c.taker for c, n in zip(problem.claims, given, strict=True)
                 if c.good in wanted and n}  # fmt: skip
        queue += sorted(found - seen)
        seen |= found
    return seen - {taker}


def could_do_better(problem: Problem, given: tuple[int, ...]) -> bool:
    """Judge by paths: say whether a step that goes from hand to hand improves two takers.

    The criterion of decreasing minimisation (Frank and Murota): where goods go by single pieces
    and every taker gains the same by each, a sharing is best exactly if there is no such path.
    """
    stands = standings(problem, given)
    gain = {c.taker: c.worth for c in problem.claims}
    has = [0] * len(problem.takers)
    for claim, amount in zip(problem.claims, given, strict=True):
        has[claim.taker] += amount
    for taker, (_, high) in enumerate(stands):
        able = givers(problem, given, taker)
        if able is None:
            return True
        raised = (True, high + gain[taker])
        for other in able:
            some = has[other] > 1 or not problem.takers[other].empty
            lowered = (some, stands[other][1] - gain[other])
            if sorted((raised, lowered)) > sorted((stands[taker], stands[other])):
                return True
    return False


def test_flows_over_hundreds_leave_no_path_by_which_a_step_could_do_better() -> None:
    rng = Random(3)
    goods, takers = 12, 300
    claims, asked = [], [0] * goods
    for taker in range(takers):
        wanted, each = rng.sample(range(goods), 3), rng.choice((1, 2, 4))
        for good in wanted:
            asked[good] += each
            worth = Fraction(1, 3 * each)
            claims.append(Claim(taker=taker, good=good, step=1, limit=each, worth=worth))
    problem = Problem(
        stock=tuple(int(n * rng.uniform(0.3, 0.9)) for n in asked),
        takers=tuple(
            Taker(Fraction(-rng.choice((0, 0, 100, 250)), 1000), empty=True) for _ in range(takers)
        ),
        claims=tuple(claims),
    )
    found = share(problem)
    assert [(c.method, c.proven) for c in found.components] == [("flows", True)]
    assert not could_do_better(problem, found.given)
    one = next(n for n, amount in enumerate(found.given) if amount)
    less = tuple(n - (place == one) for place, n in enumerate(found.given))
    assert could_do_better(problem, less)  # the judge can find fault


def test_flows_say_where_their_work_ends() -> None:
    problem = crowd(Random(1), one=9, two=0)
    assert flowed(numbers_of(problem), work=0) is None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nobody_loses_as_much_as_one_step_of_one_wish(seed: int) -> None:
    """Four wishes each of twelve goods, trays and 50 g among them, stock beyond whole steps."""
    rng = Random(seed)
    steps = (1, 1, 50, 30)
    claims, asked = [], [0] * 12
    for taker in range(200):
        for good in rng.sample(range(12), 4):
            step = steps[good % 4]
            limit = step * rng.choice((1, 2, 5, 10))
            asked[good] += limit
            worth = Fraction(1, 4 * limit)
            claims.append(Claim(taker=taker, good=good, step=step, limit=limit, worth=worth))
    problem = Problem(
        stock=tuple(int(n * rng.uniform(0.4, 0.9)) for n in asked),
        takers=tuple(Taker(Fraction(0), empty=True) for _ in range(200)),
        claims=tuple(claims),
    )
    numbers = numbers_of(problem)
    found = levels(numbers)
    amounts = rounded(numbers, found.part)
    for good, of in enumerate(numbers.of_good):
        assert sum(amounts[c] for c in of) <= problem.stock[good]
    for taker, of in enumerate(numbers.of_taker):
        stands = numbers.start[taker] + sum(numbers.worth(c, amounts[c]) for c in of)
        short = [numbers.gain[c] for c in of if amounts[c] < numbers.limit[c]]
        below = found.standing[taker] - stands / numbers.scale
        assert below < max(short, default=0) / numbers.scale + 1e-9


def test_alike_takers_lose_less_than_one_step_each_too() -> None:
    claims = [
        Claim(taker=n, good=good, step=1, limit=limit, worth=Fraction(1, 2 * limit))
        for n in range(60)
        for good, limit in ((0, 3), (1, 4))
    ]
    problem = Problem(
        stock=(100, 127),
        takers=tuple(Taker(Fraction(0), empty=True) for _ in range(60)),
        claims=tuple(claims),
    )
    numbers = numbers_of(problem)
    found = levels(numbers)
    stands = standings(problem, tuple(rounded(numbers, found.part)))
    assert min(float(high) for _, high in stands) > found.standing[0] - 1 / 6


def test_who_reaches_every_exact_level_is_proven() -> None:
    """Each gets exactly half of two unlike wishes: whole steps cannot beat dividing."""
    claims = [
        Claim(taker=n, good=good, step=1, limit=limit, worth=Fraction(1, 2 * limit))
        for n in range(50)
        for good, limit in ((0, 2), (1, 4))
    ]
    problem = Problem(
        stock=(50, 100),
        takers=tuple(Taker(Fraction(0), empty=True) for _ in range(50)),
        claims=tuple(claims),
    )
    (component,) = share(problem, Effort(exact_claims=0, folded_claims=-1)).components
    assert (component.method, component.proven, component.shortfall) == ("filled", True, 0.0)
    assert component.lowest == Fraction(1, 2)


def test_a_giver_is_made_good_by_small_steps_of_a_third() -> None:
    """One piece is half a list to two; who gives it up falls too low but for what a third has."""
    problem = Problem(
        stock=(1, 10),
        takers=(
            Taker(Fraction(1, 4), empty=False),
            Taker(Fraction(0), empty=False),
            Taker(Fraction(2, 5), empty=False),
        ),
        claims=(
            Claim(taker=0, good=0, step=1, limit=1, worth=Fraction(1, 2)),
            Claim(taker=1, good=0, step=1, limit=1, worth=Fraction(1, 2)),
            Claim(taker=1, good=1, step=1, limit=10, worth=Fraction(1, 20)),
            Claim(taker=2, good=1, step=1, limit=10, worth=Fraction(1, 20)),
        ),
    )
    numbers = numbers_of(problem)
    begin = filled(numbers, [0, 1, 0, 10])
    assert begin[:2] == [0, 1]  # no plain move helps the first
    after = handed(numbers, begin)
    assert after[:2] == [1, 0]
    assert after[2] + after[3] == 10
    assert min(high for _, high in standings(problem, tuple(after))) > Fraction(1, 4)
    assert sorted(standings(problem, tuple(after))) <= best_of_all(problem)


@settings(max_examples=40, deadline=None)
@given(problem=problems(alike=False))
def test_moves_through_second_hands_never_make_it_worse(problem: Problem) -> None:
    numbers = numbers_of(problem)
    begin = filled(numbers)
    after = handed(numbers, begin)
    assert sorted(numbers.standings(after)) >= sorted(numbers.standings(begin))
    for good, of in enumerate(numbers.of_good):
        assert sum(after[c] for c in of) <= numbers.stock[good]
    for claim, amount in enumerate(after):
        limit = numbers.limit[claim]
        assert amount == limit or (0 <= amount < limit and amount % numbers.step[claim] == 0)
