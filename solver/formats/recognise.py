"""Read problems and plans in any format that is known, by its name or by what they look like."""

import re
from codecs import BOM_UTF8
from collections.abc import Callable
from typing import Final

from solver.formats.costs import with_exact_costs
from solver.formats.families import FAMILIES
from solver.formats.faults import Fault, PlanInvalid, ProblemInvalid
from solver.formats.lilim import read_lilim
from solver.formats.native import read_problem
from solver.formats.plan_json import read_plan
from solver.formats.solomon import read_solomon
from solver.formats.solutions import read_solution
from solver.formats.vrplib import read_vrplib
from solver.plan import Plan
from solver.problem import Problem

__all__ = ["FORMATS", "PlanInvalid", "ProblemInvalid", "read_any", "read_any_plan", "recognise"]


def _read_native(text: str) -> Problem:
    if text.lstrip()[:1] not in _JSON:  # read_problem would take it for the name of a file
        raise _refused("$", "file.not-json", "not JSON: a problem is an object in braces")
    return read_problem(text.lstrip())


def _refused(at: str, code: str, message: str) -> ProblemInvalid:
    return ProblemInvalid((Fault(at, code, message),))


_OLD_END: Final = "\x1a\0 \t\r\n"
"""What may stand behind a text: its end as DOS wrote it, and blanks."""

_JSON: Final = ("{", "[")
_BRACES: Final = (b"{", b"[")
_READERS: Final[dict[str, Callable[[str], Problem]]] = {
    "native": _read_native,
    "vrplib": read_vrplib,
    "solomon": read_solomon,
    "lilim": read_lilim,
}
FORMATS: Final = tuple(_READERS)
"""Names of formats; a family's (``cvrp``, ``vrptw``, …) reads VRPLIB with its conventions."""

_HEADER = re.compile(
    r"^\s*([A-Z_]+_SECTION|[A-Z_]+\s*:|(?i:dimension|type|capacity|name)\s*:)", re.MULTILINE
)
_NUMBERS = re.compile(r"\s*-?[\d.]+(\s+-?[\d.]+){2}\s*")


def read_any(raw: bytes, *, format: str | None = None) -> Problem:  # noqa: A002 - as the option
    """Read a problem.

    Parameters
    ----------
    format
        One of :data:`FORMATS` or a family's name in any case; None recognises the format.

    Raises
    ------
    ProblemInvalid
        With every fault by its place, also where the format is not known.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = _other_encoding(raw, error)
    text = text.rstrip(_OLD_END)
    name = recognise(text) if format is None else format.lower()
    if name in _READERS:
        return _READERS[name](text)
    if name.upper() in FAMILIES:
        return read_vrplib(text, family=name)
    known = ", ".join((*FORMATS, *(family.lower() for family in FAMILIES)))
    if format is None:
        raise _refused(
            "$", "format.unknown", f"the text looks like none of {known}: name one with --format"
        )
    raise _refused(
        "--format", "format.unknown", f"there is no format {format!r}: give one of {known}"
    )


def read_any_plan(raw: bytes, problem: Problem) -> Plan:
    """Read a plan of a problem: JSON, costs in the unit of the problem's family, or a solution.

    Raises
    ------
    PlanInvalid
        With every fault by its place.
    """
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in _BRACES:
        return read_solution(raw.removeprefix(BOM_UTF8).decode("latin-1"), problem)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"byte {error.start + 1} is not UTF-8: save the file as UTF-8"
        raise PlanInvalid((Fault("$", "file.not-json", what),)) from error
    plan = read_plan(text, cost_scale=problem.cost_scale)
    return plan if problem.cost_scale == 1 else with_exact_costs(problem, plan)


def _other_encoding(raw: bytes, error: UnicodeDecodeError) -> str:
    # Comments of old files hold Latin letters; JSON is UTF-8 by its standard.
    if raw.lstrip()[:1] in _BRACES:
        raise _refused(
            "$", "file.not-json", f"byte {error.start + 1} is not UTF-8: save the file as UTF-8"
        )
    return raw.decode("latin-1")


def recognise(text: str) -> str:
    """Name the format that a text looks like; empty where it looks like none."""
    if text.lstrip()[:1] in _JSON:
        return "native"
    if _HEADER.search(text):
        return "vrplib"
    lines = [line for line in text.splitlines() if line.strip()]
    if any(line.split()[0].upper() == "VEHICLE" for line in lines[:5]):
        return "solomon"
    if lines and _NUMBERS.fullmatch(lines[0]):
        return "lilim"
    return ""
