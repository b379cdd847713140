"""The native problem file: JSON, a superset of VROOM's input with matrices given.

``docs/formats.md`` lists every key. Reading either gives a :class:`Problem` in which every
reference holds, or raises with every fault.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from solver.formats.faults import Fault, Faults, ProblemInvalid, TooManyFaults
from solver.formats.json_text import load_json
from solver.formats.keys import PROBLEM
from solver.formats.matrices import read_matrices
from solver.formats.problem_out import write_problem
from solver.formats.references import check_references
from solver.formats.values import FAULTY
from solver.problem import HORIZON_S, Job, Place, Problem, Shipment, Vehicle

__all__ = ["Fault", "ProblemInvalid", "read_problem", "write_problem"]


def read_problem(source: Path | str | Mapping[str, Any]) -> Problem:
    """Read a problem from a file, a JSON text or an object that is loaded already.

    Raises
    ------
    ProblemInvalid
        With every fault of the file by JSON path.
    """
    faults = Faults(stops=True)
    problem = None
    with suppress(TooManyFaults):
        raw = load_json(source, faults)
        problem = None if raw is FAULTY else _problem(raw, faults)
    if len(faults) or problem is None:
        raise ProblemInvalid(tuple(faults))
    return problem


def _problem(raw: Any, faults: Faults) -> Problem | None:
    found = PROBLEM.read(raw, "$", faults)
    if found is None:
        return None
    matrices = read_matrices(raw, faults)
    dimensions = _dimensions(found.get("vehicles", ()))
    latest = _latest_instant(found)
    # An instant beyond the horizon is a timestamp: who states no window is there then, too.
    horizon = HORIZON_S if latest <= HORIZON_S else latest + HORIZON_S
    separation = found.get("separation_s", 0)
    problem = Problem(
        vehicles=tuple(_vehicle(v, dimensions, horizon) for v in found.get("vehicles", ())),
        jobs=tuple(_job(job, dimensions) for job in found.get("jobs", ())),
        shipments=tuple(_shipment(s, dimensions) for s in found.get("shipments", ())),
        matrices=matrices,
        places=tuple(Place(**({"separation_s": separation} | p)) for p in found.get("places", ())),
        dimensions=dimensions,
        **{key: found[key] for key in _TAKEN_AS_THEY_ARE if key in found},
    )
    check_references(problem, raw, faults)
    return problem


_TAKEN_AS_THEY_ARE = ("bays", "separation_s", "objective", "previous", "cost_scale")


def _dimensions(vehicles: tuple[dict[str, Any], ...]) -> int:
    """Count the dimensions as VROOM does: those of the first vehicle's capacity."""
    return len(vehicles[0].get("capacity", ())) if vehicles else 0


def _latest_instant(found: Mapping[str, Any]) -> int:
    return max(_instants(found), default=0)


def _instants(found: Mapping[str, Any]) -> Iterator[int]:
    for job in found.get("jobs", ()):
        yield job.release_s
        yield from (end for _, end in job.windows)
    for shipment in found.get("shipments", ()):
        for step in (shipment.pickup, shipment.delivery, shipment.via):
            yield from (end for _, end in step.windows) if step else ()
    for vehicle in found.get("vehicles", ()):
        yield vehicle.get("window", (0, 0))[1]
        for pause in vehicle.get("breaks", ()):
            yield from (end for _, end in pause.time_windows)


def _vehicle(found: dict[str, Any], dimensions: int, horizon: int) -> Vehicle:
    vehicle = Vehicle(**({"capacity": (0,) * dimensions, "window": (0, horizon)} | found))
    several = vehicle.max_trips > 1 or vehicle.reload_service_s > 0
    if several and not vehicle.points and vehicle.start is not None:
        return replace(vehicle, points=(vehicle.start,))
    return vehicle


def _job(job: Job, dimensions: int) -> Job:
    nothing = (0,) * dimensions
    delivery = job.delivery or nothing
    if not job.delivery and job.parts and all(len(part) == dimensions for part in job.parts):
        delivery = tuple(map(sum, zip(*job.parts, strict=True)))
    return replace(job, delivery=delivery, pickup=job.pickup or nothing)


def _shipment(shipment: Shipment, dimensions: int) -> Shipment:
    return replace(shipment, amount=shipment.amount or (0,) * dimensions)
