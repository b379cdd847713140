"""What it costs and takes to get about, as the compiled search reads it."""

import numpy as np
from numpy.typing import NDArray

from solver.engines.compiled import layout as at
from solver.engines.compiled.layout import FAR, Ints

CHUNK = 400


TURNED = 40_000_000
"""Entries up to which asymmetric matrices are kept a second time, turned."""


Matrices = NDArray[np.int32]


def turned(dur: Matrices, cost: Matrices, flags: Ints) -> tuple[Matrices, Matrices]:
    """Give both with from and to exchanged: rows are read faster than columns.

    Not where that would take too much memory.
    """
    symmetric = _symmetric(dur) and (cost is dur or _symmetric(cost))
    flags[at.F_TURNED] = symmetric or dur.size <= TURNED
    if symmetric:
        return dur, cost
    if not flags[at.F_TURNED]:
        none = np.zeros((1, 1, 1), np.int32)
        return none, none
    turned = np.ascontiguousarray(dur.transpose(0, 2, 1))
    return turned, turned if cost is dur else np.ascontiguousarray(cost.transpose(0, 2, 1))


def _symmetric(matrices: Matrices) -> bool:
    return all(
        np.array_equal(m[low : low + CHUNK, low:], m[low:, low : low + CHUNK].T)
        for m in matrices
        for low in range(0, m.shape[0], CHUNK)
    )


def finite(values: NDArray[np.int64]) -> NDArray[np.float64]:
    made = values.astype(np.float64)
    made[made < 0] = 1e15
    return made


def stacked(matrices: list[NDArray[np.int64]]) -> NDArray[np.int32]:
    n = matrices[0].shape[0]
    made = np.empty((len(matrices), n, n), np.int32)
    for into, matrix in zip(made, matrices, strict=True):
        for low in range(0, n, CHUNK):
            rows = matrix[low : low + CHUNK]
            into[low : low + CHUNK] = np.where(rows < 0, FAR, rows)
        np.fill_diagonal(into, 0)
    return made
