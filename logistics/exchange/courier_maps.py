"""The way of each trip for a courier's phone: hints, gates, and a map that needs no network."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from geodata.directions.legs import Leg, legs
from geodata.directions.phrases import hints
from geodata.district import District
from geodata.drawing.nearby import nearby_geojson, round_line
from geodata.travel.matrix import Stop
from geodata.travel.network import Network
from logistics.domain.sheets import SheetBook, SheetTrip
from logistics.exchange.closed_ground import ClosedTo

_BESIDE_M: Final = 70  # a house wider than that beside the way helps nobody to find it


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOnWay:
    """A gate to pass, with the hours that the map gives it."""

    code: str
    name_zh: str
    name_en: str
    hours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How to come from one stop to the next; without a way the metres are -1."""

    hints_zh: str
    hints_en: str
    distance_m: int
    duration_s: int
    gates: tuple[GateOnWay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierMap:
    """The ways of each trip, by its code, to every stop and back; and what to draw."""

    ways: Mapping[str, tuple[Way, ...]]
    geojson: Mapping[str, Any]


def draw_courier_map(book: SheetBook, district: District) -> CourierMap:
    """Lay a courier's trips on the map and cut out what lies beside them.

    What is closed to the courier is not passed. Lines of the trips are features of the layer
    ``route``, with the trip's code and the number of the leg.
    """
    gates = _gates(district)
    ways: dict[str, tuple[Way, ...]] = {}
    lines, routes = [], []
    closed = ClosedTo(book, district)
    for trip in book.trips:
        found = _legs(trip, district, closed)
        ways[trip.code] = tuple(_way(leg, district, gates) for leg in found)
        for number, leg in enumerate(found, start=1):
            if len(leg.line) > 1:
                lines.append(leg.line)
                routes.append(_route(trip.code, number, leg))
    around = nearby_geojson(district, lines, metres=_BESIDE_M)
    return CourierMap(ways=ways, geojson={**around, "features": [*around["features"], *routes]})


def _gates(district: District) -> Mapping[str, GateOnWay]:
    columns = ("id", "code", "name_zh", "name_en", "hours")
    rows = zip(*(district.gates[name].tolist() for name in columns), strict=True)
    return {
        mark: GateOnWay(code=code, name_zh=zh or code, name_en=en or code, hours=hours or "")
        for mark, code, zh, en, hours in rows
    }


def _legs(trip: SheetTrip, district: District, closed: ClosedTo) -> tuple[Leg, ...]:
    point = Stop(id=trip.point_code, lon=trip.point_lon, lat=trip.point_lat)
    visits = [Stop(id=stop.stairwell_code, lon=stop.lon, lat=stop.lat) for stop in trip.stops]
    network = Network.of(district, trip.mode, closed.shut(trip))
    return legs(district, [point, *visits, point], trip.mode, network=network)


def _way(leg: Leg, district: District, gates: Mapping[str, GateOnWay]) -> Way:
    return Way(
        hints_zh=hints(leg.steps, district, "zh"),
        hints_en=hints(leg.steps, district, "en"),
        distance_m=leg.distance_m,
        duration_s=leg.duration_s,
        gates=tuple(gates[gate] for gate in leg.gates if gate in gates),
    )


def _route(trip: str, number: int, leg: Leg) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": round_line(leg.line)},
        "properties": {"layer": "route", "trip": trip, "leg": number},
    }
