import gzip
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Point

from geodata.district import District, DistrictUnreadable, Policy
from geodata.extracts.osm import import_osm
from geodata.travel.matrix import Stop, travel_matrix, unreachable_stops
from geodata.travel.network import Network

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
    assert finding.facts == {"rule": "block"}


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
    broken = [f.facts for f in helsinki.findings if f.code == "map.relation-broken"]
    assert broken.count({"outline": "building"}) == 6


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
    ],
    indirect=True,
)
def test_other_extracts_come_in_whole(shared_map: Path) -> None:
    district = import_osm(shared_map, "Elsewhere")
    codes = [place.code for place in district.places()]
    assert len(codes) == len(set(codes))
    assert len(district.stairwells) > 100


def _node(number: int, lon: float, lat: float, tags: str = "") -> str:
    return f'<node id="{number}" lon="{lon}" lat="{lat}">{tags}</node>'


def _way(number: int, refs: list[int], *tags: str) -> str:
    drawn = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    said = "".join(f'<tag k="{k}" v="{v}"/>' for k, _, v in (tag.partition("=") for tag in tags))
    return f'<way id="{number}">{drawn}{said}</way>'


def _imported(tmp_path: Path, **changes: Any) -> District:
    file = tmp_path / "drawn.osm"
    file.write_text(osm_xml(**changes), encoding="utf-8")
    return import_osm(file, "Test Block")


RING = {41: (24.9405, 60.1702), 42: (24.9435, 60.1702), 43: (24.9435, 60.1712),
        44: (24.9405, 60.1712), 45: (24.94195, 60.1702), 46: (24.94205, 60.1702)}  # fmt: skip


def test_a_wall_around_houses_is_a_compound_with_its_gateway(tmp_path: Path) -> None:
    nodes = "".join(_node(n, *spot) for n, spot in RING.items())
    wall = _way(600, [46, 42, 43, 44, 41, 45], "barrier=wall")  # open by 5.5 m at the path
    tags = {31: '<tag k="barrier" v="gate"/>'}
    file = tmp_path / "walled.osm"
    text = osm_xml(tags=tags).replace('<way id="100">', nodes + '<way id="100">', 1)
    file.write_text(text.replace("</osm>", wall + "</osm>"), encoding="utf-8")
    district = import_osm(file, "Test Block")
    (compound,) = district.compounds.to_dict("records")
    assert compound["walled"]
    (finding,) = [f for f in district.findings if f.code == "compound.derived"]
    assert finding.facts == {"rule": "wall"}
    assert list(district.gates["compound_id"]) == [compound["id"]]


def test_the_fence_of_one_family_is_no_compound(tmp_path: Path) -> None:
    text = osm_xml().replace('k="building" v="apartments"', 'k="building" v="house"')
    text = text.replace('<tag k="entrance" v="staircase"/>', "")
    garden = "".join(
        _node(n, *spot)
        for n, spot in {51: (24.9424, 60.1704), 52: (24.9433, 60.1704), 53: (24.9433, 60.1709),
                        54: (24.9424, 60.1709)}.items()
    )  # fmt: skip
    fence = _way(601, [51, 52, 53, 54, 51], "barrier=fence")
    text = text.replace('<way id="100">', garden + '<way id="100">', 1)
    file = tmp_path / "garden.osm"
    file.write_text(text.replace("</osm>", fence + "</osm>"), encoding="utf-8")
    district = import_osm(file, "Test Block")
    assert len(district.compounds) == 1  # the block of both houses
    assert not district.compounds["walled"].iloc[0]


@pytest.mark.parametrize(
    ("said", "rule", "hours", "foot"),
    [
        ("access=private", "open", "", True),  # those inside are served
        ("access=no", "closed", "", False),  # nobody
        ("locked=yes", "closed", "", True),  # the map says so
        ("opening_hours=06:00-22:00", "open", "06:00-22:00", True),  # said outright
        ("access:conditional=no @ (22:00-06:00)", "open", "06:00-22:00", True),  # the opposite
        ("access:conditional=yes @ (Mo-Fr 06:00-22:00)", "open", "Mo-Fr 06:00-22:00", True),
        ("access:conditional=no @ (weight > 3)", "unstated", "", True),  # no hours at all
    ],
)
def test_a_gates_rule_and_hours_come_from_its_tags(
    tmp_path: Path, *, said: str, rule: str, hours: str, foot: bool
) -> None:
    key, _, value = said.partition("=")
    value = value.replace(">", "&gt;")
    tags = {31: f'<tag k="barrier" v="gate"/><tag k="{key}" v="{value}"/>'}
    (gate,) = _imported(tmp_path, tags=tags).gates.to_dict("records")
    assert (gate["rule"], gate["hours"], gate["foot"]) == (rule, hours, foot)
    assert gate["open"] == (rule != "closed")


