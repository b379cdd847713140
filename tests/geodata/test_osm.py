from collections import Counter
from pathlib import Path

import pytest
from shapely.geometry import Point

from geodata.district import District, DistrictUnreadable
from geodata.matrix import Stop, travel_matrix, unreachable_stops
from geodata.osm import import_osm

NODES = {
    # the block's streets
    1: (24.9400, 60.1700), 2: (24.9440, 60.1700), 3: (24.9440, 60.1720), 4: (24.9400, 60.1720),
    # a house with an entrance at 13, and one without
    11: (24.9410, 60.1705), 12: (24.9414, 60.1705), 13: (24.9416, 60.1705), 14: (24.9418, 60.1705),
    15: (24.9418, 60.1708), 16: (24.9410, 60.1708),
    21: (24.9425, 60.1705), 22: (24.9432, 60.1705), 23: (24.9432, 60.1708), 24: (24.9425, 60.1708),
    # a path into the block, with a gate at 31
    30: (24.9420, 60.1700), 31: (24.9420, 60.1702), 32: (24.9420, 60.1715),
}  # fmt: skip


def osm_xml(*, tags: dict[int, str] | None = None, more: str = "") -> str:
    """A block of two houses, as a map file; ``tags`` hang on nodes, ``more`` is appended."""
    said = {13: '<tag k="entrance" v="staircase"/>', 31: '<tag k="barrier" v="gate"/>'}
    said |= tags or {}
    nodes = "".join(
        f'<node id="{n}" lat="{lat}" lon="{lon}">{said.get(n, "")}</node>'
        for n, (lon, lat) in NODES.items()
    )
    ways = {
        100: ([1, 30, 2, 3, 4, 1], 'k="highway" v="residential"', 'k="name" v="环路"'),
        101: ([30, 31, 32], 'k="highway" v="service"', 'k="surface" v="asphalt"'),
        102: ([11, 12, 13, 14, 15, 16, 11], 'k="building" v="apartments"', 'k="source" v="x"'),
        103: ([21, 22, 23, 24, 21], 'k="building" v="apartments"', 'k="source" v="x"'),
    }
    drawn = ""
    for number, (corners, first, second) in ways.items():
        refs = "".join(f'<nd ref="{corner}"/>' for corner in corners)
        drawn += f'<way id="{number}">{refs}<tag {first}/><tag {second}/></way>'
    return f'<?xml version="1.0"?><osm version="0.6">{nodes}{drawn}{more}</osm>'


@pytest.fixture
def block(tmp_path: Path) -> Path:
    file = tmp_path / "block.osm"
    file.write_text(osm_xml(), encoding="utf-8")
    return file


def _found(district: District) -> Counter[str]:
    return Counter(finding.code for finding in district.findings)


def test_an_entrance_becomes_a_stairwell_and_a_missing_one_is_derived(block: Path) -> None:
    district = import_osm(block, "Test Block")
    wells = district.stairwells.set_index("building_id")
    assert wells.loc["osm:w102", "id"] == "osm:n13"
    assert not wells.loc["osm:w102", "derived"]
    assert wells.loc["osm:w103", "derived"]
    outline = district.buildings.set_index("id").loc["osm:w103", "geometry"]
    assert outline.exterior.distance(wells.loc["osm:w103", "geometry"]) < 1e-8
    assert [f.place for f in district.findings if f.code == "stairwell.derived"] == ["osm:w103"]


def test_streets_bound_a_compound_where_the_map_has_none(block: Path) -> None:
    district = import_osm(block, "Test Block")
    assert list(district.compounds["code"]) == ["TB-01"]
    (finding,) = [f for f in district.findings if f.code == "compound.derived"]
    assert "streets" in finding.message


def test_a_residential_area_of_the_map_goes_first(block: Path) -> None:
    area = (
        '<way id="200"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/>'
        '<tag k="landuse" v="residential"/><tag k="name" v="桂花苑"/></way>'
    )
    block.write_text(osm_xml(more=area), encoding="utf-8")
    district = import_osm(block, "Test Block")
    assert list(district.compounds["id"]) == ["osm:w200"]
    assert "compound.derived" not in _found(district)
    names = {p.name_zh for p in district.places() if p.kind == "stairwell"}
    assert names == {"桂花苑1幢1单元", "桂花苑2幢1单元"}


def test_addresses_name_a_compound_and_stay_with_the_house(block: Path) -> None:
    tags = {13: '<tag k="entrance" v="main"/><tag k="addr:housenumber" v="7"/>'}
    tags[13] += '<tag k="addr:street" v="Ringway"/>'
    block.write_text(osm_xml(tags=tags), encoding="utf-8")
    places = import_osm(block, "Test Block").places()
    stairwell = next(p for p in places if p.id == "osm:n13")
    assert stairwell.name_zh == "Ringway 7 1幢1单元"
    assert stairwell.name_en == "Ringway 7, Building 1, Stairwell 1"
    assert next(p for p in places if p.id == "osm:w102").note == "Ringway 7"


