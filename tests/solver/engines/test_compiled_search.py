"""What the compiled search keeps in mind is what its routes say; what it undoes is undone."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.check import check
from solver.engines.compiled import layout as at
from solver.engines.compiled import memory, recreate, removal, search_loop
from solver.engines.compiled.build import build
from solver.engines.compiled.cache import CACHE
from solver.engines.compiled.hall import Search
from solver.engines.compiled.layout import Inst, State
from solver.engines.compiled.refs import inst_ref, state_ref
from solver.engines.compiled.result import rows_of, solution_of
from solver.engines.instance import Instance, prepare
from solver.engines.warm import locked_only
from solver.plan import Plan
from solver.problem import (
    Bay,
    Break,
    Job,
    LockedStep,
    Matrix,
    Place,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
)
from solver.search import solve

Drawn = Callable[[int], Problem]
Listening = Callable[[], AbstractContextManager[list[str]]]

seeds = st.integers(min_value=0, max_value=10**6)
thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def begun(problem: Problem, seed: int = 0) -> tuple[Instance, Search]:
    instance = prepare(problem)
    inst = build(instance)
    search = Search(inst, seed)
    search.lay(rows_of(instance, inst, locked_only(instance)))
    search.fill()
    return instance, search


def nodes_of(state: State, v: int) -> Iterator[int]:
    """Give a route's nodes between its ends, and see that they are linked both ways."""
    n = int(state.nd[state.rt[v, at.R_FIRST], at.NEXT])
    before = int(state.rt[v, at.R_FIRST])
    while n != state.rt[v, at.R_LAST]:
        assert state.nd[n, at.PREV] == before
        assert state.nd[n, at.VEH] == v
        yield n
        before, n = n, int(state.nd[n, at.NEXT])


def routes_of(state: State) -> list[list[int]]:
    return [list(nodes_of(state, v)) for v in range(len(state.rt))]


def visits_of(state: State) -> list[int]:
    return [n for nodes in routes_of(state) for n in nodes if state.nd[n, at.STOP] >= 0]


# ---------------------------------------------------------------- what must hold of a state


def stocked(inst: Inst, state: State) -> None:
    """See that the registers of stops, tasks, places, bays and buildings are the routes'."""
    nd = state.nd
    visits = visits_of(state)
    by_stop: dict[int, set[int]] = defaultdict(set)
    by_place: dict[int, list[int]] = defaultdict(list)
    for n in visits:
        by_stop[int(nd[n, at.STOP])].add(n)
        by_place[int(inst.stop[nd[n, at.STOP], at.S_PLACE])].append(n)
    for s in range(len(inst.stop)):
        chain, n = [], int(state.head[s])
        while n >= 0:
            chain.append(n)
            n = int(nd[n, at.SIB])
        assert len(chain) == len(set(chain))
        assert set(chain) == by_stop[s]
    for place in range(len(inst.plc)):
        here = state.at[place, : state.nat[place]].tolist()
        assert sorted(here) == sorted(by_place[place])
    reloads = [n for nodes in routes_of(state) for n in nodes if nd[n, at.STOP] == at.RELOAD]
    for bay in range(len(inst.bay)):
        mine = [n for n in reloads if inst.ptbay[nd[n, at.PT]] == bay]
        here = state.loading[bay, : state.nloading[bay]].tolist()
        assert sorted(here) == sorted(mine)
        assert nd[here, at.ROW].tolist() == list(range(len(here)))
        if inst.flags[at.F_TIME]:
            busy = state.busy[bay, : len(here)].tolist()
            assert busy == nd[here][:, [at.BEG, at.DEP, at.VEH]].tolist()
    assert state.c[at.C_VISITS] == len(visits)
    assert state.c[at.C_TRIPS] == len(reloads)
    free = state.free[: state.c[at.C_FREE]].tolist()
    used = {*visits, *reloads, *range(2 * len(state.rt))}
    assert used.isdisjoint(free)
    assert len(free) == len(set(free))
    assert len(free) + len(used) == len(state.free) + 2 * len(state.rt)


