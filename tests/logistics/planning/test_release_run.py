"""Freezing a plan, custody, and what the sheets say."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
from sqlalchemy import func, select, update

from logistics.domain.runs import RunOutOfOrder, RunState
from logistics.store import runs, tables
from logistics.usecases.plan_run import PlanStale, plan_run
from logistics.usecases.print_sheets import print_sheets, read_sheets
from logistics.usecases.release_run import release_run

AT = datetime(2026, 4, 13, 7, tzinfo=UTC)
FONTS = Path(__file__).parents[3] / "api/assets/node_modules/@expo-google-fonts/noto-sans-sc"


@pytest.fixture
def planned(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=30)
    plan_run(sqlite_database, run.id, time_limit_s=0.6, actor="test", at=AT)
    return run


def released(database, run):
    with database.transaction() as session:
        return release_run(session, run.id, actor="test", at=AT)


def test_planned_bags_are_staged_and_stay_at_their_point(sqlite_database, planned):
    book = released(sqlite_database, planned)
    with sqlite_database.read() as session:
        assert runs.get(session, planned.id).state is RunState.RELEASED
        states = dict(session.execute(select(tables.bag.c.code, tables.bag.c.state)).all())
        assert set(session.scalars(select(tables.bag.c.custodian))) == {"point:P-1"}
    for trip in book.trips:
        for stop in trip.stops:
            for bag in stop.bags:
                assert states.pop(bag.code) == "staged"
    assert set(states.values()) <= {"packed"}


def test_a_run_is_released_once(sqlite_database, planned):
    released(sqlite_database, planned)
    with pytest.raises(RunOutOfOrder):
        released(sqlite_database, planned)


def test_a_run_without_a_plan_is_not_released(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=5)
    with pytest.raises(RunOutOfOrder) as refused:
        released(sqlite_database, run)
    assert refused.value.facts["needs"] == "planned"


def test_a_plan_that_no_longer_holds_is_not_released(sqlite_database, planned):
    with sqlite_database.transaction() as session:
        session.execute(update(tables.courier).values(shift_end_s=0))
    with pytest.raises(PlanStale):
        released(sqlite_database, planned)
    with sqlite_database.read() as session:
        staged = select(func.count()).where(tables.bag.c.state == "staged")
        assert session.scalar(staged) == 0


def test_the_sheets_of_a_released_run_say_each_bag_once(sqlite_database, planned):
    book = released(sqlite_database, planned)
    with sqlite_database.read() as session:
        assert read_sheets(session, planned.code) == book
    codes = [bag.code for trip in book.trips for stop in trip.stops for bag in stop.bags]
    assert len(codes) == len(set(codes)) > 0


def test_paper_shows_the_way_and_keeps_health_to_itself(sqlite_database, planned):
    book = released(sqlite_database, planned)
    sheets = print_sheets(book, font_paths=[FONTS / "400Regular", FONTS / "700Bold"])
    pages = pypdf.PdfReader(io.BytesIO(sheets.everything)).pages
    text = " ".join(page.extract_text() for page in pages)
    assert set(sheets.by_courier) == set(book.couriers())
    for trip in book.trips:
        assert trip.code in text
    for word in ("封控", "管控", "防范"):
        assert word not in text
    assert " 米" in text  # the way to a stop, from the map