def test_hours_that_cannot_be_read_are_a_finding(tmp_path: Path) -> None:
    tags = {31: '<tag k="barrier" v="gate"/><tag k="opening_hours" v="when it rains"/>'}
    district = _imported(tmp_path, tags=tags)
    assert list(district.gates["hours"]) == [""]
    assert _found(district)["map.hours-unreadable"] == 1


@pytest.mark.parametrize(
    ("policy", "is_open", "van"),
    [("open", True, True), ("closed", False, True), ("foot", True, False)],
)
def test_the_policy_decides_for_gates_that_state_nothing(
    block: Path, *, policy: str, is_open: bool, van: bool
) -> None:
    district = import_osm(block, "Test Block", policy=Policy(untagged_gates=policy))
    (gate,) = district.gates.to_dict("records")
    assert (gate["open"], gate["van"], gate["foot"]) == (is_open, van, True)
    assert district.policy.untagged_gates == policy


def test_an_outline_that_crosses_itself_is_mended(tmp_path: Path) -> None:
    bow = _way(700, [21, 23, 22, 24, 21], "building=apartments")
    district = _imported(tmp_path, more=bow)
    assert _found(district)["map.outline-mended"] == 1
    assert district.buildings.set_index("id").geometry["osm:w700"].is_valid


def test_open_and_clipped_outlines_are_told(tmp_path: Path) -> None:
    more = _way(701, [21, 22, 23], "building=yes") + _way(702, [21, 22, 999, 21], "building=yes")
    found = {f.code: f.place for f in _imported(tmp_path, more=more).findings}
    assert found["map.outline-open"] == "osm:w701"
    assert found["map.outline-clipped"] == "osm:w702"


def test_exchanged_coordinates_are_put_right(tmp_path: Path) -> None:
    right = _imported(tmp_path)
    file = tmp_path / "drawn.osm"
    text = osm_xml().replace('lat="60.1715" lon="24.942"', 'lat="24.942" lon="60.1715"')
    assert text != osm_xml()
    file.write_text(text, encoding="utf-8")
    district = import_osm(file, "Test Block")
    assert [f.place for f in district.findings if f.code == "map.coordinates-swapped"] == [
        "osm:n32"
    ]
    assert district.ways.geometry.geom_equals(right.ways.geometry).all()


def test_a_node_at_no_place_on_earth_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "off.osm"
    file.write_text(osm_xml().replace('lat="60.1715" lon="24.942"', 'lat="120" lon="200"'))
    found = {f.code: f.place for f in import_osm(file, "Test Block").findings}
    assert found["map.coordinates-out-of-range"] == "osm:n32"
    assert found["map.way-clipped"] == "osm:w101"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (_way(1, [1, 2], "highway=path") + _node(1, 24.9, 60.1) + _node(2, 24.9, 60.2),
         "map.unsorted"),  # ways before nodes
        (_node(-1, 24.9, 60.1) + _way(-1, [-1, -1], "highway=path"),
         "map.id-negative"),  # an unsaved drawing
        (_node(1, 60.1, 116.3) + _node(2, 60.2, 116.4) + _way(1, [1, 2], "highway=path"),
         "map.coordinates-swapped"),  # all of it
        (_node(1, 500, 60.1) + _node(2, 501, 60.2) + _way(1, [1, 2], "highway=path"),
         "map.coordinates-out-of-range"),  # metres, perhaps
        (_node(1, 24.9, 60.1) + _node(2, 24.9, 60.2) + 2 * _way(1, [1, 2], "highway=path"),
         "map.id-repeated"),  # two files pasted together
    ],
)  # fmt: skip
def test_a_map_that_cannot_be_put_right_is_refused(
    tmp_path: Path, content: str, code: str
) -> None:
    file = tmp_path / "bad.osm"
    file.write_text(f'<?xml version="1.0"?><osm version="0.6">{content}</osm>')
    with pytest.raises(DistrictUnreadable) as refused:
        import_osm(file, "Nowhere")
    assert refused.value.code == code
    assert refused.value.facts["file"] == str(file)


