"""Stops that lie where no way leads: told when the file is read, not when the day is planned."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from solver.formats.faults import Faults
from solver.problem import UNREACHABLE, IntMatrix, Problem, Shipment, Vehicle

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Ways:
    """What vehicles of one profile, start and end can reach, and come back from."""

    duration_s: IntMatrix
    out: Mask
    back: Mask

    def leads(self, stops: list[int]) -> bool:
        """Say whether there is a way out, from stop to stop, and back."""
        first, last = stops[0], stops[-1]
        steps = pairwise(stops)
        return bool(self.out[first] and self.back[last]) and all(
            a == b or self.duration_s[a, b] != UNREACHABLE for a, b in steps
        )


def check_reachable(problem: Problem, faults: Faults) -> None:
    """Note every stop that no vehicle can come to from its start and leave for its end."""
    ways = list(_ways(problem))
    size = min((len(way.out) for way in ways), default=0)
    if not ways:
        return
    mend = "no way leads there and back for any vehicle: mend the matrices, or leave it out"
    anywhere = np.logical_or.reduce([way.out[:size] & way.back[:size] for way in ways])
    for n, job in enumerate(problem.jobs):
        if 0 <= job.location < size and not anywhere[job.location]:
            faults.add(f"$.jobs[{n}].location_index", "location.unreachable", mend)
    for n, shipment in enumerate(problem.shipments):
        stops = _stops(shipment)
        if all(0 <= stop < size for stop in stops) and not any(w.leads(stops) for w in ways):
            faults.add(f"$.shipments[{n}]", "location.unreachable", mend)


def _stops(shipment: Shipment) -> list[int]:
    legs = (shipment.pickup, shipment.via, shipment.delivery)
    return [leg.location for leg in legs if leg is not None]


def _ways(problem: Problem) -> Iterator[_Ways]:
    seen = set()
    for vehicle in problem.vehicles:
        matrix = problem.matrices.get(vehicle.profile)
        starts, ends = _ends(vehicle)
        key = (vehicle.profile, starts, ends)
        size = 0 if matrix is None else len(matrix.duration_s)
        if matrix is None or key in seen or not all(0 <= k < size for k in (*starts, *ends)):
            continue
        seen.add(key)
        rows = matrix.duration_s[list(starts)] != UNREACHABLE
        columns = matrix.duration_s[:, list(ends)].T != UNREACHABLE
        yield _Ways(matrix.duration_s, _any(rows, starts, size), _any(columns, ends, size))


def _any(rows: Mask, of: tuple[int, ...], size: int) -> Mask:
    """Say for each location whether one of the rows is open there; all, where it may be any."""
    if not of:
        return np.ones(size, dtype=np.bool_)
    found: Mask = np.logical_or.reduce(rows, axis=0)
    found[list(of)] = True  # nobody has to go where they are
    return found


def _ends(vehicle: Vehicle) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Give where trips start, and where they end; none: anywhere."""
    if vehicle.points:
        # A shift ends at its end; every other trip at a point.
        return vehicle.points, vehicle.points + (() if vehicle.end is None else (vehicle.end,))
    start = () if vehicle.start is None else (vehicle.start,)
    return start, () if vehicle.end is None else (vehicle.end,)
