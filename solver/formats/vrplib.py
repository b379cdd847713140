"""VRPLIB files with the extensions of the public PyVRP collection.

Clients become jobs whose id is their number in solution files (their node's number less one),
vehicles are numbered from 1 as in the file. Times, distances and costs share one unit: the
family's distance times its rounding's factor (:mod:`solver.formats.families`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from solver.formats.distances import (
    KNOWN_TYPES,
    coordinates_of,
    euclidean,
    explicit,
)
from solver.formats.families import FAMILIES, ROUNDINGS, Family, FloatArray, Rounding, family_of
from solver.formats.faults import Faults, ProblemInvalid
from solver.formats.fleets import Fleet, held_skills, needed_skills, priced, read_fleet
from solver.formats.sections import Document, column, number, read_document, table, whole
from solver.problem import HORIZON_S, UNREACHABLE, IntMatrix, Job, Problem, Vehicle, Window

__all__ = ["ProblemInvalid", "read_vrplib"]

_USED: Final = frozenset(
    (
        "DIMENSION", "DISTANCE", "EDGE_WEIGHT_FORMAT", "EDGE_WEIGHT_SECTION",
        "EDGE_WEIGHT_TYPE", "NODE_COORD_SECTION", "TYPE", "VEHICLES",
        "BACKHAUL_SECTION", "DEMAND_SECTION", "DEPOT_SECTION", "LINEHAUL_SECTION",
        "PRIZE_SECTION", "RELEASE_TIME", "RELEASE_TIME_SECTION", "SERVICE_TIME",
        "SERVICE_TIME_SECTION", "TIME_WINDOW_SECTION", "CAPACITY", "CAPACITY_SECTION",
        "VEHICLES_ALLOWED_CLIENTS_SECTION", "VEHICLES_DEPOT_SECTION",
        "VEHICLES_RELOAD_DEPOT_SECTION",
        "VEHICLES_FIXED_COST", "VEHICLES_FIXED_COST_SECTION",
        "VEHICLES_MAX_DISTANCE", "VEHICLES_MAX_DISTANCE_SECTION",
        "VEHICLES_MAX_DURATION", "VEHICLES_MAX_DURATION_SECTION",
        "VEHICLES_MAX_RELOADS", "VEHICLES_MAX_RELOADS_SECTION",
        "VEHICLES_UNIT_DISTANCE_COST", "VEHICLES_UNIT_DISTANCE_COST_SECTION",
    )
)  # fmt: skip
_TOLD_ONLY: Final = frozenset(
    (
        "AUTHOR", "BEST_KNOWN", "COMMENT", "DISPLAY_DATA_SECTION", "DISPLAY_DATA_TYPE", "NAME",
        "NODE_COORD_TYPE", "OPTIMAL_VALUE",
    )
)  # fmt: skip
"""Lines that say nothing about the problem."""


@dataclass(frozen=True, slots=True)
class _Clients:
    """What is known per node; arrays over all nodes, depots included."""

    demand: FloatArray
    backhaul: FloatArray
    service: FloatArray
    windows: FloatArray | None
    prize: FloatArray
    release: FloatArray


def read_vrplib(text: str, *, family: str | None = None, rounding: str | None = None) -> Problem:
    """Read a problem.

    Parameters
    ----------
    family
        Instead of the file's ``TYPE``: which conventions hold.
    rounding
        Instead of the family's: ``round``, ``trunc``, ``dimacs`` or ``exact``. Costs are then
        published in the file's own units.

    Raises
    ------
    ProblemInvalid
        With every fault by section and line.
    """
    faults = Faults()
    document = read_document(text, faults)
    found = _conventions(document, family, rounding, faults)
    _nothing_unknown(document, faults)
    size = _dimension(document, faults)
    if found is None or size is None:
        raise ProblemInvalid(tuple(faults))
    kind, rounded, scale = found
    problem = _problem(document, size, kind, rounded, scale, faults)
    if problem is None or len(faults):
        raise ProblemInvalid(tuple(faults))
    return problem


def _conventions(
    document: Document, family: str | None, rounding: str | None, faults: Faults
) -> tuple[Family, Rounding, int] | None:
    word = family or document.headers.get("TYPE", "CVRP")
    kind = family_of(word)
    if kind is None:
        known = ", ".join(FAMILIES)
        faults.add("TYPE", "value.unknown", f"{word} is no family that is known: give {known}")
    if rounding is not None and rounding not in ROUNDINGS:
        known = ", ".join(ROUNDINGS)
        faults.add("rounding", "value.unknown", f"{rounding} is no rounding: give {known}")
        return None
    if kind is None:
        return None
    if kind.name == "CVRP" and "DISTANCE" in document:
        kind = FAMILIES["DCVRP"]
    if rounding is None or rounding == kind.rounding:
        return kind, ROUNDINGS[kind.rounding], kind.cost_scale
    per_unit = 100 if kind.name == "HFVRP" else 1
    return kind, ROUNDINGS[rounding], round(ROUNDINGS[rounding].factor * per_unit)


def _nothing_unknown(document: Document, faults: Faults) -> None:
    for name in (*document.headers, *document.sections):
        if name not in _USED and name not in _TOLD_ONLY:
            faults.add(name, "key.unknown", "this is not understood, and might be a rule")


def _dimension(document: Document, faults: Faults) -> int | None:
    if "DIMENSION" not in document.headers:
        faults.add("DIMENSION", "key.missing", "say how many nodes there are")
        return None
    before = len(faults)
    size = whole(document.headers["DIMENSION"], "DIMENSION", faults, least=1, most=100_000)
    rows = max((len(rows) for rows in document.sections.values()), default=0)
    if len(faults) == before and rows == 0:
        faults.add("NODE_COORD_SECTION", "section.missing", "there are no sections")
    return size if len(faults) == before else None


def _problem(
    document: Document, size: int, kind: Family, rounding: Rounding, scale: int, faults: Faults
) -> Problem | None:
    depots = _depots(document, size, faults)
    clients = _clients(document, size, len(depots), faults)
    fleet = read_fleet(document, depots, size, faults)
    coordinates = coordinates_of(document, size, faults)
    distances = _distances(document, coordinates, size, rounding, faults)
    if len(faults):
        return None
    times = _Times(rounding, clients, fleet, distances)
    amounts = _amount_scale(clients, fleet, faults)
    if len(faults):
        return None
    if kind.name == "VRPB":
        _linehaul_first(distances, clients, depots)
    matrices, profiles = priced(fleet, distances, coordinates, rounding)
    longest = None
    if "DISTANCE" in document:
        longest = rounding.integer(number(document.headers["DISTANCE"], "DISTANCE", faults))
    return Problem(
        vehicles=_vehicles(fleet, times, profiles, amounts, clients, longest),
        jobs=_jobs(clients, fleet, times, amounts, depots, kind),
        matrices=matrices,
        dimensions=1,
        cost_scale=scale,
    )


def _depots(document: Document, size: int, faults: Faults) -> tuple[int, ...]:
    found: list[int] = []
    for row in document.rows("DEPOT"):
        for word in row.words:
            if word == "-1":
                return _some_depot(tuple(found), faults)
            node = whole(word, row.at, faults, least=1, most=size) - 1
            if node in found:
                faults.add(row.at, "row.twice", f"{word} is there twice: keep one")
            else:
                found.append(node)
    if not document.rows("DEPOT"):
        return (0,)  # who says nothing starts at the first node
    return _some_depot(tuple(found), faults)


def _some_depot(found: tuple[int, ...], faults: Faults) -> tuple[int, ...]:
    if not found:
        faults.add("DEPOT_SECTION", "depot.missing", "name the nodes that are depots")
        return (0,)
    return found


def _clients(document: Document, size: int, depots: int, faults: Faults) -> _Clients:
    if "DEMAND" in document and "LINEHAUL" in document:
        faults.add("LINEHAUL_SECTION", "section.twice", "DEMAND_SECTION says the same: keep one")
    demand = "LINEHAUL" if "LINEHAUL" in document else "DEMAND"
    windows = None
    if "TIME_WINDOW" in document:
        windows = table(document, "TIME_WINDOW", (size, 2), faults)
        for node in np.flatnonzero(windows[:, 0] > windows[:, 1]):
            low, high = windows[node]
            what = f"node {node + 1}: the window ends at {high:g} before it starts at {low:g}"
            faults.add("TIME_WINDOW_SECTION", "window.order", what)
    return _Clients(
        demand=column(document, demand, size, faults),
        backhaul=column(document, "BACKHAUL", size, faults),
        service=column(document, "SERVICE_TIME", size, faults),
        windows=windows,
        prize=column(document, "PRIZE", size, faults),
        release=column(document, "RELEASE_TIME", size, faults),
    )


def _distances(
    document: Document,
    coordinates: FloatArray | None,
    size: int,
    rounding: Rounding,
    faults: Faults,
) -> IntMatrix:
    nothing = np.zeros((0, 0), dtype=np.int64)
    style = document.headers.get("EDGE_WEIGHT_TYPE", "").upper()
    if style == "EXPLICIT":
        return explicit(document, size, rounding, faults)
    if style != "EUC_2D":
        known = ", ".join(KNOWN_TYPES)
        faults.add("EDGE_WEIGHT_TYPE", "value.unknown", f"{style or 'nothing'}: give {known}")
    if coordinates is None:
        faults.add("NODE_COORD_SECTION", "section.missing", "there are no coordinates")
        return nothing
    return nothing if len(faults) else euclidean(coordinates, rounding)


def _amount_scale(clients: _Clients, fleet: Fleet, faults: Faults) -> int:
    """Find the power of ten by which amounts become whole."""
    stated = [clients.demand, clients.backhaul]
    stated += [fleet.capacity] if fleet.capacity is not None else []
    amounts = np.concatenate(stated)
    for scale in (1, 10, 100, 1000):
        if np.allclose(amounts * scale, np.rint(amounts * scale), rtol=0, atol=1e-6):
            return scale
    faults.add("DEMAND_SECTION", "value.range", "amounts have more than three decimals")
    return 1


def _linehaul_first(distances: IntMatrix, clients: _Clients, depots: Sequence[int]) -> None:
    """Close the ways that a tour with backhauls may not take: none begins with a backhaul."""
    for depot in depots:
        distances[depot, clients.backhaul > 0] = UNREACHABLE


class _Times:
    """Times of a file in the solver's integers."""

    def __init__(
        self, rounding: Rounding, clients: _Clients, fleet: Fleet, distances: IntMatrix
    ) -> None:
        self.rounding = rounding
        self.service = rounding.integers(clients.service.copy())
        self.release = rounding.integers(clients.release.copy())
        self.prize = rounding.integers(clients.prize.copy())
        self.windows = None
        if clients.windows is not None:
            self.windows = rounding.integers(clients.windows.copy())
        # Without windows nothing may come too late: the longest possible tour ends before.
        longest = int(distances.max(initial=0)) * (len(distances) + 1) * 2
        self.latest = max(HORIZON_S, longest + int(self.service.sum()))

    def window(self, node: int) -> Window:
        """Give the window of a node; without windows, always."""
        if self.windows is None:
            return 0, self.latest
        return int(self.windows[node, 0]), int(self.windows[node, 1])

    def fixed_cost(self, fleet: Fleet, vehicle: int) -> int:
        """Give what using a vehicle costs."""
        return self.limit(fleet.fixed_cost, vehicle) or 0

    def limit(self, values: FloatArray | None, vehicle: int) -> int | None:
        """Give the limit of one vehicle."""
        return None if values is None else self.rounding.integer(float(values[vehicle]))


