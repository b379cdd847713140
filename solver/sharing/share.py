"""Share what is short: goods that suffice drop out, the rest falls into components."""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from solver.sharing.bound import ceiling
from solver.sharing.exact import solved
from solver.sharing.filling import filled
from solver.sharing.forest import rounded
from solver.sharing.levels import WORK, levels
from solver.sharing.network import WORK as ARCS
from solver.sharing.network import flowed, uniform
from solver.sharing.problem import Component, Level, Problem, Sharing
from solver.sharing.rounding import attainable, compared
from solver.sharing.scale import Scaled, scaled

_FROM_NOTHING = 30_000  # claims
_TELLING = 10**6  # a common scale up to this keeps standings ten times further apart than 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much to spend on proofs, in counts that are the same on every machine.

    Larger components than ``exact_claims`` are filled; ``budget`` is CP-SAT's deterministic
    time per component, ``budget_all`` for all of them; ``levels`` the claims in all linear
    programs of a component, ``arcs`` those in all flows of one.
    """

    exact_claims: int = 160
    budget: float = 4.0
    budget_all: float = 16.0
    levels: int = WORK
    arcs: int = ARCS


def share(problem: Problem, effort: Effort = Effort()) -> Sharing:
    """Share in whole steps so that the lowest stands as high as can be, then the next, and so on.

    A taker that has nothing stands below all that have something.

    Notes
    -----
    The exact question is NP-hard (subset sum is one good and one taker). Small components are
    solved and proven by CP-SAT. Where a taker gains the same by each step that it asks, flows are
    exact at any size; with one good and one claim each, so is raising the lowest. Others are
    filled, from the exact optimum of dividing everything; that is proven best where everybody
    reaches its level, and else the report says how far it falls behind.
    """
    given = [0] * len(problem.claims)
    asked = [0] * len(problem.stock)
    for claim in problem.claims:
        asked[claim.good] += claim.limit
    short = [asked[good] > stock for good, stock in enumerate(problem.stock)]
    has = list(problem.takers)
    for number, claim in enumerate(problem.claims):
        if not short[claim.good]:
            given[number] = claim.limit
            before = has[claim.taker]
            has[claim.taker] = type(before)(before.start + claim.worth * claim.limit, empty=False)
    rest = Problem(stock=problem.stock, takers=tuple(has), claims=problem.claims)
    found, left = [], effort.budget_all
    for takers, goods, claims in _components(rest, short):
        numbers = scaled(rest, takers, goods, claims)
        amounts, component, work = _share(numbers, takers, goods, effort, left)
        left -= work
        found.append(component)
        for place, amount in zip(claims, amounts, strict=True):
            given[place] = amount
    return Sharing(tuple(given), tuple(found), effort.budget_all - left)


def _share(
    numbers: Scaled, takers: list[int], goods: list[int], effort: Effort, left: float
) -> tuple[list[int], Component, float]:
    work = 0.0
    apart: tuple[Level, ...] = ()
    alike = uniform(numbers)
    if alike and _by_exchange(numbers):
        amounts = filled(numbers)
        method, proven, bound = "exchange", numbers.exact, min(_high(numbers, amounts))
    elif alike and numbers.exact and (best := flowed(numbers, effort.arcs)) is not None:
        amounts, method, proven = best, "flows", True
        bound = min(_high(numbers, amounts))
    elif numbers.exact and len(numbers.taker) <= effort.exact_claims and left > 0:
        budget = min(effort.budget, left)
        amounts, proven, top, work = solved(numbers, filled(numbers), budget)
        method, bound = "exact", _unfloored(numbers, top)
    elif (
        numbers.exact
        and left > 0
        and sum(len(numbers.of_taker[t]) for t in several(numbers)) <= effort.exact_claims
        and (found := _folded(numbers, min(effort.budget, left)))[1]
    ):
        amounts, proven, work = found
        method, bound = "folded", min(_high(numbers, amounts))
    else:
        method = "filled"
        amounts, bound, apart = _filled(numbers, effort.levels)
        proven = _reached(numbers, amounts, apart)
    lowest = min(_high(numbers, amounts))
    component = Component(
        takers=tuple(takers),
        goods=tuple(goods),
        method=method,
        proven=proven,
        lowest=lowest,
        bound=max(bound, lowest),
        fractional_levels=apart,
    )
    return amounts, component, work


def _filled(numbers: Scaled, work: int) -> tuple[list[int], Fraction, tuple[Level, ...]]:
    """Begin at the optimum of dividing everything, and from nothing; take what is better.

    From nothing is left out where the levels are reached, or where it would take long.
    """
    found = levels(numbers, work)
    amounts = filled(numbers, rounded(numbers, found.part))
    done = _reached(numbers, amounts, compared(numbers, found, amounts))
    if not done and len(numbers.taker) <= _FROM_NOTHING:
        other = filled(numbers)
        if sorted(numbers.standings(other)) > sorted(numbers.standings(amounts)):
            amounts = other
    bound = ceiling(numbers) if found.bound is None else found.bound
    if numbers.exact:
        most = attainable(numbers, floor(bound * numbers.scale))
        bound = Fraction(most, numbers.scale)
    return amounts, bound, compared(numbers, found, amounts)


def _reached(numbers: Scaled, amounts: list[int], apart: tuple[Level, ...]) -> bool:
    """Say whether all have something and stand at their exact levels: nothing is better then.

    Levels are sure to 1e-7: where standings differ by far more, that means equality.
    """
    known = sum(level.takers for level in apart) == len(numbers.start)
    fine = numbers.exact and numbers.scale <= _TELLING
    some = min(numbers.standings(amounts)) >= min(numbers.start)
    return known and fine and some and all(level.exact and not level.shortfall for level in apart)


def _high(numbers: Scaled, amounts: list[int]) -> list[Fraction]:
    high = list(numbers.start)
    for claim, quantity in enumerate(amounts):
        high[numbers.taker[claim]] += numbers.worth(claim, quantity)
    return [Fraction(value, numbers.scale) for value in high]


def _unfloored(numbers: Scaled, standing: int) -> Fraction:
    below = standing < min(numbers.start)
    return Fraction(standing + numbers.floor if below else standing, numbers.scale)


def _by_exchange(numbers: Scaled) -> bool:
    """Say whether one good goes by equal steps to takers with one claim each."""
    return (
        len(numbers.stock) == 1
        and len(set(numbers.step)) == 1
        and all(len(of) == 1 for of in numbers.of_taker)
        and not any(numbers.rest_gain)
    )


def _components(
    problem: Problem, short: list[bool]
) -> list[tuple[list[int], list[int], list[int]]]:
    """Split takers and short goods that are tied by claims; each part in the problem's order."""
    goods = len(problem.stock)
    root = list(range(goods + len(problem.takers)))

    def find(node: int) -> int:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    tied = [n for n, claim in enumerate(problem.claims) if short[claim.good]]
    for n in tied:
        claim = problem.claims[n]
        a, b = find(claim.good), find(goods + claim.taker)
        root[max(a, b)] = min(a, b)
    parts: dict[int, tuple[set[int], set[int], list[int]]] = defaultdict(
        lambda: (set(), set(), [])
    )
    for n in tied:
        claim = problem.claims[n]
        takers, of_goods, claims = parts[find(claim.good)]
        takers.add(claim.taker)
        of_goods.add(claim.good)
        claims.append(n)
    return [
        (sorted(takers), sorted(of_goods), claims)
        for _, (takers, of_goods, claims) in sorted(parts.items())
    ]
