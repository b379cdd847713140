"""What the solver does not know of errands: that couriers do not meet at their ends, and zones."""

from collections.abc import Sequence
from dataclasses import dataclass

from logistics.domain.errand_trips import LeftErrand, Leg
from logistics.domain.planning import PlanInputs
from logistics.routing.errands import End, Errands, Lessons, left_out, windows_of, without
from solver.plan import Plan
from solver.problem import Problem, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A courier's presence at a stop of a plan; ``end`` is None where it is for bags alone."""

    vehicle: int
    trip: int
    place: str | None
    zone: int | None
    start_s: int
    end_s: int
    end: End | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A stop of an errand that breaks a rule: somebody is met, or the way goes back to clean."""

    visit: Visit
    end: End
    meets: bool


def visits_of(problem: Problem, errands: Errands, plan: Plan) -> tuple[Visit, ...]:
    """List the presences of a plan, by vehicle and in their order."""
    jobs = {job.id: job for job in problem.jobs}
    found = []
    for route in plan.routes:
        for step in route.steps:
            if step.id is None or step.type == "break":
                continue
            end = errands.ends.get((step.type, step.id))
            job = jobs[step.id] if step.type == "job" else None
            start = step.arrival_s + step.waiting_s
            found.append(
                Visit(
                    vehicle=route.vehicle,
                    trip=step.trip,
                    place=job.place if job else end.place if end else None,
                    zone=job.zone if job else end.zone if end else None,
                    start_s=start,
                    end_s=start + step.setup_s + step.service_s,
                    end=end,
                )
            )
    return tuple(found)


def clashes_of(visits: Sequence[Visit], separation_s: int) -> tuple[Clash, ...]:
    """List the stops of errands at which a courier meets another, or comes back to a cleaner zone.

    Each stop is told once, a meeting before the order of zones.
    """
    found: dict[tuple[str, Leg], Clash] = {}
    for number, one in enumerate(visits):
        if one.end is None:
            continue
        for at, other in enumerate(visits):
            if at == number or (other.end is not None and at < number):  # each pair once
                continue
            culprit = _later(one, other)
            if culprit is None or culprit.end is None:
                continue
            meets = _meet(one, other, separation_s)
            if meets or _falls(one, other):
                key = (culprit.end.errand.id, culprit.end.leg)
                if key not in found or (meets and not found[key].meets):
                    found[key] = Clash(visit=culprit, end=culprit.end, meets=meets)
    return tuple(found.values())


def _later(one: Visit, other: Visit) -> Visit | None:
    """Name whose errand has to give way: the later, where both are errands."""
    if one.end is not None and other.end is not None:
        return max(one, other, key=lambda visit: visit.start_s)
    return one if one.end is not None else other if other.end is not None else None


def _meet(one: Visit, other: Visit, separation_s: int) -> bool:
    if one.vehicle == other.vehicle or one.place is None or one.place != other.place:
        return False
    return max(one.start_s, other.start_s) - min(one.end_s, other.end_s) < separation_s


def _falls(one: Visit, other: Visit) -> bool:
    if (one.vehicle, one.trip) != (other.vehicle, other.trip):
        return False
    if one.zone is None or other.zone is None:
        return False
    first, second = sorted((one, other), key=lambda visit: visit.start_s)
    return (first.zone or 0) > (second.zone or 0)


_BOOKED_AT_MOST_S = 1800
"""How much play a booked stop is given (ours)."""


def learn(
    inputs: PlanInputs, lessons: Lessons, visits: Sequence[Visit], clashes: Sequence[Clash]
) -> Lessons:
    """Draw what the next search has to keep from what this one broke."""
    booked, apart, left = dict(lessons.booked), set(lessons.apart), dict(lessons.left)
    for clash in clashes:
        errand = clash.end.errand
        if not clash.meets:
            apart.add((errand.id, clash.visit.vehicle))
            continue
        gap = _gap(inputs, clash, visits, Lessons(booked=booked))
        if gap is None:
            left[errand.id] = busy(inputs, clash, visits)
        else:
            stay = clash.visit.end_s - clash.visit.start_s
            booked[errand.id, clash.end.leg] = (clash.visit.place or "", gap, stay)
    return Lessons(booked=booked, apart=frozenset(apart), left=left)


def _gap(
    inputs: PlanInputs, clash: Clash, visits: Sequence[Visit], lessons: Lessons
) -> Window | None:
    """Find the first beginnings from the clash on, or else before it, that meet nobody there."""
    visit, apart = clash.visit, inputs.separation_s
    stay = visit.end_s - visit.start_s
    others = {k: v for k, v in lessons.booked.items() if k != (clash.end.errand.id, clash.end.leg)}
    windows = windows_of(inputs, clash.end, stay, Lessons(booked=others))
    for other in visits:
        if other.place == visit.place and other.vehicle != visit.vehicle:
            windows = without(windows, other.start_s - apart - stay, other.end_s + apart)
    later = [(max(a, visit.start_s), b) for a, b in windows if b >= visit.start_s]
    free = min(later, default=None) or max(windows, default=None)
    return None if free is None else (free[0], min(free[1], free[0] + _BOOKED_AT_MOST_S))


def busy(inputs: PlanInputs, clash: Clash, visits: Sequence[Visit]) -> LeftErrand:
    """Leave an errand out that still breaks a rule, with the figures that show it."""
    visit = clash.visit
    if not clash.meets:
        facts: dict[str, int | str] = {"zone": visit.zone or 0}
        return left_out(clash.end.errand, "zone-order", facts)
    others = [v for v in visits if v.place == visit.place and v.vehicle != visit.vehicle]
    facts = {
        "place": clash.end.drop.place,
        "visits": len(others),
        "lanes": 1,
        "stay_s": visit.end_s - visit.start_s,
        "separation_s": inputs.separation_s,
    }
    return left_out(clash.end.errand, "slot-busy", facts)
