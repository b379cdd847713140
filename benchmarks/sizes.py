"""How large generated days are, what couriers carry, and a day while it is being drawn."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.district import District
from solver.problem import Amounts, Vehicle

Ints = NDArray[np.int64]

HOUR_S = 3600
STOP_S, BAG_S, RELOAD_S = 120, 15, 420  # the defaults of a district's policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """What one kind of courier carries; an e-bike's 80 kg in 6 bags is the field's figure."""

    capacity: Amounts  # grams, millilitres, bags
    max_trips: int
    share: float


MODES = {
    "foot": Mode(capacity=(24_000, 80_000, 2), max_trips=12, share=0.06),
    "trolley": Mode(capacity=(60_000, 200_000, 5), max_trips=10, share=0.2),
    "ebike": Mode(capacity=(80_000, 240_000, 6), max_trips=12, share=0.54),
    "tricycle": Mode(capacity=(200_000, 640_000, 16), max_trips=8, share=0.2),
}
VAN_CAPACITY = (900_000, 6_000_000, 90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a day is; ``waves`` are the instants at which goods are ready."""

    stairwells: int
    bags: int
    couriers: int
    points: int
    modes: tuple[str, ...] = tuple(MODES)
    waves: tuple[int, ...] = ()
    vans: int = 0
    errands: int = 0
    pharmacies: int = 0
    shelves: bool = True


SIZES = {
    "small": Size(
        stairwells=60, bags=600, couriers=15, points=2, errands=2, pharmacies=1
    ),
    "medium": Size(
        stairwells=300, bags=3_240, couriers=90, points=7, errands=8, pharmacies=2
    ),
    "subdistrict": Size(
        stairwells=1_000, bags=10_800, couriers=300, points=24, errands=20, pharmacies=3
    ),
    "two-wave": Size(
        stairwells=300, bags=3_240, couriers=90, points=7, errands=8, pharmacies=2,
        waves=(9 * HOUR_S + 1800, 14 * HOUR_S), vans=3,
    ),
    "stops10000": Size(
        stairwells=10_000, bags=20_000, couriers=900, points=60, modes=("ebike",), shelves=False
    ),
}  # fmt: skip
"""``stops10000`` has one mode, so that its only matrix (1.6 GB) fits a small machine."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A day as it is being drawn."""

    size: Size
    seed: int
    rng: np.random.Generator
    district: District
    bags: list[tuple[Amounts, ...]]  # of each stairwell
    zone: Ints  # of each compound
    by_building: NDArray[np.bool_]  # of each compound: one slot a building
    teams: bool
    vehicles: list[Vehicle] = field(default_factory=list)

    def spots_of(self, point: int) -> tuple[int, ...]:
        """Give the locations of a point: one, or one for each of its two teams."""
        at = int(self.district.points[point])
        return (at, int(self.district.further[point])) if self.teams else (at,)
