"""Raw rows of an XLSX workbook, streamed; broken, hostile and oversized ones are refused."""

import re
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.utils import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

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
    RuntimeError,
)  # fmt: skip
"""What the reader of workbooks raises on files that are none, whole or in part."""


@contextmanager
def open_workbook(file: Path) -> Iterator[list[RawSheet]]:
    """Open a workbook and give its sheets, in their order.

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
            book = openpyxl.load_workbook(file, read_only=True, data_only=False)
    except _BROKEN as fault:
        raise unreadable(file, mend=f"it is no XLSX workbook ({_brief(fault)})") from None
    try:
        if not book.worksheets:
            raise unreadable(file, mend="it has no sheet")
        yield [RawSheet(page.title, _rows(file, page)) for page in book.worksheets]
    finally:
        book.close()


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


def _rows(file: Path, page: Any) -> Iterator[RawRow]:
    spans = _Spans(_merged(file, page))
    page.reset_dimensions()  # a file may say less, or far more, than it holds
    try:
        cells = iter(page.iter_rows(values_only=True))
        line = 0
        while chunk := _next(cells):
            for values in chunk:
                line += 1
                if line > MOST_ROWS or len(values) > MOST_COLUMNS:
                    raise unreadable(
                        file, sheet=page.title, line=line,
                        mend=f"a sheet may have {MOST_ROWS} rows and {MOST_COLUMNS} columns",
                    )  # fmt: skip
                yield RawRow(line, values, spans.at(line, values))
    except _BROKEN as fault:
        raise unreadable(
            file, sheet=page.title, line=line + 1, mend=f"the sheet is damaged ({_brief(fault)})"
        ) from None


def _next(cells: Iterator[Any]) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dates out of bounds come as an error's text
        return list(islice(cells, 1000))


def _merged(file: Path, page: Any) -> list[tuple[int, int, int, int]]:
    """Find merged cells, which the streaming reader does not see, as columns and rows from 1."""
    found: list[tuple[int, int, int, int]] = []
    try:
        with ZipFile(file) as parts, parts.open(page._worksheet_path.lstrip("/")) as part:  # noqa: SLF001
            rest = b""
            while chunk := part.read(_CHUNK):
                text = rest + chunk
                end = 0
                for match in _MERGED.finditer(text):
                    found.append(range_boundaries(match[1].decode()))
                    end = match.end()
                    if len(found) > _MOST_MERGED:
                        raise unreadable(
                            file, sheet=page.title,
                            mend=f"it has more than {_MOST_MERGED} merged cells; unmerge them",
                        )  # fmt: skip
                rest = text[max(end, len(text) - 200) :]
    except _BROKEN as fault:
        raise unreadable(
            file, sheet=page.title, mend=f"the sheet is damaged ({_brief(fault)})"
        ) from None
    return found


class _Spans:
    """Says which cells of a row lie under a merged one, row after row."""

    def __init__(self, merged: list[tuple[int, int, int, int]]) -> None:
        self._coming = sorted(merged, key=lambda box: box[1], reverse=True)
        self._open: list[tuple[int, int, int, int]] = []

    def at(self, line: int, values: tuple[Any, ...]) -> dict[int, int] | None:
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
