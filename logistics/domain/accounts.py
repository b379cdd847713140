"""The balances that must hold for a run, and the outcome of each household (一户不漏)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from logistics.domain.runs import Run


class Outcome(StrEnum):
    """What a run did for a household of its area."""

    CONFIRMED = "confirmed"  # it has all its bags and said so
    HANDED_OVER = "handed-over"  # all its bags were taken from the shelf; it has not confirmed
    ON_SHELF = "on-shelf"  # some bag still waits at its slot
    DISPUTED = "disputed"  # it says that a bag is missing or wrong
    BROUGHT_BACK = "brought-back"  # some bag came back, with reason, or went elsewhere
    LOST = "lost"  # some bag was lost or spoiled on the way
    DELIVERED = "delivered"  # every bag is on a released trip; nobody scans in this run
    PART_UNSERVED = "part-unserved"  # some bags are, others are left out with a reason
    UNSERVED = "unserved"  # all bags are left out, each with a reason
    SHORT = "short"  # it asked, nothing could be given, and each line says why
    IN_QUESTION = "in-question"  # all it asked waits in the triage queue or was discarded there
    CANCELLED = "cancelled"  # it took its list back
    DECLINED = "declined"  # it was asked, and needs nothing
    NO_LIST = "no-list"  # it sent nothing; who was asked, when and how is in the roll call
    NOT_IN_SCOPE = "not-in-scope"  # away, gone, or on no list of the registry
    WAITING = "waiting"  # a bag of a trip was never scanned, while others were: still open
    ON_THE_WAY = "on-the-way"  # a courier still has some bag: still open
    UNACCOUNTED = "unaccounted"

    @property
    def open(self) -> bool:
        """Say whether a run cannot be closed as long as this is what is known."""
        return self in (Outcome.WAITING, Outcome.ON_THE_WAY, Outcome.UNACCOUNTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two figures that should be equal and are not; ``subject`` says of what: an item, a place."""

    equation: str
    subject: str
    left: int | str
    right: int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAccount:
    """One item of a run in base units, from the wish to the bag."""

    item_id: str
    name_zh: str
    asked: int = 0
    bought: int = 0
    not_bought: int = 0
    ordered: int = 0
    received: int = 0
    damaged: int = 0
    allocated: int = 0
    packed: int = 0
    in_stock: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """How it is known that households asked for nothing.

    ``declined`` and ``asked`` count, by the way they were asked last, those that need nothing and
    those that sent no list all the same; ``asked_from`` to ``asked_until`` they were asked.
    """

    declined: Mapping[str, int] = field(default_factory=dict)
    asked: Mapping[str, int] = field(default_factory=dict)
    never_asked: int = 0
    not_in_scope: int = 0
    asked_from: datetime | None = None
    asked_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAccount:
    """The books of a run; ``differences`` is empty when all balances hold."""

    run: Run
    items: tuple[ItemAccount, ...]
    triage: Mapping[str, int]
    bags: int
    bags_on_trips: int
    bags_unserved: int
    differences: tuple[Difference, ...]
    silence: Silence = field(default_factory=Silence)

    @property
    def balanced(self) -> bool:
        """Say whether every balance holds."""
        return not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdFacts:
    """What the record says of one household in a run.

    ``bags_waiting`` counts bags of trips that were never scanned in a run where others were;
    without any scan in the run it is 0. The counts from ``bags_out`` on tell how far bags came.
    """

    lists: int = 0
    cancelled: int = 0
    questions: int = 0
    lines: int = 0
    lines_with_share: int = 0
    bags: int = 0
    bags_on_trips: int = 0
    bags_unserved: int = 0
    bags_waiting: int = 0
    bags_out: int = 0
    bags_on_shelf: int = 0
    bags_taken: int = 0
    bags_confirmed: int = 0
    bags_disputed: int = 0
    bags_returned: int = 0
    bags_lost: int = 0
    declined: int = 0
    out_of_scope: int = 0


def outcome(facts: HouseholdFacts) -> Outcome:
    """Say what became of a household; anything the record does not explain is unaccounted."""
    if facts.lines_with_share < facts.lines:
        return Outcome.UNACCOUNTED
    if facts.bags:
        return _outcome_of_bags(facts)
    if facts.lines:
        return Outcome.SHORT
    if facts.questions:
        return Outcome.IN_QUESTION
    if facts.lists:
        everything = facts.lists == facts.cancelled
        return Outcome.CANCELLED if everything else Outcome.UNACCOUNTED
    return _outcome_of_silence(facts)


def _outcome_of_silence(facts: HouseholdFacts) -> Outcome:
    if facts.out_of_scope:
        return Outcome.NOT_IN_SCOPE
    return Outcome.DECLINED if facts.declined else Outcome.NO_LIST


def _outcome_of_bags(facts: HouseholdFacts) -> Outcome:
    if facts.bags_on_trips + facts.bags_unserved != facts.bags:
        return Outcome.UNACCOUNTED
    told = (  # what is open first, then what went wrong, then how far the slowest bag came
        (facts.bags_out, Outcome.ON_THE_WAY),
        (facts.bags_waiting, Outcome.WAITING),
        (facts.bags_lost, Outcome.LOST),
        (facts.bags_returned, Outcome.BROUGHT_BACK),
        (facts.bags_disputed, Outcome.DISPUTED),
    )
    for count, what in told:
        if count:
            return what
    if facts.bags_unserved:
        reached = facts.bags_on_shelf + facts.bags_taken + facts.bags_confirmed
        served = facts.bags_on_trips or reached
        return Outcome.PART_UNSERVED if served else Outcome.UNSERVED
    if facts.bags_on_shelf:
        return Outcome.ON_SHELF
    if facts.bags_taken:
        return Outcome.HANDED_OVER
    return Outcome.CONFIRMED if facts.bags_confirmed else Outcome.DELIVERED
