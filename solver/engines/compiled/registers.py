"""What is left, who knows whom, which vehicles are unused: kept true, change by change."""

from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    BOARD,
    C_ABSENT,
    C_EXCESS,
    C_ROUTES,
    CHANGE,
    MASK,
    R_SLOT,
    STOP,
    T_BUILDING,
    T_PART0,
    T_PARTS,
    T_SPLIT,
    T_WISH0,
    T_WISH1,
    T_WISHCOST0,
    T_WISHCOST1,
    TASK,
    V_CLASS,
    X_PENALTY,
    X_SOFT,
    Inst,
    State,
)


@compiled
def bits(mask: int) -> int:
    """Count the parts in a mask."""
    count = 0
    while mask:
        mask &= mask - 1
        count += 1
    return count


@compiled
def wish_cost(inst: Inst, t: int, v: int) -> int:
    """Give what serving a task by this vehicle costs against wishes and the previous plan."""
    cost = 0
    if inst.task[t, T_WISH0] >= 0 and inst.task[t, T_WISH0] != v:
        cost += inst.task[t, T_WISHCOST0]
    if inst.task[t, T_WISH1] >= 0 and inst.task[t, T_WISH1] != v:
        cost += inst.task[t, T_WISHCOST1]
    return cost


@compiled
def share_left(inst: Inst, st: State, t: int) -> float:
    """Give the price of what a task still wants."""
    if st.left[t] == 0:
        return 0.0
    parts = inst.task[t, T_PARTS]
    if parts == 1:
        return inst.pen[t]
    return inst.pen[t] * bits(st.left[t]) / parts


@compiled
def set_left(inst: Inst, st: State, t: int, mask: int) -> None:
    """State which parts of a task are not brought."""
    x = st.x
    left = st.left
    where = st.where
    c = st.c
    absent = st.absent
    x[X_PENALTY] -= share_left(inst, st, t)
    left[t] = mask
    x[X_PENALTY] += share_left(inst, st, t)
    if mask and where[t] < 0:
        where[t] = c[C_ABSENT]
        absent[c[C_ABSENT]] = t
        c[C_ABSENT] += 1
    elif mask == 0 and where[t] >= 0:
        c[C_ABSENT] -= 1
        other = absent[c[C_ABSENT]]
        absent[where[t]] = other
        where[other] = where[t]
        where[t] = -1


@compiled
def meet(inst: Inst, st: State, t: int, v: int, sign: int) -> None:
    """Count a courier in or out of a task's building, and what was wished."""
    task = inst.task
    cnt = st.cnt
    known = st.known
    c = st.c
    x = st.x
    weight = inst.weight
    b = task[t, T_BUILDING]
    if b >= 0:
        before = cnt[b, v]
        cnt[b, v] = before + sign
        if before == 0:
            known[b] += 1
            if known[b] > 1:
                c[C_EXCESS] += 1
                x[X_SOFT] += weight[0]
        elif before + sign == 0:
            if known[b] > 1:
                c[C_EXCESS] -= 1
                x[X_SOFT] -= weight[0]
            known[b] -= 1
    if task[t, T_WISH0] >= 0:
        x[X_SOFT] += sign * wish_cost(inst, t, v)


@compiled
def set_amounts(inst: Inst, st: State, n: int) -> None:
    """State what a visit boards and changes."""
    nd = st.nd
    task = inst.task
    part = inst.part
    nl = st.nl
    amount_ = inst.amount
    s = nd[n, STOP]
    t = nd[n, TASK]
    dims = inst.cap.shape[1]
    if task[t, T_SPLIT]:
        first = task[t, T_PART0]
        mask = nd[n, MASK]
        for d in range(dims):
            amount = 0
            for p in range(task[t, T_PARTS]):
                if (mask >> p) & 1:
                    amount += part[first + p, d]
            nl[n, BOARD, d] = amount
            nl[n, CHANGE, d] = -amount
    else:
        for d in range(dims):
            nl[n, BOARD, d] = amount_[s, 0, d]
            nl[n, CHANGE, d] = amount_[s, 1, d]


@compiled
def used(inst: Inst, st: State, v: int) -> None:
    """Take a vehicle off the list of the unused of its class."""
    c = inst.veh[v, V_CLASS]
    slot = st.rt[v, R_SLOT]
    if slot < 0:
        return
    st.nempty[c] -= 1
    st.c[C_ROUTES] += 1
    other = st.empty[c, st.nempty[c]]
    st.empty[c, slot] = other
    st.rt[other, R_SLOT] = slot
    st.rt[v, R_SLOT] = -1


@compiled
def unused(inst: Inst, st: State, v: int) -> None:
    """Put a vehicle on the list of the unused of its class."""
    if st.rt[v, R_SLOT] >= 0:
        return
    c = inst.veh[v, V_CLASS]
    st.c[C_ROUTES] -= 1
    st.empty[c, st.nempty[c]] = v
    st.rt[v, R_SLOT] = st.nempty[c]
    st.nempty[c] += 1
