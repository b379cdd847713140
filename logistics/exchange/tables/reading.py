"""Tables from files: good rows, and a finding for each cell that cannot be read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Final

from logistics.exchange.tables.cells import ERRORS, BadCell, Cell, is_blank, words_of
from logistics.exchange.tables.declared import Column, Finding, Reading, Row, Table
from logistics.exchange.tables.kinds import AsIs
from logistics.exchange.tables.sources import RawRow, RawSheet, file_of, unreadable
from logistics.exchange.tables.text_files import csv_rows
from logistics.exchange.tables.workbooks import open_workbook

ENDINGS: Final = (".xlsx", ".csv")
_LOOK: Final = 20  # rows, not counting blank ones, in which a header is looked for
_SHOWN: Final = 80  # characters of a cell in a finding


def read_table(path: str | PathLike[str], table: Table, *, sheet: str | None = None) -> Reading:
    """Read one table: the sheet of that name, else the one named as the table, else the first.

    Raises
    ------
    TableUnreadable
        If the file is missing, of no known kind, damaged or too large, or a column is missing
        or there twice; facts name file, sheet, line, field and mend.
    """
    stream = stream_table(path, table, sheet=sheet)
    rows: list[Row] = []
    findings: list[Finding] = []
    for one in stream:
        (rows if isinstance(one, Row) else findings).append(one)  # type: ignore[arg-type]
    return stream.reading(tuple(rows), tuple(findings))


def read_book(path: str | PathLike[str], tables: Sequence[Table]) -> dict[str, Reading]:
    """Read several tables of one workbook, by table key; a table without a sheet is left out.

    A CSV file, and a workbook of one sheet by another name, is read as the first of the tables.

    Raises
    ------
    TableUnreadable
        As `read_table` says.
    """
    file = file_of(path, ENDINGS)
    with _opened(file, tables) as sheets:
        names = [sheet.name for sheet in sheets]
    found = {
        table.key: name for table in tables for name in reversed(names) if table.is_sheet(name)
    }
    if not found:
        return {tables[0].key: read_table(file, tables[0])}
    return {
        table.key: read_table(file, table, sheet=found[table.key])
        for table in tables
        if table.key in found
    }


class TableStream:
    """The rows and findings of one table, in the order of the file; see `stream_table`."""

    def __init__(self, file: Path, table: Table, sheet: str | None) -> None:
        self._file, self._table, self._wanted = file, table, sheet
        self.sheet = ""
        self.ignored: tuple[str, ...] = ()
        self.columns: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[Row | Finding]:
        with _opened(self._file, (self._table,)) as sheets:
            raw = self._choose(sheets)
            self.sheet = raw.name
            header: _Header | None = None
            waiting: list[RawRow] = []
            for row in raw.rows:
                if all(map(is_blank, row.cells)):
                    continue
                if header is None:
                    waiting.append(row)
                    header = _Header.of(self._table, row)
                    if header is None and len(waiting) < _LOOK:
                        continue
                    if header is None:
                        break
                    self.ignored = header.ignored
                    self.columns = frozenset(column.key for _, column, _ in header.places)
                    continue
                yield from header.read(raw.name, row)
            if header is None:
                raise self._headless(raw.name, waiting)

    def reading(self, rows: tuple[Row, ...], findings: tuple[Finding, ...]) -> Reading:
        """Put together what was read."""
        return Reading(
            file=self._file.name,
            sheet=self.sheet,
            rows=rows,
            findings=findings,
            ignored=self.ignored,
            columns=self.columns,
        )

    def _choose(self, sheets: list[RawSheet]) -> RawSheet:
        if self._wanted is None or self._file.suffix.lower() == ".csv":
            named = [sheet for sheet in sheets if self._table.is_sheet(sheet.name)]
            return (named or sheets)[0]
        for sheet in sheets:
            if sheet.name == self._wanted:
                return sheet
        names = "、".join(sheet.name for sheet in sheets)
        raise unreadable(
            self._file,
            field="sheet",
            value=self._wanted,
            mend=f"it has no such sheet, only {names}",
        )

    def _headless(self, sheet: str, rows: list[RawRow]) -> Exception:
        """Say which column is missing or there twice, in the row that looks most like a header."""
        if not rows:
            return unreadable(
                self._file, sheet=sheet, mend="it is empty; the first row names the columns"
            )
        best = max(rows, key=lambda row: _fits(self._table, row.cells))
        names = [self._table.column_of(words_of(cell)) for cell in best.cells]
        for column in self._table.columns:
            count = names.count(column)
            if count > 1 or ((column.required or column.present) and not count):
                words = " or ".join(dict.fromkeys((column.zh, column.en, *column.words)))
                return unreadable(
                    self._file, sheet=sheet, line=best.line, field=column.key, value=column.zh,
                    mend=f"{'two columns are' if count else 'no column is'} named {words}",
                )  # fmt: skip
        return unreadable(self._file, sheet=sheet, mend="no row names the columns")


def stream_table(
    path: str | PathLike[str], table: Table, *, sheet: str | None = None
) -> TableStream:
    """Read one table row by row, for files that are too large to hold.

    Raises
    ------
    TableUnreadable
        At once if the file is missing, of no known kind or too large; while rows are read, as
        `read_table` says.
    """
    return TableStream(file_of(path, ENDINGS), table, sheet)


@contextmanager
def _opened(file: Path, tables: Sequence[Table]) -> Iterator[list[RawSheet]]:
    if file.suffix.lower() == ".csv":
        yield [RawSheet("", csv_rows(file, lambda cells: _fits(tables[0], cells)))]
        return
    with open_workbook(file) as sheets:
        yield sheets


def _fits(table: Table, cells: Sequence[Cell]) -> int:
    return len({c.key for cell in cells if isinstance(cell, str) and (c := table.column_of(cell))})


@dataclass(slots=True)
class _Header:
    """The header row of a sheet, and how the rows under it are read."""

    table: Table
    places: list[tuple[int, Column, str]]  # where each column stands, and its header as written
    written: tuple[str, ...]
    absent: dict[str, Any]
    ignored: tuple[str, ...]
    held: dict[int, tuple[int, Cell]] = field(default_factory=dict)  # of cells merged downwards

    @classmethod
    def of(cls, table: Table, row: RawRow) -> "_Header | None":
        """Take a row for the header if each required column is in it, and none twice."""
        written = tuple(words_of(cell) for cell in row.cells)
        known = [table.column_of(words) if words else None for words in written]
        found = [column for column in known if column]
        if not found or len({column.key for column in found}) != len(found):
            return None
        if any((c.required or c.present) and c not in found for c in table.columns):
            return None
        return cls(
            table,
            [(n, column, written[n]) for n, column in enumerate(known) if column],
            written,
            {column.key: column.default for column in table.columns if column not in found},
            tuple(words for words, column in zip(written, known, strict=True)
                  if words and not column),
        )  # fmt: skip

    def read(self, sheet: str, row: RawRow) -> Iterator[Row | Finding]:
        """Read one row: the row, or all that is wrong with it."""
        if row.fault:
            yield _finding(
                sheet,
                row,
                "",
                row.cells[0],
                BadCell("row.unquoted", f"mend its quotes: {row.fault}"),
            )
            return
        values = dict(self.absent)
        findings: list[Finding] = []
        for number, column, written in self.places:
            cell = row.cells[number] if number < len(row.cells) else None
            try:
                cell = self._spanned(row, number, column, cell)
                values[column.key] = _value(column, cell)
            except BadCell as bad:
                findings.append(_finding(sheet, row, written, cell, bad))
        if extra := [c for c in row.cells[len(self.written) :] if not is_blank(c)]:
            findings.append(
                _finding(
                    sheet, row, "", extra[0],
                    BadCell("row.too-wide", "quote a value that holds a comma, or name a column"),
                )
            )  # fmt: skip
        if not findings:
            yield Row(values, sheet, row.line, row.cells)
        elif not self._says_nothing(row):
            yield from findings

    def _spanned(self, row: RawRow, number: int, column: Column, cell: Cell) -> Cell:
        if not column.spans:
            if row.merged and number in row.merged:
                raise BadCell("cell.merged", "unmerge the cells and fill each row")
            return cell
        if row.merged and row.merged.get(number):
            line, above = self.held.get(number, (0, None))
            return above if line == row.merged[number] else None
        if cell is not None:
            self.held[number] = (row.line, cell)
        return cell

    def _says_nothing(self, row: RawRow) -> bool:
        """Whether a row is the header again, or only a number that was written beforehand."""
        if tuple(words_of(cell) for cell in row.cells) == self.written:
            return True
        known = {number for number, _, _ in self.places}
        return not row.merged and all(
            is_blank(cell) or (n not in known and words_of(cell).isdecimal())
            for n, cell in enumerate(row.cells)
        )


def _value(column: Column, cell: Cell) -> Any:
    if is_blank(cell):
        if column.required:
            raise BadCell("cell.missing", f"fill in {column.en}", name=column.zh)
        return column.default
    if isinstance(cell, str) and not isinstance(column.kind, AsIs):
        if cell.startswith("="):
            raise BadCell("cell.formula", "write the value itself; formulas are not evaluated")
        if cell in ERRORS:
            raise BadCell("cell.error", "the spreadsheet could not work it out; write the value")
    value = column.kind.read(cell)
    if isinstance(value, str | tuple) and not value:  # nothing was left of what is not seen
        return _value(column, None)
    return value


def _finding(sheet: str, row: RawRow, written: str, cell: Cell, bad: BadCell) -> Finding:
    return Finding(
        code=bad.code,
        sheet=sheet,
        line=row.line,
        column=written,
        value=words_of(cell)[:_SHOWN],
        mend=bad.mend,
        more=bad.facts,
        said=" ".join(words for one in row.cells if (words := words_of(one))),
    )
