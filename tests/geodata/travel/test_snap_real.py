"""At least 97 % of real entrances are joined, in every mode, without crossing anything."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from geodata.district import District
from geodata.extracts.osm import import_osm
from geodata.modes import MODES
from geodata.travel.network import Network
from geodata.travel.sight import THROUGH_M, TOUCH_M
from geodata.travel.snap import Snap, snap

MAPS = ("helsinki_centre.osm.pbf", "beijing_tsinghua.osm.pbf")
COUNTRY = "liechtenstein.osm.pbf"
LEAST = 0.97


@cache
def _district(file: Path) -> District:
    return import_osm(file, file.name.partition(".")[0])


def _metric(district: District, frame: Any) -> Any:
    return frame.to_crs(district.metric_crs).geometry.to_numpy()


def _walks(district: District, doors: Any, snaps: tuple[Snap, ...]) -> Any:
    """Draw the walk of each joined door, in metres."""
    lines = [
        np.column_stack(
            district.to_metres.transform(*np.array([(s.lon, s.lat), *s.via, (door.x, door.y)]).T)
        )
        for door, s in zip(doors, snaps, strict=True)
        if s.segment >= 0
    ]
    return np.array([shapely.linestrings(line) for line in lines])


def _without_fault(district: District, walks: Any) -> Any:
    """Tell which walks cross no wall, no water and no building but the one they come out of.

    Judged without the code under test: by length inside each outline, drawn 5 cm smaller than
    the depth to which a door may be drawn inside.
    """
    good = np.ones(len(walks), dtype=bool)
    doors = shapely.get_point(walks, -1)
    water = district.areas[district.areas["kind"] == "water"]
    for frame in (district.buildings, water):
        if not len(frame):
            continue
        cores = shapely.buffer(_metric(district, frame), -THROUGH_M - 0.05, join_style="mitre")
        walk, core = shapely.STRtree(cores).query(walks, predicate="intersects")
        own = shapely.intersects(cores[core], doors[walk])
        own |= shapely.distance(cores[core], doors[walk]) < 0.05 + 1e-6
        good[walk[~own]] = False
    walls = _metric(district, district.walls)
    if len(walls):
        walk, wall = shapely.STRtree(walls).query(walks, predicate="crosses")
        crossing = shapely.intersection(walks[walk], walls[wall])
        ends = shapely.multipoints(
            np.stack([shapely.get_point(walks[walk], 0), doors[walk]], axis=1)
        )
        far = shapely.hausdorff_distance(crossing, ends)  # at either end it is a door in the wall
        near = shapely.distance(crossing, ends) <= TOUCH_M + 1e-3
        good[walk[~near & (far > TOUCH_M)]] = False
    return good


def _check(district: District, mode: str, every: int = 1) -> None:
    doors = district.stairwells.geometry.to_numpy()[::every]
    snaps = snap(Network.of(district, mode), [(door.x, door.y) for door in doors])
    walks = _walks(district, doors, snaps)
    good = _without_fault(district, walks)
    seen = [s for s in snaps if s.segment >= 0]
    assert good.sum() >= LEAST * len(doors)
    assert all(good)  # whatever was joined crosses nothing
    lengths = shapely.length(walks)
    told = np.array([s.access_m for s in seen])
    assert lengths == pytest.approx(told, abs=0.05, rel=0.002)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shared_map", MAPS, indirect=True)
def test_doors_of_real_towns_are_joined_in_every_mode(shared_map: Path, mode: str) -> None:
    _check(_district(shared_map), mode)


@pytest.mark.slow
@pytest.mark.parametrize("shared_map", [COUNTRY], indirect=True)
def test_doors_of_a_country_are_joined(shared_map: Path) -> None:
    _check(_district(shared_map), "van", every=5)


@pytest.mark.parametrize("mode", MODES)
def test_doors_of_a_generated_district_are_joined(medium: District, mode: str) -> None:
    _check(medium, mode)


def test_a_walk_is_drawn_to_the_centimetre(
    sketch: Callable[..., District], spot: Callable[[float, float], tuple[float, float]]
) -> None:
    house = [(0, 5), (40, 5), (40, 25), (0, 25)]
    district = sketch(ways=[([(-50, 0), (100, 0)], {})], buildings=[house], name="drawn")
    (found,) = snap(Network.of(district, "foot"), [spot(20, 25)])
    (walk,) = _walks(district, [shapely.Point(spot(20, 25))], (found,))
    assert shapely.length(walk) == pytest.approx(found.access_m, abs=0.01)
