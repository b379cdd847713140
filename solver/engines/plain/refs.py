"""One pointer instead of many arrays; see :mod:`solver.engines.compiled.refs`."""

from typing import Any

from numba import types
from numba.experimental import structref
from typing_extensions import override

from solver.engines.compiled.refs import bare
from solver.engines.plain.jit import compiled
from solver.engines.plain.layout import Plain


class PlainRef(structref.StructRefProxy):
    """A reference to a :class:`Plain`."""


@structref.register
class PlainType(types.StructRef):
    """How numba sees a :class:`PlainRef`."""

    @override
    def preprocess_fields(self, fields: Any) -> Any:
        """Take fields as they are."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


structref.define_proxy(PlainRef, PlainType, list(Plain._fields))


@compiled
def plain_ref(p: Plain) -> Any:
    """Gather what search changes. Whoever calls keeps the arrays alive."""
    return PlainRef(
        bare(p.nd), bare(p.sp), bare(p.rt), bare(p.absent),
        bare(p.where), bare(p.empty), bare(p.nempty), bare(p.ops), bare(p.touched),
        bare(p.far), bare(p.bestnext), bare(p.key), bare(p.order), bare(p.c),
        bare(p.x), bare(p.rng),
    )  # fmt: skip
