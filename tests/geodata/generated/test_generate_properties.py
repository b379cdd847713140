"""What must hold of every generated district, whatever its seed."""

import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import shapely

from geodata.district import District
from geodata.generated import SIZES, generate_district
from geodata.travel.matrix import Stop, travel_matrix
from geodata.travel.network import metric

CASES = [("small", seed) for seed in range(4)] + [("medium", 1), ("subdistrict", 1)]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def district(request: pytest.FixtureRequest) -> District:
    size, seed = request.param
    return _drawn(size, seed)


@cache
def _drawn(size: str, seed: int) -> District:
    return generate_district(size, seed, f"合成{size}")


def _stops(frame: object) -> list[Stop]:
    rows = frame.to_dict("records")  # type: ignore[attr-defined]
    return [Stop(id=r["id"], lon=r["geometry"].x, lat=r["geometry"].y) for r in rows]


def _lost(district: District, stops: list[Stop], mode: str) -> list[str]:
    """Name the stops that some service point cannot reach."""
    points = _stops(district.sites[district.sites["kind"] == "point"])
    matrix = travel_matrix(district, [*points, *stops], mode)
    hidden = (matrix.duration_s[: len(points)] < 0).any(axis=0)
    return [matrix.stops[n] for n in np.flatnonzero(hidden)]


def test_it_holds_as_many_stairwells_and_compounds_as_promised(district: District) -> None:
    size = district.name.removeprefix("合成")
    assert (len(district.stairwells), len(district.compounds)) == SIZES[size]


def test_walled_compounds_have_two_to_four_gates_and_one_or_two_open(district: District) -> None:
    gates = district.gates.groupby("compound_id")["open"]
    walled = district.compounds.loc[district.compounds["walled"], "id"]
    assert set(gates.groups) == set(walled)
    assert gates.count().between(2, 4).all()
    assert gates.sum().between(1, 2).all()
    assert (district.gates["hours"] != "").equals(district.gates["open"])


@pytest.mark.parametrize("mode", ["foot", "ebike"])
def test_every_door_is_reached_from_every_point(district: District, mode: str) -> None:
    assert _lost(district, _stops(district.stairwells), mode) == []


def test_a_van_reaches_the_main_gate_of_every_compound(district: District) -> None:
    gates = district.gates[district.gates["open"] & district.gates["van"]]
    main = gates.drop_duplicates("compound_id")
    assert len(main) == district.compounds["walled"].sum()
    assert _lost(district, _stops(main), "van") == []


def test_no_house_touches_another_a_wall_a_way_or_water(district: District) -> None:
    houses = metric(district, district.buildings)
    assert shapely.is_valid(houses).all()
    pairs = shapely.STRtree(houses).query(houses, predicate="intersects")
    assert (pairs[0] == pairs[1]).all()
    water = district.areas[district.areas["kind"] == "water"]
    for frame in (district.walls, district.ways, water):
        met = shapely.STRtree(metric(district, frame)).query(houses, predicate="intersects")
        assert [district.buildings["id"].iloc[n] for n in met[0]] == []


def test_a_door_is_a_corner_of_its_house(district: District) -> None:
    outlines = district.buildings.set_index("id").geometry
    homes = shapely.boundary(outlines.loc[district.stairwells["building_id"]].to_numpy())
    assert (shapely.distance(homes, district.stairwells.geometry.to_numpy()) < 1e-9).all()


def test_houses_stand_inside_their_compounds(district: District) -> None:
    grounds = district.compounds.set_index("id").geometry
    homes = district.buildings[district.buildings["dwelling"]]
    inside = shapely.contains(
        grounds.loc[homes["compound_id"]].to_numpy(), homes.geometry.to_numpy()
    )
    assert inside.all()


def test_ways_cross_water_on_two_or_three_bridges_only(district: District) -> None:
    water = metric(district, district.areas[district.areas["kind"] == "water"])
    ways = metric(district, district.ways)
    wet = np.unique(shapely.STRtree(water).query(ways, predicate="intersects")[0])
    bridges = np.flatnonzero(district.ways["covered"].to_numpy())
    assert sorted(wet) == sorted(bridges)
    assert len(bridges) in (2, 3)


def test_compounds_lie_apart_and_differ(district: District) -> None:
    grounds = metric(district, district.compounds)
    pairs = shapely.STRtree(grounds).query(grounds, predicate="intersects")
    assert (pairs[0] == pairs[1]).all()
    hulls = shapely.area(shapely.convex_hull(grounds))
    assert (shapely.area(grounds) / hulls).min() < 0.95  # at least one is L-shaped or bent
    assert shapely.area(grounds).max() > 1.3 * shapely.area(grounds).min()


def test_it_covers_the_ground_that_its_size_has(district: District) -> None:
    km2 = {"small": 0.24, "medium": 1.2, "subdistrict": 4.0}[district.name.removeprefix("合成")]
    hull = shapely.convex_hull(shapely.multilinestrings(metric(district, district.ways)))
    assert 0.88 * km2 < hull.area / 1e6 < 1.2 * km2


def test_the_example_names_places_that_its_map_has() -> None:
    folder = Path(__file__).resolve().parents[3] / "examples" / "synthetic"
    setup = tomllib.loads((folder / "setup.toml").read_text(encoding="utf-8"))
    district = _drawn("medium", 1)
    spots = {(round(p.x, 5), round(p.y, 5)) for p in district.sites.geometry}
    codes = {place.code for place in district.places()}
    assert all((one["lon"], one["lat"]) in spots for one in setup["points"] + setup["markets"])
    assert {zone["place"] for zone in setup["zones"]} <= codes
    assert {"SY-01-01-1", "SY-02-01-2", "SY-03-01-1"} <= codes
