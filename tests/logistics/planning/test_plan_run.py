"""Reading, solving and storing a plan."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, insert, literal, select, update

from logistics.domain.runs import RunOutOfOrder, RunState
from logistics.store import plans, runs, tables
from logistics.usecases.plan_run import (
    MapUnreadable,
    NoCouriers,
    PlanStale,
    plan_run,
    read_problem_inputs,
    solve_run,
    store_plan,
)
from solver.check import check
from solver.formats.native import read_problem
from solver.formats.plan_json import read_plan

AT = datetime(2026, 4, 13, 7, tzinfo=UTC)
t = tables.zone_statement


def planned(database, run, **options):
    return plan_run(database, run.id, time_limit_s=0.6, actor="test", at=AT, **options)


def test_every_bag_is_on_a_trip_or_unserved_with_a_next_step(database, packed_run):
    run = packed_run(database)
    report = planned(database, run)
    assert report.bags + report.unserved == 60
    assert report.bags > 0
    assert report.contacts == 0
    with database.read() as session:
        assert runs.get(session, run.id).state is RunState.PLANNED
        left = plans.unserved_of(session, report.plan.id)
        on_trips = session.scalar(select(func.count()).select_from(tables.stop_bag))
    assert on_trips == report.bags
    assert all(bag.code and bag.next_action for bag in left)


def test_the_stored_files_pass_the_judge(sqlite_database, packed_run):
    report = planned(sqlite_database, packed_run(sqlite_database))
    with sqlite_database.read() as session:
        problem, plan = plans.files_of(session, report.plan.id)
    assert not check(read_problem(problem), read_plan(plan))


@pytest.mark.parametrize("state", [RunState.OPEN, RunState.ALLOCATED, RunState.RELEASED])
def test_only_a_packed_run_is_planned(sqlite_database, packed_run, state):
    run = packed_run(sqlite_database, state=state)
    with pytest.raises(RunOutOfOrder) as refused:
        planned(sqlite_database, run)
    assert refused.value.facts["needs"] == "packed"


@pytest.mark.parametrize(
    "change",
    [
        update(tables.courier).values(active=False),  # a courier went home
        update(tables.bag).where(tables.bag.c.code == "001-K").values(weight_g=1),  # repacked
        update(tables.place).where(tables.place.c.kind == "gate").values(open=False),  # closed
        insert(tables.zone_statement).from_select(  # the zone was lifted
            ["id", "district_id", "place_id", "zone", "since", "reason", "actor", "origin", "at"],
            select(
                literal("zon_x"),
                t.c.district_id,
                t.c.place_id,
                literal("controlled"),
                t.c.since,
                t.c.reason,
                t.c.actor,
                t.c.origin,
                t.c.at,
            ),
        ),
    ],
)
def test_a_plan_is_refused_when_what_it_was_made_from_changed(sqlite_database, packed_run, change):
    run = packed_run(sqlite_database, bags=5)
    with sqlite_database.read() as session:
        inputs = read_problem_inputs(session, run.id)
    solved = solve_run(inputs, time_limit_s=0.5)
    with sqlite_database.transaction() as session:
        session.execute(change)
    with (
        pytest.raises(PlanStale) as refused,
        sqlite_database.transaction() as session,
    ):
        store_plan(session, inputs, solved, actor="test", at=AT)
    assert refused.value.facts["run"] == run.code
    with sqlite_database.read() as session:
        assert runs.get(session, run.id).state is RunState.PACKED
        assert session.scalar(select(func.count()).select_from(tables.plan)) == 0


def test_planning_again_replaces_the_draft(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=10)
    first = planned(sqlite_database, run)
    second = planned(sqlite_database, run, seed=2)
    with sqlite_database.read() as session:
        assert plans.current(session, run.id).id == second.plan.id != first.plan.id
        states = session.scalars(select(tables.plan.c.state).order_by(tables.plan.c.seed)).all()
    assert states == ["superseded", "draft"]


def test_without_couriers_nothing_is_planned(sqlite_database, packed_run):
    run = packed_run(sqlite_database, couriers=())
    with pytest.raises(NoCouriers):
        planned(sqlite_database, run)


def test_a_lost_map_is_named(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=5)
    with sqlite_database.transaction() as session:
        session.execute(update(tables.district).values(folder="/nowhere/at/all"))
    with pytest.raises(MapUnreadable) as refused:
        planned(sqlite_database, run)
    assert refused.value.facts["folder"] == "/nowhere/at/all"


def test_no_transaction_is_open_while_the_solver_works(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=10)
    wrote = []

    def write_something(_: str) -> None:
        with sqlite_database.transaction() as session:
            session.execute(update(tables.district).values(attribution="changed"))
        wrote.append(True)

    planned(sqlite_database, run, progress=write_something)
    assert wrote


def test_planning_can_be_stopped_and_keeps_the_best_so_far(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=10)
    told = []
    report = plan_run(
        sqlite_database,
        run.id,
        time_limit_s=60,
        actor="test",
        at=AT,
        progress=told.append,
        should_stop=lambda: any("cost" in line for line in told),
    )
    assert report.bags + report.unserved == 10
    assert report.seconds < 20
