"""Parts of a problem searched in turns, each thread with parts of its own."""

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from solver.engines.chain import Chain, Heat
from solver.engines.compiled.layout import Inst, Ints
from solver.engines.opening import completed
from solver.engines.threads import side_by_side

ROUNDS = 6


def run_parts(
    parts: Sequence[tuple[Inst, Ints, Heat, int]],
    *,
    until: float | None,
    steps: int | None,
    threads: int,
    seed: int,
    should_stop: Callable[[], bool],
    look: Callable[[list[Chain]], None],
) -> list[Chain]:
    """Anneal every part; all cool at the same pace, so that the whole is good at any time.

    Parameters
    ----------
    parts
        Instance, rows to start from, temperatures, and weight in time or steps of each.
    until, steps
        The end, on the monotonic clock, or the steps of all parts together.
    look
        Called now and then, from the calling thread, with the searches as they stand.
    """
    searches = [
        completed(inst, rows, seed * 7919 + i) for i, (inst, rows, _, _) in enumerate(parts)
    ]
    halt = threading.Event()
    whole = sum(weight for *_, weight in parts)
    shares = _dealt([weight for *_, weight in parts], max(1, threads))
    started = time.monotonic()

    def go(mine: list[int]) -> None:
        total = sum(parts[i][3] for i in mine)
        done = 0.0
        for turn in range(ROUNDS):
            for i in mine:
                done += parts[i][3] / total / ROUNDS
                end = None if until is None else started + (until - started) * done
                many = None
                if steps is not None:
                    many = max(1, steps * parts[i][3] // (whole * ROUNDS))
                if halt.is_set():
                    return
                searches[i].run(
                    parts[i][2],
                    until=end,
                    steps=many,
                    news=lambda _: not halt.is_set(),
                    begin=turn / ROUNDS,
                    end=(turn + 1) / ROUNDS,
                )

    def watch() -> None:
        if should_stop():
            halt.set()
        look(searches)

    if len(shares) == 1:
        go(shares[0])
        look(searches)
        return searches
    side_by_side([partial(go, mine) for mine in shares], halt=halt, look=watch)
    return searches


def _dealt(weights: list[int], hands: int) -> list[list[int]]:
    """Deal parts out so that hands carry about the same."""
    dealt: list[list[int]] = [[] for _ in range(min(hands, len(weights)))]
    load = [0] * len(dealt)
    for i in sorted(range(len(weights)), key=lambda i: -weights[i]):
        least = load.index(min(load))
        dealt[least].append(i)
        load[least] += weights[i]
    return dealt
