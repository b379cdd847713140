"""Areas from GeoJSON: polygons in WGS 84, checked before anything is closed by them."""

import json
import math
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry import Polygon as Shape

from logistics.domain.closures import Polygon, Ring
from logistics.errors import Invalid

_POSITIONS_AT_MOST: Final = 10_000
_BYTES_AT_MOST: Final = 5_000_000
_RING_AT_LEAST: Final = 4


class AreaUnreadable(Invalid):
    """The file or body is no GeoJSON polygon that an area can be made of."""

    code = "area.unreadable"


def read_area(path: Path) -> tuple[Polygon, ...]:
    """Read all polygons of a GeoJSON file.

    Raises
    ------
    AreaUnreadable
        If there is no such file, or it is not as :func:`area_of` needs it.
    """
    try:
        if path.stat().st_size > _BYTES_AT_MOST:
            raise _refused(path.name, "file", "too large", "simplify the outline")
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        raise _refused(path.name, "file", str(fault), "give a GeoJSON file") from fault
    return area_of(content, source=path.name)


def area_of(content: Any, *, source: str = "") -> tuple[Polygon, ...]:
    """Take the polygons out of a GeoJSON geometry, feature or collection.

    Notes
    -----
    RFC 7946: positions are lon, lat in WGS 84. Another system said under ``crs``, as files of
    before 2016 have it, is refused, not converted.

    Raises
    ------
    AreaUnreadable
        If there is no polygon, a position lies nowhere on earth, an outline crosses itself, or
        another system of coordinates is said.
    """
    _refuse_other_systems(content, source)
    found: list[Polygon] = []
    for geometry in _geometries(content, source):
        shapes = geometry["coordinates"]
        if geometry["type"] == "Polygon":
            shapes = [shapes]
        if not isinstance(shapes, list):
            raise _refused(source, "coordinates", shapes, "give rings of positions")
        found += [_polygon(rings, source) for rings in shapes]
    if not found:
        raise _refused(source, "type", "no polygon", "draw the area as a polygon")
    if sum(len(ring) for rings in found for ring in rings) > _POSITIONS_AT_MOST:
        raise _refused(source, "coordinates", "too many positions", "simplify the outline")
    return tuple(found)


def _geometries(content: Any, source: str) -> list[dict[str, Any]]:
    kind = content.get("type") if isinstance(content, dict) else None
    if kind == "FeatureCollection" and isinstance(content.get("features"), list):
        return [one for part in content["features"] for one in _geometries(part, source)]
    if kind == "Feature":
        return _geometries(content.get("geometry"), source)
    if kind in ("Polygon", "MultiPolygon") and "coordinates" in content:
        return [content]
    raise _refused(source, "type", kind, "give a Polygon or MultiPolygon")


def _refuse_other_systems(content: Any, source: str) -> None:
    crs = content.get("crs") if isinstance(content, dict) else None
    if crs is not None and not any(
        name in json.dumps(crs) for name in ("CRS84", "EPSG::4326", "EPSG:4326")
    ):
        raise _refused(source, "crs", json.dumps(crs), "convert the file to WGS 84 first")


def _polygon(rings: Any, source: str) -> Polygon:
    if not isinstance(rings, list) or not rings:
        raise _refused(source, "coordinates", rings, "give rings of positions")
    polygon = tuple(_ring(ring, source) for ring in rings)
    shape = Shape(polygon[0], polygon[1:])
    if not shape.is_valid or shape.area == 0:
        why = shapely.is_valid_reason(shape) if not shape.is_valid else "no extent"
        raise _refused(source, "coordinates", why, "draw an outline that does not cross itself")
    return polygon


def _ring(ring: Any, source: str) -> Ring:
    if not isinstance(ring, list) or len(ring) < _RING_AT_LEAST or ring[0] != ring[-1]:
        raise _refused(source, "coordinates", ring, "close each ring: at least four positions")
    return tuple(_position(spot, source) for spot in ring)


def _position(spot: Any, source: str) -> tuple[float, float]:
    numbers = spot if isinstance(spot, list) else []
    plain = all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers)
    if len(numbers) < 2 or not plain:  # noqa: PLR2004  lon, lat
        raise _refused(source, "coordinates", spot, "give positions as lon, lat")
    lon, lat = float(numbers[0]), float(numbers[1])
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004  degrees
        raise _refused(source, "coordinates", spot, "give lon, lat in degrees of WGS 84")
    return lon, lat


def _refused(source: str, field: str, value: object, mend: str) -> AreaUnreadable:
    return AreaUnreadable(file=source, field=field, value=str(value)[:80], mend=mend)
