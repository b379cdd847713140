"""A made-up subdistrict of Chinese compounds: stairwells behind gates, and travel between them.

Compounds are walled rectangles on a grid of streets; buildings stand in rows, each with several
stairwells; whoever enters or leaves a compound passes one of its gates. Everything is drawn from
a seed with numpy alone, so that days of any size are made in well under a second.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.problem import Matrix

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Streets and inside compounds, m/s: as geodata.modes states them, with their sources there.
SPEEDS = {
    "foot": (1.2, 1.2),
    "trolley": (1.0, 1.0),
    "ebike": (15 / 3.6, 9 / 3.6),
    "tricycle": (12 / 3.6, 8 / 3.6),
    "van": (24 / 3.6, 10 / 3.6),
}
STAIRWELLS_PER_COMPOUND = 22  # Kaixuan: 1,000 stairwells in 45 compounds
STAIRWELLS_PER_KM2 = 250  # Kaixuan: 1,000 on 4 km²
_STREET_M = 24.0
_FAR_M = 1e7  # a second gate that a compound does not have
_ROWS_AT_ONCE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """Stairwells, then further spots (points, pharmacies, a depot), all as locations.

    A location lies ``inner_m`` from either gate of its compound; a spot on the street is its own
    compound, whose only gate it stands at.
    """

    xy: Floats  # (stairwells, 2)
    gate_xy: Floats  # (gates, 2)
    entry_s: Floats  # of each gate: papers and temperature, before the way in
    gates: Ints  # (locations, 2)
    inner_m: Floats  # (locations, 2)
    compound: Ints  # of each stairwell
    building: Ints  # of each stairwell, counted over the whole district
    points: Ints  # location of each service point
    point_of: Ints  # of each compound: index into points
    further: Ints  # locations of pharmacies and the depot, as asked for

    @property
    def size(self) -> int:
        """The number of locations."""
        return len(self.gates)


def lay_out(stairwells: int, points: int, further: int, rng: np.random.Generator) -> District:
    """Draw a district with so many stairwells, service points and further spots."""
    compounds = -(-stairwells // STAIRWELLS_PER_COMPOUND)
    columns = int(np.ceil(np.sqrt(compounds)))
    rows = -(-compounds // columns)
    side_m = np.sqrt(stairwells / STAIRWELLS_PER_KM2) * 1000
    width, height = side_m / columns, side_m / rows
    cells = rng.permutation(columns * rows)[:compounds]
    corner = np.column_stack((cells % columns * width, cells // columns * height)) + _STREET_M / 2
    extent = np.array((width, height)) - _STREET_M - rng.uniform(0, 20, (compounds, 2))
    gate_xy, gates = _gates(corner, extent, rng)
    at, compound, building = _stairwells(stairwells, corner, extent, rng)
    inner = np.abs(at[:, None, :] - gate_xy[gates[compound]]).sum(axis=2)
    inner[gates[compound, 0] == gates[compound, 1], 1] = _FAR_M
    first = stairwells
    chosen = _spread(corner + extent / 2, points)
    spot_xy = np.vstack(
        (gate_xy[gates[chosen, 0]] + (0.0, -8.0), rng.uniform(0, side_m, (further, 2)))
    )
    spot_gates = len(gate_xy) + np.arange(len(spot_xy))
    to_point = np.abs(gate_xy[gates[:, :1]] - spot_xy[None, :points]).sum(axis=2)
    return District(
        xy=at,
        gate_xy=np.vstack((gate_xy, spot_xy)),
        entry_s=np.concatenate((rng.integers(5, 40, len(gate_xy)), np.zeros(len(spot_xy)))),
        gates=np.vstack((gates[compound], np.column_stack((spot_gates, spot_gates)))),
        inner_m=np.vstack((inner, np.tile((0.0, _FAR_M), (len(spot_xy), 1)))),
        compound=compound,
        building=building,
        points=first + np.arange(points),
        point_of=to_point.argmin(axis=1),
        further=first + points + np.arange(further),
    )


def _gates(corner: Floats, extent: Floats, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Give every compound a southern gate, and two of three another one to the east or north."""
    count = len(corner)
    south = corner + extent * np.column_stack((rng.uniform(0.2, 0.8, count), np.zeros(count)))
    side = rng.integers(0, 2, count)
    share = rng.uniform(0.2, 0.8, count)
    other = corner + extent * np.where(
        side[:, None] == 0,
        np.column_stack((np.ones(count), share)),
        np.column_stack((share, np.ones(count))),
    )
    numbers = np.column_stack((np.arange(count), count + np.arange(count)))
    single = rng.random(count) < 1 / 3
    numbers[single, 1] = numbers[single, 0]
    return np.vstack((south, other)), numbers


