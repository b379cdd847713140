"""Costs in a plan file: in the unit of the problem's family, whole where they are."""

from collections.abc import Mapping
from typing import Any

from solver.formats.faults import Faults
from solver.formats.values import INT64_MAX, shown
from solver.plan import NOT_STATED
from solver.problem import Problem
from solver.summary import in_family_units


def published(problem: Problem, cost: int | None) -> int | float | None:
    """Give a cost as it stands in the file; what is not stated stays so."""
    if cost is None or cost == NOT_STATED:
        return cost
    return in_family_units(problem, cost)


def whole_costs(raw: Any, scale: int, faults: Faults) -> Any:
    """Turn costs in the family's unit, with decimals, into integers."""
    if not isinstance(raw, Mapping):
        return raw
    routes = raw.get("routes")
    places: list[tuple[str, Any]] = [("$.summary", raw.get("summary"))]
    if isinstance(routes, list):
        places += [(f"$.routes[{n}]", route) for n, route in enumerate(routes)]
    scaled = {at: _with_whole_costs(at, table, scale, faults) for at, table in places}
    copy = dict(raw)
    if "summary" in copy:
        copy["summary"] = scaled["$.summary"]
    if isinstance(routes, list):
        copy["routes"] = [scaled[f"$.routes[{n}]"] for n in range(len(routes))]
    return copy


def _with_whole_costs(at: str, table: Any, scale: int, faults: Faults) -> Any:
    if not isinstance(table, Mapping):
        return table
    copy = dict(table)
    for key in ("cost", "bound"):
        cost = copy.get(key)
        if isinstance(cost, bool) or not isinstance(cost, int | float):
            continue  # read, and refused, as any other value
        if not abs(cost) < INT64_MAX / scale:
            faults.add(f"{at}.{key}", "number.too-large", f"{shown(cost)} is too large")
            copy[key] = 0
            continue
        copy[key] = round(cost * scale)
    return copy
