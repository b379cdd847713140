"""What is missing at packing is written off, taken back, and what is left is shared again."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logistics.domain.packing_events import PackingKind, ShortReason
from logistics.domain.procurement import Received
from logistics.domain.runs import RunState
from logistics.store import bags, ledger, packing, runs, shares
from logistics.usecases.account_for_run import account_for_run
from logistics.usecases.confirm_packing import confirm_all
from logistics.usecases.pack_bags import pack_bags
from logistics.usecases.report_short import (
    BagSealed,
    ShortKeyReused,
    ShortReport,
    ShortSaid,
    ShortTooMuch,
    report_short,
)
from logistics.usecases.verify_ledger import verify_ledger

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"actor": "cli", "at": AT}


def make(supplies: Any, came: int, *asked: int) -> Any:
    """Let households ask for eggs, of which so many come; their bags are planned."""
    supplies.area(max(len(asked), 2))
    for home, count in enumerate(asked):
        if count:
            supplies.ask(home, ("eggs", count))
    supplies.order()
    supplies.receive(lambda item, _: [Received(item=item, quantity_base=came, provenance="f")])
    supplies.share()
    pack_bags(supplies.session, supplies.id, confirm=False, **WHO)
    return supplies


def report(
    run: Any, bag: str, quantity: int, key: str = "k", reason: str = "missing"
) -> ShortReport:
    said = ShortSaid(bag=bag, item="eggs", quantity=quantity, reason=ShortReason(reason), key=key)
    return report_short(run.session, run.id, said, **WHO)


def meant(run: Any) -> dict[str, int]:
    """Sum what each household's bags hold or are meant to hold."""
    found: Counter[str] = Counter()
    made = {bag.id: bag for bag in bags.of_run(run.session, run.id)}
    lines = packing.meant(run.session, made) | packing.packed(run.session, made)
    for bag_id, of_bag in lines.items():
        found[made[bag_id].household_code] += sum(line.quantity for line in of_bag)
    return dict(found)


def sound(run: Any) -> None:
    assert account_for_run(run.session, run.id).differences == ()
    assert verify_ledger(run.session).faults == ()
    got: Counter[str] = Counter()
    for share in shares.of_run(run.session, run.id):
        got[share.household_code] += share.quantity
    assert +got == +Counter(meant(run))


def code_of(run: Any, home: int) -> str:
    return next(
        bag.code
        for bag in bags.of_run(run.session, run.id)
        if bag.household_code == run.codes[home]
    )


def test_what_is_missing_is_replaced_from_what_is_left(supplies: Any) -> None:
    run = make(supplies, 30, 10, 10)
    done = report(run, code_of(run, 1), 4)
    assert meant(run) == {run.codes[0]: 10, run.codes[1]: 10}
    assert [(c.quantity, c.reason) for c in done.changes] == [
        (-4, "missing"), (4, "shared-again"),
    ]  # fmt: skip
    held = ledger.held(run.session, run.id)
    assert sum(q for (place, _), q in held.items() if place.startswith("loss:")) == 4
    sound(run)


def test_where_nothing_is_left_the_line_is_short_and_says_why(supplies: Any) -> None:
    run = make(supplies, 20, 10, 10)
    report(run, code_of(run, 1), 4, reason="damaged")
    assert meant(run) == {run.codes[0]: 10, run.codes[1]: 6}
    (share,) = shares.of_household(run.session, run.id, run.codes[1])
    assert (share.kind, share.reason) == ("part", "missing-at-packing")
    sound(run)
    confirm_all(run.session, run.id, PackingKind.SEAL, **WHO)
    sound(run)
    second = next(
        bag for bag in bags.of_run(run.session, run.id) if bag.household_code == run.codes[1]
    )
    assert second.weight_g == 6 * 55


def test_a_report_counts_once_by_its_key(supplies: Any) -> None:
    run = make(supplies, 20, 10, 10)
    code = code_of(run, 1)
    report(run, code, 4)
    again = report(run, code, 4)
    assert (again.repeated, meant(run)[run.codes[1]]) == (True, 6)
    with pytest.raises(ShortKeyReused):
        report(run, code, 5)
    sound(run)


def test_a_bag_that_holds_nothing_any_more_is_struck_off(supplies: Any) -> None:
    run = make(supplies, 20, 10, 10)
    report(run, code_of(run, 1), 10)
    assert [bag.household_code for bag in bags.of_run(run.session, run.id)] == [run.codes[0]]
    assert meant(run) == {run.codes[0]: 10}
    confirm_all(run.session, run.id, PackingKind.SEAL, **WHO)
    sound(run)


def test_sealed_bags_are_never_touched(supplies: Any) -> None:
    run = make(supplies, 30, 20, 20)
    confirm_all(run.session, run.id, PackingKind.SEAL, point="P1", **WHO)
    before = meant(run)[run.codes[0]]
    with pytest.raises(BagSealed):
        report(run, code_of(run, 0), 1)
    report(run, code_of(run, 1), 3)
    assert meant(run)[run.codes[0]] == before
    sound(run)


def test_no_more_is_short_than_the_bag_should_hold(supplies: Any) -> None:
    run = make(supplies, 20, 10, 10)
    with pytest.raises(ShortTooMuch):
        report(run, code_of(run, 1), 11)


def test_once_trips_are_planned_nothing_is_shared_again(supplies: Any) -> None:
    run = make(supplies, 30, 10, 10)
    runs.set_state(run.session, run.id, RunState.RELEASED)
    done = report(run, code_of(run, 1), 4)
    assert not done.reshared
    assert meant(run)[run.codes[1]] == 6
    assert verify_ledger(run.session).faults == ()


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_is_short_nothing_appears_or_disappears(
    database: Any, supplies_of: Any, data: Any
) -> None:
    asked = data.draw(st.lists(st.integers(1, 40), min_size=2, max_size=4))
    came = data.draw(st.integers(1, sum(asked) + 10))
    with database.transaction() as session:
        run = make(supplies_of(session), came, *asked)
        for n in range(data.draw(st.integers(1, 3))):
            open_bags = packing.of_run(session, run.id, states=("planned", "packing"))
            if not open_bags:
                break
            bag = data.draw(st.sampled_from(open_bags))
            most = sum(o.quantity for o in packing.meant(session, [bag.id])[bag.id])
            report(run, bag.code, data.draw(st.integers(1, most)), key=f"k{n}")
            if data.draw(st.booleans()):
                point = data.draw(st.sampled_from(("P1", "P2")))
                confirm_all(session, run.id, PackingKind.SEAL, point=point, **WHO)
            sound(run)
        confirm_all(session, run.id, PackingKind.SEAL, **WHO)
        sound(run)
        session.connection().rollback()  # so that examples do not see one another
