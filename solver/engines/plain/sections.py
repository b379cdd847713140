"""Large plain problems searched in sections, each core with routes of its own.

Sections of one round overlap those of the rounds before, so nothing stays cut for long; all cool
together. Two cores so take twice the steps on one plan, where two chains would take them on two.
"""

import threading
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from solver.engines.chain import Heat
from solver.engines.chains import Board, Limits, note_routes
from solver.engines.compiled.layout import Inst, Ints
from solver.engines.plain.hall import PlainSearch
from solver.engines.plain.section import divide
from solver.engines.threads import side_by_side

ROUNDS = 40
ROUND_S = 0.2
"""A round takes at least this long: cutting sections out has its price, too."""


def run_sections(
    inst: Inst,
    rows: Ints,
    board: Board,
    heat: Heat,
    limits: Limits,
    *,
    threads: int,
    seed: int,
    on_better: Callable[[Board], None],
) -> None:
    """Anneal from ``rows``; the best plan and routes seen are on the board."""
    rng = np.random.default_rng(seed)
    rounds = ROUNDS
    began = time.monotonic()
    left = 0.0 if limits.until is None else max(0.0, limits.until - began)
    if limits.until is not None:
        rounds = max(4, min(ROUNDS, int(left / ROUND_S)))
    whole = PlainSearch(inst, seed)
    whole.lay(rows)
    for turn in range(rounds):
        if limits.should_stop():
            return
        begin, end = turn / rounds, (turn + 1) / rounds
        until = None if limits.until is None else began + left * end
        many = None if limits.steps is None else max(1, limits.steps // (rounds * threads))
        searches, sections = [], divide(inst, rows, threads, rng)
        for i, section in enumerate(sections):
            search = PlainSearch(section.inst, seed * 7919 + turn * threads + i)
            search.lay(section.own(rows))
            searches.append(search)
        _side_by_side(searches, heat, until, many, begin, end, limits)
        best = [s.whole(c.rows()) for s, c in zip(sections, searches, strict=True)]
        now = [s.whole(c.now_rows()) for s, c in zip(sections, searches, strict=True)]
        rows = np.concatenate(now)
        whole.lay(np.concatenate(best))
        board.offer(whole)
        if board.pool is not None:
            note_routes(board.pool, inst, whole)
        on_better(board)


def _side_by_side(
    searches: list[PlainSearch],
    heat: Heat,
    until: float | None,
    steps: int | None,
    begin: float,
    end: float,
    limits: Limits,
) -> None:
    halt = threading.Event()

    def run(search: PlainSearch) -> None:
        search.run(
            heat,
            until=until,
            steps=steps,
            news=lambda _: not halt.is_set(),
            begin=begin,
            end=end,
        )

    def watch() -> None:
        if limits.should_stop():
            halt.set()

    side_by_side([partial(run, search) for search in searches], halt=halt, look=watch)
