import dataclasses
import itertools
import random
import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import Polygon, box

from geodata.directions.legs import Leg, legs
from geodata.district import District
from geodata.drawing.hatch import ZONES
from geodata.drawing.render import MapLabel, district_map, trip_map
from geodata.drawing.strokes import look
from geodata.travel.matrix import Stop

SVG = "{http://www.w3.org/2000/svg}"


def _trip(district: District, count: int) -> tuple[tuple[Leg, ...], list[MapLabel]]:
    doors = [p for p in district.places() if p.kind == "stairwell"]
    chosen = random.Random(2).sample(doors, count)
    stops = [Stop(id=p.id, lon=p.lon, lat=p.lat) for p in chosen]
    labels = [
        MapLabel(lon=p.lon, lat=p.lat, text=str(n) if n else "点", kind="stop" if n else "point")
        for n, p in enumerate(chosen)
    ]
    return legs(district, [*stops, stops[0]], "ebike"), labels


def _texts(svg: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314


def test_a_trip_map_carries_what_a_courier_needs(helsinki: District) -> None:
    route, labels = _trip(helsinki, 9)
    texts = _texts(trip_map(helsinki, route, labels))
    assert {"点", *map(str, range(1, 9))} <= set(texts)
    assert "北" in texts
    assert helsinki.attribution in texts
    assert any(re.fullmatch(r"\d+ 米", text) for text in texts)


def test_steps_are_drawn_with_a_ramp_and_without(small: District) -> None:
    path = small.ways.index[small.ways["highway"] == "footway"][0]
    drawn = {}
    for kind in ("footway", "steps", "ramp"):
        ways = small.ways.copy()
        ways.loc[path, "highway"] = kind
        drawn[kind] = district_map(dataclasses.replace(small, ways=ways))
    assert drawn["ramp"] == drawn["steps"] != drawn["footway"]


def test_a_stop_where_the_trip_begins_is_drawn_without_a_way(small: District) -> None:
    """A point may stand at a door."""
    door = next(p for p in small.places() if p.kind == "stairwell")
    stops = [Stop(id=n, lon=door.lon, lat=door.lat) for n in ("point", "door", "point")]
    labels = [
        MapLabel(lon=door.lon, lat=door.lat, text="点", kind="point"),
        MapLabel(lon=door.lon, lat=door.lat, text="1", kind="stop"),
    ]
    texts = _texts(trip_map(small, legs(small, stops, "foot"), labels))
    assert {"点", "1"} <= set(texts)


def test_a_trip_map_fits_a_mail(helsinki: District) -> None:
    route, labels = _trip(helsinki, 30)
    assert len(trip_map(helsinki, route, labels).encode()) < 200_000


def test_synthetic_maps_say_so_in_both_languages(small: District) -> None:
    route, labels = _trip(small, 4)
    for svg in (
        trip_map(small, route, labels),
        trip_map(small, route, labels, language="en"),
        district_map(small),
    ):
        said = " ".join(_texts(svg))
        assert "合成数据" in said
        assert "Synthetic" in said


def test_a_real_map_is_not_called_synthetic(helsinki: District) -> None:
    assert not any("Synthetic" in text for text in _texts(district_map(helsinki)))


def test_words_from_outside_are_escaped(small: District) -> None:
    evil = "<script>alert('&')</script>\x00"
    district = dataclasses.replace(
        small,
        name=evil,
        attribution=evil,
        compounds=small.compounds.assign(name_zh=evil, name_en=evil),
        ways=small.ways.assign(name_zh=evil),
    )
    label = MapLabel(lon=small.bounds()[0], lat=small.bounds()[1], text=evil)
    for svg in (trip_map(district, (), [label]), district_map(district, labels=[label])):
        assert "<script" not in svg
        assert "\x00" not in svg
        assert "<script>alert" in "".join(_texts(svg))


@pytest.mark.parametrize("word", ["style=", "<style", "foreignObject", "var(", "href", "NaN"])
def test_only_what_every_viewer_draws_is_used(medium: District, word: str) -> None:
    route, labels = _trip(medium, 6)
    assert word not in trip_map(medium, route, labels)
    assert word not in district_map(medium, routes=[route])


def test_zones_are_coloured_and_explained(medium: District) -> None:
    first, second = medium.compounds["id"].iloc[:2]
    svg = district_map(medium, zones={first: "sealed", second: "precaution"})
    assert {"封控区", "防范区"} <= set(_texts(svg))
    assert "管控区" not in _texts(svg)
    assert district_map(medium, zones={first: "sealed"}, language="en") != svg


def test_stops_that_would_cover_each_other_are_set_apart(small: District) -> None:
    place = next(p for p in small.places() if p.kind == "stairwell")
    labels = [MapLabel(lon=place.lon, lat=place.lat, text=str(n)) for n in range(1, 7)]
    root = ET.fromstring(trip_map(small, (), labels))  # noqa: S314
    spots: Sequence[tuple[float, float]] = [
        (float(node.attrib["x"]), float(node.attrib["y"]))
        for node in root.iter(f"{SVG}text")
        if node.get("class") == "stop"
    ]
    assert len(set(spots)) == 6


def test_a_trip_without_stops_shows_the_district(small: District) -> None:
    assert "<svg" in trip_map(small, (), ())


def test_the_printer_draws_the_map(medium: District) -> None:
    route, labels = _trip(medium, 6)
    svg = trip_map(medium, route, labels)
    page = f'#image(bytes({_typst_string(svg)}), format: "svg", width: 170mm)'
    assert typst.compile(page.encode(), format="pdf").startswith(b"%PDF")


def _typst_string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclasses.dataclass(frozen=True)
class Shut:
    gates: frozenset[str] = frozenset()
    ways: frozenset[str] = frozenset()
    areas: tuple[Polygon, ...] = ()


def _numbers(svg: str) -> list[str]:
    root = ET.fromstring(svg)  # noqa: S314
    return [node.text or "" for node in root.iter(f"{SVG}text") if node.get("class") == "stop"]


def _boxes(svg: str) -> list[tuple[str, Polygon]]:
    """Where each text stands on the whole sheet: narrower than the drawer itself reckons."""
    found: list[tuple[str, Polygon]] = []

    def walk(node: ET.Element, dx: float, dy: float) -> None:
        if move := re.match(r"translate\(([-\d.]+) ([-\d.]+)\)", node.get("transform", "")):
            dx, dy = dx + float(move[1]), dy + float(move[2])
        if node.tag == f"{SVG}text":
            size, words = float(node.attrib["font-size"]), node.text or ""
            wide = sum(size if ord(c) > 0x2E7F else size * 0.5 for c in words)
            x, y = float(node.attrib["x"]), float(node.attrib["y"])
            west = x - wide * {"start": 0, "end": 1}.get(node.get("text-anchor", ""), 0.5)
            shape = box(west, y - size * 0.75, west + wide, y)
            if turn := re.match(
                r"rotate\(([-\d.]+) ([-\d.]+) ([-\d.]+)", node.get("transform", "")
            ):
                shape = affinity.rotate(shape, float(turn[1]), (float(turn[2]), float(turn[3])))
            found.append((words, affinity.translate(shape, dx, dy)))
        for child in node:
            walk(child, dx, dy)

    walk(ET.fromstring(svg), 0, 0)  # noqa: S314
    return found


def _check_sheet(svg: str) -> None:
    """No word below the least size, over the edge, or on another word."""
    root = ET.fromstring(svg)  # noqa: S314
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    sizes = [float(node.attrib["font-size"]) for node in root.iter(f"{SVG}text")]
    assert min(sizes) >= 1.9
    boxes = _boxes(svg)
    frame = box(0, 0, width, height)
    assert [words for words, shape in boxes if not frame.contains(shape)] == []
    pairs = itertools.combinations(boxes, 2)
    assert [(a, b) for (a, one), (b, two) in pairs if one.intersection(two).area > 0.01] == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("width", "height"), [(100, 80), (184, 92)])
