from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from logistics.domain.custody import Scan, ScanKind
from logistics.domain.runs import RunState
from logistics.domain.stock import Move, MoveKind
from logistics.store import bags, custody, ledger, runs, tables
from logistics.usecases.record_scans import BagEvent, BagsNotOut, record_scans

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=12)


@pytest.fixture
def out(supplies: Any) -> Any:
    """A released run with one bag of one household, whose stairwell belongs to P1."""
    supplies.area(4)
    supplies.ask(0, ("cabbage", 1000), ("eggs", 30, "板"))
    supplies.order()
    supplies.receive()
    supplies.share()
    supplies.pack()
    runs.set_state(supplies.session, supplies.id, RunState.RELEASED)
    return supplies


def bag_of(supplies: Any) -> Any:
    (bag,) = bags.of_run(supplies.session, supplies.id)
    return bag


def event(supplies: Any, kind: str, minute: int, by: str, *, key: str = "", **more: Any) -> Any:
    scan = Scan(
        key=key or f"{kind}-{minute}",
        kind=ScanKind(kind),
        at=AT + timedelta(minutes=minute),
        by=by,
        **more,
    )
    return BagEvent(bag=bag_of(supplies).code, scan=scan)


def record(supplies: Any, *events: Any) -> list[str]:
    report = record_scans(supplies.session, supplies.id, events, actor="cli", at=LATER)
    return [heard.outcome for heard in report.heard]


def goods(supplies: Any) -> dict[str, int]:
    """Where the bag's goods are, lots added up, but for the supplier and the stock."""
    found: dict[str, int] = {}
    for (place, _), quantity in ledger.held(supplies.session, supplies.id).items():
        if not place.startswith(("supplier:", "stock:")):
            found[place] = found.get(place, 0) + quantity
    return found


def usual(supplies: Any) -> list[Any]:
    home = f"household:{supplies.codes[0]}"
    return [
        event(supplies, "load", 10, "courier:C1"),
        event(supplies, "drop", 20, "courier:C1"),
        event(supplies, "take", 30, "leader:KX-01"),
        event(supplies, "confirm", 40, home),
    ]


def test_goods_go_to_the_household_when_the_bag_does(out: Any) -> None:
    bag = bag_of(out)
    assert record(out, *usual(out)[:3]) == ["applied"] * 3
    assert goods(out) == {f"bag:{bag.id}": 1030}
    assert record(out, usual(out)[3]) == ["applied"]
    assert goods(out) == {f"household:{out.codes[0]}": 1030}
    after = bag_of(out)
    assert (after.custodian, after.state) == (f"household:{out.codes[0]}", "confirmed")


@pytest.mark.parametrize(
    ("kinds", "place"),
    [
        (("load", "return"), "return:{bag}"),
        (("load", "return", "unpack"), "stock:P1"),
        (("load", "lose"), "loss:{run}"),
        (("damage",), "loss:{run}"),
    ],
)
def test_what_is_not_delivered_is_explained(out: Any, kinds: Any, place: str) -> None:
    bag, run = bag_of(out), out.run.code
    by = {"load": "courier:C1", "return": "courier:C1", "lose": "courier:C1"}
    in_stock = sum(
        n for (place, _), n in ledger.held(out.session, out.id).items() if place == "stock:P1"
    )
    record(out, *(event(out, k, n, by.get(k, "point:P1")) for n, k in enumerate(kinds)))
    where = place.format(bag=bag.id, run=run)
    held: dict[str, int] = {}
    for (spot, _), quantity in ledger.held(out.session, out.id).items():
        held[spot] = held.get(spot, 0) + quantity
    assert held[where] == 1030 + (in_stock if where == "stock:P1" else 0)


def test_events_in_any_order_and_again_lead_to_the_same(out: Any) -> None:
    record(out, *usual(out))
    chain = custody.standing(custody.chains(out.session, [bag_of(out).id])[bag_of(out).id])
    expected = [(link.at, link.source, link.target) for link in chain]
    assert record(out, *usual(out)) == ["repeated"] * 4
    assert len(custody.chains(out.session, [bag_of(out).id])[bag_of(out).id]) == 4
    assert [(s.split(":")[0], t.split(":")[0]) for _, s, t in expected] == [
        ("point", "courier"), ("courier", "slot"), ("slot", "leader"), ("leader", "household"),
    ]  # fmt: skip


