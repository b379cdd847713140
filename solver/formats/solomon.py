"""Solomon's and Gehring and Homberger's text files: customers with time windows."""

from typing import Final

from solver.formats.customers import (
    Line,
    customers,
    dominating_cost,
    ground_of,
    lines_of,
    vehicles_of,
)
from solver.formats.families import ROUNDINGS
from solver.formats.faults import Fault, Faults, ProblemInvalid
from solver.formats.sections import whole
from solver.problem import Job, Problem

__all__ = ["ProblemInvalid", "read_solomon"]

_COLUMNS: Final = 7
_MOST_VEHICLES: Final = 100_000


def read_solomon(text: str, *, rounding: str = "dimacs", fewest_vehicles: bool = False) -> Problem:
    """Read a problem; job ids are the customers' numbers, vehicles are numbered from 1.

    Parameters
    ----------
    rounding
        ``dimacs`` cuts distances and times to one decimal, as the DIMACS challenge does; costs
        are published in the file's unit of length.
    fewest_vehicles
        The older objective: each vehicle costs more than any plan's distance.

    Raises
    ------
    ProblemInvalid
        With every fault by line.
    """
    if rounding not in ROUNDINGS:
        known = ", ".join(ROUNDINGS)
        raise ProblemInvalid((Fault("rounding", "value.unknown", f"give one of {known}"),))
    faults = Faults()
    lines = lines_of(text)
    count, capacity = _fleet(lines, faults)
    table = customers(_customer_lines(lines, faults), _COLUMNS, faults)
    for index, row in enumerate(table):
        if row[3] < 0:
            faults.add(f"customer {index}", "number.negative", f"demand {row[3]:g} is below 0")
    if len(faults):
        raise ProblemInvalid(tuple(faults))
    ground = ground_of(table, ROUNDINGS[rounding])
    fixed = dominating_cost(ground, count) if fewest_vehicles else 0
    return Problem(
        vehicles=vehicles_of(ground, count, capacity, fixed),
        jobs=tuple(
            Job(
                id=n,
                location=n,
                service_s=ground.service[n],
                delivery=(ground.demand[n],),
                pickup=(0,),
                windows=(ground.windows[n],),
            )
            for n in range(1, len(ground.windows))
        ),
        matrices=ground.matrices,
        dimensions=1,
        cost_scale=round(ROUNDINGS[rounding].factor),
    )


def _fleet(lines: list[Line], faults: Faults) -> tuple[int, int]:
    at = next((k for k, (_, words) in enumerate(lines) if words[0].upper() == "VEHICLE"), None)
    if at is None or len(lines) <= at + 2:
        faults.add("VEHICLE", "section.missing", "say number and capacity of the vehicles")
        return 1, 0
    number, words = lines[at + 2]
    if len(words) != 2:  # noqa: PLR2004 - number and capacity
        faults.add(f"line {number}", "row.width", "give number and capacity of the vehicles")
        return 1, 0
    place = f"line {number}"
    return whole(words[0], place, faults, least=1, most=_MOST_VEHICLES), whole(
        words[1], place, faults
    )


def _customer_lines(lines: list[Line], faults: Faults) -> list[Line]:
    at = next((k for k, (_, words) in enumerate(lines) if words[0].upper() == "CUSTOMER"), None)
    if at is None:
        faults.add("CUSTOMER", "section.missing", "there is no table of customers")
        return []
    return lines[at + 2 :]  # after the names of columns
