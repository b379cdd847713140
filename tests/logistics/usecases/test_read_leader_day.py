"""A leader's day and doors in the database itself, on each kind of database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from logistics.domain.custody import Scan, ScanKind
from logistics.domain.door_visits import (
    DoorAnswer,
    DoorVisit,
    DoorVisitInvalid,
    DoorVisitKeyReused,
)
from logistics.domain.ids import new_id
from logistics.domain.needs import Need
from logistics.domain.setup import DistrictSetup
from logistics.store import places, runs
from logistics.store import tables as t
from logistics.usecases.create_run import create_run
from logistics.usecases.mark_roll_call import mark_roll_call
from logistics.usecases.note_at_door import note_at_door
from logistics.usecases.read_leader_day import (
    read_care,
    read_leader_day,
    read_unheard,
    runs_today,
)
from logistics.usecases.record_scans import BagEvent, BagsNotOut, record_scans
from logistics.usecases.set_up import set_up
from logistics.usecases.take_list import take_list
from tests.api.conftest import MAP, SETUP
from tests.logistics.usecases.riders import MINE, OTHERS, release

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # ten in the morning in Hangzhou
WHO = {"actor": "test", "at": AT}


@pytest.fixture
def led(session):
    district = DistrictSetup(name="Kaixuan", folder="/nowhere", synthetic=True)
    set_up(session, district, SETUP, MAP, **WHO)
    run = create_run(session, "Kaixuan", AT.date(), 1, cutoff_at=AT + timedelta(hours=2), **WHO)
    return release(session, run.id, AT)


def spot(session, code="KX-01-01"):
    area = places.district_by_name(session, "Kaixuan")
    return places.by_code(session, area.id, code)


def scan(session, led, kind, *bags, by="leader:KX-01-01", at=AT):
    events = [
        BagEvent(bag=one, scan=Scan(key=f"{kind}/{one}", kind=kind, at=at, by=by)) for one in bags
    ]
    return record_scans(session, led.run, events, actor="test", at=at)


def need(session, household, said, *, consent=date(2026, 1, 1), withdrawn=None):
    session.execute(insert(t.need_statement).values(
        id=new_id("nst", AT), household_id=places.household_by_code(session, household).id,
        member_no=1, need=said, since=None, until=None, detail="", consent_on=consent,
        consent_by="desk", withdrawn_on=withdrawn, source="test", actor="test", at=AT,
    ))  # fmt: skip


def states(day):
    return {door.room: door.state for door in day.doors}


def test_a_building_sees_its_arrivals_and_doors(session, led):
    day = read_leader_day(session, spot(session), led.run, at=AT)
    assert [(one.trip, one.bags, one.dropped) for one in day.arrivals] == [
        ("T-1", 2, 0), ("T-2", 1, 0),
    ]  # fmt: skip
    first = day.arrivals[0]
    assert first.arrives_at == datetime(2026, 11, 24, 1, 10, tzinfo=UTC)  # 33,000 s after midnight
    assert first.arrives_at - first.away_from == timedelta(minutes=10)
    assert {door.room: [bag.code for bag in door.bags] for door in day.doors} == {
        "101": ["001-A", "003-C"], "102": ["002-B"],
    }  # fmt: skip
    assert [one.code for one in runs_today(session, spot(session).district_id, at=AT)] == [led.run]


def test_doors_follow_what_is_taken_handed_and_met(session, led):
    scan(session, led, ScanKind.DROP, "001-A", "002-B", by="courier:K1")
    assert states(read_leader_day(session, spot(session), led.run, at=AT)) == {
        "101": "coming", "102": "at-slot",
    }  # fmt: skip
    scan(session, led, ScanKind.TAKE, "001-A", "002-B", "003-C")
    scan(session, led, ScanKind.HAND, "002-B")
    visit = DoorVisit(key="v1", answer=DoorAnswer.NO_ANSWER, at=AT)
    assert note_at_door(session, led.run, MINE, visit, **WHO)
    day = read_leader_day(session, spot(session), led.run, at=AT)
    assert states(day) == {"101": "no-answer", "102": "handed"}
    assert day.open_doors == 1
    slip = DoorVisit(key="v2", answer=DoorAnswer.MISTAKE, at=AT + timedelta(seconds=1))
    note_at_door(session, led.run, MINE, slip, **WHO)
    assert states(read_leader_day(session, spot(session), led.run, at=AT))["101"] == "with-leader"


def test_a_visit_is_kept_once_and_never_changed(session, led):
    visit = DoorVisit(key="v1", answer=DoorAnswer.REFUSED, at=AT)
    assert note_at_door(session, led.run, MINE, visit, **WHO)
    assert not note_at_door(session, led.run, MINE, visit, **WHO)
    other = DoorVisit(key="v1", answer=DoorAnswer.NO_ANSWER, at=AT)
    with pytest.raises(DoorVisitKeyReused):
        note_at_door(session, led.run, MINE, other, **WHO)
    early = DoorVisit(key="v2", answer=DoorAnswer.REFUSED, at=AT + timedelta(hours=1))
    with pytest.raises(DoorVisitInvalid):
        note_at_door(session, led.run, MINE, early, **WHO)
    assert session.scalar(select(func.count()).select_from(t.door_visit)) == 1


@pytest.mark.parametrize("change", [update(t.door_visit).values(note="x"), delete(t.door_visit)])
def test_what_was_met_is_not_edited(session, led, change):
    note_at_door(
        session, led.run, MINE, DoorVisit(key="v", answer=DoorAnswer.REFUSED, at=AT), **WHO
    )
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(change)


def test_before_the_release_nothing_was_met(session, led):
    session.execute(update(t.run).values(state="planned"))
    with pytest.raises(BagsNotOut):
        note_at_door(session, led.run, MINE,
                     DoorVisit(key="v", answer=DoorAnswer.REFUSED, at=AT), **WHO)  # fmt: skip


@pytest.mark.usefixtures("led")
def test_who_was_not_heard_is_asked_with_those_who_need_care_first(session):
    day = AT.date() + timedelta(days=1)
    run = create_run(session, "Kaixuan", day, 1, cutoff_at=AT + timedelta(hours=9), **WHO)
    before = read_unheard(session, spot(session), at=AT)
    assert (before.sent, before.declined) == (0, 0)
    take_list(session, run.id, MINE, [], text="土豆2斤", channel="leader", **WHO)
    mark_roll_call(session, run.id, OTHERS, "declined", how="door", asked_by="leader", **WHO)
    need(session, "KX-01-01-1-301", "elderly")
    need(session, "KX-01-01-1-302", "home-quarantine")  # nothing for a leader
    found = read_unheard(session, spot(session), at=AT)
    assert (found.households, found.sent, found.declined) == (before.households, 1, 1)
    assert len(found.left) == found.households - 2
    assert found.left[0].household == "KX-01-01-1-301"
    assert [one.cared_for for one in found.left].count(True) == 1
    assert read_unheard(session, spot(session), at=AT + timedelta(hours=10)) is None


@pytest.mark.usefixtures("led")
def test_care_is_told_with_consent_never_health_and_reading_is_recorded(session):
    need(session, MINE, "elderly")
    need(session, MINE, "chronic-illness")
    need(session, OTHERS, "pregnant", withdrawn=date(2026, 11, 1))
    (found,) = read_care(session, spot(session), **WHO)
    assert (found.household, found.needs) == (MINE, (Need.ELDERLY,))
    read = session.execute(select(t.audit).where(t.audit.c.command == "need.read")).one()
    assert read.subject == spot(session).id


def test_another_stairwell_has_nothing_of_it(session, led):
    area = places.district_by_name(session, "Kaixuan")
    session.execute(insert(t.place).values(
        id="other", district_id=area.id, parent_id=spot(session, "KX-01").id, kind="building",
        code="KX-01-02", name_zh="", name_en="", lon=120.2, lat=30.3, levels=3, open=True, note="",
    ))  # fmt: skip
    day = read_leader_day(session, spot(session, "KX-01-02"), led.run, at=AT)
    assert (day.stairwells, day.arrivals, day.doors) == ((), (), ())
    assert runs.get(session, led.run).code == day.run.code
