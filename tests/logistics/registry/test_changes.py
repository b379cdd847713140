"""What was said once does not have to be said again, whatever it was and whoever is complete."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.domain.needs import Need, TierRule, TierTable, fold_steps, tier_on
from logistics.domain.places import Household, Place
from logistics.domain.registry import HomeSaid, HouseholdKind, Spot, Standing, household_id
from logistics.domain.registry_changes import Changes, Known, judge
from tests.logistics.registry.conftest import MAP

DAY = date(2026, 4, 13)
PLACES = [
    Place(id=p.id, district_id="d", parent_id=p.parent_id, kind=p.kind, code=p.code,
          name_zh=p.name_zh, name_en=p.name_en, lon=p.lon, lat=p.lat)
    for p in MAP
]  # fmt: skip
STAIRWELLS = {place.id: place for place in PLACES if place.kind == "stairwell"}
DAYS = st.integers(-20, 20).map(lambda n: DAY + timedelta(days=n))
TABLE = TierTable((TierRule(frozenset({Need.INFANT}), 0), TierRule(frozenset({Need.ELDERLY}), 1)))


@st.composite
def homes(draw) -> HomeSaid:
    place = draw(st.sampled_from([STAIRWELLS["s1"], STAIRWELLS["s3"]]))
    room = draw(st.sampled_from(["101", "102", "101.2"]))
    said = HomeSaid(
        stairwell_id=place.id, code=f"{place.code}-{room}", room=room, spot=Spot("", 2)
    )
    said.values |= draw(st.fixed_dictionaries({}, optional={
        "persons": st.integers(1, 9), "kind": st.sampled_from(HouseholdKind),
        "standing": st.sampled_from(Standing), "floor": st.none() | st.integers(1, 9),
        "submitter": st.sampled_from(["", "leader"]),
    }))  # fmt: skip
    for no in draw(st.sets(st.integers(1, 3), max_size=2)):
        said.members[no] = draw(st.fixed_dictionaries({}, optional={
            "label": st.sampled_from(["王", "李"]), "here": st.booleans()}))  # fmt: skip
    for key in draw(st.sets(st.tuples(st.integers(0, 2), st.sampled_from(Need)), max_size=2)):
        since = draw(DAYS)
        said.needs[key] = draw(st.fixed_dictionaries(
            {"consent_on": DAYS, "consent_by": st.just("post 3")},
            optional={"since": st.just(since), "until": st.just(since + timedelta(days=5)),
                      "detail": st.sampled_from(["", "no pork"])},
        ))  # fmt: skip
        said.need_spots[key] = Spot("", 2)
    return said


def lists():
    return st.lists(homes(), max_size=5, unique_by=lambda home: home.code)


def known() -> Known:
    rule = Household(
        id=household_id("d", "KX-01-01-1-102"), district_id="d", stairwell_id="s1",
        code="KX-01-01-1-102", room="102", persons=4, need_tier=0,
    )  # fmt: skip
    return Known(
        district_id="d", places={p.code: p for p in PLACES}, households={rule.code: rule},
        taken_elsewhere=(), place_records={}, records={}, members={}, needs={}, steps={},
        table=TABLE, persons_default=3,
    )  # fmt: skip


def after(before: Known, changes: Changes) -> Known:
    """What is known once the changes are written."""
    members = {id_: dict(of_one) for id_, of_one in before.members.items()}
    for id_, member in changes.members:
        members.setdefault(id_, {})[member.no] = member
    needs = {id_: dict(of_one) for id_, of_one in before.needs.items()}
    for id_, need in changes.needs:
        needs.setdefault(id_, {})[need.member_no, need.need] = need
    said: dict[str, list[tuple[date, int]]] = {}
    for id_, since, tier in changes.tiers:
        said.setdefault(id_, []).append((since, tier))
    steps = {
        id_: fold_steps((*before.steps.get(id_, ()), *said.get(id_, ())))
        for id_ in {*before.steps, *said}
    }
    homes = {home.code: home for home in (*before.households.values(), *changes.households)}
    for code, home in homes.items():
        if home.id in changes.current:
            persons, tier = changes.current[home.id]
            homes[code] = replace(home, persons=persons, need_tier=tier)
    return replace(
        before, households=homes, records={**before.records, **dict(changes.records)},
        members=members, needs=needs, steps=steps,
    )  # fmt: skip


def is_empty(changes: Changes) -> bool:
    return not (
        changes.households or changes.places or changes.records or changes.members
        or changes.needs or changes.tiers or changes.current or changes.unlisted
    )  # fmt: skip


@settings(deadline=None, max_examples=30)
@given(first=lists(), second=lists(), complete=st.booleans())
def test_what_was_said_is_not_said_again(first, second, complete):
    start = known()
    one = after(start, judge(start, first, (), day=DAY, complete=complete))
    assert is_empty(judge(one, first, (), day=DAY, complete=complete))
    two = after(one, judge(one, second, (), day=DAY + timedelta(days=1), complete=complete))
    assert is_empty(judge(two, second, (), day=DAY + timedelta(days=1), complete=complete))


@settings(deadline=None, max_examples=30)
@given(said=lists(), complete=st.booleans())
def test_tiers_follow_from_needs_and_nothing_is_forgotten(said, complete):
    start = known()
    changes = judge(start, said, (), day=DAY, complete=complete)
    end = after(start, changes)
    for home in end.households.values():
        if home.id in end.records:
            has = [n.need for n in end.needs.get(home.id, {}).values() if n.on(DAY)]
            assert home.need_tier == TABLE.tier(has)
            assert tier_on(end.steps.get(home.id, ()), DAY) == home.need_tier
            assert home.persons == end.records[home.id].persons
    codes = {home.code for home in said} | {"KX-01-01-1-102"}
    assert set(end.households) <= codes
    told = [fault.code for fault in changes.faults]  # a site that does not say its persons
    assert len(codes) - len(end.households) <= told.count("registry.persons-missing")
