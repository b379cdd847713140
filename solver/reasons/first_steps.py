"""The change that a cause asks for by itself, before the rest of the plan is looked at."""

from collections.abc import Callable
from typing import Final

from solver.engines.instance import Instance, Task
from solver.engines.solution import Solution
from solver.plan import Relaxation
from solver.problem import Job
from solver.reasons.easing import missing
from solver.reasons.empty_day import alike
from solver.reasons.proof import Cause
from solver.relax import Facts, amounts_text

COURIERS_TRIED: Final = 2


def first_steps(solution: Solution, task: Task, cause: Cause) -> list[Relaxation]:
    """Give relaxations after which the cause is gone, the rest being as full as it is."""
    if cause.code in _PERMITS:
        permit, kind = _PERMITS[cause.code]
        facts = [
            _permit_facts(solution.instance, task, vehicle, permit)
            for vehicle in _lacking(solution, task, permit)
        ]
    else:
        kind, facts = _STEPS.get(cause.code, _nothing)(solution, task, cause.facts)
    return [Relaxation(code=kind, facts=f) for f in facts]


Steps = tuple[str, list[Facts]]
Step = Callable[[Solution, Task, Facts], Steps]

_PERMITS: Final = {
    "no-courier-with-skill": ("skills", "skill-added"),
    "zone-not-permitted": ("zone", "zone-permit"),
    "goods-elsewhere": ("points", "goods-at-point"),
    "too-heavy": ("capacity", "larger-load"),
}


def _lacking(solution: Solution, task: Task, permit: str) -> list[int]:
    """Choose, from different classes, whoever lacks this permit, little else, and ends first."""
    instance = solution.instance
    groups = alike(instance)
    chosen: dict[int, int] = {}
    lacks = {n: missing(task, v) for n, v in enumerate(instance.vehicles)}
    found = [n for n, permits in lacks.items() if permit in permits]
    for n in sorted(found, key=lambda n: (len(lacks[n]), solution.progress(n).time_s, n)):
        chosen.setdefault(groups[n], n)
    return list(chosen.values())[:COURIERS_TRIED]


def _permit_facts(instance: Instance, task: Task, vehicle: int, permit: str) -> Facts:
    v = instance.vehicles[vehicle]
    if permit == "skills":
        lacking = sorted(task.source.skills - v.skills)
        return {"courier": v.id, "skills": ", ".join(map(str, lacking))}
    if permit == "zone":
        return {"courier": v.id, "zone": max(stop.zone for stop in task.stops)}
    if permit == "points":
        point = v.points[0] if v.points else v.start or 0
        return _of(task) | {"point": point}
    heaviest = tuple(max(column) for column in zip(*task.parts, strict=True))
    if isinstance(task.source, Job) and task.source.pickup:
        heaviest = tuple(map(max, heaviest, task.source.pickup))
    by = tuple(max(0, h - c) for h, c in zip(heaviest, v.capacity, strict=True))
    return {"courier": v.id, "by": amounts_text(by)}


def _of(task: Task, kind: str | int = "") -> Facts:
    stop = next((s for s in task.stops if s.type == kind), task.stops[0])
    return {"stop": stop.type, "id": stop.id}


def _nothing(_: Solution, __: Task, ___: Facts) -> Steps:
    return "", []


def _untie(_: Solution, task: Task, facts: Facts) -> Steps:
    return "any-courier", [_of(task)] if "courier" in facts else []


def _open(_: Solution, __: Task, facts: Facts) -> Steps:
    if "earliest_s" not in facts:
        return "", []
    begins, gap = int(facts["earliest_s"]), int(facts["separation_s"])
    span: Facts = {"from_s": begins - gap, "until_s": begins + int(facts["stay_s"]) + gap}
    return "slot-open", [{"place": facts["place"]} | span]


def _larger_shelf(solution: Solution, _: Task, facts: Facts) -> Steps:
    by = [0] * len(solution.instance.zero)
    by[int(facts["dimension"])] = int(facts["amount"]) - int(facts.get("free", facts["shelf"]))
    return "larger-shelf", [{"place": facts["place"], "by": amounts_text(tuple(by))}]


def _release(_: Solution, task: Task, facts: Facts) -> Steps:
    by_s = int(facts["release_s"]) - int(facts["latest_s"])
    return "earlier-release", [_of(task) | {"by_s": by_s}]


def _window(_: Solution, task: Task, facts: Facts) -> Steps:
    if "from_s" not in facts:
        return "", []
    earliest, from_s, until_s = (int(facts[k]) for k in ("earliest_s", "from_s", "until_s"))
    by: Facts = (
        {"later_by_s": earliest - until_s}
        if earliest > until_s
        else {"earlier_by_s": from_s - earliest}
    )
    return "wider-window", [_of(task, facts["stop"]) | by]


def _shift(_: Solution, __: Task, facts: Facts) -> Steps:
    if "by_s" not in facts:
        return "", []
    return "longer-shift", [{"courier": facts["courier"], "by_s": facts["by_s"]}]


_LIMITS: Final = {
    "tasks": ("more-tasks", "by"),
    "travel": ("more-travel", "by_s"),
    "distance": ("more-distance", "by_m"),
    "duration": ("longer-duration", "by_s"),
}


def _limit(_: Solution, __: Task, facts: Facts) -> Steps:
    if "limit" not in facts:
        return "", []
    kind, key = _LIMITS[str(facts["limit"])]
    by = int(facts["needed"]) - int(facts["most"])
    return kind, [{"courier": facts["courier"], key: by}]


def _break(solution: Solution, _: Task, facts: Facts) -> Steps:
    courier = facts.get("courier")
    v = next((v for v in solution.instance.vehicles if v.id == courier), None)
    if v is None:
        return "", []
    return "without-break", [{"courier": v.id, "break": pause.id} for pause in v.breaks]


def _trip(_: Solution, task: Task, facts: Facts) -> Steps:
    by = 4 if task.splittable else 1
    return "one-more-trip", [{"courier": facts["courier"], "by": by}]


def _room(solution: Solution, task: Task, facts: Facts) -> Steps:
    """Take the first of the things that are short at once."""
    short = str(facts.get("short", "")).split(", ")
    if "trips" in short:
        return _trip(solution, task, facts)
    stop = task.stops[-1]
    if "slot" in short and stop.place >= 0:
        place = solution.instance.problem.places[stop.place]
        return "second-lane", [{"place": place.id, "by": 1}]
    if "breaks" in short:
        return _break(solution, task, facts)
    return "", []


_STEPS: Final[dict[str, Step]] = {
    "no-courier": _untie,
    "slot-closed": _open,
    "shelf-too-small": _larger_shelf,
    "release-too-late": _release,
    "window-too-short": _window,
    "shift-too-short": _shift,
    "limit-too-tight": _limit,
    "break-in-the-way": _break,
    "no-trips-left": _trip,
    "shelf-full": _larger_shelf,
    "limit-used-up": _limit,
    "no-room-left": _room,
}
