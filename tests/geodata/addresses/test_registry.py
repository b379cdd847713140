from dataclasses import dataclass, replace

import pytest

from geodata.addresses import Address, Registry, Resolved, Style, format_address
from geodata.generated import generate_district


@dataclass(frozen=True)
class Spot:
    id: str
    kind: str
    parent_id: str | None
    code: str
    name_zh: str = ""
    name_en: str = ""
    note: str = ""


def compound(code: str, zh: str, en: str, units: dict[str, int]) -> list[Spot]:
    """Make a compound whose buildings have so many stairwells each."""
    places = [Spot(code, "compound", None, code, zh, en)]
    for number, count in units.items():
        mark = f"{code}-{number.zfill(2)}"
        places.append(Spot(mark, "building", code, mark, f"{zh}{number}号楼"))
        places += [
            Spot(f"{mark}-{n}", "stairwell", mark, f"{mark}-{n}", f"{zh}{number}号楼{n}单元")
            for n in range(1, count + 1)
        ]
    return places


GROUND = [
    *compound("KX-01", "春江花园一期", "Spring Garden I", {"1": 2, "3": 3, "5": 1, "8": 2}),
    *compound("KX-02", "春江花园二期", "Spring Garden II", {"1": 1, "3": 2, "A": 1}),
    *compound("KX-03", "采荷新村", "Lotus Village", {"2": 2, "12": 2}),
    *compound("KX-04", "采荷新村小区", "Old Lotus", {"2": 1}),
    Spot("h12", "building", "KX-03", "KX-03-50", "村屋", "", "文三路 12; 凯旋路 7"),
    Spot("h12s", "stairwell", "h12", "KX-03-50-1", "村屋1单元"),
    Spot("g1", "gate", "KX-01", "KX-01-G1", "东门"),
]
REGISTRY = Registry(GROUND)


def resolve(said: str, within: str | None = None) -> Resolved:
    return REGISTRY.resolve(said, compound=within)


def codes(found: Resolved) -> list[str]:
    return [candidate.place.code for candidate in found.ambiguous]


@pytest.mark.parametrize(
    ("said", "within", "code"),
    [
        ("春江花园一期3号楼2单元501", None, "KX-01-03-2"),
        ("春江花园1期三號樓二單元五零一", None, "KX-01-03-2"),  # phases in either numerals
        ("春江花园二期3-2-501", "KX-01", "KX-02-03-2"),  # what is said goes before what is meant
        ("3-2-501", "春江花园一期", "KX-01-03-2"),
        ("3-2-501", "kx-01", "KX-01-03-2"),
        ("5-501", "KX-01", "KX-01-05-1"),  # it has one stairwell only
        ("Spring Garden II, Building A, Room 1203", None, "KX-02-0A-1"),
        ("KX-01-03-2-501", None, "KX-01-03-2"),
        ("kx-1-3-2", None, "KX-01-03-2"),
        ("KX-01-05", None, "KX-01-05-1"),
        ("8幢2单元301", None, "KX-01-08-2"),  # one building 8 in the whole district
        ("文三路12号", None, "KX-03-50-1"),
        ("文三路 12", None, "KX-03-50-1"),
        ("凯旋路7号 301室", None, "KX-03-50-1"),
    ],
)
def test_an_address_leads_to_its_stairwell(said: str, within: str | None, code: str) -> None:
    found = resolve(said, within)
    assert found.stairwell is not None
    assert (found.stairwell.code, found.reason, found.ambiguous) == (code, "", ())
    assert found.building is not None
    assert found.compound is not None


@pytest.mark.parametrize(
    ("said", "within", "reason", "choice"),
    [
        ("3-2-501", None, "compound-unsaid", ["KX-01-03", "KX-02-03"]),
        ("春江花园3-2-501", None, "compound-unknown", ["KX-01", "KX-02"]),
        ("春江花圆一期3-2-501", None, "compound-unknown", ["KX-01", "KX-02"]),  # misspelt
        ("采荷新村2-1-101", None, "compound-shared", ["KX-03", "KX-04"]),
        ("3号楼501", "KX-01", "unit-unsaid", ["KX-01-03-1", "KX-01-03-2", "KX-01-03-3"]),
        ("3-4-501", "KX-01", "unit-unknown", ["KX-01-03-3", "KX-01-03-2", "KX-01-03-1"]),
        ("4-1-501", "KX-01", "building-unknown", ["KX-01-03", "KX-01-05", "KX-01-01", "KX-01-08"]),
        ("3-2", "KX-01", "unit-or-room", ["KX-01-03-2"]),
        ("KX-01-03-9", None, "unit-unknown", ["KX-01-03-3", "KX-01-03-2", "KX-01-03-1"]),
        ("KX-01-03", None, "unit-unsaid", ["KX-01-03-1", "KX-01-03-2", "KX-01-03-3"]),
        ("翠苑四区3-2-501", None, "compound-unknown", []),
        ("77-1-101", None, "building-unknown", []),
        ("KX-01", None, "building-unsaid", []),
        ("土豆2斤", None, "not-an-address", []),
        ("", None, "not-an-address", []),
    ],
)
def test_what_is_ambiguous_is_asked_with_the_places_to_choose_from(
    said: str, within: str | None, reason: str, choice: list[str]
) -> None:
    found = resolve(said, within)
    assert found.stairwell is None
    assert found.reason == reason
    assert codes(found)[: len(choice)] == choice
    assert bool(found.ambiguous) == bool(choice)


@pytest.mark.parametrize(
    ("said", "within", "missing"),
    [
        ("3-2-501", "KX-01", ()),
        ("8幢2单元301", None, ("compound",)),
        ("5-501", "KX-01", ("unit",)),
        ("3幢", "KX-01", ("unit", "room")),
        ("土豆", None, ("address",)),
    ],
)
def test_what_was_not_said_is_told(said: str, within: str | None, missing: tuple[str]) -> None:
    assert resolve(said, within).missing == missing


def test_places_are_printed_in_the_district_s_own_style() -> None:
    places = {place.code: place for place in GROUND}
    assert REGISTRY.style == Style(building="号楼", unit="单元")
    assert REGISTRY.format(places["KX-01-03-2"]) == "春江花园一期3号楼2单元"
    assert REGISTRY.format(places["KX-02-0A-1"], Style(form="dash")) == "春江花园二期A-1"
    assert REGISTRY.place_address(places["KX-03"]) == Address(compound="采荷新村")


@pytest.mark.parametrize("style", [Style(), Style(form="dash"), Style(form="en"), None])
def test_each_stairwell_of_a_district_is_reached_by_its_printed_address(
    style: Style | None,
) -> None:
    places = generate_district("small", 7, "Registry").places()
    registry = Registry(places)
    stairwells = [place for place in places if place.kind == "stairwell"]
    assert stairwells
    for place in stairwells:
        home = replace(registry.place_address(place), room="301")
        found = registry.resolve(format_address(home, style or registry.style))
        assert found.stairwell is not None
        assert found.stairwell.id == place.id
        assert registry.resolve(place.code).stairwell == place
        assert registry.resolve(f"{place.code}-301").stairwell == place