def left_over(inst: Inst, state: State) -> None:
    """See that what is left, and who has nothing to do, is what the routes do not say."""
    left = [(1 << int(parts)) - 1 for parts in inst.task[:, at.T_PARTS]]
    for n in visits_of(state):
        t, s = int(state.nd[n, at.TASK]), int(state.nd[n, at.STOP])
        if inst.stop[s, at.S_LEADS]:
            assert left[t] & int(state.nd[n, at.MASK]) == int(state.nd[n, at.MASK])
            left[t] &= ~int(state.nd[n, at.MASK])
    assert state.left[: len(left)].tolist() == left
    absent = state.absent[: state.c[at.C_ABSENT]].tolist()
    assert sorted(absent) == [t for t, mask in enumerate(left) if mask]
    for t in range(len(left)):
        assert (state.where[t] >= 0) == (t in absent)
        assert state.where[t] < 0 or absent[state.where[t]] == t
    idle = [v for v, nodes in enumerate(routes_of(state)) if not nodes]
    assert state.c[at.C_ROUTES] == len(state.rt) - len(idle)
    for c in range(len(state.nempty)):
        mine = state.empty[c, : state.nempty[c]].tolist()
        assert sorted(mine) == [v for v in idle if inst.veh[v, at.V_CLASS] == c]
        assert [state.rt[v, at.R_SLOT] for v in mine] == list(range(len(mine)))


def known(inst: Inst, state: State) -> None:
    """See that couriers at buildings are counted."""
    met: dict[int, Counter[int]] = defaultdict(Counter)
    for n in visits_of(state):
        b = int(inst.task[state.nd[n, at.TASK], at.T_BUILDING])
        if b >= 0 and inst.stop[state.nd[n, at.STOP], at.S_LEADS]:
            met[b][int(state.nd[n, at.VEH])] += 1
    for b in range(len(state.known)):
        assert state.known[b] == len(met[b])
        assert {v: int(k) for v, k in enumerate(state.cnt[b]) if k} == dict(met[b])
    assert state.c[at.C_EXCESS] == sum(max(0, len(those) - 1) for those in met.values())


def priced(instance: Instance, inst: Inst, state: State) -> None:
    """See that sums are those of the plan as the rules' own code prices it."""
    solution = solution_of(instance, inst, rows(state))
    routes = sum(solution.shift_cost(v) for v in range(len(state.rt)))
    # Search rounds arc by arc, the tariff once.
    assert state.x[at.X_ROUTES] == pytest.approx(routes, abs=len(state.nd), rel=1e-3)
    assert state.x[at.X_ROUTES] == state.rt[:, at.R_COST].sum()
    penalty = sum(
        inst.pen[t] * int(state.left[t]).bit_count() / inst.task[t, at.T_PARTS]
        for t in range(len(inst.task))
    )
    assert state.x[at.X_PENALTY] == pytest.approx(penalty, rel=1e-9, abs=1e-3)
    soft = inst.weight[0] * state.c[at.C_EXCESS]
    for n in visits_of(state):
        t = int(state.nd[n, at.TASK])
        if inst.stop[state.nd[n, at.STOP], at.S_LEADS]:
            for who, cost in ((at.T_WISH0, at.T_WISHCOST0), (at.T_WISH1, at.T_WISHCOST1)):
                wished = inst.task[t, who]
                soft += int(wished >= 0 and wished != state.nd[n, at.VEH]) * inst.task[t, cost]
    assert state.x[at.X_SOFT] == pytest.approx(soft, abs=1e-3)


