"""Raw rows of a CSV file: UTF-8, UTF-16 or GB 18030, parted by comma, semicolon or tab."""

import csv
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from logistics.exchange.tables.sources import MOST_COLUMNS, MOST_ROWS, RawRow, unreadable

_DELIMITERS: Final = ",;\t"
_LOOK: Final = 20  # lines in which a header is looked for
_SIGNS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def decode(raw: bytes, file: Path) -> str:
    """Decode a text: UTF-8 with a byte order mark or without, UTF-16 with one, else GB 18030.

    Raises
    ------
    TableUnreadable
        If it is none of these, or no text at all.
    """
    signed = [name for sign, name in _SIGNS if raw.startswith(sign)]
    for encoding in signed or ("utf-8", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise unreadable(file, mend="it is no text file")
        return text
    raise unreadable(file, mend="save it as UTF-8")


def csv_rows(file: Path, fits: Callable[[Sequence[str]], int]) -> Iterator[RawRow]:
    """Give the rows of a CSV file; one that cannot be parted carries a fault.

    Parameters
    ----------
    fits
        Says how many columns of a row are known headers; the delimiter that shows most is taken.
    """
    lines = decode(file.read_bytes(), file).splitlines(keepends=True)
    if len(lines) > MOST_ROWS:
        raise unreadable(file, line=MOST_ROWS + 1, mend=f"split it after {MOST_ROWS} lines")
    head = [line for line in islice(lines, _LOOK * 2) if line.strip()][:_LOOK]
    delimiter = max(_DELIMITERS, key=lambda sign: _best(head, sign, fits))
    if _is_sound(lines, delimiter):
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        for cells in reader:
            yield RawRow(reader.line_num, cells[:MOST_COLUMNS])
        return
    for number, line in enumerate(lines, start=1):  # a quote is open somewhere: line by line
        try:
            rows = list(csv.reader([line], delimiter=delimiter, strict=True))
        except csv.Error as fault:
            yield RawRow(number, [line.strip()], fault=str(fault))
            continue
        yield from (RawRow(number, cells[:MOST_COLUMNS]) for cells in rows)


def _best(head: list[str], delimiter: str, fits: Callable[[Sequence[str]], int]) -> int:
    best = 0
    for line in head:
        try:
            rows = list(csv.reader([line], delimiter=delimiter))
        except csv.Error:
            continue
        best = max([best, *(fits(cells) for cells in rows)])
    return best


def _is_sound(lines: list[str], delimiter: str) -> bool:
    try:
        for _ in csv.reader(lines, delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return False
    return True
