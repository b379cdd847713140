"""Matrices of a problem file, per profile: durations, distances and costs."""

from collections.abc import Mapping
from itertools import chain
from typing import Any, Final

import numpy as np

from solver.formats.faults import Faults
from solver.formats.values import TIME_MAX, integer, shown
from solver.problem import UNREACHABLE, IntMatrix, Matrix

DEFAULT_PROFILE: Final = "car"  # VROOM's
KINDS: Final = ("durations", "distances", "costs")
_LISTED = 100  # single faults named per matrix; the rest is counted

_MEND = "give matrices.<profile>.durations, with one row and column per location"


def read_matrices(raw: Mapping[str, Any], faults: Faults) -> dict[str, Matrix]:
    """Read ``matrices``, or VROOM's older ``matrix``; every entry is checked."""
    if "matrix" in raw:
        if "matrices" in raw:
            faults.add("$.matrix", "key.twice", "matrices are given too: keep one of the two")
            return {}
        found = _profile(
            {"durations": raw["matrix"]}, "$", faults, where={"durations": "$.matrix"}
        )
        return {} if found is None else {DEFAULT_PROFILE: found}
    if "matrices" not in raw:
        faults.add("$.matrices", "key.missing", f"there is no map to route on: {_MEND}")
        return {}
    profiles = raw["matrices"]
    if not isinstance(profiles, Mapping) or not profiles:
        faults.add("$.matrices", "value.type", f"{shown(profiles)} names no profile: {_MEND}")
        return {}
    matrices = {}
    for name, profile in profiles.items():
        found = _profile(profile, f"$.matrices.{name}", faults)
        if found is not None:
            matrices[name] = found
    _same_size(matrices, faults)
    return matrices


def _same_size(matrices: Mapping[str, Matrix], faults: Faults) -> None:
    sizes = {name: len(matrix.duration_s) for name, matrix in matrices.items()}
    first = next(iter(sizes), "")
    for name, size in sizes.items():
        if size != sizes[first]:
            what = f"{size} locations where {first} has {sizes[first]}: every profile has the same"
            faults.add(f"$.matrices.{name}", "matrix.size", what)


def _profile(
    raw: Any, at: str, faults: Faults, where: Mapping[str, str] | None = None
) -> Matrix | None:
    if not isinstance(raw, Mapping):
        faults.add(at, "value.type", f"{shown(raw)} is not an object: {_MEND}")
        return None
    for name in raw:
        if name not in KINDS:
            faults.add(f"{at}.{name}", "key.unknown", f"a profile has only {', '.join(KINDS)}")
    if "durations" not in raw:
        faults.add(f"{at}.durations", "key.missing", f"travel times are needed: {_MEND}")
        return None
    paths = where or {kind: f"{at}.{kind}" for kind in KINDS}
    read = {kind: _square(raw[kind], paths[kind], faults) for kind in KINDS if kind in raw}
    durations = read["durations"]
    if durations is None or any(matrix is None for matrix in read.values()):
        return None
    found = {kind: matrix for kind, matrix in read.items() if matrix is not None}
    for kind, matrix in found.items():
        if matrix.shape != durations.shape:
            what = f"{len(matrix)} rows where durations has {len(durations)}: give the same"
            faults.add(paths[kind], "matrix.size", what)
            return None
    return _joined(found)


def _joined(found: Mapping[str, IntMatrix]) -> Matrix:
    """Close each pair in all matrices where one of them knows no way."""
    durations = found["durations"]
    closed = np.zeros(durations.shape, dtype=bool)
    for matrix in found.values():
        closed |= matrix == UNREACHABLE
    filled = {
        "durations": durations,
        "distances": found.get("distances", np.zeros_like(durations)),
        "costs": found.get("costs", durations),
    }
    if closed.any():
        filled = {kind: np.where(closed, UNREACHABLE, matrix) for kind, matrix in filled.items()}
        if "costs" not in found:
            filled["costs"] = filled["durations"]
    for matrix in filled.values():
        matrix.setflags(write=False)
    return Matrix(
        duration_s=filled["durations"], distance_m=filled["distances"], cost=filled["costs"]
    )


def _square(raw: Any, at: str, faults: Faults) -> IntMatrix | None:
    if isinstance(raw, np.ndarray):
        raw = raw.tolist()
    if not isinstance(raw, list | tuple) or not raw:
        faults.add(at, "value.type", f"{shown(raw)} is not a matrix: give an array of rows")
        return None
    if not _is_square(raw, at, faults):
        _read_entries(raw, at, faults)
        return None
    matrix = _at_once(raw)
    return _slowly(raw, at, faults) if matrix is None else matrix


def _at_once(raw: list[Any] | tuple[Any, ...]) -> IntMatrix | None:
    """Read a matrix without faults; None where there may be some."""
    entries = list(chain.from_iterable(raw))
    if not set(map(type, entries)) <= {int, type(None)}:
        return None
    missing = np.fromiter((entry is None for entry in entries), dtype=bool, count=len(entries))
    try:
        values = np.array([0 if entry is None else entry for entry in entries], dtype=np.int64)
    except OverflowError:
        return None
    if values.min() < 0 or values.max() > TIME_MAX:
        return None
    values[missing] = UNREACHABLE
    return values.reshape(len(raw), len(raw))


def _is_square(raw: list[Any] | tuple[Any, ...], at: str, faults: Faults) -> bool:
    square = True
    for n, row in enumerate(raw):
        if not isinstance(row, list | tuple):
            faults.add(f"{at}[{n}]", "value.type", f"{shown(row)} is not a row: give an array")
            square = False
        elif len(row) != len(raw):
            what = f"{len(row)} entries where the matrix has {len(raw)} rows: give one for each"
            faults.add(f"{at}[{n}]", "matrix.size", what)
            square = False
    return square


def _slowly(raw: list[Any] | tuple[Any, ...], at: str, faults: Faults) -> IntMatrix | None:
    """Read entry by entry, so that each fault has its path and null means that no way leads."""
    entries = _read_entries(raw, at, faults)
    if entries is None:
        return None
    return np.array(entries, dtype=np.int64)


def _read_entries(
    raw: list[Any] | tuple[Any, ...], at: str, faults: Faults
) -> list[list[int]] | None:
    """Read the entries of rows, whatever their width; None where one has a fault."""
    read = integer()
    here = Faults()
    rows = [
        [
            UNREACHABLE if entry is None else read(entry, f"{at}[{i}][{j}]", here)
            for j, entry in enumerate(row)
        ]
        for i, row in enumerate(raw)
        if isinstance(row, list | tuple)
    ]
    for n, fault in enumerate(here):
        if n == _LISTED:
            more = f"{len(here) - _LISTED} more entries have faults like these"
            faults.add(at, "matrix.more-faults", more)
            break
        faults.add(fault.path, fault.code, fault.message)
    return None if len(here) else rows


def matrices_out(matrices: Mapping[str, Matrix]) -> dict[str, Any]:
    """Write matrices as the file has them; null where no way leads."""
    out = {}
    for name, matrix in matrices.items():
        kinds = {"durations": _rows(matrix.duration_s), "distances": _rows(matrix.distance_m)}
        if not np.array_equal(matrix.cost, matrix.duration_s):
            kinds["costs"] = _rows(matrix.cost)
        out[name] = kinds
    return out


def _rows(matrix: IntMatrix) -> list[list[int | None]]:
    return [[None if entry == UNREACHABLE else entry for entry in row] for row in matrix.tolist()]
