"""Items of a catalogue from files: a sheet of items with one of units, or a CSV file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from os import PathLike
from typing import Any

from logistics.domain.catalogue import Item, ItemInvalid, fold
from logistics.exchange.catalogue_tables import AMBIGUOUS, ITEMS, ITEMS_READ, UNITS
from logistics.exchange.tables import Finding, Reading, Row, read_book, read_table

_MILLI = 1000
_SAME = frozenset(f.name for f in fields(Item)) & {column.key for column in ITEMS.columns}
_MENDS = {
    "default_unit": "give a unit that the row's conversions know",
    "aliases": "leave the word to one item, or list it with the ambiguous words",
    "misspellings": "leave the word to one item",
    "name_zh": "name each item once",
    "weight_g": "fill in the weight of one base unit",
    "volume_ml": "fill in the volume of one base unit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueFile:
    """What a file of a catalogue says: items, and what is wrong with rows that were left out."""

    items: tuple[Item, ...]
    findings: tuple[Finding, ...] = ()
    ignored: tuple[str, ...] = ()
    said: frozenset[str] = frozenset()  # fields of items that the file speaks of


def read_items(path: str | PathLike[str]) -> CatalogueFile:
    """Read items from a workbook or a CSV file; a row that breaks a rule becomes a finding.

    Raises
    ------
    TableUnreadable
        If the file cannot be read as a table of items.
    """
    read = read_book(path, (ITEMS_READ, UNITS))
    table = read.get(ITEMS.key) or read_table(path, ITEMS_READ)
    findings = list(table.findings)
    units, more = _units(read.get(UNITS.key), table)
    findings += more
    items: dict[str, Item] = {}
    taken: dict[str, str] = {}
    for row in table.rows:
        try:
            item = _item(row, units.get(fold(row["name_zh"]), {}))
            _claim(taken, item)
        except ItemInvalid as fault:
            findings.append(_finding(row, fault))
            continue
        items[item.name_zh] = item
    return CatalogueFile(
        items=tuple(items.values()),
        findings=tuple(findings),
        ignored=table.ignored,
        said=_said(table.columns, units=UNITS.key in read),
    )


def unit_rows(items: Iterable[Item]) -> Iterator[dict[str, Any]]:
    """Give the units of items as rows of their sheet."""
    for item in items:
        for unit, count in item.units.items():
            yield {"name_zh": item.name_zh, "unit": unit, "base_count": count}


def read_ambiguous(path: str | PathLike[str]) -> dict[str, tuple[str, ...]]:
    """Read words that could be several items, with the names of those.

    Raises
    ------
    TableUnreadable
        If the file cannot be read as such a table.
    """
    return ambiguous_of(read_table(path, AMBIGUOUS))


def ambiguous_of(reading: Reading) -> dict[str, tuple[str, ...]]:
    """Give the words of such a table, with the names of the items that each could be."""
    return {row["word"]: row["items"] for row in reading.rows}


def _said(columns: frozenset[str], *, units: bool) -> frozenset[str]:
    names = {"weight_g": "weight_mg", "volume_ml": "volume_ul", "cold": "cold_chain"}
    return frozenset({names.get(key, key) for key in columns} | ({"units"} if units else set()))


def values_of(item: Item) -> dict[str, Any]:
    """Give an item as a row of the table."""
    return {
        **{name: getattr(item, name) for name in _SAME},
        "weight_g": Decimal(item.weight_mg) / _MILLI,
        "volume_ml": Decimal(item.volume_ul) / _MILLI,
    }


def _item(row: Row, units: Mapping[str, int]) -> Item:
    values = {name: row[name] for name in _SAME if name in row.values}
    values["units"] = {**values.get("units", {}), **units}
    values["name_en"] = values["name_en"] or values["name_zh"]
    values["default_unit"] = values["default_unit"] or _usual(values["base"], values["units"])
    return Item(
        **values,
        cold=row["cold"],
        weight_mg=_milli(row, "weight_g", "weight_mg"),
        volume_ul=_milli(row, "volume_ml", "volume_ul"),
    )


def _milli(row: Row, coarse: str, fine: str) -> int:
    """Read an amount of one base unit, from the column of a thousandth if that is filled."""
    if row[fine] is not None:
        return int(row[fine])
    if row[coarse] is None:
        raise ItemInvalid(item=row["name_zh"], field=coarse, value="")
    return int(row[coarse] * _MILLI)


def _usual(base: str, units: Mapping[str, int]) -> str:
    """Choose the unit in which an item is asked for where none is named: its first."""
    return next(iter(units), {"g": "斤", "ml": "L"}.get(base, ""))


def _claim(taken: dict[str, str], item: Item) -> None:
    """Refuse a word that another row has; ``taken`` remembers whose each is."""
    words = {
        field: [fold(word) for word in said]
        for field, said in (
            ("name_zh", (item.name_zh, item.name_en)),
            ("aliases", item.aliases),
            ("misspellings", item.misspellings),
        )
    }
    if fold(item.name_zh) in taken:
        raise ItemInvalid(item=item.name_zh, field="name_zh", value=item.name_zh)
    for field, folded in words.items():
        for word in folded:
            if word in taken:
                raise ItemInvalid(
                    item=item.name_zh, field=field, value=word, belongs_to=taken[word]
                )
    taken.update(dict.fromkeys((word for folded in words.values() for word in folded),
                               item.name_zh))  # fmt: skip


def _units(
    sheet: Reading | None, table: Reading
) -> tuple[dict[str, dict[str, int]], list[Finding]]:
    """Gather the sheet of units by item; a unit of nothing, or said twice, is a finding."""
    known = {fold(row["name_zh"]) for row in table.rows}
    bad = {fold(one.value) for one in table.findings if one.column}
    units: dict[str, dict[str, int]] = {}
    findings: list[Finding] = list(sheet.findings) if sheet else []
    for row in sheet.rows if sheet else ():
        name = fold(row["name_zh"])
        own = units.setdefault(name, {})
        if name not in known and name not in bad:
            findings.append(
                _at(row, "unit.of-nothing", "name_zh", row["name_zh"], "name an item of this file")
            )
        elif own.setdefault(row["unit"], row["base_count"]) != row["base_count"]:
            findings.append(
                _at(row, "unit.said-twice", "unit", row["unit"], "say once what a unit holds")
            )
    return units, findings


def _finding(row: Row, fault: ItemInvalid) -> Finding:
    field = str(fault.facts.get("field", ""))
    other = str(fault.facts.get("belongs_to", ""))
    code = "catalogue.word-taken" if other else fault.code
    finding = _at(row, code, field, str(fault.facts.get("value", "")),
                  _MENDS.get(field, "mend the row of the catalogue"))  # fmt: skip
    return replace(finding, more={"belongs_to": other, "item": row["name_zh"]})


def _at(row: Row, code: str, key: str, value: str, mend: str) -> Finding:
    header = next((column.zh for column in ITEMS.columns if column.key == key), key)
    return Finding(
        code=code, sheet=row.sheet, line=row.line, column=header, value=value[:80], mend=mend
    )
