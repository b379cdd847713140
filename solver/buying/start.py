"""A first choice that keeps every limit, for the search to begin with."""

from collections.abc import Sequence

import numpy as np

from solver.buying.covers import Cover
from solver.buying.problem import UNLIMITED, Buying, Weights


def first_choice(buying: Buying, covers: Sequence[Sequence[Cover]], weights: Weights) -> list[int]:
    """Take for each item the cheapest cover that still fits, and close who sells too little.

    Parameters
    ----------
    covers
        Of each item; among them one that buys nothing.

    Returns
    -------
    list of int
        The number of the cover of each item.
    """
    closed: set[int] = set()
    ordered = [
        sorted(range(len(mine)), key=lambda n: (mine[n].short, mine[n].goods_fen, n))
        for mine in covers
    ]
    while True:
        taken = _filled(buying, covers, weights, ordered, closed)
        spent = np.zeros(buying.suppliers, dtype=np.int64)
        for item, n in enumerate(taken):
            for supplier, cases in covers[item][n].cases:
                spent[supplier] += cases * buying.price_fen[item, supplier]
        used = {s for item, n in enumerate(taken) for s, _ in covers[item][n].cases}
        too_small = [s for s in sorted(used) if spent[s] < buying.minimum_fen[s]]
        if not too_small:
            return taken
        closed.add(min(too_small, key=lambda s: (int(spent[s] - buying.minimum_fen[s]), s)))


def _filled(
    buying: Buying,
    covers: Sequence[Sequence[Cover]],
    weights: Weights,
    ordered: Sequence[Sequence[int]],
    closed: set[int],
) -> list[int]:
    room = [_no_end(int(cases)) for cases in buying.cases_max]
    lines = [
        _no_end(int(most)) * weights.lines_per_buyer if entered else _no_end(UNLIMITED)
        for most, entered in zip(buying.buyers_max, buying.entered, strict=True)
    ]
    taken = []
    for mine, order in zip(covers, ordered, strict=True):
        number = next(
            n
            for n in order
            if all(
                s not in closed and room[s] >= cases and lines[s] >= 1
                for s, cases in mine[n].cases
            )
        )
        for supplier, cases in mine[number].cases:
            room[supplier] -= cases
            lines[supplier] -= 1
        taken.append(number)
    return taken


def _no_end(count: int) -> int:
    return 10**15 if count == UNLIMITED else count
