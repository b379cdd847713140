"""VRPLIB files with the extensions of the public PyVRP collection.

Clients become jobs whose id is their number in solution files (their node's number less one),
vehicles are numbered from 1 as in the file. Times, distances and costs share one unit: the
family's distance times its rounding's factor (:mod:`solver.formats.families`).
"""

from typing import Final

import numpy as np

from solver.formats.distances import KNOWN_TYPES, STRAIGHT, coordinates_of, euclidean, explicit
from solver.formats.families import (
    FAMILIES,
    REAL_CVRP,
    ROUNDINGS,
    Family,
    FloatArray,
    Rounding,
    family_of,
)
from solver.formats.faults import Faults, ProblemInvalid
from solver.formats.fleets import dearest, priced, read_fleet
from solver.formats.nodes import Scaled, amount_scale, read_nodes
from solver.formats.sections import Document, number, read_document, whole
from solver.formats.values import TIME_MAX
from solver.problem import UNREACHABLE, IntMatrix, Problem

__all__ = ["ProblemInvalid", "read_vrplib"]

_USED: Final = frozenset(
    (
        "DIMENSION", "DISTANCE", "EDGE_WEIGHT_FORMAT", "EDGE_WEIGHT_SECTION",
        "EDGE_WEIGHT_TYPE", "NODE_COORD_SECTION", "TYPE", "VEHICLES",
        "PICKUP_AND_DELIVERY_SECTION",
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

_CANNOT_BE_SAID: Final = {
    "MUTUALLY_EXCLUSIVE_GROUP_SECTION": "groups of which one is visited cannot be solved here",
}
_MOST_NODES: Final = 20_000  # a matrix of 3.2 GB


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
    kind = _kind(document, family, faults)
    rounded = _rounding(kind, rounding, faults)
    _nothing_unknown(document, faults)
    size = _dimension(document, faults)
    if kind is None or rounded is None or size is None:
        raise ProblemInvalid(tuple(faults))
    _nothing_missing(document, kind, faults)
    problem = _problem(document, size, kind, rounded, faults)
    if problem is None or len(faults):
        raise ProblemInvalid(tuple(faults))
    return problem


def _kind(document: Document, family: str | None, faults: Faults) -> Family | None:
    word = family or document.headers.get("TYPE", "CVRP")
    kind = family_of(word)
    if kind is None:
        known = ", ".join(FAMILIES)
        faults.add("TYPE", "value.unknown", f"{word} is no family that is known: give {known}")
    elif kind.name == "CVRP" and family is None and _is_real(document):
        return FAMILIES["DCVRP"]
    return kind


def _is_real(document: Document) -> bool:
    return "DISTANCE" in document or document.headers.get("NAME", "").upper().startswith(REAL_CVRP)


def _rounding(kind: Family | None, name: str | None, faults: Faults) -> Rounding | None:
    if name is None:
        return None if kind is None else ROUNDINGS[kind.rounding]
    if name not in ROUNDINGS:
        known = ", ".join(ROUNDINGS)
        faults.add("rounding", "value.unknown", f"{name} is no rounding: give {known}")
    return ROUNDINGS.get(name)


def _cost_scale(kind: Family, rounding: Rounding) -> int:
    if rounding.name == kind.rounding:
        return kind.cost_scale
    return round(rounding.factor) * kind.units


def _nothing_unknown(document: Document, faults: Faults) -> None:
    for name in (*document.headers, *document.sections):
        if name in _CANNOT_BE_SAID:
            faults.add(name, "key.unsupported", _CANNOT_BE_SAID[name])
        elif name not in _USED and name not in _TOLD_ONLY:
            faults.add(name, "key.unknown", "this is not understood, and might be a rule")


def _nothing_missing(document: Document, kind: Family, faults: Faults) -> None:
    given = {name.removesuffix("_SECTION") for name in (*document.headers, *document.sections)}
    paired = "PICKUP_AND_DELIVERY" in given
    for needed in kind.needs:
        if needed in given or (needed == "DEMAND" and "LINEHAUL" in given):
            continue
        if not (paired and needed in {"DEMAND", "TIME_WINDOW"}):
            what = f"a problem of the family {kind.name} has this"
            faults.add(f"{needed}_SECTION", "section.missing", what)


def _dimension(document: Document, faults: Faults) -> int | None:
    if "DIMENSION" not in document.headers:
        faults.add("DIMENSION", "key.missing", "say how many nodes there are")
        return None
    before = len(faults)
    said = document.headers["DIMENSION"]
    size = whole(said, "DIMENSION", faults, least=1, most=_MOST_NODES)
    return size if len(faults) == before else None


def _problem(
    document: Document, size: int, kind: Family, rounding: Rounding, faults: Faults
) -> Problem | None:
    nodes = read_nodes(document, size, faults)
    fleet = read_fleet(document, nodes.depots, size, faults)
    longest = None
    if "DISTANCE" in document.headers:
        longest = number(document.headers["DISTANCE"], "DISTANCE", faults)
    amounts = amount_scale(nodes, fleet, faults)
    coordinates, distances = _distances(document, size, rounding, faults)
    if not nodes.clients:
        faults.add("DIMENSION", "problem.no-jobs", "there are only depots: give clients, too")
    if len(faults):
        return None
    longest_arc = int(distances.max(initial=0))
    if longest_arc * dearest(fleet) > TIME_MAX:
        what = f"the longest arc, times its cost, is above {TIME_MAX}: use a larger unit"
        faults.add("NODE_COORD_SECTION", "number.too-large", what)
        return None
    scaled = Scaled(nodes, fleet, rounding, longest_arc, amounts)
    backhauls = kind.name == "VRPB"
    if backhauls:  # no tour begins with a backhaul
        for depot in nodes.depots:
            distances[depot, nodes.backhaul > 0] = UNREACHABLE
    matrices, profiles = priced(fleet, distances, coordinates, rounding)
    return Problem(
        vehicles=scaled.vehicles(profiles, longest),
        jobs=scaled.jobs(linehaul_first=backhauls),
        shipments=scaled.shipments(),
        matrices=matrices,
        dimensions=1,
        cost_scale=_cost_scale(kind, rounding),
    )


def _distances(
    document: Document, size: int, rounding: Rounding, faults: Faults
) -> tuple[FloatArray | None, IntMatrix]:
    """Give coordinates, where distances are straight lines between them, and distances."""
    nothing = np.zeros((0, 0), dtype=np.int64)
    style = document.headers.get("EDGE_WEIGHT_TYPE", "").upper()
    coordinates = coordinates_of(document, size, faults)
    if style == "EXPLICIT":
        return None, explicit(document, size, rounding, faults)
    if style not in STRAIGHT:
        known = ", ".join(KNOWN_TYPES)
        faults.add("EDGE_WEIGHT_TYPE", "value.unknown", f"{style or 'nothing'}: give {known}")
    if coordinates is None:
        faults.add("NODE_COORD_SECTION", "section.missing", "there are no coordinates")
        return None, nothing
    if len(faults):
        return None, nothing
    distances = euclidean(coordinates, rounding, STRAIGHT[style])
    return coordinates if style == "EUC_2D" else None, distances
