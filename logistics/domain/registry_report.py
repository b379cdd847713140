"""What an import of the registry brought: counts, rows that were left out, and what differs."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A row that was left out, by the cell that is wrong.

    ``column`` is the header as the file has it; ``mend`` is English, a text of ``code`` exists in
    every language and is filled by ``more``.
    """

    code: str
    sheet: str
    row: int
    column: str
    value: str
    mend: str
    more: Mapping[str, str | int] = field(default_factory=dict)
    file: str = ""

    @property
    def facts(self) -> dict[str, str | int]:
        """What fills its text in a language."""
        return {
            **self.more,
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "mend": self.mend,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Where list and map differ, or what was taken otherwise than it was written.

    ``subject`` is the code of a place, or what the list says of one that the map has not.
    """

    code: str
    subject: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Tally:
    """How many were new, said otherwise than before, or as before."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryReport:
    """What a file brought, or would bring where it was only checked.

    ``tallies`` are by places, households, members and needs; ``tiers`` counts the households
    whose tier changes, now or on a later day; ``unlisted`` the doors of the rule that a complete
    list does not name.
    """

    district: str
    source: str
    checked: bool
    rows: int
    tallies: Mapping[str, Tally]
    unlisted: int
    tiers: int
    faults: tuple[Fault, ...]
    findings: tuple[Finding, ...]
    notes: Mapping[str, int] = field(default_factory=dict)

    @property
    def changes(self) -> int:
        """Count everything that is said anew."""
        said = sum(tally.added + tally.changed for tally in self.tallies.values())
        return said + self.unlisted