@pytest.mark.parametrize(
    ("off", "node"),
    [
        (_node(72, 500, 60.1), "72"),  # more than osmium can keep
        (_node(73, 24.9, "1e3"), "73"),  # written as osmium does not read it
        (_node(74, 190, 95) + _way(1, [74], "highway=path"), 74),  # nothing is on earth
    ],
)
@pytest.mark.parametrize("ending", ["osm", "osm.gz"])
def test_a_refused_position_names_its_node(
    tmp_path: Path, off: str, node: str | int, ending: str
) -> None:
    fine = "" if node == 74 else _node(1, 24.9, 60.1)
    text = f'<?xml version="1.0"?><osm version="0.6">{fine}{off}</osm>'.encode()
    file = tmp_path / f"off.{ending}"
    file.write_bytes(gzip.compress(text) if ending == "osm.gz" else text)
    with pytest.raises(DistrictUnreadable) as refused:
        import_osm(file, "Nowhere")
    assert refused.value.code == "map.coordinates-out-of-range"
    assert refused.value.facts["node"] == node


def test_signs_at_entrances_and_lifts_are_kept(tmp_path: Path) -> None:
    tags = {13: '<tag k="entrance" v="staircase"/><tag k="ref" v="C"/>'}
    file = tmp_path / "signs.osm"
    text = osm_xml(tags=tags).replace('k="source" v="x"', 'k="elevator" v="yes"', 1)
    file.write_text(text, encoding="utf-8")
    wells = import_osm(file, "Test Block").stairwells.set_index("building_id")
    assert wells.loc["osm:w102", "name_zh"].endswith("C单元")
    assert (wells.loc["osm:w102", "lift"], wells.loc["osm:w103", "lift"]) == ("yes", "unknown")


@pytest.mark.parametrize(
    ("said", "levels", "stated"),
    [("6", 6, True), ("11.5", 12, True), ("tall", 6, False), ("0", 1, False), ("-2", 1, False)],
)
def test_storeys_count_as_stated_only_where_they_can_be_read(
    said: str, levels: int, tmp_path: Path, *, stated: bool
) -> None:
    file = tmp_path / "levels.osm"
    tag = f'k="building:levels" v="{said}"'
    file.write_text(osm_xml().replace('k="source" v="x"', tag, 1), encoding="utf-8")
    wells = import_osm(file, "Test Block").stairwells.set_index("building_id")
    assert tuple(wells.loc["osm:w102", ["levels", "levels_set"]]) == (levels, stated)
    assert tuple(wells.loc["osm:w103", ["levels", "levels_set"]]) == (6, False)


def test_numbers_between_two_told_ones_reach_the_houses_along_the_line(tmp_path: Path) -> None:
    ends = {
        41: (24.9405, 60.17045, 1),
        42: (24.9437, 60.17045, 9),
    }
    nodes = "".join(
        _node(n, x, y, f'<tag k="addr:housenumber" v="{number}"/><tag k="addr:street" v="环路"/>')
        for n, (x, y, number) in ends.items()
    )
    line = _way(800, [41, 42], "addr:interpolation=odd")
    file = tmp_path / "numbers.osm"
    text = osm_xml().replace('<way id="100">', nodes + '<way id="100">', 1)
    file.write_text(text.replace("</osm>", line + "</osm>"), encoding="utf-8")
    notes = import_osm(file, "Test Block").buildings.set_index("id")["note"]
    assert (notes["osm:w102"], notes["osm:w103"]) == ("环路 3", "环路 7")


def test_water_squares_and_sites_come_along(tmp_path: Path) -> None:
    more = _way(900, [1, 30, 4, 1], "natural=water") + _way(
        901, [11, 12, 13, 14], "waterway=river"
    )
    tags = {3: '<tag k="amenity" v="pharmacy"/><tag k="name" v="康宁药店"/>'}
    district = _imported(tmp_path, more=more, tags=tags)
    assert sorted(district.areas["id"]) == ["osm:w900", "osm:w901:water"]
    assert set(district.areas["kind"]) == {"water"}
    (site,) = district.sites.to_dict("records")
    assert (site["kind"], site["code"], site["name_zh"]) == ("health", "TB-H01", "康宁药店")


