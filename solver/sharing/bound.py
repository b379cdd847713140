"""How high the lowest can stand at best: the continuous relaxation, solved by HiGHS."""

from fractions import Fraction
from math import floor

from solver.sharing.scale import Scaled

_DIGITS = 10**9


def ceiling(numbers: Scaled) -> Fraction:
    """Bound the lowest standing from above, as if everything could be divided at will.

    Notes
    -----
    A linear program of one row per taker and per good, by interior points. The bound is worked
    out again from its prices: any prices bound the lowest standing (weak duality), so that an
    inexact solution only loosens it. It is rounded up to the next billionth.
    """
    import numpy as np  # noqa: PLC0415 - slow to load, as SciPy
    from scipy.optimize import linprog  # noqa: PLC0415
    from scipy.sparse import csr_matrix  # noqa: PLC0415

    takers, goods, claims = len(numbers.start), len(numbers.stock), len(numbers.taker)
    whole = [numbers.worth(c, numbers.limit[c]) / numbers.scale for c in range(claims)]
    share = [numbers.limit[c] / max(1, numbers.stock[numbers.good[c]]) for c in range(claims)]
    rows = [*numbers.taker, *range(takers), *(takers + good for good in numbers.good)]
    columns = [*range(claims), *([claims] * takers), *range(claims)]
    values = [*(-w for w in whole), *([1.0] * takers), *share]
    matrix = csr_matrix((values, (rows, columns)), shape=(takers + goods, claims + 1))
    right = [s / numbers.scale for s in numbers.start] + [
        1.0 if numbers.stock[good] else 0.0 for good in range(goods)
    ]
    goal = np.zeros(claims + 1)
    goal[claims] = -1.0
    limits = [(0.0, 1.0)] * claims + [(None, None)]
    done = linprog(goal, A_ub=matrix, b_ub=right, bounds=limits, method="highs-ipm")
    top = max(
        Fraction(s + sum(numbers.worth(c, numbers.limit[c]) for c in of), numbers.scale)
        for s, of in zip(numbers.start, numbers.of_taker, strict=True)
    )
    if done.x is None:
        return top
    prices = np.maximum(0.0, -np.asarray(done.ineqlin.marginals))
    prices /= prices[:takers].sum() or 1.0
    gains = -(matrix[:, :claims].T @ prices)
    value = float(np.dot(prices, right) + np.maximum(0.0, gains).sum())
    return min(top, Fraction(floor(value * _DIGITS) + 2, _DIGITS))
