import dataclasses
import json
import random
from datetime import UTC, datetime
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
import shapely
from geopandas.geodataframe import GeoDataFrame
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from geodata.directions.legs import Leg, legs
from geodata.district import District
from geodata.drawing.track_files import GPX, KML, gpx_text, kml_text
from geodata.drawing.tracks import Track, TrackStop, district_geojson, geojson_text, plan_geojson
from geodata.travel.matrix import Stop

OSM = "© OpenStreetMap contributors, ODbL 1.0"
GPX_ORDER = {  # the sequences of the GPX 1.1 schema
    "gpx": ["metadata", "wpt", "rte", "trk", "extensions"],
    "metadata": ["name", "desc", "author", "copyright", "link", "time", "keywords", "bounds"],
    "copyright": ["year", "license"],
    "wpt": ["ele", "time", "magvar", "geoidheight", "name", "cmt", "desc", "src", "link", "sym",
            "type", "fix"],
    "trk": ["name", "cmt", "desc", "src", "link", "number", "type", "extensions", "trkseg"],
    "trkseg": ["trkpt", "extensions"],
    "trkpt": ["ele", "time", "name"],
}  # fmt: skip
FEATURE = ["name", "visibility", "open", "address", "phoneNumber", "Snippet", "description"]
STYLED = [*FEATURE, "LookAt", "TimeStamp", "styleUrl", "Style", "Region", "ExtendedData"]
KML_ORDER = {  # the sequences of the KML 2.2 schema
    "kml": ["Document"],
    "Document": [*STYLED, "Schema", "Folder", "Placemark"],
    "Folder": [*STYLED, "Placemark"],
    "Placemark": [*STYLED, "Point", "LineString"],
    "Style": ["IconStyle", "LabelStyle", "LineStyle", "PolyStyle"],
    "LineStyle": ["color", "colorMode", "width"],
    "LineString": ["extrude", "tessellate", "altitudeMode", "coordinates"],
    "Point": ["extrude", "altitudeMode", "coordinates"],
}


def _track(district: District, count: int, *, code: str = "T1", seed: int = 1) -> Track:
    doors = [p for p in district.places() if p.kind == "stairwell"]
    chosen = random.Random(seed).sample(doors, count)
    stops = [Stop(id=p.code, lon=p.lon, lat=p.lat) for p in chosen]
    return Track(
        code=code,
        courier="K1",
        mode="ebike",
        stops=tuple(
            TrackStop(seq=n, code=p.code, name=p.name_zh, lon=p.lon, lat=p.lat, arrival="09:05")
            for n, p in enumerate(chosen)
        ),
        legs=legs(district, [*stops, stops[0]], "ebike"),
    )


def _plan(tracks: list[Track]) -> dict:
    return plan_geojson(tracks, attribution=OSM, synthetic=False, name="R1")


def _ring_areas(geometry: dict) -> list[list[float]]:
    parts = geometry["coordinates"]
    for rings in [parts] if geometry["type"] == "Polygon" else parts:
        yield [sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(_moved(ring))) for ring in rings]


def _moved(ring: list[list[float]]) -> list[tuple[float, float]]:
    """Shift a ring to the origin: areas of tiny rings far from it would drown in rounding."""
    return [(lon - ring[0][0], lat - ring[0][1]) for lon, lat in ring]


def _ordered(element: ET.Element, space: str, order: dict[str, list[str]]) -> None:
    name = element.tag.removeprefix(f"{{{space}}}")
    places = [order[name].index(child.tag.removeprefix(f"{{{space}}}")) for child in element]
    assert places == sorted(places), name
    for child in element:
        if len(child):
            _ordered(child, space, order)


def test_every_leg_and_stop_is_a_feature(small: District) -> None:
    track = _track(small, 5)
    found = _plan([track])
    legs_found = [f for f in found["features"] if f["properties"]["kind"] == "leg"]
    stops = [f["properties"]["seq"] for f in found["features"] if "seq" in f["properties"]]
    assert [f["properties"]["leg"] for f in legs_found] == [1, 2, 3, 4, 5]
    assert stops == [0, 1, 2, 3, 4]
    assert sum(f["properties"]["distance_m"] for f in legs_found) == track.distance_m
    assert found["attribution"] == OSM
    for leg, feature in zip(track.legs, legs_found, strict=True):
        line = shape(feature["geometry"])
        assert line.equals_exact(shapely.LineString(leg.line), 1e-7)


def test_a_stop_without_a_way_keeps_its_place_in_the_file(small: District) -> None:
    lost = Leg(origin="a", target="b", line=(), distance_m=-1, duration_s=-1, gates=(), streets=())
    here = dataclasses.replace(lost, line=((120.2, 30.3),), distance_m=0, duration_s=0)
    track = dataclasses.replace(_track(small, 2), legs=(lost, here))
    first, second = [f for f in _plan([track])["features"] if "leg" in f["properties"]]
    assert (first["geometry"], first["properties"]["reachable"]) == (None, False)
    assert (second["geometry"], second["properties"]["distance_m"]) == (None, 0)
    assert first["properties"]["distance_m"] is None
    for text in (gpx_text([track], name="", attribution=OSM), kml_text([track], name="",
                 attribution=OSM)):  # fmt: skip
        assert "trkpt" not in text
        assert "LineString" not in text


