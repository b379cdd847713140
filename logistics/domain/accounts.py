"""The balances that must hold for a run, and the outcome of each household (一户不漏)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from logistics.domain.runs import Run


class Outcome(StrEnum):
    """What a run did for a household of its area."""

    DELIVERED = "delivered"  # every bag is on a released trip
    PART_UNSERVED = "part-unserved"  # some bags are, others are left out with a reason
    UNSERVED = "unserved"  # all bags are left out, each with a reason
    SHORT = "short"  # it asked, nothing could be given, and each line says why
    IN_QUESTION = "in-question"  # all it asked waits in the triage queue or was discarded there
    CANCELLED = "cancelled"  # it took its list back
    NO_LIST = "no-list"
    UNACCOUNTED = "unaccounted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two sums that should be equal and are not; ``subject`` is an item's name or a count."""

    equation: str
    subject: str
    left: int
    right: int


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
class RunAccount:
    """The books of a run; ``differences`` is empty when all balances hold."""

    run: Run
    items: tuple[ItemAccount, ...]
    triage: Mapping[str, int]
    bags: int
    bags_on_trips: int
    bags_unserved: int
    differences: tuple[Difference, ...]

    @property
    def balanced(self) -> bool:
        """Say whether every balance holds."""
        return not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdFacts:
    """What the record says of one household in a run."""

    lists: int = 0
    cancelled: int = 0
    questions: int = 0
    lines: int = 0
    lines_with_share: int = 0
    bags: int = 0
    bags_on_trips: int = 0
    bags_unserved: int = 0


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
    return Outcome.NO_LIST


def _outcome_of_bags(facts: HouseholdFacts) -> Outcome:
    if facts.bags_on_trips + facts.bags_unserved != facts.bags:
        return Outcome.UNACCOUNTED
    if not facts.bags_unserved:
        return Outcome.DELIVERED
    return Outcome.PART_UNSERVED if facts.bags_on_trips else Outcome.UNSERVED
