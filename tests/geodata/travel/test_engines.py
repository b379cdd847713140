from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.travel.engines import (
    DISTANCE_BITS,
    UNREACHED,
    Dijkstra,
    Hierarchy,
    ProvenHierarchy,
    Topology,
    engine_for,
)

arcs = st.lists(
    st.tuples(
        st.integers(0, 8),
        st.integers(0, 8),
        st.integers(1, 900),  # tenths of a second
        st.integers(0, 300),  # metres in the time of 300 tenths
    )
    .filter(lambda arc: arc[0] != arc[1])
    .map(lambda arc: (*arc[:3], arc[2] * arc[3] // 300)),
    min_size=1,
    max_size=40,
)
LONLAT = np.random.default_rng(1).uniform(0, 1, (9, 2))


def _split(
    drawn: list[tuple[int, int, int, int]],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    tail, head, time_ds, length_m = np.array(drawn, dtype=np.int64).T
    return tail, head, (time_ds << DISTANCE_BITS) + length_m


@given(drawn=arcs)
def test_the_hierarchy_agrees_with_dijkstra_on_any_graph(
    drawn: list[tuple[int, int, int, int]],
) -> None:
    tail, head, weight = _split(drawn)
    everywhere = np.arange(9)
    referee = Dijkstra(tail, head, weight, 9).many_to_many(everywhere, everywhere)
    engine = engine_for(tail, head, weight, LONLAT)
    assert isinstance(engine, Hierarchy)
    assert (engine.many_to_many(everywhere, everywhere) == referee).all()


@given(drawn=arcs, source=st.integers(0, 8), target=st.integers(0, 8))
def test_paths_of_both_engines_weigh_what_their_matrix_says(
    drawn: list[tuple[int, int, int, int]], source: int, target: int
) -> None:
    tail, head, weight = _split(drawn)
    least: dict[tuple[int, int], int] = {}
    for a, b, w in zip(tail.tolist(), head.tolist(), weight.tolist(), strict=True):
        least[a, b] = min(w, least.get((a, b), w))
    for engine in (Dijkstra(tail, head, weight, 9), engine_for(tail, head, weight, LONLAT)):
        said = int(engine.many_to_many(np.array([source]), np.array([target]))[0, 0])
        path = engine.path(source, target)
        if said == UNREACHED:
            assert path == ()
        else:
            assert (path[0], path[-1]) == (source, target)
            steps = pairwise(path)
            assert sum(least[step] for step in steps) == said


def test_blocked_arcs_lead_nowhere() -> None:
    tail, head = np.array([0, 1]), np.array([1, 2])
    weight = np.array([100 << DISTANCE_BITS, UNREACHED])
    for engine in (Dijkstra(tail, head, weight, 3), engine_for(tail, head, weight, LONLAT[:3])):
        assert engine.many_to_many(np.array([0]), np.array([2]))[0, 0] == UNREACHED
        assert engine.path(0, 2) == ()


@pytest.mark.parametrize(
    ("time_ds", "kind"),
    [
        (1_000, Hierarchy),  # minutes fit 31 bits
        (2**29, Dijkstra),  # years do not, and nothing may overflow
    ],
)
def test_long_journeys_fall_back_to_dijkstra(time_ds: int, kind: type) -> None:
    tail, head = np.array([0, 1, 2]), np.array([1, 2, 0])
    weight = np.full(3, (time_ds << DISTANCE_BITS) + 500)
    engine = engine_for(tail, head, weight, LONLAT[:3])
    assert isinstance(engine, kind)
    assert engine.many_to_many(np.array([0]), np.array([2]))[0, 0] == 2 * weight[0]


def test_a_graph_without_arcs_reaches_only_itself() -> None:
    nothing = np.array([], dtype=np.int64)
    engine = engine_for(nothing, nothing, nothing, LONLAT[:2])
    both = np.array([0, 1])
    assert (engine.many_to_many(both, both) == [[0, UNREACHED], [UNREACHED, 0]]).all()


def test_many_sources_at_once_from_two_threads_agree_with_dijkstra() -> None:
    side = 25
    grid = np.arange(side * side).reshape(side, side)
    rng = np.random.default_rng(3)
    a = np.concatenate([grid[:, :-1].ravel(), grid[:-1].ravel()])
    b = np.concatenate([grid[:, 1:].ravel(), grid[1:].ravel()])
    tail, head = np.concatenate([a, b]), np.concatenate([b, a])
    time_ds = rng.integers(20, 90, len(tail))
    weight = (time_ds << DISTANCE_BITS) + time_ds // rng.integers(2, 4, len(tail))
    lonlat = np.column_stack(np.divmod(np.arange(side * side), side)) / 1000
    topology = Topology(tail, head, lonlat)
    weight[(tail == grid[0, 0]) | (rng.random(len(tail)) < 0.02)] = UNREACHED  # closed later
    engine = engine_for(tail, head, weight, lonlat, topology=topology)
    assert isinstance(engine, Hierarchy)
    everywhere = grid.ravel()
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(engine.many_to_many, everywhere, everywhere) for _ in range(2)]
        found = [one.result() for one in asked]
    referee = Dijkstra(tail, head, weight, side * side).many_to_many(everywhere, everywhere)
    assert (found[0] == referee).all()
    assert (found[1] == referee).all()
    assert (referee >= UNREACHED).any()


@given(drawn=arcs, scale=st.integers(1, 400))
def test_what_is_not_proven_at_a_scale_is_asked_of_dijkstra(
    drawn: list[tuple[int, int, int, int]], scale: int
) -> None:
    """Small scales confuse a tenth of a second with some metres; the answer stays exact."""
    tail, head, weight = _split(drawn)
    everywhere = np.arange(9)
    referee = Dijkstra(tail, head, weight, 9)
    engine = ProvenHierarchy(Topology(tail, head, LONLAT), weight, scale=scale, referee=referee)
    expected = referee.many_to_many(everywhere, everywhere)
    assert (engine.many_to_many(everywhere, everywhere) == expected).all()
    least: dict[tuple[int, int], int] = {}
    for a, b, w in zip(tail.tolist(), head.tolist(), weight.tolist(), strict=True):
        least[a, b] = min(w, least.get((a, b), w))
    for source, target in ((0, 5), (3, 1), (8, 2)):
        nodes = engine.path(source, target)
        if expected[source, target] == UNREACHED:
            assert nodes == ()
        elif source != target:
            assert sum(least[pair] for pair in pairwise(nodes)) == expected[source, target]


def test_a_country_still_has_a_hierarchy() -> None:
    """A line of 100 km on foot: its tenths of a second and its metres need 37 bits."""
    count = 1_001
    forth, back = np.arange(count - 1), np.arange(1, count)
    tail, head = np.r_[forth, back], np.r_[back, forth]
    weight = np.full(len(tail), (833 << DISTANCE_BITS) + 100)
    lonlat = np.column_stack([np.linspace(120, 121, count), np.full(count, 30.0)])
    engine = engine_for(tail, head, weight, lonlat)
    assert isinstance(engine, ProvenHierarchy)
    ends = np.array([0, 17, count - 1])
    expected = Dijkstra(tail, head, weight, count).many_to_many(ends, ends)
    assert (engine.many_to_many(ends, ends) == expected).all()
    assert engine.path(0, count - 1) == tuple(range(count))
