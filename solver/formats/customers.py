"""Tables of customers as in Solomon's and Li and Lim's files: one line each, the depot first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from solver.formats.distances import euclidean
from solver.formats.families import FloatArray, Rounding
from solver.formats.faults import Fault, Faults, ProblemInvalid
from solver.formats.sections import LARGEST, number
from solver.formats.values import TIME_MAX
from solver.problem import IntMatrix, Matrix, Vehicle, Window

X, Y, DEMAND, READY, DUE, SERVICE = range(1, 7)
"""Columns that both formats have; column 0 numbers the line from 0."""

Line = tuple[int, tuple[str, ...]]
"""Number of a line in its file, from 1, and its words."""

_MOST_CUSTOMERS: Final = 20_000


def lines_of(text: str) -> list[Line]:
    """Cut a text into words; blank lines are left out."""
    cut = ((n, tuple(line.split())) for n, line in enumerate(text.splitlines(), start=1))
    return [(n, words) for n, words in cut if words]


def customers(lines: Sequence[Line], columns: int, faults: Faults) -> FloatArray:
    """Read the table; what stands in a place where it cannot is a fault."""
    if not 1 < len(lines) <= _MOST_CUSTOMERS:
        faults.add("customers", "row.missing", "give a depot and up to 20,000 customers")
        return np.zeros((1, columns))
    found = np.zeros((len(lines), columns))
    for index, (at, words) in enumerate(lines):
        place = f"line {at}"
        if len(words) != columns:
            faults.add(place, "row.width", f"{len(words)} numbers: give {columns}")
            continue
        for column, word in enumerate(words):
            signed = column in (X, Y, DEMAND)
            found[index, column] = number(word, place, faults, least=-LARGEST if signed else 0.0)
        if found[index, 0] != index:
            faults.add(place, "row.order", f"customer {words[0]} where {index} is expected")
        if found[index, READY] > found[index, DUE]:
            what = f"the window ends at {words[DUE]} before it starts at {words[READY]}"
            faults.add(place, "window.reversed", what)
        if found[index, DEMAND] != round(found[index, DEMAND]):
            faults.add(place, "number.not-integer", f"{words[DEMAND]} is not a whole amount")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The customers in integers: distances are times and costs too."""

    distances: IntMatrix
    windows: tuple[Window, ...]
    service: tuple[int, ...]
    demand: tuple[int, ...]

    @property
    def matrices(self) -> dict[str, Matrix]:
        """The one profile; its three matrices are one array."""
        d = self.distances
        return {"car": Matrix(duration_s=d, distance_m=d, cost=d)}


def ground_of(table: FloatArray, rounding: Rounding) -> Ground:
    """Scale times and distances.

    Raises
    ------
    ProblemInvalid
        If the customers lie too far apart.
    """
    corners = np.ptp(table[:, X : Y + 1], axis=0)
    if float(np.hypot(*corners)) * rounding.factor > TIME_MAX:
        what = f"the longest arc is above {TIME_MAX}: use a larger unit"
        raise ProblemInvalid((Fault("customers", "number.too-large", what),))
    windows = rounding.integers(table[:, READY : DUE + 1].copy())
    return Ground(
        distances=euclidean(table[:, X : Y + 1], rounding),
        windows=tuple((int(ready), int(due)) for ready, due in windows),
        service=tuple(rounding.integers(table[:, SERVICE].copy()).tolist()),
        demand=tuple(round(value) for value in table[:, DEMAND].tolist()),
    )


def vehicles_of(ground: Ground, count: int, capacity: int, fixed_cost: int) -> tuple[Vehicle, ...]:
    """Give vehicles that start and end at the depot while it is open."""
    return tuple(
        Vehicle(
            id=k,
            start=0,
            end=0,
            capacity=(capacity,),
            window=ground.windows[0],
            fixed_cost=fixed_cost,
        )
        for k in range(1, count + 1)
    )


def dominating_cost(ground: Ground, vehicles: int) -> int:
    """Give a power of ten above every plan's distance: as fixed cost, fewer vehicles win."""
    longest = int(ground.distances.max(initial=0)) * (len(ground.distances) + vehicles)
    return int(10 ** len(str(longest)))