def _jobs(
    clients: _Clients,
    fleet: Fleet,
    times: _Times,
    amounts: int,
    depots: Sequence[int],
    kind: Family,
) -> tuple[Job, ...]:
    needs = needed_skills(fleet, len(clients.demand))
    home = set(depots)
    return tuple(
        Job(
            id=node,
            location=node,
            service_s=int(times.service[node]),
            delivery=(round(float(clients.demand[node]) * amounts),),
            pickup=(round(float(clients.backhaul[node]) * amounts),),
            skills=needs[node],
            windows=() if times.windows is None else (times.window(node),),
            zone=int(kind.name == "VRPB" and clients.backhaul[node] > 0),
            release_s=int(times.release[node]),
            prize=int(times.prize[node]) or None,
        )
        for node in range(len(clients.demand))
        if node not in home
    )


def _vehicles(
    fleet: Fleet,
    times: _Times,
    profiles: Sequence[str],
    amounts: int,
    clients: _Clients,
    distance_limit: int | None,
) -> tuple[Vehicle, ...]:
    everything = round(float(clients.demand.sum() + clients.backhaul.sum()) * amounts)
    has = held_skills(fleet, len(clients.demand))
    trips = len(clients.demand)
    vehicles = []
    for k in range(fleet.count):
        capacity = everything
        if fleet.capacity is not None:
            capacity = round(float(fleet.capacity[k]) * amounts)
        points = fleet.reload_depots[k] if fleet.reload_depots else ()
        reloads = fleet.max_reloads[k]
        most = trips if reloads is None else reloads + 1
        vehicles.append(
            Vehicle(
                id=k + 1,
                profile=profiles[k],
                start=fleet.depots[k],
                end=fleet.depots[k],
                capacity=(capacity,),
                skills=has[k],
                window=times.window(fleet.depots[k]),
                points=points,
                max_trips=most if points else 1,
                fixed_cost=times.fixed_cost(fleet, k),
                max_distance_m=times.limit(fleet.max_distance, k),
                max_duration_s=times.limit(fleet.max_duration, k) or distance_limit,
            )
        )
    return tuple(vehicles)
