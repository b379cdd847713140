"""What a relaxation means: the same problem with one rule eased by as much as it says.

Every kind is a function of a problem and the facts; nothing is solved here. ``docs/why-not.md``
lists the kinds with their facts.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeVar

from solver.plan import Relaxation
from solver.problem import Amounts, Job, Place, Problem, Shipment, ShipmentStep, Vehicle, Window

Facts = dict[str, int | str]
_Item = TypeVar("_Item")


class RelaxationUnknown(ValueError):
    """A relaxation of no known kind, or about something that the problem does not have."""

    code = "relaxation.unknown"

    def __init__(self, relaxation: Relaxation, why: str) -> None:
        self.facts: Facts = {"kind": relaxation.code, "why": why}
        super().__init__(f"{relaxation.code}: {why}")


def relax(problem: Problem, relaxation: Relaxation) -> Problem:
    """Ease the problem as the relaxation says; whoever was served before can still be.

    Raises
    ------
    RelaxationUnknown
        If its kind is none of :data:`KINDS`, or its facts do not fit the problem.
    """
    ease = _EASES.get(relaxation.code)
    if ease is None:
        raise RelaxationUnknown(relaxation, f"the kinds are {', '.join(KINDS)}")
    try:
        return ease(problem, relaxation.facts)
    except (KeyError, ValueError, TypeError) as fault:
        raise RelaxationUnknown(relaxation, f"its facts do not fit: {fault}") from fault


def amounts_text(amounts: Amounts) -> str:
    """Write amounts as the text that facts carry."""
    return json.dumps(list(amounts))


def further_courier(like: Vehicle, number: int, window: Window) -> Vehicle:
    """Make a courier of the same class who is there for a while only, without breaks."""
    return replace(like, id=number, window=window, breaks=(), locked=(), description="")


def open_up(closed: tuple[Window, ...], from_s: int, until_s: int) -> tuple[Window, ...]:
    """Take a span out of the times at which a place is closed."""
    kept: list[Window] = []
    for start, end in closed:
        if end <= from_s or start >= until_s:
            kept.append((start, end))
            continue
        kept += [(s, e) for s, e in ((start, from_s), (until_s, end)) if s < e]
    return tuple(kept)


def widen(
    windows: tuple[Window, ...], *, earlier_s: int = 0, later_s: int = 0
) -> tuple[Window, ...]:
    """Let every window begin earlier and end later; windows that then meet become one."""
    joined: list[Window] = []
    for start, end in sorted((max(0, s - earlier_s), e + later_s) for s, e in windows):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def together(first: Relaxation, second: Relaxation) -> Relaxation:
    """Make one relaxation of two, which help only both at once."""
    facts: Facts = {"first": first.code, "second": second.code}
    for name, relaxation in (("first", first), ("second", second)):
        facts |= {f"{name}_{key}": fact for key, fact in relaxation.facts.items()}
    return Relaxation(code="together", facts=facts)


def apart(relaxation: Relaxation) -> tuple[Relaxation, ...]:
    """Give the two that a relaxation is made of, or itself."""
    if relaxation.code != "together":
        return (relaxation,)
    return tuple(
        Relaxation(
            code=str(relaxation.facts[name]),
            facts={
                key.removeprefix(f"{name}_"): fact
                for key, fact in relaxation.facts.items()
                if key.startswith(f"{name}_")
            },
        )
        for name in ("first", "second")
    )


def _both(problem: Problem, facts: Facts) -> Problem:
    first, second = apart(Relaxation(code="together", facts=facts))
    if "together" in (first.code, second.code):
        raise ValueError("two changes are the most")
    return relax(relax(problem, first), second)


def _number(facts: Facts, key: str) -> int:
    return int(facts[key])


def _amounts(facts: Facts) -> Amounts:
    return tuple(int(a) for a in json.loads(str(facts["by"])))


def _more(amounts: Amounts, by: Amounts) -> Amounts:
    return tuple(a + b for a, b in zip(amounts, by, strict=True))


def _one(
    items: tuple[_Item, ...], wanted: Callable[[_Item], bool], change: Callable[[_Item], _Item]
) -> tuple[_Item, ...]:
    """Change the items that are wanted, of which there must be one."""
    if not any(map(wanted, items)):
        raise KeyError("the problem does not have it")
    return tuple(change(item) if wanted(item) else item for item in items)


def _courier(problem: Problem, facts: Facts, change: Callable[[Vehicle], Vehicle]) -> Problem:
    number = _number(facts, "courier")
    return replace(problem, vehicles=_one(problem.vehicles, lambda v: v.id == number, change))


def _place(problem: Problem, facts: Facts, change: Callable[[Place], Place]) -> Problem:
    name = str(facts["place"])
    return replace(problem, places=_one(problem.places, lambda p: p.id == name, change))


def _job(problem: Problem, facts: Facts, change: Callable[[Job], Job]) -> Problem:
    if facts["stop"] != "job":
        raise ValueError("the stop is no job's")
    number = _number(facts, "id")
    return replace(problem, jobs=_one(problem.jobs, lambda j: j.id == number, change))


def _added(problem: Problem, facts: Facts) -> Problem:
    number = _number(facts, "like")
    like = next((v for v in problem.vehicles if v.id == number), None)
    if like is None:
        raise KeyError("nobody to be like")
    window = (_number(facts, "from_s"), _number(facts, "until_s"))
    added = further_courier(like, max(v.id for v in problem.vehicles) + 1, window)
    return replace(problem, vehicles=(*problem.vehicles, added))


def _longer_shift(problem: Problem, facts: Facts) -> Problem:
    by_s = _number(facts, "by_s")
    return _courier(problem, facts, lambda v: replace(v, window=(v.window[0], v.window[1] + by_s)))


def _earlier_shift(problem: Problem, facts: Facts) -> Problem:
    by_s = _number(facts, "by_s")
    return _courier(
        problem, facts, lambda v: replace(v, window=(max(0, v.window[0] - by_s), v.window[1]))
    )


def _wider_window(problem: Problem, facts: Facts) -> Problem:
    earlier_s, later_s = int(facts.get("earlier_by_s", 0)), int(facts.get("later_by_s", 0))
    number = _number(facts, "id")

    def wider(windows: tuple[Window, ...]) -> tuple[Window, ...]:
        return widen(windows, earlier_s=earlier_s, later_s=later_s)

    if facts["stop"] == "job":
        return _job(problem, facts, lambda j: replace(j, windows=wider(j.windows)))
    leg = str(facts["stop"])
    if leg not in {"pickup", "via", "delivery"}:
        raise ValueError("neither a job nor a stop of a shipment")

    def has(shipment: Shipment) -> bool:
        end: ShipmentStep | None = getattr(shipment, leg)
        return end is not None and end.id == number

    def change(shipment: Shipment) -> Shipment:
        end: ShipmentStep = getattr(shipment, leg)
        changed: dict[str, Any] = {leg: replace(end, windows=wider(end.windows))}
        return replace(shipment, **changed)

    return replace(problem, shipments=_one(problem.shipments, has, change))


def _zone_permit(problem: Problem, facts: Facts) -> Problem:
    zone = _number(facts, "zone")
    return _courier(problem, facts, lambda v: replace(v, zone_max=max(v.zone_max, zone)))


def _skill_added(problem: Problem, facts: Facts) -> Problem:
    skills = frozenset(int(s) for s in str(facts["skills"]).split(","))
    return _courier(problem, facts, lambda v: replace(v, skills=v.skills | skills))


def _larger_load(problem: Problem, facts: Facts) -> Problem:
    by = _amounts(facts)
    zero = (0,) * problem.dimensions
    return _courier(problem, facts, lambda v: replace(v, capacity=_more(v.capacity or zero, by)))


def _second_lane(problem: Problem, facts: Facts) -> Problem:
    by = _number(facts, "by")
    return _place(problem, facts, lambda p: replace(p, lanes=p.lanes + by))


def _further_clearing(problem: Problem, facts: Facts) -> Problem:
    at_s = _number(facts, "at_s")
    return _place(problem, facts, lambda p: replace(p, cleared=tuple(sorted({*p.cleared, at_s}))))


def _slot_open(problem: Problem, facts: Facts) -> Problem:
    from_s, until_s = _number(facts, "from_s"), _number(facts, "until_s")
    return _place(problem, facts, lambda p: replace(p, closed=open_up(p.closed, from_s, until_s)))


def _larger_shelf(problem: Problem, facts: Facts) -> Problem:
    by = _amounts(facts)
    return _place(
        problem,
        facts,
        lambda p: p if p.shelf is None else replace(p, shelf=_more(p.shelf, by)),
    )


def _shorter_separation(problem: Problem, facts: Facts) -> Problem:
    by_s = _number(facts, "by_s")
    # An engine takes a place's 0 for "the problem's", so one second stays.
    return _place(problem, facts, lambda p: replace(p, separation_s=max(1, p.separation_s - by_s)))


def _second_bay(problem: Problem, facts: Facts) -> Problem:
    location, by = _number(facts, "location"), _number(facts, "by")
    bays = _one(
        problem.bays, lambda b: b.location == location, lambda b: replace(b, lanes=b.lanes + by)
    )
    return replace(problem, bays=bays)


def _earlier_release(problem: Problem, facts: Facts) -> Problem:
    by_s = _number(facts, "by_s")
    return _job(problem, facts, lambda j: replace(j, release_s=max(0, j.release_s - by_s)))


def _one_more_trip(problem: Problem, facts: Facts) -> Problem:
    by = _number(facts, "by")
    return _courier(problem, facts, lambda v: replace(v, max_trips=v.max_trips + by))


def _limit(name: str, key: str) -> Callable[[Problem, Facts], Problem]:
    def ease(problem: Problem, facts: Facts) -> Problem:
        by = _number(facts, key)

        def raised(v: Vehicle) -> Vehicle:
            most: int | None = getattr(v, name)
            if most is None:
                return v
            changed: dict[str, Any] = {name: most + by}
            return replace(v, **changed)

        return _courier(problem, facts, raised)

    return ease


def _cohort_free(problem: Problem, facts: Facts) -> Problem:
    return _courier(problem, facts, lambda v: replace(v, cohort=None))


def _without_break(problem: Problem, facts: Facts) -> Problem:
    number = _number(facts, "break")

    def rid(v: Vehicle) -> Vehicle:
        return replace(v, breaks=tuple(b for b in v.breaks if b.id != number))

    return _courier(problem, facts, rid)


def _goods_at_point(problem: Problem, facts: Facts) -> Problem:
    point = _number(facts, "point")
    return _job(
        problem, facts, lambda j: replace(j, points=(*j.points, point) if j.points else ())
    )


def _any_courier(problem: Problem, facts: Facts) -> Problem:
    return _job(problem, facts, lambda j: replace(j, courier=None))


def _longer_search(problem: Problem, facts: Facts) -> Problem:
    del facts  # nothing to ease: the plan has room for it as it is
    return problem


_EASES: Final[dict[str, Callable[[Problem, Facts], Problem]]] = {
    # from what is easiest to do on the day to what is hardest
    "longer-search": _longer_search,
    "any-courier": _any_courier,
    "one-more-trip": _one_more_trip,
    "more-tasks": _limit("max_tasks", "by"),
    "more-travel": _limit("max_travel_time_s", "by_s"),
    "more-distance": _limit("max_distance_m", "by_m"),
    "longer-duration": _limit("max_duration_s", "by_s"),
    "wider-window": _wider_window,
    "longer-shift": _longer_shift,
    "earlier-shift": _earlier_shift,
    "slot-open": _slot_open,
    "further-clearing": _further_clearing,
    "larger-shelf": _larger_shelf,
    "second-bay-lane": _second_bay,
    "earlier-release": _earlier_release,
    "further-courier": _added,
    "without-break": _without_break,
    "goods-at-point": _goods_at_point,
    "skill-added": _skill_added,
    "zone-permit": _zone_permit,
    "larger-load": _larger_load,
    "second-lane": _second_lane,
    "cohort-free": _cohort_free,
    "shorter-separation": _shorter_separation,
    "together": _both,
}

KINDS: Final = tuple(_EASES)
"""Every kind of relaxation, from what is easiest to do on the day to what is hardest."""
