"""Commands that need no database: solve, check."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.context import LANG, JsonOption, LangOption, complain, phrase, say

if TYPE_CHECKING:
    from solver.formats.faults import FileInvalid


def solve(
    *,
    file: Annotated[Path, typer.Argument(help="问题文件 · problem, JSON as VROOM's or ours")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="方案文件 · plan")] = None,
    time_limit: Annotated[float, typer.Option(help="秒 · seconds of wall clock", min=0.1)] = 30.0,
    step_limit: Annotated[
        int | None, typer.Option(help="步数 · with it the same seed gives the same bytes", min=1)
    ] = None,
    seed: Annotated[int, typer.Option(help="随机种子 · seed", min=0)] = 1,
    engine: Annotated[str, typer.Option(help="求解引擎 · auto or a name")] = "auto",
    as_json: JsonOption = False,
    lang: LangOption = LANG,
) -> None:
    """求解 · Solve a problem file alone: no database, no map."""
    from solver.formats.faults import FileInvalid
    from solver.formats.native import read_problem
    from solver.formats.plan_json import write_plan
    from solver.search import solve as solve_problem

    try:
        problem = read_problem(file)
    except FileInvalid as error:
        _faults(error, as_json=as_json)
        raise typer.Exit(2) from error
    plan = solve_problem(
        problem,
        time_limit_s=time_limit,
        step_limit=step_limit,
        seed=seed,
        engine=engine,
    )
    text = json.dumps(write_plan(problem, plan), ensure_ascii=False, separators=(",", ":"))
    if output is None or as_json:
        typer.echo(text)
    if output is not None:
        output.write_text(text + "\n", encoding="utf-8")
    if not as_json and output is not None:
        say(
            "solved",
            routes=len(plan.routes),
            unassigned=len(plan.unassigned),
            cost=plan.summary.cost,
            path=output,
        )


def check(
    *,
    file: Annotated[Path, typer.Argument(help="问题文件 · problem")],
    plan: Annotated[Path, typer.Argument(help="方案文件 · plan")],
    as_json: JsonOption = False,
    lang: LangOption = LANG,
) -> None:
    """核查方案 · Judge a plan; shares no code with the engines. Exit 1 with each violation."""
    from dataclasses import asdict

    from solver.check import check as judge
    from solver.formats.faults import FileInvalid
    from solver.formats.native import read_problem
    from solver.formats.plan_json import read_plan

    try:
        problem = read_problem(file)
        proposal = read_plan(plan)
    except FileInvalid as error:
        _faults(error, as_json=as_json)
        raise typer.Exit(2) from error
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


def _faults(error: "FileInvalid", *, as_json: bool) -> None:
    if as_json:
        found = [{"path": f.path, "code": f.code, "message": f.message} for f in error.faults]
        typer.echo(json.dumps({"code": error.code, "faults": found}, ensure_ascii=False))
        return
    complain(error.code, "invalid", {"faults": len(error.faults)})
    for fault in error.faults:
        typer.echo(f"  {fault.line}", err=True)


def _sentence(violation: dict[str, object]) -> str:
    return " ".join(f"{name}={value}" for name, value in violation.items() if value is not None)
