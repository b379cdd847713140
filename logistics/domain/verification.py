"""What the ledger of goods must keep at every commit, and what was found of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Check(StrEnum):
    """Something that holds at every commit."""

    BALANCES = "balances"  # what is kept of each place and lot = the sum of its movements
    NEGATIVE = "negative"  # nowhere but at a supplier is less than nothing
    LOTS = "lots"  # what was counted of a lot = what came of it from its supplier
    CONSERVED = "conserved"  # all that left the supplier stands somewhere or is explained
    CUSTODY = "custody"  # each move of a bag begins where the last one ended; the end is kept
    INTERVALS = "intervals"  # the moves that stand leave no gap, no overlap, no way back in time
    FOLLOWS = "follows"  # the chain is the one that follows from all that was said of the bag
    BAGS = "bags"  # what is in a bag = what its lines say, until it is handed over
    HOUSEHOLDS = "households"  # what households hold = the lines of the bags they have
    CORRECTIONS = "corrections"  # a correction takes back one movement, of the same lot, whole
    STATEMENTS = "statements"  # a lot is in the state that was said last
    SEALS = "seals"  # sealed rows are as they were when they were sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Two figures that should be equal; ``subject`` says where, by ids and places."""

    check: Check
    subject: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerProof:
    """What was counted and found; no fault: every check holds.

    ``seconds`` says how long each check took; ``faults`` holds at most some of each check,
    ``more`` how many further ones there are.
    """

    movements: int
    lots: int
    balances: int
    bags: int
    passings: int
    scans: int
    seals: int
    sealed_until: int
    seal: str
    faults: tuple[Fault, ...]
    more: Mapping[str, int]
    seconds: Mapping[str, float]

    @property
    def holds(self) -> bool:
        """Say whether every check holds."""
        return not self.faults
