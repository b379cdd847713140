"""A district with nearly everything wrong, told to a Chinese reader and to an English one."""

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from shapely.geometry import LineString, Point, Polygon
from typer.testing import CliRunner

from api.cli import app
from geodata.district import District, layer_frame, read_district, write_district

runner = CliRunner()

# what no reader's language changes: codes, commands to type, whom a map is owed to, quoted names
UNSPOKEN = re.compile(
    r"supplyloop [\x20-\x7e…]*|osmium [a-z]+|© OpenStreetMap[\x20-\x7e]*|“[^”]*”"
    r"|<style>.*?</style>|<svg.*?</svg>|<[^>]+>|/[\w./-]+",
    re.DOTALL,
)
SPOILT = ("compounds", "buildings", "stairwells", "gates", "ways")
ENGLISH = re.compile(r"[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,}){2,}")


def _node(number: int, x: float, y: float, tags: str = "") -> str:
    lon, lat = 120.2 + x * 1e-5, 30.3 + y * 1e-5
    return f'<node id="{number}" lon="{lon:.7f}" lat="{lat:.7f}">{tags}</node>'


def _way(number: int, nodes: list[int], *tags: str) -> str:
    refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
    said = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in (tag.split("=", 1) for tag in tags))
    return f'<way id="{number}">{refs}{said}</way>'


def _tag(key: str, value: str) -> str:
    return f'<tag k="{key}" v="{value}"/>'


def _extract() -> str:
    nodes = [
        _node(1, 0, 0), _node(2, 200, 0), _node(3, 200, 200), _node(4, 0, 200),
        _node(5, 100, 0, _tag("barrier", "gate") + _tag("opening_hours", "when it rains")),
        _node(6, 150, 150, _tag("barrier", "gate")),  # on no way
        _node(11, 20, 20), _node(12, 60, 20), _node(13, 60, 60), _node(14, 20, 60),
        _node(21, 120, 20), _node(22, 160, 60), _node(23, 160, 20), _node(24, 120, 60),
        _node(31, 80, 80), _node(32, 120, 80), _node(33, 120, 120),
        '<node id="41" lon="30.3002" lat="120.201"/>',  # exchanged
        '<node id="42" lon="170" lat="95"/>',  # nowhere
        _node(43, 10, 10), _node(43, 10, 10),
    ]  # fmt: skip
    ways = [
        _way(100, [1, 5, 2, 3, 4, 1], "highway=residential"),
        _way(101, [5, 31, 41], "highway=path", "motor_vehicle:conditional=no @ (07:00-09:00)"),
        _way(102, [11, 12, 13, 14, 11], "building=apartments"),
        _way(103, [21, 22, 23, 24, 21], "building=apartments"),  # a bow
        _way(104, [31, 32, 33], "building=yes"),  # open
        _way(105, [31, 32, 33, 999, 31], "leisure=park"),  # clipped
        _way(106, [31, 999, 33], "highway=footway"),  # clipped
        _way(107, [31, 33], "highway=bus_guideway"),
        _way(108, [31, 32, 31, 32, 31], "natural=water"),  # encloses nothing
    ]
    relation = (
        '<relation id="200"><member type="way" ref="998" role="outer"/>'
        f"{_tag('type', 'multipolygon')}{_tag('building', 'apartments')}</relation>"
    )
    body = "".join((*nodes, *ways, relation))
    return f'<?xml version="1.0"?><osm version="0.6">{body}</osm>'


