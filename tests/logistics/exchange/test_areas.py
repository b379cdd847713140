import json

import pytest

from logistics.exchange.areas import AreaUnreadable, area_of, read_area

RING = [[120.0, 30.0], [120.1, 30.0], [120.1, 30.1], [120.0, 30.1], [120.0, 30.0]]
HOLE = [[120.02, 30.02], [120.04, 30.02], [120.04, 30.04], [120.02, 30.02]]
POLYGON = {"type": "Polygon", "coordinates": [RING, HOLE]}
WANTED = (tuple(map(tuple, RING)), tuple(map(tuple, HOLE)))


@pytest.mark.parametrize(
    "content",
    [
        POLYGON,
        {"type": "Feature", "properties": {}, "geometry": POLYGON},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": POLYGON}]},
        {"type": "MultiPolygon", "coordinates": [[RING, HOLE]]},
        POLYGON
        | {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}},
    ],
)
def test_a_polygon_is_read_wherever_geojson_keeps_it(content):
    assert area_of(content) == (WANTED,)


def test_a_height_is_left_out(tmp_path):
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"type": "Polygon", "coordinates": [[[*p, 12] for p in RING]]}))
    assert read_area(file) == ((WANTED[0],),)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ([], "type"),  # no object
        ({"type": "Point", "coordinates": [120, 30]}, "type"),  # no area
        ({"type": "FeatureCollection", "features": []}, "type"),  # nothing in it
        ({"type": "Feature", "geometry": None}, "type"),  # RFC 7946 allows it; we cannot use it
        ({"type": "Polygon", "coordinates": [RING[:-1]]}, "coordinates"),  # ring left open
        ({"type": "Polygon", "coordinates": [[RING[0]] * 5]}, "coordinates"),  # no extent
        ({"type": "Polygon", "coordinates": "POLYGON"}, "coordinates"),  # not even a list
        ({"type": "Polygon", "coordinates": [[["a", "b"]] * 4]}, "coordinates"),  # words
        ({"type": "Polygon", "coordinates": [[[120, 300]] * 4]}, "coordinates"),  # off the earth
        ({"type": "Polygon", "coordinates": [[[float("nan"), 30]] * 4]}, "coordinates"),
        ({"type": "Polygon", "coordinates": [[RING[0], RING[2], RING[1], RING[3], RING[0]]]},
         "coordinates"),  # crosses itself
        (POLYGON | {"crs": {"properties": {"name": "EPSG:4490"}}}, "crs"),  # another system
        ({"type": "Polygon", "coordinates": [RING[:1] * 1 + RING[1:-1] * 3000 + RING[:1]]},
         "coordinates"),  # far too many
    ],
)  # fmt: skip
def test_what_is_no_area_is_refused_by_its_field(content, field):
    with pytest.raises(AreaUnreadable) as refused:
        area_of(content, source="a.json")
    assert (refused.value.facts["field"], refused.value.facts["file"]) == (field, "a.json")


def test_a_file_that_is_not_there_or_no_json_is_refused(tmp_path):
    (tmp_path / "b.json").write_text("[" * 100_000)
    for name in ("a.json", "b.json"):
        with pytest.raises(AreaUnreadable):
            read_area(tmp_path / name)
