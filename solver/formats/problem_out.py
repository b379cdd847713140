"""Write a problem as its native file, by the tables that read it."""

from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from solver.formats.keys import (
    BAY,
    BREAK,
    COSTS,
    JOB,
    OBJECTIVE,
    PLACE,
    SHIPMENT,
    SHIPMENT_STEP,
    VEHICLE,
    VEHICLE_STEP,
)
from solver.formats.matrices import matrices_out
from solver.formats.values import Table, ignored, seconds_by_type
from solver.problem import (
    Bay,
    Break,
    Job,
    LockedStep,
    Objective,
    Place,
    PreviousRoute,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
)

_TABLES: dict[type, Table] = {
    Bay: BAY,
    Break: BREAK,
    Job: JOB,
    LockedStep: VEHICLE_STEP,
    Objective: OBJECTIVE,
    Place: PLACE,
    Shipment: SHIPMENT,
    ShipmentStep: SHIPMENT_STEP,
    Vehicle: VEHICLE,
}

_ALWAYS = frozenset({"window", "separation_s"})  # their defaults depend on the rest of the file


def write_problem(problem: Problem) -> dict[str, Any]:
    """Write what :func:`solver.formats.native.read_problem` reads back as the same problem."""
    out: dict[str, Any] = {
        "vehicles": [_vehicle(vehicle) for vehicle in problem.vehicles],
        "jobs": _plain(problem.jobs),
        "matrices": matrices_out(problem.matrices),
    }
    extras: dict[str, Any] = {
        "shipments": _plain(problem.shipments),
        "separation": problem.separation_s,
        "places": _plain(problem.places),
        "bays": _plain(problem.bays),
        "objective": _plain(problem.objective),
    }
    out |= {key: value for key, value in extras.items() if value}
    if problem.cost_scale != 1:
        out["cost_scale"] = problem.cost_scale
    if problem.previous:
        out["previous"] = {"routes": [_previous(route) for route in problem.previous]}
    return out


def _vehicle(vehicle: Vehicle) -> dict[str, Any]:
    out = _object(vehicle, VEHICLE)
    costs = _object(vehicle, COSTS)
    return out | {"costs": costs} if costs else out


def _previous(route: PreviousRoute) -> dict[str, Any]:
    steps = [
        {"type": stop.type, "id": stop.id, "arrival": stop.arrival_s, "trip": stop.trip}
        for stop in route.stops
    ]
    return {"vehicle": route.vehicle, "steps": steps}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _object(value, _TABLES[type(value)])
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _object(value: Any, table: Table) -> dict[str, Any]:
    """Write the keys of an object that say more than their default."""
    defaults = {field.name: field.default for field in fields(value)}
    out: dict[str, Any] = {}
    written: set[str] = set()
    for key in table.keys:
        attribute = key.attribute or key.name
        if key.read is ignored or attribute not in defaults or attribute in written:
            continue
        written.add(attribute)
        found = getattr(value, attribute)
        default = defaults[attribute]
        if attribute in _ALWAYS or key.required or default is MISSING or found != default:
            out[key.name] = dict(found) if key.read is seconds_by_type else _plain(found)
    return out
