"""Parts searched in turns: none gets worse, and steps and seed tell all of one thread."""

from collections.abc import Callable

import pytest

from solver.engines.chain import Chain, Heat
from solver.engines.opening import completed
from solver.engines.plain.hall import PlainSearch
from solver.engines.rounds import run_parts
from solver.problem import Problem


@pytest.fixture(scope="module")
def parts(
    draw_plain: Callable[..., Problem], begun_plain: Callable[..., PlainSearch], kind: type
) -> list[PlainSearch]:
    """Three days that have nothing to do with one another."""
    return [
        begun_plain(draw_plain(seed, kind(jobs=12, vehicles=3, reachable=True)))
        for seed in (1, 2, 3)
    ]


def ran(parts: list[PlainSearch], threads: int, *, stop: bool = False) -> list[Chain]:
    looked: list[int] = []
    chains = run_parts(
        [
            (completed(p.inst, p.rows(), 7919 + i), Heat(300.0, 3.0), 12)
            for i, p in enumerate(parts)
        ],
        until=None,
        steps=9000,
        threads=threads,
        should_stop=lambda: stop,
        look=lambda searches: looked.append(len(searches)),
    )
    assert set(looked) == {3}
    return chains


@pytest.mark.parametrize("threads", [1, 2, 5])  # fewer and more than parts
def test_each_part_is_as_good_or_better(parts: list[PlainSearch], threads: int) -> None:
    chains = ran(parts, threads)
    assert [c.best <= p.best for c, p in zip(chains, parts, strict=True)] == [True] * 3
    assert any(c.best < p.best for c, p in zip(chains, parts, strict=True))


def test_one_thread_is_told_by_steps_and_seed(parts: list[PlainSearch]) -> None:
    one, two = ran(parts, 1), ran(parts, 1)
    assert [c.steps for c in one] == [3000] * 3
    assert [c.rows().tolist() for c in one] == [c.rows().tolist() for c in two]


def test_threads_end_when_asked(parts: list[PlainSearch]) -> None:
    assert sum(c.steps for c in ran(parts, 2, stop=True)) < 9000
