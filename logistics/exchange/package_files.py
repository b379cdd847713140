"""Packages (套餐) as a sheet of the catalogue's workbook, or as a CSV file of their own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import Any

from logistics.domain.catalogue import Catalogue, Item
from logistics.domain.packages import Package, PackageInvalid, PackagePart
from logistics.exchange.catalogue_tables import ITEMS, PACKAGES
from logistics.exchange.tables import Finding, Reading, Row, read_book, read_table
from logistics.exchange.tables.kinds import decimal_of


@dataclass(frozen=True, slots=True)
class PackageFile:
    """Packages of a file, and what is wrong with those that were left out."""

    packages: tuple[Package, ...]
    findings: tuple[Finding, ...] = ()


def read_packages(path: str | PathLike[str], goods: Catalogue) -> PackageFile:
    """Read packages; one of which a row cannot be read is left out as a whole.

    A workbook without their sheet holds none.

    Parameters
    ----------
    goods
        The items that packages may hold, by any of their names.

    Raises
    ------
    TableUnreadable
        If the file cannot be read as a table of packages.
    """
    reading = _reading(path)
    if reading is None:
        return PackageFile(())
    findings = list(reading.findings)
    spoilt = {_package_at(reading, one.line) for one in reading.findings}
    by_name: dict[str, list[Row]] = {}
    for row in reading.rows:
        by_name.setdefault(row["name_zh"], []).append(row)
    packages = []
    for name, rows in by_name.items():
        parts: list[PackagePart] = []
        bad = len(findings)
        for row in rows:
            part = _part(row, goods)
            if isinstance(part, Finding):
                findings.append(part)
            else:
                parts.append(part)
        if len(findings) > bad or name in spoilt:
            continue
        try:
            packages.append(_package(rows, parts))
        except PackageInvalid as fault:
            field, value = str(fault.facts["field"]), str(fault.facts["value"])
            findings.append(_at(rows[0], fault.code, field, value, "mend the package's rows"))
    return PackageFile(tuple(packages), tuple(findings))


def package_rows(packages: Iterable[Package], goods: Catalogue) -> Iterator[dict[str, Any]]:
    """Give packages as rows of the table, each with all that is said of its package."""
    for package in packages:
        for part in package.parts:
            number, unit = _said(goods.get(part.item), part)
            yield {
                "name_zh": package.name_zh,
                "name_en": package.name_en,
                "kind": package.kind,
                "scope": package.scope,
                "aliases": package.aliases,
                "most": package.most,
                "item": part.item,
                "quantity": number,
                "unit": unit,
            }


def _reading(path: str | PathLike[str]) -> Reading | None:
    if Path(path).suffix.lower() == ".csv":
        return read_table(path, PACKAGES)
    return read_book(path, (ITEMS, PACKAGES)).get(PACKAGES.key)


def _package_at(reading: Reading, line: int) -> str:
    """Name the package that a row which could not be read stands among."""
    before = [row["name_zh"] for row in reading.rows if row.line < line]
    after = [row["name_zh"] for row in reading.rows if row.line > line]
    return before[-1] if before else (after[0] if after else "")


def _part(row: Row, goods: Catalogue) -> PackagePart | Finding:
    item = goods.find(row["item"])
    if item is None or item.id not in goods.by_id:
        return _at(row, "item.unknown", "item", row["item"], "use a name of the catalogue")
    held = item.base_count(row["unit"]) if row["unit"] else 1
    if held is None:
        known = "、".join(item.known_units())
        return _at(row, "unit.unknown-for-item", "unit", row["unit"], f"use one of {known}")
    count = Fraction(row["quantity"]) * held
    if count.denominator != 1:
        said = str(row["quantity"])
        return _at(row, "quantity.not-whole", "quantity", said, f"give whole {item.base}")
    return PackagePart(item.name_zh, int(count), row["unit"] or item.base)


def _package(rows: list[Row], parts: list[PackagePart]) -> Package:
    def first(key: str) -> Any:
        return next((row[key] for row in rows if row[key]), None)

    return Package(
        name_zh=rows[0]["name_zh"],
        name_en=first("name_en") or rows[0]["name_zh"],
        kind=first("kind") or "",
        scope=first("scope") or "household",
        aliases=first("aliases") or (),
        most=first("most") or 3,
        parts=tuple(parts),
    )


def _said(item: Item, part: PackagePart) -> tuple[Any, str]:
    """Say a part in its own unit, or in base units where that is no plain decimal number."""
    held = item.base_count(part.unit)
    try:
        if held:
            number = decimal_of(Fraction(part.base_count, held))
            if number == round(number, 3):
                return number, part.unit
    except ValueError:
        pass  # a third of a box: said in base units
    return part.base_count, ""


def _at(row: Row, code: str, key: str, value: str, mend: str) -> Finding:
    header = next((column.zh for column in PACKAGES.columns if column.key == key), key)
    return Finding(
        code=code, sheet=row.sheet, line=row.line, column=header, value=value[:80], mend=mend
    )
