"""Judge a choice of suppliers by the arrays alone: knows no search and no OR-Tools."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from solver.buying.problem import UNLIMITED, Buying, Choice, Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A broken rule: at which supplier or item (by number), and by how much."""

    code: str
    item: int | None = None
    supplier: int | None = None
    by: int = 0


def faults(buying: Buying, choice: Choice, weights: Weights) -> tuple[Fault, ...]:
    """List every rule that a choice breaks, and every figure of it that is not true.

    Parameters
    ----------
    weights
        Those of its option: where contact has no price, those without.
    """
    return (
        *_cases(buying, choice),
        *_orders(buying, choice),
        *_rounds(choice),
        *_figures(buying, choice, weights),
    )


def _cases(buying: Buying, choice: Choice) -> Iterator[Fault]:
    items, suppliers = buying.case_base.shape
    for item in range(items):
        bought = 0
        for s in range(suppliers):
            cases, case = int(choice.cases[item, s]), int(buying.case_base[item, s])
            bought += cases * case
            if cases < 0 or (cases and not case):
                yield Fault(code="not-offered", item=item, supplier=s, by=cases)
            stock = int(buying.stock_cases[item, s])
            if stock != UNLIMITED and cases > stock:
                yield Fault(code="beyond-stock", item=item, supplier=s, by=cases - stock)
            if 0 < cases < buying.least_cases[item, s]:
                yield Fault(code="too-few-cases", item=item, supplier=s, by=cases)
        demand = int(buying.demand[item])
        if max(0, demand - bought) != choice.short[item]:
            yield Fault(code="shortage-untrue", item=item, by=int(choice.short[item]))
        for s in range(suppliers):
            cases = int(choice.cases[item, s])
            least = max(1, int(buying.least_cases[item, s]))
            fewer = 1 if cases > least else cases
            if cases and bought - fewer * int(buying.case_base[item, s]) >= demand:
                yield Fault(code="superfluous", item=item, supplier=s, by=fewer)


def _orders(buying: Buying, choice: Choice) -> Iterator[Fault]:
    for s in range(buying.suppliers):
        cases = int(choice.cases[:, s].sum())
        spent = int((choice.cases[:, s] * buying.price_fen[:, s]).sum())
        if cases and spent < buying.minimum_fen[s]:
            yield Fault(code="below-minimum", supplier=s, by=int(buying.minimum_fen[s]) - spent)
        for code, count, most in (
            ("too-many-cases", cases, int(buying.cases_max[s])),
            ("too-many-buyers", choice.buyers[s], int(buying.buyers_max[s])),
        ):
            if most != UNLIMITED and count > most:
                yield Fault(code=code, supplier=s, by=count - most)


def _rounds(choice: Choice) -> Iterator[Fault]:
    used = {s for s in range(choice.cases.shape[1]) if choice.cases[:, s].any()}
    for s in used.symmetric_difference(choice.tour):
        yield Fault(code="not-on-the-round", supplier=s)
    for s in set(choice.tour):
        if choice.tour.count(s) > 1:
            yield Fault(code="visited-twice", supplier=s)


def _figures(buying: Buying, choice: Choice, weights: Weights) -> Iterator[Fault]:
    lines = [int((choice.cases[:, s] > 0).sum()) for s in range(buying.suppliers)]
    buyers = tuple(
        -(-n // weights.lines_per_buyer) if buying.entered[s] else 0 for s, n in enumerate(lines)
    )
    shops = sum(1 for s, n in enumerate(lines) if n and buying.entered[s])
    goods = sum(
        int(choice.cases[i, s]) * int(buying.price_fen[i, s])
        for i in range(len(buying.demand))
        for s in range(buying.suppliers)
    )
    stops = [0, *(s + 1 for s in choice.tour), 0] if choice.tour else [0]
    legs = [int(buying.distance_m[a, b]) for a, b in pairwise(stops)]
    ways = sum(-(-leg * weights.km_fen // 1000) for leg in legs)
    ways += weights.stop_fen * len(choice.tour)
    cost = goods + ways + weights.shop_fen * shops + weights.buyer_fen * sum(buyers)
    told = {
        "buyers": (buyers, choice.buyers),
        "shops": (shops, choice.shops),
        "goods_fen": (goods, choice.goods_fen),
        "ways_fen": (ways, choice.ways_fen),
        "distance_m": (sum(legs), choice.distance_m),
        "cost_fen": (cost, choice.cost_fen),
    }
    for name, (true, said) in told.items():
        if true != said:
            yield Fault(code=f"untrue-{name}")
    if choice.bound_fen > cost:
        yield Fault(code="bound-above-cost", by=choice.bound_fen - cost)
