from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.buying import BuyingInputs, BuyingPolicy, Demand, pools, usable
from logistics.domain.procurement import NotBought, Offer
from logistics.domain.suppliers import (
    Inspection,
    InspectionInvalid,
    InspectionState,
    Slot,
    Supplier,
    SupplierInvalid,
    SupplierKind,
    provenance_fits,
    standing,
    suspension,
)

DAY = datetime(2022, 4, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)


def said(seq: int, state: str, since: int, until: int | None = None) -> Inspection:
    """Hours of the day in which a statement holds."""
    return Inspection(
        seq=seq,
        id=f"i{seq}",
        place_id="M1",
        state=InspectionState(state),
        since=DAY + since * HOUR,
        until=None if until is None else DAY + until * HOUR,
        reason="visit",
        actor="inspector",
        at=DAY,
    )


def test_the_statement_made_later_counts() -> None:
    book = [said(1, "suspended", 3), said(2, "ok", 5), said(3, "suspended", 8, 9)]
    states = [
        None if (found := standing(book, DAY + hour * HOUR)) is None else found.state.value
        for hour in (0, 3, 5, 8, 9)
    ]
    assert states == [None, "suspended", "ok", "suspended", "ok"]


def test_a_suspension_that_begins_before_goods_are_fetched_blocks() -> None:
    book = [said(1, "suspended", 6, 7)]
    assert suspension(book, DAY, DAY + 5 * HOUR) is None
    assert suspension(book, DAY, DAY + 6 * HOUR) == book[0]
    assert suspension(book, DAY + 7 * HOUR, DAY + 9 * HOUR) is None


@given(
    marks=st.lists(
        st.tuples(
            st.sampled_from(["ok", "suspended", "under-inspection"]),
            st.integers(0, 20),
            st.none() | st.integers(1, 6),
        ),
        max_size=6,
    ),
    since=st.integers(0, 20),
    length=st.integers(0, 6),
)
def test_a_suspension_is_found_if_it_counts_at_any_moment(
    marks: list[tuple[str, int, int | None]], since: int, length: int
) -> None:
    book = [
        said(n, state, start, None if lasts is None else start + lasts)
        for n, (state, start, lasts) in enumerate(marks)
    ]
    moments = [DAY + (since * 4 + quarter) * HOUR / 4 for quarter in range(4 * length + 1)]
    whenever = any(
        (found := standing(book, moment)) and found.state is InspectionState.SUSPENDED
        for moment in moments
    )
    found = suspension(book, DAY + since * HOUR, DAY + (since + length) * HOUR)
    assert (found is not None) == whenever


@pytest.mark.parametrize(
    ("pattern", "code", "fits"),
    [
        ("ZJ-####", "zj-0415", True),  # letters stand for themselves in any case
        ("ZJ-####", "ZJ-041", False),  # a digit too few
        ("ZJ-####", "ZJ-04A5", False),
        ("@@*", "AB", True),  # a star may stand for nothing
        ("@@*", "A", False),
        ("*-##", "a-b-17", True),  # a star stands for the pattern's own signs, too
        ("?#", "中7", True),
        ("*", "anything", True),
        ("*", "  ", False),  # a code has to be there
        (None, "X", False),
        ("*a*b*", "xxaxxbxx", True),
        ("#", "٣", False),  # digits are those on every keyboard
    ],
)
def test_codes_are_told_by_their_pattern(*, pattern: str | None, code: str, fits: bool) -> None:
    assert provenance_fits(pattern, code) is fits


def test_a_hostile_pattern_takes_no_time() -> None:
    assert not provenance_fits("*a" * 200 + "b", "a" * 2000)


def supplier(code: str = "M1", **more) -> Supplier:
    usual = {"id": code, "district_id": "d", "name_zh": code, "name_en": code}
    return Supplier(**{**usual, "code": code, "lon": 120.1, "lat": 30.3, **more})


def offer(market: str = "M1", item: str = "milk", **more) -> Offer:
    return Offer(
        **{"market_id": market, "item_id": item, "case_base": 10, "price_fen": 100,
           "stock_cases": None, **more}
    )  # fmt: skip


