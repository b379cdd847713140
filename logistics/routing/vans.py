"""Goods of orders as pickups and deliveries for vans, and the solver's plan in our terms."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from logistics.domain.suppliers import DAY_S
from logistics.domain.vans import Consignment, LeftOut, TourKind, Van, VanInputs, VanStop, VanTour
from solver.plan import Plan, Route, Step
from solver.problem import UNREACHABLE, Matrix, Problem, Shipment, ShipmentStep, Vehicle

PROFILE = "van"
COLD = 1
"""The skill of vans that keep goods cold."""

_HALF = 2
"""Goods are cut so small that two parts go into every van: fuller vans, and not too many parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cargo:
    """What the problem's numbers stand for: parts of consignments, and vans."""

    parts: Mapping[int, tuple[Consignment, int, int]]  # by shipment: of what, grams, millilitres
    vans: Mapping[int, Van]
    left_out: tuple[LeftOut, ...]  # what is not in the problem at all


def van_problem(
    inputs: VanInputs,
    consignments: Sequence[Consignment],
    matrix: Matrix,
    *,
    vans: Sequence[Van],
    until_s: int,
) -> tuple[Problem, Cargo]:
    """Make the problem of one kind of tour.

    Parameters
    ----------
    vans
        With the shifts that are left to them.
    until_s
        When all must have been brought.
    """
    where = {place.id: n for n, place in enumerate(inputs.places)}
    fleet = dict(enumerate(vans, start=1))
    parts: dict[int, tuple[Consignment, int, int]] = {}
    shipments: list[Shipment] = []
    left: list[LeftOut] = []
    for one in consignments:
        able = [van for van in vans if van.cold or not one.cold]
        way = int(matrix.duration_s[where[one.source_id], where[one.target_id]])
        if not able or way == UNREACHABLE:
            left.append(_left(one, one.weight_g, "no-cold-van" if not able else "unreachable"))
            continue
        most_g = max(1, min(van.capacity_g for van in able) // _HALF)
        most_ml = max(1, min(van.capacity_ml for van in able) // _HALF)
        for weight_g, volume_ml in one.parts(most_g, most_ml):
            number = len(parts) + 1
            parts[number] = (one, weight_g, volume_ml)
            shipments.append(
                _shipment(number, one, (weight_g, volume_ml), where, inputs, until_s=until_s)
            )
    problem = Problem(
        vehicles=tuple(_vehicle(n, van, where) for n, van in fleet.items()),
        jobs=(),
        shipments=tuple(shipments),
        matrices={PROFILE: matrix},
        dimensions=2,
    )
    return problem, Cargo(parts=parts, vans=fleet, left_out=tuple(left))


def _shipment(
    number: int,
    one: Consignment,
    amount: tuple[int, int],
    where: Mapping[str, int],
    inputs: VanInputs,
    *,
    until_s: int,
) -> Shipment:
    # at one stop several parts are loaded one after the other: the first alone takes the time
    return Shipment(
        pickup=ShipmentStep(
            id=number,
            location=where[one.source_id],
            description=one.code,
            setup_s=inputs.load_s,
            windows=((one.ready_s, max(one.ready_s, one.until_s)),),
        ),
        delivery=ShipmentStep(
            id=number,
            location=where[one.target_id],
            description=one.code,
            setup_s=inputs.load_s,
            windows=((0, max(1, until_s)),),
        ),
        amount=amount,
        skills=frozenset({COLD}) if one.cold else frozenset(),
    )


def _vehicle(number: int, van: Van, where: Mapping[str, int]) -> Vehicle:
    home = where[van.depot_id]
    return Vehicle(
        id=number,
        profile=PROFILE,
        description=van.code,
        start=home,
        end=home,
        capacity=(van.capacity_g, van.capacity_ml),
        skills=frozenset({COLD}) if van.cold else frozenset(),
        window=(van.shift_start_s, min(van.shift_end_s, DAY_S)),
    )


def tours_of(
    inputs: VanInputs, cargo: Cargo, plan: Plan, matrix: Matrix, kind: TourKind
) -> tuple[VanTour, ...]:
    """Read the tours out of a plan, by van code; stops at one place in a row are one stop."""
    tours = []
    for route in sorted(plan.routes, key=lambda route: cargo.vans[route.vehicle].code):
        stops = tuple(_stops(inputs, cargo, route))
        if not stops:
            continue
        van = cargo.vans[route.vehicle]
        first = next(step for step in route.steps if step.id is not None)
        start, end = route.steps[0], route.steps[-1]
        drive = int(matrix.duration_s[_at(start), _at(first)])
        tours.append(
            VanTour(
                code=f"{inputs.run_code}-{van.code}-{'A' if kind is TourKind.COLLECT else 'B'}",
                van_id=van.id,
                kind=kind,
                # whoever would come too early waits where the van stands
                departs_s=first.arrival_s + first.waiting_s - drive,
                returns_s=end.arrival_s,
                distance_m=end.distance_m or _length(route, matrix),
                stops=stops,
            )
        )
    return tuple(tours)


def _at(step: Step) -> int:
    if step.location is None:
        raise ValueError(step.type)
    return step.location


def _length(route: Route, matrix: Matrix) -> int:
    places = [_at(step) for step in route.steps]
    return sum(int(matrix.distance_m[a, b]) for a, b in pairwise(places) if a != b)


def _stops(inputs: VanInputs, cargo: Cargo, route: Route) -> Iterable[VanStop]:
    steps = [step for step in route.steps if step.id is not None and step.type != "break"]
    grouped = groupby(steps, key=lambda step: (step.location, step.type))
    for seq, ((location, kind), group) in enumerate(grouped, start=1):
        mine = list(group)
        loads: dict[str, int] = defaultdict(int)
        weight = volume = 0
        for step in mine:
            one, weight_g, volume_ml = cargo.parts[step.id or 0]
            loads[one.code] += weight_g
            weight, volume = weight + weight_g, volume + volume_ml
        last = mine[-1]
        yield VanStop(
            seq=seq,
            kind=kind,
            place_id=inputs.places[location or 0].id,
            arrival_s=mine[0].arrival_s + mine[0].waiting_s,
            leave_s=last.arrival_s + last.waiting_s + last.setup_s + last.service_s,
            weight_g=weight,
            volume_ml=volume,
            loads=tuple(sorted(loads.items())),
        )


def left_out_of(cargo: Cargo, plan: Plan) -> tuple[LeftOut, ...]:
    """List what no van brings, each consignment once for each cause."""
    found = list(cargo.left_out)
    grams: dict[tuple[str, str], int] = defaultdict(int)
    first: dict[tuple[str, str], tuple[Consignment, Mapping[str, int | str]]] = {}
    for left in plan.unassigned:
        if left.type != "pickup":
            continue  # its delivery is left out with it
        one, weight_g, _ = cargo.parts[left.id]
        grams[one.code, left.code] += weight_g
        first.setdefault((one.code, left.code), (one, left.facts))
    found += [_left(one, grams[key], key[1], facts) for key, (one, facts) in sorted(first.items())]
    return tuple(found)


def _left(
    one: Consignment, weight_g: int, code: str, facts: Mapping[str, int | str] | None = None
) -> LeftOut:
    return LeftOut(consignment=one.code, weight_g=weight_g, code=code, facts=dict(facts or {}))
