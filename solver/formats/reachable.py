"""Stops that lie where no way leads: told when the file is read, not when the day is planned."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from solver.formats.faults import Faults
from solver.problem import UNREACHABLE, IntMatrix, Problem, Shipment, Vehicle

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class _Ground:
    """The arcs of one profile between locations where somebody stops, starts or ends."""

    duration_s: IntMatrix
    called_at: Mask

    def spread(self, sources: tuple[int, ...], *, back: bool = False) -> Mask:
        """Mark what a chain of arcs leads to from the sources; ``back``: to them."""
        listed = list(sources)
        direct = self.duration_s[:, listed].T if back else self.duration_s[listed]
        found: Mask = np.logical_or.reduce(direct != UNREACHABLE, axis=0)
        found[listed] = True  # nobody has to go where they are
        if found[self.called_at].all():  # nearly always
            return found
        from scipy.sparse.csgraph import breadth_first_order  # noqa: PLC0415 - as below

        arcs = self._arcs.T.tocsr() if back else self._arcs
        for source in sources:
            reached = breadth_first_order(arcs, source, return_predecessors=False)
            found[reached] = True
        return found

    def leads(self, origin: int, target: int) -> bool:
        """Say whether a chain of arcs leads from one stop to another."""
        if origin == target or self.duration_s[origin, target] != UNREACHABLE:
            return True
        if self._rounds[origin] == self._rounds[target]:
            return True
        if origin not in self._spreads:
            self._spreads[origin] = self.spread((origin,))
        return bool(self._spreads[origin][target])

    @cached_property
    def _spreads(self) -> dict[int, Mask]:
        return {}

    @cached_property
    def _arcs(self) -> "csr_matrix":
        from scipy.sparse import csr_matrix  # noqa: PLC0415 - slow to load, hardly ever needed

        called = self.called_at
        return csr_matrix((self.duration_s != UNREACHABLE) & called[:, None] & called[None, :])

    @cached_property
    def _rounds(self) -> NDArray[np.int32]:
        """Number the locations so that those with ways there and back have one number."""
        from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - as above

        labels: NDArray[np.int32] = connected_components(self._arcs, connection="strong")[1]
        return labels


@dataclass(frozen=True, slots=True)
class _Ways:
    """What vehicles of one profile, start and end can reach, and come back from."""

    ground: _Ground
    out: Mask
    back: Mask

    def leads(self, stops: list[int]) -> bool:
        """Say whether there is a way out, from stop to stop, and back."""
        return bool(self.out[stops[0]] and self.back[stops[-1]]) and all(
            self.ground.leads(a, b) for a, b in pairwise(stops)
        )


def check_reachable(problem: Problem, faults: Faults) -> None:
    """Note every stop that no vehicle can come to from its start and leave for its end.

    By whatever other stops the way leads: whether the vehicle may serve those is the day's
    question, not the file's.
    """
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
    grounds: dict[str, _Ground] = {}
    seen = set()
    for vehicle in problem.vehicles:
        matrix = problem.matrices.get(vehicle.profile)
        starts, ends = _ends(vehicle)
        key = (vehicle.profile, starts, ends)
        size = 0 if matrix is None else len(matrix.duration_s)
        if matrix is None or key in seen or not all(0 <= k < size for k in (*starts, *ends)):
            continue
        seen.add(key)
        if vehicle.profile not in grounds:
            grounds[vehicle.profile] = _Ground(matrix.duration_s, _called_at(problem, size))
        ground = grounds[vehicle.profile]
        # Without a start, or an end, every location may be it.
        all_open = np.ones(size, dtype=np.bool_)
        out = ground.spread(starts) if starts else all_open
        yield _Ways(ground, out, ground.spread(ends, back=True) if ends else all_open)


def _called_at(problem: Problem, size: int) -> Mask:
    """Mark the locations where a vehicle may be between two arcs."""
    called = {job.location for job in problem.jobs}
    called.update(stop for shipment in problem.shipments for stop in _stops(shipment))
    for vehicle in problem.vehicles:
        called.update(*_ends(vehicle))
    found = np.zeros(size, dtype=np.bool_)
    found[[at for at in called if 0 <= at < size]] = True
    return found


def _ends(vehicle: Vehicle) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Give where trips start, and where they end; none: anywhere."""
    if vehicle.points:
        # A shift ends at its end; every other trip at a point.
        return vehicle.points, vehicle.points + (() if vehicle.end is None else (vehicle.end,))
    start = () if vehicle.start is None else (vehicle.start,)
    return start, () if vehicle.end is None else (vehicle.end,)
