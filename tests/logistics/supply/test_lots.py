"""Gifts, second counts, transfers, goods sent back, decisions and corrections, one by one."""

from datetime import UTC, datetime
from typing import Any

import pytest

from logistics.domain.procurement import Received
from logistics.domain.stock import Explanation, LotState
from logistics.store import ledger, lots, orders
from logistics.usecases.correct_movement import (
    CorrectionInvalid,
    GoodsGone,
    MovementCorrected,
    MovementOfCustody,
    correct_movement,
)
from logistics.usecases.count_at_point import (
    DifferenceUnexplained,
    PointCount,
    PointCountInvalid,
    count_at_point,
)
from logistics.usecases.decide_on_lot import (
    LotDestroyed,
    ProvenanceMissing,
    ReasonMissing,
    decide_on_lot,
)
from logistics.usecases.finish_receiving import GoodsOnTheWay, finish_receiving
from logistics.usecases.receive_donation import (
    DonationTooLate,
    Donor,
    DonorInvalid,
    receive_donation,
)
from logistics.usecases.receive_goods import CountInvalid, KeyReused, receive_goods
from logistics.usecases.send_back import send_back
from logistics.usecases.transfer_goods import NotThere, TransferInvalid, transfer_goods
from logistics.usecases.verify_ledger import verify_ledger

AT = datetime(2022, 4, 13, 3, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"actor": "cli", "at": AT}


@pytest.fixture
def ordered(sqlite_database: Any, supplies_of: Any) -> Any:
    """A run that has ordered 1000 g of cabbage and 2000 ml of milk at M1."""
    with sqlite_database.transaction() as session:
        supplies = supplies_of(session)
        supplies.area(4)
        supplies.ask(0, ("cabbage", 1000), ("milk", 2000))
        supplies.order()
        yield supplies


def take(supplies: Any, item: str, quantity: int, **more: Any) -> Any:
    (order,) = orders.of_run(supplies.session, supplies.id)
    van = more.pop("van_code", None)
    count = Received(item=item, quantity_base=quantity, **more)
    receive_goods(
        supplies.session, order.id, [count], key=f"{item}{quantity}", van_code=van, **WHO
    )
    return next(c for c in lots.of_run(supplies.session, supplies.id) if c.item_id == item)


def held(supplies: Any, lot: str) -> dict[str, int]:
    found = ledger.of_lots(supplies.session, [lot])
    return {place: quantity for (place, _), quantity in found.items()}


def proved(supplies: Any) -> bool:
    return verify_ledger(supplies.session, supplies.id).holds


def test_a_count_may_say_weight_price_and_photo(ordered: Any) -> None:
    photo = "sha256:" + "0a" * 32
    card = take(ordered, "cabbage", 900, weight_g=915, price_fen=720, photo=photo)
    assert (card.weight_g, card.price_fen, card.photo) == (915, 720, photo)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"weight_g": 9000}, "weight_g"),  # ten times what 900 g weigh
        ({"price_fen": -1}, "price_fen"),
        ({"photo": "javascript:alert(1)"}, "photo"),
    ],
)
def test_a_count_that_cannot_be_is_refused(ordered: Any, more: Any, field: str) -> None:
    with pytest.raises(CountInvalid) as refused:
        take(ordered, "cabbage", 900, **more)
    assert refused.value.facts["field"] == field


@pytest.mark.parametrize(
    ("counted", "reason", "stands"),
    [
        (1000, None, {"stock:P1": 1000, "supplier:M1": -1000}),
        (940, Explanation.TRANSIT_LOSS,
         {"stock:P1": 940, "loss:KX-20220413-1": 60, "supplier:M1": -1000}),
        (940, Explanation.MISCOUNT, {"stock:P1": 940, "supplier:M1": -940}),
        (1010, Explanation.MISCOUNT, {"stock:P1": 1010, "supplier:M1": -1010}),
        (0, Explanation.THEFT, {"loss:KX-20220413-1": 1000, "supplier:M1": -1000}),
    ],
)  # fmt: skip
def test_the_second_count_explains_what_differs(
    ordered: Any, counted: int, reason: Any, stands: dict[str, int]
) -> None:
    card = take(ordered, "cabbage", 1000, van_code="V1")
    assert held(ordered, card.id) == {"van:V1": 1000, "supplier:M1": -1000}
    with pytest.raises(GoodsOnTheWay):
        finish_receiving_after_milk(ordered)
    count = PointCount(lot=card.id, quantity=counted, reason=reason)
    for repeated in (False, True):
        done = count_at_point(ordered.session, ordered.id, "V1", [count], key="c", **WHO)
        assert done.repeated is repeated
        assert done.lots[0].at_market == 1000
        assert held(ordered, card.id) == stands
    assert proved(ordered)


