"""Long work is asked for once, and refused at once where it could not be written."""

import threading
from datetime import UTC, date, datetime

import pytest

from logistics.domain.ids import new_id
from logistics.domain.jobs import JobBusy, JobKind, JobState
from logistics.domain.places import District
from logistics.domain.runs import Run, RunOutOfOrder, RunState
from logistics.domain.setup import Policy
from logistics.store import audit, jobs, places, runs
from logistics.store.idempotency import KeyReused
from logistics.store.plans import PlanUnknown
from logistics.usecases.ask_job import ask_job
from logistics.usecases.stop_job import stop_job

AT = datetime(2026, 4, 13, 7, tzinfo=UTC)
WISH = {"limit_s": 30.0, "seed": 1}


@pytest.fixture
def store(database):
    with database.transaction() as session:
        places.put_district(session, District(
            id="d", name="Kaixuan", folder="kx", attribution="", synthetic=True,
            source_digest="d", zone_name="Asia/Shanghai", policy=Policy(), created_at=AT,
        ))  # fmt: skip
    return database


def run_in(store, state, wave=1):
    run = Run(id=new_id("rn", AT), district_id="d", code=f"KX-20260413-{wave}",
              day=date(2026, 4, 13), wave=wave, state=state, created_at=AT, cutoff_at=AT,
              separation_s=600)  # fmt: skip
    with store.transaction() as session:
        runs.create(session, run)
    return run.code


def ask(store, run, kind=JobKind.PLAN, *, wish=None, key=None, actor="token:t"):
    said = WISH if wish is None else wish
    return store.run(
        lambda session: ask_job(session, run, kind, said, key=key, actor=actor, at=AT)
    )


def stop(store, job_id, actor="token:s"):
    return store.run(lambda session: stop_job(session, job_id, actor=actor, at=AT))


def test_a_job_waits_with_what_it_was_asked(store):
    asked = ask(store, run_in(store, RunState.PACKED))
    with store.read() as session:
        found = jobs.get(session, asked.id)
        [row] = audit.of_subject(session, asked.id)
    assert found == asked
    assert (found.state, found.request, found.asked_by) == (JobState.QUEUED, WISH, "token:t")
    assert (row.command, row.actor, row.facts["kind"]) == ("job.ask", "token:t", "plan")


@pytest.mark.parametrize(
    ("kind", "state", "needs"),
    [
        (JobKind.PLAN, RunState.ALLOCATED, "packed"),
        (JobKind.PLAN, RunState.RELEASED, "packed"),  # nobody plans for those who are under way
        (JobKind.ALLOCATE, RunState.ORDERED, "received"),
        (JobKind.ALLOCATE, RunState.ALLOCATED, "received"),  # once is enough
        (JobKind.ORDER, RunState.OPEN, "cut-off"),
        (JobKind.WHAT_IF, RunState.ALLOCATED, "packed"),
    ],
)
def test_a_run_in_the_wrong_state_is_refused_at_once(store, kind, state, needs):
    run = run_in(store, state)
    with pytest.raises(RunOutOfOrder) as refused:
        ask(store, run, kind)
    assert refused.value.facts["needs"] == needs
    with store.read() as session:
        assert jobs.latest(session) == ()


def test_plans_are_weighed_only_where_there_is_one(store):
    run = run_in(store, RunState.PACKED)
    with pytest.raises(PlanUnknown):
        ask(store, run, JobKind.FRONTIER)


def test_one_key_is_one_job_and_only_for_one_wish(store):
    run = run_in(store, RunState.PACKED)
    first = ask(store, run, key="k")
    assert ask(store, run, key="k").id == first.id
    with pytest.raises(KeyReused):
        ask(store, run, wish=WISH | {"seed": 2}, key="k")
    stop(store, first.id)
    assert ask(store, run, key="k").id == first.id  # even when it has ended
    assert ask(store, run, key="k", actor="token:other").id != first.id  # keys are one's own


def test_a_key_sent_twice_at_once_is_one_job(store):
    run = run_in(store, RunState.PACKED)
    got, start = [], threading.Barrier(4)

    def send():
        start.wait()
        got.append(ask(store, run, key="k").id)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4
    assert len(set(got)) == 1


def test_a_run_is_planned_by_one_job_at_a_time(store):
    run, other = run_in(store, RunState.PACKED), run_in(store, RunState.PACKED, wave=2)
    first = ask(store, run)
    with pytest.raises(JobBusy) as refused:
        ask(store, run, wish=WISH | {"seed": 2})
    assert refused.value.facts["job"] == first.id
    ask(store, other)
    ask(store, run, JobKind.WHAT_IF)  # writes nothing of the run
    stop(store, first.id)
    assert ask(store, run).id != first.id


def test_a_job_that_has_not_begun_is_stopped_at_once_and_only_once(store):
    asked = ask(store, run_in(store, RunState.PACKED))
    stopped = stop(store, asked.id)
    assert (stopped.state, stopped.stop_asked_by) == (JobState.STOPPED, "token:s")
    assert stop(store, asked.id, actor="token:later") == stopped
    with store.read() as session:
        told = jobs.events_after(session, asked.id, 0)
        assert [row.command for row in audit.of_subject(session, asked.id)] == [
            "job.ask",
            "job.stop",
        ]
    assert [event.kind for event in told] == ["progress", "ended"]