def rows(state: State) -> Any:
    made = []
    for v, nodes in enumerate(routes_of(state)):
        for n in nodes:
            columns = (at.STOP, at.MASK, at.PT, at.BEG, at.DEP, at.ARR, at.LOCK)
            row = [v, *(int(state.nd[n, c]) for c in columns)]
            if row[at.Q_STOP] == at.RELOAD:
                row[at.Q_MASK] = 0  # says nothing there
            else:
                row[at.Q_PT] = 0
            made.append(row)
    return np.array(made, np.int64).reshape(-1, at.SEQUENCE_COLUMNS)


def timed(instance: Instance, inst: Inst, state: State) -> None:
    """See that the rules' own code finds the very instants that the search has."""
    if not inst.flags[at.F_TIME]:
        return
    solution = solution_of(instance, inst, rows(state))
    for v, nodes in enumerate(routes_of(state)):
        visits = [x for trip in solution.shifts[v] for x in trip.visits if x.type != "break"]
        found = [(x.begin_s, x.end_s) for x in visits]
        assert found == [(int(state.nd[n, at.BEG]), int(state.nd[n, at.DEP])) for n in nodes]


def sound(instance: Instance, search: Search) -> None:
    stocked(search.inst, search.state)
    left_over(search.inst, search.state)
    known(search.inst, search.state)
    priced(instance, search.inst, search.state)
    timed(instance, search.inst, search.state)


# ---------------------------------------------------------------- tests


@thorough
@given(seed=seeds)
def test_what_search_keeps_in_mind_is_what_its_routes_say(drawn: Drawn, seed: int) -> None:
    instance, search = begun(drawn(seed), seed)
    sound(instance, search)
    for steps in (1, 40):
        search.burst(steps, 100.0)
        sound(instance, search)


@thorough
@given(seed=seeds)
def test_a_step_that_is_undone_leaves_no_trace(drawn: Drawn, seed: int) -> None:
    instance, search = begun(drawn(seed), seed)
    search.burst(15, 100.0)
    inst, state = search.inst, search.state
    held = inst_ref(inst), state_ref(state)
    everywhere = False
    for _ in range(10):
        before, sums = rows(state).tolist(), state.x.copy()
        steady = state.rt[:, : at.R_SLOT].copy()
        memory.begin_step(held[1])
        removal.ruin(*held, search_loop.REMOVED)
        recreate.recreate(*held, 0.01, search_loop.MOST, 1.0, everywhere)
        memory.undo(*held)
        assert rows(state).tolist() == before
        assert state.x[at.X_ROUTES] == sums[at.X_ROUTES]
        assert state.x.tolist() == pytest.approx(sums.tolist(), rel=1e-9, abs=1e-3)
        assert state.rt[:, : at.R_SLOT].tolist() == steady.tolist()
        sound(instance, search)


@thorough
@given(seed=seeds)
def test_every_plan_found_can_be_timed_and_keeps_every_rule(
    drawn: Drawn, complaints: Listening, seed: int
) -> None:
    problem = drawn(seed)
    with complaints() as faults:
        plan = solve(problem, step_limit=1, seed=seed, engine="search")
    assert faults == []
    assert check(problem, plan) == ()
    assert plan.summary.engine == "search"


# Columns of nodes and routes that follow from the routes and their times alone.
ALWAYS = (at.LOC, at.LOCK, at.OUT, at.STOP, at.TASK, at.ZP)
BY_FLAG = (
    (at.F_TIME, (at.BEG, at.DEP, at.LAT)),
    (at.F_ZONES, (at.ZS,)),
    (at.F_DURATION, (at.FD, at.FE, at.FL, at.BD, at.BE, at.BL)),
)
ROUTE = (at.R_VISITS, at.R_TRIPS, at.R_COST, at.R_TRAVEL, at.R_DIST, at.R_WORK)


