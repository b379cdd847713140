"""Compare a sharing with what first come, first served and proportional shares would give."""

from dataclasses import dataclass
from math import fsum

import numpy as np
import numpy.typing as npt

from logistics.domain.allocation_tally import Ints, Tally
from logistics.domain.fairness import gini

_CLEAR = 1e-9  # what floating point may make of two equal rates

OURS, FIRST_COME, PROPORTIONAL = "ours", "first-come", "proportional"

Rates = npt.NDArray[np.float64]


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
        The part of households with reason to envy another of their tier: it has one step of
        something that they are short of, and would still stand higher without it; and by how
        much it would at most. A household stands as high as its list is full with what it
        asked for, substitutes aside, less its debt.
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


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """Lines that are entitled to something, households numbered anew; ``pair`` is list and item.

    ``worth`` is by how much a base unit of the line's item fills its list, ``place`` the item
    within the household's tier: there are as many as ``tier`` and ``item`` have.
    """

    tally: Tally
    home: Ints
    item: Ints
    step: Ints
    entitled: Ints
    pair: Ints
    home_of: Ints  # per pair
    whole: Ints  # per pair
    worth: Rates
    place: Ints
    tier: Ints  # per household
    debt: Ints  # per household

    @classmethod
    def of(cls, tally: Tally) -> "_Lines":
        asking = np.flatnonzero(tally.entitled)
        homes, home = np.unique(tally.home[asking], return_inverse=True)
        item, entitled = tally.item[asking], tally.entitled[asking]
        pairs, pair = np.unique(home * max(1, len(tally.items)) + item, return_inverse=True)
        home_of = pairs // max(1, len(tally.items))
        whole = _summed(pair, entitled, len(pairs))
        tier = np.full(len(homes), np.iinfo(np.int64).max)
        np.minimum.at(tier, home, tally.tier[asking])
        tiers, rank = np.unique(tier, return_inverse=True)
        counts = np.bincount(home_of, minlength=len(homes))
        return cls(
            tally=tally,
            home=home,
            item=item,
            step=tally.step[asking],
            entitled=entitled,
            pair=pair,
            home_of=home_of,
            whole=whole,
            worth=1.0 / (counts[home] * whole[pair]),
            place=item * max(1, len(tiers)) + rank[home],
            tier=tier,
            debt=tally.debt[homes],
        )

    def lacks(self, got: Ints) -> Ints:
        """Tell the next step of each line that it is short of; nothing if it is not short."""
        step: Ints = np.minimum(self.step, self.entitled - got)
        return step


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What a way gives: per household how full its list is and how much it envies; per line."""

    fill: Rates
    envy: Rates
    wasted: npt.NDArray[np.bool_]


def compare(tally: Tally, pool: Ints) -> tuple[Comparison, ...]:
    """Compare by tier, the most urgent first, and over all.

    Parameters
    ----------
    pool
        Per item of the tally, what all ways share out among those who asked for it.
    """
    lines = _Lines.of(tally)
    asking = np.flatnonzero(tally.entitled)
    first, alike = _first_come(lines, pool), _proportional(lines, pool)
    seen = {
        OURS: _measure(lines, pool, tally.got[asking], tally.own[asking]),
        FIRST_COME: _measure(lines, pool, first, first),
        PROPORTIONAL: _measure(lines, pool, alike, alike),
    }
    return tuple(
        _compared(lines, way, method, tier)
        for tier in (*np.unique(lines.tier).tolist(), None)
        for method, way in seen.items()
    )


def _compared(lines: _Lines, way: _Seen, method: str, tier: int | None) -> Comparison:
    homes = np.ones(len(lines.tier), dtype=bool) if tier is None else lines.tier == tier
    fill, envy = way.fill[homes], way.envy[homes]
    count = len(fill)
    return Comparison(
        method=method,
        tier=tier,
        households=count,
        lowest=float(fill.min(initial=1.0)),
        mean=fsum(fill.tolist()) / count if count else 1.0,
        gini=gini(fill),
        empty=int((fill == 0).sum()),
        envious=int((envy > 0).sum()) / count if count else 0.0,
        envy_most=float(envy.max(initial=0.0)),
        wasted=int((way.wasted & homes[lines.home]).sum()),
    )


def _measure(lines: _Lines, pool: Ints, got: Ints, own: Ints) -> _Seen:
    homes = len(lines.tier)
    rate = np.minimum(1.0, _summed(lines.pair, got, len(lines.whole)) / lines.whole)
    fill = _weighed(lines.home_of, rate, homes) / np.bincount(lines.home_of, minlength=homes)
    stands = _weighed(lines.home, lines.worth * own, homes) - lines.debt / 1000
    left = pool - _summed(lines.item, got, len(pool))
    lacks = lines.lacks(got)
    return _Seen(
        fill=fill,
        envy=_envy(lines, own, stands, lacks),
        wasted=(lacks > 0) & (lacks <= left[lines.item]),
    )


def _envy(lines: _Lines, own: Ints, stands: Rates, lacks: Ints) -> Rates:
    """Tell of each household how much higher another would still stand; 0 without envy.

    Nobody has reason to envy itself: it would stand lower.
    """
    found = np.zeros(len(stands))
    short = np.flatnonzero(lacks > 0)
    if not len(short):
        return found
    back = np.where(own % lines.step > 0, own % lines.step, np.minimum(lines.step, own))
    after = stands[lines.home] - lines.worth * back
    holders = np.flatnonzero((own > 0) & np.isin(lines.place, lines.place[short]))
    holders = holders[np.lexsort((-back[holders], lines.place[holders]))]
    short = short[np.argsort(lines.place[short], kind="stable")]
    places, begin = np.unique(lines.place[short], return_index=True)
    since = np.searchsorted(lines.place[holders], places, side="left")
    until = np.searchsorted(lines.place[holders], places, side="right")
    for here, low, high in zip(np.split(short, begin[1:]), since, until, strict=True):
        those = holders[low:high]  # who gives back most comes first
        if not len(those):
            continue
        highest = np.maximum.accumulate(after[those])
        able = np.searchsorted(-back[those], -lacks[here], side="right")
        home = lines.home[here]
        above = np.where(able > 0, highest[able - 1] - stands[home], 0.0)
        np.maximum.at(found, home, np.where(above > _CLEAR, above, 0.0))
    return found


def first_come(asked: Ints, step: Ints, stock: int) -> Ints:
    """Serve lines of one item in the order in which they came, the last ones in whole steps."""
    given = asked.copy()
    served = int(np.searchsorted(np.cumsum(asked), stock, side="right"))
    left = stock - int(asked[:served].sum())
    rest = zip(asked[served:].tolist(), step[served:].tolist(), strict=True)
    for number, (wanted, piece) in enumerate(rest, start=served):
        given[number] = part = wanted if left >= wanted else left // piece * piece
        left -= part
    return given


def by_item(item: Ints, count: int) -> list[Ints]:
    """Name the lines of each item, in the order in which they came."""
    ends = np.cumsum(np.bincount(item, minlength=count))
    return np.split(np.argsort(item, kind="stable"), ends[:-1])[:count]


def _first_come(lines: _Lines, pool: Ints) -> Ints:
    given = np.zeros_like(lines.entitled)
    for those, stock in zip(by_item(lines.item, len(pool)), pool.tolist(), strict=True):
        given[those] = first_come(lines.entitled[those], lines.step[those], stock)
    return given


def _proportional(lines: _Lines, pool: Ints) -> Ints:
    asked = _summed(lines.item, lines.entitled, len(pool))
    there = lines.entitled * pool[lines.item] // asked[lines.item]
    return np.where(there >= lines.entitled, lines.entitled, there // lines.step * lines.step)


def _summed(key: Ints, amount: Ints, count: int) -> Ints:
    """Add amounts up by key, in whole numbers."""
    found = np.zeros(count, dtype=np.int64)
    np.add.at(found, key, amount)
    return found


def _weighed(key: Ints, amount: Rates, count: int) -> Rates:
    """Add rates up by key."""
    found = np.zeros(count)
    np.add.at(found, key, amount)
    return found
