"""Closures over time: what is in force is what was said, less what opened it."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.closures import (
    Closure,
    ClosureBook,
    ClosureEndsEarly,
    ClosureInvalid,
    Lift,
    changes_within,
)

START = datetime(2026, 4, 1, tzinfo=UTC)


def hour(n):
    return None if n is None else START + timedelta(hours=n)


def closed(number, since, until=None, **changes):
    made = Closure(id=f"c{number}", district_id="d", kind="gate", target="g1", since=hour(since),
                   until=hour(until), at=START)  # fmt: skip
    return replace(made, **changes)


def opened(number, closure, since, until=None):
    return Lift(id=f"l{number}", closure_id=closure, since=hour(since), until=hour(until),
                reason="", actor="test", at=START)  # fmt: skip


spans = st.tuples(st.integers(0, 20), st.one_of(st.none(), st.integers(1, 10))).map(
    lambda span: (span[0], None if span[1] is None else span[0] + span[1])
)


@st.composite
def books(draw):
    given_spans = draw(st.lists(spans, max_size=5))
    closures = tuple(closed(n, *span) for n, span in enumerate(given_spans))
    lifts = ()
    if closures:
        marks = st.sampled_from([c.id for c in closures])
        pairs = draw(st.lists(st.tuples(marks, spans), max_size=6))
        lifts = tuple(opened(n, mark, *span) for n, (mark, span) in enumerate(pairs))
    return ClosureBook(closures, lifts)


def covers(one, at):
    return one.since <= at and (one.until is None or at < one.until)


@given(books(), st.integers(0, 32))
def test_a_closure_holds_while_it_was_said_and_nothing_opened_it(book, n):
    at = hour(n)
    by_hand = {
        c.id
        for c in book.closures
        if covers(c, at)
        and not any(covers(lift, at) for lift in book.lifts if lift.closure_id == c.id)
    }
    assert {c.id for c in book.in_force(at)} == by_hand
    next_hour = at + timedelta(hours=1)
    assert {c.id for c in book.during(at, next_hour)} == by_hand  # nothing changes within one


@given(books())
def test_pieces_are_apart_and_inside_their_closure(book):
    for closure in book.closures:
        pieces = book.pieces(closure)
        for piece in pieces:
            assert piece.since >= closure.since
            assert closure.until is None or piece.until <= closure.until
        for before, after in itertools.pairwise(pieces):
            assert before.until is not None
            assert before.until <= after.since


@given(books())
def test_between_two_changes_nothing_opens_or_closes(book):
    pieces = book.during(hour(0), hour(32))
    edges = [hour(0), *changes_within(pieces, hour(0), hour(32)), hour(32)]
    for since, until in itertools.pairwise(edges):
        middle = since + (until - since) / 2
        assert book.in_force(since) == book.in_force(middle)


def test_opening_for_an_hour_closes_again_after_it():
    book = ClosureBook((closed(1, 0, 10),), (opened(1, "c1", 4, 5),))
    assert [bool(book.in_force(hour(n))) for n in (0, 3, 4, 5, 9, 10)] == [
        True, True, False, True, True, False,
    ]  # fmt: skip


def test_opening_before_it_closes_takes_all_of_it_away():
    book = ClosureBook((closed(1, 4, 10),), (opened(1, "c1", 0),))
    assert book.during(hour(0), hour(20)) == ()
    assert book.of_target("gate", "g1") == book.closures  # yet the record keeps it


@pytest.mark.parametrize(
    ("mode", "permits", "stopped"),
    [
        ("van", (), True),
        ("foot", (), False),  # it is for vans alone
        ("van", ("P7",), False),  # a permit passes
        ("van", ("P8",), True),  # another permit does not
    ],
)
def test_a_closure_is_for_its_modes_and_lets_permits_pass(mode, permits, stopped):
    closure = closed(1, 0, modes=("van",), permits=("P7",))
    assert closure.stops(mode, permits) is stopped


def test_a_closure_that_cannot_be_is_refused():
    with pytest.raises(ClosureEndsEarly):
        closed(1, 5, 4)
    with pytest.raises(ClosureEndsEarly):
        opened(1, "c1", 5, 5)
    with pytest.raises(ClosureInvalid, match="rocket"):
        closed(1, 0, modes=("rocket",))
    with pytest.raises(ClosureInvalid):
        closed(1, 0, kind="area")
