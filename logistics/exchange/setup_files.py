"""A district's setup folder: setup.toml, and tables of goods, offers, couriers, territories."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import time
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from logistics.domain.catalogue import fold
from logistics.domain.setup import (
    MODES,
    ZONES,
    CourierSetup,
    ItemSetup,
    MarketSetup,
    OfferSetup,
    Origin,
    PointSetup,
    Policy,
    Setup,
    SetupFault,
    TerritorySetup,
    ZoneSetup,
)
from logistics.errors import Invalid
from logistics.exchange.setup_fields import BadField, SetupRow
from logistics.exchange.setup_tables import (
    COURIERS,
    OFFERS,
    STARTING,
    TERRITORIES,
    Goods,
    goods_of,
    rows_of,
    starting_goods,
)
from logistics.exchange.tables import Table, TableUnreadable

T = TypeVar("T")


class SetupUnreadable(Invalid):
    """A file of the setup is missing, is no TOML or CSV, or a row of it cannot be read."""

    code = "setup.unreadable"


def read_setup(folder: str | PathLike[str]) -> Setup:
    """Read a setup folder; nothing is checked against the map yet.

    Raises
    ------
    SetupUnreadable
        At the first file or row that cannot be read; facts name file, line, field and mend.
    """
    setup, faults = read_setup_with_faults(folder)
    for fault in faults:
        where = fault.origin or Origin("setup.toml", 0)
        raise SetupUnreadable(
            file=where.file,
            line=where.line,
            field=fault.field,
            value=fault.value,
            mend=fault.mend,
        )
    return setup


def read_setup_with_faults(folder: str | PathLike[str]) -> tuple[Setup, tuple[SetupFault, ...]]:
    """Read a setup folder, leaving out rows that cannot be read and saying which.

    Raises
    ------
    SetupUnreadable
        If a whole file is missing or is no TOML or CSV, or the policy breaks a rule.
    """
    base = Path(folder)
    file = base if base.suffix == ".toml" else base / "setup.toml"
    text = _text(file)
    try:
        head = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise SetupUnreadable(
            file=file.name, line=_toml_line(fault, text), field="", mend=str(fault)
        ) from None
    faults: list[SetupFault] = []
    tables = _Tables(file.name, head, text, faults)
    near = file.parent
    goods = _goods(near, _named(head, "catalogue"), faults)
    names = {
        fold(name): item.name_zh
        for item in goods.items
        for name in (item.name_zh, item.name_en, *item.aliases)
    }
    return (
        Setup(
            policy=_policy(file.name, head, text),
            points=tuple(tables.each("points", _point)),
            markets=tuple(tables.each("markets", _market)),
            zones=tuple(tables.each("zones", _zone)),
            territories=tuple(_territories(near, head, faults)),
            couriers=tuple(_rows(near / _named(head, "couriers"), COURIERS, _courier, faults)),
            items=goods.items,
            packages=goods.packages,
            ambiguous=goods.ambiguous,
            offers=tuple(
                replace(offer, item=names.get(fold(offer.item), offer.item))
                for offer in _rows(near / _named(head, "offers"), OFFERS, _offer, faults)
            ),
        ),
        tuple(faults),
    )


def read_catalogue(
    path: str | PathLike[str],
) -> tuple[tuple[ItemSetup, ...], tuple[SetupFault, ...]]:
    """Read a catalogue file alone, with the rows that cannot be read."""
    faults: list[SetupFault] = []
    file = Path(path)
    return _goods(file.parent, file.name, faults).items, tuple(faults)


def _goods(near: Path, name: str, faults: list[SetupFault]) -> Goods:
    """Read goods from a file, or take those that come with the product."""
    if name == STARTING:
        return starting_goods()
    try:
        return goods_of(near / name, faults)
    except TableUnreadable as refusal:
        raise _unreadable(refusal) from None


def _named(head: Mapping[str, Any], name: str) -> str:
    return str(head.get(name, f"{name}.csv"))


def _territories(
    near: Path, head: Mapping[str, Any], faults: list[SetupFault]
) -> Iterator[TerritorySetup]:
    """Read the territories where there are any; without them, the nearest point serves."""
    if "territories" in head or (near / "territories.csv").is_file():
        file = near / _named(head, "territories")
        yield from _rows(file, TERRITORIES, _territory, faults)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError:
        raise SetupUnreadable(
            file=str(file), line=0, field="", mend="the file is missing; give the setup's folder"
        ) from None
    except UnicodeDecodeError as fault:
        raise SetupUnreadable(
            file=str(file), line=0, field="", mend=f"save it as UTF-8 (byte {fault.start})"
        ) from None


def _toml_line(fault: tomllib.TOMLDecodeError, text: str) -> int:
    words = str(fault).rpartition("(at line ")[2].split(",")[0]
    return int(words) if words.isdigit() else text.count("\n") + 1


def _policy(file: str, head: Mapping[str, Any], text: str) -> Policy:
    facts = head.get("policy", {})
    known = {f.name for f in fields(Policy)}
    for name in facts:
        if name not in known:
            raise SetupUnreadable(
                file=file, line=_line_of(text, name), field=f"policy.{name}",
                mend="no such setting; known are " + ", ".join(sorted(known)),
            )  # fmt: skip
    for name, value in facts.items():
        default = getattr(Policy, name, None)
        if isinstance(value, bool) or (isinstance(default, int) and not isinstance(value, int)):
            raise SetupUnreadable(
                file=file, line=_line_of(text, name), field=f"policy.{name}",
                value=str(value), mend="give a whole number",
            )  # fmt: skip
    facts = {k: v.isoformat() if isinstance(v, time) else v for k, v in facts.items()}
    try:
        return Policy.of_facts(facts)
    except (ValueError, TypeError, KeyError) as fault:
        raise SetupUnreadable(
            file=file, line=_line_of(text, "[policy]"), field="policy", mend=str(fault)
        ) from None


def _line_of(text: str, start: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip().startswith(start):
            return number
    return 0


class _Tables:
    def __init__(
        self, file: str, head: Mapping[str, Any], text: str, faults: list[SetupFault]
    ) -> None:
        self._file, self._head, self._faults = file, head, faults
        self._lines = text.splitlines()

    def each(self, name: str, make: Callable[[SetupRow], T]) -> Iterator[T]:
        lines = [n for n, line in enumerate(self._lines, 1) if line.strip() == f"[[{name}]]"]
        tables = self._head.get(name, [])
        for number, values in enumerate(tables if isinstance(tables, list) else [tables]):
            line = lines[number] if number < len(lines) else 0
            yield from _made(SetupRow(values, Origin(self._file, line)), make, self._faults)


def _rows(
    file: Path, table: Table, make: Callable[[SetupRow], T], faults: list[SetupFault]
) -> Iterator[T]:
    try:
        for found in rows_of(file, table):
            if isinstance(found, SetupFault):
                faults.append(found)
            else:
                yield from _made(SetupRow(*found), make, faults)
    except TableUnreadable as refusal:
        raise _unreadable(refusal) from None


def _unreadable(refusal: TableUnreadable) -> SetupUnreadable:
    facts = refusal.facts
    return SetupUnreadable(
        file=facts["file"], line=facts["line"], field=facts["field"], mend=facts["mend"]
    )


def _made(row: SetupRow, make: Callable[[SetupRow], T], faults: list[SetupFault]) -> Iterator[T]:
    try:
        yield make(row)
    except BadField as bad:
        faults.append(_fault(row, bad.name, bad.value, bad.mend))


def _fault(row: SetupRow, name: str, value: object, mend: str) -> SetupFault:
    return SetupFault(
        code="setup.row-unreadable", field=name, value=str(value), mend=mend, origin=row.origin
    )


def _point(row: SetupRow) -> PointSetup:
    return PointSetup(
        code=row.text("code"),
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        lon=row.degrees("lon", 180),
        lat=row.degrees("lat", 90),
        depot=row.flag("depot"),
        bays=row.whole("bays", otherwise=1),
        origin=row.origin,
    )


def _market(row: SetupRow) -> MarketSetup:
    return MarketSetup(
        code=row.text("code"),
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        lon=row.degrees("lon", 180),
        lat=row.degrees("lat", 90),
        opens=row.clock("opens"),
        closes=row.clock("closes"),
        origin=row.origin,
    )


def _zone(row: SetupRow) -> ZoneSetup:
    return ZoneSetup(
        place_code=row.text("place"),
        zone=row.one_of("zone", ZONES),
        since=row.instant("since"),
        until=row.instant("until") if "until" in row.values else None,
        origin=row.origin,
    )


def _territory(row: SetupRow) -> TerritorySetup:
    return TerritorySetup(
        place_code=row.text("place"), point_code=row.text("point"), origin=row.origin
    )


def _courier(row: SetupRow) -> CourierSetup:
    shift = {
        name: row.clock(name) if row.text(name, otherwise="") else None
        for name in ("shift_start", "shift_end")
    }
    return CourierSetup(
        code=row.text("code"),
        mode=row.one_of("mode", MODES),
        capacity_g=row.whole("capacity_g"),
        capacity_ml=row.whole("capacity_ml"),
        capacity_bags=row.whole("capacity_bags"),
        shift_start=shift["shift_start"],
        shift_end=shift["shift_end"],
        max_trips=row.whole("max_trips"),
        zone_max=ZONES.index(row.one_of("zone_max", ZONES, otherwise=ZONES[0])),
        point_code=row.text("point"),
        cohort=row.text("cohort", otherwise="") or None,
        permits=_parts(row.text("permits", otherwise="")),
        origin=row.origin,
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("；", ";").split(";") if part.strip())


def _offer(row: SetupRow) -> OfferSetup:
    stock = row.text("stock_cases", otherwise="")
    return OfferSetup(
        market_code=row.text("market"),
        item=row.text("item"),
        case_base=row.whole("case_base"),
        price_fen=row.whole("price_fen"),
        stock_cases=row.whole("stock_cases", at_least=0) if stock else None,
        origin=row.origin,
    )
