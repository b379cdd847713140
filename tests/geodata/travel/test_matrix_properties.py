"""Whatever closes: no way leads through it, and both engines say the same."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from geodata.closures import Shut
from geodata.directions.legs import legs
from geodata.district import District
from geodata.extracts.osm import import_osm
from geodata.generated import generate_district
from geodata.modes import MODES, lets_pass
from geodata.travel.affected import affected
from geodata.travel.doorways import GATE_IN_WALL_M, metric
from geodata.travel.matrix import Stop, travel_matrix
from geodata.travel.network import Network

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "helsinki_centre.osm.pbf"
STOPS = 14


@cache
def district_of(name: str) -> District:
    return generate_district("small", 7) if name == "small" else import_osm(REAL, "Helsinki")


def stops_of(district: District, seed: int) -> list[Stop]:
    doors = [p for p in district.places() if p.kind == "stairwell"]
    chosen = np.random.default_rng(seed).choice(len(doors), STOPS, replace=False)
    return [Stop(id=doors[n].id, lon=doors[n].lon, lat=doors[n].lat) for n in chosen]


def closed_in(district: District, seed: int) -> Shut:
    """Close a few gates, ways and areas drawn at random."""
    rng = np.random.default_rng(seed)
    west, south, east, north = district.bounds()
    lon, lat = rng.uniform((west, south), (east, north))
    wide = (east - west) * rng.uniform(0.005, 0.06)
    areas: tuple[Polygon, ...] = (box(lon, lat, lon + wide, lat + wide / 2),)
    gates, ways = district.gates["id"].tolist(), district.ways["id"].tolist()
    return Shut(
        gates=frozenset(rng.choice(gates, min(len(gates), 6)).tolist()),
        ways=frozenset(rng.choice(ways, min(len(ways), 12)).tolist()),
        areas=areas[: rng.integers(0, 2)],
    )


def check_legal(district: District, mode: str, shut: Shut, line: shapely.LineString) -> None:
    assert not any(area.intersects(line) for area in shut.areas)
    shut_ways = district.ways[district.ways["id"].isin(shut.ways)].geometry.to_numpy()
    assert shapely.length(shapely.intersection(shut_ways, line)).sum() < 1e-7
    in_metres = shapely.transform(line, district.to_metres.transform, interleaved=False)
    closed = district.gates["id"].isin(shut.gates).to_numpy() | ~district.gates["open"].to_numpy()
    passed = shapely.distance(metric(district, district.gates), in_metres) < 1e-3
    inner = shapely.distance(metric(district, district.gates), in_metres.boundary) > 0.5
    assert not (passed & inner & closed).any()
    walls = metric(district, district.walls)
    walls = walls[shapely.crosses(walls, in_metres)]
    opened = [
        *metric(district, district.gates)[~closed & lets_pass(MODES[mode], district.gates)],
        *metric(district, district.barriers)[lets_pass(MODES[mode], district.barriers)],
        *shapely.points(shapely.get_coordinates(walls)),  # shared nodes are openings
    ]
    covered = metric(district, district.ways[district.ways["covered"]])
    for spot in shapely.get_parts(shapely.intersection(walls, in_metres)):
        near = len(opened) and shapely.distance(spot, opened).min() <= GATE_IN_WALL_M + 0.01
        assert near or (len(covered) and shapely.distance(spot, covered).min() < 0.01)


def check_ways(district: District, mode: str, seed: int) -> None:
    shut, stops = closed_in(district, seed), stops_of(district, seed)
    matrix = travel_matrix(district, stops, mode, shut=shut)
    network = Network.of(district, mode, shut)
    judge = travel_matrix(district, stops, mode, network=network, referee=True)
    assert (matrix.duration_s == judge.duration_s).all()
    assert (matrix.distance_m == judge.distance_m).all()
    assert ((matrix.duration_s == -1) == (matrix.distance_m == -1)).all()
    for number, leg in enumerate(legs(district, stops, mode, network=network)):
        assert leg.duration_s == matrix.duration_s[number, number + 1]
        if len(leg.line) > 1:
            check_legal(district, mode, shut, shapely.LineString(leg.line))
    time = matrix.duration_s.astype(float)
    time[time < 0] = np.inf
    for between in range(len(time)):
        assert (time <= time[:, [between]] + time[[between], :]).all()


@settings(max_examples=20, deadline=None)
@given(mode=st.sampled_from(sorted(MODES)), seed=st.integers(0, 2**20))
def test_no_way_of_a_generated_district_passes_what_is_closed(mode: str, seed: int) -> None:
    check_ways(district_of("small"), mode, seed)


@pytest.mark.skipif(not REAL.is_file(), reason=f"{REAL.name} is not on this machine")
@settings(max_examples=6, deadline=None)
@given(mode=st.sampled_from(sorted(MODES)), seed=st.integers(0, 2**20))
def test_no_way_of_a_real_map_passes_what_is_closed(mode: str, seed: int) -> None:
    check_ways(district_of("real"), mode, seed)


@settings(max_examples=8, deadline=None)
@given(mode=st.sampled_from(sorted(MODES)), seed=st.integers(0, 2**20))
def test_what_is_affected_is_what_two_matrices_say(mode: str, seed: int) -> None:
    district = district_of("small")
    stops, shut = stops_of(district, seed), closed_in(district, seed)
    told = affected(district, stops, mode, after=shut)
    before, after = told.before.duration_s, told.after.duration_s
    assert ((after == -1) | (after >= before)).all()
    assert told.faster == ()
    assert told.reopened == ()
    changed = (before != after).any(axis=1) | (before != after).any(axis=0)
    rows = {stop for stop, moved in zip(told.before.stops, changed, strict=True) if moved}
    assert set(told.stops) - set(told.unreachable) <= rows
    assert (travel_matrix(district, stops, mode).duration_s == before).all()