def _spoilt(district: District) -> District:
    """Put a district out of order after it was made, as a hand in a GIS may."""
    rows = {layer: getattr(district, layer).to_dict("records") for layer in SPOILT}
    x, y = 120.2, 30.3
    bow = Polygon([(x, y), (x + 1e-4, y + 1e-4), (x + 1e-4, y), (x, y + 1e-4)])
    apart = {"id": "island", "hours": "now and then"}
    apart["geometry"] = LineString([(x + 0.01, y), (x + 0.011, y), (x + 0.012, y)])
    house, gate = rows["buildings"][0], rows["gates"][0]
    rows["gates"] = [
        gate | {"code": "same", "hours": "at dawn, perhaps"},
        gate | {"code": "same", "id": "g", "geometry": Point(x + 5e-4, y + 5e-4)},
    ]
    far = {"geometry": Point(x + 9e-4, y + 9e-4), "lift": "no", "levels": 9}
    rows["stairwells"][0] |= far
    rows["buildings"] += [
        house | {"id": "bow", "code": "bow", "geometry": bow},
        house | {"id": "twin", "code": "twin"},
    ]
    rows["ways"].append(rows["ways"][0] | apart)
    rows["compounds"] = [row | {"walled": True} for row in rows["compounds"]]
    return dataclasses.replace(
        district, **{layer: layer_frame(layer, held) for layer, held in rows.items()}
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """What import, check and the page say, by language."""
    at = tmp_path_factory.mktemp("told")
    file = at / "map.osm"
    file.write_text(_extract(), encoding="utf-8")
    return {language: dict(_commands(at, file, language)) for language in ("zh", "en")}


def _commands(at: Path, file: Path, language: str) -> Iterator[tuple[str, str]]:
    folder, page = at / f"d-{language}", at / f"{language}.html"
    speak = ("--lang", language)
    words = ("district", "import", str(file), "--name", "桂花", "-o", str(folder), *speak)
    done = runner.invoke(app, words)
    assert done.exit_code == 0, done.output
    yield "import", done.output
    write_district(_spoilt(read_district(folder)), folder)
    done = runner.invoke(app, ["district", "check", str(folder), "--html", str(page), *speak])
    assert done.exit_code == 1, done.output
    yield "check", done.output
    yield "page", page.read_text(encoding="utf-8")
    yield "json", runner.invoke(app, ["district", "check", str(folder), "--json", *speak]).stdout


def test_the_district_has_a_great_many_findings(told: dict[str, dict[str, str]]) -> None:
    codes = {row["code"] for row in json.loads(told["zh"]["json"])}
    assert codes >= {
        "building.twice", "building.without-stairwell", "code.repeated", "compound.derived",
        "gate.apart", "gate.hours-unreadable", "geometry.invalid", "map.barrier-apart",
        "map.condition-unread", "map.coordinates-out-of-range", "map.coordinates-swapped",
        "map.hours-unreadable", "map.id-repeated", "map.outline-broken", "map.outline-clipped",
        "map.outline-mended", "map.outline-open", "map.relation-broken", "map.way-clipped",
        "map.way-unused", "stairwell.apart", "stairwell.derived", "stairwell.high-without-lift",
        "way.hours-unreadable", "ways.island",
    }  # fmt: skip


@pytest.mark.parametrize("what", ["import", "check", "page"])
def test_a_chinese_reader_reads_no_english_sentence(
    told: dict[str, dict[str, str]], what: str
) -> None:
    assert ENGLISH.findall(UNSPOKEN.sub("\n", told["en"][what]))  # the test would see one
    assert not ENGLISH.findall(UNSPOKEN.sub("\n", told["zh"][what]))


def test_each_row_for_programs_has_words_of_the_language(
    told: dict[str, dict[str, str]],
) -> None:
    for row in json.loads(told["zh"]["json"]):
        assert re.search("[一-鿿]", row["message"])
        assert not ENGLISH.findall(UNSPOKEN.sub("\n", row["message"] + row["mend"]))
    chinese, english = (json.loads(told[language]["json"]) for language in ("zh", "en"))
    bare = [{k: v for k, v in row.items() if k not in ("message", "mend")} for row in chinese]
    assert bare == [
        {k: v for k, v in row.items() if k not in ("message", "mend")} for row in english
    ]


def test_the_import_tells_what_weighs_most_first(told: dict[str, dict[str, str]]) -> None:
    lines = told["en"]["import"].splitlines()
    codes = [found[1] for line in lines if (found := re.match(r"  ([a-z]+\.[a-z-]+): ", line))]
    assert len(codes) == 10
    assert not {"map.way-clipped", "map.way-unused", "stairwell.derived"} & set(codes[:5])
