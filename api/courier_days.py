"""A courier's day as one piece of JSON, as its page keeps it on the phone."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from logistics.domain.courier_days import CourierDay, CourierRun
from logistics.domain.sheets import SheetStop, SheetTrip
from logistics.exchange.courier_maps import CourierMap, Way
from logistics.exchange.sheets import address
from logistics.usecases.lay_courier_ways import lay_courier_ways

_MARK_CHARS: Final = 20  # of a hash: enough to tell labels apart, nothing to make one from
_AT_DOOR: Final = "door"


def day_content(found: CourierDay) -> dict[str, Any]:
    """Write a day: codes and places, no names; rooms only where goods go to the door."""
    return {
        "courier": found.courier,
        "district": found.district,
        "zone": found.zone_name,
        "day": found.day.isoformat(),
        "runs": [_run(one, found.courier) for one in found.runs],
    }


def _run(one: CourierRun, courier: str) -> dict[str, Any]:
    laid = lay_courier_ways(one.book) if one.book.trips else None
    return {
        "run": one.run.code,
        "day": one.run.day.isoformat(),
        "wave": one.run.wave,
        "plan": one.plan_id,
        "separation_s": one.run.separation_s,
        "forget_at": one.forget_at.isoformat(),
        "sheet": f"/api/v1/runs/{one.run.code}/sheets/{courier}.pdf",
        "attribution": one.book.attribution,
        "synthetic": one.book.synthetic,
        "states": dict(one.states),
        "trips": [_trip(trip, one, laid) for trip in one.book.trips],
        "map": laid.geojson if laid else None,
    }


def _trip(trip: SheetTrip, one: CourierRun, laid: CourierMap | None) -> dict[str, Any]:
    ways = laid.ways.get(trip.code, ()) if laid else ()
    return {
        "code": trip.code,
        "no": trip.no,
        "of": trip.trips,
        "mode": trip.mode,
        "point": {
            "code": trip.point_code,
            "zh": trip.point_zh or trip.point_code,
            "en": trip.point_en or trip.point_code,
            "lon": trip.point_lon,
            "lat": trip.point_lat,
        },
        "departs_at": _instant(one.midnight, trip.departs_s),
        "returns_at": _instant(one.midnight, trip.returns_s),
        "weight_g": trip.weight_g,
        "volume_ml": trip.volume_ml,
        "stops": [
            _stop(stop, one, ways[n] if n < len(ways) else None)
            for n, stop in enumerate(trip.stops)
        ],
        "home": _way(ways[-1]) if ways else None,
    }


def _stop(stop: SheetStop, one: CourierRun, way: Way | None) -> dict[str, Any]:
    return {
        "seq": stop.seq,
        "place": stop.stairwell_code,
        "zh": address(stop.names_zh, "zh"),
        "en": address(stop.names_en, "en"),
        "note": stop.note,
        "lon": stop.lon,
        "lat": stop.lat,
        "protected": stop.protected,
        "drop": stop.drop_mode,
        "slot": one.slots.get(stop.stairwell_code, stop.stairwell_code),
        "arrives_at": _instant(one.midnight, stop.arrival_s),
        "leaves_at": _instant(one.midnight, stop.leave_s),
        "way": _way(way) if way else None,
        "bags": [
            {
                "code": bag.code,
                "mark": _mark(one.bags[bag.code].token),
                "state": one.bags[bag.code].state,
                "compartment": bag.compartment,
                "weight_g": bag.weight_g,
                "room": bag.room if stop.drop_mode == _AT_DOOR else "",
            }
            for bag in stop.bags
        ],
        "errands": [
            {
                "id": errand.id,
                "kind": errand.kind,
                "leg": errand.leg,
                "label": errand.household,
                "ticket": errand.ticket,
                "cancelled": errand.cancelled,
                "state": one.errands.get(errand.id, ""),
            }
            for errand in stop.errands
        ],
    }


def _way(way: Way) -> dict[str, Any]:
    return {
        "zh": way.hints_zh,
        "en": way.hints_en,
        "distance_m": way.distance_m,
        "duration_s": way.duration_s,
        "gates": [
            {"code": gate.code, "zh": gate.name_zh, "en": gate.name_en, "hours": gate.hours}
            for gate in way.gates
        ],
    }


def _mark(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:_MARK_CHARS] if token else ""


def _instant(midnight: datetime, second: int) -> str:
    return (midnight + timedelta(seconds=second)).isoformat()
