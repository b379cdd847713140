"""Raise all takers of a part together as far as they go: one linear program, solved by HiGHS."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Places = NDArray[np.int64]
    Reals = NDArray[np.float64]

_PRICED = 1e-10  # of a price; all prices of takers add up to 1
_OPTIONS = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
_SMALL = 20_000  # claims; below, the dual simplex is faster than interior points


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """A linear program over the part of each claim, 0 to 1.

    ``groups`` and ``goods`` are places outside; ``row`` and ``column`` place each claim in them.
    ``gain`` is what all of a claim adds to its taker, ``need`` what it takes of the good.
    """

    claims: "Places"
    groups: "Places"
    goods: "Places"
    row: "Places"
    column: "Places"
    gain: "Reals"
    need: "Reals"
    start: "Reals"
    stock: "Reals"

    @classmethod
    def of(
        cls,
        *,
        claims: "Places",
        group: "Places",
        good: "Places",
        gain: "Reals",
        need: "Reals",
        start: "Reals",
        stock: "Reals",
    ) -> "Relaxed":
        """Renumber the takers and goods that occur from 0."""
        import numpy as np  # noqa: PLC0415 - slow to load

        groups, row = np.unique(group, return_inverse=True)
        goods, column = np.unique(good, return_inverse=True)
        return cls(
            claims=claims,
            groups=groups,
            goods=goods,
            row=row,
            column=column,
            gain=gain,
            need=need,
            start=start[groups],
            stock=stock[goods],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """How high all stand at least, what prices prove at most, and who and what has a price.

    ``part`` is by claim; ``priced`` by taker, ``dear`` by good.
    """

    level: float
    bound: float
    part: "Reals"
    priced: "NDArray[np.bool_]"
    dear: "NDArray[np.bool_]"


def solve(program: Relaxed) -> Solution | None:
    """Solve it to a corner; None where HiGHS finds none.

    Notes
    -----
    Rows of goods are scaled by what a claim needs on average. The bound is worked out from the
    prices alone: by weak duality any prices bound the lowest standing, however inexact.
    """
    import numpy as np  # noqa: PLC0415 - slow to load, as SciPy
    from scipy.optimize import linprog  # noqa: PLC0415
    from scipy.sparse import csr_matrix  # noqa: PLC0415

    claims, takers, goods = len(program.claims), len(program.groups), len(program.goods)
    uses = np.bincount(program.column, minlength=goods)
    scale = np.bincount(program.column, program.need, goods) / np.maximum(1, uses)
    rows = np.concatenate((program.row, np.arange(takers), takers + program.column))
    places = np.arange(claims)
    columns = np.concatenate((places, np.full(takers, claims), places))
    values = np.concatenate((-program.gain, np.ones(takers), program.need / scale[program.column]))
    matrix = csr_matrix((values, (rows, columns)), shape=(takers + goods, claims + 1))
    right = np.concatenate((program.start, program.stock / scale))
    goal = np.zeros(claims + 1)
    goal[claims] = -1.0
    limits = np.zeros((claims + 1, 2))
    limits[:, 1] = 1.0
    limits[claims] = -np.inf, np.inf
    method = "highs-ds" if claims < _SMALL else "highs-ipm"
    done = linprog(goal, A_ub=matrix, b_ub=right, bounds=limits, method=method, options=_OPTIONS)
    if done.x is None or done.status != 0:
        return None
    prices = np.maximum(0.0, -np.asarray(done.ineqlin.marginals))
    total = prices[:takers].sum()
    if not total:
        return None
    prices /= total
    part = np.clip(done.x[:claims], 0.0, 1.0)
    high = program.start + np.bincount(program.row, program.gain * part, takers)
    pull = -(matrix[:, :claims].T @ prices)
    return Solution(
        level=float(high.min()),
        bound=float(prices @ right + np.maximum(0.0, pull).sum()),
        part=part,
        priced=prices[:takers] > _PRICED,
        dear=prices[takers:] > _PRICED,
    )
