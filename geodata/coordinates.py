"""Positions in WGS 84, GCJ-02 and BD-09, turned into each other to under a centimetre.

Maps sold in China shift what they show: GCJ-02 (AutoNavi, Tencent, Google) lies 300 m to 700 m
from WGS 84 (GNSS, OpenStreetMap), BD-09 (Baidu) about a kilometre from it. No pair of numbers says
which it is, so the datum is stated by the file or asked for; nothing here guesses it.

Notes
-----
The state's algorithm for GCJ-02 is not published. These are the formulas known since 2010 from
the leaked ``WorldMap`` code and used alike by eviltransform, coordtransform and gcoord, with the
ellipsoid of Krasovsky (1940). They agree with the services themselves to about a metre or two;
"under a centimetre" is how exactly each way undoes the other.
"""

from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]

SHIFTED_LON = (72.004, 137.8347)
SHIFTED_LAT = (0.8293, 55.8271)
"""The rectangle of the public formula; outside it GCJ-02 is WGS 84. It is wider than China:
Mongolia, Korea, and parts of Japan and India lie in it and are shifted by the formula too."""

_MAJOR_AXIS_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD_TURNS = np.pi * 3000 / 180
_REACH_DEG = 0.02  # further than any shift
_EXACT_DEG = 1e-11  # a micrometre on the ground
_MOST_ROUNDS = 40  # each round gains a digit and a half or more; eight are usual


class Datum(StrEnum):
    """What a pair of longitude and latitude refers to."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class CoordinatesUnusable(ValueError):
    """Positions or their datum cannot be used; ``facts`` name the value and the mend."""

    def __init__(self, code: str, **facts: str | float) -> None:
        self.code = code
        self.facts = facts
        super().__init__(f"{code}: " + "; ".join(f"{k} {v}" for k, v in facts.items()))


_DATUM_NAMES = {
    Datum.WGS84: ("wgs84", "wgs1984", "epsg4326", "crs84", "gps"),
    Datum.GCJ02: ("gcj02", "gcj2", "gcj", "火星坐标", "火星坐标系", "国测局坐标"),
    Datum.BD09: ("bd09", "bd09ll", "bd9", "百度坐标", "百度坐标系"),
}


def read_datum(said: str | None) -> Datum:
    """Read a datum as files and people write it: ``WGS-84``, ``EPSG:4326``, ``GCJ-02``, ``BD09``.

    Raises
    ------
    CoordinatesUnusable
        ``coordinates.datum-unstated`` if nothing is said, ``coordinates.datum-unknown`` if it is
        none of the three. Baidu's Mercator (BD09MC) is in metres and among the unknown.
    """
    known = ", ".join(Datum)
    plain = "".join(char for char in (said or "").lower() if char.isalnum())
    if not plain:
        raise CoordinatesUnusable(
            "coordinates.datum-unstated", mend=f"state the datum of the positions: {known}"
        )
    for datum, names in _DATUM_NAMES.items():
        if plain in names:
            return datum
    raise CoordinatesUnusable(
        "coordinates.datum-unknown", datum=str(said), mend=f"use one of {known}"
    )


def convert(
    lon: ArrayLike, lat: ArrayLike, source: Datum | str, target: Datum | str
) -> tuple[Floats, Floats]:
    """Turn positions of one datum into another; scalars and arrays of any shape.

    Parameters
    ----------
    lon, lat
        Degrees; of one shape.

    Returns
    -------
    tuple
        Longitudes and latitudes, of the shape given. A way there and back ends less than a
        centimetre from where it began wherever `shifted` holds, and everywhere else but in the
        strip of a kilometre outside the rectangle, where the formula itself gives two places
        one position (the place inside is then meant).

    Raises
    ------
    CoordinatesUnusable
        If a datum is unknown, or a position is not finite, out of range or swapped.
    """
    source, target = read_datum(source), read_datum(target)
    here = _checked(lon, lat)
    shape = here[0].shape
    x, y = _converted(here[0].ravel(), here[1].ravel(), source, target)
    return x.reshape(shape), y.reshape(shape)


def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum | str) -> tuple[Floats, Floats]:
    """Turn positions of a stated datum into WGS 84, the datum of all layers.

    Raises
    ------
    CoordinatesUnusable
        As `convert` does.
    """
    return convert(lon, lat, datum, Datum.WGS84)


def shapes_to_wgs84(shapes: Any, datum: Datum | str) -> Any:
    """Turn shapely geometry, one or an array of them, into WGS 84; vertices only.

    Raises
    ------
    CoordinatesUnusable
        As `convert` does.
    """
    import shapely  # noqa: PLC0415 (numbers alone need no geometry)

    datum = read_datum(datum)
    if datum is Datum.WGS84:
        return shapes

    def turn(points: Floats) -> Floats:
        return np.column_stack(to_wgs84(points[:, 0], points[:, 1], datum))

    return shapely.transform(shapes, turn)


def shifted(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Tell for WGS 84 positions where GCJ-02 differs from it: within the rectangle only.

    Whoever is given a file in GCJ-02 whose positions are not all shifted says so: either the
    file is of another country, or its datum is not what it states.
    """
    return _inside(*_checked(lon, lat))


