"""Ways to buy one item: whole cases from some suppliers that cover its demand at least cost."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import product
from math import prod

from solver.buying.problem import UNLIMITED, Buying

_NODES = 20_000
"""Steps of one search, after which its best cover so far is taken."""

_ALL = 400
"""Up to so many covers of an item are listed one and all."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Cases by supplier; ``short`` base units are left over for nobody to sell."""

    cases: tuple[tuple[int, int], ...]  # (supplier, cases), by supplier
    short: int
    goods_fen: int

    @property
    def support(self) -> frozenset[int]:
        """The suppliers that are bought from."""
        return frozenset(supplier for supplier, _ in self.cases)


@dataclass(frozen=True, slots=True)
class _Offer:
    supplier: int
    case: int
    price: int
    most: int
    least: int


@dataclass(slots=True)
class Covers:
    """The covers of one item.

    ``complete``: whatever suppliers are open, one of these is the cheapest. ``every``: there is
    no other cover at all without a superfluous case.
    """

    best: list[Cover]
    complete: bool = True
    wide: list[Cover] = field(default_factory=list)
    every: bool = False


def covers_of(buying: Buying, item: int, *, limited: bool) -> Covers:
    """List the covers of an item that may be part of a best choice.

    Parameters
    ----------
    limited
        Whether some supplier has a smallest order, or serves only so much: then the cheapest
        cover for each set of suppliers is not enough, and ``wide`` holds more.
    """
    offers = _offers(buying, item)
    demand = int(buying.demand[item])
    found, complete = _lattice(offers, demand)
    covers = Covers(best=_undominated(found), complete=complete)
    if limited:
        covers.every = prod(o.most + 1 for o in offers) <= _ALL
        counted = {n for n, most in enumerate(buying.cases_max) if most != UNLIMITED}
        wide = _every(offers, demand) if covers.every else _spread(offers, demand, covers, counted)
        covers.wide = list(dict.fromkeys([*covers.best, *wide]))
    return covers


