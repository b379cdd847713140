"""Announcements: said once, to whom they concern, for as long as they hold."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import DatabaseError

from geodata.district import MapPlace
from logistics.domain.notices import (
    AnnouncementEmpty,
    AnnouncementEndsBefore,
    AnnouncementTooLong,
    AnnouncementWithdrawn,
)
from logistics.domain.setup import DistrictSetup, PointSetup, Policy, Setup
from logistics.store import notices, places, tables, whereabouts
from logistics.store.session import Database
from logistics.usecases.announce import announce, withdraw_announcement
from logistics.usecases.set_up import set_up

AT = datetime(2026, 4, 13, 6, tzinfo=UTC)
SPOT = {"lon": 120.2, "lat": 30.3, "name_zh": "处", "name_en": "spot"}


@pytest.fixture
def town(database: Database) -> Database:
    ground = [
        MapPlace(id="c1", kind="compound", parent_id=None, code="KX-01", **SPOT),
        *(
            MapPlace(
                id=f"b{n}", kind="building", parent_id="c1", code=f"KX-01-0{n}", levels=2, **SPOT
            )
            for n in (1, 2)
        ),
        *(
            MapPlace(id=f"s{n}", kind="stairwell", parent_id=f"b{n}", code=f"KX-01-0{n}-1", **SPOT)
            for n in (1, 2)
        ),
    ]
    setup = Setup(policy=Policy(), points=(PointSetup(code="P1", depot=True, **SPOT),))
    head = DistrictSetup(name="Kaixuan", folder="/nowhere", synthetic=True)
    with database.transaction() as session:
        set_up(session, head, setup, ground, actor="test", at=AT)
    return database


def told(database: Database, code: str, at: datetime = AT) -> list[str]:
    with database.read() as session:
        area = places.district_by_name(session, "Kaixuan")
        around = whereabouts.rise(session, [places.by_code(session, area.id, code).id])
        return [one.text("zh") for one in notices.standing(session, area.id, at, places=around)]


def say(database: Database, text: str, **more: object) -> str:
    return database.run(
        lambda s: announce(s, "Kaixuan", text_zh=text, actor="test", at=AT, **more)
    ).id


def test_everybody_is_told_what_is_said_to_all_and_to_where_they_live(town: Database) -> None:
    say(town, "全区")
    say(town, "一幢", place="KX-01-01")
    say(town, "小区", place="KX-01")
    assert told(town, "KX-01-01-1") == ["小区", "一幢", "全区"]
    assert told(town, "KX-01-02-1") == ["小区", "全区"]


def test_it_is_shown_from_its_beginning_to_its_end(town: Database) -> None:
    hour = timedelta(hours=1)
    say(town, "稍后", since=AT + hour, until=AT + 2 * hour)
    shown = [told(town, "KX-01-01-1", AT + n * hour) for n in (0, 1, 2)]
    assert shown == [[], ["稍后"], []]


def test_what_is_withdrawn_is_shown_no_more_and_stays_in_the_record(town: Database) -> None:
    said = say(town, "停水")
    gone = town.run(lambda s: withdraw_announcement(s, said, actor="test", at=AT))
    assert gone.withdrawn_at == AT
    assert told(town, "KX-01-01-1") == []
    with pytest.raises(AnnouncementWithdrawn):
        town.run(lambda s: withdraw_announcement(s, said, actor="test", at=AT))
    with town.read() as session:
        area = places.district_by_name(session, "Kaixuan")
        assert [one.id for one in notices.page(session, area.id)] == [said]


def test_the_database_lets_nobody_take_an_announcement_out_of_the_record(town: Database) -> None:
    say(town, "停水")
    with pytest.raises(DatabaseError, match="append-only"), town.transaction() as session:
        session.execute(delete(tables.announcement))


def test_one_language_stands_in_for_the_other(town: Database) -> None:
    said = town.run(lambda s: announce(s, "Kaixuan", text_en="No water", actor="test", at=AT))
    assert (said.text("zh"), said.text("en")) == ("No water", "No water")


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"text_zh": "  "}, AnnouncementEmpty),
        ({"text_zh": "水" * 1001}, AnnouncementTooLong),
        ({"text_zh": "停水", "until": AT}, AnnouncementEndsBefore),
    ],
)
def test_what_nobody_could_read_is_refused(town: Database, more, refusal) -> None:
    with pytest.raises(refusal):
        town.run(lambda s: announce(s, "Kaixuan", actor="test", at=AT, **more))
    assert told(town, "KX-01-01-1") == []
