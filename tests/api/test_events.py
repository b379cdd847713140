"""What couriers and households report over HTTP, and what auditors read of it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select, update

from logistics.store import tables
from logistics.store.session import open_database

MINE = "KX-01-01-1-101"


@pytest.fixture
def out(service):
    """A released run with a bag of the household's own and one of its neighbour's."""
    database = open_database(str(service.client.app.state.settings.database))
    with database.transaction() as session:
        run_id = session.scalar(select(tables.run.c.id))
        session.execute(update(tables.run).values(state="released"))
        point = session.scalar(select(tables.place.c.id).where(tables.place.c.kind == "point"))
        homes = dict(session.execute(select(tables.household.c.code, tables.household.c.id)).all())
        for n, code in enumerate((MINE, "KX-01-01-1-102")):
            session.execute(insert(tables.bag).values(
                id=f"bg{n}", run_id=run_id, household_id=homes[code], point_id=point,
                code=f"00{n}-K", no=1, compartment="ambient", weight_g=1, volume_ml=1,
                state="sealed", custodian="point:P1"))  # fmt: skip
        _let_ride(session, run_id, point, homes[MINE])
    database.close()
    return service


def _let_ride(session, run_id, point, home):
    """Put the household's bag on a trip of the courier's."""
    rider = session.scalar(select(tables.courier.c.id))
    well = session.scalar(
        select(tables.household.c.stairwell_id).where(tables.household.c.id == home)
    )
    session.execute(insert(tables.plan).values(
        id="pl0", run_id=run_id, digest="x", problem={}, plan={}, state="released", seed=1,
        created_at=datetime.now(UTC)))  # fmt: skip
    session.execute(insert(tables.trip).values(
        id="tr0", plan_id="pl0", courier_id=rider, point_id=point, no=1, code="T0", departs_s=1,
        returns_s=2, weight_g=1, volume_ml=1, state="released"))  # fmt: skip
    session.execute(insert(tables.stop).values(
        id="st0", trip_id="tr0", seq=1, stairwell_id=well, arrival_s=1, leave_s=2))  # fmt: skip
    session.execute(insert(tables.stop_bag).values(plan_id="pl0", bag_id="bg0", stop_id="st0"))


def report(service, *events, role="courier", **more):
    path = f"/api/v1/runs/{service.run}/events"
    return service.call("POST", path, role=role, json={"events": list(events)}, **more)


def event(kind, by, bag="000-K", **more):
    return {"bag": bag, "event": kind, "by": by} | more


def test_a_bag_goes_from_courier_to_household_by_their_own_tokens(out):
    done = report(out, event("load", "courier:K1"), event("drop", "courier:K1"))
    assert done.status_code == 200, done.text
    assert done.json()["counts"] == {"applied": 2}
    told = report(out, event("confirm", f"household:{MINE}"), role="household").json()["heard"][0]
    assert (told["outcome"], told["state"]) == ("applied", "confirmed")
    found = out.call("GET", f"/api/v1/trace/household/{MINE}", role="auditor").json()
    (door,) = found["doors"]
    assert [hand["custodian"] for hand in door["hands"]] == [
        "courier:K1", "slot:KX-01-01-1", f"household:{MINE}",
    ]  # fmt: skip


def test_what_is_resent_is_heard_once(out):
    first = report(out, event("load", "courier:K1"), key="a")
    again = report(out, event("load", "courier:K1"), key="a")
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replay"] == "true"
    own = event("drop", "courier:K1", key="phone-7", at=datetime.now(UTC).isoformat())
    assert report(out, own).json()["counts"] == {"applied": 1}
    assert report(out, own).json()["counts"] == {"repeated": 1}


@pytest.mark.parametrize(
    ("role", "by"),
    [("courier", "courier:K2"), ("household", "household:KX-01-01-1-102"),
     ("courier", "point:P1")],
)  # fmt: skip
def test_nobody_reports_for_somebody_else(out, role, by):
    kind = "confirm" if role == "household" else "return"
    refused = report(out, event(kind, by), role=role)
    assert (refused.status_code, refused.json()["code"]) == (403, "token.not-yours")


def test_a_household_cannot_take_its_neighbours_bag(out):
    refused = report(out, event("confirm", f"household:{MINE}", bag="001-K"), role="household")
    assert (refused.status_code, refused.json()["code"]) == (403, "token.not-yours")


def test_a_courier_cannot_report_what_another_carries(out):
    refused = report(out, event("load", "courier:K1", bag="001-K"))
    assert (refused.status_code, refused.json()["code"]) == (403, "token.not-yours")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"by": "leader:X"}, "scan.invalid"),  # leaders load nothing
        ({"event": "fly"}, "request.invalid"),
        ({"at": "2022-04-13T09:00"}, "request.invalid"),  # whose nine o'clock?
    ],
)
def test_an_event_that_cannot_be_is_refused_as_a_whole(out, change, code):
    refused = report(out, event("load", "courier:K1") | change, role="planner")
    assert refused.status_code == 422
    assert refused.json()["code"] == code


def test_the_proof_says_whether_the_ledger_holds(out):
    report(out, event("load", "courier:K1"))
    found = out.call("GET", "/api/v1/ledger/proof", role="auditor").json()
    assert found["holds"], found
    assert found["proof"]["passings"] == 1