def test_words_of_a_real_trip_neither_meet_nor_leave_the_sheet(
    helsinki: District, language: str, width: int, height: int
) -> None:
    route, labels = _trip(helsinki, 14)
    size = {"width_mm": width, "height_mm": height}
    svg = trip_map(helsinki, route, labels, language=language, **size)
    _check_sheet(svg)
    assert sorted(_numbers(svg), key=int) == [str(n) for n in range(1, 14)]
    assert helsinki.attribution in " ".join(_texts(svg))


@settings(deadline=None, max_examples=8, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 24),
    near=st.booleans(),
    language=st.sampled_from(["zh", "en"]),
    width=st.sampled_from([100.0, 140.0, 184.0]),
)
def test_every_number_stands_once_and_alone(
    *, medium: District, seed: int, count: int, near: bool, language: str, width: float
) -> None:
    dice = random.Random(seed)
    doors = [p for p in medium.places() if p.kind == "stairwell"]
    middle = dice.choice(doors)
    if near:
        doors = sorted(doors, key=lambda p: abs(p.lon - middle.lon) + abs(p.lat - middle.lat))
    chosen = dice.sample(doors[: max(count, 30)] if near else doors, count)
    labels = [MapLabel(lon=p.lon, lat=p.lat, text=str(n)) for n, p in enumerate(chosen, 1)]
    labels.append(MapLabel(lon=middle.lon, lat=middle.lat, text="P1", kind="point"))
    svg = trip_map(medium, (), labels, language=language, width_mm=width, height_mm=92)
    _check_sheet(svg)
    assert sorted(_numbers(svg), key=int) == [str(n) for n in range(1, count + 1)]


