"""Find the nodes of an extract that lie where no node of it can."""

from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from geodata.district import DistrictUnreadable, Finding

UNIT = 10_000_000
"""Osmium keeps coordinates in ten millionths of a degree."""
_REPORTED_ASTRAY = 50
_NULL_ISLAND_DEG = 1.0

Spot = tuple[float, float]


@dataclass(slots=True)
class Ground:
    """Where the nodes of an extract lie, and which of them lie where no node can.

    Notes
    -----
    A node whose longitude and latitude are exchanged lies far from all others, and among them
    when exchanged again: such are put right. Those at no place on earth, and those at 0, 0 in a
    map of elsewhere, are taken as missing.
    """

    numbers: "array[int]" = field(default_factory=lambda: array("q"))
    xs: "array[int]" = field(default_factory=lambda: array("q"))
    ys: "array[int]" = field(default_factory=lambda: array("q"))
    moved: dict[int, Spot | None] = field(default_factory=dict)
    judged: bool = False

    def add(self, number: int, x: int, y: int) -> None:
        """Note where a node lies, in ten millionths of a degree."""
        self.numbers.append(number)
        self.xs.append(x)
        self.ys.append(y)

    def judge(self, file: Path) -> list[Finding]:
        """Decide which nodes are astray, and report those and the repeated ones.

        Raises
        ------
        DistrictUnreadable
            If no node lies on earth.
        """
        self.judged = True
        numbers, xs, ys = (np.asarray(column) for column in (self.numbers, self.xs, self.ys))
        if not len(numbers):
            return []
        on_earth = (abs(xs) <= 180 * UNIT) & (abs(ys) <= 90 * UNIT)
        if not on_earth.any():
            raise _all_off(file, numbers, xs, ys)
        near = _near(xs[on_earth], ys[on_earth])
        here, exchanged = near(xs, ys), near(ys, xs)
        null = (xs == 0) & (ys == 0) & ~here & ~near(xs, ys, margin=_NULL_ISLAND_DEG)
        swapped = ~here & exchanged & ~null
        lost = (~on_earth & ~swapped) | null
        found: list[Finding] = []
        for at in np.flatnonzero(swapped | lost).tolist():
            number, lon, lat = int(numbers[at]), xs[at] / UNIT, ys[at] / UNIT
            self.moved[number] = (float(lat), float(lon)) if swapped[at] else None
            if len(found) < _REPORTED_ASTRAY:
                found.append(_astray(number, lon, lat, swapped=bool(swapped[at])))
        found += _repeated(numbers)
        self.numbers, self.xs, self.ys = array("q"), array("q"), array("q")
        return found


def _all_off(file: Path, numbers: Any, xs: Any, ys: Any) -> DistrictUnreadable:
    swapped = bool((abs(ys) <= 180 * UNIT).all() and (abs(xs) <= 90 * UNIT).all())
    return DistrictUnreadable(
        "map.coordinates-swapped" if swapped else "map.coordinates-out-of-range",
        file=str(file),
        node=int(numbers[0]),
        lon=f"{xs[0] / UNIT:.7f}",
        lat=f"{ys[0] / UNIT:.7f}",
        mend="exchange lon and lat of all nodes"
        if swapped
        else "give lon from -180 to 180 and lat from -90 to 90, in degrees",
    )


def _repeated(numbers: Any) -> list[Finding]:
    values, counts = np.unique(numbers, return_counts=True)
    return [
        Finding(code="map.id-repeated", place=f"osm:n{number}")
        for number in values[counts > 1][:_REPORTED_ASTRAY].tolist()
    ]


def _near(xs: Any, ys: Any) -> Any:
    """Make a test for lying among the bulk of the nodes, with as much again on each side."""
    west, east = np.quantile(xs, (0.05, 0.95))
    south, north = np.quantile(ys, (0.05, 0.95))
    wide, high = east - west, north - south

    def among(x: Any, y: Any, margin: float = 0.1) -> Any:
        rim = margin * UNIT
        inside_x = (x >= west - wide - rim) & (x <= east + wide + rim)
        return inside_x & (y >= south - high - rim) & (y <= north + high + rim)

    return among


def _astray(number: int, lon: float, lat: float, *, swapped: bool) -> Finding:
    said = {"said_lon": f"{lon:.7f}", "said_lat": f"{lat:.7f}"}
    if swapped:
        return Finding(
            code="map.coordinates-swapped",
            place=f"osm:n{number}",
            facts=said,
            lon=float(lat),
            lat=float(lon),
        )
    return Finding(code="map.coordinates-out-of-range", place=f"osm:n{number}", facts=said)
