"""Raw rows of a file, sheet by sheet, whatever its kind: .xlsx or .csv."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Final

from logistics.exchange.tables.cells import Cell
from logistics.exchange.tables.declared import TableUnreadable

MOST_BYTES: Final = 100_000_000
MOST_ROWS: Final = 1_048_576  # of the format itself
MOST_COLUMNS: Final = 1_000


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as it stands: its line from 1, its cells, which of them lie under a merged one.

    ``merged`` maps the number of a column, from 0, to the line of the merged cell's first row if
    the cell reaches down, and to 0 if it only reaches across. ``fault`` names what broke the row.
    """

    line: int
    cells: Sequence[Cell]
    merged: dict[int, int] | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet: its name (of a CSV file: empty) and its rows, to be read once, in order."""

    name: str
    rows: Iterator[RawRow]


def file_of(path: str | PathLike[str], endings: tuple[str, ...]) -> Path:
    """Check that a file is there, of a known kind, and not too large.

    Raises
    ------
    TableUnreadable
        If it is not.
    """
    file = Path(path)
    if file.suffix.lower() not in endings:
        raise unreadable(file, mend="give a " + " or ".join(endings) + " file")
    try:
        size = file.stat().st_size if not file.is_dir() else None
    except OSError:
        raise unreadable(file, mend="there is no such file") from None
    if size is None:
        raise unreadable(file, mend="it is a folder; give a file")
    if size > MOST_BYTES:
        raise unreadable(file, mend=f"split it; a file may hold {MOST_BYTES // 1_000_000} MB")
    return file


def unreadable(
    file: Path, *, sheet: str = "", line: int = 0, field: str = "", value: str = "", mend: str
) -> TableUnreadable:
    """Make the refusal of a whole file."""
    return TableUnreadable(
        file=file.name, sheet=sheet, line=line, field=field, value=value[:80], mend=mend
    )
