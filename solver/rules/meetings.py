"""Nobody meets: presences at drop slots, closed times, shelves, bays and cohorts."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from solver.plan import Violation
from solver.problem import Amounts, Place
from solver.rules.day import Day, Trail, begin, done, once_a_day
from solver.rules.tasks import jobs_of


@dataclass(frozen=True)
class Presence:
    """A courier somewhere, from ``start_s`` to ``end_s``."""

    start_s: int
    end_s: int
    trail: Trail
    step: int
    amount: Amounts

    @property
    def courier(self) -> int:
        """The vehicle's id."""
        return self.trail.vehicle.id


@once_a_day
def presences(day: Day) -> dict[str, list[Presence]]:
    """Give who is at which drop slot when, in order of time."""
    found: dict[str, list[Presence]] = defaultdict(list)
    for trail, n, step, job in jobs_of(day):
        if job.place is not None:
            presence = Presence(begin(step), done(step), trail, n, day.delivered(step))
            found[job.place].append(presence)
    for those in found.values():
        those.sort(key=lambda p: (p.start_s, p.end_s, p.courier, p.step))
    return found


@once_a_day
def slots(day: Day) -> tuple[Violation, ...]:
    """Give presences that begin while all lanes are taken, separation included."""
    return tuple(_slots(day))


def _slots(day: Day) -> Iterator[Violation]:
    here = presences(day)
    for place in day.problem.places:
        before: list[Presence] = []
        for presence in here.get(place.id, []):
            # In order of beginnings: who has been gone long enough meets nobody any more.
            before = [p for p in before if p.end_s + place.separation_s > presence.start_s]
            near = _nearest(before, presence, place)
            if len(near) >= place.lanes:
                # Enough of them must have been gone for one lane to be free.
                by = sorted(near.values())[len(near) - place.lanes]
                other = max(near, key=lambda courier: near[courier])
                yield presence.trail.breach(
                    "place.meeting", presence.step, by, place=place.id, other=other
                )
            before.append(presence)


def _nearest(before: list[Presence], presence: Presence, place: Place) -> dict[int, int]:
    """Give by how much each other courier is too near in time at the presence's start."""
    near: dict[int, int] = {}
    for other in before:
        too_near = other.end_s + place.separation_s - presence.start_s
        if other.courier != presence.courier and too_near > 0:
            near[other.courier] = max(too_near, near.get(other.courier, 0))
    return near


@once_a_day
def closed(day: Day) -> tuple[Violation, ...]:
    """Give presences closer than the separation to a time at which the leader is there."""
    return tuple(_closed(day))


def _closed(day: Day) -> Iterator[Violation]:
    here = presences(day)
    for place in day.problem.places:
        for presence in here.get(place.id, []):
            for start, end in place.closed:
                by = min(
                    presence.end_s + place.separation_s - start,
                    end + place.separation_s - presence.start_s,
                )
                if by > 0:
                    yield presence.trail.breach(
                        "place.closed", presence.step, by, place=place.id, closed_s=start
                    )


def shelves(day: Day) -> Iterator[Violation]:
    """Yield drops that no longer fit on the shelf since it was last cleared.

    A drop counts from the beginning of its service.
    """
    here = presences(day)
    for place in day.problem.places:
        if place.shelf is None:
            continue
        instants = sorted(place.cleared)
        held: dict[int, Amounts] = {}
        for presence in here.get(place.id, []):
            period = bisect_right(instants, presence.start_s)
            held[period] = day.total([held.get(period, ()) or day.padded(()), presence.amount])
            for dimension, (amount, most) in enumerate(
                zip(held[period], place.shelf, strict=True)
            ):
                if amount > most and presence.amount[dimension]:
                    yield presence.trail.breach(
                        "place.shelf",
                        presence.step,
                        amount - most,
                        place=place.id,
                        dimension=dimension,
                    )


@once_a_day
def loadings(day: Day) -> dict[int, list[Presence]]:
    """Give who loads at which location when, in order of time."""
    found: dict[int, list[Presence]] = defaultdict(list)
    for trail in day.trails:
        for n, step in enumerate(trail.steps):
            location = trail.locations[n]
            if step.type == "reload" and location is not None:
                found[location].append(Presence(begin(step), done(step), trail, n, ()))
    for those in found.values():
        those.sort(key=lambda p: (p.start_s, p.end_s, p.courier, p.step))
    return found


def bays(day: Day) -> Iterator[Violation]:
    """Yield loadings that begin while every bay of the point is taken."""
    here = loadings(day)
    for bay in day.problem.bays:
        loading: list[Presence] = []
        for presence in here.get(bay.location, []):
            if presence.end_s == presence.start_s:
                continue
            loading = [other for other in loading if other.end_s > presence.start_s]
            ends = sorted(other.end_s for other in loading if other.courier != presence.courier)
            loading.append(presence)
            if len(ends) >= bay.lanes:
                by = ends[len(ends) - bay.lanes] - presence.start_s
                yield presence.trail.breach("bay.full", presence.step, by, location=bay.location)


def cohorts(day: Day) -> Iterator[Violation]:
    """Yield uses of a place or bay that another cohort uses on the same day."""
    for name, those in presences(day).items():
        yield from _mixed(those, place=name)
    bays_at = {bay.location for bay in day.problem.bays}
    for location, those in loadings(day).items():
        if location in bays_at:
            yield from _mixed(those, location=location)


def _mixed(those: list[Presence], **facts: int | str) -> Iterator[Violation]:
    first: str | None = None
    for presence in those:
        cohort = presence.trail.vehicle.cohort
        if cohort is None:
            continue
        first = first or cohort
        if cohort != first:
            yield presence.trail.breach(
                "cohort.mixed", presence.step, 1, cohort=cohort, other=first, **facts
            )
