"""Some routes of a plain problem as a problem of their own."""

import numpy as np

from solver.engines.compiled import layout as at
from solver.engines.compiled.layout import Inst, Ints
from solver.engines.parts import Part
from solver.engines.plain.jit import compiled


def section_of(inst: Inst, stops: Ints, vehicles: Ints) -> Part:
    """Cut sorted ``stops`` and ``vehicles`` out, with the locations that they need."""
    ends = inst.veh[vehicles][:, [at.V_START, at.V_END]]
    places = np.unique(np.concatenate([inst.stop[stops, at.S_LOC], ends[ends >= 0].ravel()]))
    grid = np.ix_(np.arange(inst.cost.shape[0]), places, places)
    cost = np.ascontiguousarray(inst.cost[grid])
    dur = cost if inst.dur is inst.cost else np.ascontiguousarray(inst.dur[grid])
    cost_to = cost
    dur_to = dur
    if inst.flags[at.F_TURNED] and inst.cost_to is not inst.cost:
        cost_to = np.ascontiguousarray(cost.transpose(0, 2, 1))
        dur_to = cost_to if dur is cost else np.ascontiguousarray(dur.transpose(0, 2, 1))
    stop = inst.stop[stops]
    stop[:, at.S_LOC] = np.searchsorted(places, stop[:, at.S_LOC])
    stop[:, at.S_TASK] = np.arange(len(stops))
    task = inst.task[stops]
    task[:, at.T_FIRST] = np.arange(len(stops))
    veh = inst.veh[vehicles]
    for column in (at.V_START, at.V_END):
        real = veh[:, column] >= 0
        veh[real, column] = np.searchsorted(places, veh[real, column])
    name = np.full(len(inst.stop), -1, np.int32)
    name[stops] = np.arange(len(stops))
    near = np.empty((len(stops), inst.near.shape[1]), np.int32)
    adj = np.empty((len(stops), inst.adj.shape[1]), np.int32)
    _rename(inst.near, stops, name, near)
    _rename(inst.adj, stops, name, adj)
    made = inst._replace(
        cost=cost, dur=dur, cost_to=cost_to, dur_to=dur_to, stop=stop, task=task, veh=veh,
        win=inst.win[stops], svc=inst.svc[stops], amount=inst.amount[stops], pen=inst.pen[stops],
        elig=inst.elig[stops], cap=inst.cap[vehicles], near=near, adj=adj,
    )  # fmt: skip
    none = np.zeros(0, np.int64)  # plain routes load at no point
    return Part(inst=made, vehicles=vehicles, stops=stops, points=none, tasks=len(stops))


@compiled
def _rename(whole: np.ndarray, stops: np.ndarray, name: np.ndarray, made: np.ndarray) -> None:
    """Write neighbours that lie in the section, in their order, and -1 behind them."""
    for i in range(stops.shape[0]):
        many = 0
        for g in range(whole.shape[1]):
            m = whole[stops[i], g]
            if m < 0:
                break
            if name[m] >= 0:
                made[i, many] = name[m]
                many += 1
        for g in range(many, made.shape[1]):
            made[i, g] = -1


def divide(inst: Inst, rows: Ints, many: int, rng: np.random.Generator) -> list[Part]:
    """Cut the plan into sections of about as many stops each, neighbours together.

    The cut lies across a line between two stops far from each other, drawn anew each time, so
    that sections of one round overlap those of another.
    """
    stops = np.arange(len(inst.stop))
    route = np.full(len(stops), -1, np.int64)
    route[rows[:, at.Q_STOP]] = rows[:, at.Q_VEH]
    pieces = [stops]
    while len(pieces) < many:
        pieces.sort(key=len)
        pieces.extend(_halves(inst, pieces.pop(), route, rng))
    vehicles = np.arange(len(inst.veh))
    used = np.zeros(len(vehicles), bool)
    used[rows[:, at.Q_VEH]] = True
    spare = rng.permutation(vehicles[~used])
    spare = spare[np.argsort(inst.veh[spare, at.V_CLASS], kind="stable")]
    made = []
    for i, piece in enumerate(pieces):
        taken = np.unique(route[piece])
        own = np.sort(np.concatenate([taken[taken >= 0], spare[i::many]]))
        made.append(section_of(inst, piece, own))
    return made


def _halves(inst: Inst, stops: Ints, route: Ints, rng: np.random.Generator) -> list[Ints]:
    """Cut stops in two between routes; those that no route has go by where they lie."""
    loc = inst.stop[stops, at.S_LOC]
    one = int(rng.integers(len(stops)))
    away = inst.cost[0, loc[one], loc].astype(np.float64)
    away -= inst.cost[0, loc[int(np.argmax(away))], loc]
    served = route[stops] >= 0
    lean = away.copy()
    if served.any():
        total = np.bincount(route[stops][served], weights=away[served])
        count = np.bincount(route[stops][served])
        mean = total / np.maximum(count, 1)
        lean[served] = mean[route[stops][served]]
    order = np.lexsort((route[stops], lean))
    cut = len(stops) // 2
    bar = lean[order[cut]]
    before = lean < bar
    tied = np.flatnonzero(lean == bar)
    if not before.any():  # routes that all lie alike: by number
        before = route[stops] <= np.median(route[stops])
    elif len(tied) > 1 and before.sum() + len(tied) - cut < cut - before.sum():
        before[tied] = True
    return [stops[before], stops[~before]]
