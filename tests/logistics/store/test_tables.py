from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from logistics.domain.places import District, Place
from logistics.domain.setup import Policy
from logistics.store import audit, places
from logistics.store import tables as t

AT = datetime(2026, 4, 13, 9, tzinfo=UTC)
LOT = "lot_1"


@pytest.fixture
def goods(session):
    """A lot to move; the rows it hangs on come along."""
    district = District(
        id="dst_1",
        name="Kaixuan",
        folder="",
        attribution="",
        synthetic=True,
        source_digest="",
        zone_name="Asia/Shanghai",
        policy=Policy(),
        created_at=AT,
    )
    market = Place(id="plc_m", district_id="dst_1", parent_id=None, kind="market", code="M1",
                   name_zh="市场", name_en="Market", lon=120.2, lat=30.3)  # fmt: skip
    places.put_district(session, district)
    places.put_places(session, [market])
    rows = [
        (t.run, {"id": "run_1", "district_id": "dst_1", "code": "KX-1", "day": date(2026, 4, 13),
                 "wave": 1, "state": "received", "created_at": AT, "cutoff_at": AT,
                 "separation_s": 600}),
        (t.item, {"id": "it_1", "name_zh": "土豆", "name_en": "potato", "base": "g",
                  "default_unit": "斤", "weight_mg": 1000, "volume_ul": 1500,
                  "category": "vegetable", "cold": False, "household_limit": 10_000}),
        (t.purchase_order, {"id": "po_1", "run_id": "run_1", "market_id": "plc_m", "code": "O1",
                            "state": "received", "created_at": AT}),
        (t.receipt, {"id": "rcp_1", "order_id": "po_1", "key": "k", "digest": "d", "actor": "cli",
                     "at": AT}),
        (t.lot, {"id": LOT, "run_id": "run_1", "receipt_id": "rcp_1", "item_id": "it_1",
                 "quantity": 1000, "state": "checked", "provenance": "", "received_at": AT}),
    ]  # fmt: skip
    for table, row in rows:
        session.execute(insert(table).values(row))
    return session


def move(session, quantity, source, target, lot=LOT):
    row = {"run_id": "run_1", "lot_id": lot, "quantity": quantity, "source": source,
           "target": target, "kind": "transfer", "cause": "try", "actor": "cli",
           "at": AT}  # fmt: skip
    session.execute(insert(t.movement).values(row))


def balances(session):
    return dict(session.execute(select(t.balance.c.location, t.balance.c.quantity)).all())


def test_each_movement_is_balanced_by_the_database(goods):
    move(goods, 1000, "supplier:M1", "stock:P1")
    move(goods, 300, "stock:P1", "bag:b1")
    move(goods, 200, "stock:P1", "bag:b1")
    assert balances(goods) == {"supplier:M1": -1000, "stock:P1": 500, "bag:b1": 500}


def test_goods_that_are_not_there_cannot_leave(goods):
    move(goods, 100, "supplier:M1", "stock:P1")
    with pytest.raises(IntegrityError, match="not_negative"), goods.begin_nested():
        move(goods, 101, "stock:P1", "bag:b1")
    assert balances(goods) == {"supplier:M1": -100, "stock:P1": 100}


@pytest.mark.parametrize(
    ("quantity", "source", "target"),
    [
        (0, "supplier:M1", "stock:P1"),  # nothing
        (-5, "supplier:M1", "stock:P1"),  # backwards
        (5, "supplier:M1", "supplier:M1"),  # nowhere
    ],
)
def test_a_movement_moves_something_somewhere(goods, quantity, source, target):
    with pytest.raises(IntegrityError), goods.begin_nested():
        move(goods, quantity, source, target)


def test_a_movement_of_an_unknown_lot_is_refused(goods):
    with pytest.raises(IntegrityError), goods.begin_nested():
        move(goods, 5, "supplier:M1", "stock:P1", lot="lot_none")


@pytest.mark.parametrize(
    "change",
    [
        update(t.movement).values(quantity=1),
        update(t.movement).values(actor="someone else"),
        delete(t.movement),
        update(t.audit).values(actor="someone else"),
        delete(t.audit),
    ],
    ids=["quantity", "actor", "forget", "audit", "forget audit"],
)
def test_what_happened_is_never_edited(goods, change):
    move(goods, 10, "supplier:M1", "stock:P1")
    audit.record(goods, actor="cli", command="try", subject="x", at=AT)
    with pytest.raises(IntegrityError, match="append-only"), goods.begin_nested():
        goods.execute(change)
    assert balances(goods) == {"supplier:M1": -10, "stock:P1": 10}


@pytest.mark.parametrize("table", ["movement", "audit"])
def test_not_even_a_replacement_edits_on_sqlite(sqlite_database, table):
    with sqlite_database.transaction() as session:
        audit.record(session, actor="cli", command="try", subject="x", at=AT)
        columns = "seq, at, actor, command, subject, facts"
        if table == "audit":
            with pytest.raises(IntegrityError, match="append-only"):
                session.execute(
                    text(f"REPLACE INTO audit ({columns}) SELECT {columns} FROM audit")  # noqa: S608
                )
        else:
            triggers = session.scalars(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).all()
            assert "movement_refuses_replace" in triggers


@pytest.mark.parametrize("table", ["movement", "audit"])
def test_not_even_truncate_forgets_on_postgresql(postgresql_database, table):
    with (
        postgresql_database.transaction() as session,
        pytest.raises(IntegrityError, match="append-only"),
        session.begin_nested(),
    ):
        session.execute(text(f"TRUNCATE {table} CASCADE"))


PLACES = ["supplier:M1", "stock:P1", "stock:P2", "bag:b1", "loss:r1"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(
        st.tuples(st.integers(1, 50), st.sampled_from(PLACES), st.sampled_from(PLACES)),
        max_size=12,
    )
)
def test_goods_are_conserved_whatever_is_tried(goods, moves):
    savepoint = goods.begin_nested()
    accepted = dict.fromkeys(PLACES, 0)
    for quantity, source, target in moves:
        try:
            with goods.begin_nested():
                move(goods, quantity, source, target)
        except IntegrityError:
            continue
        accepted[source] -= quantity
        accepted[target] += quantity
    found = balances(goods)
    assert {place: found.get(place, 0) for place in PLACES} == accepted
    assert sum(found.values()) == 0
    assert all(count >= 0 for place, count in found.items() if not place.startswith("supplier:"))
    savepoint.rollback()
    assert goods.scalar(select(func.count()).select_from(t.movement)) == 0


def test_an_instant_comes_back_in_utc_whatever_it_was_told_in(session):
    told = AT.astimezone(timezone(timedelta(hours=8)))
    audit.record(session, actor="cli", command="try", subject="x", at=told)
    (row,) = audit.of_subject(session, "x")
    assert row.at == AT
    assert row.at.utcoffset() == timedelta(0)


def test_a_naive_instant_is_refused(session):
    with pytest.raises(StatementError, match="2026-04-13"):
        audit.record(
            session,
            actor="cli",
            command="try",
            subject="x",
            at=datetime(2026, 4, 13),  # noqa: DTZ001
        )


def test_a_reference_into_nothing_is_refused(session):
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            insert(t.zone_statement).values(
                id="z",
                district_id="none",
                zone="sealed",
                since=AT,
                reason="",
                actor="",
                origin="desk",
                at=AT,
            )
        )
