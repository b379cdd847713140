"""What a plan costs, all in all."""

from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    F_BALANCE,
    R_WORK,
    X_PENALTY,
    X_ROUTES,
    X_SOFT,
    Inst,
    State,
)


@compiled
def uneven(inst: Inst, st: State) -> float:
    """Price the minutes of work above the mean."""
    if not inst.flags[F_BALANCE]:
        return 0.0
    fleet = st.rt.shape[0]
    mean = 0.0
    for v in range(fleet):
        mean += st.rt[v, R_WORK]
    mean /= fleet
    over = 0.0
    for v in range(fleet):
        over += max(0.0, st.rt[v, R_WORK] - mean)
    return inst.weight[1] * over


@compiled
def worth(inst: Inst, st: State) -> float:
    """Price the plan: routes, what is left out, faces, wishes, evenness."""
    return st.x[X_ROUTES] + st.x[X_PENALTY] + st.x[X_SOFT] + uneven(inst, st)
