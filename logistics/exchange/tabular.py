"""Files of lists: CSV, XLSX, JSON Lines and pasted text, all into the same entries."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from logistics.domain.catalogue import Catalogue, fold
from logistics.domain.lists import AskedLine, Doubt, Entry
from logistics.errors import Invalid
from logistics.exchange.messages.entries import read_body, read_text


class ListsUnreadable(Invalid):
    """A whole file of lists cannot be read; the facts name file, line, field and mend."""

    code = "list.file-unreadable"


HEADERS: Mapping[str, str] = MappingProxyType(
    {
        fold(word): name
        for name, words in {
            "household": "household 户号 住户 户 房号 地址 address household_code",
            "item": "item 商品 物品 品名 货品 名称 goods",
            "quantity": "quantity 数量 qty count",
            "unit": "unit 单位",
            "note": "note 备注 remark 说明",
            "client_ref": "client_ref 参考号 单号 ref",
            "compound": "compound 小区",
        }.items()
        for word in words.split()
    }
)
REQUIRED = ("household", "item", "quantity")
_MOST_BYTES = 100_000_000
_ROW_MENDS: Mapping[str, str] = {
    "household": "give the household's code, such as HK-07-03-2-501",
    "item": "name the item",
    "quantity": "write one positive number",
    "formula": "write the number itself; formulas are not evaluated",
    "": "one value for each column; quote a value that holds a comma",
}


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    values: Mapping[str, Any]
    said: str
    extra: bool = False


@dataclass(slots=True)
class _Draft:
    """One household's rows, wherever in the file they stand."""

    household: str
    compound: str
    client_ref: str | None
    line: int
    lines: list[AskedLine] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_entries(
    path: str | PathLike[str], *, compound: str | None = None, catalogue: Catalogue | None = None
) -> Iterator[Entry]:
    """Read a file of lists, recognised by its extension: .csv .xlsx .jsonl .txt.

    All rows of one household, or of one household and reference, form one entry. A row that
    cannot be read becomes a doubt that names line, field, value and mend; the rest is kept.

    Parameters
    ----------
    compound
        Code or name of the compound that addresses such as 3-2-501 lie in.
    catalogue
        Whose words texts are read with; the starting catalogue without it.

    Raises
    ------
    ListsUnreadable
        If the file is missing, too large, of no known kind or damaged, or a column is missing.
    """
    file = Path(path)
    readers: dict[str, Callable[[Path, str], Iterable[Entry]]] = {
        ".csv": _read_csv,
        ".xlsx": _read_xlsx,
        ".jsonl": partial(_read_jsonl, catalogue=catalogue),
        ".txt": partial(_read_txt, catalogue=catalogue),
    }
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise _unreadable(file, mend="give a .csv, .xlsx, .jsonl or .txt file")
    check_size(file)
    yield from reader(file, compound or "")


def read_file(file: Path) -> bytes:
    """Read a file whole.

    Raises
    ------
    ListsUnreadable
        If it is missing or too large.
    """
    check_size(file)
    return file.read_bytes()


def check_size(file: Path) -> None:
    """Refuse a file that is missing, no file at all, or too large.

    Raises
    ------
    ListsUnreadable
        If it is one of these.
    """
    if not file.is_file():
        raise _unreadable(file, mend="there is no such file")
    if file.stat().st_size > _MOST_BYTES:
        raise _unreadable(file, mend="split it; a file may hold 100 MB")


