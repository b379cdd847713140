"""Planning a run from the command line, and Ctrl-C while it is planned."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from logistics.domain.runs import RunState
from logistics.store import plans, runs
from logistics.store.session import open_database
from solver.check import check
from solver.formats.native import read_problem
from solver.formats.plan_json import read_plan


def planning(url: str, run: str, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "api.cli", "run", "plan", run, "--database", url, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SUPPLYLOOP_LANG": "en"},
        start_new_session=True,
    )


def searching(command: subprocess.Popen[str]) -> list[psutil.Process]:
    """Wait for the process that searches."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        family = psutil.Process(command.pid).children(recursive=True)
        if family:
            return family
        time.sleep(0.05)
    pytest.fail("the search has not begun")


def test_an_interrupt_keeps_the_best_plan_and_stores_it(tmp_path, packed_run):
    url = f"sqlite:///{tmp_path / 'run.db'}"
    database = open_database(url)
    database.migrate()
    run = packed_run(database)
    began = time.monotonic()
    with planning(url, run.code, "--time-limit", "600") as command:
        family = searching(command)
        command.send_signal(signal.SIGINT)
        said, told = command.communicate(timeout=60)

    assert command.returncode == 0, told
    assert "Stopping with the best plan so far" in told
    assert "trips" in said
    assert time.monotonic() - began < 60
    assert psutil.wait_procs(family, timeout=5)[1] == []
    with database.read() as session:
        assert runs.get(session, run.id).state is RunState.PLANNED
        files = plans.files_of(session, plans.current(session, run.id).id)
    database.close()
    problem, plan = read_problem(files[0]), read_plan(files[1])
    assert plan.routes
    assert not check(problem, plan)
    assert plan.summary.stopped == "stopped"
