"""Where everything lies in the arrays of the compiled search.

One row a node (a visit, a reload, a route's start or end), one row a vehicle, one row a stop:
numba passes few arrays quickly and many slowly, so fields are columns of few arrays.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FAR = 1 << 29
"""Travel where no way leads; sums of a few stay far from 64 bits."""
NEVER = 1 << 40
"""An instant that no shift reaches."""

# Nodes: what they are (column STOP) ...
RELOAD, START, END, UNUSED = -1, -2, -3, -4
# ... and their columns: what a position is judged by lies together, in one line of the cache.
VEH, PREV, NEXT, LOC, DEP, LAT, LOCK, OUT = range(8)
STOP, HEAD, TASK, BEG, ARR, SIB, PT, MASK = range(8, 16)
ZP, ZS, FD, FE, FL, BD, BE, BL, REL, SEEN, TAIL, MET, RUIN, ROW, TRIED = range(16, 31)
NODE_COLUMNS = 40
"""An odd number of lines, so that rows do not all fall on the same few places of the cache."""

# Loads of a node: boarded at the trip's start (at a trip's head: the whole trip's), changed here,
# on board after, and the greatest on board up to and from here; each by dimension.
BOARD, CHANGE, AFTER, MAX_TO, MAX_FROM = range(5)

# Stops.
S_LOC, S_TASK, S_ZONE, S_PLACE, S_NWIN, S_RELEASE, S_LEADS = range(7)
STOP_COLUMNS = 7

# Tasks.
T_FIRST, T_STOPS, T_PARTS, T_PART0, T_SPLIT, T_BUILDING, T_WISH0, T_WISH1 = range(8)
T_WISHCOST0, T_WISHCOST1 = range(8, 10)
TASK_COLUMNS = 10

# Vehicles.
V_CLASS, V_K, V_TYPE, V_MULTI, V_RATE, V_END, V_FIXED, V_RELOAD, V_TRIPS = range(9)
V_START, V_W0, V_W1, V_TASKS, V_TRAVEL, V_DIST, V_DUR, V_COHORT, V_BREAKS = range(9, 18)
VEHICLE_COLUMNS = 18
OPEN, HOME = -1, -2
"""V_END (or V_START): anywhere at no cost; the nearest of the vehicle's points."""

# Routes.
R_FIRST, R_LAST, R_VISITS, R_TRIPS, R_COST, R_TRAVEL, R_DIST, R_WORK, R_SLOT = range(9)
ROUTE_COLUMNS = 9

# Places.
P_LANES, P_GAP, P_SHELF, P_CLOSED, P_CLEARED = range(5)
PLACE_COLUMNS = 5

# Loadings at a bay.
B_BEG, B_DEP, B_VEH = range(3)

# Flags of the instance.
(
    F_TIME,
    F_PICKUP,
    F_PLACES,
    F_BAYS,
    F_MULTI,
    F_SPLIT,
    F_DURATION,
    F_LIMITS,
    F_BREAKS,
    F_SETUP,
    F_FACES,
    F_WISHES,
    F_ZONES,
    F_RELEASE,
    F_BALANCE,
    F_POINTS,
    F_PRIZES,
    F_TURNED,
    F_PLAIN,
) = range(19)
FLAGS = 19

# Counters of the state.
C_FREE, C_ABSENT, C_STAMP, C_LOG, C_TOUCHED, C_ROUND, C_BEST_LEN, C_STEPS, C_BETTER, C_EXCESS = (
    range(10)
)
C_OPS, C_LOST, C_VISITS, C_ROUTES, C_TRIPS, C_ONLY, C_WHOM = range(10, 17)
COUNTERS = 17
"""C_ONLY, C_WHOM: a building that this step gives to one courier, and whom; or -1."""

# Sums of the state.
X_ROUTES, X_PENALTY, X_SOFT, X_BEST, X_NOW = range(5)
SUMS = 5

# What was done in a step, so that it can be undone in turn.
ADDED, DROPPED, LOADED, UNLOADED, JOINED = range(5)
O_KIND, O_NODE, O_STOP, O_MASK, O_AFTER, O_LOCK, O_PT = range(7)
OPERATION_COLUMNS = 7

