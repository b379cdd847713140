import dataclasses
import random
import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import pytest
import typst

from geodata.directions import Leg, legs
from geodata.district import District
from geodata.matrix import Stop
from geodata.render import MapLabel, district_map, trip_map

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


def test_a_label_is_a_stop_or_a_point() -> None:
    with pytest.raises(ValueError, match="star"):
        MapLabel(lon=0, lat=0, text="1", kind="star")
