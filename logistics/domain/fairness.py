"""Draws that favour nobody, and measures of how even a sharing is."""

import hashlib
from collections.abc import Iterable
from fractions import Fraction


def draw(salt: str, *facts: str | int) -> bytes:
    """Return a lot drawn for the facts: the same whenever and in whatever order it is asked."""
    text = "\x1f".join((salt, *map(str, facts)))
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def gini(shares: Iterable[Fraction | float]) -> float:
    """Return the Gini coefficient: 0 when all have the same, near 1 when one has everything.

    Notes
    -----
    Gini, *Variabilità e mutabilità*, 1912, in its sorted form. Nothing at all counts as even.
    """
    ordered = sorted(float(share) for share in shares)
    total = sum(ordered)
    if not ordered or total <= 0:
        return 0.0
    weighted = sum(rank * share for rank, share in enumerate(ordered, start=1))
    count = len(ordered)
    return max(0.0, 2 * weighted / (count * total) - (count + 1) / count)
