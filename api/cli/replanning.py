"""The command that gives the rest of a running day as a problem: replan."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

import json
import re
from pathlib import Path
from typing import Annotated

import typer

from api.cli.context import LANG, JsonOption, LangOption, say
from api.cli.problem_files import (
    BAD_INPUT,
    must_be_writable,
    read_or_tell,
    read_plan_or_tell,
    tell_faults,
    write_or_tell,
)

_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)


def _instant(text: str) -> int:
    """Read a clock or plain seconds, as the problem counts them."""
    clock = _CLOCK.fullmatch(text)
    if clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return 3600 * hours + 60 * minutes + seconds
    if not re.fullmatch(r"\d{1,12}", text, re.ASCII):
        raise typer.BadParameter("HH:MM, HH:MM:SS / seconds: " + text)
    return int(text)


def replan(
    *,
    file: Annotated[Path, typer.Argument(help="问题文件 · problem, as solve reads it")],
    plan: Annotated[Path, typer.Argument(help="正在执行的方案 · plan that is being carried out")],
    at: Annotated[
        int,
        typer.Option(help="时刻 · HH:MM since midnight, or seconds", parser=_instant),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="新问题文件 · problem of the rest")
    ] = None,
    change: Annotated[
        int | None, typer.Option(help="换人成本 · cost of giving a stop to somebody else", min=0)
    ] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", help="格式 · format; recognised where not given")
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = LANG,
) -> None:
    """重新排线 · The rest of a running day as a problem; what has begun stays."""
    from solver.formats.faults import PlanInvalid
    from solver.formats.native import write_problem
    from solver.replan import replan as rest_of

    must_be_writable(output, "--output")
    problem = read_or_tell(file, format_name=format_name, as_json=as_json)
    begun = read_plan_or_tell(plan, problem, as_json=as_json)
    try:
        rest = rest_of(problem, begun, at_s=at, change=change)
    except PlanInvalid as error:
        tell_faults(error, as_json=as_json)
        raise typer.Exit(BAD_INPUT) from error
    text = json.dumps(write_problem(rest.problem), ensure_ascii=False, separators=(",", ":"))
    if output is None or as_json:
        typer.echo(text)
    if output is None:
        return
    write_or_tell(output, text + "\n", printed=as_json)
    if not as_json:
        fixed = sum(step.locked for v in rest.problem.vehicles for step in v.locked)
        say("replanned", path=output, fixed=fixed, divided=len(rest.rests))
