from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from logistics.domain.closures import Closure, Lift
from logistics.domain.places import District
from logistics.domain.setup import Policy
from logistics.store import closures, places, tables

AT = datetime(2026, 4, 13, 9, tzinfo=UTC)
SQUARE = ((((120.0, 30.0), (120.1, 30.0), (120.1, 30.1), (120.0, 30.0)),),)
GATE = Closure(id="clo_1", district_id="d", kind="gate", target="g1", since=AT,
               until=AT + timedelta(hours=2), modes=("van",), permits=("P1",), reason="checks",
               actor="test", at=AT)  # fmt: skip
AREA = Closure(id="clo_2", district_id="d", kind="area", target="market", since=AT, until=None,
               shape=SQUARE, actor="test", at=AT)  # fmt: skip
LIFT = Lift(id="lif_1", closure_id="clo_2", since=AT + timedelta(hours=1), until=None,
            reason="over", actor="test", at=AT)  # fmt: skip


@pytest.fixture
def district(session):
    places.put_district(session, District(
        id="d", name="Kaixuan", folder="kx", attribution="", synthetic=True, source_digest="d",
        zone_name="Asia/Shanghai", policy=Policy(), created_at=AT,
    ))  # fmt: skip
    closures.close(session, GATE)
    closures.close(session, AREA)
    closures.lift(session, LIFT)
    return session


def test_what_was_closed_and_opened_is_read_as_it_was_said(district):
    book = closures.book(district, "d")
    assert book.closures == (GATE, AREA)
    assert book.lifts == (LIFT,)
    assert book.in_force(AT) == (GATE, AREA)
    assert book.in_force(AT + timedelta(hours=1)) == (GATE,)
    assert closures.book(district, "other").closures == ()


@pytest.mark.parametrize("table", [tables.closure, tables.closure_lift])
@pytest.mark.parametrize("change", [lambda t: update(t).values(reason="x"), delete])
def test_what_was_said_stays(district, table, change):
    with pytest.raises(DBAPIError, match="append-only"), district.begin_nested():
        district.execute(change(table))


def test_only_a_closure_that_was_said_can_be_opened(district):
    stray = Lift(id="lif_2", closure_id="clo_9", since=AT, until=None, reason="", actor="", at=AT)
    with pytest.raises(IntegrityError), district.begin_nested():
        closures.lift(district, stray)


def test_what_is_only_supposed_is_never_written(district):
    supposed = Closure(id="x", district_id="d", kind="way", target="w", since=AT, until=None)
    with pytest.raises(ValueError, match="supposed"):
        closures.close(district, supposed)
