import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from geodata.coordinates import (
    CoordinatesUnusable,
    Datum,
    convert,
    read_datum,
    shapes_to_wgs84,
    shifted,
    to_wgs84,
)

GEOD = pyproj.Geod(ellps="WGS84")
EVERY_WAY = [(source, target) for source in Datum for target in Datum]

lons_in_china = st.floats(73.5, 135.1)
lats_in_china = st.floats(3.8, 53.6)


def apart_m(here, there):
    return np.max(GEOD.inv(*(np.atleast_1d(v) for v in (*here, *there)))[2])


@pytest.mark.parametrize(
    ("source", "target", "here", "there"),
    [
        # eviltransform's tests: Shanghai, Shenzhen, Beijing
        ("wgs84", "gcj02", (121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ("wgs84", "gcj02", (113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ("wgs84", "gcj02", (116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
        # coordtransform's read-me
        ("wgs84", "gcj02", (116.404, 39.915), (116.41024449916938, 39.91640428150164)),
        ("gcj02", "bd09", (116.404, 39.915), (116.41036949371029, 39.92133699351021)),
        ("wgs84", "bd09", (116.404, 39.915), (116.41662724378733, 39.922699552216216)),
    ],
)
def test_published_vectors_are_met(source, target, here, there):
    assert apart_m(convert(*here, source, target), there) < 0.02


@pytest.mark.parametrize(
    ("wgs84", "gcj02", "bd09"),
    [  # what the map services themselves answered, as kept in gcoord's tests
        ((114.0164322, 33.0133556), (114.022306, 33.0115324), (114.0287781, 33.0176697)),
        ((119.6427465, 29.0820414), (119.6474509, 29.0790641), (119.6538875, 29.0854003)),
        ((98.4937175, 39.7319946), (98.4943595, 39.7328234), (98.5008441, 39.7388949)),
        ((123.4253306, 41.8032629), (123.4314787, 41.8057023), (123.438095, 41.8114013)),
    ],
)
def test_the_services_own_answers_are_met_to_a_metre(wgs84, gcj02, bd09):
    assert apart_m(convert(*wgs84, "wgs84", "gcj02"), gcj02) < 1.0
    assert apart_m(convert(*gcj02, "gcj02", "bd09"), bd09) < 0.02  # rounded to a centimetre
    assert apart_m(to_wgs84(*bd09, "bd09"), wgs84) < 1.0


def test_hangzhou_lies_half_a_kilometre_off():
    here = (120.2, 30.3)
    assert apart_m(here, convert(*here, Datum.WGS84, Datum.GCJ02)) == pytest.approx(514, abs=1)


@pytest.mark.parametrize(("source", "target"), EVERY_WAY)
@given(lon=lons_in_china, lat=lats_in_china)
def test_there_and_back_ends_within_a_centimetre(source, target, lon, lat):
    there = convert(lon, lat, source, target)
    assert apart_m((lon, lat), convert(*there, target, source)) < 0.01


@pytest.mark.parametrize(("source", "target"), EVERY_WAY)
def test_arrays_go_there_and_back_within_a_centimetre_and_keep_their_shape(source, target):
    draw = np.random.default_rng(20261124)
    lon, lat = draw.uniform(73.5, 135.1, (40, 50)), draw.uniform(3.8, 53.6, (40, 50))
    there = convert(lon, lat, source, target)
    assert there[0].shape == there[1].shape == (40, 50)
    assert (
        apart_m((lon.ravel(), lat.ravel()), np.reshape(convert(*there, target, source), (2, -1)))
        < 0.01
    )


@given(lon=st.floats(-7, 0), lat=lats_in_china)
def test_the_steep_root_at_105_degrees_is_undone_too(lon, lat):
    here = (105 - 10**lon, lat)
    assert apart_m(here, convert(*convert(*here, "gcj02", "wgs84"), "wgs84", "gcj02")) < 0.01


def test_an_array_is_what_its_positions_are():
    lon, lat = np.array([120.2, 2.35, 116.4]), np.array([30.3, 48.86, 39.9])
    for source, target in EVERY_WAY:
        together = convert(lon, lat, source, target)
        alone = [convert(x, y, source, target) for x, y in zip(lon, lat, strict=True)]
        assert np.allclose(together, np.transpose(alone), rtol=0, atol=1e-10)
    assert convert([], [], "bd09", "wgs84")[0].shape == (0,)


def test_converting_leaves_the_given_arrays_alone():
    lon, lat = np.array([120.2]), np.array([30.3])
    for source, target in EVERY_WAY:
        x, y = convert(lon, lat, source, target)
        x += 1
        y += 1
    assert (lon[0], lat[0]) == (120.2, 30.3)


@given(lon=st.floats(-180, 71.9), lat=st.floats(-90, 90))
def test_outside_the_rectangle_nothing_is_shifted_and_it_is_told(lon, lat):
    assert not shifted(lon, lat)
    assert np.array_equal(convert(lon, lat, "wgs84", "gcj02"), (lon, lat))
    assert np.array_equal(convert(lon, lat, "gcj02", "wgs84"), (lon, lat))


def test_shifted_tells_each_position():
    assert shifted([120.2, 2.35, 120.2], [30.3, 48.86, -30.3]).tolist() == [True, False, False]


def test_shapes_are_turned_vertex_by_vertex():
    square = Polygon([(120.2, 30.3), (120.21, 30.3), (120.21, 30.31), (120.2, 30.31)])
    moved = shapes_to_wgs84(np.array([square, Point(120.2, 30.3)]), "gcj02")
    x, y = to_wgs84(120.2, 30.3, "gcj02")
    assert moved[0].exterior.coords[0] == moved[1].coords[0] == (float(x), float(y))
    assert shapes_to_wgs84(square, "wgs84") is square
    assert shapes_to_wgs84(square, "bd09").area == pytest.approx(square.area, rel=2e-2)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (30.3, 120.2, "coordinates.swapped"),
        (200.0, 30.0, "coordinates.out-of-range"),
        (120.2, 90.5, "coordinates.out-of-range"),
        (13380000.0, 3540000.0, "coordinates.out-of-range"),  # metres of Web Mercator
        (float("nan"), 30.0, "coordinates.not-finite"),
        (120.2, float("inf"), "coordinates.not-finite"),
    ],
)
def test_what_is_no_position_is_refused_with_its_place_and_a_mend(lon, lat, code):
    for source, target in EVERY_WAY:
        with pytest.raises(CoordinatesUnusable) as refusal:
            convert([120.2, lon], [30.3, lat], source, target)
        assert refusal.value.code == code
        assert refusal.value.facts["position"] == 2
        assert refusal.value.facts["mend"]


def test_uneven_arrays_are_refused():
    with pytest.raises(CoordinatesUnusable, match=r"coordinates\.uneven"):
        convert([1.0, 2.0], [1.0], "wgs84", "gcj02")


@pytest.mark.parametrize(
    ("said", "datum"),
    [
        ("WGS-84", Datum.WGS84),
        ("EPSG:4326", Datum.WGS84),
        ("GCJ-02", Datum.GCJ02),
        ("gcj02", Datum.GCJ02),
        ("火星坐标", Datum.GCJ02),
        ("BD-09", Datum.BD09),
        ("bd09ll", Datum.BD09),
        (Datum.BD09, Datum.BD09),
    ],
)
def test_a_datum_is_read_as_files_write_it(said, datum):
    assert read_datum(said) is datum


@pytest.mark.parametrize("said", [None, "", "  ", "-"])
def test_an_unstated_datum_is_asked_for(said):
    with pytest.raises(CoordinatesUnusable) as refusal:
        read_datum(said)
    assert refusal.value.code == "coordinates.datum-unstated"
    assert "gcj02" in str(refusal.value.facts["mend"])


@pytest.mark.parametrize("said", ["CGCS2000", "bd09mc", "EPSG:3857", "wgs"])
def test_an_unknown_datum_is_refused_by_name(said):
    with pytest.raises(CoordinatesUnusable) as refusal:
        convert(120.2, 30.3, said, "wgs84")
    assert refusal.value.code == "coordinates.datum-unknown"
    assert refusal.value.facts["datum"] == said