def worked_out(inst: Inst, state: State) -> list[Any]:
    """Give what is kept of each node and route, nodes by their place in the route."""
    columns = [*ALWAYS, *(c for flag, those in BY_FLAG if inst.flags[flag] for c in those)]
    loads = [at.BOARD, *((at.AFTER, at.MAX_TO, at.MAX_FROM) if inst.flags[at.F_PICKUP] else ())]
    found: list[Any] = []
    for v, between in enumerate(routes_of(state)):
        first, last = int(state.rt[v, at.R_FIRST]), int(state.rt[v, at.R_LAST])
        found.append(state.rt[v, ROUTE].tolist())
        index = {n: i for i, n in enumerate((first, *between))}
        for n in (first, *between) if between else ():
            row = state.nd[n]
            found.append((index[int(row[at.HEAD])], row[columns].tolist()))
            found.append(state.nl[n, loads].tolist())
            if row[at.STOP] in {at.START, at.RELOAD}:
                found.append(int(row[at.REL]))
                found.append(index.get(int(row[at.TAIL])) if state.nd[row[at.NEXT], at.STOP] >= 0
                             else None)  # fmt: skip
        if between and inst.flags[at.F_TIME]:
            found.append(int(state.nd[last, at.LAT]))
    return found


@thorough
@given(seed=seeds)
def test_what_is_kept_is_what_a_plan_laid_anew_has(drawn: Drawn, seed: int) -> None:
    _, search = begun(drawn(seed), seed)
    for steps in (1, 10, 60):
        search.burst(steps, 100.0)
        anew = Search(search.inst, seed)
        anew.lay(rows(search.state))
        assert worked_out(search.inst, search.state) == worked_out(search.inst, anew.state)
        sums = [at.X_ROUTES, at.X_PENALTY, at.X_SOFT]
        kept = search.state.x[sums].tolist()
        assert kept == pytest.approx(anew.state.x[sums].tolist(), rel=1e-9, abs=1e-3)
        for counter in (at.C_EXCESS, at.C_VISITS, at.C_ROUTES, at.C_TRIPS, at.C_ABSENT):
            assert search.state.c[counter] == anew.state.c[counter]


def test_a_search_that_is_compiled_compiles_nothing_more(drawn: Drawn) -> None:
    solve(drawn(1), step_limit=1, engine="search")
    assert CACHE is not None
    kept = {path: path.stat().st_mtime_ns for path in CACHE.rglob("*") if path.is_file()}
    for seed in (1, 2, 3, 5, 8):
        solve(drawn(seed), step_limit=1, seed=seed, engine="search")
    solve(drawn(1), time_limit_s=0.5, engine="search")
    assert {p: p.stat().st_mtime_ns for p in CACHE.rglob("*") if p.is_file()} == kept


def street(*xs: int) -> dict[str, Matrix]:
    points = np.array(xs)
    seconds = np.abs(points[:, None] - points[None]).astype(np.int64)
    return {"car": Matrix(duration_s=seconds, distance_m=seconds, cost=seconds)}


def accepted(problem: Problem, caplog: pytest.LogCaptureFixture) -> Plan:
    plan = solve(problem, step_limit=2, engine="search")
    assert check(problem, plan) == ()
    assert caplog.records == []
    return plan


