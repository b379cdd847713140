"""Draws that favour nobody, and measures of how even a sharing is."""

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

DEBT_DAYS = 7  # what was short longer ago is forgotten
_WHOLE = 1000


def debt_permille(short_days: Iterable[tuple[int, int]]) -> int:
    """Tell how far behind a household begins today for what it lacked on the days before.

    Parameters
    ----------
    short_days
        Per earlier run: days since then, and how full the household's list was, per mille.

    Notes
    -----
    What was lacking yesterday counts whole, a day earlier by half, and so on; never more than a
    whole list, and nothing after `DEBT_DAYS`. An earlier wave of today counts as yesterday. Ours.
    """
    owed = sum(
        (_WHOLE - fill) >> (max(days, 1) - 1)
        for days, fill in short_days
        if 0 <= days <= DEBT_DAYS
    )
    return min(_WHOLE, owed)


def draw(salt: str, *facts: str | int) -> bytes:
    """Return a lot drawn for the facts: the same whenever and in whatever order it is asked."""
    text = "\x1f".join((salt, *map(str, facts)))
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def gini(shares: npt.NDArray[np.float64]) -> float:
    """Return the Gini coefficient: 0 when all have the same, near 1 when one has everything.

    Notes
    -----
    Gini, *Variabilità e mutabilità*, 1912, in its sorted form. Nothing at all counts as even.
    """
    ordered = np.sort(shares)
    total, count = float(ordered.sum()), len(ordered)
    if total <= 0:
        return 0.0
    weighted = float(np.arange(1, count + 1) @ ordered)
    return max(0.0, 2 * weighted / (count * total) - (count + 1) / count)
