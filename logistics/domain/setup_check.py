"""Part the rows of a setup that can be used from those that cannot, each with its mend."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from logistics.domain.setup import (
    MODES,
    ZONES,
    CourierSetup,
    ItemSetup,
    MarketSetup,
    OfferSetup,
    Origin,
    PointSetup,
    Setup,
    SetupFault,
    TerritorySetup,
    ZoneSetup,
)


class _Row(Protocol):
    @property
    def origin(self) -> Origin | None: ...


_R = TypeVar("_R", bound=_Row)
_Fault = tuple[str, str, object, str]  # code, field, value, mend
_MAX_LON, _MAX_LAT = 180, 90


@dataclass(slots=True)
class _Sieve:
    faults: list[SetupFault] = field(default_factory=list)

    def keep(
        self, rows: Iterable[_R], judge: Callable[[_R], _Fault | None], key: Callable[[_R], Any]
    ) -> tuple[_R, ...]:
        kept: dict[Any, _R] = {}
        for row in rows:
            fault = judge(row)
            if fault is None and key(row) in kept:
                twice = key(row)
                value = " ".join(map(str, twice)) if isinstance(twice, tuple) else twice
                fault = (
                    "setup.repeated",
                    _KEY_FIELD[type(row)],
                    value,
                    "keep one of both rows",
                )
            if fault is None:
                kept[key(row)] = row
                continue
            code, name, value, mend = fault
            self.faults.append(
                SetupFault(code=code, field=name, value=str(value), mend=mend, origin=row.origin)
            )
        return tuple(kept.values())


_KEY_FIELD: Mapping[type, str] = {
    PointSetup: "code",
    MarketSetup: "code",
    ZoneSetup: "place_code",
    TerritorySetup: "place_code",
    CourierSetup: "code",
    ItemSetup: "name_zh",
    OfferSetup: "item",
}


def sound(setup: Setup, place_codes: Collection[str]) -> tuple[Setup, tuple[SetupFault, ...]]:
    """Keep the rows that can be used; name every other with its file, line, field and mend.

    Of two rows with one code the first is kept. A row that refers to a row left out is left out
    too.

    Parameters
    ----------
    place_codes
        Codes of all places on the district's map.
    """
    sieve = _Sieve()
    taken = frozenset(place_codes)
    points = sieve.keep(setup.points, lambda row: _spot_fault(row, taken), _code)
    taken |= {row.code for row in points}
    markets = sieve.keep(
        setup.markets, lambda row: _market_fault(row, taken), lambda row: row.code
    )
    zones = sieve.keep(
        setup.zones, lambda row: _zone_fault(row, taken), lambda row: (row.place_code, row.since)
    )
    point_codes = {row.code for row in points}
    territories = sieve.keep(
        setup.territories,
        lambda row: _territory_fault(row, taken, point_codes),
        lambda row: row.place_code,
    )
    couriers = sieve.keep(setup.couriers, lambda row: _courier_fault(row, point_codes), _code)
    items = sieve.keep(setup.items, _item_fault, lambda row: row.name_zh)
    market_codes = {row.code for row in markets}
    names = {row.name_zh for row in items}
    offers = sieve.keep(
        setup.offers,
        lambda row: _offer_fault(row, market_codes, names),
        lambda row: (row.market_code, row.item),
    )
    kept = replace(
        setup,
        points=points,
        markets=markets,
        zones=zones,
        territories=territories,
        couriers=couriers,
        items=items,
        offers=offers,
    )
    return kept, tuple(sieve.faults)


def _code(row: PointSetup | MarketSetup | CourierSetup) -> str:
    return row.code


def _spot_fault(row: PointSetup | MarketSetup, taken: Collection[str]) -> _Fault | None:
    if row.code in taken:
        return ("setup.repeated", "code", row.code, "choose a code that no other place has")
    if not (abs(row.lon) <= _MAX_LON and abs(row.lat) <= _MAX_LAT):
        return ("setup.position", "lon", row.lon, "give degrees of WGS 84, longitude first")
    return None


def _market_fault(row: MarketSetup, taken: Collection[str]) -> _Fault | None:
    if row.opens >= row.closes:
        return ("market.hours", "closes", row.closes, f"close after opening at {row.opens:%H:%M}")
    return _spot_fault(row, taken)


def _zone_fault(row: ZoneSetup, codes: Collection[str]) -> _Fault | None:
    if row.place_code not in codes:
        return ("place.unknown", "place_code", row.place_code, "use a code of the district's map")
    if row.zone not in ZONES:
        return ("zone.unknown", "zone", row.zone, f"use one of {', '.join(ZONES)}")
    if row.until is not None and row.until <= row.since:
        return ("zone.ends-early", "until", row.until, "end the zone after it begins")
    return None


def _territory_fault(
    row: TerritorySetup, codes: Collection[str], point_codes: Collection[str]
) -> _Fault | None:
    if row.place_code not in codes:
        return ("place.unknown", "place_code", row.place_code, "use a code of the district's map")
    if row.point_code not in point_codes:
        return ("point.unknown", "point_code", row.point_code, "use the code of one of the points")
    return None


def _courier_fault(row: CourierSetup, points: Collection[str]) -> _Fault | None:
    if row.shift_start is None or row.shift_end is None:
        name = "shift_start" if row.shift_start is None else "shift_end"
        return ("courier.no-shift", name, "", "give the shift as HH:MM in local time")
    if row.shift_start >= row.shift_end:
        mend = f"end the shift after {row.shift_start:%H:%M} on the same day"
        return ("courier.shift", "shift_end", row.shift_end, mend)
    if row.point_code not in points:
        mend = f"use one of {', '.join(sorted(points)) or 'the points, of which there are none'}"
        return ("point.unknown", "point_code", row.point_code, mend)
    return _load_fault(row)


def _load_fault(row: CourierSetup) -> _Fault | None:
    if row.mode not in MODES:
        return ("courier.mode", "mode", row.mode, f"use one of {', '.join(MODES)}")
    for name in ("capacity_g", "capacity_ml", "capacity_bags", "max_trips"):
        if getattr(row, name) < 1:
            return ("courier.capacity", name, getattr(row, name), "give at least 1")
    if not 0 <= row.zone_max < len(ZONES):
        return ("courier.zone", "zone_max", row.zone_max, f"use 0 to {len(ZONES) - 1}")
    return None


def _item_fault(row: ItemSetup) -> _Fault | None:
    if row.household_limit < 1:
        return ("item.limit", "household_limit", row.household_limit, "give at least 1")
    if bad := [unit for unit, count in row.units.items() if count < 1]:
        return ("item.unit", "units", bad[0], "let every unit hold at least 1 base unit")
    return None


def _offer_fault(
    row: OfferSetup, markets: Collection[str], items: Collection[str]
) -> _Fault | None:
    if row.market_code not in markets:
        mend = f"use one of {', '.join(sorted(markets)) or 'the markets, of which there are none'}"
        return ("market.unknown", "market_code", row.market_code, mend)
    if row.item not in items:
        return (
            "item.unknown",
            "item",
            row.item,
            "add it to the catalogue or mend its name",
        )
    for name in ("case_base", "price_fen"):
        if getattr(row, name) < 1:
            return ("offer.amount", name, getattr(row, name), "give at least 1")
    if row.stock_cases is not None and row.stock_cases < 0:
        return (
            "offer.amount",
            "stock_cases",
            row.stock_cases,
            "give 0 or more, or nothing",
        )
    return None
