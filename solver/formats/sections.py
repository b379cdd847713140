"""The text of a VRPLIB file, cut into headers and sections, with every number checked.

A place in the file is named by its section and the line in it, counted from 1.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from solver.formats.families import FloatArray
from solver.formats.faults import Faults
from solver.formats.values import shown

LARGEST: Final = 1e8
"""Largest number in a file: times ten thousand, it is within the solver's longest time."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_SECTION = "_SECTION"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a section: its place and its words."""

    at: str
    words: tuple[str, ...]


@dataclass(slots=True)
class Document:
    """Headers and sections by name; what nobody asked for is still listed."""

    headers: dict[str, str] = field(default_factory=dict)
    sections: dict[str, list[Row]] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.headers or name + _SECTION in self.sections

    def rows(self, name: str) -> list[Row]:
        """Give the rows of a section by its name without ``_SECTION``."""
        return self.sections.get(name + _SECTION, [])


def read_document(text: str, faults: Faults) -> Document:
    """Cut a file into headers and sections."""
    document = Document()
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        words = tuple(line.split())
        if not words:
            continue
        if words[0] == "EOF":
            break
        name = words[0].rstrip(":").upper()
        if name.endswith(_SECTION):
            section = name
            if section in document.sections:
                faults.add(section, "section.twice", "the section is there twice: keep one")
            document.sections[section] = []
        elif ":" in line and not line.lstrip().startswith(":"):
            _header(document, line, faults)
        elif section:
            rows = document.sections[section]
            rows.append(Row(f"{section} line {len(rows) + 1}", words))
        else:
            what = f"{shown(line.strip())} is neither NAME: VALUE nor inside a section"
            faults.add(f"line {number}", "line.unknown", what)
    return document


def _header(document: Document, line: str, faults: Faults) -> None:
    name, _, value = (part.strip() for part in line.partition(":"))
    name = name.upper()
    if name in document.headers and name != "COMMENT":
        faults.add(name, "key.twice", "the line is there twice: keep one")
    document.headers[name] = value


def number(word: str, at: str, faults: Faults, *, least: float = 0.0) -> float:
    """Read one number; a fault reads as ``least``, so that reading goes on."""
    if not _NUMBER.fullmatch(word):
        faults.add(at, "value.type", f"{shown(word)} is not a number")
        return least
    value = float(word)
    if value < least:
        code = "number.negative" if value < 0 else "number.too-small"
        faults.add(at, code, f"{shown(word)} is below {least:g}: give {least:g} or more")
        return least
    if value > LARGEST:
        what = f"{shown(word)} is above {LARGEST:g}: give at most that"
        faults.add(at, "number.too-large", what)
        return least
    return value


def whole(word: str, at: str, faults: Faults, *, least: int = 0, most: int = int(LARGEST)) -> int:
    """Read one whole number; a fault reads as ``least``."""
    value = number(word, at, faults, least=float(least))
    if value != int(value):
        faults.add(at, "number.not-integer", f"{shown(word)} is not whole: give an integer")
        return least
    if value > most:
        faults.add(at, "number.out-of-range", f"{shown(word)} is not from {least} to {most}")
        return least
    return int(value)


def keyed(
    document: Document, name: str, count: int, faults: Faults
) -> Iterator[tuple[int, Row, Sequence[str]]]:
    """Go through the rows of a section whose first word numbers a node or vehicle from 1.

    Gives the index from 0, the row and its further words, and finds what is twice or missing.
    """
    seen: set[int] = set()
    for row in document.rows(name):
        before = len(faults)
        key = whole(row.words[0], row.at, faults, least=1, most=count)
        if len(faults) > before:
            continue
        if key in seen:
            faults.add(row.at, "row.twice", f"{key} is there twice: keep one line of it")
            continue
        seen.add(key)
        yield key - 1, row, row.words[1:]
    if len(seen) < count:
        first = next(key for key in range(1, count + 1) if key not in seen)
        what = f"{len(seen)} of {count} are given; the first missing is {first}"
        faults.add(name + _SECTION, "row.missing", what)


def table(
    document: Document,
    name: str,
    shape: tuple[int, int],
    faults: Faults,
    *,
    least: float = 0.0,
) -> FloatArray:
    """Read a section of ``shape`` (rows, columns) numbers, each row numbered from 1."""
    count, columns = shape
    found = np.zeros(shape)
    for index, row, words in keyed(document, name, count, faults):
        if len(words) != columns:
            what = f"{len(words)} numbers after the first: give {columns}"
            faults.add(row.at, "row.width", what)
            continue
        for column, word in enumerate(words):
            found[index, column] = number(word, row.at, faults, least=least)
    return found


def column(
    document: Document, name: str, count: int, faults: Faults, *, default: float = 0.0
) -> FloatArray:
    """Read one number per row: from a section, or one for all from the header of that name."""
    if name + _SECTION in document.sections:
        return table(document, name, (count, 1), faults)[:, 0]
    value = default
    if name in document.headers:
        value = number(document.headers[name], name, faults)
    return np.full(count, value)


def lists(
    document: Document, name: str, count: int, most: int, faults: Faults
) -> list[tuple[int, ...]]:
    """Read a section with a list of nodes per vehicle; nodes are given from 0."""
    found: list[tuple[int, ...]] = [()] * count
    for index, row, words in keyed(document, name, count, faults):
        found[index] = tuple(
            whole(word, row.at, faults, least=1, most=most) - 1 for word in words if word != "-1"
        )
    return found
