"""The proof holds for what really happened, and names whatever was tampered with."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from logistics.domain.custody import Scan, ScanKind
from logistics.domain.runs import RunState
from logistics.domain.verification import Check
from logistics.store import bags, runs
from logistics.usecases.record_scans import BagEvent, record_scans
from logistics.usecases.seal_ledger import seal_ledger
from logistics.usecases.verify_ledger import verify_ledger

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=12)
TRIGGERS = {
    "movement": "movement_refuses_UPDATE",
    "bag_move": "bag_move_refuses_UPDATE",
    "bag_scan": "bag_scan_refuses_UPDATE",
    "bag": "bag_custodian_follows",
}


@pytest.fixture
def day(database: Any, supplies_of: Any) -> Any:
    return make_day(database, supplies_of)


@pytest.fixture
def sqlite_day(sqlite_database: Any, supplies_of: Any) -> Any:
    return make_day(sqlite_database, supplies_of)


def make_day(database: Any, supplies_of: Any) -> Any:
    """Release a run of three bags: confirmed after late scans, lost, and on the shelf."""
    with database.transaction() as session:
        supplies = supplies_of(session)
        supplies.area(4)
        for home in range(3):
            supplies.ask(home, ("cabbage", 1000), ("eggs", 30, "板"))
        supplies.order()
        supplies.receive()
        supplies.share()
        supplies.pack()
        runs.set_state(session, supplies.id, RunState.RELEASED)
        packed = bags.of_run(session, supplies.id)
        told = [
            (0, "confirm", 40, f"household:{packed[0].household_code}"),
            (0, "load", 10, "courier:C1"),
            (0, "drop", 20, "courier:C1"),
            (1, "load", 10, "courier:C1"),
            (1, "lose", 20, "courier:C1"),
            (2, "drop", 20, "courier:C1"),
        ]
        for n, kind, minute, by in told:
            at = AT + timedelta(minutes=minute)
            scan = Scan(key=f"{n}{kind}", kind=ScanKind(kind), at=at, by=by)
            event = BagEvent(bag=packed[n].code, scan=scan)
            record_scans(session, supplies.id, [event], actor="cli", at=LATER)
    return database, supplies.id


def proof(database: Any, run: str | None = None) -> Any:
    with database.read() as session:
        return verify_ledger(session, run)


def test_what_really_happened_is_proved(day: Any) -> None:
    database, run = day
    seal_ledger(database, actor="cli", at=LATER)
    whole = proof(database)
    assert whole.holds, whole.faults
    assert (whole.bags, whole.scans, whole.seals) == (3, 6, 3)
    assert set(whole.seconds) == set(Check)
    assert proof(database, run).holds


@pytest.mark.parametrize(
    ("table", "change", "named"),
    [
        ("", "UPDATE balance SET quantity = quantity + 1 WHERE location = 'stock:P1'",
         {Check.BALANCES, Check.CONSERVED}),
        ("movement", "UPDATE movement SET quantity = 1 WHERE kind = 'deliver'",
         {Check.BALANCES, Check.CORRECTIONS, Check.SEALS}),
        ("movement", "UPDATE movement SET actor = 'x' WHERE kind = 'deliver'", {Check.SEALS}),
        ("", "UPDATE lot SET quantity = quantity + 1", {Check.LOTS}),
        ("bag_move", "UPDATE bag_move SET target = 'slot:Y' WHERE kind = 'drop'",
         {Check.CUSTODY, Check.INTERVALS, Check.FOLLOWS, Check.SEALS}),
        ("bag", "UPDATE bag SET custodian = 'courier:X' WHERE custodian LIKE 'slot:%'",
         {Check.CUSTODY}),
        ("", "UPDATE bag SET state = 'taken' WHERE state = 'lost'", {Check.FOLLOWS}),
        ("", "UPDATE bag_line SET quantity = quantity + 1", {Check.BAGS, Check.HOUSEHOLDS}),
        ("bag_scan", "UPDATE bag_scan SET by = 'courier:C9' WHERE kind = 'drop'",
         {Check.FOLLOWS, Check.SEALS}),
    ],
)  # fmt: skip
def test_whatever_is_tampered_with_is_named(
    sqlite_day: Any, table: str, change: str, named: set[Check]
) -> None:
    database, _ = sqlite_day
    seal_ledger(database, actor="cli", at=LATER)
    with database.transaction() as session:
        if table:
            session.execute(text(f"DROP TRIGGER {TRIGGERS[table]}"))
        change = change.replace("SET by", 'SET "by"')
        assert session.execute(text(change)).rowcount
    found = {fault.check for fault in proof(database).faults}
    assert found == named


def test_seals_follow_one_another_and_nothing_new_makes_none(day: Any) -> None:
    database, run = day
    first = seal_ledger(database, actor="cli", at=LATER)
    assert [one.book for one in first] == ["bag_move", "bag_scan", "movement"]
    assert [one.previous for one in first[1:]] == [one.digest for one in first[:-1]]
    assert seal_ledger(database, actor="cli", at=LATER) == ()
    with database.transaction() as session:
        home = bags.of_run(session, run)[2]
        scan = Scan(
            key="more", kind=ScanKind.CONFIRM, at=LATER, by=f"household:{home.household_code}"
        )
        record_scans(session, run, [BagEvent(bag=home.code, scan=scan)], actor="cli", at=LATER)
    (*_, newest) = seal_ledger(database, actor="cli", at=LATER)
    assert newest.book == "movement"
    assert newest.from_seq == first[-1].until_seq + 1
    assert proof(database).holds
