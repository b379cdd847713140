"""Engines that do what no engine should, each in its own way; run in a real child process.

Used by tests of the supervisor, as ``engines_gone_wrong:hangs``; never part of the product.
"""

# ruff: noqa: ARG001  engines are called with what they do not look at

import ctypes
import faulthandler
import os
import pickle
import signal
import time
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np

from solver.plan import Plan
from solver.problem import Problem
from solver.search import solve


def _good(problem: Problem) -> Plan:
    return solve(problem, step_limit=1, engine="construct")


def honest(problem: Problem, **_: Any) -> Plan:
    return _good(problem)


def counts_in_numpy(problem: Problem, **_: Any) -> Plan:
    plan = _good(problem)
    cost: Any = np.int64(plan.summary.cost)
    return replace(plan, summary=replace(plan.summary, cost=cost))


def better_and_better(problem: Problem, *, on_plan: Any, should_stop: Any, **_: Any) -> Plan:
    """Give the empty plan, then a good one, and wait until told to stop."""
    plan = _good(problem)
    on_plan(plan)
    while not should_stop():
        time.sleep(0.01)
    return plan


def hangs(problem: Problem, **_: Any) -> NoReturn:
    while True:
        time.sleep(3600)


def hangs_after_a_plan(problem: Problem, *, on_plan: Any, **_: Any) -> NoReturn:
    on_plan(_good(problem))
    while True:
        time.sleep(3600)


def burns_without_listening(problem: Problem, *, progress: Any, **_: Any) -> NoReturn:
    """Hold the interpreter's lock: no thread of the child gets its turn."""
    progress("burning")
    ctypes.PyDLL(None).sleep(3600)
    raise AssertionError


def ignores_signals(problem: Problem, **_: Any) -> NoReturn:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    hangs(problem)


def stands_still(problem: Problem, **_: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGSTOP)
    raise AssertionError


def faults(problem: Problem, **_: Any) -> NoReturn:
    faulthandler.disable()
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError


def faults_after_a_plan(problem: Problem, *, on_plan: Any, **_: Any) -> NoReturn:
    on_plan(_good(problem))
    time.sleep(0.2)
    faults(problem)


def leaves(problem: Problem, **_: Any) -> NoReturn:
    os._exit(0)


def raises(problem: Problem, **_: Any) -> NoReturn:
    msg = "nothing works"
    raise RuntimeError(msg)


def exits(problem: Problem, **_: Any) -> NoReturn:
    raise SystemExit(0)


def runs_out_of_memory(problem: Problem, **_: Any) -> NoReturn:
    raise MemoryError


def takes_all_memory(problem: Problem, **_: Any) -> NoReturn:
    """Grow without end; only with a limit on memory."""
    held = []
    while True:
        held.append(bytearray(1 << 26))


def answers_none(problem: Problem, **_: Any) -> None:
    return None


def answers_text(problem: Problem, **_: Any) -> str:
    return "a plan"


def answers_code(problem: Problem, **_: Any) -> Any:
    """Give something that would run a command when it is unpickled."""

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.system, ("touch " + os.environ["TRAP"],)

    return Trap()


def answers_the_unsendable(problem: Problem, **_: Any) -> Any:
    return lambda: None


def _spoilt(problem: Problem, **changes: Any) -> Plan:
    plan = _good(problem)
    route = plan.routes[0]
    steps = (route.steps[0], replace(route.steps[1], **changes), *route.steps[2:])
    return replace(plan, routes=(replace(route, steps=steps), *plan.routes[1:]))


def types_wrong(problem: Problem, **_: Any) -> Plan:
    return _spoilt(problem, arrival_s="noon")


def floats_for_seconds(problem: Problem, **_: Any) -> Plan:
    return _spoilt(problem, arrival_s=3.5)


def lists_for_tuples(problem: Problem, **_: Any) -> Plan:
    plan = _good(problem)
    routes: Any = list(plan.routes)
    return replace(plan, routes=routes)


def rules_broken(problem: Problem, **_: Any) -> Plan:
    return _spoilt(problem, arrival_s=10**6)


def numbers_huge(problem: Problem, **_: Any) -> Plan:
    return _spoilt(problem, location=10**30)


def figures_embellished(problem: Problem, **_: Any) -> Plan:
    plan = _good(problem)
    return replace(plan, summary=replace(plan.summary, cost=1))


def another_problem(problem: Problem, **_: Any) -> Plan:
    jobs = tuple(replace(job, id=job.id + 1000) for job in problem.jobs)
    return _good(replace(problem, jobs=jobs))


def goes_round_without_end(problem: Problem, **_: Any) -> Plan:
    plan = _good(problem)
    route = plan.routes[0]
    endless = replace(route, steps=route.steps * 100_000)
    return replace(plan, routes=(endless,) * 100_000)


def garbage_on_the_way(problem: Problem, *, on_plan: Any, **_: Any) -> Plan:
    for _n in range(3):
        on_plan(rules_broken(problem))
        time.sleep(0.6)
    return _good(problem)


def floods(problem: Problem, *, on_plan: Any, progress: Any, **_: Any) -> NoReturn:
    plan = _good(problem)
    while True:
        progress("x" * 10_000)
        on_plan(plan)


def prints(problem: Problem, **_: Any) -> Plan:
    os.write(1, b"an engine speaks out of turn\n")
    print("and again", flush=True)  # noqa: T201 - that is the point
    return _good(problem)


# ---------------------------------------------------------------- below the messages


def _header(length: int) -> bytes:
    return b"SLp1" + b"\x01" + length.to_bytes(8, "little")


def _say(on_plan: Any, text: bytes) -> None:
    """Write past everything that would make a message of it."""
    os.write(on_plan.__self__.descriptor, text)


def speaks_another_language(problem: Problem, *, on_plan: Any, **_: Any) -> Plan:
    _say(on_plan, bytes(range(256)))
    return _good(problem)


def half_a_message(problem: Problem, *, on_plan: Any, **_: Any) -> NoReturn:
    body = pickle.dumps(_good(problem), protocol=5)
    _say(on_plan, _header(len(body)) + body[:100])
    os._exit(0)


def half_a_message_and_hangs(problem: Problem, *, on_plan: Any, **_: Any) -> NoReturn:
    body = pickle.dumps(_good(problem), protocol=5)
    _say(on_plan, _header(len(body)) + body[:100])
    hangs(problem)


def half_a_pickle(problem: Problem, *, on_plan: Any, **_: Any) -> NoReturn:
    body = pickle.dumps(_good(problem), protocol=5)[:100]
    _say(on_plan, _header(len(body)) + body)
    os._exit(0)


def announces_a_giant(problem: Problem, *, on_plan: Any, **_: Any) -> NoReturn:
    _say(on_plan, _header(1 << 60))
    hangs(problem)