@pytest.mark.slow
@pytest.mark.parametrize("shared_map", ["liechtenstein.osm.pbf"], indirect=True)
def test_a_country_of_nine_thousand_houses_comes_in_fast_and_small(shared_map: Path) -> None:
    program = (
        "import sys, time\n"
        "from geodata.extracts.osm import import_osm\n"
        "began = time.process_time()\n"
        "district = import_osm(sys.argv[1], 'Liechtenstein')\n"
        # not getrusage: a child begins with the greatest size of who started it
        "status = open('/proc/self/status', encoding='ascii').read()\n"
        "peak = status.split('VmHWM:')[1].split()[0]\n"
        "print(len(district.buildings), time.process_time() - began, peak)\n"
        "codes = [place.code for place in district.places()]\n"
        "print(len(codes), len(set(codes)), len(district.stairwells))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(shared_map)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[3],
    )
    houses, seconds, peak_kib, codes, different, wells = told.stdout.split()
    assert int(houses) > 8900
    assert float(seconds) < 60
    assert int(peak_kib) < 2 << 20
    assert codes == different
    assert int(wells) > 100


@pytest.mark.parametrize(
    ("ramp", "reached"),
    [
        ('<tag k="ramp:stroller" v="yes"/>', True),  # two wheels fit
        ('<tag k="ramp:bicycle" v="yes"/>', False),  # a channel for one wheel
        ("", False),
    ],
)
def test_a_trolley_takes_steps_with_a_ramp(tmp_path: Path, ramp: str, *, reached: bool) -> None:
    stairs = '<nd ref="32"/><nd ref="40"/><tag k="highway" v="steps"/>'
    more = f'<node id="40" lon="24.9420" lat="60.1716"/><way id="110">{stairs}{ramp}</way>'
    file = tmp_path / "stairs.osm"
    nodes, ways = more.split("/>", 1)
    file.write_text(osm_xml(more=ways).replace("<way", f"{nodes}/><way", 1), encoding="utf-8")
    district = import_osm(file, "Stairs")
    used = Network.of(district, "trolley").streets.way
    assert ("osm:w110" in set(district.ways["id"].iloc[used])) is reached


def test_what_a_way_says_of_hours_walkers_and_tricycles_is_kept(tmp_path: Path) -> None:
    said = {
        "access": "no",
        "access:conditional": "yes @ (06:00-22:00)",
        "oneway:foot": "yes",
        "width": "1.0",
    }
    tags = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in said.items())
    more = f'<way id="110"><nd ref="32"/><nd ref="3"/><tag k="highway" v="path"/>{tags}</way>'
    timed = '<tag k="highway" v="path"/><tag k="foot:conditional" v="no @ (22:00-06:00)"/>'
    more += f'<way id="111"><nd ref="32"/><nd ref="4"/>{timed}</way>'
    odd = '<tag k="highway" v="path"/><tag k="opening_hours" v="now and then!"/>'
    more += f'<way id="112"><nd ref="32"/><nd ref="2"/>{odd}</way>'
    file = tmp_path / "ways.osm"
    narrow = '<tag k="barrier" v="gate"/><tag k="access" v="yes"/>'
    narrow += '<tag k="maxwidth:physical" v="1"/>'
    file.write_text(osm_xml(tags={31: narrow}, more=more), encoding="utf-8")
    district = import_osm(file, "Ways")
    ways = district.ways.set_index("id")
    path = ways.loc["osm:w110"]
    assert (path["hours"], path["oneway_foot"], path["tricycle"]) == ("06:00-22:00", 1, False)
    assert (path["foot"], path["bike"]) == (True, True)
    assert list(ways.loc[["osm:w111", "osm:w112"], "hours"]) == ["", ""]
    told = {(finding.code, finding.place) for finding in district.findings}
    assert {
        ("map.condition-unread", "foot:conditional"),
        ("map.condition-unread", "opening_hours"),
    } <= told
    gate = district.gates.iloc[0]
    assert (gate["bike"], gate["van"], gate["tricycle"]) == (True, False, False)
