"""Read a problem in any format that is known: by its name, or by what the text looks like."""

import re
from collections.abc import Callable
from typing import Final

from solver.formats.families import FAMILIES
from solver.formats.faults import Fault, ProblemInvalid
from solver.formats.lilim import read_lilim
from solver.formats.native import read_problem
from solver.formats.solomon import read_solomon
from solver.formats.vrplib import read_vrplib
from solver.problem import Problem

__all__ = ["FORMATS", "ProblemInvalid", "read_any", "recognise"]


def _read_native(text: str) -> Problem:
    if text.lstrip()[:1] not in _JSON:  # read_problem would take it for the name of a file
        raise _refused("$", "file.not-json", "not JSON: a problem is an object in braces")
    return read_problem(text.lstrip())


def _refused(at: str, code: str, message: str) -> ProblemInvalid:
    return ProblemInvalid((Fault(at, code, message),))


_JSON: Final = ("{", "[")
_READERS: Final[dict[str, Callable[[str], Problem]]] = {
    "native": _read_native,
    "vrplib": read_vrplib,
    "solomon": read_solomon,
    "lilim": read_lilim,
}
FORMATS: Final = tuple(_READERS)
"""Names of formats; a family's (``cvrp``, ``vrptw``, …) reads VRPLIB with its conventions."""

_HEADER = re.compile(r"^\s*([A-Z_]+_SECTION|[A-Z_]+\s*:)", re.MULTILINE)
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


def _other_encoding(raw: bytes, error: UnicodeDecodeError) -> str:
    # Comments of old files hold Latin letters; JSON is UTF-8 by its standard.
    if raw.lstrip()[:1] in (b"{", b"["):
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
