"""The plan file: JSON, a superset of VROOM's output."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from solver.formats.costs import published, whole_costs
from solver.formats.faults import Fault, Faults, PlanInvalid, TooManyFaults
from solver.formats.json_text import load_json
from solver.formats.keys import STEP_TYPES
from solver.formats.values import (
    FAULTY,
    INT64_MAX,
    Key,
    Table,
    amounts,
    array,
    flag,
    ignored,
    integer,
    one_of,
    shown,
    text,
)
from solver.plan import NOT_STATED, Plan, Relaxation, Route, Step, Summary, Unassigned
from solver.problem import Job, Problem, ShipmentStep

__all__ = ["Fault", "PlanInvalid", "read_plan", "write_plan"]

REASON_NOT_STATED: Final = "not-stated"
"""Reason of what a plan from elsewhere leaves out without a word."""

_ID = integer(0, INT64_MAX)
_SUM = integer(0, INT64_MAX)  # of what is at most 2^40 each


def _facts(raw: Any, at: str, faults: Faults) -> Any:
    if not isinstance(raw, Mapping):
        faults.add(at, "value.type", f"{shown(raw)} is not an object: give facts by name")
        return FAULTY
    for name, fact in raw.items():
        if isinstance(fact, bool) or not isinstance(fact, int | str):
            faults.add(f"{at}.{name}", "value.type", f"{shown(fact)} is neither integer nor text")
    return dict(raw)


def _seconds(raw: Any, at: str, faults: Faults) -> Any:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0 <= raw < float("inf"):
        faults.add(at, "value.type", f"{shown(raw)} is not a number of seconds")
        return FAULTY
    return float(raw)


_REASON = Table("reason", (Key("code", text, required=True), Key("facts", _facts)))


def _reason(raw: Any, at: str, faults: Faults) -> Any:
    return {"code": "", "facts": {}} | (_REASON.read(raw, at, faults) or {})


def _relaxation(raw: Any, at: str, faults: Faults) -> Any:
    return Relaxation(**_reason(raw, at, faults))


_STEP = Table(
    "step",
    (
        Key("type", one_of(*STEP_TYPES), required=True),
        Key("location_index", integer(), "location"),
        Key("arrival", integer(), "arrival_s", required=True),
        Key("id", _ID),
        Key("waiting_time", integer(), "waiting_s"),
        Key("setup", integer(), "setup_s"),
        Key("service", integer(), "service_s"),
        Key("load", amounts),
        Key("trip", integer()),
        Key("parts", array(integer())),
        Key("duration", _SUM, "duration_s"),
        Key("distance", _SUM, "distance_m"),
        Key("description", text),
        Key("location", ignored),
        Key("job", ignored),  # VROOM's older word for id
        Key("violations", ignored),  # the judge's word counts, not the plan's own
    ),
)

_ROUTE_UNUSED = (
    "setup", "service", "duration", "distance", "waiting_time", "priority", "delivery", "pickup",
    "amount", "violations", "geometry", "trips",
)  # fmt: skip

_ROUTE = Table(
    "route",
    (
        Key("vehicle", _ID, required=True),
        Key("steps", array(_STEP.read), required=True),
        Key("cost", _SUM),
        Key("description", text),
        *(Key(name, ignored) for name in _ROUTE_UNUSED),
    ),
)


def _route(raw: Any, at: str, faults: Faults) -> Any:
    found: dict[str, Any] = {"vehicle": 0, "steps": (), "cost": NOT_STATED}
    found |= _ROUTE.read(raw, at, faults) or {}
    return Route(**(found | {"steps": _steps(found["steps"])}))


def _steps(found: tuple[dict[str, Any] | None, ...]) -> tuple[Step, ...]:
    """Make steps; a trip that is not stated is counted from the loadings."""
    steps, reloads = [], 0
    for raw in found:
        step = raw or {}
        reloads += step.get("type") == "reload"
        missing = {
            "type": "",
            "location": None,
            "arrival_s": 0,
            "trip": max(reloads - 1, 0),
            "duration_s": NOT_STATED,
            "distance_m": NOT_STATED,
        }
        steps.append(Step(**(missing | step)))
    return tuple(steps)


_UNASSIGNED = Table(
    "unassigned task",
    (
        Key("id", _ID, required=True),
        Key("type", one_of("job", "pickup", "via", "delivery")),
        Key("location_index", integer(), "location"),
        Key("description", text),
        Key("reason", _reason),
        Key("proven", flag),
        Key("parts", array(integer())),
        Key("would_help", array(_relaxation)),
        Key("location", ignored),
    ),
)


def _unassigned(raw: Any, at: str, faults: Faults) -> Any:
    found = _UNASSIGNED.read(raw, at, faults) or {}
    reason = found.pop("reason", {"code": REASON_NOT_STATED, "facts": {}})
    missing = {"id": 0, "type": "job", "location": None, "proven": False}
    return Unassigned(**(missing | found | reason))


_FIGURES: Final = {
    "cost": "cost",
    "routes": "routes",
    "unassigned": "unassigned",
    "trips": "trips",
    "faces": "faces",
    "excess_faces": "excess_faces",
    "contacts": "contacts",
    "duration": "duration_s",
    "distance": "distance_m",
    "waiting_time": "waiting_s",
    "setup": "setup_s",
    "service": "service_s",
    "priority": "priority",
}
"""Figures of the summary in the file, and their attributes."""

_AMOUNTS: Final = ("delivery", "pickup")

_SUMMARY = Table(
    "summary",
    (
        *(Key(name, _SUM, attribute) for name, attribute in _FIGURES.items()),
        *(Key(name, amounts) for name in _AMOUNTS),
        Key("bound", _SUM),
        Key("engine", text),
        Key("seed", integer(0, INT64_MAX)),
        Key("seconds", _seconds),
        Key("stopped", text),
        *(Key(name, ignored) for name in ("amount", "violations", "computing_times")),
    ),
)


def _summary(raw: Any, at: str, faults: Faults) -> Any:
    missing: dict[str, Any] = dict.fromkeys(_FIGURES.values(), NOT_STATED)
    missing |= {"delivery": (), "pickup": (), "engine": "", "seed": 0, "seconds": 0.0}
    missing["stopped"] = ""
    return Summary(**(missing | (_SUMMARY.read(raw, at, faults) or {})))


_PLAN = Table(
    "plan",
    (
        Key("routes", array(_route), required=True),
        Key("unassigned", array(_unassigned)),
        Key("summary", _summary),
        Key("code", integer()),
        Key("error", text),
    ),
)


def read_plan(source: Path | str | Mapping[str, Any], *, cost_scale: int = 1) -> Plan:
    """Read a plan from a file, a JSON text or an object that is loaded already.

    Parameters
    ----------
    cost_scale
        The problem's: costs in the file are in the unit of the problem's family.

    Raises
    ------
    PlanInvalid
        With every fault of the file by JSON path. Rules are :func:`solver.check.check`'s.
    """
    faults = Faults(stops=True)
    found: dict[str, Any] = {}
    with suppress(TooManyFaults):
        raw = load_json(source, faults)
        if cost_scale != 1:
            raw = whole_costs(raw, cost_scale, faults)
        found = {} if raw is FAULTY else _PLAN.read(raw, "$", faults) or {}
    if found.get("code", 0) != 0:
        said = found.get("error", "")
        faults.add(
            "$.code", "plan.failed", f"{found['code']} is no plan: {said or 'no error said'}"
        )
    if len(faults):
        raise PlanInvalid(tuple(faults))
    return Plan(
        routes=found["routes"],
        unassigned=found.get("unassigned", ()),
        summary=found.get("summary") or _summary({}, "$.summary", faults),
    )


def write_plan(problem: Problem, plan: Plan) -> dict[str, Any]:
    """Write a plan; figures that VROOM gives per route are added up from its steps.

    Costs are in the unit of the problem's family: whole where they are, else with decimals.
    """
    priorities = _priorities(problem)
    return {
        "code": 0,
        "summary": _summary_out(problem, plan.summary),
        "unassigned": [_unassigned_out(out) for out in plan.unassigned],
        "routes": [_route_out(problem, route, priorities) for route in plan.routes],
    }


def _stated(**keys: Any) -> dict[str, Any]:
    """Leave out what says nothing."""
    return {key: value for key, value in keys.items() if value not in (None, "", (), NOT_STATED)}


def _summary_out(problem: Problem, summary: Summary) -> dict[str, Any]:
    figures = {name: getattr(summary, attribute) for name, attribute in _FIGURES.items()}
    figures["cost"] = published(problem, summary.cost)
    return _stated(
        **figures,
        **{name: list(getattr(summary, name)) for name in _AMOUNTS},
        bound=published(problem, summary.bound),
        engine=summary.engine,
        stopped=summary.stopped,
    ) | {
        "seed": summary.seed,
        "seconds": summary.seconds,
        "violations": [],
        "computing_times": {
            "loading": 0,
            "solving": round(summary.seconds * 1000),
            "routing": 0,
        },
    }


def _unassigned_out(out: Unassigned) -> dict[str, Any]:
    return {
        "id": out.id,
        "type": out.type,
        **_stated(location_index=out.location, description=out.description),
        **({"parts": list(out.parts)} if out.parts else {}),
        "reason": {"code": out.code, "facts": dict(out.facts)},
        "proven": out.proven,
        "would_help": [{"code": r.code, "facts": dict(r.facts)} for r in out.would_help],
    }


def _route_out(
    problem: Problem, route: Route, priorities: Mapping[tuple[str, int], int]
) -> dict[str, Any]:
    steps = route.steps
    last = next((step for step in reversed(steps) if step.type != "break"), None)
    delivery, pickup = _amounts_of(problem, route)
    cost = published(problem, route.cost)
    return _stated(cost=cost, description=route.description) | {
        "vehicle": route.vehicle,
        "setup": sum(step.setup_s for step in steps),
        "service": sum(step.service_s for step in steps),
        "waiting_time": sum(step.waiting_s for step in steps),
        "duration": max(last.duration_s, 0) if last else 0,
        "distance": max(last.distance_m, 0) if last else 0,
        "priority": sum(priorities.get((s.type, -1 if s.id is None else s.id), 0) for s in steps),
        "delivery": delivery,
        "pickup": pickup,
        "violations": [],
        "steps": [_step_out(step) for step in steps],
    }


def _step_out(step: Step) -> dict[str, Any]:
    return (
        {"type": step.type}
        | _stated(location_index=step.location, id=step.id, description=step.description)
        | {
            "arrival": step.arrival_s,
            "waiting_time": step.waiting_s,
            "setup": step.setup_s,
            "service": step.service_s,
            "load": list(step.load),
            "trip": step.trip,
            "violations": [],
        }
        | _stated(duration=step.duration_s, distance=step.distance_m)
        | ({"parts": list(step.parts)} if step.parts else {})
    )


def _priorities(problem: Problem) -> dict[tuple[str, int], int]:
    found = {("job", job.id): job.priority for job in problem.jobs}
    for shipment in problem.shipments:
        ends: tuple[tuple[str, ShipmentStep | None], ...] = (
            ("pickup", shipment.pickup),
            ("via", shipment.via),
            ("delivery", shipment.delivery),
        )
        found |= {(kind, end.id): shipment.priority for kind, end in ends if end is not None}
    return found


def _amounts_of(problem: Problem, route: Route) -> tuple[list[int], list[int]]:
    jobs = {job.id: job for job in problem.jobs}
    shipped = {("pickup", s.pickup.id): s.amount for s in problem.shipments}
    shipped |= {("delivery", s.delivery.id): s.amount for s in problem.shipments}
    delivery, pickup = [0] * problem.dimensions, [0] * problem.dimensions
    for step in route.steps:
        if step.id is None:
            continue
        if step.type == "job" and step.id in jobs:
            _add(delivery, *_dropped(jobs[step.id], step))
            _add(pickup, jobs[step.id].pickup)
        elif (step.type, step.id) in shipped:
            _add(delivery if step.type == "delivery" else pickup, shipped[step.type, step.id])
    return delivery, pickup


def _dropped(job: Job, step: Step) -> tuple[tuple[int, ...], ...]:
    if not (job.parts and step.parts):
        return (job.delivery,)
    return tuple(job.parts[n] for n in step.parts if n < len(job.parts))


def _add(sums: list[int], *several: tuple[int, ...]) -> None:
    for added in several:
        for dimension, amount in enumerate(added):
            sums[dimension] += amount
