"""From arguments of a model to values of the problem."""

from collections.abc import Iterable, Sequence
from typing import Any

from solver.arguments import ArgumentInvalid, amounts, maybe_whole, whole, window, windows
from solver.model_parts import Depot
from solver.problem import HORIZON_S, Amounts, Break, Window

OPEN_END_S = HORIZON_S
"""Latest instant of a window whose end nobody gave."""

RELOADS_LEFT_OPEN = 99
"""Trips beyond the first where their number is left open."""


def one_window(prefix: str, early: int, late: int | None) -> tuple[Window, ...]:
    """Make the only window of a stop; none where both ends are open."""
    opening, closing = window(f"{prefix}_early", early, f"{prefix}_late", late)
    if closing is None:
        return ((opening, opening + OPEN_END_S),) if opening else ()
    return ((opening, closing),)


def client_windows(
    early: int, late: int | None, several: Sequence[tuple[int, int]]
) -> tuple[Window, ...]:
    """Make the windows of a client, from one pair or several."""
    if not several:
        return one_window("tw", early, late)
    if early or late is not None:
        raise ArgumentInvalid("time_windows", several, "give these or tw_early, tw_late")
    return windows("time_windows", several)


def delivered(delivery: int | Sequence[int], bags: Sequence[Amounts]) -> Amounts:
    """Give what a client gets: as stated, or the sum of its bags."""
    stated = amounts("delivery", delivery)
    if stated or not bags:
        return stated
    if len({len(bag) for bag in bags}) != 1:
        raise ArgumentInvalid("parts", bags, "give every bag as many amounts")
    return tuple(map(sum, zip(*bags, strict=True)))


def prize_of(prize: int, *, required: bool) -> int | None:
    """Give what leaving a client out costs; None where it is required."""
    worth = whole("prize", prize)
    if not required:
        return worth
    if worth:
        raise ArgumentInvalid("prize", prize, "a required client has none: give required=False")
    return None


def skill_set(skills: Iterable[int]) -> frozenset[int]:
    """Take skills as whole numbers."""
    return frozenset(whole("skills", skill) for skill in skills)


def factor(speed_factor: Any) -> float:
    """Take a factor of speed."""
    if not isinstance(speed_factor, int | float) or not 0 < speed_factor < float("inf"):
        raise ArgumentInvalid("speed_factor", speed_factor, "give a number above 0; 1 is usual")
    return float(speed_factor)


def pauses(given: Sequence[tuple[int, int, int]]) -> tuple[Break, ...]:
    """Take pauses as (earliest start, latest start, duration)."""
    found = []
    for n, pause in enumerate(given):
        name = f"breaks[{n}]"
        try:
            early, late, duration = pause
        except (TypeError, ValueError):
            mend = "give triples (earliest start, latest start, duration)"
            raise ArgumentInvalid(name, pause, mend) from None
        spans = windows(name, ((early, late),))
        found.append(Break(id=n + 1, time_windows=spans, service_s=whole(f"{name}[2]", duration)))
    return tuple(found)


def shift(early: int, late: int | None, start: Depot, end: Depot) -> tuple[int, int | None]:
    """Give the hours in which a shift may lie, those of its depots included."""
    opening, closing = window("tw_early", early, "tw_late", late)
    opening = max(opening, start.tw_early)
    ends = [instant for instant in (closing, end.tw_late) if instant is not None]
    if ends and min(ends) < opening:
        mend = f"no time is left from {opening} on: widen the shift or the hours of its depots"
        raise ArgumentInvalid("tw_late", min(ends), mend)
    return opening, min(ends, default=None)


def trips(max_reloads: int | None, reload_depots: Sequence[object]) -> int:
    """Give how many trips a shift may have."""
    reloads = maybe_whole("max_reloads", max_reloads)
    if not reload_depots:
        if reloads:
            raise ArgumentInvalid("max_reloads", reloads, "give reload_depots, too")
        return 1
    return 1 + (RELOADS_LEFT_OPEN if reloads is None else reloads)
