"""Tables from which tiers follow: the one that ships, and those of districts."""

from collections.abc import Iterator, Mapping
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any, Final

from logistics.domain.needs import TierRule, TierTable, TierTableInvalid
from logistics.exchange.registry_tables import TIER_TABLE
from logistics.exchange.tables import read_table

_SHIPPED: Final = Path(__file__).parent / "need_tiers.csv"


@cache
def shipped_tiers() -> TierTable:
    """Give the table of a district that has published none of its own.

    Notes
    -----
    Ours: infants and the chronically ill first, as in a district's set-up, and the old who live
    alone; to be replaced by what a district decides.
    """
    return read_tiers(_SHIPPED)


def read_tiers(path: str | PathLike[str]) -> TierTable:
    """Read a table of tiers, .csv or .xlsx, one rule a row: needs, and the tier they give.

    Raises
    ------
    TableUnreadable
        If the file cannot be read as a table.
    TierTableInvalid
        At the first row that names no need or no tier: half a table would be another one.
    """
    reading = read_table(path, TIER_TABLE)
    for bad in reading.findings:
        raise TierTableInvalid(
            file=reading.file, line=bad.line, field=bad.column, value=bad.value, mend=bad.mend
        )
    return TierTable(tuple(TierRule(frozenset(r["need"]), r["tier"]) for r in reading.rows))


def tier_rows(table: TierTable) -> Iterator[Mapping[str, Any]]:
    """Give the rows of a table, most urgent first, as they are written into a file."""
    for rule in sorted(table.rules, key=lambda rule: (rule.tier, sorted(rule.needs))):
        yield {"need": tuple(sorted(rule.needs)), "tier": rule.tier}
