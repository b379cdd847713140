"""The report's figures come from the record."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import func, select

from logistics.domain.accounts import Outcome
from logistics.domain.setup import ZONES
from logistics.exchange.report_maps import draw_report_map
from logistics.store import tables
from logistics.usecases.close_run import count_outcomes, household_outcomes
from logistics.usecases.draw_report_map import report_map
from logistics.usecases.plan_run import plan_run
from logistics.usecases.print_sheets import read_sheets
from logistics.usecases.report_run import report_run

AT = datetime(2026, 4, 13, 7, tzinfo=UTC)


def test_the_report_counts_what_the_sheets_say(database, packed_run):
    run = packed_run(database, bags=20)
    plan_run(database, run.id, time_limit_s=0.6, actor="test", at=AT)
    with database.read() as session:
        report = report_run(session, run.code)
        book = read_sheets(session, run.id)
    bags = sum(len(stop.bags) for trip in book.trips for stop in trip.stops)
    assert report.bags_on_trips + sum(left.bags for left in report.left_out) == 20
    assert sum(load.bags for load in report.loads) == report.bags_on_trips == bags
    assert sum(load.trips for load in report.loads) == report.trips == len(book.trips)
    assert report.contact is not None
    assert report.contact.contacts == 0
    assert report.contact.faces == sum(n * count for n, count in report.contact.buildings.items())
    assert set(report.zones.values()) == {ZONES[2]}
    with database.read() as session:
        each = household_outcomes(session, run)
        assert count_outcomes(session, run) == Counter(each.values())
    assert sum(report.outcomes.values()) == len(each)
    assert report.outcomes["no-list"] == Counter(each.values())[Outcome.NO_LIST] > 0


def test_before_the_plan_the_report_says_so(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=5)
    with sqlite_database.read() as session:
        report = report_run(session, run.id)
    assert report.contact is None
    assert report.trips == 0
    assert not report.loads


def test_a_map_is_drawn_once_for_all_that_decides_it(sqlite_database, packed_run, town, tmp_path):
    run = packed_run(sqlite_database, bags=5)
    with sqlite_database.read() as session:
        report = report_run(session, run.id)
    other = replace(report, zones={})
    maps = [
        report_map(sqlite_database, one, language)
        for one in (report, other)
        for language in ("zh", "en", "zh")
    ]
    assert maps[0] == maps[2] == draw_report_map(report, town.district, language="zh")
    assert len(set(maps)) == 4
    with sqlite_database.read() as session:
        assert session.scalar(select(func.count()).select_from(tables.map_piece)) == 4
    assert not report_map(sqlite_database, replace(report, district_folder=str(tmp_path)), "zh")
