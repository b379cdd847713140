"""Trips of a run as tracks that other programs draw: codes and addresses, no names."""

from typing import Final, Literal

from geodata.directions.legs import legs
from geodata.district import District
from geodata.drawing.track_files import gpx_text, kml_text
from geodata.drawing.tracks import Track, TrackStop, geojson_text, plan_geojson
from geodata.travel.matrix import Stop
from geodata.travel.network import Network
from logistics.domain.sheets import SheetBook, SheetStop, SheetTrip
from logistics.exchange.closed_ground import shut_of
from logistics.exchange.sheets import Language, clock

Kind = Literal["geojson", "gpx", "kml"]
MEDIA: Final[dict[Kind, str]] = {
    "geojson": "application/geo+json",
    "gpx": "application/gpx+xml",
    "kml": "application/vnd.google-earth.kml+xml",
}
"""Media type of each kind of file; that of GPX is not registered, but the usual one."""


def tracks_of(
    book: SheetBook, district: District, *, language: Language = "zh"
) -> tuple[Track, ...]:
    """Lay every trip of a book on the map, from the point over its stops and back.

    What is closed to a trip's courier is not passed.
    """
    return tuple(
        _track(
            trip,
            district,
            Network.of(district, trip.mode, shut_of(book, trip, district)),
            language,
        )
        for trip in book.trips
    )


def write_tracks(book: SheetBook, district: District, kind: Kind, *, language: Language) -> str:
    """Write a book's trips as a file of one kind; it names whose map they are drawn on."""
    tracks = tracks_of(book, district, language=language)
    name = f"{book.run_code} {book.day.isoformat()} {book.district_name}"
    if kind == "gpx":
        return gpx_text(tracks, name=name, attribution=book.attribution)
    if kind == "kml":
        return kml_text(tracks, name=name, attribution=book.attribution)
    return geojson_text(
        plan_geojson(tracks, attribution=book.attribution, synthetic=book.synthetic, name=name)
    )


def _track(trip: SheetTrip, district: District, network: Network, language: Language) -> Track:
    point = Stop(id=trip.point_code, lon=trip.point_lon, lat=trip.point_lat)
    visits = [Stop(id=stop.stairwell_code, lon=stop.lon, lat=stop.lat) for stop in trip.stops]
    start = TrackStop(
        seq=0,
        code=trip.point_code,
        name=trip.point_zh if language == "zh" else trip.point_en,
        lon=trip.point_lon,
        lat=trip.point_lat,
        arrival=clock(trip.departs_s),
    )
    return Track(
        code=trip.code,
        courier=trip.courier_code,
        mode=trip.mode,
        stops=(start, *(_stop(stop, language) for stop in trip.stops)),
        legs=legs(district, [point, *visits, point], trip.mode, network=network),
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
