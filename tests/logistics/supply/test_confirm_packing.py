"""Bags are planned, packed, sealed and staged at their point; goods move when a bag is sealed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from logistics.domain.custody import BagState, Scan, ScanKind
from logistics.domain.packing_events import PackingEvent, PackingEventInvalid, PackingKind
from logistics.domain.runs import RunState
from logistics.store import bags, custody, ledger, packing, runs
from logistics.usecases.account_for_run import account_for_run
from logistics.usecases.check_bag import check_bag, contents_of
from logistics.usecases.confirm_packing import (
    BagsNotMade,
    confirm_all,
    confirm_packing,
)
from logistics.usecases.pack_bags import pack_bags
from logistics.usecases.record_scans import BagEvent, record_scans
from logistics.usecases.verify_ledger import verify_ledger

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"actor": "cli", "at": AT}


@pytest.fixture
def waiting(supplies: Any) -> Any:
    """Two households, one at each point; their bags are planned, and nobody packed any."""
    supplies.area(2)
    supplies.ask(0, ("cabbage", 2000), ("milk", 1000, "盒"), ("eggs", 30, "板"))
    supplies.ask(1, ("cabbage", 500))
    supplies.order()
    supplies.receive()
    supplies.share()
    pack_bags(supplies.session, supplies.id, confirm=False, **WHO)
    return supplies


def say(run: Any, kind: str, *codes: str, key: str = "", at: datetime = AT) -> list[str]:
    events = [
        PackingEvent(bag=code, kind=PackingKind(kind), key=f"{key or kind}/{code}", at=at)
        for code in codes
    ]
    report = confirm_packing(run.session, run.id, events, actor="cli", at=AT)
    return [one.outcome for one in report.heard]


def states(run: Any) -> dict[str, str]:
    return {bag.code: bag.state for bag in bags.of_run(run.session, run.id)}


def test_planned_bags_hold_nothing_yet(waiting: Any) -> None:
    assert set(states(waiting).values()) == {"planned"}
    held = ledger.held(waiting.session, waiting.id)
    assert not [place for place, _ in held if place.startswith("bag:")]
    assert bags.packed_by_share(waiting.session, waiting.id) == {}
    assert account_for_run(waiting.session, waiting.id).differences == ()


def test_a_sealed_bag_holds_what_it_was_meant_to(waiting: Any) -> None:
    first = bags.of_run(waiting.session, waiting.id)[0]
    meant = packing.meant(waiting.session, [first.id])[first.id]
    assert say(waiting, "seal", first.code) == ["applied"]
    lines = packing.packed(waiting.session, [first.id])[first.id]
    assert {(o.share_id, o.quantity) for o in lines} == {(o.share_id, o.quantity) for o in meant}
    held = ledger.held(waiting.session, waiting.id)
    for line in lines:
        assert held[f"bag:{first.id}", line.lot_id] == line.quantity
    assert account_for_run(waiting.session, waiting.id).differences == ()
    assert verify_ledger(waiting.session).faults == ()


@pytest.mark.parametrize(
    "order",
    [
        ("pack", "seal", "stage"),
        ("stage", "seal", "pack"),  # the clipboard came first
        ("seal", "stage", "pack", "seal"),
    ],
)
def test_the_order_in_which_events_come_leads_to_the_same_state(
    waiting: Any, order: tuple[str, ...]
) -> None:
    (code, *_) = states(waiting)
    for n, kind in enumerate(order):
        say(waiting, kind, code, key=f"{n}")
    assert states(waiting)[code] == "staged"
    assert verify_ledger(waiting.session).faults == ()


def test_an_event_counts_once_by_its_key(waiting: Any) -> None:
    (code, other, *_) = states(waiting)
    assert say(waiting, "seal", code) == ["applied"]
    moved = len(ledger.moves(waiting.session, waiting.id))
    assert say(waiting, "seal", code) == ["repeated"]
    assert say(waiting, "seal", code, key="another") == ["known"]
    assert len(ledger.moves(waiting.session, waiting.id)) == moved
    event = PackingEvent(bag=other, kind=PackingKind.SEAL, key=f"seal/{code}", at=AT)
    report = confirm_packing(waiting.session, waiting.id, [event], actor="cli", at=AT)
    assert report.heard[0].outcome == "scan.key-reused"
    assert states(waiting)[other] == "planned"


def test_events_that_cannot_be_are_refused_one_by_one(waiting: Any) -> None:
    (code, *_) = states(waiting)
    assert say(waiting, "seal", "ZZZ-9", code) == ["bag.unknown", "applied"]
    assert say(waiting, "stage", code, at=AT + timedelta(hours=1)) == ["scan.in-future"]
    with pytest.raises(PackingEventInvalid):
        PackingEvent(bag=code, kind=PackingKind.SEAL, key="", at=AT)


def test_a_bag_is_found_by_what_its_qr_says(waiting: Any) -> None:
    tokens = packing.tokens(waiting.session, waiting.id)
    first = bags.of_run(waiting.session, waiting.id)[0]
    token = tokens[first.id]
    assert say(waiting, "seal", f" {token.lower()} ") == ["applied"]
    assert packing.run_of_token(waiting.session, token) == waiting.id
    wrong = token[:-2] + ("0" if token[-2] != "0" else "1") + token[-1]
    assert say(waiting, "seal", wrong) == ["bag.unknown"]


def test_a_point_seals_all_its_bags_at_once(waiting: Any) -> None:
    confirm_all(waiting.session, waiting.id, PackingKind.SEAL, point="P2", **WHO)
    by_point = packing.progress(waiting.session, waiting.id)
    assert by_point == {("P1", "planned"): 2, ("P2", "sealed"): 1}
    confirm_all(waiting.session, waiting.id, PackingKind.STAGE, stairwell="KX-01-1", **WHO)
    assert packing.progress(waiting.session, waiting.id) == {
        ("P1", "staged"): 2, ("P2", "sealed"): 1,
    }  # fmt: skip
    again = confirm_all(waiting.session, waiting.id, PackingKind.SEAL, **WHO)
    assert again.heard == ()


def test_all_sealed_one_by_one_is_as_all_sealed_at_once(waiting: Any) -> None:
    confirm_all(waiting.session, waiting.id, PackingKind.SEAL, **WHO)
    assert set(states(waiting).values()) == {"sealed"}
    account = account_for_run(waiting.session, waiting.id)
    assert account.differences == ()
    assert all(item.allocated == item.packed for item in account.items)


def test_bags_are_not_confirmed_before_they_are_made_up(supplies: Any) -> None:
    supplies.area()
    with pytest.raises(BagsNotMade):
        confirm_packing(supplies.session, supplies.id, [], actor="cli", at=AT)


def test_a_bag_that_was_carried_away_must_have_been_packed(waiting: Any) -> None:
    runs.set_state(waiting.session, waiting.id, RunState.RELEASED)
    first = bags.of_run(waiting.session, waiting.id)[0]
    scan = Scan(key="k", kind=ScanKind.LOAD, at=AT, by="courier:C1")
    report = record_scans(
        waiting.session, waiting.id, [BagEvent(bag=first.code, scan=scan)], actor="cli", at=AT
    )
    assert report.heard[0].state == BagState.LOADED
    assert packing.packed(waiting.session, [first.id])
    assert verify_ledger(waiting.session).faults == ()


def test_a_bag_that_was_struck_off_goes_nowhere(waiting: Any) -> None:
    runs.set_state(waiting.session, waiting.id, RunState.RELEASED)
    first = bags.of_run(waiting.session, waiting.id)[0]
    custody.set_states(waiting.session, {first.id: BagState.STRUCK})
    scan = Scan(key="k", kind=ScanKind.LOAD, at=AT, by="courier:C1")
    report = record_scans(
        waiting.session, waiting.id, [BagEvent(bag=first.code, scan=scan)], actor="cli", at=AT
    )
    assert report.heard[0].outcome == "bag.not-packed"
    assert first.code not in states(waiting)


def test_a_check_tells_what_is_short_and_what_does_not_belong_there(waiting: Any) -> None:
    first = bags.of_run(waiting.session, waiting.id)[0]
    should = contents_of(waiting.session, waiting.id, first.code)
    assert {line.item_id for line in should.lines} == {"cabbage", "eggs"}
    full = [(line.item_id, line.expected) for line in should.lines]
    ask = {"actor": "cli", "at": AT}
    whole = check_bag(waiting.session, waiting.id, first.code, full, key="1", **ask)
    assert whole.complete
    found = [("cabbage货", 1500), ("eggs", 20), ("eggs", 10), ("rice", 1)]
    part = check_bag(waiting.session, waiting.id, first.code, found, key="2", **ask)
    assert not part.complete
    assert [(o.item_id, o.difference) for o in part.short] == [("cabbage", -500)]
    assert [(o.item_id, o.difference) for o in part.over] == [("rice", 1)]
    assert states(waiting)[first.code] == "planned"