def _stairwells(
    count: int, corner: Floats, extent: Floats, rng: np.random.Generator
) -> tuple[Floats, Ints, Ints]:
    """Place stairwells side by side in buildings, buildings in rows from south to north."""
    compounds = len(corner)
    weights = rng.uniform(0.6, 1.4, compounds)
    shares = np.maximum(1, np.floor(weights / weights.sum() * count).astype(np.int64))
    while shares.sum() != count:
        step = 1 if shares.sum() < count else -1
        open_to = np.flatnonzero(shares + step > 0)
        shares[rng.choice(open_to)] += step
    at, compound, building = [], [], []
    first_building = 0
    for number, stairwells in enumerate(shares.tolist()):
        sizes = _building_sizes(stairwells, rng)
        per_row = max(1, round(np.sqrt(len(sizes) * extent[number, 0] / extent[number, 1] / 2)))
        rows = -(-len(sizes) // per_row)
        for n, size in enumerate(sizes):
            x = (n % per_row + (np.arange(size) + 0.5) / size * 0.9) / per_row
            y = np.full(size, (n // per_row + 0.5) / rows)
            at.append(corner[number] + extent[number] * np.column_stack((x, y)))
            compound += [number] * size
            building += [first_building + n] * size
        first_building += len(sizes)
    return np.vstack(at), np.array(compound), np.array(building)


def _building_sizes(stairwells: int, rng: np.random.Generator) -> list[int]:
    sizes = []
    while stairwells:
        sizes.append(int(min(stairwells, rng.choice((1, 2, 3), p=(0.35, 0.4, 0.25)))))
        stairwells -= sizes[-1]
    return sizes


def _spread(centres: Floats, count: int) -> Ints:
    """Choose compounds far from each other: each next the farthest from those chosen."""
    chosen = [int(np.abs(centres - centres.mean(axis=0)).sum(axis=1).argmin())]
    near = np.abs(centres - centres[chosen[0]]).sum(axis=1)
    for _ in range(min(count, len(centres)) - 1):
        chosen.append(int(near.argmax()))
        near = np.minimum(near, np.abs(centres - centres[chosen[-1]]).sum(axis=1))
    return np.array(chosen)


def matrix(district: District, mode: str) -> Matrix:
    """Make the travel matrix of one mode: seconds and metres by the quickest pair of gates."""
    street, inner = SPEEDS[mode]
    size = district.size
    duration, distance = np.zeros((size, size), np.int64), np.zeros((size, size), np.int64)
    gate_m = np.abs(district.gate_xy[:, None] - district.gate_xy[None]).sum(axis=2)
    gate_s = gate_m / street + district.entry_s[None]
    inside = district.compound
    for low in range(0, size, _ROWS_AT_ONCE):
        rows = slice(low, min(low + _ROWS_AT_ONCE, size))
        seconds = np.full((rows.stop - low, size), np.inf)
        metres = np.zeros_like(seconds)
        for out in (0, 1):
            for into in (0, 1):
                pair = np.ix_(district.gates[rows, out], district.gates[:, into])
                ways_m = district.inner_m[rows, out, None] + district.inner_m[None, :, into]
                way_s = gate_s[pair] + ways_m / inner
                better = way_s < seconds
                seconds[better] = way_s[better]
                metres[better] = (gate_m[pair] + ways_m)[better]
        _inside(district, inside, rows, (seconds, metres), inner)
        duration[rows] = np.rint(seconds)
        distance[rows] = np.rint(metres)
    np.fill_diagonal(duration, 0)
    np.fill_diagonal(distance, 0)
    return Matrix(duration_s=duration, distance_m=distance, cost=duration)


def _inside(
    district: District, inside: Ints, rows: slice, found: tuple[Floats, Floats], inner: float
) -> None:
    """Replace ways between stairwells of one compound: along its paths, through no gate."""
    seconds, metres = found
    numbers = np.arange(rows.start, rows.stop)
    numbers = numbers[numbers < len(inside)]
    if not len(numbers):
        return
    same = inside[numbers][:, None] == inside[None]
    origin, target = np.nonzero(same)
    at = district.xy
    way_m = np.abs(at[numbers[origin]] - at[target]).sum(axis=1)
    seconds[origin, target] = way_m / inner
    metres[origin, target] = way_m
