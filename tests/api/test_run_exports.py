"""A run as tables and calendars: what can be read can be taken along, and nothing more."""

import csv
import io
import zipfile
from datetime import timedelta

import icalendar
import openpyxl
import pytest

from tests.api.test_maps import Desk, desk

__all__ = ["desk"]  # a released run of two couriers

TABLES = ("lists", "orders", "shares", "bags", "trips", "roll-call")


def rows(desk: Desk, table: str, **more) -> list[dict[str, str]]:
    answer = desk.call("GET", f"/runs/{desk.run}/{table}.csv", **more)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_lists_have_a_row_for_each_line(desk: Desk) -> None:
    told = desk.call("GET", f"/runs/{desk.run}/lists").json()["lists"]
    found = rows(desk, "lists")
    assert [row["list"] for row in found] == [one["id"] for one in told]
    assert {(row["item"], row["quantity"], row["unit"]) for row in found} == {
        ("potato", "1000", "g")
    }


def test_bags_and_trips_add_up(desk: Desk) -> None:
    bags, trips = rows(desk, "bags"), rows(desk, "trips")
    assert len(bags) == sum(int(row["bags"]) for row in trips) > 0
    assert sum(int(row["weight (g)"]) for row in bags) == sum(
        int(row["weight (g)"]) for row in trips
    )


def test_a_table_of_bags_names_no_household(desk: Desk) -> None:
    homes = {row["household"] for row in rows(desk, "lists")}
    text = desk.call("GET", f"/runs/{desk.run}/bags.csv").text
    assert not [home for home in homes if home in text]


def test_orders_and_shares_say_what_the_run_says(desk: Desk) -> None:
    [order] = desk.call("GET", f"/runs/{desk.run}/orders").json()["orders"]
    assert {next(iter(row.values())) for row in rows(desk, "orders")} == {order["code"]}
    assert {row["got"] for row in rows(desk, "shares")} == {"1000"}


def test_who_sent_a_list_is_not_called(desk: Desk) -> None:
    sent = {row["household"] for row in rows(desk, "lists")}
    called = {row["household"] for row in rows(desk, "roll-call")}
    assert called
    assert not called & sent


@pytest.mark.parametrize("table", TABLES)
def test_a_workbook_says_the_same_as_the_csv(desk: Desk, table: str) -> None:
    answer = desk.call("GET", f"/runs/{desk.run}/{table}.xlsx")
    assert answer.status_code == 200
    assert zipfile.is_zipfile(io.BytesIO(answer.content))
    assert answer.headers["content-disposition"].startswith("attachment; ")
    book = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True)
    head, *body = book.active.iter_rows(values_only=True)
    plain = rows(desk, table)
    assert len(body) == len(plain)
    assert not plain or list(head) == list(plain[0])
    book.close()


def test_a_table_speaks_the_readers_language(desk: Desk) -> None:
    answer = desk.call("GET", f"/runs/{desk.run}/trips.csv?lang=zh")
    assert answer.content.decode("utf-8-sig").startswith("趟次编号,骑手,")


@pytest.mark.parametrize("table", TABLES)
def test_a_courier_takes_no_table_along(desk: Desk, table: str) -> None:
    assert desk.call("GET", f"/runs/{desk.run}/{table}.csv", role="courier").status_code == 403


def test_another_ending_is_no_table(desk: Desk) -> None:
    assert desk.call("GET", f"/runs/{desk.run}/bags.pdf").status_code == 422


def calendar(answer) -> icalendar.Calendar:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    return icalendar.Calendar.from_ical(answer.content)


def test_a_run_as_a_calendar_has_each_shift_and_trip(desk: Desk) -> None:
    events = calendar(desk.call("GET", f"/runs/{desk.run}/shifts.ics")).walk("VEVENT")
    trips = rows(desk, "trips")
    starts = {str(event["SUMMARY"]): event["DTSTART"].dt for event in events}
    for number, row in ((row["number"], row) for row in trips):
        begun = starts[f"Trip {number} · {row['trip']}"]
        assert begun.strftime("%Y-%m-%d %H:%M") == row["departs"]
        assert begun.tzinfo.key == "Asia/Shanghai"
    assert len(events) == len(trips) + len({row["courier"] for row in trips})


def test_a_calendar_brings_its_time_zone_and_stamps(desk: Desk) -> None:
    found = calendar(desk.call("GET", f"/runs/{desk.run}/shifts.ics"))
    (zone,) = found.walk("VTIMEZONE")
    assert str(zone["TZID"]) == "Asia/Shanghai"
    for event in found.walk("VEVENT"):
        assert event["DTSTAMP"].dt.utcoffset() == timedelta(0)
        assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
        assert event["DTEND"].dt > event["DTSTART"].dt


def test_the_same_shifts_are_the_same_bytes_and_need_not_be_sent_again(desk: Desk) -> None:
    first = desk.call("GET", f"/runs/{desk.run}/shifts.ics")
    second = desk.call("GET", f"/runs/{desk.run}/shifts.ics")
    assert first.content == second.content
    known = {"If-None-Match": first.headers["ETag"]}
    url = f"/api/v1/runs/{desk.run}/shifts.ics"
    own = {"Authorization": f"Bearer {desk.secrets['planner']}", "Accept-Language": "en"}
    assert desk.client.get(url, headers=own | known).status_code == 304
    other = desk.client.get(url, headers=own | known | {"Accept-Language": "zh"})
    assert other.status_code == 200


def test_a_calendar_names_no_household(desk: Desk) -> None:
    text = desk.call("GET", f"/runs/{desk.run}/shifts.ics?lang=zh").text.replace("\r\n ", "")
    homes = {row["household"] for row in rows(desk, "lists")}
    assert "配送班次" in text
    assert not [home for home in homes if home in text]


def test_a_courier_reads_their_own_calendar_and_no_other(desk: Desk) -> None:
    riders = {row["courier"] for row in rows(desk, "trips")}
    own = calendar(desk.call("GET", "/couriers/K1/shifts.ics", role="courier"))
    uids = [str(event["UID"]) for event in own.walk("VEVENT")]
    assert len(uids) == len(set(uids))
    assert bool(uids) is ("K1" in riders)
    assert desk.call("GET", "/couriers/K2/shifts.ics", role="courier").status_code == 403
    assert desk.call("GET", "/couriers/K2/shifts.ics").status_code == 200


def test_a_courier_that_does_not_exist_is_said_so(desk: Desk) -> None:
    answer = desk.call("GET", "/couriers/K9/shifts.ics")
    assert (answer.status_code, answer.json()["code"]) == (404, "courier.unknown")