def inputs(*suppliers: Supplier, **more) -> BuyingInputs:
    usual = {
        "run_id": "r", "run_code": "R-1", "at": DAY - 4 * HOUR, "midnight": DAY,
        "depot": (120.1, 30.3), "policy": BuyingPolicy.of({"wave_end": "17:30:00"}),
        "demand": (Demand(item_id="milk", quantity=30, lines=3, cold=True),),
        "suppliers": suppliers, "offers": tuple(offer(one.code) for one in suppliers),
        "inspections": (),
    }  # fmt: skip
    return BuyingInputs(**{**usual, **more})


def why(found) -> NotBought | None:
    refused = found.refused.get("milk", ())
    return refused[0][1] if refused else None


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({}, None),
        ({"cold": False}, NotBought.NO_COLD_CHAIN),
        ({"provenance": None}, NotBought.NO_PROVENANCE),
        ({"lead_s": 30 * 3600}, NotBought.TOO_LATE),  # ordered at 20:00, ready at 02:00 after
        ({"lead_s": 20 * 3600}, None),  # ready at 16:00, needed by 16:30
        ({"lead_s": 20 * 3600, "closes_s": 15 * 3600}, NotBought.TOO_LATE),
        ({"opens_s": 17 * 3600}, NotBought.TOO_LATE),
        ({"slots": (Slot(starts_s=17 * 3600, ends_s=18 * 3600),)}, NotBought.CROWDED),
        ({"slots": (Slot(starts_s=8 * 3600, ends_s=9 * 3600, cases=2),)}, None),
    ],
)
def test_who_may_be_bought_from(terms: dict, reason: NotBought | None) -> None:
    assert why(usable(inputs(supplier(**terms)))) is reason


def test_a_suspended_supplier_is_never_bought_from() -> None:
    found = usable(inputs(supplier(), supplier("M2"), inspections=(said(1, "suspended", 3, 4),)))
    assert [one.code for one in found.suppliers] == ["M2"]
    assert found.refused == {"milk": (("M1", NotBought.SUSPENDED),)}


def test_a_supplier_that_is_looked_at_may_be_bought_from() -> None:
    found = usable(inputs(supplier(), inspections=(said(1, "under-inspection", 0),)))
    assert [one.code for one in found.suppliers] == ["M1"]


def test_goods_must_keep_until_the_wave_is_over() -> None:
    at_six = supplier(opens_s=6 * 3600)
    assert why(usable(inputs(at_six, offers=(offer(keeps_h=11),)))) is NotBought.NOT_FRESH
    assert why(usable(inputs(at_six, offers=(offer(keeps_h=12),)))) is None


def test_goods_are_ready_when_their_slot_begins() -> None:
    slots = (Slot(starts_s=9 * 3600, ends_s=10 * 3600), Slot(starts_s=5 * 3600, ends_s=6 * 3600))
    found = usable(inputs(supplier(slots=slots, opens_s=7 * 3600)))
    assert found.ready_s == {"M1": 9 * 3600}


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(SupplierInvalid):
        Slot(starts_s=10, ends_s=10)
    with pytest.raises(SupplierInvalid):
        supplier(minimum_fen=-1)
    with pytest.raises(SupplierInvalid):
        supplier(opens_s=5, closes_s=5)
    with pytest.raises(SupplierInvalid):
        supplier(slots=(Slot(starts_s=0, ends_s=10), Slot(starts_s=9, ends_s=12)))
    with pytest.raises(InspectionInvalid):
        replace(said(1, "ok", 3), reason=" ")
    with pytest.raises(InspectionInvalid):
        said(1, "ok", 3, 3)


def test_buildings_reach_a_smallest_order_together_or_wait() -> None:
    offers = [offer(minimum_cases=3), offer(item="eggs", minimum_cases=2)]
    found = pools(
        offers,
        [supplier(minimum_fen=500, kind=SupplierKind.WHOLESALER)],
        {("B1", "milk"): 25, ("B2", "milk"): 10, ("B3", "eggs"): 12},
        {"milk": ("牛奶", "milk"), "eggs": ("鸡蛋", "eggs")},
        {("M1", "milk"): 40},
    )
    by_item = {pool.item_id: pool for pool in found}
    milk, eggs, order = by_item["milk"], by_item["eggs"], by_item[None]
    assert (milk.together, milk.missing, milk.alone) == (35, 0, ())
    assert milk.parts == (("B1", 25), ("B2", 10))
    assert (eggs.together, eggs.missing) == (12, 8)
    assert (order.together, order.missing) == (400, 100)  # four cases at a yuan
