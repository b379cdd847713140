"""Compare a sharing with what first come, first served and proportional shares would give."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from logistics.domain.allocation import Want
from logistics.domain.fairness import draw, gini

ENVY_SAMPLE = 150
"""Households per tier that are compared with one another; drawn, the same every time."""
_CLEAR = 1e-9  # what floating point may make of two equal rates

OURS, FIRST_COME, PROPORTIONAL = "ours", "first-come", "proportional"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How one way of sharing serves the households of a tier; without a tier: all of them.

    Parameters
    ----------
    lowest, mean
        How full the emptiest list is, and lists on the mean. A list is as full as its items are
        on the mean.
    gini
        Gini coefficient of how full the lists are.
    empty
        Households that get nothing.
    envious, envy_most
        The part of households that would have a fuller list with the rates that some other of
        their tier has on the items both asked, and by how much at most.
    wasted
        Lines that are short although what is left of their item would serve them once more.
    """

    method: str
    tier: int | None
    households: int
    lowest: float
    mean: float
    gini: float
    empty: int
    envious: float
    envy_most: float
    wasted: int


def compare(
    wants: Sequence[Want],
    entitled: Mapping[str, int],
    got: Mapping[str, int],
    pool: Mapping[str, int],
) -> tuple[Comparison, ...]:
    """Compare by tier, the most urgent first, and over all.

    Parameters
    ----------
    wants
        In the order in which they came.
    entitled, got
        Per line, what a ration leaves of it, and what it got.
    pool
        Per item, what all ways share out among those who asked for it.
    """
    asking = [want for want in wants if entitled[want.line_id]]
    ways = {
        OURS: got,
        FIRST_COME: _first_come(asking, entitled, pool),
        PROPORTIONAL: _proportional(asking, entitled, pool),
    }
    tiers: dict[str, int] = {}
    for want in asking:
        tiers[want.household_code] = min(want.tier, tiers.get(want.household_code, want.tier))
    groups: list[int | None] = [*sorted(set(tiers.values())), None]
    return tuple(
        _measure(
            asking, given, method=method, tier=tier, tiers=tiers, entitled=entitled, pool=pool
        )
        for tier in groups
        for method, given in ways.items()
    )


def _measure(
    wants: Sequence[Want],
    given: Mapping[str, int],
    *,
    method: str,
    tier: int | None,
    tiers: Mapping[str, int],
    entitled: Mapping[str, int],
    pool: Mapping[str, int],
) -> Comparison:
    of_item: dict[str, int] = defaultdict(int)
    for want in wants:
        of_item[want.item_id] += given.get(want.line_id, 0)
    mine = [want for want in wants if tier is None or tiers[want.household_code] == tier]
    rates = _rates(mine, entitled, given)
    fills = {code: fsum(of.values()) / len(of) for code, of in rates.items()}
    envy = _envy(rates, tiers)
    return Comparison(
        method=method,
        tier=tier,
        households=len(fills),
        lowest=min(fills.values(), default=1.0),
        mean=fsum(fills.values()) / len(fills) if fills else 1.0,
        gini=gini(fills.values()),
        empty=sum(fill == 0 for fill in fills.values()),
        envious=sum(most > _CLEAR for most in envy) / len(envy) if envy else 0.0,
        envy_most=max(envy, default=0.0),
        wasted=sum(
            _step(want, entitled, given) <= pool.get(want.item_id, 0) - of_item[want.item_id]
            for want in mine
            if given.get(want.line_id, 0) < entitled[want.line_id]
        ),
    )


def _step(want: Want, entitled: Mapping[str, int], given: Mapping[str, int]) -> int:
    return min(want.step, entitled[want.line_id] - given.get(want.line_id, 0))


def _rates(
    wants: Iterable[Want], entitled: Mapping[str, int], given: Mapping[str, int]
) -> dict[str, dict[str, float]]:
    """Tell per household and item how much of it they got."""
    sums: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for want in wants:
        pair = sums[want.household_code][want.item_id]
        pair[0] += given.get(want.line_id, 0)
        pair[1] += entitled[want.line_id]
    return {
        code: {item: min(1.0, got / asked) for item, (got, asked) in of.items()}
        for code, of in sums.items()
    }


def _envy(rates: Mapping[str, Mapping[str, float]], tiers: Mapping[str, int]) -> list[float]:
    """Tell of each drawn household how much fuller its list were with another's rates."""
    drawn: dict[int, list[str]] = defaultdict(list)
    for code in sorted(rates, key=lambda code: (draw("envy", code), code)):
        if len(drawn[tiers[code]]) < ENVY_SAMPLE:
            drawn[tiers[code]].append(code)
    found = []
    for codes in drawn.values():
        for code in codes:
            mine = rates[code]
            best = 0.0
            for other in codes:
                theirs = rates[other]
                more = fsum(theirs[i] - rate for i, rate in mine.items() if i in theirs)
                best = max(best, more / len(mine))
            found.append(best)
    return found


def _first_come(
    wants: Iterable[Want], entitled: Mapping[str, int], pool: Mapping[str, int]
) -> dict[str, int]:
    left = dict(pool)
    given = {}
    for want in wants:
        part = _whole(want, entitled[want.line_id], left.get(want.item_id, 0))
        left[want.item_id] = left.get(want.item_id, 0) - part
        given[want.line_id] = part
    return given


def _proportional(
    wants: Sequence[Want], entitled: Mapping[str, int], pool: Mapping[str, int]
) -> dict[str, int]:
    asked: dict[str, int] = defaultdict(int)
    for want in wants:
        asked[want.item_id] += entitled[want.line_id]
    return {
        want.line_id: _whole(
            want,
            entitled[want.line_id],
            entitled[want.line_id] * pool.get(want.item_id, 0) // asked[want.item_id],
        )
        for want in wants
    }


def _whole(want: Want, entitled: int, there: int) -> int:
    return entitled if there >= entitled else there // want.step * want.step
