"""Large plans are searched in sections: no worse, the same for a seed, ended when asked."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from solver.check import check
from solver.engines import compiled_search
from solver.engines.chain import Heat
from solver.engines.chains import Board, Limits
from solver.engines.compiled import layout as at
from solver.engines.compiled.layout import Ints
from solver.engines.plain import sections
from solver.engines.plain.hall import PlainSearch
from solver.engines.plain.sections import run_sections
from solver.problem import Job, Matrix, Problem, Vehicle
from solver.route_pool import RoutePool
from solver.search import solve

Draw = Callable[..., Problem]
Begun = Callable[..., PlainSearch]


@dataclass
class Told:
    """What a run was asked for and said."""

    worths: list[float] = field(default_factory=list)
    ends_after: int | None = None

    def better(self, board: Board) -> None:
        self.worths.append(board.worth)

    def should_stop(self) -> bool:
        return self.ends_after is not None and len(self.worths) >= self.ends_after


@pytest.fixture(scope="module")
def large(draw_plain: Draw, begun_plain: Begun, kind: type) -> PlainSearch:
    """A day of a hundred stops with a first plan."""
    return begun_plain(draw_plain(11, kind(jobs=100, vehicles=12, timed=True, reachable=True)))


def ran(start: PlainSearch, told: Told, *, seed: int = 0, steps: int = 4000) -> Board:
    board = Board(np.zeros((0, at.SEQUENCE_COLUMNS), np.int64), np.inf, RoutePool())
    board.offer(start)
    run_sections(
        start.inst,
        start.rows(),
        board,
        Heat(500.0, 5.0),
        Limits(None, steps, told.should_stop),
        threads=2,
        seed=seed,
        on_better=told.better,
    )
    return board


def worth_of(start: PlainSearch, rows: Ints) -> float:
    again = PlainSearch(start.inst, 0)
    again.lay(rows)
    return again.best


def test_what_is_found_is_a_plan_no_worse_than_the_first(
    large: PlainSearch, sound_plain: Callable[..., None]
) -> None:
    told = Told()
    board = ran(large, told)
    assert board.worth < large.best
    assert worth_of(large, board.rows) == pytest.approx(board.worth)
    assert told.worths == sorted(told.worths, reverse=True)
    assert len(told.worths) == sections.ROUNDS
    assert board.pool is not None
    assert len(board.pool)
    again = PlainSearch(large.inst, 0)
    again.lay(board.rows)
    sound_plain(again)


def test_steps_and_seed_say_everything(large: PlainSearch) -> None:
    first, second = (ran(large, Told(), seed=3) for _ in range(2))
    assert first.rows.tolist() == second.rows.tolist()
    assert ran(large, Told(), seed=4).rows.tolist() != first.rows.tolist()


def test_whoever_asks_for_an_end_gets_it(large: PlainSearch) -> None:
    told = Told(ends_after=1)
    ran(large, told, steps=400_000)
    assert len(told.worths) == 1
    assert not Told(worths=[], ends_after=None).should_stop()
    none = Told(ends_after=0)
    board = ran(large, none)
    assert none.worths == []
    assert board.worth == large.best


def test_a_large_problem_is_searched_in_sections_by_each_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Fewer stops than would pay, so that this does not take long.
    monkeypatch.setattr(compiled_search, "DIVIDED", 60)
    xs = np.arange(81, dtype=np.int64)
    grid = np.abs(xs[:, None] - xs[None]) * 30
    problem = Problem(
        vehicles=tuple(Vehicle(id=n, start=0, end=0, capacity=(12,)) for n in range(1, 11)),
        jobs=tuple(Job(id=n, location=n, delivery=(1,)) for n in range(1, 81)),
        matrices={"car": Matrix(duration_s=grid, distance_m=grid, cost=grid)},
        dimensions=1,
    )
    plan = solve(problem, time_limit_s=1.5, engine="search", threads=2)
    assert check(problem, plan) == ()
    assert plan.unassigned == ()
    # Each courier serves one stretch: the least there is.
    assert plan.summary.cost == sum(2 * 30 * x for x in (80, 68, 56, 44, 32, 20, 8))
