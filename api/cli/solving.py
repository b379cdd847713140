"""Commands that need no database: solve, check."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

import json
from math import inf
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.context import LANG, JsonOption, LangOption, complain, phrase, say
from api.cli.problem_files import (
    must_be_writable,
    read_or_tell,
    read_plan_or_tell,
    write_or_tell,
)

if TYPE_CHECKING:
    from solver.plan import Plan
    from solver.problem import Problem

TIME_LIMIT_S = 30.0
IMPOSSIBLE = 3

FormatOption = Annotated[
    str | None, typer.Option("--format", help="格式 · format; recognised where not given")
]


def solve(
    *,
    file: Annotated[
        Path, typer.Argument(help="问题文件 · problem: JSON as VROOM's or ours, VRPLIB, Solomon…")
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="方案文件 · plan; .sol for a solution")
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option(help="秒 · seconds of wall clock; 30, or none with --step-limit", min=0.1),
    ] = None,
    step_limit: Annotated[
        int | None,
        typer.Option(help="步数 · steps; with one thread the same seed, the same bytes", min=1),
    ] = None,
    threads: Annotated[int, typer.Option(help="线程 · threads", min=1)] = 2,
    seed: Annotated[int, typer.Option(help="随机种子 · seed", min=0)] = 1,
    engine: Annotated[str, typer.Option(help="求解引擎 · auto or a name")] = "auto",
    format_name: FormatOption = None,
    warm_start: Annotated[
        Path | None, typer.Option(help="起始方案 · plan to start from, JSON or .sol")
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = LANG,
) -> None:
    """求解 · Solve a problem file alone: no database, no map. Ctrl-C keeps the best plan."""
    began = monotonic()
    from solver.engines.dispatch import LockedImpossible

    must_be_writable(output, "--output")
    _known(engine)
    problem = read_or_tell(file, format_name=format_name, as_json=as_json)
    first = None
    if warm_start is not None:
        first = read_plan_or_tell(warm_start, problem, as_json=as_json)
    if time_limit is None:
        time_limit = TIME_LIMIT_S if step_limit is None else inf
    try:
        plan = _searched(
            problem,
            # Reading the file and writing the plan count.
            time_limit_s=max(time_limit - 1.1 * (monotonic() - began), 0.5 * time_limit),
            step_limit=step_limit,
            threads=threads,
            seed=seed,
            engine=engine,
            warm_start=first,
            quiet=as_json,
        )
    except LockedImpossible as error:
        complain(error.code, "unavailable", dict(error.facts))
        raise typer.Exit(IMPOSSIBLE) from error
    _write(problem, plan, output, as_json=as_json)


def _searched(
    problem: "Problem",
    *,
    time_limit_s: float,
    step_limit: int | None,
    threads: int,
    seed: int,
    engine: str,
    warm_start: "Plan | None",
    quiet: bool,
) -> "Plan":
    """Search with a line for each better plan, until it ends or is interrupted."""
    from api.cli.searching import Telling, stoppable
    from solver.supervise import solve_supervised

    telling = Telling(problem)
    with stoppable(telling.stopping) as should_stop:
        return solve_supervised(
            problem,
            time_limit_s=time_limit_s,
            step_limit=step_limit,
            threads=threads,
            seed=seed,
            engine=engine,
            warm_start=warm_start,
            on_report=None if quiet else telling.report,
            should_stop=should_stop,
        )


def _known(engine: str) -> None:
    """Refuse a name that is none, before a large file is read."""
    from solver.search import ENGINES, EngineUnknown

    if engine not in ENGINES:
        raise EngineUnknown(engine)


def _write(problem: "Problem", plan: "Plan", output: Path | None, *, as_json: bool) -> None:
    from solver.formats.plan_json import write_plan
    from solver.formats.solutions import write_solution
    from solver.summary import in_family_units

    text = json.dumps(write_plan(problem, plan), ensure_ascii=False, separators=(",", ":"))
    if output is None or as_json:
        typer.echo(text)
    if output is None:
        return
    kept = write_solution(problem, plan) if output.suffix == ".sol" else text + "\n"
    write_or_tell(output, kept, printed=as_json)
    if not as_json:
        say(
            "solved",
            routes=len(plan.routes),
            unassigned=len(plan.unassigned),
            cost=in_family_units(problem, plan.summary.cost),
            path=output,
        )


def check(
    *,
    file: Annotated[Path, typer.Argument(help="问题文件 · problem, as solve reads it")],
    plan: Annotated[Path, typer.Argument(help="方案文件 · plan, JSON or .sol")],
    format_name: FormatOption = None,
    as_json: JsonOption = False,
    lang: LangOption = LANG,
) -> None:
    """核查方案 · Judge a plan; shares no code with the engines. Exit 1 with each violation."""
    from dataclasses import asdict

    from solver.check import check as judge

    problem = read_or_tell(file, format_name=format_name, as_json=as_json)
    proposal = read_plan_or_tell(plan, problem, as_json=as_json)
    violations = judge(problem, proposal)
    if as_json:
        found = [asdict(violation) for violation in violations]
        typer.echo(json.dumps({"violations": found}, ensure_ascii=False))
    for violation in () if as_json else violations:
        typer.echo(f"{phrase('violation')} {_sentence(asdict(violation))}")
    if violations:
        raise typer.Exit(1)
    if not as_json:
        say("plan.keeps-all")


def _sentence(violation: dict[str, object]) -> str:
    return " ".join(f"{name}={value}" for name, value in violation.items() if value is not None)
