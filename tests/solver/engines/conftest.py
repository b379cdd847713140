"""Plain problems drawn at random, and what must hold of a search of them."""

import logging
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from solver.engines.compiled import layout as at
from solver.engines.compiled.build import build
from solver.engines.compiled.layout import Inst
from solver.engines.instance import prepare
from solver.engines.plain import layout as own
from solver.engines.plain.hall import PlainSearch
from solver.engines.plain.layout import Plain
from solver.engines.plain.scope import is_plain
from solver.problem import HORIZON_S, UNREACHABLE, Job, Matrix, Problem, Vehicle

_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a drawn problem may have; None: as it is drawn."""

    jobs: int | None = None
    vehicles: int | None = None
    timed: bool | None = None
    prized: bool | None = None
    metric: bool | None = None
    reachable: bool = False
    spare: bool = True
    limited: bool | None = None


_ANY = Kind()


def _matrix(rng: random.Random, size: int, kind: Kind) -> Matrix:
    metric = rng.random() < 0.7 if kind.metric is None else kind.metric
    if metric:
        points = np.array([(rng.randrange(900), rng.randrange(900)) for _ in range(size)])
        metres = np.abs(points[:, None] - points[None]).sum(2).astype(np.int64)
    else:  # one-way streets: straight on may take longer than by way of others
        ways = [[rng.randrange(1, 1800) for _ in range(size)] for _ in range(size)]
        metres = np.array(ways, np.int64).reshape(size, size)
    seconds = metres * rng.choice((1, 2))
    cost = rng.choice((seconds, metres * 3))
    if not kind.reachable and size > 2 and rng.random() < 0.3:
        seconds, metres, cost = seconds.copy(), metres.copy(), cost.copy()
        lonely = rng.random() < 0.3
        for table in (seconds, metres, cost):
            table[1, 2] = UNREACHABLE
            if lonely:
                table[:, size - 1] = UNREACHABLE
    for table in (seconds, metres, cost):
        np.fill_diagonal(table, 0)
    return Matrix(duration_s=seconds, distance_m=metres, cost=cost)


def _vehicle(rng: random.Random, name: int, size: int, *, timed: bool, limited: bool) -> Vehicle:
    shift = (rng.choice((0, 1800)), rng.choice((2 * _HOUR, 5 * _HOUR)))
    return Vehicle(
        id=name,
        profile=rng.choice(("car", "car", "bike")),
        type=rng.choice(("", "slow")),
        start=rng.choice((0, 0, 0, size - 1, None)),
        end=rng.choice((0, 0, 0, size - 1, None)),
        capacity=(rng.randrange(10, 60), rng.choice((2, 4, 9))),
        skills=frozenset({1}) if rng.random() < 0.5 else frozenset(),
        window=shift if timed else (0, HORIZON_S),
        speed_factor=rng.choice((1.0, 1.0, 1.3)),
        max_duration_s=rng.choice((None, 1800, 5000)) if limited else None,
        fixed_cost=rng.choice((0, 200, 3000)),
        cost_per_km=rng.choice((0, 100)),
    )


def _job(rng: random.Random, name: int, size: int, *, timed: bool, prized: bool) -> Job:
    windows: tuple[tuple[int, int], ...] = ()
    if timed and rng.random() < 0.6:
        begin = rng.randrange(0, 3 * _HOUR, 300)
        windows = ((begin, begin + rng.randrange(0, _HOUR)),)
    return Job(
        id=name,
        location=rng.randrange(size),
        service_s=rng.choice((0, 0, 120, 300)),
        service_per_type_s=(("slow", 400),) if rng.random() < 0.3 else (),
        delivery=(rng.randrange(0, 15), 1),
        skills=frozenset({1}) if rng.random() < 0.2 else frozenset(),
        priority=rng.choice((0, 0, 10)),
        windows=windows,
        prize=rng.randrange(0, 3000) if prized and rng.random() < 0.8 else None,
    )


def _draw(seed: int, kind: Kind = _ANY) -> Problem:
    rng = random.Random(seed)
    size = rng.randint(2, 12)
    timed = rng.random() < 0.7 if kind.timed is None else kind.timed
    prized = rng.random() < 0.3 if kind.prized is None else kind.prized
    limited = timed and rng.random() < 0.5 if kind.limited is None else kind.limited
    crew = rng.randint(1, 5) if kind.vehicles is None else kind.vehicles
    vehicles = [_vehicle(rng, n + 1, size, timed=timed, limited=limited) for n in range(crew)]
    if kind.spare and rng.random() < 0.4:  # several of a class
        vehicles += [replace(v, id=v.id + crew) for v in vehicles[:2]]
    many = rng.randint(1, 16) if kind.jobs is None else kind.jobs
    return Problem(
        vehicles=tuple(vehicles),
        jobs=tuple(_job(rng, n + 1, size, timed=timed, prized=prized) for n in range(many)),
        matrices={name: _matrix(rng, size, kind) for name in ("car", "bike")},
        dimensions=2,
    )


def _begun(problem: Problem, seed: int = 0) -> PlainSearch:
    inst = build(prepare(problem))
    assert is_plain(inst)
    search = PlainSearch(inst, seed)
    search.fill()
    return search


# ---------------------------------------------------------------- what must hold of a state


def _arc(grid: np.ndarray, k: int, a: int, b: int) -> int:
    return 0 if a < 0 or b < 0 else int(grid[k, a, b])


class Route:
    """A route read out of a state, and what follows from its stops alone."""

    def __init__(self, inst: Inst, state: Plain, v: int) -> None:
        self.inst, self.v = inst, v
        stops = len(inst.stop)
        self.first, self.last = stops + 2 * v, stops + 2 * v + 1
        self.nodes = [self.first]
        while self.nodes[-1] != self.last:
            self.nodes.append(int(state.nd[self.nodes[-1], own.NEXT]))
            assert len(self.nodes) <= stops + 2
        row = inst.veh[v]
        self.k, self.type = int(row[at.V_K]), int(row[at.V_TYPE])
        self.window = int(row[at.V_W0]), int(row[at.V_W1])
        self.serve(tuple(self.nodes[1:-1]))

    def serve(self, stops: tuple[int, ...]) -> None:
        """Let the route be another."""
        inst, row = self.inst, self.inst.veh[self.v]
        self.stops = list(stops)
        self.nodes = [self.first, *stops, self.last]
        locs = inst.stop[self.stops, at.S_LOC].tolist()
        self.locs = [int(row[at.V_START]), *locs, int(row[at.V_END])]

    def opening(self, i: int) -> tuple[int, int]:
        s = self.nodes[i]
        if s >= len(self.inst.stop):
            return self.window
        if not self.inst.stop[s, at.S_NWIN]:
            return 0, own.LONGEST_S
        return int(self.inst.win[s, 0, 0]), int(self.inst.win[s, 0, 1])

    def service(self, i: int) -> int:
        s = self.nodes[i]
        return int(self.inst.svc[s, self.type]) if s < len(self.inst.stop) else 0

    def ride(self, i: int) -> int:
        return _arc(self.inst.dur, self.k, self.locs[i], self.locs[i + 1])

    def costs(self) -> list[int]:
        pairs = zip(self.locs, self.locs[1:], strict=False)
        return [_arc(self.inst.cost, self.k, a, b) for a, b in pairs] if self.stops else [0]

    def ends(self, begin: int, low: int, high: int) -> list[int]:
        """Give when each node from ``low`` to ``high`` is done with, begun at ``begin``."""
        done = [begin + self.service(low)]
        for i in range(low, high):
            start = max(done[-1] + self.ride(i), self.opening(i + 1)[0])
            done.append(start + self.service(i + 1))
        return done

    def latest(self, high: int) -> list[int]:
        """Give how late one may begin at each node, so that all is well up to ``high``."""
        by = [self.opening(high)[1]]
        for i in range(high - 1, -1, -1):
            by.insert(0, min(self.opening(i)[1], by[0] - self.ride(i) - self.service(i)))
        return by

    def span(self, low: int, high: int) -> tuple[int, int, int]:
        """Give least duration of a part, and when it may begin for that: first and last."""
        late = self.latest(high)[low]
        length = self.ends(late, low, high)[-1] - late
        early = self.opening(low)[0]
        return length, max(early, self.ends(early, low, high)[-1] - length), late

    def keeps_every_rule(self) -> bool:
        inst, v = self.inst, self.v
        if (inst.amount[self.stops, 0].sum(0) > inst.cap[v]).any():
            return False
        if not inst.elig[self.stops, inst.veh[v, at.V_CLASS]].all():
            return False
        pairs = list(zip(self.locs, self.locs[1:], strict=False))
        if max(_arc(inst.dur, self.k, a, b) for a, b in pairs) >= at.FAR:
            return False
        if not inst.flags[at.F_TIME]:
            return True
        last = len(self.nodes) - 1
        ends = self.ends(self.window[0], 0, last)
        begins = [end - self.service(i) for i, end in enumerate(ends)]
        if any(b > self.opening(i)[1] for i, b in enumerate(begins)):
            return False
        return self.span(0, last)[0] <= inst.veh[v, at.V_DUR]


def _routes(search: PlainSearch) -> list[Route]:
    return [Route(search.inst, search.state, v) for v in range(len(search.inst.veh))]


def _linked(route: Route, state: Plain) -> None:
    nd, inst = state.nd, route.inst
    costs = route.costs()
    for i, n in enumerate(route.nodes):
        assert nd[n, own.VEH] == route.v
        assert nd[n, own.LOC] == route.locs[i]
        assert nd[n, own.SVC] == route.service(i)
        assert (nd[n, own.OPENS], nd[n, own.CLOSES]) == route.opening(i)
        if i:
            assert nd[n, own.PREV] == route.nodes[i - 1]
            assert nd[n, own.AHEAD] == route.locs[i - 1]
            assert nd[n, own.INTO] == costs[i - 1]
        if n != route.last:
            assert nd[n, own.AFTER] == route.locs[i + 1]
            assert nd[n, own.OUT] == costs[i]
    assert state.rt[route.v, own.R_VISITS] == len(route.stops)
    loads = inst.amount[route.stops, 0].sum(0)
    assert state.rt[route.v, own.R_LOAD :].tolist() == loads.tolist()


def _timed(route: Route, state: Plain) -> None:
    nd, last = state.nd, len(route.nodes) - 1
    ends = route.ends(route.window[0], 0, last)
    assert nd[route.nodes, own.DEP].tolist() == ends
    assert nd[route.nodes[1:], own.LAT].tolist() == route.latest(last)[1:]
    if route.inst.flags[at.F_DURATION]:
        for i, n in enumerate(route.nodes):
            head, tail = route.span(0, i), route.span(i, last)
            assert tuple(state.sp[n, [own.FD, own.FE, own.FL]].tolist()) == head
            assert tuple(state.sp[n, [own.BD, own.BE, own.BL]].tolist()) == tail


def _counted(inst: Inst, state: Plain, routes: list[Route]) -> None:
    """See that sums and lists are those of the routes."""
    used = [r for r in routes if r.stops]
    fixed = sum(int(inst.veh[r.v, at.V_FIXED]) for r in used)
    assert state.c[own.C_COST] == fixed + sum(sum(r.costs()) for r in used)
    assert state.c[own.C_ROUTES] == len(used)
    served = {s for r in used for s in r.stops}
    assert state.c[own.C_VISITS] == len(served)
    absent = state.absent[: state.c[own.C_ABSENT]].tolist()
    assert sorted(absent) == [s for s in range(len(inst.stop)) if s not in served]
    for s in range(len(inst.stop)):
        assert state.where[s] == (absent.index(s) if s in absent else -1)
        assert (state.nd[s, own.VEH] == own.NOWHERE) == (s in absent)
    assert state.x[own.X_PENALTY] == pytest.approx(inst.pen[absent].sum(), rel=1e-9, abs=1e-3)
    for c in range(len(state.nempty)):
        idle = state.empty[c, : state.nempty[c]].tolist()
        mine = [r.v for r in routes if not r.stops and inst.veh[r.v, at.V_CLASS] == c]
        assert sorted(idle) == mine
        assert state.rt[idle, own.R_SLOT].tolist() == list(range(len(idle)))
    assert all(state.rt[r.v, own.R_SLOT] == -1 for r in used)


def _sound(search: PlainSearch, *, rules: bool = True) -> None:
    inst, state = search.inst, search.state
    routes = _routes(search)
    for route in routes:
        _linked(route, state)
        if route.stops and rules:
            assert route.keeps_every_rule()
            if inst.flags[at.F_TIME]:
                _timed(route, state)
    _counted(inst, state, routes)


def _picture(search: PlainSearch) -> dict[str, Any]:
    state = search.state
    used = [r for r in _routes(search) if r.stops]
    nodes = [n for r in used for n in r.nodes]
    kept = [c for c in range(own.CLOSES + 1) if c != own.LAT]
    return {
        "routes": [(r.v, r.stops) for r in used],
        "nodes": state.nd[nodes][:, kept].tolist(),
        "latest": state.nd[[n for r in used for n in r.nodes[1:]], own.LAT].tolist(),
        "spans": state.sp[nodes].tolist() if search.inst.flags[at.F_DURATION] else [],
        "loads": state.rt[:, [own.R_VISITS, *range(own.R_LOAD, state.rt.shape[1])]].tolist(),
        "counts": state.c[[own.C_ABSENT, own.C_COST, own.C_ROUTES, own.C_VISITS]].tolist(),
        "absent": sorted(state.absent[: state.c[own.C_ABSENT]].tolist()),
        "penalty": pytest.approx(float(state.x[own.X_PENALTY]), rel=1e-9, abs=1e-3),
    }


@pytest.fixture(scope="session")
def picture_plain() -> Callable[[PlainSearch], dict[str, Any]]:
    """Give all of a state but the order of its lists and what no route reads."""
    return _picture


@pytest.fixture(scope="session")
def kind() -> type[Kind]:
    """Say what a drawn problem may have."""
    return Kind


@pytest.fixture(scope="session")
def draw_plain() -> Callable[..., Problem]:
    """Draw a plain problem, the same for a seed."""
    return _draw


@pytest.fixture(scope="session")
def begun_plain() -> Callable[..., PlainSearch]:
    """Begin a search of plain routes with a first plan."""
    return _begun


@pytest.fixture(scope="session")
def routes_of_plain() -> Callable[[PlainSearch], list[Route]]:
    """Read the routes of a search out of its state."""
    return _routes


@pytest.fixture(scope="session")
def sound_plain() -> Callable[..., None]:
    """See that all a search keeps in mind is what its routes say, and that they keep rules."""
    return _sound


@contextmanager
def _complaints() -> Iterator[list[str]]:
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    log = logging.getLogger("solver")
    log.addHandler(handler)
    try:
        yield said
    finally:
        log.removeHandler(handler)


@pytest.fixture(scope="session")
def complaints() -> Callable[[], AbstractContextManager[list[str]]]:
    """Listen to what the solver complains of while something is done."""
    return _complaints
