"""Trips of a run as tracks that other programs draw: codes and addresses, no names."""

import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Final, Literal

from geodata.directions.legs import Leg, legs
from geodata.district import District
from geodata.drawing.track_files import gpx_text, kml_text
from geodata.drawing.tracks import Track, TrackStop, geojson_text, plan_geojson
from geodata.travel.matrix import Stop
from geodata.travel.network import Network
from logistics.domain.sheets import SheetBook, SheetStop, SheetTrip
from logistics.exchange.closed_ground import ClosedTo
from logistics.exchange.map_folders import written
from logistics.exchange.sheets import Language, clock

Kind = Literal["geojson", "gpx", "kml"]
MEDIA: Final[dict[Kind, str]] = {
    "geojson": "application/geo+json",
    "gpx": "application/gpx+xml",
    "kml": "application/vnd.google-earth.kml+xml",
}
"""Media type of each kind of file; that of GPX is not registered, but the usual one."""

Ways = Mapping[str, tuple[Leg, ...]]
"""The legs of each trip, by its code: from the point over its stops and back."""


def lay_trip(
    trip: SheetTrip, district: District, closed: ClosedTo, *, with_steps: bool = False
) -> tuple[Leg, ...]:
    """Lay a trip on the map, if asked with what to do on the way; what is closed is not passed."""
    point = Stop(id=trip.point_code, lon=trip.point_lon, lat=trip.point_lat)
    visits = [Stop(id=stop.stairwell_code, lon=stop.lon, lat=stop.lat) for stop in trip.stops]
    network = Network.of(district, trip.mode, closed.shut(trip))
    spots = [point, *visits, point]
    return legs(district, spots, trip.mode, network=network, with_steps=with_steps)


def lay_book(book: SheetBook, district: District, *, with_steps: bool = False) -> Ways:
    """Lay every trip of a book on the map, as :func:`lay_trip`."""
    closed = ClosedTo(book, district)
    return {
        trip.code: lay_trip(trip, district, closed, with_steps=with_steps) for trip in book.trips
    }


def digests_of(book: SheetBook) -> dict[str, str]:
    """Fingerprint all that decides each trip's way: the map, what is closed, how, and where to.

    The map is known by what was set up and by when its folder was written.
    """
    wave = [moment.timestamp() for moment in book.wave or ()]
    ground = (
        _FORMAT,
        book.district_digest,
        written(book.district_folder),
        book.closed_gates,
        wave,
    )
    return {
        trip.code: hashlib.sha256(repr((ground, trip.mode, trip.closed, *_spots(trip))).encode())
        .hexdigest()
        for trip in book.trips
    }  # fmt: skip


def _spots(trip: SheetTrip) -> list[tuple[str, float, float]]:
    return [
        (trip.point_code, trip.point_lon, trip.point_lat),
        *((stop.stairwell_code, stop.lon, stop.lat) for stop in trip.stops),
    ]


_FORMAT: Final = 1
"""Another number where a way is laid or written otherwise: what is kept is laid anew then."""


def pack(way: tuple[Leg, ...]) -> bytes:
    """Write a way as it is kept."""
    columns = [
        (leg.origin, leg.target, leg.line, leg.distance_m, leg.duration_s, leg.gates, leg.streets)
        for leg in way
    ]
    return zlib.compress(json.dumps(columns, ensure_ascii=False).encode(), 6)


def unpack(content: bytes) -> tuple[Leg, ...]:
    """Read a way as it was kept."""
    return tuple(
        Leg(
            origin=origin,
            target=target,
            line=tuple((lon, lat) for lon, lat in line),
            distance_m=distance_m,
            duration_s=duration_s,
            gates=tuple(gates),
            streets=tuple(streets),
        )
        for origin, target, line, distance_m, duration_s, gates, streets in json.loads(
            zlib.decompress(content)
        )
    )


def tracks_of(book: SheetBook, ways: Ways, *, language: Language = "zh") -> tuple[Track, ...]:
    """Put names and times to the ways of a book; a trip without a way is left out."""
    return tuple(
        Track(
            code=trip.code,
            courier=trip.courier_code,
            mode=trip.mode,
            stops=(_start(trip, language), *(_stop(stop, language) for stop in trip.stops)),
            legs=ways[trip.code],
        )
        for trip in book.trips
        if trip.code in ways
    )


def write_tracks(book: SheetBook, ways: Ways, kind: Kind, *, language: Language) -> str:
    """Write a book's trips as a file of one kind; it names whose map they are drawn on.

    As GeoJSON it says how many trips are ``pending``: without a way so far, and left out.
    """
    tracks = tracks_of(book, ways, language=language)
    name = f"{book.run_code} {book.day.isoformat()} {book.district_name}"
    if kind == "gpx":
        return gpx_text(tracks, name=name, attribution=book.attribution)
    if kind == "kml":
        return kml_text(tracks, name=name, attribution=book.attribution)
    drawn = plan_geojson(tracks, attribution=book.attribution, synthetic=book.synthetic, name=name)
    return geojson_text(drawn | {"pending": len(book.trips) - len(tracks)})


def _start(trip: SheetTrip, language: Language) -> TrackStop:
    return TrackStop(
        seq=0,
        code=trip.point_code,
        name=trip.point_zh if language == "zh" else trip.point_en,
        lon=trip.point_lon,
        lat=trip.point_lat,
        arrival=clock(trip.departs_s),
    )


def _stop(stop: SheetStop, language: Language) -> TrackStop:
    names = stop.names_zh if language == "zh" else stop.names_en
    return TrackStop(
        seq=stop.seq,
        code=stop.stairwell_code,
        name=("" if language == "zh" else ", ").join(name for name in names if name),
        lon=stop.lon,
        lat=stop.lat,
        arrival=clock(stop.arrival_s),
    )
