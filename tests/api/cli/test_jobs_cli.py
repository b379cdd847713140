"""Long work at the command line: listed, shown, stopped."""

import json

import pytest
from typer.testing import CliRunner

from api.cli import app
from logistics.domain.jobs import JobKind
from logistics.store import jobs, runs
from logistics.store.session import open_database
from logistics.usecases.ask_job import ask_job
from logistics.usecases.cut_off import cut_off


@pytest.fixture
def desk(service):
    """A job that waits: the service of this test has ended, so that nobody takes it."""
    url = service.client.app.state.settings.database
    service.client.app.state.workers.stop()
    database = open_database(url)
    with database.transaction() as session:
        run = runs.get(session, service.run)
        who = {"actor": "token:t", "at": run.created_at}
        cut_off(session, run.id, **who)
        job = ask_job(session, run.id, JobKind.ORDER, {"option": "cheap"}, **who)
    yield url, run.code, job.id, database
    database.close()


def call(*arguments, url):
    return CliRunner().invoke(app, ["job", *arguments, "--database", url])


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("采购", "排队中")), ("en", ("order", "queued"))]
)
def test_jobs_are_listed_in_both_languages(desk, language, words):
    url, run, job_id, _ = desk
    for arguments in (["list"], ["list", run], ["show", job_id]):
        said = call(*arguments, "--lang", language, url=url)
        assert said.exit_code == 0, said.output
        assert all(word in said.output for word in (job_id, *words))


def test_a_job_is_read_by_programs(desk):
    url, _, job_id, _ = desk
    found = json.loads(call("show", job_id, "--json", url=url).output)
    assert (found["id"], found["kind"], found["request"]) == (job_id, "order", {"option": "cheap"})


def test_a_job_is_stopped_and_says_why_it_failed(desk):
    url, _, job_id, database = desk
    assert "stopped" in call("stop", job_id, "--lang", "en", url=url).output
    assert "stopped" in call("stop", job_id, "--lang", "en", url=url).output  # again: as it was
    with database.transaction() as session:
        found = jobs.get(session, job_id, lock=True)
        problem = {"code": "buying.stale", "facts": {"run": "KX-1"}}
        jobs.end(session, found, jobs.JobState.FAILED, problem=problem, at=found.created_at)
    said = call("show", job_id, "--lang", "zh", url=url).output
    assert "buying.stale" in said
    assert "重新运行 supplyloop run order" in said


def test_a_job_that_does_not_exist_is_refused_with_what_to_do(desk):
    said = call("show", "jb_none", "--lang", "en", url=desk[0])
    assert said.exit_code == 2
    assert "job.unknown" in said.output
    assert "supplyloop job list" in said.output