def test_the_bounds_hold_every_position_and_no_more(small: District) -> None:
    found = district_geojson(small)
    shapes = [shape(f["geometry"]) for f in found["features"]]
    assert found["bbox"] == [round(float(v), 7) for v in shapely.total_bounds(shapes)]
    assert "bbox" not in _plan([])


def test_rings_follow_the_right_hand_rule(helsinki: District) -> None:
    found = district_geojson(helsinki, layers=("compounds", "buildings"))
    holes = 0
    for feature in found["features"]:
        for outer, *inner in _ring_areas(feature["geometry"]):
            assert outer > 0
            assert all(area < 0 for area in inner)
            holes += len(inner)
    assert holes  # courtyards


def test_zones_and_closed_gates_are_told(small: District) -> None:
    compound, gate = small.compounds["id"].iloc[0], small.gates["id"].iloc[0]
    assert small.gates["open"].iloc[0]
    found = district_geojson(
        small, zones={compound: "sealed"}, closed_gates=frozenset([gate]), language="en"
    )
    by_id = {feature["id"]: feature["properties"] for feature in found["features"]}
    assert by_id[compound]["zone"] == "sealed"
    assert by_id[compound]["name"] == small.compounds["name_en"].iloc[0]
    assert by_id[gate]["open"] is False
    assert sum("zone" in told for told in by_id.values()) == 1
    assert found["synthetic"] is True


def test_each_layer_is_written_whole(small: District) -> None:
    found = district_geojson(small, layers=("gates", "ways"))
    layers = [feature["properties"]["layer"] for feature in found["features"]]
    assert (layers.count("gates"), layers.count("ways")) == (len(small.gates), len(small.ways))
    assert json.loads(geojson_text(found)) == found


def test_a_number_that_json_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        geojson_text({"type": "Point", "coordinates": [float("nan"), 1.0]})


def test_other_programs_read_the_files(small: District, tmp_path) -> None:
    tracks = [_track(small, 4), _track(small, 3, code="T2", seed=2)]
    lengths = len(tracks[0].legs) + len(tracks[1].legs)
    (tmp_path / "a.geojson").write_text(geojson_text(_plan(tracks)), encoding="utf-8")
    (tmp_path / "a.gpx").write_text(gpx_text(tracks, name="R1", attribution=OSM), encoding="utf-8")
    (tmp_path / "a.kml").write_text(kml_text(tracks, name="R1", attribution=OSM), encoding="utf-8")
    both = GeoDataFrame.from_file(tmp_path / "a.geojson", engine="pyogrio")
    assert len(both) == lengths + 7
    points = GeoDataFrame.from_file(tmp_path / "a.gpx", layer="waypoints", engine="pyogrio")
    lines = GeoDataFrame.from_file(tmp_path / "a.gpx", layer="tracks", engine="pyogrio")
    assert (len(points), list(lines["name"])) == (7, ["T1", "T2"])
    assert lines.geometry.iloc[0].length == pytest.approx(
        sum(shapely.LineString(leg.line).length for leg in tracks[0].legs), abs=1e-6
    )
    folder = GeoDataFrame.from_file(tmp_path / "a.kml", layer="T1", engine="pyogrio")
    assert len(folder) == len(tracks[0].legs) + 4


def test_elements_stand_in_the_order_of_the_schemas(small: District) -> None:
    tracks = [_track(small, 4), _track(small, 3, code="T2", seed=2)]
    at = datetime(2022, 4, 13, 8, tzinfo=UTC)
    gpx = ET.fromstring(gpx_text(tracks, name="R", attribution=OSM, at=at).encode())  # noqa: S314
    assert (gpx.tag, gpx.get("version")) == (f"{{{GPX}}}gpx", "1.1")
    assert gpx.get("creator")
    _ordered(gpx, GPX, GPX_ORDER)
    rights = gpx.find(f".//{{{GPX}}}copyright")
    assert rights is not None
    assert rights.get("author") == "OpenStreetMap contributors"
    kml = ET.fromstring(kml_text(tracks, name="R", attribution=OSM).encode())  # noqa: S314
    assert kml.tag == f"{{{KML}}}kml"
    _ordered(kml, KML, KML_ORDER)
    styles = {f"#{style.get('id')}" for style in kml.iter(f"{{{KML}}}Style")}
    assert {url.text for url in kml.iter(f"{{{KML}}}styleUrl")} <= styles


def test_a_made_up_map_claims_no_rights_of_a_real_one(small: District) -> None:
    text = gpx_text([_track(small, 2)], name="R", attribution=small.attribution)
    assert "copyright" not in text
    assert small.attribution in text


@settings(deadline=None, max_examples=60)
@given(words=st.text(max_size=40))
def test_words_from_outside_never_break_a_file(words: str) -> None:
    stop = TrackStop(seq=1, code=words, name=words, lon=24.9, lat=60.1, arrival=words)
    leg = Leg(origin=words, target=words, line=((24.9, 60.1), (24.91, 60.1)), distance_m=5,
              duration_s=5, gates=(words,), streets=())  # fmt: skip
    track = Track(code=words, courier=words, mode=words, stops=(stop,), legs=(leg,))
    for text in (
        gpx_text([track], name=words, attribution=words),
        kml_text([track], name=words, attribution=words),
    ):
        ET.fromstring(text.encode())  # noqa: S314
    assert json.loads(geojson_text(plan_geojson([track], attribution=words, synthetic=True)))