@pytest.mark.parametrize(
    ("tags", "is_open"),
    [
        ('<tag k="barrier" v="gate"/>', True),  # untagged
        ('<tag k="barrier" v="gate"/><tag k="access" v="private"/>', True),  # of those inside
        ('<tag k="barrier" v="gate"/><tag k="access" v="no"/>', False),  # closed
    ],
)
def test_a_gate_on_a_way_is_open_by_rule(block: Path, tags: str, *, is_open: bool) -> None:
    block.write_text(osm_xml(tags={31: tags}), encoding="utf-8")
    district = import_osm(block, "Test Block")
    (gate,) = [p for p in district.places() if p.kind == "gate"]
    assert (gate.id, gate.open, gate.parent_id) == (
        "osm:n31",
        is_open,
        district.compounds["id"].iloc[0],
    )
    assert district.gates.geometry.iloc[0] == Point(24.9420, 60.1702)


def test_clipped_ways_and_broken_relations_are_findings(block: Path) -> None:
    more = (
        '<way id="300"><nd ref="1"/><nd ref="4"/><nd ref="999"/><tag k="highway" v="path"/></way>'
        '<relation id="400"><member type="way" ref="998" role="outer"/>'
        '<tag k="type" v="multipolygon"/><tag k="building" v="apartments"/></relation>'
        '<way id="500"><nd ref="1"/><nd ref="3"/><tag k="highway" v="bus_guideway"/></way>'
    )
    block.write_text(osm_xml(more=more), encoding="utf-8")
    district = import_osm(block, "Test Block")
    found = {f.code: f.place for f in district.findings}
    assert found["map.way-clipped"] == "osm:w300"
    assert found["map.relation-broken"] == "osm:r400"
    assert found["map.way-unused"] == "highway=bus_guideway"
    assert "osm:w300" in set(district.ways["id"])


def test_importing_twice_gives_the_same_district(block: Path) -> None:
    assert import_osm(block, "A B").digest == import_osm(block, "A B").digest


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "map.unreadable"),  # an empty download
        (b"<html>404 not found</html>", "map.unreadable"),  # an error page saved as a map
        (b'<?xml version="1.0"?><osm version="0.6"></osm>', "map.no-ways"),  # nothing in it
        (osm_xml()[:900].encode(), "map.unreadable"),  # a copy that broke off
        (
            b'<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
            b'<osm version="0.6"><node id="1" lat="1" lon="1"><tag k="a" v="&b;"/></node></osm>',
            "map.entities",
        ),  # entities, as in a bomb
    ],
)
def test_a_file_that_is_no_map_is_refused_by_name(
    tmp_path: Path, content: bytes, code: str
) -> None:
    file = tmp_path / "bad.osm"
    file.write_bytes(content)
    with pytest.raises(DistrictUnreadable) as refused:
        import_osm(file, "Nowhere")
    assert refused.value.code == code
    assert refused.value.facts["file"] == str(file)
    assert refused.value.facts["mend"]


def test_a_truncated_extract_is_refused(helsinki_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "half.osm.pbf"
    file.write_bytes(helsinki_file.read_bytes()[:100_000])
    with pytest.raises(DistrictUnreadable, match=r"map\.unreadable"):
        import_osm(file, "Half")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DistrictUnreadable, match=r"map\.missing.*none\.osm"):
        import_osm(tmp_path / "none.osm.pbf", "Nowhere")


def test_a_map_without_houses_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "roads.osm"
    file.write_text(osm_xml().replace('k="building"', 'k="was:building"'), encoding="utf-8")
    with pytest.raises(DistrictUnreadable, match=r"map\.no-dwellings"):
        import_osm(file, "Roads")


def test_the_demo_extract_holds_a_district(helsinki: District) -> None:
    assert len(helsinki.stairwells) >= 250
    assert len(helsinki.gates) >= 40
    assert "ODbL" in helsinki.attribution
    assert not helsinki.synthetic
    broken = [f.message for f in helsinki.findings if f.code == "map.relation-broken"]
    assert sum("building" in message for message in broken) == 6


def test_nearly_all_doors_of_the_demo_are_reached_on_foot(helsinki: District) -> None:
    stops = [
        Stop(id=p.id, lon=p.lon, lat=p.lat) for p in helsinki.places() if p.kind == "stairwell"
    ]
    lost = unreachable_stops(travel_matrix(helsinki, stops, "foot"))
    assert len(lost) <= len(stops) * 0.03


@pytest.mark.parametrize(
    "shared_map",
    [
        "beijing_tsinghua.osm.pbf",  # Chinese names, a wall with gates, no entrances
        pytest.param("liechtenstein.osm.pbf", marks=pytest.mark.slow),  # nine thousand houses
    ],
    indirect=True,
)
def test_other_extracts_come_in_whole(shared_map: Path) -> None:
    district = import_osm(shared_map, "Elsewhere")
    codes = [place.code for place in district.places()]
    assert len(codes) == len(set(codes))
    assert len(district.stairwells) > 100
