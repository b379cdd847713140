from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from logistics.domain.places import District, Place
from logistics.domain.setup import Policy, ZoneSetup
from logistics.domain.zones import ZoneEndsEarly
from logistics.store import places, tables, zones
from logistics.store.rows import Put

AT = datetime(2026, 4, 13, 9, tzinfo=UTC)
DISTRICT = District(id="d", name="Kaixuan", folder="kx", attribution="", synthetic=True,
                    source_digest="d", zone_name="Asia/Shanghai", policy=Policy(),
                    created_at=AT)  # fmt: skip


def a_place(code, parent=None):
    return Place(id=f"d/{code}", district_id="d", parent_id=parent and f"d/{parent}",
                 kind="building", code=code, name_zh="", name_en="", lon=120.2,
                 lat=30.3)  # fmt: skip


def a_statement(place, zone, *, since=AT, until=None):
    return zones.NewStatement(
        district_id="d", place_id=place, zone=zone, since=since, until=until, reason="a case",
        actor="test", origin=zones.DESK, at=AT,
    )  # fmt: skip


@pytest.fixture
def district(session):
    places.put_district(session, DISTRICT)
    places.put_places(session, [a_place("C"), a_place("B", "C"), a_place("S", "B")])
    return session


def test_what_was_said_is_read_in_its_order_with_what_lies_in_what(district):
    said = [zones.say(district, a_statement(f"d/{code}", zone))
            for code, zone in (("C", "controlled"), ("B", "sealed"))]  # fmt: skip
    said.append(zones.say(district, a_statement(None, "precaution")))
    book = zones.book(district, "d")
    assert list(book.statements) == said
    assert book.parents == {"d/C": None, "d/B": "d/C", "d/S": "d/B"}
    assert book.standing("d/S", AT).statement == said[1]


@pytest.mark.parametrize("change", [
    update(tables.zone_statement).values(zone="precaution"),
    delete(tables.zone_statement),
])  # fmt: skip
def test_what_was_said_stays(district, change):
    zones.say(district, a_statement("d/C", "sealed"))
    with pytest.raises(DBAPIError, match="append-only"), district.begin_nested():
        district.execute(change)
    assert zones.book(district, "d").statements[0].zone == "sealed"


def test_nothing_is_written_of_a_zone_that_cannot_be(district):
    with pytest.raises(ZoneEndsEarly):
        zones.say(district, a_statement("d/C", "sealed", until=AT))
    assert zones.book(district, "d").statements == ()


def test_a_setup_speaks_again_only_where_it_says_something_else(district):
    def setup(*rows):
        given = [(f"d/{row.place_code}", row) for row in rows]
        return zones.say_setup(district, "d", given, actor="test", at=AT)

    row = ZoneSetup(place_code="C", zone="sealed", since=AT)
    assert setup(row) == Put(1, 0)
    assert setup(row) == Put(0, 0)
    zones.say(district, a_statement("d/C", "controlled", since=AT + timedelta(hours=3)))
    assert setup(row) == Put(0, 0)  # what the desk said since then still counts
    until = AT + timedelta(hours=5)
    assert setup(ZoneSetup(place_code="C", zone="sealed", since=AT, until=until)) == Put(0, 1)
    assert setup(row) == Put(0, 1)  # and back again
    assert [one.until for one in zones.book(district, "d").statements] == [
        None, None, until, None,
    ]  # fmt: skip
