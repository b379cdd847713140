"""Share what is short: goods that suffice drop out, the rest falls into components."""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from solver.sharing.bound import ceiling
from solver.sharing.chained import chained, several
from solver.sharing.exact import solved
from solver.sharing.filling import filled
from solver.sharing.forest import rounded
from solver.sharing.hands import handed
from solver.sharing.levels import WORK, Levels, levels
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

    Components up to ``exact_claims`` are solved whole, others as far as it goes where takers with
    several claims have ``folded_claims`` at most. ``budget`` and ``folded`` are CP-SAT's
    deterministic time for such a component, ``budget_all`` for all of them; ``levels`` the claims
    in all linear programs of a component, ``arcs`` those in all flows of one.
    """

    exact_claims: int = 160
    budget: float = 4.0
    folded_claims: int = 3000
    folded: float = 0.5
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


@dataclass(slots=True, kw_only=True)
class _Found:
    """Amounts by claim of a component, and what is known of them.

    ``sure`` counts takers, from the lowest up, who are proven; ``bound`` is for the lowest.
    """

    amounts: list[int]
    method: str
    sure: int
    bound: Fraction
    apart: tuple[Level, ...] = ()
    work: float = 0.0


def _share(
    numbers: Scaled, takers: list[int], goods: list[int], effort: Effort, left: float
) -> tuple[list[int], Component, float]:
    found = _small(numbers, effort, left) or _large(numbers, effort, left)
    lowest = min(_high(numbers, found.amounts))
    proven = found.sure == len(takers)
    component = Component(
        takers=tuple(takers),
        goods=tuple(goods),
        method=found.method,
        proven=proven,
        sure=found.sure,
        lowest=lowest,
        bound=lowest if proven else max(found.bound, lowest),
        fractional_levels=found.apart,
    )
    return found.amounts, component, found.work


def _small(numbers: Scaled, effort: Effort, left: float) -> _Found | None:
    """Solve what is easy, or small; None where it is neither."""
    everybody = len(numbers.start)
    if uniform(numbers) and numbers.exact:
        best = filled(numbers) if _by_exchange(numbers) else flowed(numbers, effort.arcs)
        if best is not None:
            method = "exchange" if _by_exchange(numbers) else "flows"
            lowest = min(_high(numbers, best))
            return _Found(amounts=best, method=method, sure=everybody, bound=lowest)
    if not numbers.exact or len(numbers.taker) > effort.exact_claims or left <= 0:
        return None
    budget = min(effort.budget, left)
    amounts, proven, top, work = solved(numbers, filled(numbers), budget)
    return _Found(
        amounts=amounts,
        method="exact",
        sure=everybody if proven else _full_below(numbers, amounts),
        bound=_unfloored(numbers, top),
        work=work,
    )


def _large(numbers: Scaled, effort: Effort, left: float) -> _Found:
    """Begin at the optimum of dividing everything, and from nothing; prove as much as can be.

    From nothing is left out where the levels are reached, or where it would take long.
    """
    divided = levels(numbers, effort.levels)
    amounts = filled(numbers, rounded(numbers, divided.part))
    method, work = "filled", 0.0
    sure = len(numbers.start) if _reached(numbers, divided, amounts) else 0
    if not sure and len(numbers.taker) <= _FROM_NOTHING:
        amounts = _better(numbers, amounts, filled(numbers))
    if not sure and numbers.exact and left > 0 and _unfolded(numbers) <= effort.folded_claims:
        method = "folded"
        amounts, sure, work = chained(numbers, amounts, min(effort.folded, left))
    if sure < len(numbers.start):
        # What is sure no move can better, and none makes anything worse.
        amounts = handed(numbers, filled(numbers, amounts))
    bound = ceiling(numbers) if divided.bound is None else divided.bound
    if numbers.exact:
        most = attainable(numbers, floor(bound * numbers.scale))
        bound = Fraction(most, numbers.scale)
    return _Found(
        amounts=amounts,
        method=method,
        sure=max(sure, _full_below(numbers, amounts)),
        bound=bound,
        apart=compared(numbers, divided, amounts),
        work=work,
    )


def _better(numbers: Scaled, one: list[int], other: list[int]) -> list[int]:
    higher = sorted(numbers.standings(other)) > sorted(numbers.standings(one))
    return other if higher else one


def _unfolded(numbers: Scaled) -> int:
    return sum(len(numbers.of_taker[taker]) for taker in several(numbers))


def _full_below(numbers: Scaled, amounts: list[int]) -> int:
    """Count who stands below all that lack something: they have all they ask, so none is higher.

    Where nobody lacks anything that is everybody.
    """
    high = numbers.standings(amounts)
    lacking = {
        t for t, q, most in zip(numbers.taker, amounts, numbers.limit, strict=True) if q < most
    }
    lowest = min((high[taker] for taker in lacking), default=None)
    return len(high) if lowest is None else sum(h < lowest for h in high)


def _reached(numbers: Scaled, divided: Levels, amounts: list[int]) -> bool:
    """Say whether all have something and stand at their exact levels: nothing is better then.

    Levels are sure to 1e-7: where standings differ by far more, that means equality.
    """
    some = min(numbers.standings(amounts)) >= min(numbers.start)
    if not (some and numbers.exact and numbers.scale <= _TELLING and all(divided.exact)):
        return False
    return all(not level.shortfall for level in compared(numbers, divided, amounts))


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
