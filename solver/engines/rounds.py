"""Parts of a problem searched in turns, each thread with parts of its own."""

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from solver.engines.chain import Chain, Heat
from solver.engines.threads import side_by_side

ROUNDS = 6


def run_parts(
    parts: Sequence[tuple[Chain, Heat, int]],
    *,
    until: float | None,
    steps: int | None,
    threads: int,
    should_stop: Callable[[], bool],
    look: Callable[[list[Chain]], None],
) -> list[Chain]:
    """Anneal every part; all cool at the same pace, so that the whole is good at any time.

    Parameters
    ----------
    parts
        A search that is begun, temperatures, and weight in time or steps of each.
    until, steps
        The end, on the monotonic clock, or the steps of all parts together.
    look
        Called now and then, from the calling thread, with the searches as they stand.
    """
    searches = [search for search, _, _ in parts]
    halt = threading.Event()
    whole = sum(weight for *_, weight in parts)
    shares = _dealt([weight for *_, weight in parts], max(1, threads))
    started = time.monotonic()

    def go(mine: list[int]) -> None:
        total = sum(parts[i][2] for i in mine)
        done = 0.0
        for turn in range(ROUNDS):
            for i in mine:
                done += parts[i][2] / total / ROUNDS
                end = None if until is None else started + (until - started) * done
                many = None
                if steps is not None:
                    many = max(1, steps * parts[i][2] // (whole * ROUNDS))
                if halt.is_set():
                    return
                searches[i].run(
                    parts[i][1],
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
