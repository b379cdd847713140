"""What stands between a door and a way: buildings, walls, water, and corners around them."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_matrix, csr_matrix

from geodata.district import District
from geodata.travel.network import metric

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

THROUGH_M = 0.3
"""A line may run this deep inside an outline: doors are drawn a little inside or out (ours)."""
TOUCH_M = 0.05
"""A door this near to a wall is a door in it, and a way that ends there an opening."""
CLEAR_M = 0.25
"""Half the width of a walker: no narrower gap is walked through when going around corners."""
CORNER_M = 0.35
STEP_M = 60.0
"""Corners further apart than this are joined only along one outline."""
NEIGHBOURS = 24
_BEND = 0.08  # sine of the least angle at a corner, about five degrees
_CHUNK = 200_000


class Sight:
    """What blocks the sight and the walk in a district; gates are no gaps, for they close.

    Parameters
    ----------
    solid, walled
        Whether buildings and water, and whether walls, are there: to ask what would be without.
    """

    _kept: tuple[str, "Sight"] | None = None

    def __init__(self, district: District, *, solid: bool = True, walled: bool = True) -> None:
        water = district.areas[district.areas["kind"] == "water"]
        solids = np.concatenate([metric(district, district.buildings), metric(district, water)])
        solids = solids if solid else solids[:0]
        self.solids = solids[~shapely.is_empty(solids)] if len(solids) else solids
        cores = shapely.buffer(self.solids, -THROUGH_M, join_style="mitre")
        self.cores = cores[~shapely.is_empty(cores)] if len(cores) else cores
        shapely.prepare(self.cores)
        self.tree = shapely.STRtree(self.cores)
        self.walls = metric(district, district.walls if walled else district.walls[:0])
        self.wall_tree = shapely.STRtree(self.walls)
        self._fat: tuple[Any, shapely.STRtree] | None = None

    @classmethod
    def of(cls, district: District) -> "Sight":
        """Return the obstacles of a district, kept from the last call."""
        if cls._kept is None or cls._kept[0] != district.digest:
            cls._kept = (district.digest, cls(district))
        return cls._kept[1]

    def behind_wall(self, starts: Floats, ends: Floats) -> Bools:
        """Tell for each pair of spots whether a wall stands between them."""
        hidden = np.zeros(len(starts), dtype=bool)
        if not len(self.walls) or not len(starts):
            return hidden
        reach = ends - starts
        length = np.hypot(*reach.T)
        trim = (
            reach
            * np.where(length > 2 * TOUCH_M, TOUCH_M / np.maximum(length, 1e-9), 0.5)[:, None]
        )
        lines = shapely.linestrings(np.stack([starts + trim, ends - trim], axis=1))
        hidden[self.wall_tree.query(lines, predicate="crosses")[0]] = True
        hidden &= length > 2 * TOUCH_M
        return hidden

    def through_solid(self, starts: Floats, ends: Floats) -> Bools:
        """Tell for each pair whether a building or water lies between them.

        A solid that holds the start counts for nothing: who is inside comes out.
        """
        hidden = np.zeros(len(starts), dtype=bool)
        if not len(self.cores) or not len(starts):
            return hidden
        lines = shapely.linestrings(np.stack([starts, ends], axis=1))
        line, core = self.tree.query(lines, predicate="intersects")
        around = shapely.intersects_xy(self.cores[core], starts[line, 0], starts[line, 1])
        hidden[line[~around]] = True
        return hidden

    def hidden(self, starts: Floats, ends: Floats) -> Bools:
        """Tell for each pair whether the end cannot be seen from the start."""
        found = self.behind_wall(starts, ends)
        open_ones = np.flatnonzero(~found)
        found[open_ones] = self.through_solid(starts[open_ones], ends[open_ones])
        return found

    def inside(self, spots: Floats) -> Bools:
        """Tell which spots lie inside an outline, not merely at its edge."""
        found = np.zeros(len(spots), dtype=bool)
        if len(self.cores) and len(spots):
            found[self.tree.query(shapely.points(spots), predicate="within")[0]] = True
        return found

    def corners(self, around: Any) -> "Corners":
        """Find the corners of obstacles that a walk within some shapes may turn at."""
        return Corners(self, around)

    def fat(self) -> tuple[Any, shapely.STRtree]:
        """Give all obstacles widened by half a walker."""
        if self._fat is None:
            widened = np.concatenate([self.solids, self.walls])
            wide = shapely.buffer(
                widened, CLEAR_M, join_style="mitre", cap_style="square", mitre_limit=2.0
            )
            wide = wide[~shapely.is_empty(wide)]
            shapely.prepare(wide)
            self._fat = (wide, shapely.STRtree(wide))
        return self._fat


class Corners:
    """Corners of obstacles, each a little off its wall, with the straight walks between them.

    Attributes
    ----------
    spots
        Metres of each corner.
    walks
        Length of the walk between corners that see each other, in metres; symmetric.

    Notes
    -----
    A shortest walk among obstacles bends only at their corners: Lozano-Pérez, Wesley 1979, *An
    algorithm for planning collision-free paths among polyhedral obstacles*. Walks are tested
    against obstacles widened by half a walker, so none leads through a crack between two houses.
    """

    def __init__(self, sight: Sight, around: Any) -> None:
        solids = np.concatenate([sight.solids, sight.walls])
        near = np.unique(shapely.STRtree(solids).query(around, predicate="intersects")[-1])
        self.sight = sight
        self.spots, ring = _corners(solids[near]) if len(near) else _none()
        free = ~_within_fat(sight, self.spots)
        self.spots, ring = self.spots[free], ring[free]
        self.walks = self._seen_from_each_other(ring)

    def _seen_from_each_other(self, ring: Ints) -> csr_matrix:
        count = len(self.spots)
        if count <= 1:
            return csr_matrix((count, count))
        points = shapely.points(self.spots)
        a, b = shapely.STRtree(points).query(points, predicate="dwithin", distance=STEP_M)
        away = np.hypot(*(self.spots[a] - self.spots[b]).T)
        order = np.lexsort((away, a))
        a, b = a[order], b[order]
        rank = np.arange(len(a)) - np.searchsorted(a, a, side="left")
        kept = (rank <= NEIGHBOURS) & (a != b)
        along = np.flatnonzero(ring[1:] == ring[:-1])
        first = np.r_[True, ring[1:] != ring[:-1]]
        starts = np.flatnonzero(first)
        lasts = np.r_[starts[1:], count] - 1
        pairs = np.unique(
            np.sort(
                np.concatenate(
                    [
                        np.stack([a[kept], b[kept]], axis=1),
                        np.stack([along, along + 1], axis=1),
                        np.stack([starts, lasts], axis=1)[starts != lasts],
                    ]
                ),
                axis=1,
            ),
            axis=0,
        )
        seen = np.concatenate(
            [
                ~_through_fat(self.sight, self.spots[part[:, 0]], self.spots[part[:, 1]])
                for part in np.array_split(pairs, max(1, -(-len(pairs) // _CHUNK)))
            ]
        )
        pairs = pairs[seen]
        length = np.hypot(*(self.spots[pairs[:, 0]] - self.spots[pairs[:, 1]]).T)
        return coo_matrix(
            (
                np.r_[length, length],
                (np.r_[pairs[:, 0], pairs[:, 1]], np.r_[pairs[:, 1], pairs[:, 0]]),
            ),
            shape=(count, count),
        ).tocsr()


def _corners(solids: Any) -> tuple[Floats, Ints]:
    """Find the corners that stick out, in order along each ring, and the ring of each."""
    wide = shapely.buffer(
        solids, CORNER_M, join_style="mitre", cap_style="square", mitre_limit=2.0
    )
    wide = shapely.orient_polygons(shapely.simplify(wide, CORNER_M - CLEAR_M - 0.03))
    rings = shapely.get_rings(shapely.get_parts(wide))
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    first = np.r_[True, ring[1:] != ring[:-1]]
    last = np.r_[first[1:], True]
    before = np.r_[0, np.arange(len(ring) - 1)]
    before[first] = np.flatnonzero(last) - 1  # a ring ends where it begins
    after = np.r_[np.arange(1, len(ring)), 0]
    into, out = coords - coords[before], coords[after] - coords
    cross = into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0]
    size = np.maximum(np.hypot(*into.T) * np.hypot(*out.T), 1e-9)
    chosen = (cross / size > _BEND) & ~last
    return coords[chosen], ring[chosen].astype(np.int64)


def _none() -> tuple[Floats, Ints]:
    return np.zeros((0, 2)), np.zeros(0, dtype=np.int64)


def _within_fat(sight: Sight, spots: Floats) -> Bools:
    found = np.zeros(len(spots), dtype=bool)
    wide, tree = sight.fat()
    if len(wide) and len(spots):
        found[tree.query(shapely.points(spots), predicate="within")[0]] = True
    return found


def _through_fat(sight: Sight, starts: Floats, ends: Floats) -> Bools:
    found = np.zeros(len(starts), dtype=bool)
    wide, tree = sight.fat()
    if len(wide) and len(starts):
        lines = shapely.linestrings(np.stack([starts, ends], axis=1))
        line, solid = tree.query(lines, predicate="intersects")
        found[line[~shapely.touches(wide[solid], lines[line])]] = True
    return found
