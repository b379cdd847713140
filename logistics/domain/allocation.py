"""What is shared out among whom, what a line gets, and why (分配).

The rules, which :mod:`logistics.domain.allocation_rounds` applies in this order:

1. Need tier 0 (infant, ill) comes first, then tier 1, then tier 2; in each, medicine and infant
   food come before the rest, and nothing else makes up for them.
2. Within a tier nobody gets a second thing while somebody has nothing and could get one.
3. Then the household that stands lowest is raised as far as can be, then the next, and so on: the
   lexicographic max-min of how full households' lists are, less what they are owed from the days
   before. A list is as full as its items are on the mean: each counts alike, whatever it weighs.
4. Units are what people buy: a bag of rice or a box stays whole; weighed goods go by 50 g.
5. Among equals a draw decides that depends on run and household alone. Who asked first plays no
   part.
6. A ration limits what one household gets of an item; what is beyond it does not count as lacking.
7. What came instead of an item goes to lines that are short of it and allow it; what is left of
   it serves lines that asked for it; what nobody asked for any more serves lines that are short
   and allow it, first choices first. Never for medicine and infant food.
8. What is too much stays in stock. If the planner says so it is spread instead: a step each among
   those who asked for it and have all of it, by tier and draw, again and again, within rations
   and to twice what they asked at most; never medicine and infant food.
9. Held lots, and cold lots without provenance, are given to nobody.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

ESSENTIAL = frozenset({"medicine", "infant"})
"""Categories that come first and are never substituted."""
MEASURED_STEP = 50  # g or ml: one 两, the smallest amount that a shop scale in use is asked for


class ShareKind(StrEnum):
    """What a line got from a lot."""

    FULL = "full"
    PART = "part"
    SUBSTITUTED = "substituted"
    NONE = "none"
    SURPLUS = "surplus"  # beyond what it asked, where a planner spreads what is too much


class Reason(StrEnum):
    """Why a line got what it got."""

    AS_ASKED = "as-asked"
    SUBSTITUTE = "substitute"
    NOT_SOLD = "not-sold"
    SOLD_OUT = "sold-out"
    NOTHING_CAME = "nothing-came"
    HELD = "held"
    SHORT = "short"
    RATION = "ration"
    MISSING_AT_PACKING = "missing-at-packing"
    SURPLUS = "surplus"
    # why nothing of it could be ordered, in the words of buying
    SUSPENDED = "supplier-suspended"
    TOO_LATE = "too-late"
    CROWDED = "no-slot"
    NO_COLD_CHAIN = "no-cold-chain"
    NO_PROVENANCE = "no-provenance"
    NOT_FRESH = "not-fresh"
    MINIMUM = "minimum-not-reached"


class Substitution(StrEnum):
    """What may come instead of what a line asks."""

    NONE = "none"
    LISTED = "listed"  # only what the line names, in that order
    CLASS = "class"  # anything of the item's substitute class


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """An accepted line; ``step`` is the smallest amount that can be given of it, base units.

    ``cap_fen`` is the most that the whole line may cost with a substitute.
    """

    line_id: str
    household_code: str
    item_id: str
    quantity: int
    tier: int
    step: int
    substitution: Substitution = Substitution.NONE
    substitutes: tuple[str, ...] = ()
    cap_fen: int | None = None

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
class ItemFacts:
    """What sharing knows of an item; ``price`` is fen per base unit, None if nobody says it."""

    category: str
    kind: str | None
    base: str
    price: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """How an item stands: what explains that a line is short.

    ``not_bought`` is the reason that buying gave for the most of what it left out; None if it
    left nothing out.
    """

    not_bought: Reason | None = None
    bought: int = 0
    asked: int = 0
    came: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for a sharing besides wishes and goods.

    Parameters
    ----------
    situations
        Per item, what explains a shortage.
    items
        Per item, what decides about substitutes and what comes first.
    rations, person_rations
        Per item, the most that one household gets, and that it gets per person, in base units.
    persons
        Per household code, how many live there, where it is known.
    debts
        Per household code, what it is owed from the days before, per mille of a list.
    had, closed
        Where a part is shared again: per line, what it was given before; and lines that get
        nothing any more.
    spread
        Whether what is left when everybody has what they asked is spread, too; else it stays.
    salt
        Seeds the draws.
    """

    situations: Mapping[str, Situation]
    items: Mapping[str, ItemFacts]
    rations: Mapping[str, int] = field(default_factory=dict)
    person_rations: Mapping[str, int] = field(default_factory=dict)
    persons: Mapping[str, int] = field(default_factory=dict)
    debts: Mapping[str, int] = field(default_factory=dict)
    had: Mapping[str, int] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    spread: bool = False
    salt: str

    def ration(self, household_code: str, item_id: str) -> int | None:
        """Say how much of an item a household may get in all; None without a limit."""
        limits = []
        if item_id in self.rations:
            limits.append(self.rations[item_id])
        persons = self.persons.get(household_code)
        if persons and item_id in self.person_rations:
            limits.append(self.person_rations[item_id] * persons)
        return min(limits, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a line is given from one lot, or nothing at all and why.

    ``got`` is what the line has of what it asked, from all lots together, and ``entitled`` what
    a ration leaves of that; what it gets beyond is in neither.
    """

    line_id: str
    lot_id: str | None
    quantity: int
    kind: ShareKind
    reason: Reason
    asked: int
    got: int
    entitled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """How full a household's list is after a sharing.

    ``proven``: no other sharing is better in the order of rule 3 among those it competed with.
    """

    household_code: str
    tier: int
    rate: Fraction
    debt_permille: int
    proven: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """What a taker of a question may get of a good: whole steps, or all of ``limit``."""

    taker: int
    good: int
    step: int
    limit: int
    worth: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One round of a sharing as numbers: stocks, where each taker stands, whether it is empty."""

    stock: tuple[int, ...]
    starts: tuple[Fraction, ...]
    empty: tuple[bool, ...]
    bids: tuple[Bid, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Takers who competed in a round, and what is proven of how they were served.

    ``takers`` counts them; ``lowest`` is where the lowest stands and ``bound`` what no sharing
    lifts it above. ``levels`` counts the heights at which they would stand if everything could
    be divided, where that was worked out; nobody stands more than ``shortfall``, or ``steps`` of
    a step that it lacks, below its own. Of ``sure`` takers, from the lowest up, it is proven that
    no sharing is better by where so many stand; that is all of them where the part is proven.
    """

    takers: int
    goods: int
    method: str
    proven: bool
    lowest: Fraction
    bound: Fraction
    levels: int = 0
    levels_exact: int = 0
    shortfall: float = 0.0
    steps: int = 0
    sure: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What each bid gets; ``unproven`` names the takers of parts that are not proven best."""

    given: tuple[int, ...]
    unproven: frozenset[int]
    parts: tuple[Part, ...]


Sharer = Callable[[Question], Answer]
"""Answers a question by rules 2 to 5; the domain judges, the solver answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A whole sharing: at least one share per line, a fill per household, and what is proven."""

    shares: tuple[Share, ...]
    fills: tuple[Fill, ...]
    parts: tuple[Part, ...]

    @property
    def proven(self) -> bool:
        """Say whether every part is proven best."""
        return all(part.proven for part in self.parts)


def may_replace(want: Want, other_id: str, items: Mapping[str, ItemFacts]) -> bool:
    """Say whether an item may come instead of what a line asks.

    As the household allowed, in the same base unit, never for or by an essential, and not above
    what the line may cost; a price that nobody says is above every cap.
    """
    asked, other = items[want.item_id], items[other_id]
    if other_id == want.item_id or ESSENTIAL & {asked.category, other.category}:
        return False
    if asked.base != other.base:
        return False
    if want.substitution is Substitution.LISTED:
        allowed = other_id in want.substitutes
    else:
        allowed = want.substitution is Substitution.CLASS and asked.kind is not None
        allowed = allowed and asked.kind == other.kind
    if not allowed or want.cap_fen is None:
        return allowed
    return other.price is not None and other.price * want.quantity <= want.cap_fen


def why_short(situation: Situation) -> Reason:
    """Say why there is less of an item than was asked."""
    left_out = situation.not_bought or Reason.SOLD_OUT
    if not situation.bought:
        return left_out
    if situation.held:
        return Reason.HELD
    if not situation.came:
        return Reason.NOTHING_CAME
    if situation.bought < situation.asked and situation.came >= situation.bought:
        return left_out
    return Reason.SHORT