# Columns of written sequences (best).
Q_VEH, Q_STOP, Q_MASK, Q_PT, Q_BEG, Q_DEP, Q_ARR, Q_LOCK = range(8)
SEQUENCE_COLUMNS = 8


class Inst(NamedTuple):
    """What does not change. Shapes: K travels, n locations, S stops, T tasks, V vehicles."""

    flags: Ints  # (FLAGS,)
    dur: NDArray[np.int32]  # (K, n, n)
    cost: NDArray[np.int32]  # (K, n, n)
    dur_to: NDArray[np.int32]  # (K, n, n): from and to exchanged; the same if symmetric
    cost_to: NDArray[np.int32]  # likewise; (1, 1, 1) both where F_TURNED is not set
    dist: NDArray[np.int32]  # (K, n, n), or (1, 1, 1) where nobody's metres are limited
    home: NDArray[np.int32]  # (C, n): location of the nearest point by class, or (1, 1)
    stop: Ints  # (S, STOP_COLUMNS)
    win: Ints  # (S, W, 2)
    svc: Ints  # (S, types)
    setup: Ints  # (S, types)
    amount: Ints  # (S, 2, D): boarded, changed
    part: Ints  # (parts, D)
    task: Ints  # (T, TASK_COLUMNS)
    pen: Floats  # (T,): price of leaving out
    elig: NDArray[np.uint8]  # (T, C)
    tpt: NDArray[np.uint8]  # (T, points): where its goods are
    veh: Ints  # (V, VEHICLE_COLUMNS)
    cap: Ints  # (V, D)
    pts: Ints  # (C, max points): point index or -1
    ptloc: Ints  # (points,)
    ptbay: Ints  # (points,)
    bay: Ints  # (bays,): lanes
    brk: Ints  # (V, max breaks, 2 + 2 * windows): service, windows used, windows
    brkload: Ints  # (V, max breaks, D)
    plc: Ints  # (P, PLACE_COLUMNS)
    closed: Ints  # (P, X, 2)
    cleared: Ints  # (P, Y)
    shelf: Ints  # (P, D)
    near: NDArray[np.int32]  # (S, G): for insertion
    adj: NDArray[np.int32]  # (S, A): for removal
    weight: Floats  # face, balance per second
    house: Ints  # (buildings + 1,): where each building's tasks begin in housed
    housed: Ints  # tasks by building


class State(NamedTuple):
    """What search changes."""

    nd: Ints  # (M, NODE_COLUMNS)
    nl: Ints  # (M, 5, D)
    free: Ints  # (M,)
    rt: Ints  # (V, ROUTE_COLUMNS)
    head: Ints  # (S,): first visit of each stop
    left: Ints  # (T,): bits of parts not brought
    absent: Ints  # (T,)
    where: Ints  # (T,): position in absent, or -1
    cnt: NDArray[np.int16]  # (buildings, V)
    known: Ints  # (buildings,): distinct couriers
    at: Ints  # (P, visits at most): nodes at each place
    nat: Ints  # (P,)
    loading: Ints  # (bays, loadings at most)
    nloading: Ints  # (bays,)
    busy: Ints  # (bays, loadings at most, 3): begin, departure, vehicle of each loading
    empty: Ints  # (C, V): unused vehicles by class
    nempty: Ints  # (C,)
    ops: Ints  # (O, OPERATION_COLUMNS)
    log: Ints  # (M, 3): begin, departure, arrival of routes before their first change
    hold: Ints  # (M, 3): the same, of a route in which something is tried
    touched: Ints  # (V, 2): vehicle, first row of log
    stamp: Ints  # (V,)
    best: Ints  # (L, SEQUENCE_COLUMNS)
    cf: Floats  # (candidates,)
    ci: Ints  # (candidates, 8)
    pos: Ints  # (positions, 3): kind, node before, point
    scratch: Ints  # (4, max(D, T, ...))
    key: Floats  # (T,)
    c: Ints  # (COUNTERS,)
    x: Floats  # (SUMS,)
    rng: NDArray[np.uint64]  # (2,)
