"""The fleet of a VRPLIB file: what is stated for all vehicles, or for each."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from solver.formats.distances import euclidean
from solver.formats.families import FloatArray, Rounding
from solver.formats.faults import Faults
from solver.formats.sections import LARGEST, Document, column, lists, whole
from solver.problem import UNREACHABLE, IntMatrix, Matrix

_MOST_VEHICLES: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """What is known per vehicle. Nodes are counted from 0; None: the file does not say."""

    count: int
    capacity: FloatArray | None
    depots: tuple[int, ...]
    unit_cost: FloatArray | None
    fixed_cost: FloatArray | None
    max_duration: FloatArray | None
    max_distance: FloatArray | None
    reload_depots: tuple[tuple[int, ...], ...]  # empty: single trips
    max_reloads: tuple[int | None, ...]
    allowed: tuple[tuple[int, ...], ...]  # empty: everybody may visit everyone


def read_fleet(document: Document, depots: tuple[int, ...], size: int, faults: Faults) -> Fleet:
    """Read the fleet; where the file does not say how many, there is one per client."""
    count = max(size - len(depots), 1)
    if "VEHICLES" in document.headers:
        said = document.headers["VEHICLES"]
        count = whole(said, "VEHICLES", faults, least=1, most=_MOST_VEHICLES)
    several = _several(document, count, size, faults)
    return Fleet(
        count=count,
        capacity=_stated(document, "CAPACITY", count, faults),
        depots=_home(document, count, depots, faults),
        unit_cost=_stated(document, "VEHICLES_UNIT_DISTANCE_COST", count, faults),
        fixed_cost=_stated(document, "VEHICLES_FIXED_COST", count, faults),
        max_duration=_stated(document, "VEHICLES_MAX_DURATION", count, faults),
        max_distance=_stated(document, "VEHICLES_MAX_DISTANCE", count, faults),
        reload_depots=_reloads(document, count, depots, faults),
        max_reloads=several,
        allowed=_allowed(document, count, size, faults),
    )


def _stated(document: Document, name: str, count: int, faults: Faults) -> FloatArray | None:
    return column(document, name, count, faults) if name in document else None


def _several(document: Document, count: int, size: int, faults: Faults) -> tuple[int | None, ...]:
    name = "VEHICLES_MAX_RELOADS"
    if name not in document:
        return (None,) * count
    values = column(document, name, count, faults)
    for value in values:
        if value != int(value):
            faults.add(name, "number.not-integer", f"{value:g} is not a whole number of reloads")
    return tuple(min(int(value), size) for value in values)


def _home(
    document: Document, count: int, depots: tuple[int, ...], faults: Faults
) -> tuple[int, ...]:
    if "VEHICLES_DEPOT" not in document:
        return (depots[0] if depots else 0,) * count
    home = []
    for value in column(document, "VEHICLES_DEPOT", count, faults):
        if value - 1 not in depots:
            what = f"{value:g} is no depot of DEPOT_SECTION"
            faults.add("VEHICLES_DEPOT_SECTION", "depot.unknown", what)
        home.append(int(value) - 1)
    return tuple(home)


def _reloads(
    document: Document, count: int, depots: tuple[int, ...], faults: Faults
) -> tuple[tuple[int, ...], ...]:
    name = "VEHICLES_RELOAD_DEPOT"
    if name not in document:
        return ()
    found = lists(document, name, count, int(LARGEST), faults)
    for several in found:
        for node in several:
            if node not in depots:
                what = f"{node + 1} is no depot of DEPOT_SECTION"
                faults.add(name + "_SECTION", "depot.unknown", what)
    return tuple(found)


def _allowed(
    document: Document, count: int, size: int, faults: Faults
) -> tuple[tuple[int, ...], ...]:
    if "VEHICLES_ALLOWED_CLIENTS" not in document:
        return ()
    return tuple(lists(document, "VEHICLES_ALLOWED_CLIENTS", count, size, faults))


def needed_skills(fleet: Fleet, size: int) -> tuple[frozenset[int], ...]:
    """Give the skills that each node asks for: nodes with the same visitors share one."""
    numbers: dict[tuple[int, ...], int] = {}
    return tuple(
        frozenset({numbers.setdefault(visitors, len(numbers))})
        if len(visitors) < fleet.count
        else frozenset()
        for visitors in _visitors(fleet, size)
    )


def held_skills(fleet: Fleet, size: int) -> tuple[frozenset[int], ...]:
    """Give the skills that each vehicle has."""
    held: list[set[int]] = [set() for _ in range(fleet.count)]
    pairs = zip(needed_skills(fleet, size), _visitors(fleet, size), strict=True)
    for needed, visitors in pairs:
        for vehicle in visitors if needed else ():
            held[vehicle] |= needed
    return tuple(map(frozenset, held))


def _visitors(fleet: Fleet, size: int) -> list[tuple[int, ...]]:
    if not fleet.allowed:
        return [tuple(range(fleet.count))] * size
    visitors: list[list[int]] = [[] for _ in range(size)]
    for vehicle, nodes in enumerate(fleet.allowed):
        for node in sorted(set(nodes)):
            visitors[node].append(vehicle)
    for depot in set(fleet.depots):
        visitors[depot] = list(range(fleet.count))
    return [tuple(several) for several in visitors]


def dearest(fleet: Fleet) -> float:
    """Give the highest cost per unit of distance, at least one."""
    return 1.0 if fleet.unit_cost is None else max(1.0, float(fleet.unit_cost.max()))


def priced(
    fleet: Fleet, distances: IntMatrix, coordinates: FloatArray | None, rounding: Rounding
) -> tuple[dict[str, Matrix], tuple[str, ...]]:
    """Give a matrix for each cost per unit of distance, and the profile of each vehicle.

    Where the unit costs one, time, distance and cost are one and the same array.
    """
    units = [1.0] * fleet.count if fleet.unit_cost is None else fleet.unit_cost.tolist()
    matrices = {}
    for unit in sorted(set(units)):
        cost = distances
        if unit != 1.0 and coordinates is not None:
            cost = euclidean(coordinates, replace(rounding, factor=rounding.factor * unit))
            cost[distances == UNREACHABLE] = UNREACHABLE
        elif unit != 1.0:
            cost = np.where(distances == UNREACHABLE, distances, np.rint(distances * unit))
            cost = cost.astype(np.int64)
        matrices[_profile(unit)] = Matrix(duration_s=distances, distance_m=distances, cost=cost)
    return matrices, tuple(_profile(unit) for unit in units)


def _profile(unit: float) -> str:
    return "car" if unit == 1.0 else f"car at {unit!r}"