def finish_receiving_after_milk(supplies: Any) -> None:
    finish_receiving(supplies.session, supplies.id, **WHO)


@pytest.mark.parametrize(
    ("counts", "refusal"),
    [
        ([PointCount(lot="{lot}", quantity=990)], DifferenceUnexplained),
        ([PointCount(lot="{lot}", quantity=-1)], PointCountInvalid),
        ([PointCount(lot="{lot}", quantity=1001, reason=Explanation.DAMAGE)], PointCountInvalid),
        ([PointCount(lot="{lot}", quantity=1000)] * 2, PointCountInvalid),  # counted twice
        ([PointCount(lot="nowhere", quantity=1)], lots.LotUnknown),
    ],
)
def test_a_second_count_that_cannot_be_is_refused(
    ordered: Any, counts: list[PointCount], refusal: Any
) -> None:
    card = take(ordered, "cabbage", 1000, van_code="V1")
    said = [
        PointCount(lot=one.lot.format(lot=card.id), quantity=one.quantity, reason=one.reason)
        for one in counts
    ]
    with pytest.raises(refusal), ordered.session.begin_nested():
        count_at_point(ordered.session, ordered.id, "V1", said, key="c", **WHO)
    assert held(ordered, card.id)["van:V1"] == 1000


def test_a_gift_becomes_lots_of_its_donor_and_is_shared_out(ordered: Any) -> None:
    donor = Donor(code="RC-1", name_zh="区红十字会", name_en="Red Cross")
    gift = [Received(item="cabbage", quantity_base=700, provenance="RC 17")]
    for _ in range(2):
        done = receive_donation(ordered.session, ordered.id, donor, gift, key="g", **WHO)
        assert [lot.quantity for lot in done.lots] == [700]
    (card,) = lots.of_run(ordered.session, ordered.id)
    assert (card.supplier_code, card.provenance) == ("RC-1", "RC 17")
    assert held(ordered, card.id) == {"supplier:RC-1": -700, "stock:P1": 700}
    more = [Received(item="cabbage", quantity_base=701)]
    with pytest.raises(KeyReused):
        receive_donation(ordered.session, ordered.id, donor, more, key="g", **WHO)
    ordered.receive()
    ordered.share()
    ordered.pack()
    assert proved(ordered)
    with pytest.raises(DonationTooLate):
        receive_donation(ordered.session, ordered.id, donor, gift, key="h", **WHO)


def test_a_paid_market_is_no_donor(ordered: Any) -> None:
    gift = [Received(item="cabbage", quantity_base=700)]
    with pytest.raises(lots.NotADonor):
        receive_donation(ordered.session, ordered.id, Donor(code="M1"), gift, key="g", **WHO)
    with pytest.raises(DonorInvalid):
        Donor(code="区红十字会")


def test_goods_go_from_point_to_point_and_back_to_the_supplier(ordered: Any) -> None:
    card = take(ordered, "cabbage", 1000)
    for _ in range(2):
        transfer_goods(
            ordered.session, card.id, 300, source="P1", target="P2", key="t", **WHO
        )  # fmt: skip
    send_back(ordered.session, card.id, 50, point="P2", reason=Explanation.SPOILED, key="b",
              **WHO)  # fmt: skip
    assert held(ordered, card.id) == {"supplier:M1": -950, "stock:P1": 700, "stock:P2": 250}
    with pytest.raises(NotThere) as refused:
        transfer_goods(ordered.session, card.id, 251, source="P2", target="P1", key="u", **WHO)
    assert refused.value.facts["there"] == 250
    with pytest.raises(TransferInvalid):
        transfer_goods(ordered.session, card.id, 1, source="P2", target="P2", key="v", **WHO)
    assert proved(ordered)


def test_cold_goods_without_papers_are_held_until_somebody_gives_them(ordered: Any) -> None:
    card = take(ordered, "milk", 2000)
    assert card.state is LotState.HELD
    with pytest.raises(ProvenanceMissing):
        decide(ordered, card.id, LotState.RELEASED)
    decide(ordered, card.id, LotState.RELEASED, provenance="ZLY 001")
    after = lots.card(ordered.session, "ZLY 001")
    assert (after.id, after.state) == (card.id, LotState.RELEASED)
    (said,) = lots.statements(ordered.session, card.id)
    assert (said.state, said.reason, said.actor) == (LotState.RELEASED, "papers came", "cli")


