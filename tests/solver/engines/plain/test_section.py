"""Sections share everything out, and each is a problem of its own."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.engines.compiled import layout as at
from solver.engines.compiled.cache import PLAIN_CACHE
from solver.engines.plain.hall import PlainSearch
from solver.engines.plain.section import divide, section_of
from solver.problem import Problem

Draw = Callable[..., Problem]
Begun = Callable[..., PlainSearch]

seeds = st.integers(min_value=0, max_value=10**6)
thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@thorough
@given(seed=seeds, jobs=st.integers(1, 40), many=st.integers(1, 5))
def test_every_stop_and_vehicle_is_in_one_section_and_no_route_is_cut(
    *, draw_plain: Draw, begun_plain: Begun, kind: type, seed: int, jobs: int, many: int
) -> None:
    search = begun_plain(draw_plain(seed, kind(jobs=jobs)), seed)
    inst, rows = search.inst, search.rows()
    sections = divide(inst, rows, many, np.random.default_rng(seed))
    assert len(sections) == many
    stops = [s for section in sections for s in section.stops.tolist()]
    assert sorted(stops) == list(range(len(inst.stop)))
    vehicles = [v for section in sections for v in section.vehicles.tolist()]
    assert sorted(vehicles) == list(range(len(inst.veh)))
    for section in sections:
        assert section.stops.tolist() == sorted(section.stops.tolist())
        assert section.vehicles.tolist() == sorted(section.vehicles.tolist())
        mine = rows[np.isin(rows[:, at.Q_VEH], section.vehicles)]
        assert set(mine[:, at.Q_STOP].tolist()) <= set(section.stops.tolist())
        assert section.whole(section.own(mine)).tolist() == mine.tolist()
        assert len(section.inst.stop) == len(section.stops)


@thorough
@given(seed=seeds, jobs=st.integers(2, 30))
def test_a_section_is_worth_its_share_of_the_whole(
    *,
    draw_plain: Draw, begun_plain: Begun, kind: type, sound_plain: Callable[..., None],
    seed: int, jobs: int,
) -> None:  # fmt: skip
    search = begun_plain(draw_plain(seed, kind(jobs=jobs)), seed)
    inst, rows = search.inst, search.rows()
    worth, found = 0.0, []
    for section in divide(inst, rows, 2, np.random.default_rng(seed)):
        part = PlainSearch(section.inst, seed)
        mine = rows[np.isin(rows[:, at.Q_VEH], section.vehicles)]
        part.lay(section.own(mine))
        worth += part.best
        sound_plain(part)
        assert section.whole(part.rows()).tolist() == mine.tolist()
        part.burst(40, 300.0)
        sound_plain(part)
        found.append(section.whole(part.now_rows()))
    assert worth == pytest.approx(search.best, rel=1e-9, abs=1e-3)
    search.lay(np.concatenate(found))
    sound_plain(search)
    assert len(search.now_rows()) == sum(map(len, found))


@thorough
@given(seed=seeds, share=st.floats(0.2, 1.0))
def test_a_section_has_the_same_ways_and_neighbours_in_their_order(
    draw_plain: Draw, begun_plain: Begun, kind: type, seed: int, share: float
) -> None:
    inst = begun_plain(draw_plain(seed, kind(jobs=20)), seed).inst
    rng = random.Random(seed)
    stops = np.array([s for s in range(20) if rng.random() < share] or [0])
    crew = np.array([v for v in range(len(inst.veh)) if rng.random() < share] or [0])
    part = section_of(inst, stops, crew).inst
    own, whole = part.stop[:, at.S_LOC], inst.stop[stops, at.S_LOC]
    for ours, theirs in ((part.cost, inst.cost), (part.dur, inst.dur)):
        assert ours[:, own[:, None], own].tolist() == theirs[:, whole[:, None], whole].tolist()
    for v, u in enumerate(crew):
        for end in (at.V_START, at.V_END):
            assert (part.veh[v, end] < 0) == (inst.veh[u, end] < 0)
            if part.veh[v, end] >= 0:
                ours = part.cost[:, part.veh[v, end], own]
                assert ours.tolist() == inst.cost[:, inst.veh[u, end], whole].tolist()
    if inst.flags[at.F_TURNED]:
        assert part.cost_to.tolist() == part.cost.transpose(0, 2, 1).tolist()
        assert part.dur_to.tolist() == part.dur.transpose(0, 2, 1).tolist()
    name = {int(s): i for i, s in enumerate(stops)}
    for ours, theirs in ((part.near, inst.near), (part.adj, inst.adj)):
        for i, s in enumerate(stops):
            wanted = [name[m] for m in theirs[s].tolist() if m in name]
            assert ours[i].tolist() == wanted + [-1] * (ours.shape[1] - len(wanted))


def test_sections_are_drawn_anew_each_time(
    draw_plain: Draw, begun_plain: Begun, kind: type
) -> None:
    search = begun_plain(draw_plain(5, kind(jobs=60, vehicles=8, reachable=True)))
    rng = np.random.default_rng(1)
    cuts = {tuple(divide(search.inst, search.rows(), 2, rng)[0].stops.tolist()) for _ in range(10)}
    assert len(cuts) > 1


def test_sections_compile_nothing_more(draw_plain: Draw, begun_plain: Begun, kind: type) -> None:
    search = begun_plain(draw_plain(5, kind(jobs=30)))
    assert PLAIN_CACHE is not None
    kept = {path: path.stat().st_mtime_ns for path in PLAIN_CACHE.rglob("*") if path.is_file()}
    for section in divide(search.inst, search.rows(), 3, np.random.default_rng(1)):
        part = PlainSearch(section.inst, 0)
        part.fill()
        part.burst(20, 10.0)
    assert {p: p.stat().st_mtime_ns for p in PLAIN_CACHE.rglob("*") if p.is_file()} == kept