def test_many_bags_for_one_door_are_fanned_out(small: District) -> None:
    place = next(p for p in small.places() if p.kind == "stairwell")
    labels = [MapLabel(lon=place.lon, lat=place.lat, text=str(n)) for n in range(1, 26)]
    svg = trip_map(small, (), labels, width_mm=100, height_mm=80)
    _check_sheet(svg)
    assert len(_numbers(svg)) == 25


def test_a_crowd_far_from_its_point_gets_a_detail(medium: District) -> None:
    doors = [p for p in medium.places() if p.kind == "stairwell"]
    crowd, far = doors[:6], doors[-1]
    labels = [MapLabel(lon=p.lon, lat=p.lat, text=str(n)) for n, p in enumerate(crowd, 1)]
    labels.append(MapLabel(lon=far.lon, lat=far.lat, text="P1", kind="point"))
    svg = trip_map(medium, (), labels, width_mm=184, height_mm=92)
    texts = _texts(svg)
    assert {"放大图 A", "A"} <= set(texts)
    assert texts.count("北") == 2  # each part has its own north and scale
    assert len([text for text in texts if re.fullmatch(r"\d+ 米", text)]) == 2
    assert len(_numbers(svg)) == 6
    alone = trip_map(medium, (), labels[:2], width_mm=184, height_mm=92)
    assert "放大图 A" not in _texts(alone)


def test_gates_to_pass_are_named_and_told_from_open_and_closed(medium: District) -> None:
    route, labels = _trip(medium, 6)
    passed = {gate for leg in route for gate in leg.gates}
    texts = _texts(trip_map(medium, route, labels, language="en"))
    assert {"gate to pass", "open gate", "closed gate", "way back"} <= set(texts)
    assert sum(text.endswith(" Gate") for text in texts) >= min(len(passed), 3)


def test_a_gate_closed_since_is_not_drawn_as_open(medium: District) -> None:
    is_open = medium.gates["open"]
    plain = district_map(medium).count('stroke="#fff" stroke-width="0.35"')
    shut = Shut(gates=frozenset(medium.gates["id"][is_open]))
    svg = district_map(medium, closed=shut)
    crosses = svg.count('stroke="#fff" stroke-width="0.35"')
    assert crosses - plain == is_open.sum()
    assert "开着的门" not in _texts(svg)


def test_closed_ways_and_areas_are_marked_and_explained(medium: District) -> None:
    named = medium.ways[medium.ways["name_zh"] != ""]
    shut = Shut(ways=frozenset([named["id"].iloc[2]]), areas=(medium.compounds.geometry.iloc[3],))
    texts = _texts(district_map(medium, closed=shut))
    assert texts.count("封闭") == 2
    assert "封闭路段、区域" in texts
    assert "封闭" not in _texts(district_map(medium))


def test_zones_differ_without_colour(medium: District) -> None:
    ids = list(medium.compounds["id"].iloc[:3])
    zones = dict(zip(ids, ("sealed", "controlled", "precaution"), strict=True))
    svg = district_map(medium, zones=zones, language="en")
    for zone in zones.values():
        ink = f'fill="none" stroke="{ZONES[zone].ink}"'
        assert svg.count(ink) == 2  # its lines on the map, and in the legend
        assert any(f"{zone} zone" in text for text in _texts(svg))
    looks = {(z.angles, z.edge_dashes) for z in ZONES.values()}
    assert len(looks) == 3


def test_a_building_with_a_zone_of_its_own_keeps_it(medium: District) -> None:
    house = medium.buildings.iloc[0]
    zones = {house["compound_id"]: "sealed", house["id"]: "precaution"}
    both = district_map(medium, zones=zones)
    assert {"封控区", "防范区"} <= set(_texts(both))
    assert both != district_map(medium, zones={house["compound_id"]: "sealed"})


def test_each_route_has_its_own_line_in_the_legend(medium: District) -> None:
    routes = [_trip(medium, 3)[0] for _ in range(9)]
    names = [f"T{n}" for n in range(1, 10)]
    svg = district_map(medium, routes=routes, names=names)
    for name in names:
        assert _texts(svg).count(name) >= 1
    assert len({look(n) for n in range(28)}) == 28


def test_two_drawings_on_one_page_do_not_share_names(small: District) -> None:
    first, second = district_map(small), trip_map(small, (), ())
    marks = [set(re.findall(r'id="([^"]+)"', svg)) for svg in (first, second)]
    assert marks[0]
    assert not marks[0] & marks[1]
    for svg, own in zip((first, second), marks, strict=True):
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) == own


def test_a_label_is_a_stop_or_a_point() -> None:
    with pytest.raises(ValueError, match="star"):
        MapLabel(lon=0, lat=0, text="1", kind="star")
