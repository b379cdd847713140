"""The public families of instances: how each rounds distances and in what it publishes costs.

Conventions are those under which the best-known solutions of the collections are published; the
public files' solutions come out to the last digit with them.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from solver.problem import IntMatrix

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """How a real number of the file becomes an integer: times ``factor``, then cut or rounded."""

    name: str
    factor: float
    cuts: bool

    def integers(self, values: FloatArray) -> IntMatrix:
        """Turn real numbers into integers; overwrites ``values``."""
        values *= self.factor
        return (np.trunc if self.cuts else np.rint)(values, out=values).astype(np.int64)

    def integer(self, value: float) -> int:
        """Turn one real number into an integer."""
        return int(self.integers(np.array([value], dtype=np.float64))[0])


_ROUNDINGS = (
    Rounding(name="round", factor=1, cuts=False),
    Rounding(name="trunc", factor=1, cuts=True),
    Rounding(name="dimacs", factor=10, cuts=True),  # DIMACS challenge 2021: one decimal, cut
    Rounding(name="exact", factor=1000, cuts=False),
    Rounding(name="double", factor=10_000, cuts=False),  # real numbers, as near as publications
)
ROUNDINGS: Final = {rounding.name: rounding for rounding in _ROUNDINGS}
"""Roundings by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A family: its rounding, and how many units of our cost are one of its published cost.

    ``units`` are the file's units of cost in one published unit; ``needs`` names what its files
    always state.
    """

    name: str
    rounding: str
    cost_scale: int
    units: int = 1
    needs: tuple[str, ...] = ("DEMAND", "CAPACITY")


_WITH_WINDOWS = ("DEMAND", "CAPACITY", "TIME_WINDOW")
_FAMILIES = (
    Family(name="CVRP", rounding="round", cost_scale=1),  # Uchoa et al. (2017) and before
    # Longest routes, real distances: Christofides, Mingozzi and Toth (1979), Golden et al. (1998).
    Family(name="DCVRP", rounding="double", cost_scale=10_000),
    Family(name="VRPTW", rounding="dimacs", cost_scale=10, needs=_WITH_WINDOWS),
    Family(name="MDVRP", rounding="exact", cost_scale=1),
    Family(name="MDVRPTW", rounding="exact", cost_scale=1, needs=_WITH_WINDOWS),
    Family(name="SDVRPTW", rounding="exact", cost_scale=1, needs=_WITH_WINDOWS),
    # Fixed and unit costs of the files are in hundredths of what is published.
    Family(name="HFVRP", rounding="exact", cost_scale=100_000, units=100),
    Family(name="PCVRP", rounding="dimacs", cost_scale=1, needs=("DEMAND", "CAPACITY", "PRIZE")),
    Family(name="PCVRPTW", rounding="dimacs", cost_scale=1, needs=(*_WITH_WINDOWS, "PRIZE")),
    Family(
        name="MTVRPTWR", rounding="dimacs", cost_scale=1, needs=(*_WITH_WINDOWS, "RELEASE_TIME")
    ),
    Family(name="VRPB", rounding="round", cost_scale=1, needs=("DEMAND", "CAPACITY", "BACKHAUL")),
    Family(name="PDPTW", rounding="double", cost_scale=10_000, needs=_WITH_WINDOWS),
    Family(name="TSP", rounding="round", cost_scale=1, needs=()),
)
FAMILIES: Final = {family.name: family for family in _FAMILIES}
"""Families by the word in ``TYPE``."""

_OTHER_WORDS: Final = {
    "CVRPTW": "VRPTW",
    "HVRP": "HFVRP",
}


REAL_CVRP: Final = ("CMT", "GOLDEN", "LI_", "TAI")
"""Beginnings of names of the CVRP files whose solutions are published with real distances."""


def family_of(word: str) -> Family | None:
    """Find a family by the word for it; None where nobody uses it."""
    word = word.strip().upper()
    return FAMILIES.get(_OTHER_WORDS.get(word, word))
