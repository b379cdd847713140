"""Relaxations of what people share: slots, shelves, bays and the rule of cohorts."""

from solver.engines.instance import Task
from solver.engines.solution import Solution
from solver.engines.timing import Trip, Visit
from solver.problem import Amounts
from solver.reasons.easing import (
    couriers_eased,
    endless_shelf,
    place_eased,
    place_of,
)
from solver.reasons.room import Served
from solver.reasons.trials import (
    MINUTE,
    Proposal,
    Trials,
    proposal,
    visits_of,
    who_serves,
)
from solver.relax import Facts, amounts_text


def slot_open(trials: Trials, task: Task, kind: str) -> list[Proposal]:
    """Find the least time that would have to be taken off the closings of the slot."""
    at = place_of(trials.instance, task)
    if at is None or not at[1].closed:
        return []
    index, place = at
    opened = trials.with_place(kind, index, lambda: place_eased(trials.instance, index, closed=()))
    gap = place.separation_s

    def overlaps(visit: Visit) -> list[tuple[int, int]]:
        # Also who stays no time at all needs the slot open for a moment.
        from_s = visit.begin_s - gap
        until_s = max(visit.end_s + gap, from_s + 1)
        cut = ((max(s, from_s), min(e, until_s)) for s, e in place.closed)
        return [(s, e) for s, e in cut if s < e]

    def measure(_: int, trips: tuple[Trip, ...]) -> int:
        visits = [v for t in trips for v in t.visits if v.stop and v.stop.task == task.index]
        return sum(e - s for v in visits for s, e in overlaps(v))

    def read(solution: Solution, served: Served) -> tuple[list[tuple[int, int]], list[int]]:
        spans = [
            span for _, v in visits_of(solution, task, served.vehicles) for span in overlaps(v)
        ]
        return spans, served.vehicles

    got = trials.tried(task, trials.couriers(task), read, on=opened, measure=measure)
    if got is None or not got[0]:
        return []
    spans, who = got
    from_s, until_s = min(s for s, _ in spans), max(e for _, e in spans)
    facts: Facts = {"place": place.id, "from_s": from_s, "until_s": until_s}
    return [proposal(kind, facts, who, (until_s - from_s) / MINUTE)]


def second_lane(trials: Trials, task: Task, kind: str) -> list[Proposal]:
    """Find room beside others at the slot."""
    at = place_of(trials.instance, task)
    if at is None:
        return []
    index, place = at
    wider = trials.with_place(
        kind, index, lambda: place_eased(trials.instance, index, lanes=place.lanes + 1)
    )
    who = trials.tried(task, trials.couriers(task), who_serves, on=wider, first=True)
    return [] if who is None else [proposal(kind, {"place": place.id, "by": 1}, who)]


def shelf(trials: Trials, task: Task, kind: str) -> list[Proposal]:
    """Find how much larger the shelf must be, or when it would have to be cleared."""
    at = place_of(trials.instance, task)
    if at is None or at[1].shelf is None:
        return []
    index, place = at
    most_laid: Amounts = at[1].shelf
    endless = trials.with_place(
        "larger-shelf", index, lambda: endless_shelf(trials.instance, index)
    )

    def read(solution: Solution, served: Served) -> tuple[int, Amounts, list[int]]:
        begins = min(v.begin_s for _, v in visits_of(solution, task, served.vehicles))
        laid = solution.occupancy.shelves[index].values()
        by = tuple(
            max([0, *(used[n] - most for used in laid)]) for n, most in enumerate(most_laid)
        )
        return begins, by, served.vehicles

    got = trials.tried(task, trials.couriers(task), read, on=endless, first=True)
    if got is None:
        return []
    begins, by, who = got
    if kind == "further-clearing":
        return [proposal(kind, {"place": place.id, "at_s": begins}, who)]
    return [proposal(kind, {"place": place.id, "by": amounts_text(by)}, who)]


def second_bay(trials: Trials, task: Task, kind: str) -> list[Proposal]:
    """Find room at a loading point with a further lane."""
    bays = {b.location for b in trials.instance.problem.bays}
    if not bays:
        return []

    def read(solution: Solution, served: Served) -> tuple[set[int], list[int]]:
        trips = (trip for trip, _ in visits_of(solution, task, served.vehicles))
        return {t.point for t in trips if t.point is not None} & bays, served.vehicles

    got = trials.tried(task, trials.couriers(task), read, on=trials.bottlenecks.bays(), first=True)
    if got is None:
        return []
    return [proposal(kind, {"location": at, "by": 1}, got[1]) for at in sorted(got[0])]


def cohort_free(trials: Trials, task: Task, kind: str) -> list[Proposal]:
    """Find a courier who would do it if no cohort bound them."""
    freed = trials.with_place(kind, -1, lambda: couriers_eased(trials.instance, cohort=None))
    who = trials.tried(task, trials.couriers(task), who_serves, on=freed, first=True)
    if not who or len(who) > 1:
        return []
    return [proposal(kind, {"courier": trials.instance.vehicles[who[0]].id}, who)]


def shorter_separation(trials: Trials, task: Task, kind: str) -> list[Proposal]:
    """Find by how much less the separation at the slot must be."""
    at = place_of(trials.instance, task)
    if at is None or at[1].separation_s <= 1:
        return []
    index, place = at
    nearer = trials.with_place(
        kind, index, lambda: place_eased(trials.instance, index, separation_s=1)
    )
    who = trials.tried(task, trials.couriers(task), who_serves, on=nearer, first=True)
    if who is None:
        return []

    def fits(minutes: int) -> bool:
        left_s = max(1, place.separation_s - minutes * MINUTE)
        nearer.occupancy.separations[index] = left_s
        return trials.tried(task, who, who_serves, on=nearer, first=True) is not None

    minutes = trials.least(fits, -(-place.separation_s // MINUTE))
    nearer.occupancy.separations[index] = 1
    if minutes is None:
        return []
    by_s = min(place.separation_s - 1, minutes * MINUTE)
    return [proposal(kind, {"place": place.id, "by_s": by_s}, who, minutes)]