def decide(supplies: Any, lot: str, becomes: LotState, **more: Any) -> Any:
    said = {"reason": "papers came"} | more
    return decide_on_lot(supplies.session, lot, becomes, **said, **WHO)


def test_a_held_lot_is_given_to_nobody(ordered: Any) -> None:
    card = take(ordered, "cabbage", 1000)
    decide(ordered, card.id, LotState.HELD, reason="smells")
    take(ordered, "milk", 2000, provenance="ZLY 001")
    finish_receiving(ordered.session, ordered.id, **WHO)
    ordered.share()
    ordered.pack()
    assert held(ordered, card.id) == {"supplier:M1": -1000, "stock:P1": 1000}
    assert proved(ordered)


def test_a_destroyed_lot_is_explained_and_decided_for_good(ordered: Any) -> None:
    card = take(ordered, "cabbage", 1000)
    transfer_goods(ordered.session, card.id, 300, source="P1", target="P2", key="t", **WHO)
    with pytest.raises(ReasonMissing):
        decide(ordered, card.id, LotState.DESTROYED, reason=" ")
    done = decide(ordered, card.id, LotState.DESTROYED, reason="tested positive")
    assert (done.destroyed, done.still_out) == (1000, {})
    assert held(ordered, card.id) == {"supplier:M1": -1000, "destroyed:KX-20220413-1": 1000}
    with pytest.raises(LotDestroyed):
        decide(ordered, card.id, LotState.RELEASED)
    assert proved(ordered)


@pytest.mark.parametrize(
    ("change", "stands"),
    [
        ({"quantity": 900}, {"supplier:M1": -900, "stock:P1": 900}),
        ({"quantity": 1100}, {"supplier:M1": -1100, "stock:P1": 1100}),
        ({"quantity": 0}, {}),
        ({"quantity": None, "target": "stock:P2"}, {"supplier:M1": -1000, "stock:P2": 1000}),
    ],
)
def test_a_wrong_movement_is_taken_back_and_the_right_one_written(
    ordered: Any, change: Any, stands: dict[str, int]
) -> None:
    card = take(ordered, "cabbage", 1000)
    (wrong,) = ledger.of_lot(ordered.session, card.id)
    done = correct(ordered, wrong.seq, **change)
    entries = {entry.seq: entry for entry in ledger.of_lot(ordered.session, card.id)}
    assert entries[wrong.seq] == wrong  # it stays as it was written
    assert entries[done.reversal].corrects == wrong.seq
    assert {p: q for p, q in held(ordered, card.id).items() if q} == stands
    assert proved(ordered)
    with pytest.raises(MovementCorrected):
        correct(ordered, wrong.seq, **change)
    with pytest.raises(MovementCorrected):
        correct(ordered, done.reversal, **change)


def correct(supplies: Any, seq: int, **change: Any) -> Any:
    return correct_movement(
        supplies.session, seq, **change, reason=Explanation.MISCOUNT, **WHO
    )  # fmt: skip


def test_what_has_gone_on_is_not_taken_back(ordered: Any) -> None:
    card = take(ordered, "cabbage", 1000)
    transfer_goods(ordered.session, card.id, 800, source="P1", target="P2", key="t", **WHO)
    wrong, moved = ledger.of_lot(ordered.session, card.id)
    with pytest.raises(GoodsGone):
        correct(ordered, wrong.seq, quantity=0)
    correct(ordered, wrong.seq, quantity=900)  # 100 of it are still there
    for change in ({"quantity": 800}, {"quantity": -1}, {"target": "bag:x", "quantity": 1}):
        with pytest.raises(CorrectionInvalid):
            correct(ordered, moved.seq, **change)


def test_what_is_in_a_bag_is_corrected_by_scans_alone(ordered: Any) -> None:
    ordered.receive()
    ordered.share()
    ordered.pack()
    card = lots.of_run(ordered.session, ordered.id)[0]
    packed = next(e for e in ledger.of_lot(ordered.session, card.id) if e.kind == "pack")
    with pytest.raises(MovementOfCustody):
        correct(ordered, packed.seq, quantity=0)
