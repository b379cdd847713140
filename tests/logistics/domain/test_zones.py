"""Zones over time: what a fold of statements must always give."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.setup import ZONES
from logistics.domain.zones import (
    INHERITED,
    ZoneBook,
    ZoneEndsEarly,
    ZoneStatement,
    ZoneUnknown,
    zone_named,
)

START = datetime(2026, 4, 1, tzinfo=UTC)
PARENTS = {"c1": None, "b1": "c1", "b2": "c1", "s1": "b1", "s2": "b1", "s3": "b2", "c2": None}


def hour(n):
    return START + timedelta(hours=n)


def said(seq, place, zone, since, until=None):
    return ZoneStatement(
        seq=seq, id=f"z{seq}", district_id="d", place_id=place, zone=zone, since=hour(since),
        until=None if until is None else hour(until), reason="", actor="test", origin="desk",
        at=START,
    )  # fmt: skip


@st.composite
def statements(draw):
    made = []
    for seq in range(1, draw(st.integers(0, 12)) + 1):
        since = draw(st.integers(0, 20))
        lasts = draw(st.one_of(st.none(), st.integers(1, 10)))
        place = draw(st.sampled_from([*PARENTS, None]))
        zone = draw(st.sampled_from([*ZONES, INHERITED]))
        made.append(said(seq, place, zone, since, None if lasts is None else since + lasts))
    return tuple(made)


def own_by_hand(made, place, at):
    """Whoever spoke last of those whose statement has begun decides, even by having ended."""
    begun = [one for one in made if one.place_id == place and one.since <= at]
    if not begun:
        return None
    last = max(begun, key=lambda one: one.seq)
    over = last.until is not None and last.until <= at
    return None if over or last.zone == INHERITED else last


def zone_by_hand(made, place, at):
    while place is not None:
        if own := own_by_hand(made, place, at):
            return own.zone
        place = PARENTS[place]
    own = own_by_hand(made, None, at)
    return own.zone if own else "precaution"


@given(statements(), st.integers(0, 32), st.sampled_from(sorted(PARENTS)))
def test_the_zone_at_an_instant_is_the_fold_of_all_statements(made, n, place):
    book = ZoneBook(PARENTS, made)
    assert book.standing(place, hour(n)).zone == zone_by_hand(made, place, hour(n))
    assert book.ranks_at(hour(n))[place] == ZONES.index(zone_by_hand(made, place, hour(n)))


@given(statements(), st.sampled_from(sorted(PARENTS)))
def test_the_history_covers_all_time_once_and_agrees_with_every_instant(made, place):
    book = ZoneBook(PARENTS, made)
    spans = book.history(place)
    assert spans[0].since is None
    assert spans[-1].until is None
    for before, after in itertools.pairwise(spans):
        assert before.until == after.since
        assert before.standing != after.standing
    for n in range(33):
        (span,) = [
            s
            for s in spans
            if (s.since is None or s.since <= hour(n)) and (s.until is None or hour(n) < s.until)
        ]
        assert span.standing == book.standing(place, hour(n))


@given(statements(), st.integers(0, 20), st.integers(1, 12), st.sampled_from(sorted(PARENTS)))
def test_a_place_has_the_strictest_zone_of_an_interval(made, since, length, place):
    book = ZoneBook(PARENTS, made)
    ranks = {
        ZONES.index(zone_by_hand(made, place, hour(since) + timedelta(minutes=30 * half)))
        for half in range(2 * length)
    }
    assert book.ranks_during(hour(since), hour(since + length))[place] == max(ranks)


@given(statements())
def test_the_order_in_which_statements_are_read_does_not_matter(made):
    there, back = ZoneBook(PARENTS, made), ZoneBook(PARENTS, made[::-1])
    assert all(there.ranks_at(hour(n)) == back.ranks_at(hour(n)) for n in range(0, 33, 4))


@given(statements())
def test_nothing_that_is_said_later_changes_what_was_before_its_start(made):
    book = ZoneBook(PARENTS, made)
    after = book.saying([said(0, "c1", "sealed", 10)])
    assert all(after.ranks_at(hour(n)) == book.ranks_at(hour(n)) for n in range(10))
    assert after.standing("c1", hour(10)).zone == "sealed"


def test_a_building_of_its_own_zone_is_not_reached_by_its_compound():
    book = ZoneBook(PARENTS, (said(1, "b1", "sealed", 0), said(2, "c1", "controlled", 5)))
    assert [book.standing(place, hour(6)).zone for place in ("s1", "s3", "c2")] == [
        "sealed", "controlled", "precaution",
    ]  # fmt: skip


def test_a_district_reaches_all_that_says_nothing():
    book = ZoneBook(PARENTS, (said(1, None, "controlled", 0), said(2, "c2", "precaution", 0)))
    assert book.standing("s3", hour(1)).zone == "controlled"
    assert book.standing("c2", hour(1)).zone == "precaution"


def test_a_place_may_return_to_what_lies_above_it():
    book = ZoneBook(PARENTS, (said(1, "c1", "controlled", 0), said(2, "s1", "sealed", 0),
                              said(3, "s1", INHERITED, 4)))  # fmt: skip
    assert [span.standing.zone for span in book.history("s1")] == [
        "precaution", "sealed", "controlled",
    ]  # fmt: skip


def test_a_zone_that_ends_before_it_begins_is_refused():
    with pytest.raises(ZoneEndsEarly) as refused:
        said(1, "c1", "sealed", 5, 5)
    assert refused.value.facts["field"] == "until"


def test_zones_are_understood_in_both_languages():
    assert [zone_named(word) for word in ("封控区", "管控", " Precaution ")] == [
        "sealed", "controlled", "precaution",
    ]  # fmt: skip
    with pytest.raises(ZoneUnknown):
        zone_named("red")
