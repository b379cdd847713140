"""What is written as a register is read as it was: whoever lives there, whatever they need."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.domain.needs import Need, NeedRecord, TierTable
from logistics.domain.places import Household, Place
from logistics.domain.registry import (
    LEADER,
    Band,
    HouseholdKind,
    HouseholdRecord,
    Listed,
    MemberRecord,
    PlaceRecord,
    Standing,
    household_id,
)
from logistics.domain.registry_changes import Known, judge
from logistics.exchange.registry_doors import Doors
from logistics.exchange.registry_labels import short_label
from logistics.exchange.registry_reading import read_register
from logistics.exchange.registry_writing import write_register
from tests.logistics.registry.conftest import MAP

PLACES = [
    Place(id=p.id, district_id="d", parent_id=p.parent_id, kind=p.kind, code=p.code,
          name_zh=p.name_zh, name_en=p.name_en, lon=p.lon, lat=p.lat)
    for p in MAP
]  # fmt: skip
STAIRWELLS = {place.id: place for place in PLACES if place.kind == "stairwell"}
DAY = date(2026, 4, 13)
DAYS = st.integers(-40, 40).map(lambda n: DAY + timedelta(days=n))
ROOMS = st.sampled_from(["101", "102", "1203", "B1", "301A", "101.2", "102.3", "ALL", "东间"])
# whatever somebody may write, markup and formulas too; of a text only its words are kept
TEXTS = st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1, max_size=12)
LABELS = TEXTS.map(lambda said: short_label(said)[0])


def posts(text: str) -> bool:
    return text.casefold() not in {"-", "—", "无", "none"} and not text.startswith("'")


@st.composite
def homes(draw) -> Listed:
    stairwell = draw(st.sampled_from(sorted(STAIRWELLS.values(), key=lambda one: one.code)))
    room = draw(ROOMS)
    code = f"{stairwell.code}-{room}"
    kind = draw(st.sampled_from(HouseholdKind))
    household = Household(
        id=household_id("d", code), district_id="d", stairwell_id=stairwell.id, code=code,
        room=room, persons=1, need_tier=2,
    )  # fmt: skip
    record = HouseholdRecord(
        persons=draw(st.integers(1, 900)), kind=kind, standing=draw(st.sampled_from(Standing)),
        floor=draw(st.none() | st.integers(-2, 30)), submitter=draw(st.sampled_from(["", LEADER])),
    )  # fmt: skip
    members = {
        no: MemberRecord(no=no, label=draw(LABELS), band=draw(st.sampled_from(Band)),
                         here=draw(st.booleans()))
        for no in draw(st.sets(st.integers(1, 5), max_size=3))
    }  # fmt: skip
    needs = {}
    for no, need in draw(st.sets(st.tuples(st.sampled_from([0, *members]),
                                           st.sampled_from(Need)), max_size=3)):  # fmt: skip
        since = draw(st.none() | DAYS)
        needs[no, need] = NeedRecord(
            member_no=no, need=need, since=since,
            until=draw(st.sampled_from([None, (since or DAY) + timedelta(9)])),
            detail=draw(st.just("") | TEXTS.filter(posts)), consent_on=draw(DAYS),
            consent_by=draw(TEXTS.filter(posts)),
        )  # fmt: skip
    return Listed(household=household, record=record, members=members, needs=needs)


def nothing_known(households: dict[str, Household]) -> Known:
    return Known(
        district_id="d", places={p.code: p for p in PLACES}, households=households,
        taken_elsewhere=(), place_records={}, records={}, members={}, needs={}, steps={},
        table=TierTable(()), persons_default=3,
    )  # fmt: skip


@pytest.mark.parametrize(("ending", "language"), [("csv", "zh"), ("csv", "en"), ("xlsx", "zh")])
@settings(max_examples=15, deadline=None)
@given(
    written=st.lists(homes(), max_size=5, unique_by=lambda home: home.household.code),
    leaders=st.dictionaries(st.sampled_from(sorted(STAIRWELLS)), TEXTS.filter(posts), max_size=3),
)
def test_a_register_comes_back_as_it_was(tmp_path_factory, ending, language, written, leaders):
    path = Path(tmp_path_factory.getbasetemp()) / f"round.{ending}"
    records = {
        place_id: PlaceRecord(levels=7, leader=leader) for place_id, leader in leaders.items()
    }
    write_register(path, PLACES, records, written, needs=True, language=language)

    register = read_register([path], Doors(PLACES, {}), ())
    assert register.faults == []
    changes = judge(
        nothing_known({}), register.homes.values(), register.places.values(), day=DAY,
        complete=False,
    )  # fmt: skip

    assert changes.faults == []
    assert dict(changes.places) == records
    assert dict(changes.records) == {home.household.id: home.record for home in written}
    assert {(id_, member.no): member for id_, member in changes.members} == {
        (home.household.id, no): member for home in written for no, member in home.members.items()
    }
    assert {(id_, need.member_no, need.need): need for id_, need in changes.needs} == {
        (home.household.id, *key): need for home in written for key, need in home.needs.items()
    }
