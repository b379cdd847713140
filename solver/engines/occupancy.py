"""Who is where when: presences at drop slots, goods on shelves, couriers loading at bays."""

from bisect import bisect_left, insort
from collections import Counter
from dataclasses import dataclass

from solver.engines.instance import Instance, fits
from solver.problem import Amounts, Window

Presence = tuple[int, int, int]  # start, end, vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a stop asks of a place."""

    place: int
    vehicle: int
    length_s: int
    amount: Amounts  # laid on the shelf
    own: tuple[tuple[int, int, Amounts], ...] = ()  # (place, period, amount) of the same trip


class Occupancy:
    """Reservations of a growing plan.

    Every answer keeps the rules of contact, so a plan made only of granted times is valid.
    """

    def __init__(self, instance: Instance) -> None:
        problem = instance.problem
        self.places = problem.places
        self.separations = [p.separation_s or problem.separation_s for p in problem.places]
        self.presences: list[list[Presence]] = [[] for _ in problem.places]
        self.shelves: list[dict[int, Amounts]] = [{} for _ in problem.places]
        self.bays = {b.location: b.lanes for b in problem.bays}
        self.loadings: dict[int, list[Presence]] = {b.location: [] for b in problem.bays}
        self.cohort = [v.cohort for v in instance.vehicles]
        self.users: dict[tuple[str, int], Counter[str]] = {}
        self.longest_s = max((v.reload_service_s for v in instance.vehicles), default=0)
        self.zero = instance.zero

    def period(self, place: int, at_s: int) -> int:
        """Which span between two clearings an instant lies in."""
        return sum(1 for c in self.places[place].cleared if c <= at_s)

    def may_use(self, kind: str, index: int, vehicle: int) -> bool:
        """Say whether no other cohort has been at this place or bay."""
        cohort = self.cohort[vehicle]
        if cohort is None:
            return True
        users = self.users.get((kind, index))
        return not users or all(c == cohort or n == 0 for c, n in users.items())

    def earliest(self, demand: Demand, from_s: int, windows: tuple[Window, ...]) -> int | None:
        """Find the first start of a presence from ``from_s`` on that breaks nothing."""
        at_s = from_s
        if demand.place >= 0 and not self.may_use("place", demand.place, demand.vehicle):
            return None
        while True:
            opened = _in_windows(at_s, windows)
            if opened is None:
                return None
            if demand.place < 0:
                return opened
            moved = self._free(demand, opened)
            if moved is None:
                return None
            if moved == opened:
                return opened
            at_s = moved

    def _free(self, demand: Demand, at_s: int) -> int | None:
        place = self.places[demand.place]
        gap = self.separations[demand.place]
        end_s = at_s + demand.length_s
        for start, end in place.closed:
            if end_s > start - gap and at_s < end + gap:
                return end + gap
        blocking = [
            (start, end + gap, vehicle)
            for start, end, vehicle in self.presences[demand.place]
            if vehicle != demand.vehicle and end_s + gap > start and at_s < end + gap
        ]
        if _at_once(blocking, at_s, place.lanes) >= place.lanes:
            return max(at_s + 1, min(end for _, end, _ in blocking))
        if place.shelf is not None:
            return self._shelf(demand, at_s)
        return at_s

    def _shelf(self, demand: Demand, at_s: int) -> int | None:
        place = self.places[demand.place]
        period = self.period(demand.place, at_s)
        following = [c for c in place.cleared if c > at_s]
        used = [self.shelves[demand.place].get(period, self.zero), demand.amount]
        used += [a for p, n, a in demand.own if p == demand.place and n == period]
        laid = tuple(map(sum, zip(*used, strict=True)))
        if place.shelf is not None and fits(laid, place.shelf):
            return at_s
        return min(following) if following else None

    def earliest_loading(
        self, location: int, vehicle: int, from_s: int, length_s: int
    ) -> int | None:
        """Find the first start of loading at a point."""
        lanes = self.bays.get(location)
        if lanes is None:
            return from_s
        if not self.may_use("bay", location, vehicle):
            return None
        loadings = self.loadings[location]
        at_s = from_s
        while True:
            first = bisect_left(loadings, (at_s - self.longest_s,))
            after = bisect_left(loadings, (at_s + length_s,))
            during = [p for p in loadings[first:after] if p[2] != vehicle and at_s < p[1]]
            if _at_once(during, at_s, lanes) < lanes:
                return at_s
            at_s = min(end for _, end, _ in during)

    def enter(self, place: int, presence: Presence, amount: Amounts) -> None:
        """Reserve a place."""
        self.presences[place].append(presence)
        if self.places[place].shelf is not None:
            self._lay(place, presence[0], amount, 1)
        self._count("place", place, presence[2], 1)

    def leave(self, place: int, presence: Presence, amount: Amounts) -> None:
        """Give a reservation back."""
        self.presences[place].remove(presence)
        if self.places[place].shelf is not None:
            self._lay(place, presence[0], amount, -1)
        self._count("place", place, presence[2], -1)

    def load(self, location: int, presence: Presence) -> None:
        """Reserve a lane of the bay."""
        if location in self.loadings:
            insort(self.loadings[location], presence)
            self._count("bay", location, presence[2], 1)

    def unload(self, location: int, presence: Presence) -> None:
        """Give a lane of the bay back."""
        if location in self.loadings:
            self.loadings[location].remove(presence)
            self._count("bay", location, presence[2], -1)

    def _lay(self, place: int, at_s: int, amount: Amounts, sign: int) -> None:
        period = self.period(place, at_s)
        before = self.shelves[place].get(period, self.zero)
        self.shelves[place][period] = tuple(
            b + sign * a for b, a in zip(before, amount, strict=True)
        )

    def _count(self, kind: str, index: int, vehicle: int, sign: int) -> None:
        cohort = self.cohort[vehicle]
        if cohort is not None:
            self.users.setdefault((kind, index), Counter())[cohort] += sign


def _at_once(presences: list[Presence], from_s: int, enough: int) -> int:
    """Give the most couriers who are there at one instant from ``from_s`` on.

    Two who come one after the other need one lane, so that it does not matter in which order times
    were granted. Fewer couriers than ``enough`` are not looked at more closely.
    """
    couriers = len({vehicle for _, _, vehicle in presences})
    if couriers < enough:
        return couriers
    instants = {max(from_s, start) for start, _, _ in presences}
    # Who comes and goes in one second meets whoever is there, too.
    there = (len({v for s, e, v in presences if s <= at < max(e, s + 1)}) for at in instants)
    return max(there, default=0)


def _in_windows(at_s: int, windows: tuple[Window, ...]) -> int | None:
    if not windows:
        return at_s
    for start, end in windows:
        if at_s <= end:
            return max(at_s, start)
    return None
