"""Tables into files: XLSX and CSV that spreadsheet programs open as they are, and read back."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from os import PathLike
from pathlib import Path
from typing import IO, Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from logistics.exchange.tables.cells import Language, Written, guard, number_words
from logistics.exchange.tables.declared import Column, Table
from logistics.exchange.tables.sources import unreadable

BOM: Final = "\ufeff"  # without it, spreadsheet programs take UTF-8 for the local code page
Values = Mapping[str, Any]
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_NAME: Final = 31  # of the format
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_MONEY: Final = "0.00"
_FEN: Final = 2  # decimals of yuan
_CELL: Final = 32_767  # characters, of the format


def write_table(
    path: str | PathLike[str], table: Table, rows: Iterable[Values], *, language: Language = "zh"
) -> None:
    """Write one table as .xlsx or .csv, by the file's ending.

    Raises
    ------
    TableUnreadable
        If the ending is neither.
    """
    file = Path(path)
    if file.suffix.lower() == ".csv":
        file.write_text(csv_text(table, rows, language=language), encoding="utf-8", newline="")
    else:
        write_book(file, [(table, rows)], language=language)


def write_book(
    path: str | PathLike[str],
    tables: Sequence[tuple[Table, Iterable[Values]]],
    *,
    language: Language = "zh",
) -> None:
    """Write several tables as sheets of one workbook.

    Raises
    ------
    TableUnreadable
        If the file's ending is not .xlsx.
    """
    file = Path(path)
    if file.suffix.lower() != ".xlsx":
        raise unreadable(file, mend="give a .xlsx or .csv file")
    file.write_bytes(xlsx_bytes(tables, language=language))


def csv_text(table: Table, rows: Iterable[Values], *, language: Language = "zh") -> str:
    """Write one table as the text of a CSV file, with a byte order mark."""
    return "".join(csv_lines(table, rows, language=language))


def csv_lines(table: Table, rows: Iterable[Values], *, language: Language = "zh") -> Iterator[str]:
    """Write a table line by line, as rows come: no more of it is held than one."""
    out = io.StringIO()
    writer = csv.writer(out)
    yield BOM
    writer.writerow([guard(column.header(language)) for column in table.columns])
    yield _taken(out)
    for values in rows:
        cells = [_cell(column, values, language) for column in table.columns]
        writer.writerow([f"{c:f}" if isinstance(c, Decimal) else c for c in cells])
        yield _taken(out)


def xlsx_bytes(
    tables: Sequence[tuple[Table, Iterable[Values]]], *, language: Language = "zh"
) -> bytes:
    """Write tables as sheets of a workbook: bold header that stays in sight, texts as texts."""
    out = io.BytesIO()
    write_xlsx(out, tables, language=language)
    return out.getvalue()


def write_xlsx(
    out: IO[bytes],
    tables: Sequence[tuple[Table, Iterable[Values]]],
    *,
    language: Language = "zh",
) -> None:
    """Write tables into an open file, as rows come: they are not held in memory."""
    book = Workbook(write_only=True)
    taken: set[str] = set()
    for table, rows in tables:
        page = book.create_sheet(sheet_name(table.title(language), taken))
        page.freeze_panes = "A2"
        for number, column in enumerate(table.columns, start=1):
            width = column.width or max(column.kind.width, 2 * len(column.zh) + 4)
            page.column_dimensions[get_column_letter(number)].width = width
        page.append([_head(page, column, language) for column in table.columns])
        for values in rows:
            page.append([
                _typed(page, _cell(column, values, language)) for column in table.columns
            ])  # fmt: skip
    book.save(out)


def _taken(out: io.StringIO) -> str:
    """Take what was written, and leave the buffer empty."""
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text


def sheet_name(title: str, taken: set[str]) -> str:
    """Make a name that a sheet may have and that is not ``taken`` yet; it is then."""
    clean = _NOT_IN_NAMES.sub(" ", title).strip().strip("'").strip()[:_LONGEST_NAME] or "Sheet"
    name, number = clean, 1
    while name.lower() in taken or name.lower() == "history":  # the format keeps that one
        number += 1
        tail = f" {number}"
        name = clean[: _LONGEST_NAME - len(tail)] + tail
    taken.add(name.lower())
    return name


def _cell(column: Column, values: Values, language: Language) -> Written:
    value = values.get(column.key)
    if value is None:
        return None
    written = column.kind.write(value, language)
    if not isinstance(written, str):
        return written
    return guard(_NOT_IN_XML.sub("\ufffd", written)[: _CELL - 1])


def _typed(page: Any, written: Written) -> Any:
    if isinstance(written, Decimal):
        short = float(written)  # a spreadsheet keeps 15 digits; more are kept as text
        if Decimal(number_words(short)) != written:
            return f"{written:f}"
        cell = WriteOnlyCell(page, value=short)
        cell.number_format = _MONEY if written.as_tuple().exponent == -_FEN else "General"
        return cell
    if not isinstance(written, str) or written[:1] not in "=#":
        return written
    cell = WriteOnlyCell(page, value=written)
    cell.data_type = "s"  # never a formula nor an error, whatever it begins with
    return cell


def _head(page: Any, column: Column, language: Language) -> Any:
    cell = WriteOnlyCell(page, value=guard(column.header(language)))
    cell.font = Font(bold=True)
    return cell
