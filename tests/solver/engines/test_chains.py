"""Chains on one board: the best of all, the same for a seed, ended when asked."""

from collections.abc import Callable

import numpy as np
import pytest

from solver.engines.chain import Heat
from solver.engines.chains import Board, Limits, note_routes, route_cost, run_chains
from solver.engines.compiled import layout as at
from solver.engines.compiled.hall import Search
from solver.engines.plain.hall import PlainSearch
from solver.problem import Problem
from solver.route_pool import RoutePool

Draw = Callable[..., Problem]
Begun = Callable[..., PlainSearch]

HEAT = Heat(500.0, 5.0)


@pytest.fixture(scope="module")
def start(draw_plain: Draw, begun_plain: Begun, kind: type) -> PlainSearch:
    """A day of forty stops with a first plan."""
    return begun_plain(draw_plain(7, kind(jobs=40, vehicles=8, timed=True, reachable=True)))


def board_of(start: PlainSearch) -> Board:
    board = Board(np.zeros((0, at.SEQUENCE_COLUMNS), np.int64), np.inf, RoutePool())
    board.offer(start)
    return board


def ran(start: PlainSearch, chains: int, *, seed: int = 0, ends_after: int = 1 << 30) -> Board:
    asked = []

    def should_stop() -> bool:
        asked.append(0)
        return len(asked) > ends_after

    board = board_of(start)
    run_chains(
        start.inst,
        [start.rows()] * chains,
        board,
        [HEAT] * chains,
        limits=Limits(None, 3000, should_stop),
        seed=seed,
        on_better=lambda _: None,
    )
    return board


def test_a_single_chain_is_told_by_steps_and_seed(start: PlainSearch) -> None:
    first, second = (ran(start, 1, seed=2) for _ in range(2))
    assert first.rows.tolist() == second.rows.tolist()
    assert first.worth == second.worth < start.best


def test_several_chains_are_no_worse_than_what_they_began_with(
    start: PlainSearch, sound_plain: Callable[..., None]
) -> None:
    board = ran(start, 3)
    assert board.worth < start.best
    again = PlainSearch(start.inst, 0)
    again.lay(board.rows)
    assert again.best == pytest.approx(board.worth)
    sound_plain(again)


def test_chains_end_when_asked(start: PlainSearch) -> None:
    ended, whole = ran(start, 1, ends_after=1), ran(start, 1)
    assert whole.worth < ended.worth <= start.best


def test_a_board_takes_what_is_better_and_nothing_else(start: PlainSearch) -> None:
    board = board_of(start)
    version, rows = board.version, board.rows
    worse = PlainSearch(start.inst, 0)
    worse.lay(start.rows()[:0])
    board.offer(worse)
    board.offer(start)
    assert (board.version, board.worth) == (version, start.best)
    assert board.rows is rows


def test_routes_are_noted_once_with_what_they_cost(start: PlainSearch) -> None:
    pool = RoutePool()
    note_routes(pool, start.inst, start)
    used = np.unique(start.rows()[:, at.Q_VEH])
    assert len(pool) == len(used)
    assert start.noted == start.best
    note_routes(pool, start.inst, start)
    assert len(pool) == len(used)


def test_routes_are_priced_as_by_the_search_under_all_rules(start: PlainSearch) -> None:
    rows, total = start.rows(), 0
    for v in np.unique(rows[:, at.Q_VEH]).tolist():
        stops = tuple(rows[rows[:, at.Q_VEH] == v, at.Q_STOP].tolist())
        total += route_cost(start.inst, v, stops)
    rich = Search(start.inst, 0)
    rich.lay(rows)
    assert total == rich.state.x[at.X_ROUTES]
