"""Whatever an engine does: a plan that the judge accepts, in time, and no process left behind."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
import psutil
import pytest

from solver.check import check
from solver.engines.dispatch import LockedImpossible
from solver.nobody import nobody_served
from solver.plan import Plan
from solver.problem import Job, LockedStep, Matrix, Problem, Vehicle
from solver.progress import Report
from solver.search import EngineUnknown
from solver.supervise import solve_supervised


class HasProblem(Protocol):
    """The hand-made problem with its plan."""

    problem: Problem


FAULTS = Path(__file__).parents[1] / "faults"


@pytest.fixture(autouse=True)
def engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let children find the engines that go wrong."""
    monkeypatch.syspath_prepend(FAULTS)


@pytest.fixture(autouse=True)
def nobody_stays() -> Iterator[None]:
    """Hold every test to leaving neither a child nor what is left of one."""
    before = set(psutil.Process().children(recursive=True))
    yield
    assert set(psutil.Process().children(recursive=True)) <= before


def problem_of(jobs: int) -> Problem:
    at = np.arange(jobs + 1, dtype=np.int64) * 7 % 101
    apart = abs(at[:, None] - at[None])
    vehicle = Vehicle(id=0, profile="car", start=0, end=0, capacity=(jobs // 3 + 1,))
    return Problem(
        vehicles=tuple(replace(vehicle, id=number) for number in range(4)),
        jobs=tuple(Job(id=n, location=n, delivery=(1,), pickup=(0,)) for n in range(1, jobs + 1)),
        matrices={"car": Matrix(duration_s=apart, distance_m=apart, cost=apart)},
        dimensions=1,
    )


def supervised(engine: str, *, limit_s: float = 1.0, jobs: int = 8, **wishes: object) -> Plan:
    """Solve, and hold the answer to what is promised whatever happens."""
    problem = problem_of(jobs)
    began = time.monotonic()
    plan = solve_supervised(
        problem,
        time_limit_s=limit_s,
        engine=f"engines_gone_wrong:{engine}",
        **wishes,  # type: ignore[arg-type]
    )
    # A second more than promised: other tests have the machine, too.
    assert time.monotonic() - began <= 1.1 * limit_s + 1
    assert check(problem, plan) == ()
    return plan


# ---------------------------------------------------------------- engines that go wrong


@pytest.mark.parametrize(
    ("engine", "stopped"),
    [
        ("hangs", "engine-hung"),
        ("hangs_after_a_plan", "engine-hung"),
        ("burns_without_listening", "engine-hung"),  # no thread of the child can act
        ("ignores_signals", "engine-hung"),
        ("stands_still", "engine-hung"),  # stopped by a signal: only KILL reaches it
        ("floods", "engine-hung"),
        ("half_a_message_and_hangs", "engine-hung"),  # who waits for the rest waits for ever
        ("faults", "engine-crashed"),
        ("faults_after_a_plan", "engine-crashed"),
        ("leaves", "engine-crashed"),
        ("raises", "engine-crashed"),
        ("exits", "engine-crashed"),
        ("runs_out_of_memory", "engine-crashed"),
        ("half_a_message", "engine-crashed"),
        ("no_such_engine", "engine-crashed"),
        ("answers_none", "engine-garbage"),
        ("answers_text", "engine-garbage"),
        ("answers_the_unsendable", "engine-garbage"),
        ("types_wrong", "engine-garbage"),
        ("floats_for_seconds", "engine-garbage"),
        ("lists_for_tuples", "engine-garbage"),
        ("numbers_huge", "engine-garbage"),
        ("rules_broken", "engine-garbage"),
        ("goes_round_without_end", "engine-garbage"),  # 10^10 steps in a short message
        ("figures_embellished", "engine-garbage"),
        ("another_problem", "engine-garbage"),
        ("speaks_another_language", "engine-garbage"),
        ("half_a_pickle", "engine-garbage"),
        ("announces_a_giant", "engine-garbage"),  # must not wait for 10^18 bytes, nor hold them
    ],
)
def test_an_engine_gone_wrong_still_leaves_a_full_plan(
    engine: str, stopped: str, caplog: pytest.LogCaptureFixture
) -> None:
    plan = supervised(engine)
    assert plan.unassigned == ()
    assert plan.summary.stopped == stopped
    assert len([r for r in caplog.records if r.name == "solver.supervise"]) == 1


def test_what_an_engine_gave_before_it_crashed_is_kept() -> None:
    assert supervised("faults_after_a_plan").summary.engine == "construct"
    told: list[Report] = []
    supervised("faults_after_a_plan", on_report=told.append)
    assert [report.plan is not None for report in told] == [True]


def test_no_code_of_an_engines_answer_runs_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "sprung"
    monkeypatch.setenv("TRAP", str(trap))
    assert supervised("answers_code").summary.stopped == "engine-garbage"
    assert not trap.exists()


def test_garbage_on_the_way_does_not_end_a_search_that_ends_well() -> None:
    plan = supervised("garbage_on_the_way", limit_s=4)
    assert plan.summary.stopped == "complete"


def test_an_engine_may_not_take_all_memory() -> None:
    room = psutil.Process().memory_info().vms + (1 << 28)
    plan = supervised("takes_all_memory", limit_s=3, memory_limit_bytes=room)
    assert plan.summary.stopped == "engine-crashed"


def test_a_hanging_engine_with_a_large_problem_leaves_a_plan_of_another_child() -> None:
    plan = supervised("hangs", limit_s=3, jobs=150)
    assert (plan.unassigned, plan.summary.engine) == ((), "construct")


def test_where_there_is_no_time_even_to_construct_nobody_goes() -> None:
    problem = problem_of(1500)
    plan = solve_supervised(problem, time_limit_s=0.1, engine="engines_gone_wrong:hangs")
    assert check(problem, plan) == ()
    assert len(plan.unassigned) in (0, 1500)


def test_the_plan_that_serves_nobody_keeps_the_rules(good: "HasProblem") -> None:
    problem = problem_of(3)
    assert check(problem, nobody_served(problem)) == ()
    rich = replace(good.problem, vehicles=())
    assert check(rich, nobody_served(rich)) == ()


# ---------------------------------------------------------------- engines that go well


def test_an_honest_engines_word_is_kept() -> None:
    summary = supervised("honest", seed=7).summary
    assert (summary.engine, summary.seed, summary.stopped) == ("construct", 7, "complete")
    assert summary.bound is not None
    assert 0 < summary.bound <= summary.cost
    assert 0 < summary.seconds < 1.0


def test_integers_of_numpy_become_plain_ones() -> None:
    plan = supervised("counts_in_numpy")
    assert type(plan.summary.cost) is int
    assert plan.summary.stopped == "complete"


def test_what_engines_print_stays_off_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    supervised("prints")
    assert capfd.readouterr().out == ""


def test_known_engines_search_in_the_child() -> None:
    problem = problem_of(12)
    told: list[Report] = []
    plan = solve_supervised(problem, time_limit_s=2, on_report=told.append)
    assert check(problem, plan) == ()
    assert plan.summary.stopped in ("converged", "time-limit", "complete")
    plans = [report for report in told if report.plan is not None]
    assert plans
    costs = [report.cost for report in plans]
    assert costs == sorted(costs, reverse=True)  # type: ignore[type-var]
    assert all(check(problem, report.plan) == () for report in plans if report.plan)
    assert [report.gap is None or report.gap >= 0 for report in told]


def test_steps_and_a_seed_give_the_same_plan_again() -> None:
    problem = problem_of(12)
    wishes = {"time_limit_s": float("inf"), "step_limit": 20, "seed": 3, "threads": 1}
    first, second = (solve_supervised(problem, **wishes) for _ in range(2))  # type: ignore[arg-type]
    assert first == second
    assert first.summary.seconds == 0


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(EngineUnknown):
        solve_supervised(problem_of(2), time_limit_s=1, engine="guess")


def test_locked_steps_that_cannot_be_are_told_as_such() -> None:
    problem = problem_of(2)
    when = LockedStep(type="job", id=1, service_at=0, locked=True)
    first = replace(problem.vehicles[0], locked=(when,), window=(5, 50))
    with pytest.raises(LockedImpossible):
        solve_supervised(replace(problem, vehicles=(first,)), time_limit_s=1)


# ---------------------------------------------------------------- stopping


def test_a_stop_keeps_the_best_and_comes_at_once() -> None:
    began = time.monotonic()
    told: list[Report] = []
    plan = solve_supervised(
        problem_of(8),
        time_limit_s=60,
        engine="engines_gone_wrong:better_and_better",
        on_report=told.append,
        should_stop=lambda: bool(told),
    )
    assert time.monotonic() - began < 10
    assert (plan.summary.stopped, plan.unassigned) == ("stopped", ())


@pytest.mark.parametrize("engine", ["dispatch", "ortools"])
def test_engines_that_are_not_compiled_hear_a_stop_too(engine: str) -> None:
    began = time.monotonic()
    told: list[Report] = []
    # Where no time leads an engine from one plan to the next, it is to end by itself soon.
    plan = solve_supervised(
        problem_of(40),
        time_limit_s=60,
        engine=engine,
        on_report=told.append,
        should_stop=lambda: time.monotonic() - began > 3,
    )
    assert time.monotonic() - began < 15
    assert plan.unassigned == ()


def test_a_stop_ends_an_engine_that_does_not_listen() -> None:
    began = time.monotonic()
    plan = solve_supervised(
        problem_of(8), time_limit_s=60, engine="engines_gone_wrong:hangs", should_stop=lambda: True
    )
    assert time.monotonic() - began < 10
    assert (plan.summary.stopped, plan.unassigned) == ("stopped", ())


def test_an_interrupt_leaves_no_child() -> None:
    def second_interrupt() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve_supervised(
            problem_of(8),
            time_limit_s=60,
            engine="engines_gone_wrong:hangs",
            should_stop=second_interrupt,
        )


SUPERVISOR = """
import sys
sys.path[:0] = [{faults!r}, {here!r}]
import threading
from test_supervise import problem_of
from solver.supervise import solve_supervised
if {threads}:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
solve_supervised(
    problem_of(8),
    time_limit_s=60,
    engine="engines_gone_wrong:burns_without_listening",
    on_report=lambda report: print(report.text, flush=True),
)
"""


@pytest.mark.parametrize("threads", ["", "threads"])  # a fork; an interpreter of its own
def test_a_killed_supervisor_takes_its_child_along(threads: str) -> None:
    text = SUPERVISOR.format(
        faults=str(FAULTS), here=str(Path(__file__).parent), threads=bool(threads)
    )
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"burning\n"
        family = psutil.Process(parent.pid).children(recursive=True)
        parent.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(family, timeout=5)
    assert (len(family), alive) == (1, [])


# ---------------------------------------------------------------- among threads


@pytest.fixture
def company() -> Iterator[None]:
    """Have other threads in this process."""
    release = threading.Event()
    others = [threading.Thread(target=release.wait) for _ in range(3)]
    for other in others:
        other.start()
    yield
    release.set()
    for other in others:
        other.join()


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    ("engine", "stopped"),
    [("honest", "complete"), ("hangs", "engine-hung"), ("faults", "engine-crashed")],
)
def test_short_limits_are_kept_among_threads(engine: str, stopped: str) -> None:
    assert supervised(engine).summary.stopped == stopped


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    ("engine", "stopped"), [("honest", "complete"), ("faults", "engine-crashed")]
)
def test_an_interpreter_of_its_own_gets_the_whole_problem(engine: str, stopped: str) -> None:
    plan = supervised(engine, limit_s=20, jobs=90)
    assert (plan.summary.stopped, plan.unassigned) == (stopped, ())


def test_solves_at_once_do_not_disturb_each_other() -> None:
    answers: dict[int, Plan] = {}

    def one(seed: int) -> None:
        engine = "engines_gone_wrong:" + ("honest" if seed % 2 else "faults")
        answers[seed] = solve_supervised(problem_of(8), time_limit_s=3, seed=seed, engine=engine)

    threads = [threading.Thread(target=one, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answers[seed].summary.seed for seed in range(4)] == [0, 1, 2, 3]
    assert {answer.unassigned for answer in answers.values()} == {()}
    assert [answers[s].summary.stopped for s in range(4)] == ["engine-crashed", "complete"] * 2


# ---------------------------------------------------------------- how good it is


def test_what_is_left_out_does_not_hide_how_good_the_rest_is() -> None:
    problem = problem_of(8)
    one = replace(problem, vehicles=problem.vehicles[:1])
    plan = solve_supervised(one, time_limit_s=float("inf"), step_limit=5, engine="dispatch")
    assert len(plan.unassigned) > 0
    assert plan.summary.bound is not None
    assert 0 < plan.summary.bound <= plan.summary.cost
