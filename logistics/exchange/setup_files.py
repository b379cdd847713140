"""A district's setup folder: setup.toml, catalogue.csv, offers.csv, couriers.csv."""

import csv
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from logistics.domain.catalogue import BASES, CATEGORIES
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

T = TypeVar("T")


class SetupUnreadable(Invalid):
    """A file of the setup is missing, is no TOML or CSV, or a row of it cannot be read."""

    code = "setup.unreadable"


class _BadField(Exception):
    def __init__(self, name: str, value: object, mend: str) -> None:
        self.name, self.value, self.mend = name, str(value)[:80], mend
        super().__init__(name)


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
    return (
        Setup(
            policy=_policy(file.name, head, text),
            points=tuple(tables.each("points", _point)),
            markets=tuple(tables.each("markets", _market)),
            zones=tuple(tables.each("zones", _zone)),
            territories=tuple(_territories(near, head, faults)),
            couriers=tuple(_rows(near / _named(head, "couriers"), _courier, faults)),
            items=tuple(_rows(near / _named(head, "catalogue"), _item, faults)),
            offers=tuple(_rows(near / _named(head, "offers"), _offer, faults)),
        ),
        tuple(faults),
    )


def read_catalogue(
    path: str | PathLike[str],
) -> tuple[tuple[ItemSetup, ...], tuple[SetupFault, ...]]:
    """Read a catalogue file alone, with the rows that cannot be read."""
    faults: list[SetupFault] = []
    return tuple(_rows(Path(path), _item, faults)), tuple(faults)


def _named(head: Mapping[str, Any], name: str) -> str:
    return str(head.get(name, f"{name}.csv"))


def _territories(
    near: Path, head: Mapping[str, Any], faults: list[SetupFault]
) -> Iterator[TerritorySetup]:
    """Read the territories where there are any; without them, the nearest point serves."""
    if "territories" in head or (near / "territories.csv").is_file():
        yield from _rows(near / _named(head, "territories"), _territory, faults)


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


@dataclass(frozen=True, slots=True)
class _Row:
    """Fields of one table or row, read with a mend for each that is wrong."""

    values: Mapping[str, Any]
    origin: Origin

    def text(self, name: str, *, otherwise: str | None = None) -> str:
        value = self.values.get(name)
        if value is None or not str(value).strip():
            if otherwise is not None:
                return otherwise
            raise _BadField(name, "", f"give {name}")
        return str(value).strip()

    def one_of(self, name: str, known: tuple[str, ...], *, otherwise: str | None = None) -> str:
        value = self.text(name, otherwise=otherwise)
        if value not in known:
            raise _BadField(name, value, "give one of " + ", ".join(known))
        return value

    def whole(self, name: str, *, at_least: int = 1, otherwise: int | None = None) -> int:
        said = self.text(name, otherwise="" if otherwise is not None else None)
        if not said and otherwise is not None:
            return otherwise
        if not said.removeprefix("-").isdecimal() or int(said) < at_least:
            raise _BadField(name, said, f"give a whole number of at least {at_least}")
        return int(said)

    def degrees(self, name: str, most: int) -> float:
        said = self.text(name)
        try:
            value = float(said)
        except ValueError:
            raise _BadField(name, said, "give degrees, such as 24.9441") from None
        if not -most <= value <= most:
            raise _BadField(name, said, f"give degrees of WGS 84 from -{most} to {most}")
        return value

    def flag(self, name: str, *, otherwise: str = "no") -> bool:
        said = self.text(name, otherwise=otherwise).lower()
        if said in {"yes", "true", "1", "是"}:
            return True
        if said in {"no", "false", "0", "否"}:
            return False
        raise _BadField(name, said, "give yes or no")

    def clock(self, name: str) -> time:
        said = self.text(name)
        try:
            return time.fromisoformat(said)
        except ValueError:
            raise _BadField(name, said, "give a time of day, such as 09:00") from None

    def instant(self, name: str) -> datetime:
        value = self.values.get(name)
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                raise _BadField(name, value, "give an instant such as 2022-04-01T00:00Z") from None
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, time(), UTC)
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise _BadField(name, value, "give an instant with its zone: 2022-04-01T00:00Z")
        return value.astimezone(UTC)


