"""A table of who looks after which household: household, steward, deputy."""

from dataclasses import dataclass
from os import PathLike
from typing import Final

from logistics.domain.registry_report import Fault
from logistics.exchange.tables import Column, Table, Text, read_table

STEWARDS: Final = Table(
    key="stewards", zh="一对一管家", en="Stewards",
    columns=(
        Column(key="household", zh="户号", en="household", kind=Text(64), required=True, width=24),
        Column(key="steward", zh="管家", en="steward", kind=Text(64), required=True),
        Column(key="deputy", zh="代管", en="deputy", kind=Text(64)),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class StewardRow:
    """A household and the logins of its steward and deputy; a deputy may be missing."""

    household: str
    steward: str
    deputy: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StewardsReading:
    """What a table says, and the rows that cannot be read."""

    file: str
    rows: tuple[StewardRow, ...]
    faults: tuple[Fault, ...]


def read_stewards(path: str | PathLike[str]) -> StewardsReading:
    """Read who looks after whom, .csv or .xlsx.

    Raises
    ------
    TableUnreadable
        If the whole file cannot be read.
    """
    reading = read_table(path, STEWARDS)
    return StewardsReading(
        file=reading.file,
        rows=tuple(
            StewardRow(
                household=row["household"],
                steward=str(row["steward"]).casefold(),
                deputy=str(row["deputy"] or "").casefold(),
                line=row.line,
            )
            for row in reading.rows
        ),
        faults=tuple(
            Fault(
                code=bad.code, file=reading.file, sheet=bad.sheet, row=bad.line,
                column=bad.column, value=bad.value, mend=bad.mend, more=bad.more,
            )
            for bad in reading.findings
        ),
    )  # fmt: skip
