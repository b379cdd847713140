from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.closures import Closure, ClosureRefused, Closures
from geodata.district import District
from geodata.generated import generate_district
from geodata.modes import MODES
from geodata.travel.matrix import (
    MatrixStale,
    Stop,
    StopMisplaced,
    extend,
    travel_matrix,
    unreachable_stops,
)
from geodata.travel.matrix_cache import MatrixStore
from geodata.travel.network import Network

Spot = Callable[[float, float], tuple[float, float]]
SMALL = generate_district("small", 7)
GATES = tuple(SMALL.gates["id"])


def _stops(district: District, kind: str = "stairwell") -> list[Stop]:
    return [Stop(id=p.id, lon=p.lon, lat=p.lat) for p in district.places() if p.kind == kind]


@pytest.mark.parametrize("mode", MODES)
def test_both_engines_agree_on_the_real_map(helsinki: District, mode: str) -> None:
    stops = _stops(helsinki)
    fast = travel_matrix(helsinki, stops, mode)
    slow = travel_matrix(helsinki, stops, mode, referee=True)
    assert (fast.duration_s == slow.duration_s).all()
    assert (fast.distance_m == slow.distance_m).all()


@settings(max_examples=25, deadline=None)
@given(closed=st.frozensets(st.sampled_from(GATES)), mode=st.sampled_from(sorted(MODES)))
def test_both_engines_agree_whatever_is_closed(closed: frozenset[str], mode: str) -> None:
    stops = _stops(SMALL)
    fast = travel_matrix(SMALL, stops, mode, closed_gates=closed)
    slow = travel_matrix(SMALL, stops, mode, closed_gates=closed, referee=True)
    assert (fast.duration_s == slow.duration_s).all()
    assert (fast.distance_m == slow.distance_m).all()


@settings(max_examples=25, deadline=None)
@given(closed=st.frozensets(st.sampled_from(GATES)), mode=st.sampled_from(sorted(MODES)))
def test_closing_gates_never_shortens_a_way(closed: frozenset[str], mode: str) -> None:
    stops = _stops(SMALL)
    before = travel_matrix(SMALL, stops, mode).duration_s
    after = travel_matrix(SMALL, stops, mode, closed_gates=closed).duration_s
    assert ((after == -1) | (after >= before)).all()


@pytest.mark.parametrize("mode", MODES)
def test_no_way_is_longer_than_one_with_a_stop_between(helsinki: District, mode: str) -> None:
    time = travel_matrix(helsinki, _stops(helsinki)[::5], mode).duration_s.astype(float)
    time[time < 0] = np.inf
    for between in range(len(time)):
        assert (time <= time[:, [between]] + time[[between], :]).all()


def test_no_one_walks_faster_than_walking(helsinki: District) -> None:
    stops = _stops(helsinki)[:80]
    matrix = travel_matrix(helsinki, stops, "foot")
    xs, ys = helsinki.to_metres.transform([s.lon for s in stops], [s.lat for s in stops])
    straight = np.hypot(np.subtract.outer(xs, xs), np.subtract.outer(ys, ys))
    reached = matrix.distance_m >= 0
    assert (matrix.distance_m[reached] >= straight[reached] - 3).all()
    assert (matrix.duration_s[reached] >= matrix.distance_m[reached] / 1.2 - 3).all()


def test_a_compound_whose_gates_are_all_closed_is_out_of_reach(small: District) -> None:
    compound = small.buildings.groupby("compound_id").size().idxmin()
    closed = frozenset(small.gates.loc[small.gates["compound_id"] == compound, "id"])
    homes = set(small.buildings.loc[small.buildings["compound_id"] == compound, "id"])
    inside = set(small.stairwells.loc[small.stairwells["building_id"].isin(homes), "id"])
    for mode in MODES:
        matrix = travel_matrix(small, _stops(small), mode, closed_gates=closed)
        assert set(unreachable_stops(matrix)) == inside
        within = [n for n, stop in enumerate(matrix.stops) if stop in inside]
        assert (matrix.duration_s[np.ix_(within, within)] >= 0).all()


def test_stops_on_both_sides_of_a_closed_gate_do_not_meet(
    sketch: Callable[..., District], spot: Spot
) -> None:
    district = sketch(ways=[([(0, 0), (50, 0), (100, 0)], {})], gates=[((50, 0), {})])
    stops = [
        Stop(id="west", lon=spot(45, 0)[0], lat=spot(45, 0)[1]),
        Stop(id="east", lon=spot(55, 0)[0], lat=spot(55, 0)[1]),
    ]
    assert travel_matrix(district, stops, "foot").distance_m[0, 1] == 10
    shut = travel_matrix(district, stops, "foot", closed_gates=frozenset(["gates1"]))
    assert (shut.duration_s == [[0, -1], [-1, 0]]).all()


def test_a_stop_is_at_home_with_itself_and_its_twin(small: District) -> None:
    first = _stops(small)[0]
    twin = Stop(id="shelf", lon=first.lon, lat=first.lat)
    assert not travel_matrix(small, [first, twin], "foot").duration_s.any()


def test_no_stops_make_an_empty_matrix(small: District) -> None:
    matrix = travel_matrix(small, [], "foot")
    assert matrix.duration_s.shape == (0, 0)
    assert unreachable_stops(matrix) == ()