def _checked(lon: ArrayLike, lat: ArrayLike) -> Pair:
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if x.shape != y.shape:
        raise CoordinatesUnusable(
            "coordinates.uneven",
            lon=x.size,
            lat=y.size,
            mend="give one latitude to each longitude",
        )
    _refuse_first(
        ~(np.isfinite(x) & np.isfinite(y)), x, y, "coordinates.not-finite", "give plain numbers"
    )
    swapped = (np.abs(y) > 90) & (np.abs(y) <= 180) & (np.abs(x) <= 90)  # noqa: PLR2004
    _refuse_first(swapped, x, y, "coordinates.swapped", "put longitude first and latitude second")
    _refuse_first(
        (np.abs(x) > 180) | (np.abs(y) > 90),  # noqa: PLR2004
        x,
        y,
        "coordinates.out-of-range",
        "give degrees, longitude within ±180 and latitude within ±90, not metres",
    )
    return x, y


def _refuse_first(bad: Any, x: Floats, y: Floats, code: str, mend: str) -> None:
    found = np.flatnonzero(bad)
    if found.size:
        at = int(found[0])
        raise CoordinatesUnusable(
            code,
            position=at + 1,
            lon=float(x.flat[at]),
            lat=float(y.flat[at]),
            count=int(found.size),
            mend=mend,
        )


def _converted(x: Floats, y: Floats, source: Datum, target: Datum) -> Pair:
    if source is target:
        return x.copy(), y.copy()
    if source is Datum.BD09:  # every way leads through GCJ-02
        x, y = _undo(_gcj_to_bd, x, y)
    elif source is Datum.WGS84:
        x, y = _wgs_to_gcj(x, y)
    if target is Datum.BD09:
        return _gcj_to_bd(x, y)
    return _gcj_to_wgs(x, y) if target is Datum.WGS84 else (x, y)


def _inside(x: Floats, y: Floats) -> NDArray[np.bool_]:
    west, east = SHIFTED_LON
    south, north = SHIFTED_LAT
    return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))


def _wgs_to_gcj(x: Floats, y: Floats) -> Pair:
    inside = _inside(x, y)
    gcj_x, gcj_y = x.copy(), y.copy()
    gcj_x[inside], gcj_y[inside] = _obfuscated(x[inside], y[inside])
    return gcj_x, gcj_y


def _gcj_to_wgs(x: Floats, y: Floats) -> Pair:
    wgs_x, wgs_y = x.copy(), y.copy()
    west, east = SHIFTED_LON
    south, north = SHIFTED_LAT
    near = np.asarray(
        (x > west - _REACH_DEG)
        & (x < east + _REACH_DEG)
        & (y > south - _REACH_DEG)
        & (y < north + _REACH_DEG)
    )
    found_x, found_y = _undo(_obfuscated, x[near], y[near])
    inside = _inside(found_x, found_y)
    wgs_x[near] = np.where(inside, found_x, x[near])
    wgs_y[near] = np.where(inside, found_y, y[near])
    return wgs_x, wgs_y


def _obfuscated(lon: Floats, lat: Floats) -> Pair:
    east_m, north_m = _shift_m(lon - 105.0, lat - 35.0)
    squeeze = 1 - _ECCENTRICITY_SQUARED * np.sin(np.radians(lat)) ** 2
    meridian_m = _MAJOR_AXIS_M * (1 - _ECCENTRICITY_SQUARED) / (squeeze * np.sqrt(squeeze))
    normal_m = _MAJOR_AXIS_M / np.sqrt(squeeze)
    parallel_m = normal_m * np.cos(np.radians(lat))
    return lon + np.degrees(east_m / parallel_m), lat + np.degrees(north_m / meridian_m)


def _shift_m(x: Floats, y: Floats) -> Pair:
    def wave(height: float, phase: Floats) -> Floats:
        return height * 2 / 3 * np.sin(phase * np.pi)

    ripple = wave(20, 6 * x) + wave(20, 2 * x)
    root = np.sqrt(np.abs(x))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += wave(20, x) + wave(40, x / 3) + wave(150, x / 12) + wave(300, x / 30)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += wave(20, y) + wave(40, y / 3) + wave(160, y / 12) + wave(320, y / 30)
    return east, north


def _gcj_to_bd(x: Floats, y: Floats) -> Pair:
    reach = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_TURNS)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_TURNS)
    return reach * np.cos(angle) + 0.0065, reach * np.sin(angle) + 0.006


def _undo(forward: Any, x: Floats, y: Floats) -> Pair:
    """Fixed-point iteration: both formulas move a place by nearly what they move its neighbour."""
    found_x, found_y = x.copy(), y.copy()
    for _ in range(_MOST_ROUNDS):
        there_x, there_y = forward(found_x, found_y)
        miss_x, miss_y = x - there_x, y - there_y
        found_x, found_y = found_x + miss_x, found_y + miss_y
        worst = np.maximum(np.abs(miss_x), np.abs(miss_y))
        if not worst.size or worst.max() < _EXACT_DEG:
            break
    return found_x, found_y