def test_what_comes_hours_late_is_put_in_its_place(out: Any) -> None:
    bag = bag_of(out)
    first, *_, last = usual(out)
    assert record(out, last) == ["applied"]  # nobody else had a phone
    assert goods(out) == {f"household:{out.codes[0]}": 1030}
    assert record(out, *reversed(usual(out)[1:3])) == ["applied"] * 2
    assert record(out, first) == ["applied"]
    links = custody.chains(out.session, [bag.id])[bag.id]
    stands = custody.standing(links)
    assert [link.target for link in stands] == [
        "courier:C1", "slot:KX-01-1", "leader:KX-01", f"household:{out.codes[0]}",
    ]  # fmt: skip
    assert {link.id for link in links if link.kind != "undo"} - {s.id for s in stands} == {
        link.corrects for link in links if link.kind == "undo"
    }
    assert goods(out) == {f"household:{out.codes[0]}": 1030}
    entries = [e for lot in custody.contents(out.session, [bag.id])[bag.id]
               for e in ledger.of_lot(out.session, lot) if e.corrects]  # fmt: skip
    assert {e.kind for e in entries} == {"correction"}


def test_a_key_used_for_something_else_is_refused_and_the_rest_counts(out: Any) -> None:
    record(out, event(out, "load", 10, "courier:C1", key="k"))
    other = event(out, "load", 10, "courier:C2", key="k")
    good = event(out, "drop", 20, "courier:C1")
    stray = BagEvent(bag="ZZZ-Z", scan=good.scan)
    early = event(out, "load", -9, "courier:C1")
    future = event(out, "load", 60 * 13, "courier:C1")
    assert record(out, other, good, stray, early, future) == [
        "scan.key-reused", "applied", "bag.unknown", "scan.before-run", "scan.in-future",
    ]  # fmt: skip


def test_a_contradiction_is_kept_and_changes_nothing(out: Any) -> None:
    record(out, *usual(out))
    assert record(out, event(out, "lose", 50, "courier:C1")) == ["aside-delivered"]
    assert bag_of(out).state == "confirmed"
    assert len(custody.scans(out.session, [bag_of(out).id])[bag_of(out).id]) == 5


def test_what_was_unpacked_and_given_out_again_cannot_be_rewritten(out: Any) -> None:
    record(out, event(out, "unpack", 30, "point:P1"))
    (lot_id, *_) = custody.contents(out.session, [bag_of(out).id])[bag_of(out).id]
    there = ledger.at_location(out.session, "stock:P1", [lot_id])[lot_id]
    gone = Move(lot_id=lot_id, quantity=there, source="stock:P1", target="loss:x",
                kind=MoveKind.LOSS)  # fmt: skip
    ledger.post(out.session, [gone], run_id=out.id, cause="x", actor="cli", at=LATER)
    assert record(out, event(out, "load", 10, "courier:C1")) == ["scan.goods-gone"]
    assert bag_of(out).custodian == "stock:P1"


def test_nothing_is_scanned_before_the_release(out: Any) -> None:
    runs.set_state(out.session, out.id, RunState.PLANNED)
    with pytest.raises(BagsNotOut):
        record(out, *usual(out))


def test_the_database_refuses_a_chain_that_breaks(out: Any) -> None:
    bag = bag_of(out)
    row = {
        "id": "m1", "bag_id": bag.id, "source": "courier:C1", "target": "slot:X", "kind": "drop",
        "implied": False, "at": AT, "cause": "k", "corrects": None, "actor": "cli",
        "recorded_at": AT,
    }  # fmt: skip
    for change in ({}, {"source": "point:P1", "target": "point:P1"}):
        with pytest.raises(IntegrityError), out.session.begin_nested():
            out.session.execute(insert(tables.bag_move).values(row | change))


def test_the_database_lets_nothing_else_name_a_custodian(out: Any) -> None:
    with pytest.raises(IntegrityError, match="custody"), out.session.begin_nested():
        out.session.execute(update(tables.bag).values(custodian="courier:C9"))
    record(out, *usual(out)[:2])
    for change in ("UPDATE bag_move SET target = 'x'", "DELETE FROM bag_move",
                   "UPDATE bag_scan SET at = at", "DELETE FROM bag_scan"):  # fmt: skip
        with pytest.raises(IntegrityError, match="append-only"), out.session.begin_nested():
            out.session.execute(text(change))
