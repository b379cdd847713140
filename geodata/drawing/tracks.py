"""Routes and districts as GeoJSON (RFC 7946), for pages and other programs.

Codes and places only: what is written here names no person and no list.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

import numpy as np
import shapely
from geopandas.geodataframe import GeoDataFrame
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geodata.directions.legs import Leg
from geodata.district import District

Language = Literal["zh", "en"]
DIGITS = 7
"""Decimals of a degree: 7 are a centimetre, all that RFC 7946 (section 11.2) finds sensible."""

_SHOWN = ("compounds", "buildings", "stairwells", "gates", "walls", "ways", "areas", "sites")
_TOLD = (
    ("compound_id", "compound"),
    ("building_id", "building"),
    ("kind", "kind"),
    ("levels", "levels"),
    ("open", "open"),
    ("hours", "hours"),
    ("rule", "rule"),
    ("barrier", "barrier"),
    ("highway", "highway"),
    ("walled", "walled"),
    ("dwelling", "dwelling"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackStop:
    """A stop of a trip as a map shows it; ``seq`` 0 is the point where the trip begins.

    ``name`` says the place as people do; ``arrival`` is a wall clock such as ``09:05``, or empty.
    """

    seq: int
    code: str
    name: str
    lon: float
    lat: float
    arrival: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One trip on the map: its stops in order, the point first, and the legs between them.

    The last leg may lead back to the point.
    """

    code: str
    courier: str
    mode: str
    stops: tuple[TrackStop, ...]
    legs: tuple[Leg, ...]

    @property
    def distance_m(self) -> int:
        """Length of the legs that exist."""
        return sum(max(leg.distance_m, 0) for leg in self.legs)

    @property
    def duration_s(self) -> int:
        """Time of the legs that exist, without the time at stops."""
        return sum(max(leg.duration_s, 0) for leg in self.legs)


def district_geojson(
    district: District,
    *,
    zones: Mapping[str, str] | None = None,
    closed_gates: frozenset[str] = frozenset(),
    language: Language = "zh",
    layers: Sequence[str] = _SHOWN,
) -> dict[str, Any]:
    """Give a district's layers as one FeatureCollection; each feature names its layer.

    Parameters
    ----------
    zones
        Zone of places by their id; written on the compounds and buildings that it names.
    closed_gates
        Gates that are closed although the map has them open.
    """
    features = [
        feature
        for layer in layers
        for feature in _features(layer, getattr(district, layer), zones or {}, language)
    ]
    for feature in features:
        if feature["properties"]["layer"] == "gates" and feature["id"] in closed_gates:
            feature["properties"]["open"] = False
    return _collection(features, district.attribution, synthetic=district.synthetic) | {
        "name": district.name
    }


def plan_geojson(
    tracks: Sequence[Track], *, attribution: str, synthetic: bool, name: str = ""
) -> dict[str, Any]:
    """Give the trips of a plan as one FeatureCollection: a line per leg, a point per stop.

    A leg without a way, or without length, has no geometry: its times and gates still count.
    """
    features = [feature for track in tracks for feature in _track_features(track)]
    return _collection(features, attribution, synthetic=synthetic) | {"name": name}


def geojson_text(collection: Mapping[str, Any]) -> str:
    """Write a collection as JSON; no number that JSON does not know ever passes."""
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _features(
    layer: str, frame: GeoDataFrame | None, zones: Mapping[str, str], language: Language
) -> Iterable[dict[str, Any]]:
    if frame is None or not len(frame):
        return
    shapes = shapely.orient_polygons(frame.geometry.to_numpy(), exterior_cw=False)
    for row, shape in zip(frame.drop(columns="geometry").to_dict("records"), shapes, strict=True):
        told = {name: _bare(row[column]) for column, name in _TOLD if column in row}
        properties = {"layer": layer, "code": row.get("code", ""), "name": _named(row, language)}
        if row["id"] in zones:
            told["zone"] = zones[row["id"]]
        yield {
            "type": "Feature",
            "id": str(row["id"]),
            "geometry": _geometry(shape),
            "properties": properties | told,
        }


