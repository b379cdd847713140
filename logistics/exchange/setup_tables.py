"""The tables of a setup's folder: catalogue, offers, couriers, territories; .csv or .xlsx."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from logistics.domain.catalogue import Catalogue, Item
from logistics.domain.packages import Package
from logistics.domain.setup import ItemSetup, Origin, SetupFault
from logistics.exchange.catalogue_book import CatalogueBook, read_catalogue, starting_book
from logistics.exchange.tables import Column, Finding, Row, Table, Text, stream_table

STARTING: Final = "starting"
"""Said instead of a file: the catalogue that comes with the product."""

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "market": ("市场",),
    "item": ("商品", "品名"),
    "case_base": ("每箱含量",),
    "price_fen": ("每箱价（分）",),
    "stock_cases": ("库存箱数",),
    "code": ("编号", "工号"),
    "mode": ("交通工具",),
    "capacity_g": ("载重（克）",),
    "capacity_ml": ("容积（毫升）",),
    "capacity_bags": ("袋数",),
    "shift_start": ("上班",),
    "shift_end": ("下班",),
    "max_trips": ("趟数",),
    "zone_max": ("可进区域",),
    "point": ("点位",),
    "cohort": ("组",),
    "permits": ("通行证",),
    "place": ("地点",),
}


def _table(key: str, zh: str, names: str) -> Table:
    return Table(
        key=key, zh=zh, en=key,
        columns=tuple(
            Column(key=name, zh=_WORDS.get(name, (name,))[0], en=name, kind=Text(),
                   words=_WORDS.get(name, ())[1:])
            for name in names.split()
        ),
    )  # fmt: skip


OFFERS: Final = _table("offers", "报价", "market item case_base price_fen stock_cases")
COURIERS: Final = _table(
    "couriers",
    "配送员",
    "code mode capacity_g capacity_ml capacity_bags shift_start shift_end max_trips zone_max"
    " point cohort permits",
)
TERRITORIES: Final = _table("territories", "片区", "place point")


def rows_of(file: Path, table: Table) -> Iterator[tuple[Mapping[str, Any], Origin] | SetupFault]:
    """Read a table's rows with where they stand; what cannot be read is a fault.

    Raises
    ------
    TableUnreadable
        If the file is missing or no such table.
    """
    for found in stream_table(file, table):
        if isinstance(found, Row):
            values = {key: value for key, value in found.values.items() if value is not None}
            yield values, Origin(file.name, found.line)
        else:
            yield fault_of(file, found)


def fault_of(file: Path, found: Finding) -> SetupFault:
    """Say a finding as a fault of the setup."""
    return SetupFault(
        code="setup.row-unreadable", field=found.column, value=found.value, mend=found.mend,
        origin=Origin(file.name, found.line),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What a setup says of goods."""

    items: tuple[ItemSetup, ...]
    packages: tuple[Package, ...] = ()
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def goods_of(file: Path, faults: list[SetupFault]) -> Goods:
    """Read a catalogue as ``supplyloop catalogue export`` writes it; what is wrong is a fault.

    Raises
    ------
    TableUnreadable
        If the file is missing or no such table.
    """
    read = read_catalogue(file, Catalogue([]))
    faults += [fault_of(file, found) for found in read.findings]
    return _goods(read, file.name)


def starting_goods() -> Goods:
    """Give the starting catalogue as a setup's goods."""
    return _goods(starting_book(), STARTING)


def _goods(book: CatalogueBook, name: str) -> Goods:
    return Goods(
        items=tuple(_setup_of(item, Origin(name, 0)) for item in book.items),
        packages=book.packages,
        ambiguous=book.ambiguous,
    )


def _setup_of(item: Item, origin: Origin) -> ItemSetup:
    names = (name for name in ItemSetup.__slots__ if name != "origin")
    return ItemSetup(**{name: getattr(item, name) for name in names}, origin=origin)