def test_who_meets_two_one_after_the_other_needs_no_third_lane(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # 1 stays long in one lane; 2 and 3 come one after the other in the other lane. Whoever is
    # written out last meets both of the others, but never at once.
    def lone(name: int, begin: int, service_s: int) -> Job:
        return Job(
            id=name, location=1, courier=name, windows=((begin, begin),), service_s=service_s,
            place="p",
        )  # fmt: skip

    problem = Problem(
        vehicles=tuple(Vehicle(id=n, start=0, end=0) for n in (2, 3, 1)),
        jobs=(lone(2, 1000, 100), lone(3, 2000, 100), lone(1, 1050, 2000)),
        places=(Place(id="p", lanes=2, separation_s=300),),
        matrices=street(0, 100),
        separation_s=300,
    )
    for vehicles in (problem.vehicles, problem.vehicles[::-1]):
        turned = Problem(
            vehicles=vehicles,
            jobs=problem.jobs,
            places=problem.places,
            matrices=problem.matrices,
            separation_s=300,
        )
        for engine in ("search", "construct"):
            plan = solve(turned, step_limit=1, engine=engine)
            assert check(turned, plan) == ()
            assert plan.unassigned == ()
    assert caplog.records == []


def test_a_bay_of_two_lanes_takes_one_after_another_beside_a_third(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def rider(name: int, load_s: int, begin: int) -> Vehicle:
        return Vehicle(
            id=name, start=0, end=0, capacity=(1,), points=(0,), reload_service_s=load_s,
            window=(begin, 9000),
        )  # fmt: skip

    # From 0 to 100, from 100 to 200, and beside both of them from 50 to 150.
    riders = (rider(1, 100, 0), rider(2, 100, 100), rider(3, 100, 50))
    problem = Problem(
        vehicles=riders,
        jobs=tuple(Job(id=n, location=1, courier=n, delivery=(1,)) for n in (1, 2, 3)),
        bays=(Bay(location=0, lanes=2),),
        matrices=street(0, 100),
        dimensions=1,
    )
    plan = accepted(problem, caplog)
    begins = [
        s.arrival_s + s.waiting_s for r in plan.routes for s in r.steps if s.type == "reload"
    ]
    assert sorted(begins) == [0, 50, 100]


def test_a_break_that_no_load_allows_yet_comes_on_a_later_trip(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # What is picked up on the first trip is too much for the break until the next loading.
    courier = Vehicle(
        id=1, start=0, end=0, capacity=(9,), points=(0,), max_trips=2,
        breaks=(Break(id=1, service_s=60, max_load=(3,), time_windows=((300, 900),)),),
    )  # fmt: skip
    problem = Problem(
        vehicles=(courier,),
        jobs=(
            Job(id=1, location=1, pickup=(9,), windows=((100, 110),)),
            Job(id=2, location=1, delivery=(3,), windows=((350, 900),)),
        ),
        matrices=street(0, 100),
        dimensions=1,
    )
    plan = accepted(problem, caplog)
    assert plan.unassigned == ()
    again = solve(problem, step_limit=1, engine="search", warm_start=plan)
    assert again.routes == plan.routes


def test_locked_steps_stay_while_search_goes_on() -> None:
    courier = Vehicle(
        id=1, start=0, end=0, capacity=(9,), points=(0,), max_trips=4,
        locked=(
            LockedStep(type="reload", locked=True, service_at=0),
            LockedStep(type="job", id=1, locked=True, service_at=150),
        ),
    )  # fmt: skip
    problem = Problem(
        vehicles=(courier,),
        jobs=tuple(Job(id=n, location=n % 3 + 1, delivery=(2,)) for n in range(1, 9)),
        matrices=street(0, 100, 150, 400),
        dimensions=1,
    )
    instance, search = begun(problem)
    for _ in range(5):
        search.burst(30, 100.0)
        sound(instance, search)
        first = next(n for n in nodes_of(search.state, 0) if search.state.nd[n, at.STOP] >= 0)
        assert search.state.nd[first, at.LOCK]


def test_a_shipment_locked_in_part_stays_whole() -> None:
    # The pickup stays where it is; its delivery cannot go without it.
    courier = Vehicle(
        id=1, start=0, end=0, capacity=(9,), window=(0, 3000),
        locked=(LockedStep(type="pickup", id=1, locked=True, service_at=100),),
    )  # fmt: skip
    problem = Problem(
        vehicles=(courier, Vehicle(id=2, start=0, end=0, capacity=(9,))),
        jobs=tuple(Job(id=n, location=n % 3 + 1, delivery=(2,)) for n in range(3, 11)),
        shipments=(
            Shipment(
                pickup=ShipmentStep(id=1, location=1),
                delivery=ShipmentStep(id=2, location=2),
                amount=(1,),
            ),
        ),
        matrices=street(0, 100, 150, 400),
        dimensions=1,
    )
    plan = solve(problem, step_limit=2, engine="search")
    assert check(problem, plan) == ()
