"""What the states of both kernels begin with."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from solver.engines.compiled import layout as at
from solver.engines.compiled.layout import Inst, Ints

LINE_BYTES = 64


def aligned(rows: int, columns: int, dtype: Any) -> NDArray[Any]:
    """Make zeros of shape (rows, columns) that begin where a line of the cache does."""
    size = np.dtype(dtype).itemsize
    whole = np.zeros(rows * columns + LINE_BYTES // size, dtype)
    skip = (-whole.ctypes.data % LINE_BYTES) // size
    return whole[skip : skip + rows * columns].reshape(rows, columns)


def drawing(seed: int) -> NDArray[np.uint64]:
    """Give a generator's state: of whatever seed 64 bits count, and never none."""
    return np.array([(seed * 2654435761 + 88172645463325252) % (1 << 64) or 1, 0], np.uint64)


def remoteness(inst: Inst) -> Ints:
    """Give the cost to each task from where vehicles set out nearest; zeros if nowhere."""
    origins = inst.ptloc.tolist() if inst.flags[at.F_MULTI] else []
    origins += [s for s in set(inst.veh[:, at.V_START].tolist()) if s >= 0]
    if not origins or not len(inst.task):
        return np.zeros(len(inst.task), np.int64)
    loc = inst.stop[inst.task[:, at.T_FIRST], at.S_LOC]
    far: Ints = inst.cost[0][np.ix_(np.array(origins), loc)].min(axis=0).astype(np.int64)
    return far
