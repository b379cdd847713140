"""What must hold of a whole database, and what was found of it (数据库体检)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Inspection(StrEnum):
    """Something that is looked at in a database, in this order."""

    REVISION = "revision"  # the schema is the newest that this version knows
    STRUCTURE = "structure"  # the file is whole; every index and constraint is in force
    MODEL = "model"  # the tables are those that the program knows
    TRIGGERS = "triggers"  # what keeps facts from being changed is there and switched on
    NUMBERS = "numbers"  # the next number of each table is above all that it has
    REFERENCES = "references"  # every row that a row names is there
    LEDGER = "ledger"  # nothing of the goods appeared or disappeared
    MONEY = "money"  # the books say what the ledger of goods says


QUICK = (Inspection.REVISION, Inspection.STRUCTURE, Inspection.MODEL, Inspection.TRIGGERS)
"""What is looked at in a moment, however much the database holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What should be and what is; ``subject`` says where, by names of tables, ids and places."""

    inspection: Inspection
    subject: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What was looked at and found.

    ``seconds`` has an entry for each inspection that was made. ``left_out`` names those that
    could not be, since what they stand on is broken. ``findings`` holds at most some of each
    inspection, ``more`` how many further ones there are.
    """

    dialect: str
    revision: str
    newest: str
    findings: tuple[Finding, ...]
    more: Mapping[str, int]
    left_out: tuple[Inspection, ...]
    seconds: Mapping[str, float]

    @property
    def sound(self) -> bool:
        """Say whether nothing was found."""
        return not self.findings
