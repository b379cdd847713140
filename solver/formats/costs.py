"""Costs in a plan file: in the unit of the problem's family, whole where they are."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from solver.check import check
from solver.formats.faults import Faults
from solver.formats.values import INT64_MAX, shown
from solver.plan import NOT_STATED, Plan
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


def with_exact_costs(problem: Problem, plan: Plan) -> Plan:
    """Give a plan whose costs are exact where it states them rounded to fewer decimals.

    Families with real distances are published with one or two decimals; the judge knows them all.
    A cost counts as rounded to the decimals that it has, at least to one.
    """
    stated = (plan.summary.cost, *(route.cost for route in plan.routes))
    if not any(cost > 0 and _half_unit(cost, problem.cost_scale) > 0 for cost in stated):
        return plan
    exact: dict[int | None, int] = {}
    total = plan.summary.cost
    for violation in check(problem, plan):
        if violation.code == "route.cost":
            exact[violation.vehicle] = int(violation.facts["expected"])
        elif violation.code == "figure.wrong" and violation.facts["figure"] == "cost":
            total = int(violation.facts["expected"])
    routes = tuple(
        replace(route, cost=_exact(route.cost, exact.get(route.vehicle), problem.cost_scale))
        for route in plan.routes
    )
    cost = _exact(plan.summary.cost, total, problem.cost_scale)
    return replace(plan, routes=routes, summary=replace(plan.summary, cost=cost))


def _exact(stated: int, expected: int | None, scale: int) -> int:
    if stated == NOT_STATED or expected is None:
        return stated
    return expected if abs(stated - expected) <= _half_unit(stated, scale) else stated


def _half_unit(cost: int, scale: int) -> int:
    """Give half a unit of the last decimal that a cost states: the first, or a further one."""
    unit = 1
    while unit * 10 < scale and scale % (unit * 10) == 0 and cost % (unit * 10) == 0:
        unit *= 10
    return unit // 2
