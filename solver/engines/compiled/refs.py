"""One pointer instead of many arrays: how compiled functions are handed :class:`Inst`, ``State``.

The arrays stay where they are; a reference only gathers them. Passing the tuples themselves makes
every compiled call copy hundreds of words, and compiling take minutes.
"""

from typing import Any

from numba import types
from numba.experimental import structref

from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import Inst, State


class InstRef(structref.StructRefProxy):  # type: ignore[misc]
    """A reference to an :class:`Inst`."""


class StateRef(structref.StructRefProxy):  # type: ignore[misc]
    """A reference to a :class:`State`."""


@structref.register
class InstType(types.StructRef):  # type: ignore[misc]
    """How numba sees an :class:`InstRef`."""

    def preprocess_fields(self, fields: Any) -> Any:
        """Take fields as they are."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


@structref.register
class StateType(types.StructRef):  # type: ignore[misc]
    """How numba sees a :class:`StateRef`."""

    def preprocess_fields(self, fields: Any) -> Any:
        """Take fields as they are."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


structref.define_proxy(InstRef, InstType, list(Inst._fields))
structref.define_proxy(StateRef, StateType, list(State._fields))


@compiled
def inst_ref(i: Inst) -> Any:
    """Gather what does not change."""
    return InstRef(
        i.flags, i.dur, i.cost, i.dist, i.home, i.stop, i.win, i.svc, i.setup, i.amount, i.part,
        i.task, i.pen, i.elig, i.tpt, i.veh, i.cap, i.pts, i.ptloc, i.ptbay, i.bay, i.brk,
        i.brkload, i.plc, i.closed, i.cleared, i.shelf, i.near, i.adj, i.weight,
    )  # fmt: skip


@compiled
def state_ref(s: State) -> Any:
    """Gather what search changes."""
    return StateRef(
        s.nd, s.nl, s.free, s.rt, s.head, s.left, s.absent, s.where, s.cnt, s.known, s.at, s.nat,
        s.loading, s.nloading, s.empty, s.nempty, s.ops, s.log, s.hold, s.touched, s.stamp, s.best, s.cf, s.ci,
        s.pos, s.scratch, s.key, s.c, s.x, s.rng,
    )  # fmt: skip
