"""What lies along a way, as little GeoJSON as a phone without a network needs to draw it."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

import shapely
from geopandas.geodataframe import GeoDataFrame
from shapely.geometry import MultiLineString, mapping
from shapely.geometry.base import BaseGeometry

from geodata.district import District

Line = Sequence[tuple[float, float]]
_M_PER_DEGREE: Final = 111_320.0
_COARSE: Final = 1e-5  # of a degree: about a metre, finer than a screen shows a house
_DIGITS: Final = 6  # of a degree: about a decimetre
_SHOWN: Final = (
    ("buildings", ("name_zh", "name_en", "dwelling")),
    ("walls", ()),
    ("ways", ("highway",)),
    ("gates", ("code", "name_zh", "name_en", "open", "hours")),
)


def nearby_geojson(
    district: District, lines: Iterable[Line], *, metres: int = 60
) -> dict[str, Any]:
    """Give houses, walls, ways and gates within some metres of lines as a FeatureCollection.

    Each feature names its ``layer``. Shapes are simplified to about a metre.

    Notes
    -----
    Distances are measured in degrees of longitude at the district's latitude, so to the north and
    south a little more is given than asked for.
    """
    spots = [line for line in lines if len(line) > 1]
    if not spots:
        return {"type": "FeatureCollection", "features": []}
    middle = math.radians(spots[0][0][1])
    wide = metres / (_M_PER_DEGREE * max(math.cos(middle), 0.1))
    corridor = MultiLineString(spots).buffer(wide, quad_segs=2)
    features = [
        feature
        for layer, told in _SHOWN
        for feature in _features(layer, getattr(district, layer), told, corridor)
    ]
    return {"type": "FeatureCollection", "features": features}


def round_line(line: Line) -> list[list[float]]:
    """Write a line with as many decimals as a screen shows."""
    return [[round(float(lon), _DIGITS), round(float(lat), _DIGITS)] for lon, lat in line]


def _features(
    layer: str, frame: GeoDataFrame, told: Sequence[str], corridor: BaseGeometry
) -> Iterable[dict[str, Any]]:
    if not len(frame):
        return
    rows = sorted(int(row) for row in frame.sindex.query(corridor, predicate="intersects"))
    for row in rows:
        shape = frame.geometry.iloc[row]
        drawn = shape if layer == "gates" else shapely.simplify(shape, _COARSE)
        if layer in ("ways", "walls"):
            drawn = shapely.intersection(drawn, corridor)
        if drawn.is_empty:
            continue
        properties = {"layer": layer}
        for name in told:
            value = frame[name].iloc[row]
            properties[name] = value.item() if hasattr(value, "item") else value
        said: dict[str, Any] = mapping(shapely.force_2d(drawn))
        yield {
            "type": "Feature",
            "geometry": {"type": said["type"], "coordinates": _rounded(said["coordinates"])}
            if "coordinates" in said
            else _collected(said),
            "properties": properties,
        }


def _collected(said: dict[str, Any]) -> dict[str, Any]:
    parts = [
        {"type": one["type"], "coordinates": _rounded(one["coordinates"])}
        for one in said["geometries"]
    ]
    return {"type": "GeometryCollection", "geometries": parts}


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, tuple):
        return [_rounded(inner) for inner in coordinates]
    return round(float(coordinates), _DIGITS)
