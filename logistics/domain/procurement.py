"""What to buy where, so that every wish is bought or its reason is known (采购)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from logistics.domain.fairness import draw
from logistics.domain.stock import Lot


class NotBought(StrEnum):
    """Why a wish, or a part of it, stands behind no purchase."""

    NOT_SOLD = "not-sold"  # no market offers the item
    SOLD_OUT = "sold-out"  # the markets together have less than is asked
    SUSPENDED = "supplier-suspended"  # inspectors say that nothing is ordered there
    TOO_LATE = "too-late"  # its goods would come too late
    CROWDED = "no-slot"  # it does not serve so many of us in its hours
    NO_COLD_CHAIN = "no-cold-chain"
    NO_PROVENANCE = "no-provenance"  # cold goods without provenance codes
    NOT_FRESH = "not-fresh"  # they would not keep long enough
    MINIMUM = "minimum-not-reached"  # less is asked than is sold at once


class OrderState(StrEnum):
    """Where an order to a market stands."""

    SENT = "sent"
    PART_RECEIVED = "part-received"
    RECEIVED = "received"
    NOTHING_CAME = "nothing-came"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A household's accepted line; ``quantity`` in base units."""

    line_id: str
    household_code: str
    item_id: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a market sells: cases of ``case_base`` base units at ``price_fen`` a case.

    Fewer than ``minimum_cases`` are not sold; goods stay good for ``keeps_h`` hours from when
    they can be fetched, None: long enough.
    """

    market_id: str
    item_id: str
    case_base: int
    price_fen: int
    stock_cases: int | None
    minimum_cases: int = 1
    aisle: str = ""
    keeps_h: int | None = None

    @property
    def stock_base(self) -> int | None:
        """Return what the market has in base units; None knows no limit."""
        return None if self.stock_cases is None else self.stock_cases * self.case_base


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """One line of an order to a market; whole cases that cover ``demand`` base units."""

    market_id: str
    item_id: str
    demand: int
    case_base: int
    cases: int
    price_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backing:
    """How much of a wish stands behind the purchase at a market, or behind none and why."""

    line_id: str
    item_id: str
    market_id: str | None
    quantity: int
    reason: NotBought | None


@dataclass(frozen=True, slots=True)
class Procurement:
    """All purchases of a run and the wishes behind them."""

    purchases: tuple[Purchase, ...]
    backings: tuple[Backing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedLine:
    """A purchase line as an order shows it; ``received`` counts what came for it so far."""

    id: str
    item_id: str
    name_zh: str
    name_en: str
    base: str
    demand: int
    case_base: int
    cases: int
    price_fen: int
    received: int
    households: int
    aisle: str = ""

    @property
    def quantity(self) -> int:
        """Return the ordered quantity in base units."""
        return self.cases * self.case_base

    @property
    def total_fen(self) -> int:
        """Return the price of the line."""
        return self.cases * self.price_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrder:
    """An order to one market.

    Its goods go to ``point_code``, None: to the depot; ``buyers`` fetch them from ``ready_s`` on,
    seconds since midnight of the service day. ``flag`` is the reason why inspectors have
    suspended the market since, or look at it.
    """

    id: str
    run_id: str
    code: str
    market_id: str
    market_code: str
    market_zh: str
    market_en: str
    state: OrderState
    lines: tuple[OrderedLine, ...]
    point_code: str | None = None
    buyers: int = 0
    ready_s: int = 0
    flag: str = ""

    @property
    def total_fen(self) -> int:
        """Return the price of the order."""
        return sum(line.total_fen for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What was counted of one item when an order came; base units.

    ``damaged_base`` is the part of ``quantity_base`` that cannot be given out. ``item`` and
    ``instead_of`` take an item's id, name or alias. ``weight_g`` is what a scale said of all of
    it, ``price_fen`` what was paid for all of it where that differs from the order, ``photo`` the
    digest (``sha256:…``) or address of a picture.
    """

    item: str
    quantity_base: int
    instead_of: str | None = None
    damaged_base: int = 0
    provenance: str = ""
    weight_g: int | None = None
    price_fen: int | None = None
    photo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedLine:
    """What came of an ordered item up to a receipt, substitutes included."""

    item_id: str
    ordered: int
    came: int

    @property
    def short(self) -> int:
        """Return what is missing."""
        return max(0, self.ordered - self.came)

    @property
    def over(self) -> int:
        """Return what came beyond the order; it went into the stock."""
        return max(0, self.came - self.ordered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One hand-over: its lots, and how the order stands with it."""

    id: str
    order_id: str
    key: str
    actor: str
    at: datetime
    lots: tuple[Lot, ...]
    lines: tuple[ReceivedLine, ...]


def purchase(
    wishes: Iterable[Wish],
    offers: Iterable[Offer],
    cases: Mapping[tuple[str, str], int],
    reasons: Mapping[str, NotBought],
    *,
    salt: str,
) -> Procurement:
    """Put the wishes behind the cases that are bought: each is bought, or its reason known.

    Parameters
    ----------
    cases
        How many, by market id and item id.
    reasons
        Why an item is not bought, or not enough of it; without one nobody sells it.
    salt
        Seeds the order in which wishes stand in the queue for the cheaper market and for what
        there is too little of; the order in which they arrive plays no part.

    Notes
    -----
    The rule is ours. Cases are whole, so the last case of an item may leave a surplus.
    """
    by_item: dict[str, list[Wish]] = defaultdict(list)
    for wish in wishes:
        by_item[wish.item_id].append(wish)
    on_sale: dict[str, list[Offer]] = defaultdict(list)
    for offer in offers:
        if cases.get((offer.market_id, offer.item_id)):
            on_sale[offer.item_id].append(offer)
    purchases: list[Purchase] = []
    backings: list[Backing] = []
    for item_id in sorted(by_item):
        queue = queued(by_item[item_id], salt)
        bought = _bought(sum(w.quantity for w in queue), on_sale[item_id], cases)
        purchases += bought
        backings += _back(queue, bought, reasons.get(item_id, NotBought.NOT_SOLD))
    return Procurement(tuple(purchases), tuple(backings))


def queued(wishes: Iterable[Wish], salt: str) -> list[Wish]:
    """Let chance, the same whenever it is asked, say who comes first."""
    return sorted(
        wishes, key=lambda w: (draw(salt, w.household_code, w.item_id, w.quantity), w.line_id)
    )


def cut_off_by(wishes: Sequence[Wish], short: int) -> int:
    """Count the wishes at the end of a queue that a shortage of base units reaches."""
    count = 0
    for wish in reversed(wishes):
        if short <= 0:
            break
        short -= wish.quantity
        count += 1
    return count


def _bought(
    demand: int, offers: Sequence[Offer], cases: Mapping[tuple[str, str], int]
) -> list[Purchase]:
    """Let the dearest market carry what the whole cases hold beyond the demand."""
    bought: list[Purchase] = []
    cheapest_first = sorted(
        offers, key=lambda o: (Fraction(o.price_fen, o.case_base), o.market_id)
    )
    for offer in cheapest_first:
        count = cases[offer.market_id, offer.item_id]
        take = min(demand, count * offer.case_base)
        bought.append(
            Purchase(
                market_id=offer.market_id,
                item_id=offer.item_id,
                demand=take,
                case_base=offer.case_base,
                cases=count,
                price_fen=offer.price_fen,
            )
        )
        demand -= take
    return bought


def _back(queue: Sequence[Wish], bought: Sequence[Purchase], rest: NotBought) -> list[Backing]:
    sources = [(p.market_id, p.demand) for p in bought]
    found: list[Backing] = []
    at, left = 0, sources[0][1] if sources else 0
    for wish in queue:
        open_quantity = wish.quantity
        while open_quantity and at < len(sources):
            if not left:  # the cases of the cheaper ones were enough
                at += 1
                left = sources[at][1] if at < len(sources) else 0
                continue
            part = min(open_quantity, left)
            found.append(_backing(wish, sources[at][0], part, None))
            open_quantity -= part
            left -= part
            if not left:
                at += 1
                left = sources[at][1] if at < len(sources) else 0
        if open_quantity:
            found.append(_backing(wish, None, open_quantity, rest))
    return found


def _backing(
    wish: Wish, market_id: str | None, quantity: int, reason: NotBought | None
) -> Backing:
    return Backing(
        line_id=wish.line_id,
        item_id=wish.item_id,
        market_id=market_id,
        quantity=quantity,
        reason=reason,
    )
