"""Stewards: who looks after whom, who stands in, and when the next call is due."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError

from geodata.district import MapPlace
from logistics.domain.care import (
    ContactInvalid,
    DoctorInvalid,
    Duty,
    How,
    Outcome,
    StewardInvalid,
    StewardTwice,
)
from logistics.domain.needs import Need, NeedRecord, TierTable
from logistics.domain.registry_changes import Changes
from logistics.domain.setup import DistrictSetup, PointSetup, Policy, Setup
from logistics.store import care, places, registry, staff, tables
from logistics.store.session import Database
from logistics.usecases.assign_steward import assign_steward, import_stewards
from logistics.usecases.log_contact import log_contact, name_doctor
from logistics.usecases.set_up import set_up
from logistics.usecases.show_household import show_household
from logistics.usecases.show_steward_day import steward_day

AT = datetime(2026, 4, 13, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPOT = {"lon": 120.2, "lat": 30.3, "name_zh": "处", "name_en": "spot"}
ONE, TWO, THREE = (f"KX-01-01-1-{room}" for room in ("101", "102", "201"))


@pytest.fixture
def town(database: Database) -> Database:
    ground = [
        MapPlace(id="c1", kind="compound", parent_id=None, code="KX-01", **SPOT),
        MapPlace(id="b1", kind="building", parent_id="c1", code="KX-01-01", levels=3, **SPOT),
        MapPlace(id="s1", kind="stairwell", parent_id="b1", code="KX-01-01-1", **SPOT),
    ]
    setup = Setup(policy=Policy(), points=(PointSetup(code="P1", depot=True, **SPOT),))
    head = DistrictSetup(name="Kaixuan", folder="/nowhere", synthetic=True)
    with database.transaction() as session:
        set_up(session, head, setup, ground, actor="test", at=AT)
        area = places.district_by_name(session, "Kaixuan")
        for login, role in (("ann", "steward"), ("ben", "steward"), ("cat", "clerk")):
            account = staff.add(session, login, "no hash", actor="test", at=AT)
            staff.grant(session, account.id, role, district_id=area.id, actor="test", at=AT)
    return database


def need(database: Database, code: str, what: Need, **more) -> None:
    with database.transaction() as session:
        home = places.household_by_code(session, code)
        said = NeedRecord(member_no=0, need=what, consent_on=AT.date(), consent_by="desk", **more)
        by = registry.Writing(source="test", actor="test", at=AT)
        registry.write(session, Changes(needs=[(home.id, said)]), TierTable(()), by)


def assign(database: Database, code: str, login: str | None, at=AT, **more):
    return database.run(lambda s: assign_steward(s, code, login, actor="test", at=at, **more))


def mine(database: Database, login: str, at=AT) -> set[str]:
    with database.read() as session:
        return set(care.codes_of(session, staff.get(session, login).id, at))


def test_who_is_assigned_last_looks_after_a_household_and_nobody_else(town):
    assign(town, ONE, "ann")
    assign(town, TWO, "ann")
    assert mine(town, "ann") == {ONE, TWO}
    assign(town, ONE, "ben", at=AT + HOUR)
    assert mine(town, "ann", AT + HOUR) == {TWO}
    assert mine(town, "ben", AT + HOUR) == {ONE}
    assign(town, ONE, None, at=AT + 2 * HOUR)
    assert mine(town, "ben", AT + 2 * HOUR) == set()


def test_a_deputy_stands_in_beside_the_steward_until_an_end(town):
    assign(town, ONE, "ann")
    assign(town, ONE, "ben", duty=Duty.DEPUTY, until=AT + HOUR)
    assert mine(town, "ann") == mine(town, "ben") == {ONE}
    assert mine(town, "ben", AT + HOUR) == set()


def test_what_begins_later_leaves_today_as_it_is(town):
    assign(town, ONE, "ann")
    assign(town, ONE, "ben", since=AT + 2 * HOUR)
    assert mine(town, "ann", AT + HOUR) == {ONE}
    assert mine(town, "ann", AT + 2 * HOUR) == set()
    assert mine(town, "ben", AT + 2 * HOUR) == {ONE}


def test_the_same_said_again_adds_nothing(town):
    assign(town, ONE, "ann")
    assign(town, ONE, "ann", at=AT + HOUR)
    with town.read() as session:
        assert len(care.history(session, places.household_by_code(session, ONE).id)) == 1


def test_only_stewards_of_the_district_are_assigned_and_no_one_as_both(town):
    with pytest.raises(StewardInvalid):
        assign(town, ONE, "cat")  # a clerk
    with pytest.raises(staff.AccountUnknown):
        assign(town, ONE, "dan")
    with pytest.raises(StewardInvalid):
        assign(town, ONE, "ann", until=AT - HOUR)
    assign(town, ONE, "ann")
    with pytest.raises(StewardTwice):
        assign(town, ONE, "ann", duty=Duty.DEPUTY)


def test_households_that_need_a_steward_and_have_none_are_counted(town):
    need(town, ONE, Need.ELDERLY)
    need(town, TWO, Need.PREGNANT, until=AT.date() - timedelta(days=1))  # it is over
    need(town, THREE, Need.DIET)  # needs no steward
    with town.read() as session:
        area = places.district_by_name(session, "Kaixuan")
        assert care.without(session, area.id, AT.date(), AT) == (ONE,)
        assert care.count_without(session, area.id, AT.date(), AT) == 1
    assign(town, ONE, "ben", duty=Duty.DEPUTY)  # a deputy alone is not enough
    with town.read() as session:
        assert care.count_without(session, area.id, AT.date(), AT) == 1
    assign(town, ONE, "ann")
    with town.read() as session:
        assert care.count_without(session, area.id, AT.date(), AT) == 0


def test_a_table_changes_places_and_tells_rows_that_cannot_be_kept(town, tmp_path):
    assign(town, ONE, "ann")
    assign(town, ONE, "ben", duty=Duty.DEPUTY)
    file = tmp_path / "stewards.csv"
    file.write_text(
        f"户号,管家,代管\n{ONE},ben,ann\n{TWO},ann,\n{THREE},cat,ben\nKX-9,ann,\n",
        encoding="utf-8",
    )
    later = AT + HOUR
    done = town.run(lambda s: import_stewards(s, file, actor="test", at=later))
    assert done.assigned == 2
    assert [(one.row, one.code) for one in done.faults] == [
        (4, "steward.invalid"), (5, "household.unknown"),
    ]  # fmt: skip
    with town.read() as session:
        home = places.household_by_code(session, ONE)
        now = care.of_households(session, [home.id], later)[home.id]
        assert {duty.value: one.login for duty, one in now.items()} == {
            "steward": "ben", "deputy": "ann",
        }  # fmt: skip
        other = places.household_by_code(session, THREE)
        assert care.history(session, other.id) == ()  # nothing of a bad row is kept


@pytest.mark.parametrize(
    ("needs", "outcome", "hours"),
    [
        ([Need.ELDERLY], Outcome.REACHED, 24),  # every day
        ([Need.CHRONIC_ILLNESS], Outcome.REACHED, 48),
        ([Need.CHRONIC_ILLNESS, Need.LIVING_ALONE], Outcome.REACHED, 24),  # the shorter
        ([], Outcome.REACHED, 72),
        ([], Outcome.NO_ANSWER, 2),
        ([Need.ELDERLY], Outcome.NEEDS_HELP, 4),
    ],
)
def test_the_next_call_is_due_as_needs_and_outcome_say(town, needs, outcome, hours):
    for one in needs:
        need(town, ONE, one)
    called = town.run(lambda s: log_contact(s, ONE, outcome, actor="test", at=AT))
    assert called.next_due - AT == timedelta(hours=hours)


def test_calls_in_the_future_or_long_past_and_late_next_calls_are_refused(town):
    def log(**more):
        return town.run(
            lambda s: log_contact(s, ONE, Outcome.REACHED, actor="test", at=AT, **more)
        )

    for wrong in (
        {"called_at": AT + HOUR},
        {"called_at": AT - timedelta(days=3)},
        {"next_due": AT - HOUR},
        {"next_due": AT + timedelta(days=15)},
        {"note": "字" * 301},
    ):
        with pytest.raises(ContactInvalid):
            log(**wrong)
    kept = log(how=How.DOOR, note="  已 送药 \n", called_at=AT - HOUR)
    assert (kept.note, kept.how) == ("已 送药", How.DOOR)


def test_a_stewards_day_has_the_next_call_on_top(town):
    for code in (ONE, TWO, THREE):
        need(town, code, Need.ELDERLY)
        assign(town, code, "ann")
    town.run(lambda s: log_contact(s, ONE, Outcome.REACHED, actor="test", at=AT))
    town.run(lambda s: log_contact(s, TWO, Outcome.NO_ANSWER, actor="test", at=AT + HOUR))
    with town.read() as session:
        day = steward_day(session, staff.get(session, "ann").id, AT + 4 * HOUR)
    assert [(one.home.code, one.next_due - AT) for one in day] == [
        (THREE, 2 * HOUR),  # never called: two hours after the assignment
        (TWO, 3 * HOUR),
        (ONE, 24 * HOUR),
    ]
    assert [one.overdue(AT + 4 * HOUR) for one in day] == [True, True, False]


def test_a_household_has_its_own_doctor_or_that_of_the_district(town):
    with town.read() as session:
        area = places.district_by_name(session, "Kaixuan")
        home = places.household_by_code(session, ONE)

    def doctor():
        with town.read() as session:
            return care.doctor_of(session, area.id, home.id)

    def name(code, said, **more):
        return town.run(lambda s: name_doctor(s, code, said, actor="test", at=AT, **more))

    assert doctor() is None
    name(None, "卫生站 1", district="Kaixuan")
    assert (doctor().text, doctor().own) == ("卫生站 1", False)
    name(ONE, " 张医生\n 2 ")
    assert (doctor().text, doctor().own) == ("张医生 2", True)
    name(ONE, "")
    assert doctor().text == "卫生站 1"
    with pytest.raises(DoctorInvalid):
        name(ONE, "字" * 201)


def test_a_card_names_who_looks_after_a_household(town):
    assign(town, ONE, "ann")
    seen = town.run(lambda s: show_household(s, ONE, groups=[], actor="test", at=AT))
    assert seen.stewards[Duty.STEWARD].login == "ann"
    assert (seen.run, seen.missed, seen.lists, seen.last) == (None, None, (), None)


@pytest.mark.parametrize("table", ["steward_assignment", "steward_contact", "doctor_contact"])
def test_nothing_that_was_said_can_be_edited(town, table):
    assign(town, ONE, "ann")
    town.run(lambda s: log_contact(s, ONE, Outcome.REACHED, actor="test", at=AT))
    town.run(lambda s: name_doctor(s, ONE, "卫生站", actor="test", at=AT))
    with pytest.raises(DatabaseError), town.transaction() as session:
        session.execute(update(getattr(tables, table)).values(actor="somebody"))
