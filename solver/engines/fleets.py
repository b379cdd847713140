"""More vehicles than there are, or fewer: how searches begin, and how fleets shrink."""

import numpy as np

from solver.engines.chain import Heat
from solver.engines.compiled import layout as at
from solver.engines.compiled.layout import Inst, Ints
from solver.engines.opening import completed

WARM_STEPS = 12
"""Steps a task in which routes of one task each grow together."""


def of_vehicles(inst: Inst, vehicles: Ints) -> Inst:
    """Give the same problem with these vehicles (some perhaps several times), in this order."""
    return inst._replace(
        veh=np.ascontiguousarray(inst.veh[vehicles]),
        cap=np.ascontiguousarray(inst.cap[vehicles]),
        brk=np.ascontiguousarray(inst.brk[vehicles]),
        brkload=np.ascontiguousarray(inst.brkload[vehicles]),
    )


def can_begin_apart(inst: Inst) -> bool:
    """Say whether a search may begin with a route for each task."""
    return bool(
        len(inst.task)
        and len(inst.veh)
        and not inst.flags[at.F_MULTI]
        and not inst.flags[at.F_WISHES]
        and not inst.flags[at.F_PLACES]
        and inst.elig.any(axis=1).all()
        and (inst.stop[:, at.S_LEADS].sum() == len(inst.task))
    )


def begin_apart(inst: Inst, seed: int, heat_share: float = 0.3) -> Ints:
    """Give routes that grew together from one for each task.

    Search that begins with full routes finds no way out of them where capacity is tight; one that
    begins with many short ones does. Vehicles that do not exist lend a hand: each task has its own
    at first, and what is still theirs at the end goes to free vehicles of their class, or is left
    for search to put in.
    """
    own = _cheapest_class(inst)
    fleet = np.bincount(inst.veh[:, at.V_CLASS], minlength=inst.elig.shape[1])
    wanted = np.bincount(own, minlength=inst.elig.shape[1])
    member = [int(np.argmax(inst.veh[:, at.V_CLASS] == c)) for c in range(len(fleet))]
    extra = [m for c, m in enumerate(member) for _ in range(max(0, wanted[c] - fleet[c]))]
    vehicles = np.concatenate([np.arange(len(inst.veh)), np.array(extra, np.int64)])
    crowd = of_vehicles(inst, vehicles)
    free = {c: np.flatnonzero(crowd.veh[:, at.V_CLASS] == c).tolist() for c in range(len(fleet))}
    search = completed(crowd, _apart(inst, own, free), seed)
    # One route a task costs far more a visit than the plan will: this is a guess at the latter.
    each = max(1.0, search.travel / max(1, search.visits) / 4)
    search.run(
        Heat(heat_share * each, heat_share * each * 0.1),
        until=None,
        steps=WARM_STEPS * len(inst.task),
        news=lambda _: True,
    )
    return _into_fleet(inst, crowd, search.rows())


def _cheapest_class(inst: Inst) -> Ints:
    """Give for each task the class whose vehicle serves it alone at least cost."""
    loc = inst.stop[inst.task[:, at.T_FIRST], at.S_LOC]
    best = np.full(len(inst.task), np.inf)
    own = np.zeros(len(inst.task), np.int64)
    for c in range(inst.elig.shape[1]):
        v = int(np.argmax(inst.veh[:, at.V_CLASS] == c))
        k, start, end = inst.veh[v, [at.V_K, at.V_START, at.V_END]]
        cost = np.full(len(loc), float(inst.veh[v, at.V_FIXED]))
        if start >= 0:
            cost += inst.cost[k, start, loc]
        if end >= 0:
            cost += inst.cost[k, loc, end]
        cost[inst.elig[:, c] == 0] = np.inf
        better = cost < best
        own[better], best[better] = c, cost[better]
    return own


def _apart(inst: Inst, own: Ints, free: dict[int, list[int]]) -> Ints:
    """Write a route for each single-stop task; shipments are left for filling."""
    rows = []
    for t in np.flatnonzero(inst.task[:, at.T_STOPS] == 1):
        s = inst.task[t, at.T_FIRST]
        v = free[int(own[t])].pop(0)
        row = [0] * at.SEQUENCE_COLUMNS
        row[at.Q_VEH], row[at.Q_STOP] = v, s
        row[at.Q_MASK] = (1 << int(inst.task[t, at.T_PARTS])) - 1
        rows.append(row)
    rows.sort()
    return np.array(rows, np.int64).reshape(-1, at.SEQUENCE_COLUMNS)


def _into_fleet(inst: Inst, crowd: Inst, rows: Ints) -> Ints:
    """Give the routes to vehicles that exist, the fullest first."""
    real = len(inst.veh)
    numbers, first = np.unique(rows[:, at.Q_VEH], return_index=True)
    routes = [rows[rows[:, at.Q_VEH] == v] for v in numbers[np.argsort(first)]]
    routes.sort(key=lambda r: -len(r))
    taken: set[int] = {int(r[0, at.Q_VEH]) for r in routes if r[0, at.Q_VEH] < real}
    spare: dict[int, list[int]] = {}
    for v in range(real - 1, -1, -1):
        if v not in taken:
            spare.setdefault(int(inst.veh[v, at.V_CLASS]), []).append(v)
    kept = []
    for route in routes:
        v = int(route[0, at.Q_VEH])
        if v >= real:
            free = spare.get(int(crowd.veh[v, at.V_CLASS]), [])
            if not free:
                continue
            route[:, at.Q_VEH] = free.pop()
        kept.append(route)
    if not kept:
        return np.zeros((0, at.SEQUENCE_COLUMNS), np.int64)
    return np.concatenate(kept)
