from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from logistics.domain.custody import Scan, ScanKind
from logistics.domain.runs import RunState
from logistics.domain.trace import Subject
from logistics.store import bags, lots, runs
from logistics.store.trace import TraceUnknown
from logistics.usecases.record_scans import BagEvent, record_scans
from logistics.usecases.trace_goods import lot_steps, trace_goods

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)


@pytest.fixture
def day(supplies: Any) -> Any:
    """Two households got cabbage of one lot, one of them eggs as well; both bags went out."""
    supplies.area(4)
    supplies.ask(0, ("cabbage", 1000), ("eggs", 30, "板"))
    supplies.ask(1, ("cabbage", 500))
    supplies.order()
    supplies.receive()
    supplies.share()
    supplies.pack()
    runs.set_state(supplies.session, supplies.id, RunState.RELEASED)
    for n, bag in enumerate(bags.of_run(supplies.session, supplies.id)):
        told = [("load", 10, "courier:C1"), ("drop", 20, "courier:C1"),
                ("take", 30, f"leader:{bag.household_code[:7]}")]  # fmt: skip
        if n == 0:
            told.append(("confirm", 40, f"household:{bag.household_code}"))
        events = [
            BagEvent(bag=bag.code, scan=Scan(key=f"{n}{kind}", kind=ScanKind(kind), by=by,
                                             at=AT + timedelta(minutes=minute)))
            for kind, minute, by in told
        ]  # fmt: skip
        record_scans(supplies.session, supplies.id, events, actor="cli",
                     at=AT + timedelta(hours=9))  # fmt: skip
    return supplies


def lot_of(supplies: Any, item: str) -> str:
    (found,) = [c.id for c in lots.of_run(supplies.session, supplies.id) if c.item_id == item]
    return found


def test_a_lot_leads_to_all_its_doors_and_the_hands_between(day: Any) -> None:
    found = trace_goods(day.session, Subject.LOT, lot_of(day, "cabbage"))
    assert found.households == tuple(sorted(day.codes[:2]))
    assert {door.household: door.quantity for door in found.doors} == {
        day.codes[0]: 1000, day.codes[1]: 500,
    }  # fmt: skip
    first = next(door for door in found.doors if door.household == day.codes[0])
    assert [(hand.custodian.partition(":")[0], hand.implied) for hand in first.hands] == [
        ("courier", False), ("slot", False), ("leader", False), ("household", False),
    ]  # fmt: skip
    assert [hand.since for hand in first.hands[1:]] == [hand.until for hand in first.hands[:-1]]
    assert first.hands[-1].until is None
    where = {one.place: one.quantity for one in found.standing}
    assert sum(where.values()) == 0
    assert (where["household"], where["bag"]) == (1000, 500)


def test_a_door_leads_back_to_every_lot_and_its_supplier(day: Any) -> None:
    found = trace_goods(day.session, Subject.HOUSEHOLD, day.codes[0])
    assert {(one.lot, one.quantity) for one in found.origins} == {
        (lot_of(day, "cabbage"), 1000), (lot_of(day, "eggs"), 30),
    }  # fmt: skip
    assert {(one.supplier, one.provenance, one.received_by) for one in found.origins} == {
        ("M1", "farm", "cli")
    }


@pytest.mark.parametrize(
    ("subject", "code", "households"),
    [
        (Subject.COURIER, "C1", 2),
        (Subject.LEADER, "KX-01-1", 1),  # of the first stairwell only
        (Subject.SUPPLIER, "M1", 2),
    ],
)
def test_every_hand_can_be_asked(day: Any, subject: Subject, code: str, households: int) -> None:
    assert len(trace_goods(day.session, subject, code).households) == households


def test_a_bag_tells_every_step_of_what_is_in_it(day: Any) -> None:
    bag = bags.of_run(day.session, day.id)[0]
    found = trace_goods(day.session, Subject.BAG, bag.code, run=day.run.code)
    assert len(found.steps) == 8  # four passings of two lots
    steps = lot_steps(day.session, lot_of(day, "cabbage"))
    ways = [(s.source.partition(":")[0], s.target.partition(":")[0]) for s in steps]
    assert ways[0] == ("supplier", "stock")
    assert ("slot", "leader") in ways
    assert ("bag", "household") in ways
    assert [step.at for step in steps] == sorted(step.at for step in steps)


@pytest.mark.parametrize("subject", list(Subject))
def test_what_is_not_on_record_is_refused(day: Any, subject: Subject) -> None:
    with pytest.raises(TraceUnknown):
        trace_goods(day.session, subject, "nowhere")
