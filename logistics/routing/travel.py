"""Travel between the points and stairwells of a run, one matrix per way its couriers travel."""

from collections.abc import Sequence
from datetime import datetime

from shapely.geometry import Polygon

from geodata.closures import Closures, Shut, outside_hours
from geodata.district import District
from geodata.travel.matrix import Stop, travel_matrix
from geodata.travel.network import Network
from logistics.domain.closures import Closure, changes_within, closed_to
from logistics.domain.planning import PlanInputs
from logistics.routing.problem import Spot, honoured, locations, profile
from solver.problem import Matrix


def matrices(
    inputs: PlanInputs, district: District, *, spots: Sequence[Spot] | None = None
) -> dict[str, Matrix]:
    """Measure every way between the run's places, around what is closed; by profile.

    Parameters
    ----------
    spots
        The places, in the order of the rows; without them those of the run's problem.
    """
    order = locations(inputs) if spots is None else spots
    stops = [Stop(id=spot.id, lon=spot.lon, lat=spot.lat) for spot in order]
    found = {}
    for kind, (mode, shut) in shut_by_profile(inputs, district).items():
        travel = travel_matrix(district, stops, mode, network=Network.of(district, mode, shut))
        found[kind] = Matrix(
            duration_s=travel.duration_s, distance_m=travel.distance_m, cost=travel.duration_s
        )
    return found


def shut_by_profile(inputs: PlanInputs, district: District) -> dict[str, tuple[str, Shut]]:
    """Say the mode of each profile, and all that it finds closed at some time of the wave.

    Notes
    -----
    A plan has one matrix for the whole wave. What is closed for a part of it is left out for all
    of it: a courier may then go a longer way, but never stands before a closed gate.
    """
    kept = [one for one in inputs.closures if _on_the_map(one, district)]
    outside = outside_hours(district, inputs.wave)
    found = {}
    for carrier in inputs.carriers:
        closed = closed_to(kept, carrier.mode, honoured(inputs, carrier))
        shut = Shut(
            gates=outside.gates.union(inputs.closed_gates, closed.gates),
            ways=outside.ways.union(closed.ways),
            areas=tuple(Polygon(rings[0], rings[1:]) for rings in closed.areas),
        )
        found[profile(inputs, carrier)] = (carrier.mode, shut)
    return dict(sorted(found.items()))


def changes(inputs: PlanInputs, district: District) -> tuple[datetime, ...]:
    """List the instants inside the wave at which a gate, way or area opens or closes."""
    if inputs.wave is None:
        return ()
    hours = Closures().within(district).changes(*inputs.wave)
    return tuple(sorted({*changes_within(inputs.closures, *inputs.wave), *hours}))


def lost(inputs: PlanInputs, district: District) -> tuple[Closure, ...]:
    """List the closures whose gate or way the map no longer has; they close nothing."""
    return tuple(one for one in inputs.closures if not _on_the_map(one, district))


def _on_the_map(closure: Closure, district: District) -> bool:
    if closure.kind == "area":
        return True
    frame = district.gates if closure.kind == "gate" else district.ways
    return bool((frame["id"] == closure.target).any())