def _named(row: Mapping[str, Any], language: Language) -> str:
    other = "en" if language == "zh" else "zh"
    return str(row.get(f"name_{language}") or row.get(f"name_{other}") or "")


def _track_features(track: Track) -> Iterable[dict[str, Any]]:
    whose = {"trip": track.code, "courier": track.courier, "mode": track.mode}
    for number, leg in enumerate(track.legs, start=1):
        line = [_spot(lon, lat) for lon, lat in leg.line]
        yield {
            "type": "Feature",
            "id": f"{track.code}/leg/{number}",
            "geometry": {"type": "LineString", "coordinates": line} if len(line) > 1 else None,
            "properties": {
                "kind": "leg",
                **whose,
                "leg": number,
                "from": leg.origin,
                "to": leg.target,
                "reachable": leg.distance_m >= 0,
                "distance_m": leg.distance_m if leg.distance_m >= 0 else None,
                "duration_s": leg.duration_s if leg.duration_s >= 0 else None,
                "gates": list(leg.gates),
                "streets": list(leg.streets),
            },
        }
    for stop in track.stops:
        yield {
            "type": "Feature",
            "id": f"{track.code}/stop/{stop.seq}",
            "geometry": {"type": "Point", "coordinates": _spot(stop.lon, stop.lat)},
            "properties": {
                "kind": "stop" if stop.seq else "point",
                **whose,
                "seq": stop.seq,
                "code": stop.code,
                "name": stop.name,
                "arrival": stop.arrival,
            },
        }


def _collection(
    features: list[dict[str, Any]], attribution: str, *, synthetic: bool
) -> dict[str, Any]:
    """Put features together, with the bounds of them all and who is to be named."""
    found: dict[str, Any] = {"type": "FeatureCollection"}
    if bbox := bounds_of(feature["geometry"] for feature in features):
        found["bbox"] = bbox
    return found | {"attribution": attribution, "synthetic": synthetic, "features": features}


def bounds_of(geometries: Iterable[Mapping[str, Any] | None]) -> list[float]:
    """Return west, south, east and north of GeoJSON geometries; empty if there are none."""
    spots = list(chain.from_iterable(_spots(one["coordinates"]) for one in geometries if one))
    if not spots:
        return []
    lons, lats = zip(*spots, strict=True)
    return [min(lons), min(lats), max(lons), max(lats)]


def _spots(coordinates: Sequence[Any]) -> Iterable[Sequence[float]]:
    if not coordinates or isinstance(coordinates[0], float | int):
        return [coordinates[:2]] if coordinates else []
    if coordinates[0] and isinstance(coordinates[0][0], float | int):
        return (spot[:2] for spot in coordinates)
    return chain.from_iterable(map(_spots, coordinates))


def _geometry(shape: BaseGeometry) -> dict[str, Any] | None:
    """Write a shape with rounded coordinates; an empty one has no geometry (section 3.2)."""
    if shape.is_empty:
        return None
    flat = shapely.force_2d(shape)
    rounded = shapely.transform(flat, lambda spots: np.round(spots, DIGITS))
    said: dict[str, Any] = mapping(rounded)
    return {"type": said["type"], "coordinates": _lists(said["coordinates"])}


def _lists(coordinates: Any) -> Any:
    return (
        [_lists(inner) for inner in coordinates]
        if isinstance(coordinates, tuple)
        else (float(coordinates))
    )


def _spot(lon: float, lat: float) -> list[float]:
    return [round(float(lon), DIGITS), round(float(lat), DIGITS)]


def _bare(value: Any) -> Any:
    """Take a numpy number out of its shell, which JSON would not know."""
    return value.item() if isinstance(value, np.generic) else value
