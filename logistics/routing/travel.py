"""Travel between the points and stairwells of a run, one matrix per mode of its couriers."""

from geodata.district import District
from geodata.matrix import Stop, travel_matrix
from logistics.domain.planning import PlanInputs
from logistics.routing.problem import locations
from solver.problem import Matrix


def matrices(inputs: PlanInputs, district: District) -> dict[str, Matrix]:
    """Measure every way between the run's places, around the gates that are closed."""
    stops = [Stop(id=spot.id, lon=spot.lon, lat=spot.lat) for spot in locations(inputs)]
    closed = frozenset(inputs.closed_gates)
    found = {}
    for mode in sorted({carrier.mode for carrier in inputs.carriers}):
        travel = travel_matrix(district, stops, mode, closed_gates=closed)
        found[mode] = Matrix(
            duration_s=travel.duration_s, distance_m=travel.distance_m, cost=travel.duration_s
        )
    return found
