"""What the search of plain routes may be asked."""

import numpy as np

from solver.engines.compiled import layout as at
from solver.engines.compiled.layout import Inst
from solver.engines.plain.layout import LONGEST_S

_RICH = (
    at.F_PICKUP, at.F_PLACES, at.F_BAYS, at.F_MULTI, at.F_SPLIT, at.F_LIMITS, at.F_BREAKS,
    at.F_SETUP, at.F_FACES, at.F_WISHES, at.F_ZONES, at.F_BALANCE, at.F_POINTS,
)  # fmt: skip


def is_plain(inst: Inst) -> bool:
    """Say whether every task is one stop with at most one window, and no route minds another."""
    task, stop = inst.task, inst.stop
    return bool(
        len(task)
        and len(inst.veh)
        and not inst.flags[list(_RICH)].any()
        and len(stop) == len(task)
        and (task[:, at.T_STOPS] == 1).all()
        and (task[:, at.T_FIRST] == np.arange(len(task))).all()
        and (stop[:, at.S_NWIN] <= 1).all()
        and (stop[:, at.S_RELEASE] <= 0).all()
        and (inst.veh[:, at.V_RATE] == 0).all()
        and _short(inst)
    )


def _short(inst: Inst) -> bool:
    """Say whether instants fit a node's columns; a day without times has none."""
    if not inst.flags[at.F_TIME]:
        return True
    opens = inst.win[inst.stop[:, at.S_NWIN] > 0, 0, 0]
    return bool(inst.veh[:, at.V_W1].max() < LONGEST_S and opens.max(initial=0) < LONGEST_S)
