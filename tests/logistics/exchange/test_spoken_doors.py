"""Addresses as they are spoken on the telephone, in a district of two compounds."""

import pytest

from logistics.domain.address_places import AddressPlace
from logistics.domain.registry import WHOLE
from logistics.exchange.spoken_doors import SpokenDoors


def place(id_, kind, parent, *, code, zh="", en="") -> AddressPlace:
    return AddressPlace(id=id_, kind=kind, parent_id=parent, code=code, name_zh=zh, name_en=en)


def compound(number: str, zh: str, en: str, buildings: dict[int, int]) -> list[AddressPlace]:
    """A compound with buildings of so many units each."""
    top = f"KX-{number}"
    made = [place(top, "compound", None, code=top, zh=zh, en=en)]
    for building, units in buildings.items():
        code = f"{top}-{building:02}"
        made.append(place(code, "building", top, code=code, zh=f"{zh}{building}幢"))
        made += [
            place(f"{code}-{unit}", "stairwell", code, code=f"{code}-{unit}", zh=f"{unit}单元")
            for unit in range(1, units + 1)
        ]
    return made


@pytest.fixture(scope="module")
def doors() -> SpokenDoors:
    river = compound("01", "春江花园", "River Garden", {1: 1, 2: 2, 3: 2})
    return SpokenDoors([*river, *compound("02", "柳岸公寓", "Willow Court", {1: 1, 3: 3})])


@pytest.mark.parametrize(
    ("said", "stairwells", "room", "why"),
    [
        ("春江花园3幢2单元501", ["KX-01-03-2"], "501", "exact"),
        ("春江花园3-2-501", ["KX-01-03-2"], "501", "exact"),  # as people write it
        ("春江花园三号楼二单元五零一", ["KX-01-03-2"], "501", "exact"),  # as a telephone hears it
        ("我住春江花园3幢2单元501室,要两斤青菜", ["KX-01-03-2"], "501", "exact"),  # in a sentence
        ("春江花园1幢501", ["KX-01-01-1"], "501", "only-one"),  # the building has one stairwell
        ("2幢2单元501", ["KX-01-02-2"], "501", "only-one"),  # one compound has a second building
        ("3幢2单元501", ["KX-01-03-2", "KX-02-03-2"], "501", "compound-unsaid"),
        ("春江花园3幢501", ["KX-01-03-1", "KX-01-03-2"], "501", "unit-unsaid"),
        ("春江花园3幢7单元501", ["KX-01-03-1", "KX-01-03-2"], "501", "unit-unknown"),
        ("春江花3幢2单元501", ["KX-01-03-2"], "501", "compound-unknown"),  # misheard
        ("春江花园3幢2单元", ["KX-01-03-2"], "", "exact"),
    ],
)
def test_what_is_said_leads_to_stairwells(doors, said, stairwells, room, why):
    meant = doors.meant(said)
    assert [spot.place.code for spot in meant.stairwells] == stairwells
    assert meant.room == room
    assert {spot.why for spot in meant.stairwells} == {why}


@pytest.mark.parametrize(
    ("said", "ask", "choices"),
    [
        ("501", "building", []),  # every building has one
        ("五零一室", "building", []),
        ("2单元501", "building", []),
        ("春江花园", "building", ["KX-01"]),
        ("春江", "building", ["KX-01"]),
        ("春江花园9幢2单元501", "building", ["KX-01-03", "KX-01-02", "KX-01-01"]),  # the nearest
        ("你好", "address", []),
    ],
)
def test_what_leads_to_no_stairwell_says_what_to_ask(doors, said, ask, choices):
    meant = doors.meant(said)
    assert meant.stairwells == ()
    assert meant.ask == ask
    assert [spot.place.code for spot in meant.choices] == choices


def test_a_place_that_was_chosen_needs_no_more_than_the_room(doors):
    building = next(p for p in doors._by_id.values() if p.code == "KX-01-03")
    assert [s.place.code for s in doors.meant("501", building).stairwells] == [
        "KX-01-03-1", "KX-01-03-2",
    ]  # fmt: skip
    within = doors.meant("2单元五零一", building)
    assert [s.place.code for s in within.stairwells] == ["KX-01-03-2"]
    assert within.room == "501"


def test_an_address_is_printed_for_the_reader(doors):
    assert doors.address("KX-01-03-2", "501", "zh") == "春江花园3幢2单元501室"
    assert doors.address("KX-01-03-2", "501.2", "zh") == "春江花园3幢2单元501室"
    assert doors.address("KX-01-03-2", "501", "en") == "River Garden, Building 3, Unit 2, 501"
    assert doors.address("KX-01-03-2", WHOLE, "zh") == "春江花园3幢2单元"
