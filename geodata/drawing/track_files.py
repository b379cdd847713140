"""Routes as files for other devices: GPX 1.1 and KML 2.2."""

import re
from collections.abc import Sequence
from datetime import datetime
from xml.etree import ElementTree as ET

from geodata.directions.legs import Leg
from geodata.drawing.tracks import DIGITS, Track, TrackStop

GPX = "http://www.topografix.com/GPX/1/1"
KML = "http://www.opengis.net/kml/2.2"
_ODBL = "https://opendatacommons.org/licenses/odbl/1-0/"
_CREATOR = "SupplyLoop"
_KML_COLOURS = ("ffb27200", "ff005ed5", "ff739e00", "ffa779cc", "ff000000", "ff009fe6")
"""Okabe and Ito's colours for colour-blind readers (2008), as KML writes them: alpha, blue,
green, red."""
_UNSAID = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (section 2.2) cannot hold."""


def gpx_text(
    tracks: Sequence[Track], *, name: str, attribution: str, at: datetime | None = None
) -> str:
    """Write trips as GPX 1.1: a way point per stop, and a track per trip with a segment per leg.

    Parameters
    ----------
    at
        When the file is made; left out without one, so that equal plans give equal files.
    """
    root = ET.Element("gpx", {"xmlns": GPX, "version": "1.1", "creator": _CREATOR})
    head = ET.SubElement(root, "metadata")
    _say(head, "name", name)
    _say(head, "desc", attribution)
    if "OpenStreetMap" in attribution:
        rights = ET.SubElement(head, "copyright", {"author": "OpenStreetMap contributors"})
        _say(rights, "license", _ODBL)
    if at is not None:
        _say(head, "time", at.isoformat())
    if bounds := _bounds(tracks):
        ET.SubElement(head, "bounds", bounds)
    for track in tracks:
        for stop in track.stops:
            _way_point(root, track, stop)
    for number, track in enumerate(tracks, start=1):
        _gpx_track(root, track, number)
    return _written(root)


def kml_text(tracks: Sequence[Track], *, name: str, attribution: str) -> str:
    """Write trips as KML 2.2: a folder per trip with its legs as lines and its stops as marks."""
    root = ET.Element("kml", {"xmlns": KML})
    document = ET.SubElement(root, "Document")
    _say(document, "name", name)
    _say(document, "description", attribution)
    for number, colour in enumerate(_KML_COLOURS):
        style = ET.SubElement(document, "Style", {"id": f"trip{number}"})
        line = ET.SubElement(style, "LineStyle")
        _say(line, "color", colour)
        _say(line, "width", "4")
    for number, track in enumerate(tracks):
        _kml_trip(document, track, f"#trip{number % len(_KML_COLOURS)}")
    return _written(root)


def _way_point(root: ET.Element, track: Track, stop: TrackStop) -> None:
    spot = ET.SubElement(root, "wpt", _spot(stop.lon, stop.lat))
    _say(spot, "name", _title(track, stop))
    _say(spot, "desc", _told(stop))
    _say(spot, "sym", "Flag, Blue" if stop.seq else "Building")
    _say(spot, "type", "stop" if stop.seq else "point")


def _gpx_track(root: ET.Element, track: Track, number: int) -> None:
    element = ET.SubElement(root, "trk")
    _say(element, "name", track.code)
    _say(element, "desc", f"{track.courier} · {track.distance_m} m · {track.duration_s} s")
    _say(element, "number", str(number))
    _say(element, "type", track.mode)
    for leg in track.legs:
        if len(leg.line) < 2:  # noqa: PLR2004  a line needs two ends
            continue
        segment = ET.SubElement(element, "trkseg")
        for lon, lat in leg.line:
            ET.SubElement(segment, "trkpt", _spot(lon, lat))


def _kml_trip(document: ET.Element, track: Track, style: str) -> None:
    folder = ET.SubElement(document, "Folder")
    _say(folder, "name", track.code)
    _say(folder, "description", f"{track.courier} · {track.mode} · {track.distance_m} m")
    for number, leg in enumerate(track.legs, start=1):
        if len(leg.line) > 1:
            _kml_leg(folder, leg, number, style)
    for stop in track.stops:
        mark = ET.SubElement(folder, "Placemark")
        _say(mark, "name", _title(track, stop))
        _say(mark, "description", _told(stop))
        point = ET.SubElement(mark, "Point")
        _say(point, "coordinates", f"{_number(stop.lon)},{_number(stop.lat)}")


def _kml_leg(folder: ET.Element, leg: Leg, number: int, style: str) -> None:
    mark = ET.SubElement(folder, "Placemark")
    _say(mark, "name", f"{number}: {leg.origin} → {leg.target}")
    _say(mark, "description", f"{leg.distance_m} m · {leg.duration_s} s")
    _say(mark, "styleUrl", style)
    line = ET.SubElement(mark, "LineString")
    _say(line, "tessellate", "1")
    _say(line, "coordinates", " ".join(f"{_number(lon)},{_number(lat)}" for lon, lat in leg.line))


def _title(track: Track, stop: TrackStop) -> str:
    return f"{track.code} {stop.seq} {stop.code}" if stop.seq else f"{track.code} {stop.code}"


def _told(stop: TrackStop) -> str:
    return " ".join(word for word in (stop.arrival, stop.name) if word)


def _spot(lon: float, lat: float) -> dict[str, str]:
    return {"lat": _number(lat), "lon": _number(lon)}


def _bounds(tracks: Sequence[Track]) -> dict[str, str]:
    spots = [(stop.lon, stop.lat) for track in tracks for stop in track.stops]
    spots += [spot for track in tracks for leg in track.legs for spot in leg.line]
    if not spots:
        return {}
    lons, lats = zip(*spots, strict=True)
    return {
        "minlat": _number(min(lats)),
        "minlon": _number(min(lons)),
        "maxlat": _number(max(lats)),
        "maxlon": _number(max(lons)),
    }


def _number(degrees: float) -> str:
    return f"{degrees:.{DIGITS}f}"


def _say(parent: ET.Element, tag: str, words: str) -> None:
    ET.SubElement(parent, tag).text = _UNSAID.sub("", words)


def _written(root: ET.Element) -> str:
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"
