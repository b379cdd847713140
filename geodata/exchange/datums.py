"""Find layers that were taken with another datum than the rest: shifted by GCJ-02's offset.

No numbers say what datum they are in, but layers of one district have to fit each other: doors lie
on houses, gates on ways, and streets run between houses, not through them. A layer that fits only
when the shift between WGS 84 and GCJ-02 is taken off (or put on) was mixed up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from geopandas.geodataframe import GeoDataFrame

from geodata.coordinates import Datum, convert
from geodata.layers import WGS84

_LEAST_SHIFT_M = 100.0
_LEAST_ROWS = 3
_MANY = 3000
_INSIDE_SHARE = 0.08
_BETTER = 4.0
_PAIRS = (("stairwells", "buildings"), ("gates", "ways"), ("buildings", "compounds"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedDatum:
    """A layer that lies where another datum would have put it.

    Parameters
    ----------
    against
        The layer that it does not fit.
    shift_m
        By how much it is off.
    datum
        What the layer seems to be in, beside what was stated for both.
    """

    layer: str
    against: str
    shift_m: float
    datum: Datum
    lon: float
    lat: float


def mixed_datums(frames: Mapping[str, GeoDataFrame], metric_crs: str) -> tuple[MixedDatum, ...]:
    """Name layers that fit the others only after a shift between WGS 84 and GCJ-02.

    Parameters
    ----------
    frames
        Layers in what is taken for WGS 84.
    """
    filled = {layer: frame for layer, frame in frames.items() if len(frame)}
    if not filled:
        return ()
    boxes = np.array([frame.total_bounds for frame in filled.values()])
    lon, lat = float(np.median(boxes[:, [0, 2]])), float(np.median(boxes[:, [1, 3]]))
    forth = pyproj.Transformer.from_crs(WGS84, metric_crs, always_xy=True)
    here = np.array(forth.transform(lon, lat))
    shifted = convert(lon, lat, Datum.WGS84, Datum.GCJ02)
    shift = np.array(forth.transform(float(shifted[0]), float(shifted[1]))) - here
    length = float(np.hypot(*shift))
    if length < _LEAST_SHIFT_M:  # outside China the two are one
        return ()
    placed = ((layer, _in_metres(frame, forth)) for layer, frame in filled.items())
    metric = {layer: shapes for layer, shapes in placed if len(shapes)}
    found: dict[str, MixedDatum] = {}
    for layer, against in _PAIRS:
        if layer in metric and against in metric:
            sign = _nearer_by(metric[layer], metric[against], shift)
            if sign:
                found[layer] = _mixed(layer, against, length, sign, filled[layer])
    if not {"buildings", "ways"} - metric.keys():
        sign = _clearer_by(metric["ways"], metric["buildings"], shift)
        if sign and "gates" not in found:
            found["ways"] = _mixed("ways", "buildings", length, sign, filled["ways"])
    return tuple(found.values())


def _in_metres(frame: GeoDataFrame, forth: pyproj.Transformer) -> npt.NDArray[Any]:
    """Give sound shapes in metres, without those that lie at no place on earth."""
    shapes = frame.geometry.to_numpy()[:_MANY]
    moved = shapely.transform(shapes, forth.transform, interleaved=False)
    on_earth = np.isfinite(shapely.bounds(moved)).all(axis=1)
    return np.asarray(shapely.make_valid(moved[on_earth]))


def _mixed(layer: str, against: str, length: float, sign: int, frame: GeoDataFrame) -> MixedDatum:
    west, south, east, north = frame.total_bounds.tolist()
    return MixedDatum(
        layer=layer,
        against=against,
        shift_m=length,
        datum=Datum.GCJ02 if sign > 0 else Datum.WGS84,
        lon=(west + east) / 2,
        lat=(south + north) / 2,
    )


def _nearer_by(
    shapes: npt.NDArray[Any], others: npt.NDArray[Any], shift: npt.NDArray[np.float64]
) -> int:
    """Tell whether shapes reach others only when moved back by the shift (1) or forth (-1)."""
    if len(shapes) < _LEAST_ROWS:
        return 0
    spots = shapely.centroid(shapes)
    tree = shapely.STRtree(others)

    def apart(move: npt.NDArray[np.float64]) -> float:
        placed = shapely.transform(spots, lambda xy: xy + move)
        return float(np.mean(_distances(tree, placed) > 5))  # noqa: PLR2004  metres; drawn apart

    now = apart(np.zeros(2))
    for sign in (1, -1):
        if now > 0.5 and apart(-sign * shift) < now / _BETTER:  # noqa: PLR2004  most of them
            return sign
    return 0


def _distances(tree: shapely.STRtree, spots: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    nearest = tree.nearest(spots)
    return np.asarray(shapely.distance(spots, tree.geometries[nearest]))


def _clearer_by(
    ways: npt.NDArray[Any], houses: npt.NDArray[Any], shift: npt.NDArray[np.float64]
) -> int:
    """Tell whether ways run between houses only when moved back by the shift (1) or forth (-1)."""
    tree = shapely.STRtree(houses)

    def inside(move: npt.NDArray[np.float64]) -> float:
        moved = shapely.transform(ways, lambda xy: xy + move)
        way, house = tree.query(moved, predicate="intersects")
        within = shapely.length(shapely.intersection(moved[way], houses[house])).sum()
        total = shapely.length(moved).sum()
        return float(within / total) if total else 0.0

    now = inside(np.zeros(2))
    for sign in (1, -1):
        if now > _INSIDE_SHARE and inside(-sign * shift) < now / _BETTER:
            return sign
    return 0
