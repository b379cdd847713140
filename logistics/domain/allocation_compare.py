"""Compare a sharing with what first come, first served and proportional shares would give."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from logistics.domain.allocation import Want
from logistics.domain.fairness import gini

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What one way of sharing gives, per line: in all, and of the item itself."""

    got: Mapping[str, int]
    own: Mapping[str, int]


def compare(
    wants: Sequence[Want],
    entitled: Mapping[str, int],
    ours: Given,
    pool: Mapping[str, int],
    debts: Mapping[str, int],
) -> tuple[Comparison, ...]:
    """Compare by tier, the most urgent first, and over all.

    Parameters
    ----------
    wants
        In the order in which they came.
    entitled
        Per line, what a ration leaves of it.
    pool
        Per item, what all ways share out among those who asked for it.
    debts
        Per household code, what it is owed, per mille of a list.
    """
    asking = [want for want in wants if entitled[want.line_id]]
    ways = {
        OURS: ours,
        FIRST_COME: _all_own(_first_come(asking, entitled, pool)),
        PROPORTIONAL: _all_own(_proportional(asking, entitled, pool)),
    }
    tiers: dict[str, int] = {}
    for want in asking:
        tiers[want.household_code] = min(want.tier, tiers.get(want.household_code, want.tier))
    of_tier: dict[int | None, list[Want]] = {tier: [] for tier in sorted(set(tiers.values()))}
    for want in asking:
        of_tier[tiers[want.household_code]].append(want)
    of_tier[None] = asking
    left = {}
    for method, given in ways.items():
        rest = dict(pool)
        for want in asking:
            rest[want.item_id] = rest.get(want.item_id, 0) - given.got.get(want.line_id, 0)
        left[method] = rest
    return tuple(
        _measure(_Group(mine, tiers, entitled, debts), given, left[method], method, tier)
        for tier, mine in of_tier.items()
        for method, given in ways.items()
    )


def _all_own(given: Mapping[str, int]) -> Given:
    return Given(got=given, own=given)


@dataclass(frozen=True, slots=True)
class _Group:
    wants: Sequence[Want]
    tiers: Mapping[str, int]
    entitled: Mapping[str, int]
    debts: Mapping[str, int]


def _measure(
    group: _Group, given: Given, left: Mapping[str, int], method: str, tier: int | None
) -> Comparison:
    whole: Counter[tuple[str, str]] = Counter()
    got: Counter[tuple[str, str]] = Counter()
    for want in group.wants:
        key = (want.household_code, want.item_id)
        whole[key] += group.entitled[want.line_id]
        got[key] += given.got.get(want.line_id, 0)
    count = Counter(code for code, _ in whole)
    sums: dict[str, float] = dict.fromkeys(count, 0.0)
    for (code, item_id), quantity in got.items():
        sums[code] += min(1.0, quantity / whole[code, item_id])
    fills = {code: total / count[code] for code, total in sums.items()}
    worth = {key: 1.0 / (count[key[0]] * asked) for key, asked in whole.items()}
    own = dict.fromkeys(count, 0.0)
    for want in group.wants:
        key = (want.household_code, want.item_id)
        own[want.household_code] += worth[key] * given.own.get(want.line_id, 0)
    short = [want for want in group.wants if _next(want, group.entitled, given) > 0]
    envy = _envy(group, given, own, worth, short)
    return Comparison(
        method=method,
        tier=tier,
        households=len(fills),
        lowest=min(fills.values(), default=1.0),
        mean=fsum(fills.values()) / len(fills) if fills else 1.0,
        gini=gini(fills.values()),
        empty=sum(fill == 0 for fill in fills.values()),
        envious=len(envy) / len(fills) if fills else 0.0,
        envy_most=max(envy.values(), default=0.0),
        wasted=sum(
            _next(want, group.entitled, given) <= left.get(want.item_id, 0) for want in short
        ),
    )


def _next(want: Want, entitled: Mapping[str, int], given: Given) -> int:
    return min(want.step, entitled[want.line_id] - given.got.get(want.line_id, 0))


def _envy(
    group: _Group,
    given: Given,
    fills: Mapping[str, float],
    worth: Mapping[tuple[str, str], float],
    short: Sequence[Want],
) -> dict[str, float]:
    """Tell of each household with reason to envy how much higher the other would still stand."""
    stands = {code: fill - group.debts.get(code, 0) / 1000 for code, fill in fills.items()}
    holders: dict[tuple[str, int], list[tuple[float, int, str]]] = defaultdict(list)
    lacking = {want.item_id for want in short}
    for want in group.wants:
        has = given.own.get(want.line_id, 0)
        if has and want.item_id in lacking:
            back = has % want.step or min(want.step, has)
            code = want.household_code
            after = stands[code] - worth[code, want.item_id] * back
            holders[want.item_id, group.tiers[code]].append((after, back, code))
    for givers in holders.values():
        givers.sort(reverse=True)
    found: dict[str, float] = {}
    for want in short:
        step = _next(want, group.entitled, given)
        code = want.household_code
        for after, back, other in holders[want.item_id, group.tiers[code]]:
            if after <= stands[code] + _CLEAR:
                break
            if back >= step and other != code:
                found[code] = max(found.get(code, 0.0), after - stands[code])
                break
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
