"""What the lists ask and suppliers offer as arrays for the solver, and its choice in our terms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from logistics.domain.buying import BuyingInputs, Option, SupplierPart, Usable
from logistics.domain.places import straight_m
from logistics.domain.procurement import NotBought
from logistics.domain.suppliers import Supplier
from solver.buying.problem import UNLIMITED, Buying, Choice, Ints, Weights

DETOUR = 1.4
"""Streets are so much longer than the straight way.

Ours; Newell (Traffic Flow on Transportation Networks, 1980) gives 1.2 for whole regions, closed
gates add to it. The vans' tours themselves are planned on the map.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What the numbers of the arrays stand for: ids of items and suppliers."""

    items: tuple[str, ...]
    suppliers: tuple[str, ...]


def buying_of(inputs: BuyingInputs, found: Usable) -> tuple[Buying, Weights, Shelf]:
    """Put demand and usable offers into arrays."""
    shelf = Shelf(
        items=tuple(one.item_id for one in inputs.demand),
        suppliers=tuple(one.id for one in found.suppliers),
    )
    row = {item: n for n, item in enumerate(shelf.items)}
    column = {supplier: n for n, supplier in enumerate(shelf.suppliers)}
    free = {one.id for one in found.suppliers if one.free}
    shape = (len(shelf.items), len(shelf.suppliers))
    case, price, stock = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    least = np.ones(shape, dtype=np.int64)
    for offer in found.offers:
        at = row[offer.item_id], column[offer.market_id]
        case[at] = offer.case_base
        price[at] = 0 if offer.market_id in free else offer.price_fen
        stock[at] = UNLIMITED if offer.stock_cases is None else offer.stock_cases
        least[at] = offer.minimum_cases
    buying = Buying(
        demand=np.array([one.quantity for one in inputs.demand], dtype=np.int64),
        lines=np.array([one.lines for one in inputs.demand], dtype=np.int64),
        case_base=case,
        price_fen=price,
        stock_cases=stock,
        least_cases=least,
        minimum_fen=np.array([one.minimum_fen for one in found.suppliers], dtype=np.int64),
        cases_max=_served(found, "cases"),
        buyers_max=_served(found, "buyers"),
        entered=np.array([one.entered for one in found.suppliers], dtype=bool),
        distance_m=_distances(inputs, found),
    )
    policy = inputs.policy
    weights = Weights(
        km_fen=policy.van_km_fen,
        stop_fen=policy.van_stop_fen,
        shop_fen=policy.shop_fen,
        buyer_fen=policy.buyer_fen,
        lines_per_buyer=policy.buyer_lines,
    )
    return buying, weights, shelf


def _served(found: Usable, what: str) -> Ints:
    """Add up what each supplier's slots allow; one slot without an end has no end."""
    most = []
    for supplier in found.suppliers:
        counts = [getattr(slot, what) for slot in found.slots[supplier.id]]
        endless = not counts or None in counts
        most.append(UNLIMITED if endless else sum(counts))
    return np.array(most, dtype=np.int64)


def _distances(inputs: BuyingInputs, found: Usable) -> Ints:
    spots = [inputs.depot, *((one.lon, one.lat) for one in found.suppliers)]
    return np.array(
        [[round(DETOUR * straight_m(*a, *b)) for b in spots] for a in spots], dtype=np.int64
    )


def option_of(
    name: str,
    choice: Choice,
    buying: Buying,
    weights: Weights,
    *,
    suppliers: Sequence[Supplier],
    cut_off: Callable[[int, int], int],
) -> Option:
    """Say a choice in the planner's terms.

    Parameters
    ----------
    weights
        The policy's own, whatever the option made of them.
    cut_off
        Counts the lines that a shortage (number of the item, base units) reaches.
    """
    short = {n: int(by) for n, by in enumerate(choice.short) if by}
    return Option(
        name=name,
        cost_fen=choice.goods_fen + choice.ways_fen,
        goods_fen=choice.goods_fen,
        ways_fen=choice.ways_fen,
        contact_fen=weights.shop_fen * choice.shops + weights.buyer_fen * sum(choice.buyers),
        shops=choice.shops,
        buyers=sum(choice.buyers),
        distance_m=choice.distance_m,
        short_items=len(short),
        short_lines=sum(cut_off(n, by) for n, by in short.items()),
        weighed_fen=choice.cost_fen,
        bound_fen=choice.bound_fen,
        proven=choice.proven,
        gap=choice.gap,
        seconds=choice.seconds,
        suppliers=tuple(
            SupplierPart(
                code=one.code,
                name_zh=one.name_zh,
                name_en=one.name_en,
                lines=int((choice.cases[:, n] > 0).sum()),
                cases=int(choice.cases[:, n].sum()),
                goods_fen=int(choice.cases[:, n] @ buying.price_fen[:, n]),
                buyers=choice.buyers[n],
            )
            for n, one in enumerate(suppliers)
            if choice.cases[:, n].any()
        ),
    )


def cases_of(choice: Choice, shelf: Shelf) -> dict[tuple[str, str], int]:
    """Give the cases that are bought by supplier id and item id."""
    return {
        (shelf.suppliers[s], shelf.items[i]): int(choice.cases[i, s])
        for i, s in np.argwhere(choice.cases > 0)
    }


def reasons_of(
    choice: Choice,
    buying: Buying,
    shelf: Shelf,
    refused: Mapping[str, tuple[tuple[str, NotBought], ...]],
) -> dict[str, NotBought]:
    """Say why items are short: nobody has more, too little is asked, or nobody serves so much."""
    found: dict[str, NotBought] = {}
    for n in np.flatnonzero(choice.short):
        item = shelf.items[n]
        if (buying.case_base[n] > 0).any():
            found[item] = _why(choice, buying, int(n))
        else:
            whys = {why for _, why in refused.get(item, ())}
            found[item] = next((why for why in NotBought if why in whys), NotBought.NOT_SOLD)
    return found


def _why(choice: Choice, buying: Buying, item: int) -> NotBought:
    cases, stock = choice.cases[item], buying.stock_cases[item]
    more = (buying.case_base[item] > 0) & ((stock == UNLIMITED) | (cases < stock))
    if not more.any():
        return NotBought.SOLD_OUT
    all_cases = choice.cases.sum(axis=0)
    full = (buying.cases_max != UNLIMITED) & (all_cases >= buying.cases_max)
    full |= (buying.buyers_max != UNLIMITED) & (np.array(choice.buyers) >= buying.buyers_max)
    return NotBought.CROWDED if (more & full).any() else NotBought.MINIMUM
