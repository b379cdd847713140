"""Problem files as commands read them: in any format, every fault told by its place."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from api.cli.context import complain

if TYPE_CHECKING:
    from solver.formats.faults import FileInvalid
    from solver.plan import Plan
    from solver.problem import Problem

BAD_INPUT = 2


def read_or_tell(file: Path, *, format_name: str | None = None, as_json: bool) -> "Problem":
    """Read a problem of any known format; tell every fault and leave where it has some."""
    from solver.formats.faults import FileInvalid, ProblemInvalid
    from solver.formats.recognise import read_any

    try:
        return read_any(_bytes_of(file, ProblemInvalid), format=format_name)
    except FileInvalid as error:
        tell_faults(error, as_json=as_json)
        raise typer.Exit(BAD_INPUT) from error


def read_plan_or_tell(file: Path, problem: "Problem", *, as_json: bool) -> "Plan":
    """Read a plan of a problem, JSON or a solution; tell every fault and leave as above."""
    from solver.formats.faults import FileInvalid, PlanInvalid
    from solver.formats.recognise import read_any_plan

    try:
        return read_any_plan(_bytes_of(file, PlanInvalid), problem)
    except FileInvalid as error:
        tell_faults(error, as_json=as_json)
        raise typer.Exit(BAD_INPUT) from error


def must_be_writable(output: Path | None, option: str) -> None:
    """Refuse a place for a result before the work, not after it."""
    if output is None:
        return
    if output.is_dir() or not output.absolute().parent.is_dir():
        raise typer.BadParameter(str(output), param_hint=option)
    there = output.exists()
    try:
        with output.open("ab"):
            pass
    except OSError as error:
        why = f"{output}: {error.strerror}"
        raise typer.BadParameter(why, param_hint=option) from error
    if not there:
        output.unlink()


def write_or_tell(output: Path, text: str, *, printed: bool = True) -> None:
    """Write a result; where that fails after all, print it and leave: the work is not lost.

    Parameters
    ----------
    printed
        Whether it is on the output already, or need not be there.
    """
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        if not printed:
            typer.echo(text, nl=False)
        facts = {"path": str(output), "why": error.strerror or str(error)}
        complain("output.unwritable", "invalid", facts)
        raise typer.Exit(BAD_INPUT) from error


def _bytes_of(file: Path, refusal: "type[FileInvalid]") -> bytes:
    from solver.formats.faults import Fault

    try:
        return file.read_bytes()
    except OSError as error:
        fault = Fault("$", "file.unreadable", f"{file}: {error.strerror or error}")
        raise refusal((fault,)) from error


def tell_faults(error: "FileInvalid", *, as_json: bool) -> None:
    """Tell every fault of a file: for programs on the output, for people on the error stream."""
    if as_json:
        found = [{"path": f.path, "code": f.code, "message": f.message} for f in error.faults]
        typer.echo(json.dumps({"code": error.code, "faults": found}, ensure_ascii=False))
        return
    complain(error.code, "invalid", {"faults": len(error.faults)})
    for fault in error.faults:
        typer.echo(f"  {fault.line}", err=True)
