"""Files of lists: CSV, XLSX, JSON Lines and pasted text, all into the same entries."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, Final

from logistics.domain.catalogue import Catalogue, fold
from logistics.domain.lists import AskedLine, Doubt, Entry
from logistics.errors import Invalid
from logistics.exchange.group_buys import is_group_buy, read_group_buy, said_in
from logistics.exchange.messages.entries import read_body, read_text
from logistics.exchange.tables import (
    AsIs,
    Column,
    Finding,
    Row,
    Table,
    TableUnreadable,
    stream_table,
    text_files,
)


class ListsUnreadable(Invalid):
    """A whole file of lists cannot be read; the facts name file, line, field and mend."""

    code = "list.file-unreadable"


LISTS: Final = Table(
    key="lists", zh="清单", en="Lists",
    columns=(
        Column(key="household", zh="户号", en="household", kind=AsIs(), present=True, spans=True,
               words=("住户", "户", "房号", "地址", "address", "household_code")),
        Column(key="item", zh="商品", en="item", kind=AsIs(), present=True,
               words=("物品", "品名", "货品", "名称", "goods")),
        Column(key="quantity", zh="数量", en="quantity", kind=AsIs(), present=True,
               words=("qty", "count")),
        Column(key="unit", zh="单位", en="unit", kind=AsIs()),
        Column(key="note", zh="备注", en="note", kind=AsIs(), words=("remark", "说明")),
        Column(key="client_ref", zh="参考号", en="client_ref", kind=AsIs(), spans=True,
               words=("单号", "ref")),
        Column(key="compound", zh="小区", en="compound", kind=AsIs(), spans=True),
    ),
)  # fmt: skip
"""Lists, one row a line. Cells are taken as they stand: what a line asks is judged elsewhere."""

_MOST_BYTES = 100_000_000
_SAID = 2000  # characters of a row that are kept
_MOST_DIGITS = 30  # before or after the point of a number in JSON
_UNWRITABLE: Final = re.compile("[\x00\ud800-\udfff]")
_ROW_MENDS: Mapping[str, str] = {
    "household": "give the household's code, such as HK-07-03-2-501",
    "item": "name the item",
    "quantity": "write one positive number",
    "formula": "write the number itself; formulas are not evaluated",
}


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a file, or one line of JSON."""

    line: int
    values: Mapping[str, Any]
    said: str


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
        ".csv": _read_table,
        ".xlsx": _read_table,
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
    """Decode UTF-8, with a byte order mark or without, UTF-16 with one, or else GB 18030.

    Raises
    ------
    ListsUnreadable
        If it is none of these.
    """
    try:
        return text_files.decode(raw, file)
    except TableUnreadable as refusal:
        raise _of_table(file, refusal) from None


def _unreadable(file: Path, *, line: int = 0, name: str = "", mend: str) -> ListsUnreadable:
    return ListsUnreadable(file=file.name, line=line, field=name, mend=mend)


def _read_txt(file: Path, compound: str, *, catalogue: Catalogue | None) -> Iterator[Entry]:
    text = decode(file.read_bytes(), file)
    yield from read_text(text, compound=compound, catalogue=catalogue)


def _read_table(file: Path, compound: str) -> Iterator[Entry]:
    channel = file.suffix.lower().removeprefix(".")
    try:
        if is_group_buy(file):
            yield from read_group_buy(file, compound)
        else:
            yield from _entries(stream_table(file, LISTS), compound, channel)
    except TableUnreadable as refusal:
        raise _of_table(file, refusal) from None


def _of_table(file: Path, refusal: TableUnreadable) -> ListsUnreadable:
    facts = refusal.facts
    return _unreadable(
        file, line=int(facts["line"]), name=str(facts["field"]), mend=str(facts["mend"])
    )


def _entries(rows: Iterable[Row | Finding], compound: str, channel: str) -> Iterator[Entry]:
    drafts: dict[tuple[str, ...], _Draft] = {}
    for found in rows:
        if isinstance(found, Finding):
            yield _unread(found, channel)
            continue
        row = _Row(found.line, found.values, found.said)
        household = said_in(row.values.get("household"))
        if not household or household.startswith("="):
            yield _homeless(row, household, channel)
            continue
        own = said_in(row.values.get("compound")) or compound
        ref = said_in(row.values.get("client_ref"))[:128] or None
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
        text = said_in(value)
        if text.startswith(("=", "#")):
            draft.doubts.append(_bad(row, name, text, "formula"))
            return
        if not text and name != "unit":
            draft.doubts.append(_bad(row, name, text, name))
            return
    quantity = row.values["quantity"]
    if not isinstance(quantity, int | float | Decimal) or isinstance(quantity, bool):
        quantity = said_in(quantity)
    draft.lines.append(
        AskedLine(
            said_in(row.values["item"]),
            quantity,
            said_in(row.values.get("unit")),
            said=row.said,
            line=row.line,
            note=said_in(row.values.get("note")),
        )
    )


def _homeless(row: _Row, household: str, channel: str) -> Entry:
    """Make an entry of a row that belongs to no household."""
    mend = "formula" if household.startswith("=") else "household"
    doubt = _bad(row, "household", household, mend)
    return Entry(household="", channel=channel, line=row.line, doubts=(doubt,), said=row.said)


def _unread(found: Finding, channel: str) -> Entry:
    """Make an entry of a row that is no row: too wide, open quotes, cells merged."""
    asked = {"item": "", "quantity": "", "unit": ""}
    facts = {"field": found.column, "value": found.value, "mend": found.mend, "asked": asked}
    doubt = Doubt("row.unreadable", found.said[:_SAID], facts, found.line)
    return Entry(household="", channel=channel, line=found.line, doubts=(doubt,), said=doubt.said)


def _bad(row: _Row, name: str, value: str, mend: str) -> Doubt:
    asked = {key: said_in(row.values.get(key)) for key in ("item", "quantity", "unit")}
    facts = {"field": name, "value": value[:80], "mend": _ROW_MENDS[mend], "asked": asked}
    return Doubt("row.unreadable", row.said, facts, row.line)


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
        value = json.loads(line, parse_float=_decimal, parse_constant=str)
    except (ValueError, RecursionError) as fault:
        yield _bad_json(line, number, "", f"write one JSON object ({fault})")
        return
    if "\\u" in line and _is_unwritable(value):
        yield _bad_json(line, number, "", "write it without NUL and without half characters")
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


def _decimal(said: str) -> Decimal | str:
    """Read a number of JSON; one that nobody counts to stays a text, which is refused later."""
    number = Decimal(said)
    return number if abs(number.adjusted()) <= _MOST_DIGITS else said


def _is_unwritable(value: object) -> bool:
    """Say whether a text within holds what no database and no file in UTF-8 can keep."""
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, str) and _UNWRITABLE.search(one):
            return True
        if isinstance(one, dict):
            rest += [*one, *one.values()]
        elif isinstance(one, list):
            rest += one
    return False


def _add_json(draft: _Draft, asked: object, number: int) -> None:
    said = json.dumps(asked, ensure_ascii=False, default=str)
    values = asked if isinstance(asked, dict) else {}
    _add(draft, _Row(number, values, said))


def _bad_json(line: str, number: int, name: str, mend: str) -> Entry:
    facts = {"field": name, "value": line[:80], "mend": mend}
    doubt = Doubt("row.unreadable", line[:_SAID], facts, number)
    return Entry(household="", channel="jsonl", line=number, doubts=(doubt,), said=line[:_SAID])
