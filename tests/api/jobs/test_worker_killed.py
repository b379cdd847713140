"""A worker's process is killed in the middle of a job: the job is done once, by another."""

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from logistics.domain.jobs import JobState
from logistics.domain.runs import RunState
from logistics.store import jobs, tables
from logistics.usecases.stop_job import stop_job

ROOT = Path(__file__).parents[3]
PROGRAM = Path(__file__).parent / "lone_worker.py"


def children(pid):
    return {
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    }


def is_running(pid):
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return False
    return fields[0] not in "ZX"


def killed_in_the_middle(site):
    """Let a process of its own begin a job of ten minutes, and kill it when it has a plan."""
    site.clock.at = datetime.now(UTC)
    job_id = site.ask(limit_s=600.0)
    url = site.database._engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen([sys.executable, PROGRAM, url], cwd=ROOT)
    try:
        site.await_job(job_id, lambda job: (job.progress or {}).get("best") is not None)
        searching = children(process.pid)
        assert searching, "the search has a process of its own"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    site.await_job(job_id, lambda _: not any(is_running(pid) for pid in searching))
    site.clock.at = site.job(job_id).lease_until  # the process had a clock of its own
    return job_id


def test_a_job_whose_process_was_killed_is_done_once_by_another(site):
    job_id = killed_in_the_middle(site)
    orphan = site.job(job_id)
    assert (orphan.state, orphan.attempt) == (JobState.RUNNING, 1)
    assert site.plans() == []
    site.clock.at = orphan.heartbeat_at
    other = site.hire()
    assert other.work_once() is None  # nobody knows yet that the first one is dead
    with site.database.transaction() as session:
        session.execute(update(tables.job).values(request={"limit_s": 1.0, "seed": 1}))
    site.clock.at = orphan.lease_until + timedelta(seconds=1)
    done = other.work_once()
    assert (done.id, done.state, done.attempt) == (job_id, JobState.DONE, 2)
    assert site.plans() == ["draft"]
    assert site.state() is RunState.PLANNED
    told = site.told(job_id)
    assert [event.number for event in told] == list(range(1, len(told) + 1))
    assert [event.kind for event in told].count("ended") == 1


def test_a_job_that_kills_each_worker_is_given_up(site):
    job_id = killed_in_the_middle(site)
    for number in (2, 3):
        site.clock.forward(60)
        with site.database.transaction() as session:
            taken = jobs.take(session, f"w{number}", at=site.clock(), lease=timedelta(seconds=30))
        assert taken.attempt == number
    site.clock.forward(60)
    assert site.hire().work_once() is None
    given_up = site.job(job_id)
    assert (given_up.state, given_up.problem["code"]) == (JobState.FAILED, "job.workers-lost")


def test_a_job_that_was_to_stop_when_its_process_died_is_not_begun_again(site):
    job_id = killed_in_the_middle(site)
    site.database.run(lambda s: stop_job(s, job_id, actor="token:s", at=site.clock()))
    assert site.job(job_id).state is JobState.STOPPING
    site.clock.forward(3600)
    assert site.hire().work_once() is None
    stopped = site.job(job_id)
    assert (stopped.state, stopped.result) == (JobState.STOPPED, None)
    assert site.plans() == []
