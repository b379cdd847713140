"""From the parts of a model to the problem that is solved, every reference checked."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from solver.arguments import ArgumentInvalid
from solver.formats.faults import Faults, ProblemInvalid
from solver.formats.references import check_references
from solver.model_parts import Client, Errand, VehicleType
from solver.problem import HORIZON_S, Amounts, Job, Problem, Shipment, Vehicle


def dimensions_of(
    kinds: Sequence[VehicleType], clients: Sequence[Client], errands: Sequence[Errand]
) -> int:
    """Count the dimensions of amounts: those of the vehicles, or of what is to be carried."""
    carried = [vehicle.capacity for kind in kinds for vehicle in kind.vehicles]
    asked = [client.job.delivery or client.job.pickup for client in clients]
    brought = [errand.shipment.amount for errand in errands]
    wanted = max(map(len, (*asked, *brought)), default=0)
    if wanted and not all(carried):
        mend = f"clients have {wanted} amount(s): give every vehicle type a capacity"
        raise ArgumentInvalid("capacity", (), mend)
    return max(map(len, carried), default=0)


def vehicles_of(
    kinds: Sequence[VehicleType], clients: Sequence[Client], errands: Sequence[Errand]
) -> tuple[Vehicle, ...]:
    """List every single vehicle; a shift without end ends later than anything in the model."""
    horizon = _horizon(clients, errands)
    return tuple(
        replace(vehicle, window=(vehicle.window[0], horizon)) if kind.open_shift else vehicle
        for kind in kinds
        for vehicle in kind.vehicles
    )


def _horizon(clients: Sequence[Client], errands: Sequence[Errand]) -> int:
    latest = max(_instants(clients, errands), default=0)
    return HORIZON_S if latest <= HORIZON_S else latest + HORIZON_S


def _instants(clients: Sequence[Client], errands: Sequence[Errand]) -> Iterator[int]:
    for client in clients:
        yield client.job.release_s
        yield from (end for _, end in client.job.windows)
    for errand in errands:
        for leg in (errand.shipment.pickup, errand.shipment.via, errand.shipment.delivery):
            yield from (end for _, end in leg.windows) if leg is not None else ()


def jobs_of(clients: Sequence[Client], nothing: Amounts) -> tuple[Job, ...]:
    """List the jobs, with amounts in every dimension."""
    return tuple(
        replace(
            client.job,
            delivery=client.job.delivery or nothing,
            pickup=client.job.pickup or nothing,
        )
        for client in clients
    )


def shipments_of(errands: Sequence[Errand], nothing: Amounts) -> tuple[Shipment, ...]:
    """List the shipments, with amounts in every dimension."""
    return tuple(replace(e.shipment, amount=e.shipment.amount or nothing) for e in errands)


def checked(problem: Problem) -> Problem:
    """Give the problem back if everything in it fits together.

    Raises
    ------
    ProblemInvalid
        With everything that does not, by its path in the problem file.
    """
    faults = Faults()
    given = {
        "vehicles": problem.vehicles,
        "jobs": problem.jobs,
        "shipments": problem.shipments,
        "matrices": {
            name: {"distances": matrix.distance_m} for name, matrix in problem.matrices.items()
        },
    }
    check_references(problem, given, faults)
    if len(faults):
        raise ProblemInvalid(tuple(faults))
    return problem


def stations_of(problem: Problem) -> tuple[int, ...]:
    """List the locations where some vehicle starts, loads or ends, each once."""
    found: dict[int, None] = {}
    for vehicle in problem.vehicles:
        for location in (vehicle.start, *vehicle.points, vehicle.end):
            if location is not None:
                found[location] = None
    return tuple(found)