def test_a_stop_off_the_map_is_unreachable(small: District) -> None:
    stops = [*_stops(small), Stop(id="helsinki", lon=24.94, lat=60.17)]
    assert unreachable_stops(travel_matrix(small, stops, "foot")) == ("helsinki",)


def test_the_digest_names_everything_that_went_in(small: District) -> None:
    stops = _stops(small)[:3]
    plain = travel_matrix(small, stops, "foot").digest
    assert plain == travel_matrix(small, stops, "foot").digest
    others = {
        travel_matrix(small, stops, "ebike").digest,
        travel_matrix(small, stops[:2], "foot").digest,
        travel_matrix(small, stops, "foot", closed_gates=frozenset(GATES[:1])).digest,
        travel_matrix(generate_district("small", 8), stops, "foot").digest,
    }
    assert plain not in others
    assert len(others) == 4


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        (30.3, 120.2),  # swapped, as it happens
        (500.0, 0.0),  # metres taken for degrees
        (float("nan"), 30.0),  # an empty cell of a table
    ],
)
def test_a_stop_off_the_earth_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(StopMisplaced, match="lon, lat in degrees"):
        Stop(id="x", lon=lon, lat=lat)


def test_two_stops_of_one_id_are_refused(small: District) -> None:
    stop = _stops(small)[0]
    with pytest.raises(StopMisplaced, match=stop.id):
        travel_matrix(small, [stop, stop], "foot")


@pytest.mark.parametrize("mode", MODES)
def test_many_stops_as_nodes_of_the_graph_change_no_way(medium: District, mode: str) -> None:
    stops = _stops(medium)[:240]
    closed = frozenset(medium.gates["id"].iloc[::3])
    whole = travel_matrix(medium, stops, mode, closed_gates=closed)
    part = travel_matrix(medium, stops[60:200], mode, closed_gates=closed)  # too few for seats
    assert (whole.duration_s[60:200, 60:200] == part.duration_s).all()
    assert (whole.distance_m[60:200, 60:200] == part.distance_m).all()


def test_stops_added_later_make_the_same_matrix(small: District) -> None:
    stops = _stops(small)
    network = Network.of(small, "ebike", frozenset(GATES[:1]))
    first = travel_matrix(small, stops[:30], "ebike", network=network)
    grown = extend(first, network, stops[:30], stops[30:])
    whole = travel_matrix(small, stops, "ebike", network=network)
    assert (grown.duration_s == whole.duration_s).all()
    assert (grown.distance_m == whole.distance_m).all()
    assert (grown.stops, grown.digest) == (whole.stops, whole.digest)
    with pytest.raises(MatrixStale):
        extend(first, Network.of(small, "ebike"), stops[:30], stops[30:])
    with pytest.raises(StopMisplaced):
        extend(first, network, stops[:30], stops[:1])


def test_a_matrix_of_an_instant_is_that_of_what_is_closed_then(small: District) -> None:
    stops, noon = _stops(small), datetime(2022, 4, 13, 4, tzinfo=UTC)
    closures = Closures((Closure(id="c", target=f"gate:{GATES[0]}", until=noon),))
    for hour, closed in ((3, GATES[:1]), (4, ())):
        at = noon.replace(hour=hour)
        told = travel_matrix(small, stops, "foot", closures=closures, at=at)
        shut = closures.within(small).at(at, "foot").gates | frozenset(closed)
        plain = travel_matrix(small, stops, "foot", closed_gates=shut)
        assert told.digest == plain.digest
        assert (told.duration_s == plain.duration_s).all()
        assert told.at == at
    with pytest.raises(ClosureRefused, match="instant-missing"):
        travel_matrix(small, stops, "foot", closures=closures)


def test_a_kept_matrix_is_found_again_unless_it_is_damaged(
    small: District, tmp_path: Path
) -> None:
    stops, store = _stops(small)[:5], MatrixStore(tmp_path)
    made = travel_matrix(small, stops, "foot", store=store)
    (file,) = tmp_path.iterdir()
    again = travel_matrix(small, stops, "foot", store=store)
    assert (again.duration_s == made.duration_s).all()
    assert (again.distance_m == made.distance_m).all()
    proper = file.read_bytes()
    for damaged in (proper[:-1], b"", proper[:60] + b"\xff" + proper[61:], proper + b"x"):
        file.write_bytes(damaged)
        again = travel_matrix(small, stops, "foot", store=store)
        assert (again.duration_s == made.duration_s).all()
        assert file.read_bytes() == proper


def test_the_store_forgets_the_longest_unused_and_bears_many_writers(
    small: District, tmp_path: Path
) -> None:
    stops = _stops(small)[:20]
    one = 52 + 2 * 4 * 20**2
    store = MatrixStore(tmp_path, most_bytes=2 * one)
    with ThreadPoolExecutor(4) as pool:
        asked = [
            pool.submit(travel_matrix, small, stops, mode, store=store) for mode in [*MODES] * 3
        ]
        for work in asked:
            told = work.result()
            plain = travel_matrix(small, stops, told.mode)
            assert (told.duration_s == plain.duration_s).all()
    assert 1 <= len(list(tmp_path.glob("*.matrix"))) <= 2
    assert not list(tmp_path.glob("*.part"))
