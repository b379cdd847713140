"""Li and Lim's text files: pickups and deliveries with time windows, fewest vehicles first."""

from typing import Final

from solver.formats.customers import (
    DEMAND,
    Ground,
    Line,
    customers,
    dominating_cost,
    ground_of,
    lines_of,
    vehicles_of,
)
from solver.formats.families import ROUNDINGS, FloatArray
from solver.formats.faults import Faults, ProblemInvalid
from solver.formats.sections import number, whole
from solver.plan import Plan
from solver.problem import Problem, Shipment, ShipmentStep

__all__ = ["ProblemInvalid", "read_lilim", "vehicles_and_distance"]

_PICKUP, _DELIVERY = 7, 8
_COLUMNS: Final = 9
_MOST_VEHICLES: Final = 100_000


def read_lilim(text: str) -> Problem:
    """Read a problem; stops of shipments keep the customers' numbers.

    Distances are real by convention; here they are rounded to a ten-thousandth. Each vehicle
    that is used costs a power of ten above the distance of any plan, so that of two plans the
    one with fewer vehicles is the cheaper one. :func:`vehicles_and_distance` takes the two apart
    again, in the units in which best-known solutions are published.

    Raises
    ------
    ProblemInvalid
        With every fault by line.
    """
    faults = Faults()
    lines = lines_of(text)
    count, capacity = _fleet(lines, faults)
    table = customers(lines[1:], _COLUMNS, faults)
    if not len(faults):
        _pairs_fit(table, faults)
    if len(faults):
        raise ProblemInvalid(tuple(faults))
    rounding = ROUNDINGS["double"]
    ground = ground_of(table, rounding)
    return Problem(
        vehicles=vehicles_of(ground, count, capacity, dominating_cost(ground, count)),
        jobs=(),
        shipments=tuple(
            Shipment(
                pickup=_step(ground, n),
                delivery=_step(ground, int(row[_DELIVERY])),
                amount=(ground.demand[n],),
            )
            for n, row in enumerate(table)
            if row[_DELIVERY] > 0
        ),
        matrices=ground.matrices,
        dimensions=1,
        cost_scale=round(rounding.factor),
    )


def vehicles_and_distance(problem: Problem, plan: Plan) -> tuple[int, float]:
    """Give a plan's two figures as they are published: vehicles used, and distance."""
    return plan.summary.routes, plan.summary.distance_m / problem.cost_scale


def _fleet(lines: list[Line], faults: Faults) -> tuple[int, int]:
    if not lines or len(lines[0][1]) not in (2, 3):
        faults.add("line 1", "row.width", "give number, capacity and speed of the vehicles")
        return 1, 0
    at, words = lines[0]
    place = f"line {at}"
    speed = number(words[2], place, faults) if len(words) > 2 else 1.0  # noqa: PLR2004
    if speed not in {0, 1}:  # unused in all published files, and 0 in some
        what = f"speed {speed:g}: in this format a unit of distance takes a unit of time, give 1"
        faults.add(place, "value.unknown", what)
    return whole(words[0], place, faults, least=1, most=_MOST_VEHICLES), whole(
        words[1], place, faults
    )


def _pairs_fit(table: FloatArray, faults: Faults) -> None:
    for n, row in enumerate(table):
        pickup, delivery = float(row[_PICKUP]), float(row[_DELIVERY])
        place = f"customer {n}"
        if n == 0:
            if pickup or delivery or row[DEMAND]:
                faults.add(place, "pair.wrong", "the depot is no part of a shipment")
        elif (pickup > 0) == (delivery > 0):
            faults.add(place, "pair.wrong", "name either its pickup or its delivery")
        else:
            _partner_fits(table, n, faults)


def _partner_fits(table: FloatArray, n: int, faults: Faults) -> None:
    mine, others = (_DELIVERY, _PICKUP) if table[n, _DELIVERY] > 0 else (_PICKUP, _DELIVERY)
    place = f"customer {n}"
    other = float(table[n, mine])
    if other not in range(1, len(table)):
        faults.add(place, "pair.unknown", f"there is no customer {other:g}")
        return
    partner = table[int(other)]
    if partner[others] != n:
        faults.add(place, "pair.wrong", f"customer {other:g} does not name it in turn")
    elif partner[DEMAND] != -table[n, DEMAND]:
        what = f"customer {other:g} does not take what is fetched"
        faults.add(place, "pair.amount", what)
    elif mine == _DELIVERY and table[n, DEMAND] < 0:
        faults.add(place, "pair.amount", f"fetches {table[n, DEMAND]:g}: give 0 or more")


def _step(ground: Ground, n: int) -> ShipmentStep:
    return ShipmentStep(
        id=n, location=n, service_s=ground.service[n], windows=(ground.windows[n],)
    )
