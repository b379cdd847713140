"""Distances of a VRPLIB file: from coordinates, or as they are written out."""

from collections.abc import Callable
from typing import Final

import numpy as np

from solver.formats.families import FloatArray, Rounding
from solver.formats.faults import Faults
from solver.formats.sections import LARGEST, Document, number, table
from solver.problem import IntMatrix

_CHUNK: Final = 16  # rows at a time, so that their reals stay in the cache

# TSPLIB names a triangle by rows; by columns it is the other triangle's, mirrored.
_TRIANGLES: Final = {
    "LOWER_ROW": ("lower", 1),
    "UPPER_COL": ("lower", 1),
    "LOWER_DIAG_ROW": ("lower", 0),
    "UPPER_DIAG_COL": ("lower", 0),
    "UPPER_ROW": ("upper", 1),
    "LOWER_COL": ("upper", 1),
    "UPPER_DIAG_ROW": ("upper", 0),
    "LOWER_DIAG_COL": ("upper", 0),
}
KNOWN_FORMATS: Final = ("FULL_MATRIX", *_TRIANGLES)
STRAIGHT: Final[dict[str, Callable[..., FloatArray]]] = {
    "EUC_2D": np.positive,
    "CEIL_2D": np.ceil,
    "FLOOR_2D": np.floor,
}
"""What is done with a straight distance before the family's rounding."""
KNOWN_TYPES: Final = (*STRAIGHT, "EXPLICIT")


def euclidean(
    coordinates: FloatArray, rounding: Rounding, whole: Callable[..., FloatArray] = np.positive
) -> IntMatrix:
    """Compute rounded straight distances; holds little more than the result."""
    size = len(coordinates)
    distances = np.empty((size, size), dtype=np.int64)
    for low in range(0, size, _CHUNK):
        some = coordinates[low : low + _CHUNK]
        reals = np.square(some[:, :1] - coordinates[:, 0])
        reals += np.square(some[:, 1:] - coordinates[:, 1])
        distances[low : low + _CHUNK] = rounding.integers(whole(np.sqrt(reals)))
    return distances


def coordinates_of(document: Document, size: int, faults: Faults) -> FloatArray | None:
    """Read coordinates, where there are any."""
    if "NODE_COORD" not in document:
        return None
    return table(document, "NODE_COORD", (size, 2), faults, least=-LARGEST)


def explicit(document: Document, size: int, rounding: Rounding, faults: Faults) -> IntMatrix:
    """Read distances that are written out."""
    style = document.headers.get("EDGE_WEIGHT_FORMAT", "").upper()
    if style not in KNOWN_FORMATS:
        known = ", ".join(KNOWN_FORMATS)
        faults.add("EDGE_WEIGHT_FORMAT", "value.unknown", f"{style or 'nothing'}: give {known}")
        return np.zeros((0, 0), dtype=np.int64)
    rows = document.rows("EDGE_WEIGHT")
    values = np.array([number(word, row.at, faults) for row in rows for word in row.words])
    side, diagonal = _TRIANGLES.get(style, ("full", 0))
    expected = size * size if side == "full" else size * (size + 1 - 2 * diagonal) // 2
    if len(values) != expected:
        what = f"{len(values)} numbers: {style} of {size} nodes has {expected}"
        faults.add("EDGE_WEIGHT_SECTION", "matrix.size", what)
        return np.zeros((0, 0), dtype=np.int64)
    distances = np.zeros((size, size), dtype=np.int64)
    if side == "full":
        distances[:] = rounding.integers(values).reshape(size, size)
        np.fill_diagonal(distances, 0)
        return distances
    found = rounding.integers(values)
    filled = (
        np.tril_indices(size, -diagonal) if side == "lower" else np.triu_indices(size, diagonal)
    )
    distances[filled] = found
    distances[filled[1], filled[0]] = found
    np.fill_diagonal(distances, 0)
    return distances
