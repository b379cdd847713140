"""Routes drawn side by side where they share a street, so that out and back are told apart."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

import shapely
from shapely.geometry import LineString, Point

Spot = tuple[float, float]
Edge = tuple[Spot, Spot]

_NEAR_MM = 0.04  # a corner this near to a line lies on it
_MOST_LANES = 4  # on one side; what comes after shares the last
_SMOOTH_MM = 0.08
_SHARP = -0.3  # cosine of a turn beyond which a corner gets two points rather than a spike


def side_by_side(
    lines: Sequence[Sequence[Spot]], *, gap_mm: float, directed: bool = True
) -> list[list[Spot]]:
    """Shift lines to the right of their way where they share it with others.

    Parameters
    ----------
    lines
        In millimetres of the sheet, whose y runs downwards.
    directed
        Whether the two directions of a street are apart; if not, lines keep to the same side
        whichever way they run, and each line passes a stretch once.

    Returns
    -------
    list
        A line for each of ``lines``, of no points where that had fewer than two.

    Notes
    -----
    The lines are cut where a corner of any lies on them, because doors join streets between
    their corners. A stretch passed once is drawn where it is.
    """
    cut = [_cut(line, corners) for corners in [_corners(lines)] for line in lines]
    passes: dict[Edge, list[tuple[int, int]]] = defaultdict(list)
    for number, edges in enumerate(cut):
        for edge in edges:
            way = _way(edge)
            said = (number, 1 if edge == way else -1)
            if directed or said[0] not in {one for one, _ in passes[way]}:
                passes[way].append(said)
    return [
        _shifted(list(_offsets(number, edges, passes, gap_mm, directed=directed)))
        for number, edges in enumerate(cut)
    ]


def _corners(lines: Sequence[Sequence[Spot]]) -> shapely.STRtree:
    spots = sorted({_rounded(spot) for line in lines for spot in line})
    return shapely.STRtree([Point(spot) for spot in spots])


def _cut(line: Sequence[Spot], corners: shapely.STRtree) -> list[Edge]:
    """Cut a line into edges that no corner of any line lies between."""
    edges: list[Edge] = []
    for a, b in pairwise([_rounded(spot) for spot in line]):
        if a == b:
            continue
        found = corners.query(LineString([a, b]), predicate="dwithin", distance=_NEAR_MM)
        spots = {(point.x, point.y) for point in corners.geometries.take(found)}
        between = sorted(spots | {a, b}, key=lambda spot: math.dist(a, spot))
        between = between[between.index(a) : between.index(b) + 1]
        edges += [edge for edge in pairwise(between) if edge[0] != edge[1]]
    return edges


def _offsets(
    number: int,
    edges: list[Edge],
    passes: dict[Edge, list[tuple[int, int]]],
    gap_mm: float,
    *,
    directed: bool,
) -> Iterator[tuple[Edge, float]]:
    """Say how far to the right each edge of a line is drawn."""
    used: dict[tuple[Edge, int], int] = defaultdict(int)
    for edge in edges:
        way = _way(edge)
        along = 1 if edge == way else -1
        all_passes = passes[way]
        if not directed:
            rank = [one for one, _ in all_passes].index(number)
            middle = (min(len(all_passes), _MOST_LANES) - 1) / 2
            yield edge, along * gap_mm * (min(rank, _MOST_LANES - 1) - middle)
            continue
        same = [n for n, (_, way_along) in enumerate(all_passes) if way_along == along]
        mine = [n for n in same if all_passes[n][0] == number]
        rank = same.index(mine[min(used[way, along], len(mine) - 1)])
        used[way, along] += 1
        rank = min(rank, _MOST_LANES - 1)
        if len(same) == len(all_passes):  # nobody comes the other way: stay in the middle
            yield edge, gap_mm * (rank - (min(len(same), _MOST_LANES) - 1) / 2)
        else:
            yield edge, gap_mm * (rank + 0.5)


def _shifted(parts: list[tuple[Edge, float]]) -> list[Spot]:
    """Join edges with their offsets into one line."""
    steps: list[tuple[Spot, Spot, float]] = []
    for offset, group in groupby(parts, key=lambda part: round(part[1], 3)):
        edges = [edge for edge, _ in group]
        for run in _unbroken(edges):
            smooth = LineString(run).simplify(_SMOOTH_MM).coords
            steps += [(a, b, offset) for a, b in pairwise(smooth) if a != b]
    if not steps:
        return []
    line = [_beside(steps[0][0], steps[0])]
    for before, after in pairwise(steps):
        line += _corner(before, after)
    line.append(_beside(steps[-1][1], steps[-1]))
    return [spot for n, spot in enumerate(line) if n == 0 or math.dist(spot, line[n - 1]) > 0]


def _unbroken(edges: list[Edge]) -> Iterator[list[Spot]]:
    """Give runs of edges as lines; a turn on the spot ends a run, or smoothing would lose it."""
    run = list(edges[0])
    for before, edge in pairwise(edges):
        if edge[0] != before[1] or edge[1] == before[0]:
            yield run
            run = [edge[0]]
        run.append(edge[1])
    yield run


def _corner(before: tuple[Spot, Spot, float], after: tuple[Spot, Spot, float]) -> list[Spot]:
    (ax, ay), (bx, by) = _right(before), _right(after)
    turn = ax * bx + ay * by
    if before[2] == after[2] and turn > _SHARP:
        reach = before[2] / (1 + turn)
        x, y = after[0]
        return [(x + (ax + bx) * reach, y + (ay + by) * reach)]
    return [_beside(before[1], before), _beside(after[0], after)]


def _beside(spot: Spot, step: tuple[Spot, Spot, float]) -> Spot:
    x, y = _right(step)
    return (spot[0] + x * step[2], spot[1] + y * step[2])


def _right(step: tuple[Spot, Spot, float]) -> Spot:
    """Give the direction to the right of a step, on a sheet whose y runs downwards."""
    (x1, y1), (x2, y2), _ = step
    length = math.dist((x1, y1), (x2, y2))
    return (-(y2 - y1) / length, (x2 - x1) / length)


def _way(edge: Edge) -> Edge:
    return edge if edge[0] <= edge[1] else (edge[1], edge[0])


def _rounded(spot: Spot) -> Spot:
    return (round(spot[0], 2), round(spot[1], 2))
