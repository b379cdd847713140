"""Workers do what was asked once, keep the best when stopped, and lose nothing when they die."""

import threading

import pytest
from sqlalchemy import update

from api.jobs.watching import Terms, Watching
from logistics.domain.jobs import JobKind, JobLost, JobState
from logistics.domain.runs import RunState
from logistics.store import jobs, plans, tables
from logistics.usecases.stop_job import stop_job
from logistics.usecases.work_job import Desk, work_job

ENDED = {JobState.DONE, JobState.FAILED, JobState.STOPPED}


def ended(job):
    return job.state in ENDED


def test_a_plan_that_was_asked_for_becomes_the_draft(site):
    job_id = site.ask()
    done = site.hire().work_once()
    assert (done.id, done.state, done.problem) == (job_id, JobState.DONE, None)
    with site.database.read() as session:
        assert plans.current(session, site.run.id).id == done.result["plan"]["id"]
    assert site.state() is RunState.PLANNED
    assert done.result["bags"] + done.result["unserved"] == 40
    assert site.job(job_id).lease_owner is None
    best = site.told(job_id)[-1].data["progress"]["best"]
    assert best["contacts"] == done.result["contacts"] == 0
    assert best["excess_faces"] >= 0 <= best["travel_s"]
    assert site.hire().work_once() is None


def test_running_workers_take_what_is_asked(site):
    site.hire(count=2).start()
    job_id = site.ask()
    assert site.await_job(job_id, ended).state is JobState.DONE


def test_a_stopped_plan_keeps_the_best_so_far(site):
    job_id = site.ask(limit_s=600.0)
    site.hire().start()
    seen = site.await_job(job_id, lambda job: (job.progress or {}).get("best") is not None)
    assert seen.state is JobState.RUNNING
    site.database.run(lambda s: stop_job(s, job_id, actor="token:s", at=site.clock()))
    stopped = site.await_job(job_id, ended)
    assert (stopped.state, stopped.stop_asked_by) == (JobState.STOPPED, "token:s")
    assert site.plans() == ["draft"]
    assert site.state() is RunState.PLANNED
    best = seen.progress["best"]
    kept = stopped.progress["best"]
    tiers = ("priority_left", "amount_left", "cost")
    assert [kept[name] for name in tiers] <= [best[name] for name in tiers]
    with site.database.read() as session:
        _, plan = plans.files_of(session, stopped.result["plan"]["id"])
    assert plan["summary"]["unassigned"] == kept["unserved"]


def test_what_changed_meanwhile_fails_the_job_and_writes_nothing(site):
    job_id = site.ask()
    worker = site.hire()
    changed = threading.Event()
    tick = site.clock

    def now():
        # asked once the solver is at work: the first progress is told then
        if not changed.is_set() and (site.job(job_id).progress or {}).get("stage") == "solving":
            changed.set()
            with site.database.transaction() as session:
                session.execute(update(tables.courier).values(active=False))
        return tick()

    worker.now = now
    failed = worker.work_once()
    assert changed.is_set()
    assert (failed.state, failed.result) == (JobState.FAILED, None)
    assert failed.problem["code"] == "plan.stale"
    assert failed.problem["facts"]["run"] == site.run.code
    assert site.plans() == []
    assert site.told(job_id)[-1].data["problem"] == failed.problem


def test_a_worker_that_comes_back_late_writes_nothing(site):
    """The first worker stands still, as a suspended machine does; a second one does the job."""
    job_id = site.ask()
    with site.database.transaction() as session:
        first = jobs.take(session, "late", at=site.clock(), lease=Terms().lease)
    site.clock.forward(31)
    done = site.hire().work_once()
    assert (done.state, done.attempt) == (JobState.DONE, 2)
    watch = Watching(
        database=site.database, job=first, owner="late", now=site.clock, terms=Terms(),
        leave=threading.Event(),
    )  # fmt: skip
    desk = Desk(
        database=site.database, owner="late", watch=watch, told=lambda _: {}, now=site.clock
    )
    with pytest.raises(JobLost):
        work_job(first, desk)
    assert site.plans() == ["draft"]
    assert site.job(job_id) == done


def test_a_service_that_shuts_down_gives_its_job_back_and_another_one_does_it(site):
    job_id = site.ask(limit_s=600.0)
    leaving = site.hire()
    leaving.start()
    site.await_job(job_id, lambda job: (job.progress or {}).get("best") is not None)
    leaving.stop()
    waiting = site.job(job_id)
    assert (waiting.state, waiting.lease_owner, waiting.attempt) == (JobState.QUEUED, None, 0)
    assert site.plans() == []
    with site.database.transaction() as session:
        session.execute(update(tables.job).values(request={"limit_s": 1.0, "seed": 1}))
    done = site.hire().work_once()  # no lease has to run out
    assert (done.id, done.state, done.attempt) == (job_id, JobState.DONE, 1)
    assert site.plans() == ["draft"]


def test_a_watch_keeps_the_lease_however_long_the_work_takes(small_site):
    site = small_site
    job_id = site.ask(limit_s=600.0)
    site.hire().start()
    first = site.await_job(job_id, lambda job: (job.progress or {}).get("best") is not None)
    for _ in range(5):
        site.clock.forward(11)  # a lease is 30 s, a heartbeat comes after 10
        beat = site.clock()
        site.await_job(job_id, lambda job, beat=beat: job.heartbeat_at == beat)
    assert site.hire().work_once() is None
    assert site.job(job_id).attempt == first.attempt == 1
    site.database.run(lambda s: stop_job(s, job_id, actor="token:s", at=site.clock()))
    site.await_job(job_id, ended)


def test_a_defect_ends_the_job_with_a_code_and_no_detail(small_site):
    site = small_site
    job_id = site.ask()
    with site.database.transaction() as session:
        session.execute(update(tables.job).values(request={"limit_s": "soon"}))
    failed = site.hire().work_once()
    assert (failed.id, failed.state, failed.problem["code"]) == (
        job_id,
        JobState.FAILED,
        "job.broke",
    )


def test_a_lost_map_is_the_problem_of_the_job(small_site):
    site = small_site
    site.ask()
    with site.database.transaction() as session:
        session.execute(update(tables.district).values(folder="/nowhere/at/all"))
    failed = site.hire().work_once()
    assert failed.problem["code"] == "plan.map-unreadable"


def test_what_would_be_and_what_fewer_faces_cost_are_results_that_write_nothing(small_site):
    site = small_site
    worker = site.hire()
    site.ask()
    worker.work_once()
    site.ask(JobKind.WHAT_IF, couriers="-1")
    supposed = worker.work_once()
    assert supposed.state is JobState.DONE
    assert len(supposed.result["away"]) == 1
    assert supposed.result["after"]["contacts"] == 0
    site.ask(JobKind.FRONTIER, limit_s=2.0, points=2)
    weighed = worker.work_once()
    assert weighed.state is JobState.DONE
    assert weighed.result["choices"]
    assert set(weighed.result["charts"]) == {"zh", "en"}
    assert site.plans() == ["draft"]
