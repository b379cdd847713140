"""The registry from first import to the books of a run, on SQLite and on PostgreSQL."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from logistics.domain.accounts import Outcome
from logistics.store import places, registry, tables
from logistics.store.session import Database
from logistics.usecases.account_for_run import account_for_run
from logistics.usecases.call_roll import call_roll
from logistics.usecases.close_run import household_outcomes
from logistics.usecases.create_run import create_run
from logistics.usecases.export_registry import export_registry, listed
from logistics.usecases.import_registry import import_registry
from logistics.usecases.mark_roll_call import mark_roll_call
from logistics.usecases.read_needs import audited_needs, withdraw_consent
from tests.logistics.registry.conftest import AT

WHO = {"actor": "test", "at": AT}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    return request.getfixturevalue(f"{request.param}_database")


def test_the_registry_is_the_same_on_both(session, area, bring, tmp_path):
    first = bring(
        "春江花园,1,1,301,普通,,,1,王小明,34,,,,,",
        "春江花园,1,1,301,,,,2,李,1,婴幼儿,2026-04-01,,2026-04-01,岗位3",
        "春江花园,1,1,301-2,租户,1,301",
        "春江花园,2,1,1101,集体户,320",
        complete=True,
    )
    assert (first.faults, first.unlisted) == ((), 13)
    later = {"actor": "test", "at": AT + timedelta(days=1)}
    path = tmp_path / "out.xlsx"
    export_registry(session, area, path, needs=True)
    before = listed(session, area)
    again = import_registry(session, area, [path], complete=True, **later)
    assert (again.faults, again.changes) == ((), 0)
    assert listed(session, area) == before
    bring("春江花园,1,1,301,租户,4", at=later["at"])
    home = places.household_by_code(session, "KX-01-01-1-301")
    assert (home.persons, home.need_tier) == (4, 0)
    assert len(registry.record_history(session, home.id)) == 2

    day = date(2026, 4, 14)
    run = create_run(session, "凯旋", day, 1, cutoff_at=AT + timedelta(days=1), **WHO)
    called = call_roll(session, run.id, place="KX-01-01-1")
    assert [row.code for row in called.rows] == ["KX-01-01-1-301", "KX-01-01-1-301.2"]
    mark_roll_call(session, run.id, home.code, "declined", how="door", asked_by="L-1", **WHO)
    assert household_outcomes(session, run)[home.code] is Outcome.DECLINED
    assert account_for_run(session, run.id).silence.declined == {"door": 1}

    assert len(audited_needs(session, area)) == 1
    withdraw_consent(session, home.code, "infant", member_no=2, **WHO)
    assert places.household_by_code(session, home.code).need_tier == 2


def test_what_was_said_is_never_edited(session, bring):
    bring("春江花园,2,1,L-1", header="小区,幢,单元,楼长")
    bring("春江花园,1,1,301,,3,,1,王,34,婴幼儿,,,2026-04-01,岗位3")
    for name in ("place", "household", "member", "need", "tier"):
        table = getattr(tables, f"{name}_statement")
        with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
            session.execute(update(table).values(actor="somebody else"))
