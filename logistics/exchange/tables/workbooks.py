"""Raw rows of an XLSX workbook, streamed; broken, hostile and oversized ones are refused."""

import re
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from logistics.exchange.tables.cells import Cell
from logistics.exchange.tables.sheet_xml import SheetBroken, Styles, sheet_rows
from logistics.exchange.tables.sources import (
    MOST_COLUMNS,
    MOST_ROWS,
    RawRow,
    RawSheet,
    unreadable,
)

MOST_UNPACKED: Final = 600_000_000  # bytes of XML, about 600,000 rows of 12 columns
_MOST_SHARED: Final = 200_000_000  # bytes of the texts' table, which is read as a whole
_MOST_PARTS: Final = 5_000
_MOST_MERGED: Final = 10_000
_CHUNK: Final = 1 << 20
_MERGED: Final = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3}\d+:[A-Z]{1,3}\d+)")
_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")  # an old .xls, or a workbook under a password
_BROKEN: Final = (
    BadZipFile, InvalidFileException, ParseError, zlib.error, EOFError, OSError, KeyError,
    ValueError, TypeError, IndexError, AttributeError, OverflowError, NotImplementedError,
    RuntimeError, ExpatError, SheetBroken,
)  # fmt: skip
"""What the reader of workbooks raises on files that are none, whole or in part."""


@contextmanager
def open_workbook(file: Path) -> Iterator[list[RawSheet]]:
    """Open a workbook and give its sheets, in their order, hidden ones last.

    Raises
    ------
    TableUnreadable
        If it is no workbook, protected, damaged, or unpacks to too much; also while rows are
        read, if the damage lies there.
    """
    _refuse_hostile(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # what it does not know of styles is no concern of ours
            reader = ExcelReader(file, read_only=True)
            reader.read_manifest()
            reader.read_strings()
            reader.read_workbook()
            apply_stylesheet(reader.archive, reader.wb)
            pages = [
                (sheet.name, rel.target, sheet.state != "visible")
                for sheet, rel in reader.parser.find_sheets()
                if rel.target in reader.valid_files and "chartsheet" not in rel.Type
            ]
    except _BROKEN as fault:
        raise unreadable(file, mend=f"it is no XLSX workbook ({_brief(fault)})") from None
    styles = Styles(
        reader.shared_strings,
        frozenset(reader.wb._date_formats),  # noqa: SLF001  its own reader takes them there
        frozenset(reader.wb._timedelta_formats),  # noqa: SLF001
        reader.wb.epoch,
    )
    with reader.archive:
        if not pages:
            raise unreadable(file, mend="it has no sheet")
        yield [
            RawSheet(name, _rows(file, reader.archive, name, part, styles))
            for name, part, _ in sorted(pages, key=lambda page: page[2])
        ]


def _refuse_hostile(file: Path) -> None:
    """Look at the parts' sizes before anything is unpacked; a part never unpacks to more."""
    with file.open("rb") as raw:
        if raw.read(8) == _OLE:
            raise unreadable(
                file, mend="it is an old .xls, or has a password; save it as .xlsx without one"
            )
    try:
        with ZipFile(file) as parts:
            infos = parts.infolist()
            shared = sum(i.file_size for i in infos if i.filename.endswith("sharedStrings.xml"))
            whole = sum(i.file_size for i in infos)
            if whole > MOST_UNPACKED or shared > _MOST_SHARED or len(infos) > _MOST_PARTS:
                raise unreadable(file, mend=f"it unpacks to {whole} bytes; split it")
            for info in infos:
                if info.filename.endswith((".xml", ".rels")):
                    with parts.open(info) as part:
                        if b"<!DOCTYPE" in part.read(4096):
                            raise unreadable(
                                file, mend=f"{info.filename[:60]} declares entities; save it anew"
                            )
    except _BROKEN as fault:
        raise unreadable(file, mend=f"it is no XLSX workbook ({_brief(fault)})") from None


def _rows(file: Path, parts: ZipFile, sheet: str, part: str, styles: Styles) -> Iterator[RawRow]:
    spans = _Spans(_merged(file, parts, sheet, part))
    last = 0
    try:
        with parts.open(part) as source:
            for line, cells in sheet_rows(source, styles):
                if not last < line <= MOST_ROWS or len(cells) > MOST_COLUMNS:
                    raise unreadable(
                        file, sheet=sheet, line=line,
                        mend=f"a sheet may have {MOST_ROWS} rows and {MOST_COLUMNS} columns",
                    )  # fmt: skip
                last = line
                yield RawRow(line, cells, spans.at(line, cells))
    except _BROKEN as fault:
        raise unreadable(
            file, sheet=sheet, line=last + 1, mend=f"the sheet is damaged ({_brief(fault)})"
        ) from None


def _merged(file: Path, parts: ZipFile, sheet: str, part: str) -> list[tuple[int, int, int, int]]:
    """Find merged cells, which come after all rows, as columns and rows from 1."""
    found: list[tuple[int, int, int, int]] = []
    try:
        with parts.open(part) as source:
            rest = b""
            while chunk := source.read(_CHUNK):
                text = rest + chunk
                end = 0
                for match in _MERGED.finditer(text) if b"mergeCell" in text else ():
                    found.append(range_boundaries(match[1].decode()))
                    end = match.end()
                if len(found) > _MOST_MERGED:
                    raise unreadable(
                        file, sheet=sheet,
                        mend=f"it has more than {_MOST_MERGED} merged cells; unmerge them",
                    )  # fmt: skip
                rest = text[max(end, len(text) - 200) :]
    except _BROKEN as fault:
        raise unreadable(
            file, sheet=sheet, mend=f"the sheet is damaged ({_brief(fault)})"
        ) from None
    return found


class _Spans:
    """Says which cells of a row lie under a merged one, row after row."""

    def __init__(self, merged: list[tuple[int, int, int, int]]) -> None:
        self._coming = sorted(merged, key=lambda box: box[1], reverse=True)
        self._open: list[tuple[int, int, int, int]] = []

    def at(self, line: int, values: list[Cell]) -> dict[int, int] | None:
        if not self._coming and not self._open:
            return None
        while self._coming and self._coming[-1][1] <= line:
            self._open.append(self._coming.pop())
        self._open = [box for box in self._open if box[3] >= line]
        under: dict[int, int] = {}
        for left, top, right, _ in self._open:
            for column in range(left - 1, min(right, MOST_COLUMNS)):
                first = column == left - 1 and line == top
                if not first and (column >= len(values) or values[column] is None):
                    under[column] = top if top < line else 0
        return under or None


def _brief(fault: BaseException) -> str:
    return f"{type(fault).__name__}: {fault}"[:120] if str(fault) else type(fault).__name__
