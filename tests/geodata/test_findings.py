"""The codes of findings are data; what the sources say is among them, and nothing else."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely

from geodata.access import WALLS
from geodata.district import District, read_district, write_district
from geodata.extracts import amenities
from geodata.findings import CODES, SEVERITIES, WORDS, Finding, unsoundness
from geodata.generated.making import SIZES
from geodata.layers import LAYERS
from geodata.modes import MODES
from geodata.travel.reach import REASONS

GEODATA = Path(__file__).parents[2] / "geodata"


def _said() -> Iterator[str]:
    """Give every code that the sources give to a finding, those with a gap filled in."""
    for file in GEODATA.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id == "Finding":
                yield from (c for k in node.keywords if k.arg == "code" for c in _codes(k.value))
            elif isinstance(node.func, ast.Attribute) and node.func.attr == "report":
                yield from _codes(node.args[0])


def _codes(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.IfExp):
        yield from _codes(node.body)
        yield from _codes(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        text = ast.unparse(node)
        gaps = {"f'reach.{self.reason}'": REASONS, "f'{hours.kind}.hours-unreadable'": ()}
        yield from (f"reach.{reason}" for reason in gaps[text])
        yield from (f"{kind}.hours-unreadable" for kind in ("gate", "way") if "hours" in text)
    elif not (isinstance(node, ast.Name) and node.id == "code"):  # handed on by report
        pytest.fail(f"a code that nobody can list: {ast.unparse(node)}")


def test_the_codes_are_those_that_the_sources_give() -> None:
    assert set(_said()) == set(CODES)


def test_words_are_those_of_what_they_name() -> None:
    assert set(WORDS["mode"]) == set(MODES)
    assert WORDS["layer"] == WORDS["against"] == tuple(LAYERS)
    assert set(WORDS["size"]) == set(SIZES)
    kinds = {*amenities._AREA_KINDS.values(), *amenities._SITE_KINDS.values(), "sampling"}
    assert set(WORDS["outline"]) == {"building", "residential", "wall"} | kinds
    assert "wall" in WALLS


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("map.odd", {}),  # no such code
        ("map.way-clipped", {}),  # a fact is missing
        ("map.id-repeated", {"count": 2}),  # one too many
        ("map.outline-open", {"outline": "a house"}),  # no word of the list
    ],
)
def test_a_finding_that_nobody_could_say_does_not_exist(
    code: str, facts: dict[str, str | int]
) -> None:
    with pytest.raises(ValueError, match=code):
        Finding(code=code, place="x", facts=facts)


def test_every_finding_weighs_something() -> None:
    assert {code.severity for code in CODES.values()} == set(SEVERITIES)
    assert Finding(code="ways.none", place="x").severity == "error"


@pytest.mark.parametrize(
    ("shape", "fault"),
    [
        ("POLYGON((0 0,1 1,1 0,0 1,0 0))", "self-intersection"),  # a bow
        ("POLYGON((0 0,9 0,9 9,0 0),(20 20,21 20,21 21,20 20))", "hole-lies-outside-shell"),
        ("POLYGON((0 0,9 0,9 9,0 9,0 0),(0 0,9 9,4 8,0 0))", "interior-is-disconnected"),
        (
            "MULTIPOLYGON(((0 0,9 0,9 9,0 9,0 0)),((1 1,2 1,2 2,1 2,1 1)))",
            "nested-shells",
        ),
    ],
)
def test_what_geos_says_of_a_shape_becomes_a_word_and_a_spot(shape: str, fault: str) -> None:
    facts = unsoundness(shapely.is_valid_reason(shapely.from_wkt(shape)))
    assert facts["fault"] == fault
    assert len(str(facts["spot"]).split()) == 2


def test_what_geos_may_say_one_day_is_still_a_fault() -> None:
    assert unsoundness("Something new") == {"fault": "unsound", "spot": "-"}


def test_findings_of_an_older_release_are_counted(small: District, tmp_path: Path) -> None:
    write_district(small, tmp_path)
    head = json.loads((tmp_path / "district.json").read_text(encoding="utf-8"))
    older = {"code": "stairwell.derived", "place": "b", "message": "the map has no entrance"}
    gone = {"code": "map.gone", "place": "b", "facts": {}}
    head["findings"] += [older, gone]
    (tmp_path / "district.json").write_text(json.dumps(head), encoding="utf-8")
    again = read_district(tmp_path).findings
    assert again[: len(small.findings)] == small.findings
    (told,) = again[len(small.findings) :]
    assert (told.code, told.facts) == ("district.findings-older", {"count": 2})
