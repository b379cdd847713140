"""Travel of vans between suppliers and points on the district's map."""

from shapely.geometry import Polygon

from geodata.closures import Shut, outside_hours
from geodata.district import District
from geodata.travel.matrix import Stop, travel_matrix
from geodata.travel.network import Network
from logistics.domain.closures import closed_to
from logistics.domain.vans import VanInputs
from solver.problem import Matrix

MODE = "van"


def van_matrix(inputs: VanInputs, district: District) -> Matrix:
    """Measure every way between the places of a run's vans, around what is closed that day.

    What is closed for a part of the day is left out for all of it. The rows are those of
    ``inputs.places``.
    """
    on_map = {"gate": set(district.gates["id"]), "way": set(district.ways["id"])}
    kept = [one for one in inputs.closures if one.kind == "area" or one.target in on_map[one.kind]]
    outside = outside_hours(district, (inputs.since, inputs.until))
    closed = closed_to(kept, MODE)
    shut = Shut(
        gates=outside.gates.union(inputs.closed_gates, closed.gates),
        ways=outside.ways.union(closed.ways),
        areas=tuple(Polygon(rings[0], rings[1:]) for rings in closed.areas),
    )
    stops = [Stop(id=one.id, lon=one.lon, lat=one.lat) for one in inputs.places]
    travel = travel_matrix(district, stops, MODE, network=Network.of(district, MODE, shut))
    return Matrix(
        duration_s=travel.duration_s, distance_m=travel.distance_m, cost=travel.duration_s
    )
