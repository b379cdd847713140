"""Which offers may be bought from in time and by the rules, and what the options cost (选购)."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from logistics.domain.procurement import NotBought, Offer
from logistics.domain.setup import Policy
from logistics.domain.suppliers import DAY_S, Inspection, Slot, Supplier, suspension

HOUR_S = 3600
_NAMED = 20  # buildings of a pool that are named


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyingPolicy:
    """The district's settings for buying; each default is ours and a setting, never a law.

    ``goods_by_s``: when goods must be at the point, seconds since midnight of the service day.
    """

    goods_by_s: int
    wave_end_s: int
    goods_keep_h: int
    count_pack_s: int
    shop_fen: int
    buyer_fen: int
    buyer_lines: int
    van_km_fen: int
    van_stop_fen: int

    @classmethod
    def of(cls, policy: Mapping[str, Any]) -> "BuyingPolicy":
        """Read the district's policy as the store keeps it; what is not named has our default."""
        facts = Policy.of_facts(policy)
        end = facts.wave_end.hour * HOUR_S + facts.wave_end.minute * 60 + facts.wave_end.second
        by = facts.goods_by
        latest = max(1, end - facts.count_pack_s)
        return cls(
            goods_by_s=latest if by is None else by.hour * HOUR_S + by.minute * 60 + by.second,
            wave_end_s=end,
            goods_keep_h=facts.goods_keep_h,
            count_pack_s=facts.count_pack_s,
            shop_fen=facts.shop_fen,
            buyer_fen=facts.buyer_fen,
            buyer_lines=facts.buyer_lines,
            van_km_fen=facts.van_km_fen,
            van_stop_fen=facts.van_stop_fen,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What the lists ask of one item: base units, and in how many lines."""

    item_id: str
    quantity: int
    lines: int
    cold: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyingInputs:
    """Everything that orders are made from, as it was read.

    ``midnight`` begins the service day in the district's zone; ``at`` is when orders go out.
    """

    run_id: str
    run_code: str
    at: datetime
    midnight: datetime
    depot: tuple[float, float]  # lon, lat
    policy: BuyingPolicy
    demand: tuple[Demand, ...]  # by item id
    suppliers: tuple[Supplier, ...]  # by code
    offers: tuple[Offer, ...]
    inspections: tuple[Inspection, ...]

    def digest(self) -> str:
        """Hash all that was read: two equal digests mean that the options still hold."""
        facts = asdict(self)
        facts.pop("at")
        text = json.dumps(facts, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Usable:
    """What may be bought from: offers, when each supplier is ready, and what it serves then.

    ``refused`` says for each item why an offer of it may not be used.
    """

    suppliers: tuple[Supplier, ...]
    offers: tuple[Offer, ...]
    ready_s: Mapping[str, int]
    slots: Mapping[str, tuple[Slot, ...]]
    refused: Mapping[str, tuple[tuple[str, NotBought], ...]]  # item id: supplier code, reason


def usable(inputs: BuyingInputs) -> Usable:
    """Keep the offers that inspectors, hours, lead time, cold chain and freshness allow.

    A suspension blocks whatever is ordered while it lasts, and whatever would be fetched while
    it lasts.
    """
    by_id = {one.id: one for one in inputs.suppliers}
    cold = {one.item_id: one.cold for one in inputs.demand}
    said: dict[str, list[Inspection]] = {}
    for statement in inputs.inspections:
        said.setdefault(statement.place_id, []).append(statement)
    ready = {one.id: _ready_s(inputs, one) for one in inputs.suppliers}
    slots = {one.id: _slots(inputs, one, ready[one.id]) for one in inputs.suppliers}
    closed = {
        one.id: _closed(inputs, one, said.get(one.id, ()), ready[one.id], slots[one.id])
        for one in inputs.suppliers
    }
    kept: list[Offer] = []
    refused: dict[str, list[tuple[str, NotBought]]] = {}
    for offer in inputs.offers:
        if offer.item_id not in cold or offer.market_id not in by_id:
            continue
        supplier = by_id[offer.market_id]
        why = closed[supplier.id] or _refusal(
            inputs, supplier, offer, ready[supplier.id], cold=cold[offer.item_id]
        )
        if why is None:
            kept.append(offer)
        else:
            refused.setdefault(offer.item_id, []).append((supplier.code, why))
    sellers = {offer.market_id for offer in kept}
    return Usable(
        suppliers=tuple(one for one in inputs.suppliers if one.id in sellers),
        offers=tuple(kept),
        ready_s={
            place: max(ready[place], slots[place][0].starts_s if slots[place] else 0)
            for place in sellers
        },
        slots={place: slots[place] for place in sellers},
        refused={item: tuple(sorted(whys)) for item, whys in refused.items()},
    )


def _ready_s(inputs: BuyingInputs, supplier: Supplier) -> int:
    """Say when goods ordered now can be fetched, in seconds of the service day."""
    opens = supplier.opens_s or 0
    if not supplier.lead_s:
        return opens  # what lies in the shop is there when it opens
    done = inputs.at + timedelta(seconds=supplier.lead_s)
    return max(opens, int((done - inputs.midnight).total_seconds()))


def _slots(inputs: BuyingInputs, supplier: Supplier, ready_s: int) -> tuple[Slot, ...]:
    by = inputs.policy.goods_by_s
    usual = sorted(supplier.slots, key=lambda slot: slot.starts_s)
    return tuple(slot for slot in usual if slot.ends_s > ready_s and slot.starts_s < by)


def _closed(
    inputs: BuyingInputs,
    supplier: Supplier,
    said: Sequence[Inspection],
    ready_s: int,
    slots: tuple[Slot, ...],
) -> NotBought | None:
    latest = inputs.midnight + timedelta(seconds=inputs.policy.goods_by_s)
    if suspension(said, inputs.at, max(latest, inputs.at)) is not None:
        return NotBought.SUSPENDED
    last = min(inputs.policy.goods_by_s, DAY_S if supplier.closes_s is None else supplier.closes_s)
    if ready_s >= last:
        return NotBought.TOO_LATE
    return NotBought.CROWDED if supplier.slots and not slots else None


def _refusal(
    inputs: BuyingInputs, supplier: Supplier, offer: Offer, ready_s: int, *, cold: bool
) -> NotBought | None:
    if cold and not supplier.cold:
        return NotBought.NO_COLD_CHAIN
    if cold and supplier.provenance is None:
        return NotBought.NO_PROVENANCE
    if offer.keeps_h is not None:
        needed = inputs.policy.wave_end_s - ready_s + inputs.policy.goods_keep_h * HOUR_S
        if offer.keeps_h * HOUR_S < needed:
            return NotBought.NOT_FRESH
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierPart:
    """What an option buys from one supplier."""

    code: str
    name_zh: str
    name_en: str
    lines: int
    cases: int
    goods_fen: int
    buyers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way to buy everything, in the planner's terms.

    ``contact_fen`` is what its shops and buyers are weighed at; ``bound_fen`` is what no choice
    with so small a shortage is proven to cost less than, contact weighed as the option does.
    """

    name: str
    cost_fen: int  # what is really paid: goods and ways
    goods_fen: int
    ways_fen: int
    contact_fen: int
    shops: int
    buyers: int
    distance_m: int
    short_items: int
    short_lines: int
    weighed_fen: int
    bound_fen: int
    proven: bool
    gap: float
    seconds: float
    suppliers: tuple[SupplierPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Buildings that reach a smallest order together, or still wait for others.

    ``parts`` are the largest buildings with what they bring; in base units for an item,
    in fen for a supplier's order.
    """

    supplier: str
    item_id: str | None  # None: the order as a whole
    item_zh: str
    item_en: str
    needed: int
    together: int
    missing: int  # what others would have to bring; 0: they have enough together
    buildings: int
    parts: tuple[tuple[str, int], ...]
    alone: tuple[str, ...]  # buildings that would have had enough alone


def pools(
    offers: Iterable[Offer],
    suppliers: Iterable[Supplier],
    asked: Mapping[tuple[str, str], int],
    names: Mapping[str, tuple[str, str]],
    bought: Mapping[tuple[str, str], int],
) -> tuple[Pool, ...]:
    """Say for each smallest order which buildings reach it together, and who waits for whom.

    What is bought elsewhere instead waits for nobody and is left out.

    Parameters
    ----------
    asked
        Base units by building code and item id.
    names
        Chinese and English name by item id.
    bought
        Base units by supplier id and item id, as chosen; who is not bought from is judged by all
        that could be bought there.
    """
    by_item: dict[str, dict[str, int]] = {}
    for (building, item), quantity in asked.items():
        by_item.setdefault(item, {})[building] = quantity
    sold: dict[str, list[Offer]] = {}
    for offer in offers:
        sold.setdefault(offer.market_id, []).append(offer)
    found: list[Pool] = []
    anywhere = {item for (_, item), quantity in bought.items() if quantity}
    for supplier in suppliers:
        mine = [
            offer
            for offer in sold.get(supplier.id, [])
            if bought.get((supplier.id, offer.item_id)) or offer.item_id not in anywhere
        ]
        found += [
            _pool(
                supplier,
                (offer.item_id, *names.get(offer.item_id, (offer.item_id, offer.item_id))),
                offer.minimum_cases * offer.case_base,
                by_item[offer.item_id],
            )
            for offer in mine
            if offer.minimum_cases > 1 and offer.item_id in by_item
        ]
        if supplier.minimum_fen:
            takes = {o.item_id for o in mine if bought.get((supplier.id, o.item_id))}
            spent: dict[str, int] = {}
            for offer in mine:
                if takes and offer.item_id not in takes:
                    continue
                for building, quantity in by_item.get(offer.item_id, {}).items():
                    fen = quantity * offer.price_fen // offer.case_base
                    spent[building] = spent.get(building, 0) + fen
            if spent:
                paid = sum(
                    bought.get((supplier.id, o.item_id), 0) // o.case_base * o.price_fen
                    for o in mine
                )
                found.append(
                    _pool(supplier, (None, "", ""), supplier.minimum_fen, spent, paid=paid)
                )
    return tuple(found)


def _pool(
    supplier: Supplier,
    item: tuple[str | None, str, str],
    needed: int,
    parts: Mapping[str, int],
    *,
    paid: int = 0,
) -> Pool:
    together = max(paid, sum(parts.values()))
    return Pool(
        supplier=supplier.code,
        item_id=item[0],
        item_zh=item[1],
        item_en=item[2],
        needed=needed,
        together=together,
        missing=max(0, needed - together),
        buildings=len(parts),
        parts=tuple(sorted(parts.items(), key=lambda part: (-part[1], part[0]))[:_NAMED]),
        alone=tuple(sorted(code for code, part in parts.items() if part >= needed)),
    )
