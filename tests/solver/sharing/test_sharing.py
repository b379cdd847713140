"""Sharing judged by an oracle that tries everything and knows none of the solver's code."""

from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.sharing.problem import Claim, Problem, SharingInvalid, Taker, standings
from solver.sharing.share import Effort, share

FILLED = Effort(exact_claims=0, folded_claims=-1)


@st.composite
def problems(draw: Any, takers: int = 4, goods: int = 3) -> Problem:
    count, kinds = draw(st.integers(1, takers)), draw(st.integers(1, goods))
    claims = []
    for taker in range(count):
        wanted = draw(st.sets(st.integers(0, kinds - 1), min_size=1, max_size=2))
        for good in sorted(wanted):
            step = draw(st.sampled_from((1, 1, 2, 3, 5)))
            limit = draw(st.integers(1, 3)) * step - draw(st.sampled_from((0, 0, 1)))
            limit = max(1, limit)
            worth = Fraction(1, len(wanted) * limit)
            claims.append(
                Claim(taker=taker, good=good, step=min(step, limit), limit=limit, worth=worth)
            )
    debts = st.sampled_from((0, 0, 100, 250, 500))
    return Problem(
        stock=tuple(draw(st.integers(0, 8)) for _ in range(kinds)),
        takers=tuple(
            Taker(Fraction(-draw(debts), 1000), draw(st.booleans())) for _ in range(count)
        ),
        claims=tuple(claims),
    )


def oracle(problem: Problem) -> list[tuple[bool, Fraction]]:
    """Try every sharing in whole steps; return the best sorted standings."""
    choices = [sorted({*range(0, c.limit, c.step), c.limit}) for c in problem.claims]
    best: list[tuple[bool, Fraction]] = []
    for amounts in product(*choices):
        used = [0] * len(problem.stock)
        for claim, amount in zip(problem.claims, amounts, strict=True):
            used[claim.good] += amount
        if all(u <= s for u, s in zip(used, problem.stock, strict=True)):
            has = [not t.empty for t in problem.takers]
            high = [t.start for t in problem.takers]
            for claim, amount in zip(problem.claims, amounts, strict=True):
                has[claim.taker] |= amount > 0
                high[claim.taker] += claim.worth * amount
            best = max(best, sorted(zip(has, high, strict=True)))
    return best


def legal(problem: Problem, amounts: tuple[int, ...]) -> bool:
    used = [0] * len(problem.stock)
    for claim, amount in zip(problem.claims, amounts, strict=True):
        used[claim.good] += amount
        if not (amount == claim.limit or (0 <= amount < claim.limit and amount % claim.step == 0)):
            return False
    return all(u <= s for u, s in zip(used, problem.stock, strict=True))


@settings(max_examples=120, deadline=None)
@given(problem=problems())
def test_no_other_sharing_is_better_for_the_lowest(problem: Problem) -> None:
    found = share(problem)
    assert found.proven
    assert legal(problem, found.given)
    assert sorted(standings(problem, found.given)) == oracle(problem)


@settings(max_examples=120, deadline=None)
@given(problem=problems(takers=8, goods=4))
def test_filling_is_legal_wastes_nothing_and_never_claims_more_than_the_bound(
    problem: Problem,
) -> None:
    found = share(problem, FILLED)
    assert legal(problem, found.given)
    used = [0] * len(problem.stock)
    for claim, amount in zip(problem.claims, found.given, strict=True):
        used[claim.good] += amount
    for claim, amount in zip(problem.claims, found.given, strict=True):
        missing = claim.limit - amount
        assert (
            not missing
            or min(claim.step, missing) > problem.stock[claim.good] - (used[claim.good])
        )
    for component in found.components:
        assert component.lowest <= component.bound


@settings(max_examples=60, deadline=None)
@given(problem=problems(takers=6))
def test_the_bound_of_the_relaxation_is_never_below_what_is_possible(problem: Problem) -> None:
    best = {c.takers: c.lowest for c in share(problem).components}
    for component in share(problem, FILLED).components:
        assert component.bound >= best[component.takers]


