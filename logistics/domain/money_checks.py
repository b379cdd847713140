"""What must hold of the books at every commit, and what was found of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class MoneyCheck(StrEnum):
    """Something that holds of the books of a run."""

    SIDES = "sides"  # the sum of all accounts is nothing
    FOLLOWS = "follows"  # each entry is the one that follows from its fact and those before it
    GOODS = "goods"  # the books know of as many goods, lot by lot and place by place, as there are
    NOTHING = "nothing"  # no goods are no money
    EVEN = "even"  # bought = owed + subsidies - margin + in stock + lost, and so with gifts
    SUBSIDIES = "subsidies"  # funds bear what households do not, and nobody gets more than owed
    BUDGETS = "budgets"  # no fund bears more than its rules allow it for a run
    CORRECTIONS = "corrections"  # a payment is taken back whole, and once
    PENDING = "pending"  # nothing is left to be posted


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyFault:
    """Two figures that should be equal; ``subject`` says where."""

    check: MoneyCheck
    run: str
    subject: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyProof:
    """What was looked at and found; no fault: every check holds.

    ``faults`` holds at most some of each check and run, ``more`` how many further ones there are.
    """

    runs: int
    entries: int
    fen: int
    faults: tuple[MoneyFault, ...]
    more: Mapping[str, int]

    @property
    def holds(self) -> bool:
        """Say whether every check holds."""
        return not self.faults
