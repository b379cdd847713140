"""Travel between the points and stairwells of a run, one matrix per way its couriers travel."""

from geodata.district import District
from geodata.matrix import Stop, travel_matrix
from logistics.domain.planning import PlanInputs
from logistics.routing.problem import honoured, locations, profile
from solver.problem import Matrix


def matrices(inputs: PlanInputs, district: District) -> dict[str, Matrix]:
    """Measure every way between the run's places, around the gates that are closed; by profile.

    What is closed for a part of the wave is left out for all of it.
    """
    stops = [Stop(id=spot.id, lon=spot.lon, lat=spot.lat) for spot in locations(inputs)]
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
