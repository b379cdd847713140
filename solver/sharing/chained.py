"""Many who ask one thing beside few who ask several: exact by CP-SAT, the many folded.

Who takes part with a single claim is served in a fixed order: of all next steps of such claims on
a good the one whose taker stands lowest, of equals the one that gains most, is best whatever is
left for them (exchange argument). So all of them on a good are one number, how many steps they
have together; CP-SAT decides on these and on the others, height by height: as few as may be stay
at the lowest height, then at the next, and so on.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.sharing.exact import Model
from solver.sharing.scale import Scaled

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


@dataclass(frozen=True, slots=True)
class _Chain:
    """The single claims on a good: heights of takers after so many steps, and whose step is next.

    ``least`` is what is left for them in steps if the others take all they ask.
    """

    good: int
    step: int
    claims: list[int]
    turns: list[int]
    least: int
    most: int

    def counts(self, taken: int) -> list[int]:
        """Tell how many steps each of its claims has if all have so many together."""
        has = [0] * len(self.claims)
        for turn in self.turns[:taken]:
            has[turn] += 1
        return has

    def at_most(self, numbers: Scaled, height: int) -> list[int]:
        """Count takers who stand no higher, for each number of steps from least to most."""
        has = self.counts(self.least)
        count = sum(
            _height(numbers, claim, steps) <= height
            for claim, steps in zip(self.claims, has, strict=True)
        )
        found = [count]
        for turn in self.turns[self.least : self.most]:
            claim = self.claims[turn]
            before = _height(numbers, claim, has[turn])
            has[turn] += 1
            count -= before <= height < _height(numbers, claim, has[turn])
            found.append(count)
        return found


def _height(numbers: Scaled, claim: int, steps: int) -> int:
    taker = numbers.taker[claim]
    high = numbers.start[taker] + steps * numbers.gain[claim]
    return high - numbers.floor if numbers.empty[taker] and not steps else high


def several(numbers: Scaled) -> list[int]:
    """Name the takers that cannot be folded: those with several claims, or an odd step."""
    step = _steps(numbers)
    return [
        taker
        for taker, of in enumerate(numbers.of_taker)
        if len(of) != 1
        or numbers.rest_gain[of[0]]
        or numbers.step[of[0]] != step[numbers.good[of[0]]]
    ]


def _steps(numbers: Scaled) -> list[int]:
    """Give the step of single claims on each good: that of the first of them."""
    found = [0] * len(numbers.stock)
    for of in numbers.of_taker:
        if len(of) == 1 and not numbers.rest_gain[of[0]]:
            good = numbers.good[of[0]]
            found[good] = found[good] or numbers.step[of[0]]
    return found


def chained(numbers: Scaled, start: list[int], budget: float) -> tuple[list[int], int, float]:
    """Share a component best, starting from a sharing.

    Returns
    -------
    tuple
        Amounts by claim; how many takers, from the lowest up, are proven to stand as high as in
        any best sharing; the deterministic time that was used.
    """
    search = _Search(numbers, start)
    best, sure = start, 0
    while sure < len(numbers.start) and search.model.work < budget:
        height = sorted(numbers.standings(best))[sure]
        fewest = search.settle(height, sure, budget)
        best = search.best(best)
        if fewest is None or fewest != sum(high <= height for high in numbers.standings(best)):
            break
        sure = fewest
    return best, sure, search.model.work


class _Search:
    """CP-SAT's model of the takers that cannot be folded, and of steps for each chain."""

    def __init__(self, numbers: Scaled, start: list[int]) -> None:
        self.numbers = numbers
        chosen = several(numbers)
        self.claims = [c for taker in chosen for c in numbers.of_taker[taker]]
        few = _part(numbers, chosen, self.claims)
        self.model = Model(few, [start[c] for c in self.claims], linear=True)
        self.chains = _chains(numbers, set(self.claims))
        self.heights = [_heights(few, taker) for taker in range(len(chosen))]
        self.low: list[dict[int, cp_model.IntVar]] = [{} for _ in chosen]
        cp = self.model.model
        self.taken = [
            cp.new_int_var(chain.least, chain.most, f"chain{chain.good}") for chain in self.chains
        ]
        for chain, taken in zip(self.chains, self.taken, strict=True):
            others = sum(self.model.amount(c) for c in few.of_good[chain.good])
            cp.add(others + chain.step * taken <= numbers.stock[chain.good])

    def settle(self, height: int, below: int, budget: float) -> int | None:
        """Let as few as possible stand at a height or lower; tell how few, None if not proven.

        Below the height there may be no more than are there now: that is settled. From here on
        no more may stand up to the height either.
        """
        cp = self.model.model
        cp.add(self._up_to(height - 1) <= below)
        total = self._up_to(height)
        value, proven = self.model.least(total, budget)
        if value is None or not proven:
            return None
        cp.add(total <= value)
        return value

    def _up_to(self, height: int) -> "cp_model.LinearExpr":
        """Count takers who stand no higher than a height, as an expression."""
        cp = self.model.model
        low: list[cp_model.LinearExprT] = []
        for taker, heights in enumerate(self.heights):
            rank = bisect_right(heights, height)
            if rank in (0, len(heights)):
                low.append(int(rank > 0))
                continue
            if rank not in self.low[taker]:
                here = cp.new_bool_var(f"low{height}_{taker}")
                cp.add(self.model.high[taker] >= heights[rank]).only_enforce_if(here.negated())
                self.low[taker][rank] = here
            low.append(self.low[taker][rank])
        for chain, taken in zip(self.chains, self.taken, strict=True):
            table = chain.at_most(self.numbers, height)
            if len(set(table)) == 1:
                low.append(table[0])
                continue
            count = cp.new_int_var(min(table), max(table), f"chain{height}_{chain.good}")
            cp.add_element(taken - chain.least, table, count)
            low.append(count)
        total: cp_model.LinearExpr = self.model.cp.LinearExpr.sum(low) + 0
        return total

    def best(self, before: list[int]) -> list[int]:
        """Bring what was found last to amounts by claim; the better of it and one before."""
        amounts = [0] * len(self.numbers.taker)
        for claim, quantity in zip(self.claims, self.model.given, strict=True):
            amounts[claim] = quantity
        for chain in self.chains:
            used = sum(amounts[c] for c in self.numbers.of_good[chain.good])
            taken = min(chain.most, (self.numbers.stock[chain.good] - used) // chain.step)
            for claim, count in zip(chain.claims, chain.counts(taken), strict=True):
                amounts[claim] = count * chain.step
        ours, theirs = (sorted(self.numbers.standings(one)) for one in (amounts, before))
        return amounts if ours >= theirs else before


def _heights(numbers: Scaled, taker: int) -> list[int]:
    """List the heights at which a taker can stand, from the lowest up."""
    found = {numbers.start[taker]}
    for claim in numbers.of_taker[taker]:
        limit, step = numbers.limit[claim], numbers.step[claim]
        worths = [numbers.worth(claim, q) for q in (*range(0, limit, step), limit)]
        found = {high + worth for high in found for worth in worths}
    if numbers.empty[taker]:
        found.discard(numbers.start[taker])
        found.add(numbers.start[taker] - numbers.floor)
    return sorted(found)


def _part(numbers: Scaled, takers: list[int], claims: list[int]) -> Scaled:
    """Cut some takers out of a component, over all its goods and with the same floor."""
    n = numbers
    place = {taker: number for number, taker in enumerate(takers)}
    of_taker: list[list[int]] = [[] for _ in takers]
    of_good: list[list[int]] = [[] for _ in n.stock]
    for number, claim in enumerate(claims):
        of_taker[place[n.taker[claim]]].append(number)
        of_good[n.good[claim]].append(number)
    return Scaled(
        scale=n.scale,
        exact=n.exact,
        floor=n.floor,
        stock=n.stock,
        start=[n.start[t] for t in takers],
        empty=[n.empty[t] for t in takers],
        taker=[place[n.taker[c]] for c in claims],
        good=[n.good[c] for c in claims],
        step=[n.step[c] for c in claims],
        limit=[n.limit[c] for c in claims],
        gain=[n.gain[c] for c in claims],
        rest_gain=[n.rest_gain[c] for c in claims],
        of_taker=of_taker,
        of_good=of_good,
    )


def _chains(numbers: Scaled, others: set[int]) -> list[_Chain]:
    found = []
    for good, of in enumerate(numbers.of_good):
        claims = [c for c in of if c not in others]
        if not claims:
            continue
        step = numbers.step[claims[0]]
        order = sorted(
            (_height(numbers, claim, steps), -numbers.gain[claim], numbers.taker[claim], turn)
            for turn, claim in enumerate(claims)
            for steps in range(numbers.limit[claim] // step)
        )
        turns = [turn for *_, turn in order]
        asked = sum(numbers.limit[c] for c in of if c in others)
        left = max(0, numbers.stock[good] - asked) // step
        most = min(len(turns), numbers.stock[good] // step)
        found.append(_Chain(good, step, claims, turns, min(left, most), most))
    return found