@settings(max_examples=60, deadline=None)
@given(problem=problems(takers=6))
def test_the_same_problem_is_shared_the_same(problem: Problem) -> None:
    assert share(problem) == share(problem)


def shortage(stock: int, *starts: Fraction, step: int = 1, limit: int = 2) -> Problem:
    return Problem(
        stock=(stock,),
        takers=tuple(Taker(start, empty=True) for start in starts),
        claims=tuple(
            Claim(taker=n, good=0, step=step, limit=limit, worth=Fraction(1, limit))
            for n in range(len(starts))
        ),
    )


def test_who_stands_lower_goes_first() -> None:
    found = share(shortage(3, Fraction(0), Fraction(-1, 2)))
    assert found.given == (1, 2)


def test_nobody_is_without_anything_before_another_gets_more() -> None:
    found = share(shortage(2, Fraction(0), Fraction(-1)))
    assert found.given == (1, 1)


def test_of_equals_the_earlier_goes_first() -> None:
    assert share(shortage(2, Fraction(0), Fraction(0), Fraction(0))).given == (1, 1, 0)
    assert share(shortage(10, Fraction(0), Fraction(0), step=10, limit=20)).given == (10, 0)


def test_filling_lifts_the_lowest_by_taking_from_the_higher() -> None:
    """Three goods in a row: what the middle one takes decides who stays low."""
    claims = (
        Claim(taker=0, good=0, step=1, limit=1, worth=Fraction(1)),
        Claim(taker=1, good=0, step=1, limit=1, worth=Fraction(1, 2)),
        Claim(taker=1, good=1, step=1, limit=1, worth=Fraction(1, 2)),
        Claim(taker=2, good=1, step=1, limit=2, worth=Fraction(1, 2)),
    )
    problem = Problem(
        stock=(1, 2), takers=tuple(Taker(Fraction(0), empty=True) for _ in range(3)), claims=claims
    )
    for effort in (Effort(), FILLED):
        assert share(problem, effort).given == (1, 0, 1, 1)


def test_a_component_beyond_the_limit_of_proofs_says_so() -> None:
    problem = shortage(3, *([Fraction(0)] * 4), step=2, limit=3)
    found = share(problem, FILLED)
    assert [(c.method, c.proven, c.sure) for c in found.components] == [("filled", False, 0)]
    assert not found.proven


def test_numbers_that_have_no_small_common_scale_are_shared_but_not_called_proven() -> None:
    primes = (101, 103, 107, 109, 113, 127, 131, 137, 139)
    claims = tuple(
        Claim(taker=n, good=0, step=1, limit=prime, worth=Fraction(1, prime))
        for n, prime in enumerate(primes)
    )
    takers = tuple(Taker(Fraction(0), empty=True) for _ in primes)
    found = share(Problem(stock=(500,), takers=takers, claims=claims))
    assert sum(found.given) == 500
    assert not found.proven


@pytest.mark.parametrize(
    "claim",
    [
        Claim(taker=1, good=0, step=1, limit=1, worth=Fraction(1)),  # no such taker
        Claim(taker=0, good=-1, step=1, limit=1, worth=Fraction(1)),  # no such good
        Claim(taker=0, good=0, step=0, limit=1, worth=Fraction(1)),  # no step
        Claim(taker=0, good=0, step=1, limit=1, worth=Fraction(0)),  # worth nothing
    ],
)
def test_claims_that_say_nothing_are_refused(claim: Claim) -> None:
    with pytest.raises(SharingInvalid, match="claim-invalid"):
        Problem(stock=(1,), takers=(Taker(Fraction(0), empty=True),), claims=(claim,))


def test_a_negative_stock_is_refused() -> None:
    with pytest.raises(SharingInvalid, match="stock-negative"):
        Problem(stock=(-1,), takers=(), claims=())
