from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, update

from logistics.domain.accounts import HouseholdFacts, Outcome, outcome
from logistics.domain.runs import RunState
from logistics.domain.stock import Move, MoveKind
from logistics.store import bags, ledger, runs, tables
from logistics.usecases.account_for_run import account_for_run
from logistics.usecases.close_run import BooksOpen, HouseholdsUnaccounted, close_run
from logistics.usecases.show_run import show_run

AT = datetime(2022, 4, 13, 9, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"actor": "cli", "at": AT}


def plan(supplies: Any, *, left_out: int = 0, forgotten: int = 0) -> None:
    """Store a released plan with one trip for all bags but the last ones."""
    s = supplies.session
    packed = bags.of_run(s, supplies.id)
    s.execute(insert(tables.courier).values(
        id="c1", district_id="d", code="C1", mode="ebike", capacity_g=1, capacity_ml=1,
        capacity_bags=1, shift_start_s=0, shift_end_s=1, max_trips=1, zone_max=2, point_id="P1",
        cohort=None, active=True))  # fmt: skip
    s.execute(insert(tables.plan).values(
        id="p1", run_id=supplies.id, digest="", problem={}, state="released", seed=0,
        plan={"summary": {"contacts": 0, "faces": 3}}, created_at=AT))  # fmt: skip
    s.execute(insert(tables.trip).values(
        id="t1", plan_id="p1", courier_id="c1", point_id="P1", no=1, code="T1", departs_s=0,
        returns_s=9, weight_g=0, volume_ml=0, state="released"))  # fmt: skip
    s.execute(insert(tables.stop).values(
        id="s1", trip_id="t1", seq=1, stairwell_id="KX-01-1", arrival_s=1, leave_s=2))  # fmt: skip
    out = packed[len(packed) - left_out - forgotten : len(packed) - forgotten]
    on = packed[: len(packed) - left_out - forgotten]
    s.execute(insert(tables.stop_bag), [
        {"plan_id": "p1", "bag_id": bag.id, "stop_id": "s1"} for bag in on])  # fmt: skip
    if out:
        s.execute(insert(tables.unserved), [
            {"plan_id": "p1", "bag_id": bag.id, "code": "stop.unreachable", "facts": {},
             "next_action": "call"} for bag in out])  # fmt: skip
    runs.set_state(s, supplies.id, RunState.RELEASED)


@pytest.fixture
def packed(supplies: Any) -> Any:
    """Seven households: two with bags, one short, one in question, one cancelled, two silent."""
    supplies.area(7)
    supplies.ask(0, ("cabbage", 1000))
    supplies.ask(1, ("eggs", 30, "板"), ("caviar", 5))
    supplies.ask(2, ("caviar", 500))
    supplies.question(supplies.codes[3])
    supplies.ask(4, ("eggs", 30), state="cancelled")
    supplies.order()
    supplies.receive()
    supplies.share()
    supplies.pack()
    return supplies


def test_a_run_closes_when_every_household_is_accounted_for(packed: Any) -> None:
    plan(packed, left_out=1)
    closed = close_run(packed.session, packed.id, **WHO)
    assert closed.run.state is RunState.CLOSED
    assert closed.outcomes == {
        Outcome.DELIVERED: 1,
        Outcome.UNSERVED: 1,
        Outcome.SHORT: 1,
        Outcome.IN_QUESTION: 1,
        Outcome.CANCELLED: 1,
        Outcome.NO_LIST: 2,
    }
    view = show_run(packed.session, packed.id)
    assert (view.trips, view.couriers, view.contacts, view.faces) == (1, 1, 0, 3)
    assert (view.bags_on_trips, view.bags_unserved) == (1, {"stop.unreachable": 1})
    assert view.outcomes == closed.outcomes


def test_a_forgotten_bag_keeps_the_run_open_and_names_the_household(packed: Any) -> None:
    plan(packed, forgotten=1)
    with pytest.raises(HouseholdsUnaccounted) as refused:
        close_run(packed.session, packed.id, **WHO)
    assert refused.value.facts["households"] == packed.codes[1]
    assert runs.get(packed.session, packed.id).state is RunState.RELEASED


def test_books_that_differ_keep_the_run_open(packed: Any) -> None:
    plan(packed)
    (lot_id,) = {
        lot
        for (place, lot), q in ledger.held(packed.session, packed.id).items()
        if place.startswith("bag:") and q == 1000
    }
    (bag,) = {
        place
        for (place, lot), _ in ledger.held(packed.session, packed.id).items()
        if place.startswith("bag:") and lot == lot_id
    }
    taken = Move(
        lot_id=lot_id, quantity=10, source=bag, target="stock:P1", kind=MoveKind.CORRECTION
    )
    ledger.post(packed.session, [taken], run_id=packed.id, cause="x", **WHO)
    with pytest.raises(BooksOpen) as refused:
        close_run(packed.session, packed.id, **WHO)
    assert "in the bag = its lines" in str(refused.value.facts["differences"])


def test_a_changed_quantity_shows_in_the_books(packed: Any) -> None:
    assert account_for_run(packed.session, packed.id).balanced
    packed.session.execute(update(tables.order_line).values(quantity=7))
    equations = {d.equation for d in account_for_run(packed.session, packed.id).differences}
    assert equations == {"asked = bought + not bought"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (HouseholdFacts(), Outcome.NO_LIST),
        (HouseholdFacts(questions=1), Outcome.IN_QUESTION),
        (HouseholdFacts(lists=1, questions=1), Outcome.IN_QUESTION),
        (HouseholdFacts(lists=2, cancelled=2), Outcome.CANCELLED),
        # a list without lines, question or cancellation: nobody knows what was asked
        (HouseholdFacts(lists=1), Outcome.UNACCOUNTED),
        (HouseholdFacts(lists=1, lines=2, lines_with_share=2), Outcome.SHORT),
        (HouseholdFacts(lists=1, lines=2, lines_with_share=1), Outcome.UNACCOUNTED),
        (
            HouseholdFacts(lists=1, lines=1, lines_with_share=1, bags=2, bags_on_trips=2),
            Outcome.DELIVERED,
        ),
        (
            HouseholdFacts(
                lists=1, lines=1, lines_with_share=1, bags=2, bags_on_trips=1, bags_unserved=1
            ),
            Outcome.PART_UNSERVED,
        ),
        (
            HouseholdFacts(lists=1, lines=1, lines_with_share=1, bags=2, bags_on_trips=1),
            Outcome.UNACCOUNTED,
        ),
    ],
)
def test_a_household_has_exactly_one_outcome(facts: HouseholdFacts, expected: Outcome) -> None:
    assert outcome(facts) is expected
