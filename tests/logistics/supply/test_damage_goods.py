"""Pieces of a bag are damaged: they are written off, the bag stays, nothing else is lost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from logistics.domain.custody import Scan, ScanKind
from logistics.domain.damage import BagNotThere, DamageInvalid, DamageReused, DamageTooMuch
from logistics.domain.runs import RunState
from logistics.domain.stock import Explanation
from logistics.store import bags, damage, ledger, runs
from logistics.usecases.account_for_run import account_for_run
from logistics.usecases.damage_goods import Pieces, damage_goods
from logistics.usecases.post_money import post_money
from logistics.usecases.record_scans import BagEvent, BagsNotOut, record_scans
from logistics.usecases.refund_goods import RefundReason, RefundTooMuch, refund_goods
from logistics.usecases.show_money import household_money
from logistics.usecases.verify_ledger import verify_ledger
from logistics.usecases.verify_money import verify_money

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=12)
WHO = {"actor": "cli", "at": LATER}
EGGS = "eggs货"


@pytest.fixture
def out(supplies: Any) -> Any:
    """A released run with one bag of one household: 1 kg of cabbage and 30 eggs."""
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


def scan(supplies: Any, kind: str, minute: int, by: str, **more: Any) -> str:
    said = Scan(key=f"{kind}-{minute}", kind=ScanKind(kind), at=AT + timedelta(minutes=minute),
                by=by, **more)  # fmt: skip
    event = BagEvent(bag=bag_of(supplies).code, scan=said)
    (heard,) = record_scans(supplies.session, supplies.id, [event], **WHO).heard
    return heard.outcome


def home(supplies: Any) -> str:
    return f"household:{supplies.codes[0]}"


def hand_over(supplies: Any) -> None:
    assert scan(supplies, "confirm", 40, home(supplies)) == "applied"


def broken(
    supplies: Any, quantity: int = 3, *, item: str = EGGS, key: str = "k1", **more: Any
) -> Any:
    given = {"by": home(supplies), "key": key} | more
    return damage_goods(
        supplies.session, supplies.id, bag_of(supplies).code,
        [Pieces(item=item, quantity=quantity)], **given, **WHO,
    )  # fmt: skip


def goods(supplies: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for (place, _), quantity in ledger.held(supplies.session, supplies.id).items():
        if not place.startswith(("supplier:", "stock:")):
            found[place.partition(":")[0]] = found.get(place.partition(":")[0], 0) + quantity
    return found


def sound(supplies: Any) -> None:
    """Everything that must hold of goods, custody and money does."""
    assert verify_ledger(supplies.session).faults == ()
    differs = {one.equation for one in account_for_run(supplies.session, supplies.id).differences}
    assert differs <= {"bags = on trips + unserved"}  # nobody planned this run
    post_money(supplies.session, supplies.id, **WHO)
    assert verify_money(supplies.session).faults == ()


def test_pieces_are_lost_and_the_bag_stays_where_it_is(out: Any) -> None:
    hand_over(out)
    before = bag_of(out)
    told = broken(out)
    assert (told.pieces, told.custodian, told.repeated) == ({EGGS: 3}, home(out), False)
    assert goods(out) == {"household": 1027, "loss": 3}
    after = bag_of(out)
    assert (after.custodian, after.state) == (before.custodian, before.state)
    moves = [one for one in ledger.moves(out.session, out.id) if one.kind == "break"]
    assert [(one.quantity, one.target.partition(":")[0]) for one in moves] == [(3, "loss")]
    sound(out)


def test_the_household_does_not_pay_for_what_is_broken(out: Any) -> None:
    hand_over(out)
    sound(out)
    paid = household_money(out.session, out.codes[0]).balance_fen
    broken(out, 30)
    sound(out)
    left = household_money(out.session, out.codes[0]).balance_fen
    assert paid - left == 400  # a case of 30 eggs costs ¥4


def test_it_is_refunded_once(out: Any) -> None:
    hand_over(out)
    refund_goods(out.session, out.id, out.codes[0], EGGS, 20, reason=RefundReason.DAMAGED,
                 key="r1", **WHO)  # fmt: skip
    with pytest.raises(DamageTooMuch) as refused:
        broken(out, 11)
    assert (refused.value.facts["there"], refused.value.facts["refunded"]) == (10, 20)
    broken(out, 10)
    with pytest.raises(RefundTooMuch):
        refund_goods(out.session, out.id, out.codes[0], EGGS, 1, reason=RefundReason.DAMAGED,
                     key="r2", **WHO)  # fmt: skip
    sound(out)


def test_said_again_it_writes_nothing_off(out: Any) -> None:
    hand_over(out)
    broken(out)
    again = broken(out)
    assert (again.repeated, again.pieces) == (True, {EGGS: 3})
    assert goods(out) == {"household": 1027, "loss": 3}
    with pytest.raises(DamageReused):
        broken(out, 4)
    broken(out, 4, key="k2")
    assert goods(out) == {"household": 1023, "loss": 7}


def test_no_more_than_the_bag_holds(out: Any) -> None:
    hand_over(out)
    broken(out, 29)
    with pytest.raises(DamageTooMuch) as refused:
        broken(out, 2, key="k2")
    assert refused.value.facts["there"] == 1
    with pytest.raises(DamageTooMuch):
        broken(out, 1, item="milk货", key="k3")


def test_what_a_leader_finds_broken_on_the_shelf_never_reaches_the_household(out: Any) -> None:
    assert scan(out, "drop", 20, "courier:C1") == "applied"
    broken(out, by="leader:KX-01")
    assert goods(out) == {"bag": 1027, "loss": 3}
    sound(out)
    hand_over(out)
    assert goods(out) == {"household": 1027, "loss": 3}
    sound(out)


def test_a_scan_that_is_heard_late_moves_the_rest(out: Any) -> None:
    """The bag was redirected before it was confirmed: everything behind is written anew."""
    scan(out, "drop", 20, "courier:C1")
    scan(out, "take", 30, "leader:KX-01")
    hand_over(out)
    broken(out)
    other = f"household:{out.codes[2]}"
    assert scan(out, "redirect", 35, "leader:KX-01", place=other) in ("applied", "aside-delivered")
    sound(out)
    assert goods(out) == {"household": 1027, "loss": 3}


def test_a_bag_that_comes_back_and_is_unpacked_brings_what_is_whole(out: Any) -> None:
    scan(out, "drop", 20, "courier:C1")
    broken(out, by="leader:KX-01")
    scan(out, "return", 50, "courier:C1")
    assert goods(out) == {"return": 1027, "loss": 3}
    sound(out)
    scan(out, "unpack", 60, "point:P1")
    assert goods(out) == {"loss": 3}
    sound(out)


def test_a_whole_bag_that_is_lost_later_is_lost_once(out: Any) -> None:
    scan(out, "load", 10, "courier:C1")
    broken(out, by="courier:C1")
    assert scan(out, "lose", 20, "courier:C1") == "applied"
    assert goods(out) == {"loss": 1030}
    sound(out)
    with pytest.raises(BagNotThere):
        broken(out, key="k2")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": 0}, EGGS),
        ({"by": "somebody"}, "by"),
        ({"by": "van:V1"}, "by"),  # a van opens no bag
        ({"key": " "}, "key"),
        ({"reason": Explanation.THEFT}, "reason"),
    ],
)
def test_a_report_that_cannot_be_names_the_field(out: Any, changes: Any, field: str) -> None:
    with pytest.raises(DamageInvalid) as refused:
        broken(out, **changes)
    assert refused.value.facts["field"] == field
    assert damage.of_bags(out.session, [bag_of(out).id]) == {}


def test_before_the_release_it_is_the_points_matter(out: Any) -> None:
    runs.set_state(out.session, out.id, RunState.PACKED)
    with pytest.raises(BagsNotOut):
        broken(out)