class _Tables:
    def __init__(
        self, file: str, head: Mapping[str, Any], text: str, faults: list[SetupFault]
    ) -> None:
        self._file, self._head, self._faults = file, head, faults
        self._lines = text.splitlines()

    def each(self, name: str, make: Callable[[_Row], T]) -> Iterator[T]:
        lines = [n for n, line in enumerate(self._lines, 1) if line.strip() == f"[[{name}]]"]
        tables = self._head.get(name, [])
        for number, values in enumerate(tables if isinstance(tables, list) else [tables]):
            line = lines[number] if number < len(lines) else 0
            yield from _made(_Row(values, Origin(self._file, line)), make, self._faults)


def _rows(file: Path, make: Callable[[_Row], T], faults: list[SetupFault]) -> Iterator[T]:
    reader = csv.DictReader(_text(file).splitlines(), restval="", strict=True)
    try:
        for values in reader:
            if not any(value for value in values.values()):
                continue
            row = _Row(values, Origin(file.name, reader.line_num))
            if None in values:
                extra = values[None]
                faults.append(_fault(row, "", extra, "quote a value that holds a comma"))
                continue
            yield from _made(row, make, faults)
    except csv.Error as fault:
        raise SetupUnreadable(
            file=file.name, line=reader.line_num, field="", mend=str(fault)
        ) from None


def _made(row: _Row, make: Callable[[_Row], T], faults: list[SetupFault]) -> Iterator[T]:
    try:
        yield make(row)
    except _BadField as bad:
        faults.append(_fault(row, bad.name, bad.value, bad.mend))


def _fault(row: _Row, name: str, value: object, mend: str) -> SetupFault:
    return SetupFault(
        code="setup.row-unreadable", field=name, value=str(value), mend=mend, origin=row.origin
    )


def _point(row: _Row) -> PointSetup:
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


def _market(row: _Row) -> MarketSetup:
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


def _zone(row: _Row) -> ZoneSetup:
    return ZoneSetup(
        place_code=row.text("place"),
        zone=row.one_of("zone", ZONES),
        since=row.instant("since"),
        until=row.instant("until") if "until" in row.values else None,
        origin=row.origin,
    )


def _territory(row: _Row) -> TerritorySetup:
    return TerritorySetup(
        place_code=row.text("place"), point_code=row.text("point"), origin=row.origin
    )


def _courier(row: _Row) -> CourierSetup:
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


def _item(row: _Row) -> ItemSetup:
    return ItemSetup(
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        base=row.one_of("base", BASES),
        default_unit=row.text("default_unit"),
        units=_units(row),
        weight_mg=row.whole("weight_mg"),
        volume_ul=row.whole("volume_ul"),
        category=row.one_of("category", CATEGORIES),
        cold=row.flag("cold"),
        household_limit=row.whole("household_limit"),
        substitute_class=row.text("substitute_class", otherwise="") or None,
        aliases=_parts(row.text("aliases", otherwise="")),
        origin=row.origin,
    )


def _units(row: _Row) -> dict[str, int]:
    units: dict[str, int] = {}
    for part in _parts(row.text("units", otherwise="")):
        unit, equals, count = part.partition("=")
        if not equals or not unit.strip() or not count.strip().isdecimal() or int(count) < 1:
            raise _BadField("units", part, "write unit=base units, such as 板=30;盒=10")
        units[unit.strip()] = int(count)
    return units


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("；", ";").split(";") if part.strip())


def _offer(row: _Row) -> OfferSetup:
    stock = row.text("stock_cases", otherwise="")
    return OfferSetup(
        market_code=row.text("market"),
        item=row.text("item"),
        case_base=row.whole("case_base"),
        price_fen=row.whole("price_fen"),
        stock_cases=row.whole("stock_cases", at_least=0) if stock else None,
        origin=row.origin,
    )
