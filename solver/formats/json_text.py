"""Load JSON whole: whatever the text is, the answer is an object or faults."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from solver.formats.faults import Faults
from solver.formats.values import FAULTY

_LONG = 100  # digits; longer numbers are beyond every bound anyway
_FAR: Final[int] = 10**_LONG


class _Twice(dict[str, Any]):
    """An object of which keys stood twice: the first of each would be lost unseen."""

    names: tuple[str, ...] = ()


def load_json(source: Path | str | Mapping[str, Any], faults: Faults) -> Any:
    """Load a file, a JSON text (it starts with a brace) or what is loaded already."""
    if isinstance(source, Mapping):
        return source
    try:
        if isinstance(source, str) and source.lstrip().startswith(("{", "[")):
            return _loaded(source, faults)
        return _loaded(Path(source).read_bytes(), faults)
    except OSError as error:
        faults.add("$", "file.unreadable", f"{source}: {error.strerror or error}")
    except RecursionError:
        faults.add("$", "file.not-json", "nested deeper than any problem or plan: flatten it")
    except ValueError as error:
        faults.add("$", "file.not-json", f"not JSON: {error}")
    return FAULTY


def _loaded(text_or_bytes: str | bytes, faults: Faults) -> Any:
    twice: list[_Twice] = []

    def whole(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        marked = _Twice(found)
        counts = Counter(name for name, _ in pairs)
        marked.names = tuple(name for name, count in counts.items() if count > 1)
        twice.append(marked)
        return marked

    try:
        raw = json.loads(text_or_bytes, object_pairs_hook=whole)
    except json.JSONDecodeError:
        raise
    except UnicodeDecodeError:
        raise
    except ValueError:  # a number of more digits than Python reads at once
        twice.clear()
        raw = json.loads(text_or_bytes, object_pairs_hook=whole, parse_int=_long_int)
    for path, name in _repeated(raw) if twice else ():
        faults.add(path, "key.twice", f"{name} stands twice in this object: keep one")
    return raw


def _long_int(digits: str) -> int:
    if len(digits) <= _LONG:
        return int(digits)
    return -_FAR if digits.startswith("-") else _FAR


def _repeated(raw: Any) -> Iterator[tuple[str, str]]:
    """Go through the keys that stand twice, with the path of each."""
    open_ones: list[tuple[str, Any]] = [("$", raw)]
    while open_ones:
        path, value = open_ones.pop()
        if isinstance(value, _Twice):
            yield from ((f"{path}.{name}", name) for name in value.names)
        if isinstance(value, dict):
            open_ones.extend((f"{path}.{key}", item) for key, item in value.items())
        elif isinstance(value, list):
            open_ones.extend((f"{path}[{n}]", item) for n, item in enumerate(value))
