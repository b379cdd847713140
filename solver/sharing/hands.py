"""Moves through a second hand: who gives up a large step is made good by small ones of others."""

from typing_extensions import override

from solver.sharing.filling import Filling
from solver.sharing.scale import Scaled

LOOKS = 15_000_000
"""Claims that may be looked at: a count, so that the same input ends alike."""
_TRIES = 6  # givers for one who stands lowest


class Hands(Filling):
    """A filling that looks one hand further where no step can simply be moved.

    A giver may fall below the receiver if steps of others bring it above again, as long as all of
    those stay above where the receiver stood: so each such move is better in the lexicographic
    order, as a plain one.
    """

    def __init__(self, numbers: Scaled) -> None:
        super().__init__(numbers)
        self.looks = LOOKS

    @override
    def _lift(self, taker: int) -> set[int]:
        return super()._lift(taker) or self._lift_through(taker)

    def _lift_through(self, taker: int) -> set[int]:
        n, least = self.numbers, self.high[taker]
        found = []
        for claim in n.of_taker[taker]:
            step = self.next_step(claim)
            if step:
                found += self._able(claim, step - self.left[n.good[claim]])
        found.sort(reverse=True)
        for _, giver, claim in found[:_TRIES]:
            done: list[tuple[int, int]] = []
            self._hand(giver, claim, done)
            better = self._make_good(n.taker[giver], least, done)
            if not better:
                for place, quantity in reversed(done):
                    self._put(place, -quantity)
            touched = {n.taker[c] for c, _ in done}
            for other in touched:
                self._risen(other)
            if better:
                return touched
        return set()

    def _able(self, claim: int, missing: int) -> list[tuple[int, int, int]]:
        """List who could give what is missing for a claim: where it would stand, and with what."""
        n = self.numbers
        of_good = n.of_good[n.good[claim]]
        self.looks -= len(of_good)
        rows = [
            (self.high[n.taker[c]] - n.gain[c], c, claim)
            for c in of_good
            if self.given[c] >= missing and n.taker[c] != n.taker[claim]
        ]
        return sorted(rows, reverse=True)[:_TRIES]

    def _hand(self, giver: int, claim: int, done: list[tuple[int, int]]) -> None:
        step = self.next_step(claim)
        while self.left[self.numbers.good[claim]] < step:
            back = self.last_step(giver)
            self._put(giver, -back)
            done.append((giver, -back))
        self._put(claim, step)
        done.append((claim, step))

    def _make_good(self, taker: int, least: int, done: list[tuple[int, int]]) -> bool:
        """Raise a giver above a height by steps of others who stay above it."""
        n = self.numbers
        gone = {c for c, quantity in done if quantity < 0}
        while self.high[taker] <= least:
            best = (least, -1, -1)
            for claim in n.of_taker[taker]:
                step = self.next_step(claim)
                if not step or claim in gone:
                    continue
                missing = step - self.left[n.good[claim]]
                if missing <= 0:
                    best = (least, claim, claim)  # from stock: nobody gives
                    break
                after, giver = self._giver(claim, missing, best[0])
                if giver >= 0:
                    best = (after, giver, claim)
            if best[1] < 0:
                return False
            self._hand(best[1], best[2], done)
        return True


def handed(numbers: Scaled, begin: list[int]) -> list[int]:
    """Move on from a sharing in whole steps, through second hands, too; amounts by claim."""
    hands = Hands(numbers)
    hands.take(begin)
    hands.move()
    return hands.given
