"""Share what came among those who asked, by rules that can be read out loud (分配).

1. Lines of need tier 0 (infant, ill) come first, then tier 1, then tier 2.
2. Within a tier the line that has the smallest part of its wish so far gets the next unit, until
   the goods or the wishes are out: nobody is raised while somebody lower could be (max-min).
3. Units are what people buy: a bag of rice or a box stays whole; weighed goods go by 50 g.
4. Where the goods end among equals, a draw decides that depends on household, item and quantity
   alone. Who asked first plays no part.
5. What came instead of an item goes to lines that are short of it and allow a substitute of the
   class; never for medicine and infant food. What is left of it serves lines that asked for it.
6. Held lots, and cold lots without provenance, are given to nobody.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from logistics.domain.fairness import draw

NEVER_SUBSTITUTED = frozenset({"medicine", "infant"})
MEASURED_STEP = 50  # g or ml: one 两, the smallest amount that a shop scale in use is asked for
_FILL_SCALE = 10**12  # fill rates are compared as integers, finer than any two lines can differ


class ShareKind(StrEnum):
    """What a line got from a lot."""

    FULL = "full"
    PART = "part"
    SUBSTITUTED = "substituted"
    NONE = "none"


class Reason(StrEnum):
    """Why a line got what it got."""

    AS_ASKED = "as-asked"
    SUBSTITUTE = "substitute"
    NOT_SOLD = "not-sold"
    SOLD_OUT = "sold-out"
    NOTHING_CAME = "nothing-came"
    HELD = "held"
    SHORT = "short"


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """An accepted line; ``step`` is the smallest amount that can be given of it, base units."""

    line_id: str
    household_code: str
    item_id: str
    quantity: int
    tier: int
    step: int
    substitution: bool

    def __post_init__(self) -> None:
        if self.quantity <= 0 or self.step <= 0:
            msg = f"a want and its step are at least 1, not {self.quantity} and {self.step}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What can be given of a lot; ``instead_of`` names the item that was ordered, if another."""

    lot_id: str
    item_id: str
    quantity: int
    instead_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """How an item stands: what explains that a line is short."""

    offered: bool = False
    bought: int = 0
    asked: int = 0
    came: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a line is given from one lot, or nothing at all and why."""

    line_id: str
    lot_id: str | None
    quantity: int
    kind: ShareKind
    reason: Reason
    asked: int
    got: int


@dataclass(slots=True)
class _Claim:
    want: Want
    ticket: bytes
    got: int = 0

    @property
    def fill(self) -> int:
        return self.got * _FILL_SCALE // self.want.quantity

    @property
    def next_step(self) -> int:
        return min(self.want.step, self.want.quantity - self.got)


def fill_up(claims: Sequence["_Claim"], stock: int) -> dict[str, int]:
    """Raise the claims from their present fill with the stock; return what each got now."""
    before = {claim.want.line_id: claim.got for claim in claims}
    by_tier = sorted(claims, key=lambda c: c.want.tier)
    for _, group in groupby(by_tier, key=lambda c: c.want.tier):
        tier = list(group)
        missing = sum(c.want.quantity - c.got for c in tier)
        if missing <= stock:
            for claim in tier:
                claim.got = claim.want.quantity
            stock -= missing
        else:
            stock = _raise_lowest(tier, stock)
    return {
        c.want.line_id: c.got - before[c.want.line_id]
        for c in claims
        if c.got > before[c.want.line_id]
    }


def _raise_lowest(tier: Iterable["_Claim"], stock: int) -> int:
    queue = [(c.fill, c.ticket, c.want.line_id, c) for c in tier if c.got < c.want.quantity]
    heapq.heapify(queue)
    while queue and stock:
        _, ticket, line_id, claim = heapq.heappop(queue)
        step = claim.next_step
        if step > stock:
            continue  # a whole unit no longer fits; smaller units of others may
        claim.got += step
        stock -= step
        if claim.got < claim.want.quantity:
            heapq.heappush(queue, (claim.fill, ticket, line_id, claim))
    return stock


class _Shelf:
    """Lots that are emptied one after another."""

    def __init__(self, lots: Iterable[Supply]) -> None:
        self._lots = [(lot.lot_id, lot.quantity) for lot in sorted(lots, key=lambda s: s.lot_id)]

    @property
    def left(self) -> int:
        return sum(quantity for _, quantity in self._lots)

    def take(self, quantity: int) -> list[tuple[str, int]]:
        taken: list[tuple[str, int]] = []
        while quantity:
            lot_id, has = self._lots[0]
            part = min(has, quantity)
            taken.append((lot_id, part))
            quantity -= part
            if part == has:
                del self._lots[0]
            else:
                self._lots[0] = (lot_id, has - part)
        return taken


def allocate(
    wants: Iterable[Want],
    supplies: Iterable[Supply],
    situations: Mapping[str, Situation],
    classes: Mapping[str, tuple[str, str | None]],
    *,
    salt: str,
) -> tuple[Share, ...]:
    """Give every want its shares; each want ends with at least one.

    Parameters
    ----------
    situations
        Per item, what explains a shortage.
    classes
        Per item, its category and its substitute class.
    salt
        Seeds the draws.

    Notes
    -----
    The rules are in the head of this module and are ours. O(units × log lines) per short item.
    """
    claims: dict[str, list[_Claim]] = defaultdict(list)
    for want in sorted(wants, key=lambda w: w.line_id):
        ticket = draw(salt, want.household_code, want.item_id, want.quantity)
        claims[want.item_id].append(_Claim(want, ticket))
    for queue in claims.values():
        queue.sort(key=lambda c: (c.ticket, c.want.line_id))
    own: dict[str, list[Supply]] = defaultdict(list)
    instead: dict[tuple[str, str], list[Supply]] = defaultdict(list)
    for supply in supplies:
        if supply.instead_of is None:
            own[supply.item_id].append(supply)
        else:
            instead[supply.instead_of, supply.item_id].append(supply)
    given: dict[str, list[tuple[str, int, bool]]] = defaultdict(list)
    for item_id, queue in claims.items():
        _give(queue, _Shelf(own[item_id]), given, substitute=False)
    for (asked_id, came_id), lots in sorted(instead.items()):
        shelf = _Shelf(lots)
        if _may_replace(classes, asked_id, came_id):
            open_to_it = [c for c in claims[asked_id] if c.want.substitution]
            _give(open_to_it, shelf, given, substitute=True)
        _give(claims[came_id], shelf, given, substitute=False)
    nothing = Situation()
    return tuple(
        share
        for item_id in sorted(claims)
        for claim in claims[item_id]
        for share in _shares(claim, given[claim.want.line_id], situations.get(item_id, nothing))
    )


def _may_replace(
    classes: Mapping[str, tuple[str, str | None]], asked_id: str, came_id: str
) -> bool:
    category, kind = classes[asked_id]
    other_category, other_kind = classes[came_id]
    if NEVER_SUBSTITUTED & {category, other_category}:
        return False
    return kind is not None and kind == other_kind


def _give(
    queue: Sequence[_Claim],
    shelf: _Shelf,
    given: dict[str, list[tuple[str, int, bool]]],
    *,
    substitute: bool,
) -> None:
    got = fill_up(queue, shelf.left)
    for claim in queue:
        for lot_id, quantity in shelf.take(got.get(claim.want.line_id, 0)):
            given[claim.want.line_id].append((lot_id, quantity, substitute))


def _shares(
    claim: _Claim, given: Sequence[tuple[str, int, bool]], situation: Situation
) -> Iterable[Share]:
    want = claim.want
    why = _why_short(situation)
    if not given:
        yield Share(
            line_id=want.line_id,
            lot_id=None,
            quantity=0,
            kind=ShareKind.NONE,
            reason=why,
            asked=want.quantity,
            got=0,
        )
        return
    full = claim.got == want.quantity and not any(substitute for _, _, substitute in given)
    for lot_id, quantity, substitute in given:
        kind, reason = (ShareKind.FULL, Reason.AS_ASKED) if full else (ShareKind.PART, why)
        if substitute:
            kind, reason = ShareKind.SUBSTITUTED, Reason.SUBSTITUTE
        yield Share(
            line_id=want.line_id,
            lot_id=lot_id,
            quantity=quantity,
            kind=kind,
            reason=reason,
            asked=want.quantity,
            got=claim.got,
        )


def _why_short(situation: Situation) -> Reason:
    if not situation.offered:
        return Reason.NOT_SOLD
    if not situation.bought:
        return Reason.SOLD_OUT
    if situation.held:
        return Reason.HELD
    if not situation.came:
        return Reason.NOTHING_CAME
    if situation.bought < situation.asked and situation.came >= situation.bought:
        return Reason.SOLD_OUT
    return Reason.SHORT
