"""A component of a problem in whole numbers, so that standings compare exactly."""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from solver.sharing.problem import Claim, Problem

LARGEST_EXACT = 2**49
"""A common scale up to this lets CP-SAT add up standings without overflow."""
_COARSE = 10**12


@dataclass(slots=True, kw_only=True)
class Scaled:
    """Numbers of one component, by taker, claim and good of its own.

    ``start`` and ``gain`` (per whole step) and ``rest_gain`` (of the remainder that only comes
    with everything) count in ``1 / scale``; a taker without anything stands lower by ``floor``.
    ``exact`` is false where the scale had to round.
    """

    scale: int
    exact: bool
    floor: int
    stock: list[int]
    start: list[int]
    empty: list[bool]
    taker: list[int]
    good: list[int]
    step: list[int]
    limit: list[int]
    gain: list[int]
    rest_gain: list[int]
    of_taker: list[list[int]]
    of_good: list[list[int]]

    def worth(self, claim: int, quantity: int) -> int:
        """Say what a quantity of a claim adds to its taker's standing."""
        steps, rest = divmod(quantity, self.step[claim])
        return steps * self.gain[claim] + (self.rest_gain[claim] if rest else 0)

    def standings(self, given: list[int]) -> list[int]:
        """Add up what each taker has, those without anything below all others."""
        high = list(self.start)
        has = [not empty for empty in self.empty]
        for claim, quantity in enumerate(given):
            if quantity:
                has[self.taker[claim]] = True
                high[self.taker[claim]] += self.worth(claim, quantity)
        return [g if some else g - self.floor for g, some in zip(high, has, strict=True)]


def scaled(problem: Problem, takers: list[int], goods: list[int], claims: list[int]) -> Scaled:
    """Bring a component to whole numbers; places are renumbered in the order given.

    Of a stock counts what its steps can use: with trays of 30, 1,000 eggs are 990.
    """
    number = {taker: n for n, taker in enumerate(takers)}
    place = {good: n for n, good in enumerate(goods)}
    chosen = [problem.claims[c] for c in claims]
    gains = [claim.worth * claim.step for claim in chosen]
    rests = [claim.worth * (claim.limit % claim.step) for claim in chosen]
    starts = [problem.takers[t].start for t in takers]
    scale = _common([*gains, *rests, *starts])
    exact = scale is not None
    factor = scale or _COARSE
    ints = [[_floor(value, factor) for value in row] for row in (gains, rests, starts)]
    of_taker: list[list[int]] = [[] for _ in takers]
    of_good: list[list[int]] = [[] for _ in goods]
    for n, claim in enumerate(chosen):
        of_taker[number[claim.taker]].append(n)
        of_good[place[claim.good]].append(n)
    whole = [
        claim.limit // claim.step * gain + rest
        for claim, gain, rest in zip(chosen, ints[0], ints[1], strict=True)
    ]
    top = [start + sum(whole[n] for n in of) for start, of in zip(ints[2], of_taker, strict=True)]
    return Scaled(
        scale=factor,
        exact=exact,
        floor=max(top, default=0) - min(ints[2], default=0) + 1,
        stock=_usable([problem.stock[g] for g in goods], place, chosen),
        start=ints[2],
        empty=[problem.takers[t].empty for t in takers],
        taker=[number[claim.taker] for claim in chosen],
        good=[place[claim.good] for claim in chosen],
        step=[claim.step for claim in chosen],
        limit=[claim.limit for claim in chosen],
        gain=ints[0],
        rest_gain=ints[1],
        of_taker=of_taker,
        of_good=of_good,
    )


def _usable(stock: list[int], place: dict[int, int], chosen: list[Claim]) -> list[int]:
    measure = [0] * len(stock)
    for claim in chosen:
        rest = claim.limit % claim.step
        whole = claim.step if claim.limit >= claim.step else 0
        measure[place[claim.good]] = gcd(measure[place[claim.good]], whole, rest)
    return [quantity - quantity % (by or 1) for quantity, by in zip(stock, measure, strict=True)]


def _common(values: list[Fraction]) -> int | None:
    scale = 1
    for denominator in {value.denominator for value in values}:
        scale = lcm(scale, denominator)
        if scale > LARGEST_EXACT:
            return None
    return scale


def _floor(value: Fraction, factor: int) -> int:
    return value.numerator * factor // value.denominator
