"""A household is found by what is said of its door, or it is said what to ask."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from geodata.district import MapPlace
from logistics.domain.setup import DistrictSetup, PointSetup, Policy, Setup
from logistics.store import places, whereabouts
from logistics.store.session import Database
from logistics.usecases.find_households import MOST, AddressUnsaid, find_households
from logistics.usecases.set_up import set_up

AT = datetime(2026, 4, 13, 6, tzinfo=UTC)
SPOT = {"lon": 120.2, "lat": 30.3, "name_en": ""}


@pytest.fixture
def town(database: Database) -> Database:
    """One compound of two buildings of two stairwells, eleven floors of two doors each."""
    ground = [
        MapPlace(
            id="c1", kind="compound", parent_id=None, code="KX-01", name_zh="春江花园", **SPOT
        )
    ]
    for b in (1, 2):
        code = f"KX-01-0{b}"
        ground.append(MapPlace(id=f"b{b}", kind="building", parent_id="c1", code=code, levels=11,
                               name_zh=f"春江花园{b}幢", **SPOT))  # fmt: skip
        ground += [
            MapPlace(id=f"s{b}{u}", kind="stairwell", parent_id=f"b{b}", code=f"{code}-{u}",
                     name_zh=f"{u}单元", **SPOT)
            for u in (1, 2)
        ]  # fmt: skip
    setup = Setup(
        policy=Policy(), points=(PointSetup(code="P1", depot=True, name_zh="点", **SPOT),)
    )
    head = DistrictSetup(name="Kaixuan", folder="/nowhere", synthetic=True)
    with database.transaction() as session:
        set_up(session, head, setup, ground, actor="test", at=AT)
    return database


def find(database: Database, said: str, **more):
    with database.read() as session:
        area = places.district_by_name(session, "Kaixuan")
        return find_households(session, area.id, said, **more)


def test_an_address_with_a_room_is_one_household_beyond_doubt(town):
    found = find(town, "2幢1单元501")
    assert found.sure
    assert found.ask == ""
    (home,) = found.candidates
    assert (home.kind, home.code) == ("household", "KX-01-02-1-501")
    assert home.address_zh == "春江花园2幢1单元501室"


def test_a_code_is_a_household_too(town):
    assert find(town, "kx-01-02-1-501").candidates[0].why == "code"


def test_a_bare_room_asks_which_building(town):
    found = find(town, "501")
    assert found.candidates == ()
    assert found.ask == "building"
    assert found.room == "501"


def test_an_unsaid_unit_offers_the_doors_of_both(town):
    found = find(town, "2幢501")
    assert [one.code for one in found.candidates] == ["KX-01-02-1-501", "KX-01-02-2-501"]
    assert not found.sure
    assert found.ask == "unit"


def test_a_room_that_is_not_there_offers_the_most_alike(town):
    found = find(town, "2幢1单元503")
    assert not found.sure
    assert found.ask == "room"
    assert found.candidates[0].room in ("501", "502")
    assert {one.why for one in found.candidates} == {"room-unknown"}
    assert len(found.candidates) == MOST  # of 22 behind these doors


def test_who_looks_after_a_building_finds_nobody_else_and_needs_say_no_more_than_the_room(town):
    with town.read() as session:
        area = places.district_by_name(session, "Kaixuan")
        own = whereabouts.under(session, places.by_code(session, area.id, "KX-01-01").id)
    assert [one.code for one in find(town, "501", only=own).candidates] == [
        "KX-01-01-1-501", "KX-01-01-2-501",
    ]  # fmt: skip
    for said in ("2幢1单元501", "KX-01-02-1-501"):
        assert find(town, said, only=own).candidates == ()


def test_nothing_and_far_too_much_are_refused(town):
    for said in ("", "三" * 201):
        with pytest.raises(AddressUnsaid):
            find(town, said)


def test_households_are_read_by_stairwell_and_few_at_a_time(town):
    asked = []
    with town.read() as session:
        area = places.district_by_name(session, "Kaixuan")

        def note(_conn, _cursor, statement, *_):
            asked.append(statement)

        event.listen(session.get_bind(), "before_cursor_execute", note)
        find_households(session, area.id, "2幢501")
        event.remove(session.get_bind(), "before_cursor_execute", note)
    of_homes = [one for one in asked if "FROM household" in one]
    assert of_homes
    for one in of_homes:
        assert "household.code = " in one or ("stairwell_id IN" in one and "LIMIT" in one)
