"""Fit the geometry of foreign layers: kinds, crossings, places, exchanged coordinates, datum."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from geopandas.geodataframe import GeoDataFrame
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geodata.coordinates import Datum, shapes_to_wgs84
from geodata.exchange.cells import Faults
from geodata.findings import Finding, unsoundness
from geodata.layers import CONTRACT, Value

_EAST, _NORTH = 180.0, 90.0
_NEAR_DEG = 0.1
_MIN_CORE = 3


@dataclass(slots=True, kw_only=True)
class Shapes:
    """Rows of one layer, their columns read and their geometry not yet judged."""

    columns: dict[str, list[Value]]
    shapes: npt.NDArray[Any]

    @classmethod
    def of(cls, frame: GeoDataFrame, columns: dict[str, list[Value]]) -> "Shapes":
        """Take the geometry of a frame, without heights."""
        return cls(columns=columns, shapes=shapely.force_2d(frame.geometry.to_numpy()))

    def mark(self, row: int) -> str:
        """Name a row by its id."""
        return str(self.columns["id"][row]) or f"#{row + 1}"


def exchange_swapped(held: Sequence[tuple[str, Shapes]], findings: list[Finding]) -> None:
    """Put right shapes whose longitude and latitude are exchanged.

    Notes
    -----
    A shape counts as exchanged if it lies away from the bulk of all shapes and among them when
    its coordinates change places. If the bulk itself lies at no place on earth, none is touched:
    they are refused one by one.
    """
    spots = [_middles(shapes.shapes) for _, shapes in held]
    everything = np.concatenate([*spots, np.empty((0, 2))])
    on_earth = everything[_on_earth(everything)]
    if len(on_earth) < _MIN_CORE:
        return
    centre = np.median(on_earth, axis=0)
    reach = np.quantile(np.abs(on_earth - centre), 0.8, axis=0) * 3 + _NEAR_DEG
    for (layer, shapes), middle in zip(held, spots, strict=True):
        away = ~(np.abs(middle - centre) <= reach).all(axis=1)
        back = (np.abs(middle[:, ::-1] - centre) <= reach).all(axis=1)
        for row in np.flatnonzero(away & back).tolist():
            shapes.shapes[row] = shapely.transform(shapes.shapes[row], lambda xy: xy[:, ::-1])
            findings.append(
                Finding(code="layers.coordinates-swapped", place=f"{layer}:{shapes.mark(row)}")
            )


def _middles(shapes: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    bounds = shapely.bounds(shapes)
    return np.asarray((bounds[:, :2] + bounds[:, 2:]) / 2)


def _on_earth(spots: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    return (np.abs(spots[:, 0]) <= _EAST) & (np.abs(spots[:, 1]) <= _NORTH)


def fit_shapes(
    layer: str,
    held: Shapes,
    *,
    file: str,
    datum: Datum,
    findings: list[Finding],
    faults: Faults,
) -> list[dict[str, Any]]:
    """Make rows of a layer, in WGS 84; what cannot be one becomes a fault."""
    rows = []
    for number, shape in enumerate(held.shapes):
        mark = held.mark(number)
        parts, fault = _fitting(layer, shape)
        if fault:
            code, value, mend = fault
            faults.add(code, file=file, layer=layer, id=mark, value=value, mend=mend)
            continue
        if not shape.is_valid:
            findings.append(
                Finding(
                    code="layers.geometry-mended",
                    place=f"{layer}:{mark}",
                    facts=unsoundness(str(shapely.is_valid_reason(shape))),
                )
            )
        columns = {name: values[number] for name, values in held.columns.items()}
        for part, piece in enumerate(parts):
            own = {"id": f"{mark}:{part + 1}"} if len(parts) > 1 else {}
            rows.append(columns | own | {"geometry": shapes_to_wgs84(piece, datum)})
    return rows


def _fitting(
    layer: str, shape: BaseGeometry | None
) -> tuple[list[BaseGeometry], tuple[str, str, str] | None]:
    """Give the parts of a shape that the layer may hold, or code, value and mend of its fault."""
    allowed = CONTRACT[layer].shapes
    if shape is None or shape.is_empty:
        return [], ("layers.geometry-missing", "", "draw it: " + " or ".join(allowed))
    west, south, east, north = shape.bounds
    if not (np.isfinite(shape.bounds).all() and -_EAST <= west <= east <= _EAST):
        return [], _off(shape)
    if not -_NORTH <= south <= north <= _NORTH:
        return [], _off(shape)
    if "Polygon" in allowed:
        outline = largest_part(shape)
        if outline is not None:
            return [outline], None
    else:
        kind = Point if "Point" in allowed else LineString
        parts = shapely.get_parts(shape).tolist()
        if all(isinstance(part, kind) and part.is_valid for part in parts):
            return parts, None
    return [], ("layers.geometry-unfit", shape.geom_type, "use " + " or ".join(allowed))


def _off(shape: BaseGeometry) -> tuple[str, str, str]:
    lon, lat = shapely.get_coordinates(shape)[0].tolist()
    swapped = abs(lat) <= _EAST and abs(lon) <= _NORTH
    return (
        "layers.coordinates-swapped" if swapped else "layers.coordinates-out-of-range",
        f"{lon}, {lat}",
        "exchange longitude and latitude"
        if swapped
        else "give longitude from -180 to 180 and latitude from -90 to 90, in degrees",
    )


def largest_part(shape: BaseGeometry) -> BaseGeometry | None:
    """Give a valid outline; of one that crosses itself, the larger part of what it encloses."""
    if not isinstance(shape, Polygon | MultiPolygon):
        return None
    if not shape.is_valid:
        pieces = shapely.get_parts(shapely.get_parts(shapely.make_valid(shape)))
        polygons = [piece for piece in pieces if isinstance(piece, Polygon) and piece.area > 0]
        return max(polygons, key=lambda p: p.area, default=None)
    parts = shapely.get_parts(shape)
    return parts[0] if len(parts) == 1 else shape
