"""Travel between the points and stairwells of a run, one matrix per way its couriers travel."""

from collections.abc import Sequence
from datetime import datetime

from geodata.district import District
from geodata.matrix import Stop, travel_matrix
from logistics.domain.closures import changes_within
from logistics.domain.planning import PlanInputs
from logistics.routing.problem import Spot, honoured, locations, profile
from solver.problem import Matrix


def matrices(
    inputs: PlanInputs, district: District, *, spots: Sequence[Spot] | None = None
) -> dict[str, Matrix]:
    """Measure every way between the run's places, around the gates that are closed; by profile.

    What is closed for a part of the wave is left out for all of it.

    Parameters
    ----------
    spots
        The places, in the order of the rows; without them those of the run's problem.
    """
    order = locations(inputs) if spots is None else spots
    stops = [Stop(id=spot.id, lon=spot.lon, lat=spot.lat) for spot in order]
    found = {}
    for carrier in inputs.carriers:
        kind = profile(inputs, carrier)
        if kind in found:
            continue
        permits = honoured(inputs, carrier)
        closed = {
            closure.target
            for closure in inputs.closures
            if closure.kind == "gate" and closure.stops(carrier.mode, permits)
        }
        shut = frozenset(closed.union(inputs.closed_gates))
        travel = travel_matrix(district, stops, carrier.mode, closed_gates=shut)
        found[kind] = Matrix(
            duration_s=travel.duration_s, distance_m=travel.distance_m, cost=travel.duration_s
        )
    return found


def changes(inputs: PlanInputs, district: District) -> tuple[datetime, ...]:  # noqa: ARG001
    """List the instants inside the wave at which a gate, way or area opens or closes."""
    return () if inputs.wave is None else changes_within(inputs.closures, *inputs.wave)
