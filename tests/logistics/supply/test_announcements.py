"""What bags and trips tell to webhooks: codes, once each, nothing of what they hold."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from logistics.domain.runs import RunState
from logistics.store import bags, outbox, runs, tables, webhooks
from logistics.usecases.depart_trip import depart_trip
from logistics.usecases.finish_trip import finish_trip
from logistics.usecases.keep_webhooks import add_webhook

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
NINE, TEN = AT + timedelta(hours=1), AT + timedelta(hours=2)
WHO: dict[str, Any] = {"actor": "cli", "at": AT + timedelta(hours=9)}


@pytest.fixture
def out(session: Any, supplies: Any) -> Any:
    """A released run whose two bags are on one trip of C1; somebody listens."""
    supplies.area(2)
    for home in range(2):
        supplies.ask(home, ("cabbage", 1000))
    supplies.order()
    supplies.receive()
    supplies.share()
    supplies.pack()
    packed = bags.of_run(session, supplies.id)
    for table, row in (
        (tables.courier, {
            "id": "c1", "district_id": "d", "code": "C1", "mode": "ebike", "capacity_g": 1,
            "capacity_ml": 1, "capacity_bags": 1, "shift_start_s": 0, "shift_end_s": 1,
            "max_trips": 1, "zone_max": 2, "point_id": "P1", "cohort": None,
            "active": True}),
        (tables.plan, {
            "id": "p1", "run_id": supplies.id, "digest": "", "problem": {}, "plan": {},
            "state": "released", "seed": 0, "created_at": AT}),
        (tables.trip, {
            "id": "t1", "plan_id": "p1", "courier_id": "c1", "point_id": "P1", "no": 1,
            "code": "T1", "departs_s": 0, "returns_s": 9, "weight_g": 0, "volume_ml": 0,
            "state": "released"}),
        (tables.stop, {
            "id": "s1", "trip_id": "t1", "seq": 1, "stairwell_id": "KX-01-1",
            "arrival_s": 1, "leave_s": 2}),
        *((tables.stop_bag, {"plan_id": "p1", "bag_id": bag.id, "stop_id": "s1"})
          for bag in packed),
    ):  # fmt: skip
        session.execute(insert(table).values(row))
    runs.set_state(session, supplies.id, RunState.RELEASED)
    add_webhook(session, "https://hook.example/", ["*"], actor="cli", at=AT)
    return supplies


def told(supplies: Any) -> list[tuple[str, dict[str, Any]]]:
    session = supplies.session
    (one,) = webhooks.every(session)
    found = outbox.page(session, one.id, before=None, state=None, limit=100)
    return [(one.event, json.loads(one.payload)["data"]) for one in reversed(found)]


def test_a_trip_that_leaves_tells_of_itself_and_its_bags(out: Any) -> None:
    codes = sorted(bag.code for bag in bags.of_run(out.session, out.id))
    depart_trip(out.session, out.id, "T1", since=NINE, **WHO)
    said = told(out)
    assert sorted(data["bag"] for event, data in said if event == "bag.loaded") == codes
    ((_, trip),) = [one for one in said if one[0] == "trip.departed"]
    assert (trip["trip"], trip["courier"], trip["run_state"]) == ("T1", "C1", "released")


def test_a_trip_said_again_tells_nothing_more(out: Any) -> None:
    depart_trip(out.session, out.id, "T1", since=NINE, **WHO)
    once = told(out)
    depart_trip(out.session, out.id, "T1", since=NINE, **WHO)
    assert told(out) == once


def test_a_trip_that_is_back_tells_what_became_of_each_bag(out: Any) -> None:
    depart_trip(out.session, out.id, "T1", since=NINE, **WHO)
    lost = min(bag.code for bag in bags.of_run(out.session, out.id))
    finish_trip(out.session, out.id, "T1", since=TEN, lost=[lost], **WHO)
    said = told(out)
    assert [data["bag"] for event, data in said if event == "bag.lost"] == [lost]
    assert len([1 for event, _ in said if event == "bag.delivered"]) == 1
    assert said[-1][0] == "trip.finished"


def test_no_message_holds_where_a_household_lives(out: Any) -> None:
    depart_trip(out.session, out.id, "T1", since=NINE, **WHO)
    finish_trip(out.session, out.id, "T1", since=TEN, **WHO)
    allowed = {"run", "run_state", "trip", "courier", "bag", "state"}
    assert {name for _, data in told(out) for name in data} <= allowed
