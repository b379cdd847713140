"""One pointer instead of many arrays: how compiled functions are handed :class:`Inst`, ``State``.

The arrays stay where they are; a reference only gathers them. Passing the tuples themselves makes
every compiled call copy hundreds of words, and compiling take minutes.
"""

from typing import Any

from numba import types
from numba.core import cgutils
from numba.experimental import structref
from numba.extending import intrinsic
from typing_extensions import override

from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import Inst, State


class InstRef(structref.StructRefProxy):
    """A reference to an :class:`Inst`."""


class StateRef(structref.StructRefProxy):
    """A reference to a :class:`State`."""


@structref.register
class InstType(types.StructRef):
    """How numba sees an :class:`InstRef`."""

    @override
    def preprocess_fields(self, fields: Any) -> Any:
        """Take fields as they are."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


@structref.register
class StateType(types.StructRef):
    """How numba sees a :class:`StateRef`."""

    @override
    def preprocess_fields(self, fields: Any) -> Any:
        """Take fields as they are."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


structref.define_proxy(InstRef, InstType, list(Inst._fields))
structref.define_proxy(StateRef, StateType, list(State._fields))


def _without_owner(_: Any, array: Any) -> Any:
    """Give an array without its owner: counting owners at each use costs more than the use.

    Two threads that count on the same memory wait for each other, too.
    """

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        made = context.make_array(signature.args[0])(context, builder, value=args[0])
        made.meminfo = cgutils.get_null_value(made.meminfo.type)
        made.parent = cgutils.get_null_value(made.parent.type)
        return made._getvalue()  # noqa: SLF001 - the one way that numba offers

    return array(array), code


_bare: Any = intrinsic(_without_owner)


@compiled
def inst_ref(i: Inst) -> Any:
    """Gather what does not change. Whoever calls keeps the arrays alive."""
    return InstRef(
        _bare(i.flags), _bare(i.dur), _bare(i.cost), _bare(i.dur_to),
        _bare(i.cost_to), _bare(i.dist), _bare(i.home), _bare(i.stop),
        _bare(i.win), _bare(i.svc), _bare(i.setup), _bare(i.amount), _bare(i.part), _bare(i.task),
        _bare(i.pen), _bare(i.elig), _bare(i.tpt), _bare(i.veh), _bare(i.cap), _bare(i.pts),
        _bare(i.ptloc), _bare(i.ptbay), _bare(i.bay), _bare(i.brk), _bare(i.brkload), _bare(i.plc),
        _bare(i.closed), _bare(i.cleared), _bare(i.shelf), _bare(i.near), _bare(i.adj),
        _bare(i.weight),
    )  # fmt: skip


@compiled
def state_ref(s: State) -> Any:
    """Gather what search changes. Whoever calls keeps the arrays alive."""
    return StateRef(
        _bare(s.nd), _bare(s.nl), _bare(s.free), _bare(s.rt), _bare(s.head), _bare(s.left),
        _bare(s.absent), _bare(s.where), _bare(s.cnt), _bare(s.known), _bare(s.at), _bare(s.nat),
        _bare(s.loading), _bare(s.nloading), _bare(s.empty), _bare(s.nempty), _bare(s.ops),
        _bare(s.log), _bare(s.hold), _bare(s.touched), _bare(s.stamp), _bare(s.best),
        _bare(s.cf), _bare(s.ci), _bare(s.pos), _bare(s.scratch),
        _bare(s.key), _bare(s.c), _bare(s.x), _bare(s.rng),
    )  # fmt: skip
