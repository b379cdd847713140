"""A whole catalogue as a workbook: items, units, packages, ambiguous words; as CSV, a part."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from os import PathLike
from pathlib import Path

from logistics.domain.catalogue import Catalogue, Item, fold
from logistics.domain.packages import Package
from logistics.exchange.catalogue_files import (
    CatalogueFile,
    ambiguous_of,
    read_items,
    unit_rows,
    values_of,
)
from logistics.exchange.catalogue_tables import AMBIGUOUS, ITEMS, ITEMS_SHEET, PACKAGES, UNITS
from logistics.exchange.package_files import PackageFile, package_rows, read_packages
from logistics.exchange.starting import starting_catalogue
from logistics.exchange.tables import (
    Finding,
    Language,
    TableUnreadable,
    read_book,
    write_book,
    write_table,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueBook:
    """What a file says of a catalogue, and what is wrong with rows that were left out."""

    items: tuple[Item, ...]
    packages: tuple[Package, ...]
    ambiguous: Mapping[str, tuple[str, ...]]
    findings: tuple[Finding, ...]
    ignored: tuple[str, ...]  # headers that nobody knows
    said: frozenset[str]  # fields of items that the file speaks of


def read_catalogue(path: str | PathLike[str], known: Catalogue) -> CatalogueBook:
    """Read a workbook of a catalogue, or a CSV file of items or of packages.

    Parameters
    ----------
    known
        The catalogue that stands: packages may hold its items, too.

    Raises
    ------
    TableUnreadable
        If the file cannot be read as a table of either.
    """
    if Path(path).suffix.lower() == ".csv":
        return _read_csv(path, known)
    items = read_items(path)
    packages = read_packages(path, together(known, items.items))
    return _book(items, packages, _ambiguous(path))


def write_catalogue(
    path: str | PathLike[str], catalogue: Catalogue, *, language: Language = "zh"
) -> None:
    """Write a catalogue as a workbook, or its items as a CSV file, by the file's ending.

    Raises
    ------
    TableUnreadable
        If the ending is neither.
    """
    items = [values_of(item) for item in catalogue.items]
    if Path(path).suffix.lower() == ".csv":
        write_table(path, ITEMS, items, language=language)
        return
    words = [
        {"word": word, "items": tuple(item.name_zh for item in candidates)}
        for word, candidates in catalogue.ambiguous.items()
    ]
    write_book(
        path,
        [
            (ITEMS_SHEET, items),
            (UNITS, unit_rows(catalogue.items)),
            (PACKAGES, package_rows(catalogue.packages.values(), catalogue)),
            (AMBIGUOUS, words),
        ],
        language=language,
    )


def write_packages(
    path: str | PathLike[str], catalogue: Catalogue, *, language: Language = "zh"
) -> None:
    """Write the packages of a catalogue as a table of their own.

    Raises
    ------
    TableUnreadable
        If the file's ending is neither .xlsx nor .csv.
    """
    rows = package_rows(catalogue.packages.values(), catalogue)
    write_table(path, PACKAGES, rows, language=language)


def together(known: Catalogue, items: tuple[Item, ...]) -> Catalogue:
    """Put items over those that are known, leaving out words that would then be said twice."""
    named = {item.name_zh for item in items}
    words = {
        fold(word)
        for item in items
        for word in (item.name_zh, item.name_en, *item.aliases, *item.misspellings)
    }
    kept = [
        item
        for item in known.items
        if item.name_zh not in named
        and not words
        & {fold(w) for w in (item.name_zh, item.name_en, *item.aliases, *item.misspellings)}
    ]
    return Catalogue([*kept, *items])


def _read_csv(path: str | PathLike[str], known: Catalogue) -> CatalogueBook:
    try:
        return _book(read_items(path), PackageFile(()), {})
    except TableUnreadable as refusal:
        if refusal.facts["field"] not in {column.key for column in ITEMS.columns}:
            raise
        try:
            return _book(CatalogueFile(items=()), read_packages(path, known), {})
        except TableUnreadable:
            raise refusal from None


def _ambiguous(path: str | PathLike[str]) -> dict[str, tuple[str, ...]]:
    read = read_book(path, (ITEMS, AMBIGUOUS)).get(AMBIGUOUS.key)
    return ambiguous_of(read) if read else {}


def _book(
    items: CatalogueFile, packages: PackageFile, ambiguous: Mapping[str, tuple[str, ...]]
) -> CatalogueBook:
    return CatalogueBook(
        items=items.items,
        packages=packages.packages,
        ambiguous=ambiguous,
        findings=(*items.findings, *packages.findings),
        ignored=items.ignored,
        said=items.said,
    )


def starting_book() -> CatalogueBook:
    """Give the starting catalogue as a file would."""
    goods = starting_catalogue()
    return CatalogueBook(
        items=goods.items,
        packages=tuple(goods.packages.values()),
        ambiguous={w: tuple(i.name_zh for i in items) for w, items in goods.ambiguous.items()},
        findings=(),
        ignored=(),
        said=frozenset(f.name for f in fields(Item)),
    )
