"""Whether arcs of a profile cost their time, or what a matrix of costs says."""

import weakref

import numpy as np

from solver.problem import IntMatrix, Matrix

_Known = tuple["weakref.ref[IntMatrix]", "weakref.ref[IntMatrix]", bool]
_known: dict[tuple[int, int], _Known] = {}
_KEPT = 64  # pairs remembered; a problem has a handful


def priced_by_time(matrix: Matrix) -> bool:
    """Say whether a profile has no costs of its own: then rates apply to travel time.

    Asked once per route, so that comparing large matrices has to happen once per problem.
    """
    cost, duration = matrix.cost, matrix.duration_s
    if cost is duration:
        return True
    key = (id(cost), id(duration))
    found = _known.get(key)
    # An id comes back when its array is gone: what is remembered must be of these very arrays.
    if found is not None and found[0]() is cost and found[1]() is duration:
        return found[2]
    same = _same(cost, duration)
    if not (cost.flags.writeable or duration.flags.writeable):
        if len(_known) >= _KEPT:
            _known.clear()
        _known[key] = (weakref.ref(cost), weakref.ref(duration), same)
    return same


def _same(one: IntMatrix, other: IntMatrix) -> bool:
    if one.shape != other.shape:
        return False
    # Row by row: matrices that differ do so at once.
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def hundredths(duration_s: int, speed_factor: float) -> int:
    """Give the hundredths of a second that VROOM takes for an arc: its factor has two digits."""
    return duration_s * int(1 / speed_factor * 100 + 0.5)
