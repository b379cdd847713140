"""Readers of single values: each takes the raw value, its path and the list of faults.

A reader gives the value, or :data:`FAULTY` after it has noted why there is none.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice, pairwise
from typing import Any, Final

from solver.formats.faults import Faults

Reader = Callable[[Any, str, Faults], Any]

FAULTY: Final = object()

INT64_MAX = 2**63 - 1
_TOO_LONG = 10**100
TIME_MAX = 2**40
"""Largest instant, duration, distance or cost: sums of a million of them still fit 64 bits."""

_SHOWN = 60  # characters of a value in a message
_SHOWN_ITEMS = 12
_SHOWN_DEPTH = 4


def shown(raw: object) -> str:
    """Show a raw value in a message, cut when long, large or deep."""
    text = json.dumps(_cut(raw, _SHOWN_DEPTH), ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _cut(raw: object, depth: int) -> object:
    """Keep the part of a value that fits into a message: a file may be one list of a million."""
    if isinstance(raw, str):
        return raw[:_SHOWN]
    if isinstance(raw, int) and abs(raw) >= _TOO_LONG:
        return "a number of very many digits"  # writing it out is refused beyond 4,300 of them
    if not isinstance(raw, list | tuple | Mapping):
        return raw
    if depth == 0:
        return "…"
    if isinstance(raw, Mapping):
        few = islice(raw.items(), _SHOWN_ITEMS)
        return {str(key)[:_SHOWN]: _cut(value, depth - 1) for key, value in few}
    return [_cut(value, depth - 1) for value in raw[:_SHOWN_ITEMS]]


def integer(minimum: int = 0, maximum: int = TIME_MAX) -> Reader:
    """Read an integer between two bounds; true, 1.5 and NaN are none."""

    def read(raw: Any, at: str, faults: Faults) -> Any:
        problem = _not_integer(raw)
        if problem is None and raw < minimum:
            reason = f"{shown(raw)} is below {minimum}: give {minimum} or more"
            problem = ("number.negative" if raw < 0 else "number.too-small", reason)
        if problem is None and raw > maximum:
            problem = ("number.too-large", f"{shown(raw)} is above {maximum}: give at most that")
        if problem is not None:
            faults.add(at, *problem)
            return FAULTY
        return raw

    return read


def _not_integer(raw: object) -> tuple[str, str] | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return "value.type", f"{shown(raw)} is not a number: give an integer"
    if isinstance(raw, float):
        if not math.isfinite(raw):
            return "number.not-finite", f"{shown(raw)} is not finite: give an integer"
        return "number.not-integer", f"{shown(raw)} is not whole: give an integer, as {round(raw)}"
    return None


def positive_number(maximum: float) -> Reader:
    """Read a number above 0, whole or not."""

    def read(raw: Any, at: str, faults: Faults) -> Any:
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            faults.add(at, "value.type", f"{shown(raw)} is not a number: give one above 0")
            return FAULTY
        if not math.isfinite(raw) or not 0 < raw <= maximum:
            code = "number.out-of-range" if math.isfinite(raw) else "number.not-finite"
            faults.add(at, code, f"{shown(raw)} is not above 0 and at most {maximum:g}")
            return FAULTY
        return float(raw)

    return read


def text(raw: Any, at: str, faults: Faults) -> Any:
    """Read a string."""
    if not isinstance(raw, str):
        faults.add(at, "value.type", f"{shown(raw)} is not text: put it in quotes")
        return FAULTY
    try:
        raw.encode()
    except UnicodeEncodeError:
        faults.add(at, "text.broken", "half a character (a lone surrogate): write it whole")
        return FAULTY
    return raw


def flag(raw: Any, at: str, faults: Faults) -> Any:
    """Read true or false."""
    if isinstance(raw, bool):
        return raw
    faults.add(at, "value.type", f"{shown(raw)} is neither true nor false")
    return FAULTY


def one_of(*names: str) -> Reader:
    """Read one of some words."""

    def read(raw: Any, at: str, faults: Faults) -> Any:
        if isinstance(raw, str) and raw in names:
            return raw
        faults.add(at, "value.unknown", f"{shown(raw)} is none of {', '.join(names)}")
        return FAULTY

    return read


def ignored(_raw: Any, _at: str, _faults: Faults) -> Any:
    """Accept a key of VROOM that says nothing where matrices are given."""
    return FAULTY


def seconds_by_type(raw: Any, at: str, faults: Faults) -> Any:
    """Read seconds per type of vehicle, as pairs in the order of the types."""
    if not isinstance(raw, Mapping):
        faults.add(at, "value.type", f"{shown(raw)} is not an object: give seconds per type")
        return FAULTY
    read = integer()
    found = []
    for name, value in raw.items():
        if name == "":
            faults.add(at, "type.empty", "a type has a name: name it, or give setup or service")
        seconds = read(value, f"{at}.{name}", faults)
        if seconds is not FAULTY:
            found.append((name, seconds))
    return tuple(sorted(found))


def array(item: Reader, *, minimum: int = 0) -> Reader:
    """Read an array whose items one reader reads; items with faults are left out."""

    def read(raw: Any, at: str, faults: Faults) -> Any:
        if not isinstance(raw, list | tuple):
            faults.add(at, "value.type", f"{shown(raw)} is not an array: put it in brackets")
            return FAULTY
        if len(raw) < minimum:
            faults.add(at, "array.too-short", f"{len(raw)} items where {minimum} are needed")
            return FAULTY
        items = [item(value, f"{at}[{n}]", faults) for n, value in enumerate(raw)]
        return tuple(value for value in items if value is not FAULTY)

    return read


def amounts(raw: Any, at: str, faults: Faults) -> Any:
    """Read one amount per dimension; a faulty one is nothing, so that the dimensions stay."""
    return array(_amount)(raw, at, faults)


_read_amount = integer(0, INT64_MAX)


def _amount(raw: Any, at: str, faults: Faults) -> int:
    found = _read_amount(raw, at, faults)
    return 0 if found is FAULTY else int(found)


def window(raw: Any, at: str, faults: Faults) -> Any:
    """Read ``[start, end]``, both included."""
    pair = array(integer())(raw, at, faults)
    if pair is FAULTY:
        return FAULTY
    if len(raw) != 2:  # noqa: PLR2004 - a pair
        faults.add(at, "window.shape", f"{shown(raw)} is not a pair: give [start, end]")
        return FAULTY
    if len(pair) != 2:  # noqa: PLR2004 - one end had a fault of its own
        return FAULTY
    if pair[1] < pair[0]:
        faults.add(at, "window.reversed", f"{shown(raw)} ends before it starts: swap the two")
        return FAULTY
    return pair


def windows(raw: Any, at: str, faults: Faults) -> Any:
    """Read windows in any order; an empty array says nothing and is a fault, as in VROOM."""
    found = array(window, minimum=1)(raw, at, faults)
    if found is FAULTY or len(found) != len(raw):
        return FAULTY
    order = sorted(range(len(found)), key=lambda n: found[n])
    for one, other in pairwise(order):
        if found[other][0] <= found[one][1]:
            mend = f"starts at {found[other][0]}, before [{one}] is over: join windows that touch"
            faults.add(f"{at}[{other}]", "window.overlap", mend)
    return tuple(found[n] for n in order)


@dataclass(frozen=True, slots=True)
class Key:
    """A key of an object in a file, the attribute that it fills, and its reader."""

    name: str
    read: Reader
    attribute: str = ""  # same as the key where empty
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """All keys that an object may have."""

    what: str
    keys: tuple[Key, ...]

    def read(self, raw: Any, at: str, faults: Faults) -> dict[str, Any] | None:
        """Read an object into the arguments of its dataclass; None where it is none."""
        if not isinstance(raw, Mapping):
            faults.add(at, "value.type", f"{shown(raw)} is not an object: a {self.what} has keys")
            return None
        self._name_unknown(raw, at, faults)
        found: dict[str, Any] = {}
        for key in self.keys:
            if key.name in raw:
                value = key.read(raw[key.name], f"{at}.{key.name}", faults)
                if value is not FAULTY:
                    found[key.attribute or key.name] = value
            elif key.required:
                what = f"the {self.what} lacks {key.name}: add it"
                faults.add(f"{at}.{key.name}", "key.missing", what)
        return found

    def _name_unknown(self, raw: Mapping[str, Any], at: str, faults: Faults) -> None:
        unknown = raw.keys() - {key.name for key in self.keys}
        if not unknown:
            return
        for name in raw:
            if name in unknown:
                given = str(name)[:_SHOWN]
                mend = self._nearest(given)
                faults.add(f"{at}.{given}", "key.unknown", f"a {self.what} has no {given}: {mend}")

    def _nearest(self, name: str) -> str:
        near = get_close_matches(name, [key.name for key in self.keys], n=1)
        return f"did you mean {near[0]}?" if near else "remove it"