def _offers(buying: Buying, item: int) -> list[_Offer]:
    """List the offers that can be of use, the cheapest base unit first."""
    offers = [
        _Offer(
            supplier=s,
            case=int(buying.case_base[item, s]),
            price=int(buying.price_fen[item, s]),
            most=most,
            least=max(1, int(buying.least_cases[item, s])),
        )
        for s in range(buying.suppliers)
        if (most := buying.most_cases(item, s))
    ]
    # compared as whole numbers: a/b < c/d
    scale = prod({o.case for o in offers}) if offers else 1
    return sorted(offers, key=lambda o: (o.price * scale // o.case, o.supplier))


def _lattice(offers: list[_Offer], demand: int) -> tuple[list[Cover], bool]:
    """Find the cheapest cover for every set of suppliers.

    If the best cover from a set uses only some of it, it is the best from everything between the
    two; so from each set only those are looked at that lack one of the suppliers it used.
    """
    found: dict[frozenset[int], Cover] = {}
    complete = True
    waiting = [frozenset(o.supplier for o in offers)]
    seen = set(waiting)
    while waiting:
        allowed = waiting.pop()
        cover, whole = _cheapest([o for o in offers if o.supplier in allowed], demand)
        complete = complete and whole
        found.setdefault(cover.support, cover)
        for supplier in sorted(cover.support):
            fewer = allowed - {supplier}
            if fewer not in seen:
                seen.add(fewer)
                waiting.append(fewer)
    return list(found.values()), complete


class _Search:
    """Depth first, the cheapest base unit first, cut off by what is still to be paid at least."""

    def __init__(self, offers: list[_Offer], demand: int) -> None:
        self.offers = offers
        self.can = [0] * (len(offers) + 1)
        for n in range(len(offers) - 1, -1, -1):
            self.can[n] = self.can[n + 1] + offers[n].case * offers[n].most
        self.best: tuple[int, int] = (demand + 1, 0)
        self.chosen: tuple[tuple[int, int], ...] = ()
        self.nodes = 0

    def go(self, n: int, rest: int, cost: int, chosen: tuple[tuple[int, int], ...]) -> None:
        self.nodes += 1
        if rest <= 0 or n == len(self.offers):
            if (max(rest, 0), cost) < self.best:
                self.best, self.chosen = (max(rest, 0), cost), chosen
            return
        offer = self.offers[n]
        # whoever sells no fewer than some cases is worth them where a single one is lacking
        cases = min(offer.most, max(-(-rest // offer.case), offer.least))
        while cases >= 0 and self.nodes <= _NODES:
            if cases < offer.least:
                cases = 0
            left, paid = rest - cases * offer.case, cost + cases * offer.price
            if self.at_least(n + 1, left, paid) >= self.best:
                return  # fewer cases here only cost more elsewhere
            more = ((offer.supplier, cases),) if cases else ()
            self.go(n + 1, left, paid, chosen + more)
            cases -= 1

    def at_least(self, n: int, left: int, paid: int) -> tuple[int, int]:
        if left <= 0:
            return (0, paid)
        short = max(0, left - self.can[n])
        if n == len(self.offers):
            return (short, paid)
        cheapest = self.offers[n]
        return (short, paid + -(-(left - short) * cheapest.price // cheapest.case))


def _cheapest(offers: list[_Offer], demand: int) -> tuple[Cover, bool]:
    search = _Search(offers, demand)
    search.go(0, demand, 0, ())
    short, cost = search.best
    return Cover(tuple(sorted(search.chosen)), short, cost), search.nodes <= _NODES


def _undominated(found: Iterable[Cover]) -> list[Cover]:
    """Leave out covers that need more suppliers than another and are no better for it."""
    kept: list[Cover] = []
    for cover in sorted(found, key=lambda c: (len(c.cases), c.cases)):
        worth = (cover.short, cover.goods_fen)
        if not any(
            other.support <= cover.support and (other.short, other.goods_fen) <= worth
            for other in kept
        ):
            kept.append(cover)
    return kept


def _every(offers: list[_Offer], demand: int) -> list[Cover]:
    """List all covers, whole or in part, without a case that could be left away."""
    ordered = sorted(offers, key=lambda o: o.supplier)
    found = []
    for cases in product(*((0, *range(o.least, o.most + 1)) for o in ordered)):
        cover = _cover(ordered, cases, demand)
        if cover is not None:
            found.append(cover)
    return found


def _cover(offers: list[_Offer], cases: tuple[int, ...], demand: int) -> Cover | None:
    bought = sum(o.case * n for o, n in zip(offers, cases, strict=True))
    for offer, n in zip(offers, cases, strict=True):
        fewer = 1 if n > offer.least else n
        if n and bought - fewer * offer.case >= demand:
            return None  # a case, or the whole line, is superfluous
    taken = tuple((o.supplier, n) for o, n in zip(offers, cases, strict=True) if n)
    goods = sum(o.price * n for o, n in zip(offers, cases, strict=True))
    return Cover(taken, max(0, demand - bought), goods)


def _spread(
    offers: list[_Offer], demand: int, covers: Covers, counted: Collection[int]
) -> list[Cover]:
    """Add covers in which a supplier that serves so much has half, others or nobody the rest."""
    by_supplier = {o.supplier: o for o in offers}
    more: list[Cover] = [Cover((), demand, 0)]
    for cover in covers.best:
        for supplier, cases in cover.cases:
            if supplier not in counted:
                continue
            offer = by_supplier[supplier]
            others = [o for o in offers if o.supplier != supplier]
            part = cases // 2
            if part < offer.least:
                continue
            rest, _ = _cheapest(others, demand - part * offer.case)
            more += [
                made
                for extra in (rest.cases, ())
                if (made := _joined(by_supplier, {**dict(extra), supplier: part}, demand))
            ]
    return more


def _joined(offers: dict[int, _Offer], cases: dict[int, int], demand: int) -> Cover | None:
    used = [offers[s] for s in sorted(cases)]
    return _cover(used, tuple(cases[o.supplier] for o in used), demand)


def limited(buying: Buying) -> bool:
    """Say whether some supplier has a smallest order, or serves only so much."""
    return bool(
        buying.minimum_fen.any()
        or (buying.cases_max != UNLIMITED).any()
        or (buying.buyers_max != UNLIMITED).any()
    )
