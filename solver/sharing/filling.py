"""Raise the lowest first, then move what is better placed elsewhere: good for any size.

Progressive filling (Bertsekas and Gallager, *Data Networks*, 2nd ed. 1992, section 6.5.2), here
in whole steps and with a choice among goods: the taker that stands lowest takes a step of the
good that is least fought for. What is then stuck is lifted by taking from who stands higher,
as long as the giver stays above the receiver: each such move is better in the lexicographic
order, so it ends.
"""

import heapq

from solver.sharing.scale import Scaled

LOOKS = 30_000_000
"""Claims that may be looked at while moving: a count, so that the same input ends alike."""


class Filling:
    """What each claim has by now, and what is left of each good."""

    def __init__(self, numbers: Scaled) -> None:
        self.numbers = numbers
        self.given = [0] * len(numbers.taker)
        self.left = list(numbers.stock)
        self.high = numbers.standings(self.given)
        self.looks = LOOKS
        self._holding = [0 if empty else 1 for empty in numbers.empty]
        self._open = [sum(numbers.limit[c] for c in of) for of in numbers.of_good]
        self._use = self._uses()
        self._top = [2**62] * len(numbers.stock)  # nobody stands as high

    def take(self, amounts: list[int]) -> None:
        """Begin with a sharing that is in whole steps and within stocks."""
        for claim, quantity in enumerate(amounts):
            if quantity:
                self._put(claim, quantity)

    def raise_lowest(self) -> None:
        """Give step after step to whoever stands lowest until nothing fits any more.

        Of equals, whoever gains most from one step goes first: it uses the step best.
        """
        n = self.numbers
        most = [max((n.gain[c] for c in of), default=0) for of in n.of_taker]
        queue = [(self.high[t], -most[t], t) for t, of in enumerate(n.of_taker) if of]
        heapq.heapify(queue)
        while queue:
            taker = queue[0][2]
            claim = self._choose(taker)
            if claim < 0:
                heapq.heappop(queue)
                continue
            self._put(claim, self.next_step(claim))
            heapq.heapreplace(queue, (self.high[taker], -most[taker], taker))

    def next_step(self, claim: int) -> int:
        """Say how much the claim takes at once next; 0 where it has everything."""
        return min(self.numbers.step[claim], self.numbers.limit[claim] - self.given[claim])

    def last_step(self, claim: int) -> int:
        """Say how much the claim gives back at once; 0 where it has nothing."""
        step = self.numbers.step[claim]
        return self.given[claim] % step or min(step, self.given[claim])

    def move(self) -> None:
        """Lift the lowest that can be lifted by taking from one who stays higher."""
        while self.looks > 0 and self._pass():
            continue  # who was tried in vain may find a giver among those who rose since

    def _pass(self) -> bool:
        queue = [(high, taker) for taker, high in enumerate(self.high)]
        heapq.heapify(queue)
        tried_at: dict[int, int] = {}
        lifted = False
        while queue and self.looks > 0:
            high, taker = heapq.heappop(queue)
            if high != self.high[taker] or tried_at.get(taker) == high:
                continue  # it has moved since, or was tried as it stands
            touched = self._lift(taker)
            lifted = lifted or bool(touched)
            if not touched:
                tried_at[taker] = high
            for other in touched:
                heapq.heappush(queue, (self.high[other], other))
        return lifted

    def _lift(self, taker: int) -> set[int]:
        n = self.numbers
        best_high, best, best_claim = self.high[taker], -1, -1
        for claim in n.of_taker[taker]:
            step = self.next_step(claim)
            good = n.good[claim]
            if not step:
                continue
            if self.left[good] >= step:
                self._put(claim, step)
                return self._risen(taker)
            if self._top[good] > best_high:
                after, giver = self._giver(claim, step - self.left[good], best_high)
                if giver >= 0:
                    best_high, best, best_claim = after, giver, claim
        if best < 0:
            return set()
        step = self.next_step(best_claim)
        while self.left[n.good[best_claim]] < step:
            self._put(best, -self.last_step(best))
        self._put(best_claim, step)
        return self._risen(taker) | {n.taker[best]}

    def _risen(self, taker: int) -> set[int]:
        """Note that a taker may now be the one who gives of its goods most easily."""
        for claim in self.numbers.of_taker[taker]:
            good = self.numbers.good[claim]
            self._top[good] = max(self._top[good], self.high[taker])
        return {taker}

    def _giver(self, claim: int, missing: int, least: int) -> tuple[int, int]:
        """Find who stands highest after giving up what is missing, above ``least``; else -1."""
        n = self.numbers
        taker_of, given, high, gain = n.taker, self.given, self.high, n.gain
        taker, good = taker_of[claim], n.good[claim]
        of_good = n.of_good[good]
        self.looks -= len(of_good)
        best, top, bound = -1, least, -self.numbers.floor
        for other in of_good:
            has = given[other]
            if not has:
                continue
            after = high[taker_of[other]] - gain[other]
            bound = max(bound, after)
            if after > top and has >= missing and taker_of[other] != taker:
                after = self._after(other, missing)
                if after > top:
                    top, best = after, other
        self._top[good] = bound
        return top, best

    def _after(self, claim: int, missing: int) -> int:
        n = self.numbers
        has, step = self.given[claim], n.step[claim]
        keeps = (has - missing) // step * step
        after = self.high[n.taker[claim]] - n.worth(claim, has) + n.worth(claim, keeps)
        gone = not keeps and self._holding[n.taker[claim]] == 1
        return after - n.floor if gone else after

    def _uses(self) -> list[float]:
        """Tell of each claim how much a unit raises it, against what a unit raises others."""
        n = self.numbers
        uses = [0.0] * len(n.taker)
        for good, claims in enumerate(n.of_good):
            whole = [n.worth(c, n.limit[c]) for c in claims]
            mean = sum(whole) / max(1, self._open[good])
            for claim, worth in zip(claims, whole, strict=True):
                uses[claim] = worth / n.limit[claim] / (mean or 1.0)
        return uses

    def _choose(self, taker: int) -> int:
        """Choose the good that is least fought for; -1 where nothing fits."""
        n = self.numbers
        best, best_score = -1, -1.0
        for claim in n.of_taker[taker]:
            step = n.step[claim]
            missing = n.limit[claim] - self.given[claim]
            if not missing:
                continue
            left = self.left[n.good[claim]]
            if left < step and left < missing:
                continue
            score = self._use[claim] * left / self._open[n.good[claim]]
            if score > best_score:
                best, best_score = claim, score
        return best

    def _put(self, claim: int, quantity: int) -> None:
        n = self.numbers
        taker, good = n.taker[claim], n.good[claim]
        before = self.given[claim]
        after = before + quantity
        if quantity == n.step[claim]:
            self.high[taker] += n.gain[claim]
        else:
            self.high[taker] += n.worth(claim, after) - n.worth(claim, before)
        self.left[good] -= quantity
        self._open[good] -= quantity
        self.given[claim] = after
        held = self._holding[taker]
        self._holding[taker] = held + (after > 0) - (before > 0)
        if not held and after:
            self.high[taker] += n.floor
        elif held and not self._holding[taker]:
            self.high[taker] -= n.floor


def filled(numbers: Scaled, begin: list[int] | None = None) -> list[int]:
    """Share a component by filling and moving, from nothing or a sharing; amounts by claim."""
    filling = Filling(numbers)
    filling.take(begin or [])
    filling.raise_lowest()
    filling.move()
    return filling.given