def decode(raw: bytes, file: Path) -> str:
    """Decode UTF-8, with a byte order mark or without, or else GB 18030.

    Raises
    ------
    ListsUnreadable
        If it is neither.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable(file, mend="save it as UTF-8")


def _unreadable(file: Path, *, line: int = 0, name: str = "", mend: str) -> ListsUnreadable:
    return ListsUnreadable(file=file.name, line=line, field=name, mend=mend)


def _read_txt(file: Path, compound: str, *, catalogue: Catalogue | None) -> Iterator[Entry]:
    text = decode(file.read_bytes(), file)
    yield from read_text(text, compound=compound, catalogue=catalogue)


def _read_csv(file: Path, compound: str) -> Iterable[Entry]:
    text = decode(file.read_bytes(), file)
    if "\x00" in text:
        raise _unreadable(file, mend="it is no text file")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    return _entries(_csv_rows(file, reader), compound, "csv")


def _csv_rows(file: Path, reader: Any) -> Iterator[_Row]:
    names: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if names is None:
                names = _header(file, cells, reader.line_num)
                continue
            yield _row(names, cells, reader.line_num)
    except csv.Error as fault:
        raise _unreadable(file, line=reader.line_num, mend=str(fault)) from None
    if names is None:
        raise _unreadable(file, mend="it is empty; the first row names the columns")


def _header(file: Path, cells: Iterable[Any], line: int) -> list[str]:
    names = [HEADERS.get(fold(str(cell or "")), "") for cell in cells]
    for name in REQUIRED:
        if names.count(name) != 1:
            words = " or ".join(word for word, known in HEADERS.items() if known == name)
            count = "two columns are" if name in names else "no column is"
            raise _unreadable(file, line=line, name=name, mend=f"{count} named {words}")
    return names


def _row(names: list[str], cells: list[Any], line: int) -> _Row:
    texts = ["" if cell is None else str(cell).strip() for cell in cells]
    values = {name: cell for name, cell in zip(names, cells, strict=False) if name}
    extra = any(texts[len(names) :])
    return _Row(line, values, " ".join(text for text in texts if text), extra)


def _read_xlsx(file: Path, compound: str) -> Iterable[Entry]:
    return _entries(_xlsx_rows(file), compound, "xlsx")


def _xlsx_rows(file: Path) -> Iterator[_Row]:
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=False)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as fault:
        raise _unreadable(file, mend=f"it is no XLSX workbook ({fault})") from None
    try:
        sheet = book.worksheets[0] if book.worksheets else None
        if sheet is None:
            raise _unreadable(file, mend="it has no sheet")
        names: list[str] | None = None
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if not any(cell is not None and str(cell).strip() for cell in cells):
                continue
            if names is None:
                names = _header(file, cells, number)
                continue
            yield _row(names, list(cells), number)
        if names is None:
            raise _unreadable(file, mend="it is empty; the first row names the columns")
    finally:
        book.close()


def _entries(rows: Iterable[_Row], compound: str, channel: str) -> Iterator[Entry]:
    drafts: dict[tuple[str, ...], _Draft] = {}
    for row in rows:
        household = _text(row.values.get("household"))
        if row.extra or not household or household.startswith("="):
            yield _homeless(row, household, channel)
            continue
        own = _text(row.values.get("compound")) or compound
        ref = _text(row.values.get("client_ref"))[:128] or None
        key = (fold(household), fold(own), ref or "")
        draft = drafts.setdefault(key, _Draft(household, own, ref, row.line))
        _add(draft, row)
    for draft in drafts.values():
        yield Entry(
            household=draft.household,
            compound=draft.compound,
            channel=channel,
            line=draft.line,
            lines=tuple(draft.lines),
            doubts=tuple(draft.doubts),
            note="；".join(draft.notes),
            client_ref=draft.client_ref,
        )


def _add(draft: _Draft, row: _Row) -> None:
    for name in ("item", "quantity", "unit"):
        value = row.values.get(name)
        text = _text(value)
        if text.startswith(("=", "#")):
            draft.doubts.append(_bad(row, name, text, "formula"))
            return
        if not text and name != "unit":
            draft.doubts.append(_bad(row, name, text, name))
            return
    quantity = row.values["quantity"]
    if not isinstance(quantity, int | float | Decimal) or isinstance(quantity, bool):
        quantity = _text(quantity)
    draft.lines.append(
        AskedLine(
            _text(row.values["item"]),
            quantity,
            _text(row.values.get("unit")),
            said=row.said,
            line=row.line,
            note=_text(row.values.get("note")),
        )
    )


def _homeless(row: _Row, household: str, channel: str) -> Entry:
    """Make an entry of a row that belongs to no household."""
    name = "" if row.extra else "household"
    mend = "formula" if household.startswith("=") else name
    doubt = _bad(row, name, household, mend)
    return Entry(household="", channel=channel, line=row.line, doubts=(doubt,), said=row.said)


def _bad(row: _Row, name: str, value: str, mend: str) -> Doubt:
    asked = {key: _text(row.values.get(key)) for key in ("item", "quantity", "unit")}
    facts = {"field": name, "value": value[:80], "mend": _ROW_MENDS[mend], "asked": asked}
    return Doubt("row.unreadable", row.said, facts, row.line)


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a spreadsheet's 101 is the room 101, not 101.0
    return "" if value is None else str(value).strip()


def _read_jsonl(file: Path, compound: str, *, catalogue: Catalogue | None) -> Iterator[Entry]:
    """Read one list a line: ``{"household", "client_ref", "lines": [{"item", …}], "text"}``."""
    text = decode(file.read_bytes(), file)
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield from _json_entries(line.strip(), number, compound, catalogue)


def _json_entries(
    line: str, number: int, compound: str, catalogue: Catalogue | None
) -> Iterator[Entry]:
    try:
        value = json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError) as fault:
        yield _bad_json(line, number, "", f"write one JSON object ({fault})")
        return
    if not isinstance(value, dict) or not isinstance(value.get("household"), str):
        yield _bad_json(line, number, "household", _ROW_MENDS["household"])
        return
    given = value.get("lines", [])
    said = value.get("text") or ""
    if not isinstance(given, list) or not isinstance(said, str) or not (given or said):
        yield _bad_json(line, number, "lines", "give lines, a list of item, quantity and unit")
        return
    draft = _Draft(
        value["household"],
        str(value.get("compound") or compound),
        str(value["client_ref"])[:128] if value.get("client_ref") else None,
        number,
        notes=[str(value["note"])] if value.get("note") else [],
    )
    for asked in given:
        _add_json(draft, asked, number)
    body = read_body(said, catalogue)
    draft.lines += (replace(line, line=number) for line in body.lines)
    draft.doubts += (replace(doubt, line=number) for doubt in body.doubts)
    draft.notes += [body.note] if body.note else []
    yield Entry(
        household=draft.household,
        compound=draft.compound,
        channel="jsonl",
        line=number,
        lines=tuple(draft.lines),
        doubts=tuple(draft.doubts),
        note="；".join(draft.notes),
        said=said,
        client_ref=draft.client_ref,
    )


def _add_json(draft: _Draft, asked: object, number: int) -> None:
    said = json.dumps(asked, ensure_ascii=False, default=str)
    values = asked if isinstance(asked, dict) else {}
    _add(draft, _Row(number, values, said))


def _bad_json(line: str, number: int, name: str, mend: str) -> Entry:
    facts = {"field": name, "value": line[:80], "mend": mend}
    doubt = Doubt("row.unreadable", line[:2000], facts, number)
    return Entry(household="", channel="jsonl", line=number, doubts=(doubt,), said=line[:2000])
