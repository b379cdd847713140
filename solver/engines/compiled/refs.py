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


bare: Any = intrinsic(_without_owner)


@compiled
def inst_ref(i: Inst) -> Any:
    """Gather what does not change. Whoever calls keeps the arrays alive."""
    return InstRef(
        bare(i.flags), bare(i.dur), bare(i.cost), bare(i.dur_to),
        bare(i.cost_to), bare(i.dist), bare(i.home), bare(i.stop),
        bare(i.win), bare(i.svc), bare(i.setup), bare(i.amount), bare(i.part), bare(i.task),
        bare(i.pen), bare(i.elig), bare(i.tpt), bare(i.veh), bare(i.cap), bare(i.pts),
        bare(i.ptloc), bare(i.ptbay), bare(i.bay), bare(i.brk), bare(i.brkload), bare(i.plc),
        bare(i.closed), bare(i.cleared), bare(i.shelf), bare(i.near), bare(i.adj),
        bare(i.weight), bare(i.house), bare(i.housed),
    )  # fmt: skip


@compiled
def state_ref(s: State) -> Any:
    """Gather what search changes. Whoever calls keeps the arrays alive."""
    return StateRef(
        bare(s.nd), bare(s.nl), bare(s.free), bare(s.rt), bare(s.head), bare(s.left),
        bare(s.absent), bare(s.where), bare(s.cnt), bare(s.known), bare(s.at), bare(s.nat),
        bare(s.loading), bare(s.nloading), bare(s.busy), bare(s.empty),
        bare(s.nempty), bare(s.ops),
        bare(s.log), bare(s.hold), bare(s.touched), bare(s.stamp), bare(s.best),
        bare(s.cf), bare(s.ci), bare(s.pos), bare(s.scratch),
        bare(s.key), bare(s.c), bare(s.x), bare(s.rng),
    )  # fmt: skip
