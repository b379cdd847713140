"""Errands: taken once, brought on step by step, never edited."""

import itertools
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.district import MapPlace
from logistics.domain.errands import (
    NEXT,
    Errand,
    ErrandEmpty,
    ErrandKind,
    ErrandNeedsReason,
    ErrandOutOfOrder,
    ErrandPlaceEmpty,
    ErrandRefReused,
    ErrandState,
    ErrandStep,
    ErrandTooLong,
    ErrandUnknown,
    follow,
    ticket_of,
)
from logistics.domain.setup import DistrictSetup, PointSetup, Policy, Setup
from logistics.store import errands
from logistics.store.places import HouseholdUnknown
from logistics.usecases.run_errand import move_errand, place_errand, take_errand
from logistics.usecases.set_up import set_up

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
WHO = {"actor": "cli", "at": AT}
HOME = "KX-01-01-1-201"
SPOT = {"lon": 120.2, "lat": 30.3, "name_zh": "处", "name_en": "spot"}
SETUP = Setup(
    policy=Policy(wave_start=time(9), wave_end=time(18)),
    points=(PointSetup(code="P1", depot=True, **SPOT),),
)
MAP = (
    MapPlace(id="c1", kind="compound", parent_id=None, code="KX-01", **SPOT),
    MapPlace(id="b1", kind="building", parent_id="c1", code="KX-01-01", levels=3, **SPOT),
    MapPlace(id="s1", kind="stairwell", parent_id="b1", code="KX-01-01-1", **SPOT),
)


@pytest.fixture
def district(session):
    return set_up(session, DistrictSetup(name="Kaixuan"), SETUP, MAP, **WHO).district


def ask(session, said="降压药一盒", *, kind=ErrandKind.MEDICINE, ref=None):
    return take_errand(session, HOME, kind, said, client_ref=ref, channel="hotline-1", **WHO)


def test_an_errand_goes_from_asked_to_done(session, district):
    taken = ask(session)
    for state in (ErrandState.ACCEPTED, ErrandState.STARTED, ErrandState.DONE):
        move_errand(session, taken.id, state, **WHO)
    found = errands.get(session, taken.id)
    assert [step.state for step in found.steps] == [
        ErrandState.ASKED, ErrandState.ACCEPTED, ErrandState.STARTED, ErrandState.DONE,
    ]  # fmt: skip
    assert errands.page(session, district.id, [ErrandState.ASKED]) == ()
    assert errands.page(session, district.id, [ErrandState.DONE]) == (found,)
    assert errands.of_household(session, found.household_id) == (found,)


@pytest.mark.usefixtures("district")
def test_the_same_step_twice_is_one(session):
    taken = ask(session)
    move_errand(session, taken.id, ErrandState.ACCEPTED, **WHO)
    again = move_errand(session, taken.id, ErrandState.ACCEPTED, **WHO)
    assert len(again.steps) == 2
    with pytest.raises(ErrandOutOfOrder) as refused:
        move_errand(session, taken.id, ErrandState.DONE, **WHO)
    assert refused.value.facts["follows"] == "assigned、cancelled、declined、started"


@pytest.mark.usefixtures("district")
def test_declining_says_why(session):
    taken = ask(session)
    with pytest.raises(ErrandNeedsReason):
        move_errand(session, taken.id, ErrandState.DECLINED, **WHO)
    told = move_errand(session, taken.id, ErrandState.DECLINED, note="药房没有", **WHO)
    assert told.steps[-1].note == "药房没有"


@pytest.mark.usefixtures("district")
def test_a_reference_makes_twice_once(session):
    first = ask(session, ref="phone-1")
    assert ask(session, ref="phone-1") == first
    with pytest.raises(ErrandRefReused):
        ask(session, "别的药", ref="phone-1")


@pytest.mark.usefixtures("district")
def test_words_and_doors_are_checked(session):
    with pytest.raises(ErrandEmpty):
        ask(session, " \n")
    with pytest.raises(ErrandTooLong):
        ask(session, "药" * 2001)
    with pytest.raises(HouseholdUnknown):
        take_errand(session, "KX-9", ErrandKind.OTHER, "x", channel="api", **WHO)
    with pytest.raises(ErrandUnknown):
        errands.get(session, "er_none")


@given(st.lists(st.sampled_from(ErrandState), max_size=8))
def test_no_order_of_steps_leaves_the_allowed_ways(states):
    steps = [ErrandStep(id="0", errand_id="e", state=ErrandState.ASKED, actor="a", at=AT)]
    for n, state in enumerate(states, 1):
        so_far = Errand(
            id="e", district_id="d", household_id="h", household_code="H", kind=ErrandKind.OTHER,
            said="x", due_at=None, channel="api", client_ref=None, steps=tuple(steps),
        )  # fmt: skip
        try:
            if follow(so_far, state, "why"):
                steps.append(ErrandStep(id=str(n), errand_id="e", state=state, actor="a", at=AT))
        except ErrandOutOfOrder:
            continue
    for before, after in itertools.pairwise(steps):
        assert after.state in NEXT[before.state]


@pytest.mark.parametrize(
    ("said", "ticket"),
    [
        ("快递,取件码 3-2-8847", "3-2-8847"),
        ("帮取快递 取件码:A1208 谢谢", "A1208"),
        ("取货码是2208", "2208"),
        ("pick-up code: K-17", "K-17"),
        ("快递在3-2-501门口", ""),  # an address is none
        ("降压药一盒", ""),
    ],
)
def test_the_code_for_a_parcel_is_found_only_where_it_is_called_so(said, ticket):
    assert ticket_of(said) == ticket


@pytest.mark.usefixtures("district")
def test_the_latest_place_holds_and_the_same_reference_with_another_is_refused(session):
    taken = take_errand(session, HOME, ErrandKind.PARCEL, "快递", place=" SX-1 ", client_ref="a",
                        channel="api", **WHO)  # fmt: skip
    assert taken.place == "SX-1"
    later = {**WHO, "at": AT + timedelta(minutes=5)}
    place_errand(session, taken.id, "SX-2", **later)
    assert errands.get(session, taken.id).place == "SX-2"
    again = take_errand(session, HOME, ErrandKind.PARCEL, "快递", place="SX-1", client_ref="a",
                        channel="api", **later)  # fmt: skip
    assert (again.id, again.place) == (taken.id, "SX-2")  # resent, not asked for anew
    with pytest.raises(ErrandRefReused):
        take_errand(session, HOME, ErrandKind.PARCEL, "快递", place="SX-2", client_ref="a",
                    channel="api", **WHO)  # fmt: skip
    with pytest.raises(ErrandPlaceEmpty):
        place_errand(session, taken.id, " ", **WHO)
