"""Where everything lies in the arrays of the search of plain routes.

A node is a stop, or a route's start or end: stop ``s`` is node ``s``, vehicle ``v`` begins at node
``stops + 2 v`` and ends at the one behind. A node's row fills one line of the cache.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.engines.compiled.layout import Floats, Ints

# Nodes. AHEAD and AFTER are the locations before and behind, INTO and OUT the costs of the arcs
# there; OPENS and CLOSES the window; DEP the earliest departure, LAT the latest arrival from which
# the rest of the route still holds.
VEH, PREV, NEXT, LOC, INTO, OUT, AHEAD, AFTER, DEP, LAT, SVC, OPENS, CLOSES = range(13)
NODE_COLUMNS = 16
LONGEST_S = 1 << 29
"""Instants from which on a node's columns would be too narrow."""
NOWHERE = -1
"""VEH of a stop that no route has."""

# Durations, earliest and latest begin of the route up to a node, and from it on.
FD, FE, FL, BD, BE, BL = range(6)
SPAN_COLUMNS = 6

# Routes; from R_LOAD on one column a dimension.
R_VISITS, R_STAMP, R_SLOT, R_RUIN, R_LOAD = range(5)

# What may be done in a step.
PUT, TAKEN, SWAPPED = range(3)

# Counters.
(
    C_ABSENT,
    C_STEPS,
    C_TOUCHED,
    C_OPS,
    C_COST,
    C_ROUTES,
    C_VISITS,
    C_BEHIND,
    C_GAP,
) = range(9)
COUNTERS = 9
"""C_GAP: whether a stop was taken out from between two that no way leads between."""

# Sums.
X_PENALTY, X_BEST, X_NOW = range(3)
SUMS = 3


class Plain(NamedTuple):
    """What search changes, and a few columns of the problem laid side by side."""

    nd: NDArray[np.int32]  # (N, NODE_COLUMNS)
    sp: Ints  # (N, SPAN_COLUMNS), or (1, SPAN_COLUMNS) where no shift's length is limited
    rt: Ints  # (V, R_LOAD + D)
    absent: Ints  # (S,)
    where: Ints  # (S,): position in absent, or -1
    empty: Ints  # (C, V): unused vehicles by class
    nempty: Ints  # (C,)
    ops: Ints  # (O, 3): what was done in a step, to which node, and behind which
    touched: Ints  # (V,): routes changed in a step
    far: Ints  # (S,): cost from the nearest start
    bestnext: Ints  # (N,)
    key: Floats  # (S,)
    order: Ints  # (S,)
    c: Ints  # (COUNTERS,)
    x: Floats  # (SUMS,)
    rng: NDArray[np.uint64]  # (2,)
