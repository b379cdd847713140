from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.domain.custody import (
    BY,
    BagState,
    Route,
    Scan,
    ScanInvalid,
    ScanKind,
    Verdict,
    goods_at,
)
from logistics.domain.custody_replay import replay

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
ROUTE = Route(
    bag_id="bg1",
    run_code="KX-1",
    point_code="P1",
    stairwell_code="KX-01-01-1",
    building_code="KX-01-01",
    household_code="KX-01-01-1-501",
    courier_code="C1",
)
PARTIES = {
    "courier": ("courier:C1", "courier:C2"),
    "van": ("van:V1",),
    "leader": ("leader:KX-01-01",),
    "household": (ROUTE.household, "household:KX-01-01-1-502"),
    "point": ("point:P1", "point:P2"),
}


def scan(kind: str, minute: int, by: str, place: str = "", key: str = "") -> Scan:
    return Scan(
        key=key or f"{kind}{minute}{by}",
        kind=ScanKind(kind),
        at=AT + timedelta(minutes=minute),
        by=by,
        place=place,
    )


USUAL = (
    scan("load", 0, "courier:C1"),
    scan("drop", 10, "courier:C1"),
    scan("take", 30, "leader:KX-01-01"),
    scan("hand", 35, "leader:KX-01-01"),
    scan("confirm", 40, ROUTE.household),
)


def way(*scans: Scan) -> list[str]:
    journey = replay(scans, ROUTE)
    return [ROUTE.point, *(passing.target for passing in journey.passings)]


def test_a_usual_day_passes_a_bag_from_hand_to_hand() -> None:
    journey = replay(USUAL, ROUTE)
    assert way(*USUAL) == [
        "point:P1", "courier:C1", "slot:KX-01-01-1", "leader:KX-01-01", ROUTE.household,
    ]  # fmt: skip
    assert journey.state is BagState.CONFIRMED
    assert set(journey.verdicts.values()) == {Verdict.APPLIED}
    assert not any(passing.implied for passing in journey.passings)


def test_what_nobody_scanned_is_implied_by_what_came_after() -> None:
    journey = replay(USUAL[-1:], ROUTE)
    assert [p.target for p in journey.passings] == [
        "courier:C1", "slot:KX-01-01-1", ROUTE.household,
    ]  # fmt: skip
    assert [p.implied for p in journey.passings] == [True, True, False]


@pytest.mark.parametrize(
    ("scans", "last", "verdict"),
    [
        # the household has it, so nobody else can
        ((*USUAL, scan("load", 50, "courier:C2")), "load50courier:C2", Verdict.DELIVERED),
        ((*USUAL, scan("lose", 50, "courier:C1")), "lose50courier:C1", Verdict.DELIVERED),
        # a courier who never carried it cannot have dropped what a leader has
        ((*USUAL[:3], scan("drop", 33, "courier:C2")), "drop33courier:C2", Verdict.ELSEWHERE),
        # a phone whose clock runs behind tells what is known
        ((*USUAL[:3], scan("drop", 33, "courier:C1")), "drop33courier:C1", Verdict.KNOWN),
        (
            (scan("damage", 0, "point:P1"), scan("load", 1, "courier:C1")),
            "load1courier:C1", Verdict.DESTROYED,
        ),
        (
            (scan("unpack", 0, "point:P1"), scan("load", 1, "courier:C1")),
            "load1courier:C1", Verdict.EMPTIED,
        ),
        # somebody else's bag
        (
            (scan("take", 9, "household:KX-01-01-1-502"),),
            "take9household:KX-01-01-1-502", Verdict.ELSEWHERE,
        ),
    ],
)  # fmt: skip
def test_what_contradicts_the_chain_is_set_aside(
    scans: tuple[Scan, ...], last: str, verdict: Verdict
) -> None:
    journey = replay(scans, ROUTE)
    assert journey.verdicts[last] is verdict
    without = [one for one in scans if one.key != last]
    assert replay(without, ROUTE).passings == journey.passings


def test_a_bag_brought_back_goes_out_again() -> None:
    again = (
        *USUAL[:1], scan("return", 20, "courier:C1"), scan("load", 90, "courier:C2"),
        scan("drop", 99, "courier:C2"),
    )  # fmt: skip
    assert way(*again) == [
        "point:P1", "courier:C1", "point:P1", "courier:C2", "slot:KX-01-01-1",
    ]  # fmt: skip
    assert replay(again[:2], ROUTE).state is BagState.RETURNED


def test_a_lost_bag_that_turns_up_is_found() -> None:
    found = (scan("load", 0, "courier:C1"), scan("lose", 9, "courier:C1"),
             scan("drop", 20, "courier:C1"))  # fmt: skip
    journey = replay(found, ROUTE)
    assert journey.custodian == ROUTE.slot
    assert [p.source for p in journey.passings][2] == "loss:KX-1"


scans = st.lists(
    st.builds(
        lambda kind, minute, by, place: (kind, minute, by, place),
        st.sampled_from(list(ScanKind)),
        st.integers(0, 20),
        st.integers(0, 9),
        st.booleans(),
    ),
    max_size=9,
    unique_by=lambda one: one[:3],
)


def build(drawn: list[tuple[ScanKind, int, int, bool]]) -> list[Scan]:
    made = []
    for kind, minute, number, _ in drawn:
        choices = [party for name in BY[kind] for party in PARTIES[name]]
        place = ROUTE.household if kind is ScanKind.REDIRECT else ""
        made.append(
            scan(kind, minute, choices[number % len(choices)], place, f"{kind}{minute}{number}")
        )
    return made


@settings(max_examples=300)
@given(drawn=scans, random=st.randoms(use_true_random=False))
def test_any_order_of_the_same_scans_makes_the_same_unbroken_chain(drawn, random) -> None:
    said = build(drawn)
    journey = replay(said, ROUTE)
    other = list(said)
    random.shuffle(other)
    assert replay(other, ROUTE) == journey
    custodian, when = ROUTE.point, AT
    for passing in journey.passings:
        assert passing.source == custodian != passing.target
        assert passing.at >= when
        custodian, when = passing.target, passing.at
    assert custodian == journey.custodian
    assert set(journey.verdicts) == {one.key for one in said}
    aside = {key for key, verdict in journey.verdicts.items() if verdict.aside}
    assert aside.isdisjoint(passing.cause for passing in journey.passings)
    last = journey.passings[-1] if journey.passings else None
    goods = goods_at(ROUTE, journey.custodian, last.kind if last else None)
    carrying = journey.custodian.partition(":")[0] in ("courier", "van", "slot", "leader")
    assert (goods == "bag:bg1") or not carrying


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"by": "leader:X"}, "by"),  # leaders load nothing
        ({"by": "courier:"}, "by"),
        ({"by": "C1"}, "by"),
        ({"place": "slot:X"}, "place"),  # a load has no place
        ({"key": ""}, "key"),
        ({"at": datetime(2022, 4, 13)}, "at"),  # noqa: DTZ001
        ({"kind": ScanKind.REDIRECT}, "place"),  # to whom?
    ],
)
def test_a_scan_that_cannot_be_is_refused(change, field) -> None:
    usual = {"key": "k", "kind": ScanKind.LOAD, "at": AT, "by": "courier:C1"}
    with pytest.raises(ScanInvalid) as refused:
        Scan(**usual | change)
    assert refused.value.facts["field"] == field
