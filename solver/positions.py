"""Where to draw locations whose coordinates nobody gave: as far apart as their travel."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from solver.problem import UNREACHABLE, Problem

Position = tuple[float, float]
_LANDMARKS = 300  # more do not change the picture
_FLAT = 1e-6  # spread below which everything lies on a line or point


def positions_of(problem: Problem) -> tuple[Position, ...]:
    """Guess positions in a plane from the matrix of the first vehicle's profile.

    Notes
    -----
    Landmark multidimensional scaling (de Silva and Tenenbaum, 2004).
    """
    profile = problem.vehicles[0].profile if problem.vehicles else next(iter(problem.matrices))
    matrix = problem.matrices[profile]
    ways = matrix.distance_m if matrix.distance_m.max(initial=0) > 0 else matrix.duration_s
    size = len(ways)
    chosen = np.unique(np.linspace(0, size - 1, min(size, _LANDMARKS)).round().astype(int))
    both = np.stack((ways[chosen, :], ways[:, chosen].T)).astype(float)
    far = both.max(initial=0)
    apart = np.where(both == UNREACHABLE, far, both).mean(axis=0)
    return tuple((float(x), float(y)) for x, y in _scaled(apart**2, chosen))


def _scaled(squares: NDArray[np.float64], chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    among = squares[:, chosen]
    mean = among.mean(axis=0)
    inner = -0.5 * (among - mean[None, :] - mean[:, None] + mean.mean())
    values, vectors = np.linalg.eigh(inner)
    axes = [n for n in (len(values) - 1, len(values) - 2) if n >= 0 and values[n] > _FLAT]
    found = np.zeros((squares.shape[1], 2))
    for axis, n in enumerate(axes):
        vector = vectors[:, n]
        vector *= 1.0 if vector[np.argmax(np.abs(vector))] > 0 else -1.0
        found[:, axis] = -0.5 * (squares - mean[:, None]).T @ vector / np.sqrt(values[n])
    return found


def fitted(
    positions: Sequence[Position], left: float, top: float, width: float, height: float
) -> tuple[Position, ...]:
    """Scale positions into a frame, both axes alike, y upwards as on a map."""
    if not positions:
        return ()
    xs, ys = [x for x, _ in positions], [y for _, y in positions]
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    scale = min(width / (wide or 1e-9), height / (high or 1e-9))
    scale = scale if wide or high else 0.0
    off_x = left + (width - wide * scale) / 2
    off_y = top + (height - high * scale) / 2
    return tuple(
        (off_x + (x - min(xs)) * scale, off_y + (max(ys) - y) * scale) for x, y in positions
    )
