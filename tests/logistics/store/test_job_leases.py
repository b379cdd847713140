"""Jobs are leased to one worker at a time, whatever becomes of workers."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from logistics.domain.ids import new_id
from logistics.domain.jobs import MAX_ATTEMPTS, Job, JobKind, JobLost, JobState, JobUnknown
from logistics.domain.places import District
from logistics.domain.runs import Run, RunState
from logistics.domain.setup import Policy
from logistics.store import jobs, places, run_pulse, runs

AT = datetime(2026, 4, 13, 7, tzinfo=UTC)
LEASE = timedelta(seconds=30)
LATER = AT + LEASE + timedelta(seconds=1)
RUN = Run(id="rn_1", district_id="d", code="KX-20260413-1", day=date(2026, 4, 13), wave=1,
          state=RunState.PACKED, created_at=AT, cutoff_at=AT, separation_s=600)  # fmt: skip


def with_run(database):
    with database.transaction() as session:
        places.put_district(session, District(
            id="d", name="Kaixuan", folder="kx", attribution="", synthetic=True,
            source_digest="d", zone_name="Asia/Shanghai", policy=Policy(), created_at=AT,
        ))  # fmt: skip
        runs.create(session, RUN)
    return database


@pytest.fixture
def store(database):
    return with_run(database)


def ask(store, count=1):
    asked = [
        Job(id=new_id("jb", AT + timedelta(seconds=number)), kind=JobKind.FRONTIER,
            run_id=RUN.id, state=JobState.QUEUED, asked_by="token:t", request={"seed": number},
            created_at=AT)
        for number in range(count)
    ]  # fmt: skip
    with store.transaction() as session:
        for one in asked:
            jobs.add(session, one)
    return [one.id for one in asked]


def take(store, owner, at=AT):
    return store.run(lambda session: jobs.take(session, owner, at=at, lease=LEASE))


def read(store, job_id):
    with store.read() as session:
        return jobs.get(session, job_id)


def test_the_job_that_waits_longest_is_taken_and_no_other_has_it(store):
    first, second = ask(store, 2)
    taken = take(store, "one")
    assert (taken.id, taken.state, taken.attempt) == (first, JobState.RUNNING, 1)
    assert (taken.lease_owner, taken.lease_until) == ("one", AT + LEASE)
    assert take(store, "two").id == second
    assert take(store, "three") is None
    with store.read() as session:
        assert not jobs.is_waiting(session, AT)
        assert jobs.is_waiting(session, LATER)


def test_many_who_take_at_once_get_each_job_once(store):
    asked = ask(store, 24)
    got, start = [], threading.Barrier(6)

    def work(name):
        start.wait()
        number = 0
        while True:
            taken = take(store, f"{name}-{number}")
            if taken is None:
                return
            got.append((taken.id, taken.lease_owner))
            number += 1

    threads = [threading.Thread(target=work, args=(name,)) for name in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(job_id for job_id, _ in got) == sorted(asked)
    assert all(read(store, job_id).lease_owner == owner for job_id, owner in got)
    assert {read(store, job_id).attempt for job_id in asked} == {1}


def test_a_job_that_is_just_being_taken_is_passed_over_and_not_waited_for(postgresql_database):
    store = with_run(postgresql_database)
    first, second = ask(store, 2)
    with store.transaction() as session:
        assert jobs.take(session, "one", at=AT, lease=LEASE).id == first
        assert take(store, "two").id == second  # while the first is not yet committed
        assert take(store, "three") is None
    assert read(store, first).lease_owner == "one"


def test_a_job_whose_lease_ran_out_is_begun_again_and_its_first_worker_writes_nothing(store):
    [job_id] = ask(store)
    take(store, "one")
    assert take(store, "two") is None  # the lease holds
    again = take(store, "two", at=LATER)
    assert (again.id, again.attempt, again.started_at) == (job_id, 2, AT)
    with pytest.raises(JobLost), store.transaction() as session:
        jobs.hold(session, job_id, "one")
    assert store.run(lambda s: jobs.beat(s, job_id, "one", at=LATER, lease=LEASE)) is None
    with store.read() as session:
        assert jobs.state_for(session, job_id, "one") is None
        assert jobs.state_for(session, job_id, "two") is JobState.RUNNING


def test_a_heartbeat_keeps_the_lease(store):
    [job_id] = ask(store)
    take(store, "one")
    soon = AT + timedelta(seconds=20)
    state = store.run(lambda session: jobs.beat(session, job_id, "one", at=soon, lease=LEASE))
    assert state is JobState.RUNNING
    assert take(store, "two", at=LATER) is None
    assert read(store, job_id).heartbeat_at == soon


def test_a_job_that_wears_out_its_workers_is_given_up_with_a_reason(store):
    [job_id] = ask(store)
    at = AT
    for number in range(MAX_ATTEMPTS):
        assert take(store, f"w{number}", at=at).attempt == number + 1
        at += LEASE + timedelta(seconds=1)
    assert take(store, "last", at=at) is None
    found = read(store, job_id)
    assert (found.state, found.ended_at, found.lease_owner) == (JobState.FAILED, at, None)
    assert found.problem["code"] == "job.workers-lost"
    assert found.problem["facts"]["attempts"] == MAX_ATTEMPTS


def test_a_worker_that_leaves_gives_its_job_back_and_that_is_no_attempt(store):
    [job_id] = ask(store)
    for number in range(MAX_ATTEMPTS + 2):  # as many restarts as you like
        owner = f"w{number}"
        assert take(store, owner).id == job_id
        store.run(lambda session, owner=owner: jobs.give_back(session, job_id, owner, at=AT))
    found = read(store, job_id)
    assert (found.state, found.attempt, found.lease_owner) == (JobState.QUEUED, 0, None)


def test_a_job_to_be_stopped_whose_worker_is_lost_is_not_begun_again(store):
    [job_id] = ask(store)
    take(store, "one")
    with store.transaction() as session:
        found = jobs.get(session, job_id, lock=True)
        jobs.ask_to_stop(session, found, actor="token:t", at=AT)
    assert take(store, "two", at=LATER) is None
    assert read(store, job_id).state is JobState.STOPPED


def test_everything_that_is_told_is_numbered_without_gaps(store):
    [job_id] = ask(store)
    take(store, "one")
    for seconds in (1, 2):
        told = {"stage": "solving", "seconds": seconds}
        store.run(
            lambda session, told=told: jobs.beat(
                session, job_id, "one", at=AT, lease=LEASE, progress=told
            )
        )
    with store.transaction() as session:
        held = jobs.hold(session, job_id, "one")
        jobs.end(session, held, JobState.DONE, result={"plan": "pl_1"}, at=AT)
    with store.read() as session:
        told = jobs.events_after(session, job_id, 0)
        assert jobs.events_after(session, job_id, 3) == told[3:]
    assert [event.number for event in told] == [1, 2, 3, 4, 5]
    assert [event.kind for event in told] == ["progress"] * 4 + ["ended"]
    assert [event.data["state"] for event in told] == ["queued", *["running"] * 3, "done"]
    assert told[3].data["progress"]["seconds"] == 2
    assert read(store, job_id).version == 5


def test_jobs_are_paged_newest_first(store):
    asked = ask(store, 5)
    with store.read() as session:
        newest = jobs.page(session, RUN.id, limit=2)
        older = jobs.page(session, RUN.id, after=newest[-1].id, limit=9)
    assert [one.id for one in (*newest, *older)] == asked[::-1]


def test_a_job_that_does_not_exist_is_named(store):
    with pytest.raises(JobUnknown) as refused:
        read(store, "jb_none")
    assert refused.value.facts["value"] == "jb_none"


def test_a_run_is_counted_by_state_in_one_question(store):
    ask(store, 3)
    take(store, "one")
    with store.read() as session:
        found = run_pulse.of_run(session, RUN.id)
    assert found["run"] == {"packed": 1}
    assert found["jobs"] == {"queued": 2, "running": 1}
    assert found["lists"] == found["bags"] == found["triage"] == found["orders"] == {}
