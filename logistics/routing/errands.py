"""Errands as shipments of the problem, and what the solver's rules do not say of them.

The solver keeps windows, loads, permits and ways of a shipment. It knows of no slot and no zone at
a shipment's ends: that couriers do not meet there and go from clean to dirty is judged here, and
taught to the next search as narrower windows (:class:`Lessons`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from types import MappingProxyType

from geodata.district import District
from logistics.domain.errand_trips import AMOUNTS, DueErrand, LeftErrand, Leg, Site
from logistics.domain.errands import ErrandKind
from logistics.domain.places import straight_m
from logistics.domain.planning import Drop, DropSlot, PlanInputs, next_action
from logistics.routing.problem import Index, site_spot
from solver.problem import (
    UNREACHABLE,
    Job,
    Matrix,
    Place,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
    Window,
)

_TYPES = MappingProxyType({Leg.COLLECT: "pickup", Leg.FETCH: "pickup", Leg.BRING: "delivery"})
_MEDICINE_TYPES = MappingProxyType(
    {Leg.COLLECT: "pickup", Leg.FETCH: "via", Leg.BRING: "delivery"}
)
_PRIORITY_OF_TIER = (90, 50, 10)  # as of bags
_PRIORITY_OF_MEDICINE = 100
_SKILL_OF_ERRAND = 10  # skills below are ranks of zones


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One stop of an errand in the problem; ``zone`` is None where the thing lies.

    ``place`` is where couriers must not meet; None at a service point, whose bays see to that.
    """

    errand: DueErrand
    leg: Leg
    place: str | None
    zone: int | None
    slot: DropSlot | None
    drop: Drop


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """What searches before have shown: windows that keep couriers apart, and who must not."""

    booked: Mapping[tuple[str, Leg], tuple[str, Window, int]] = field(default_factory=dict)
    """Place, beginnings and stay, by errand and leg."""

    apart: frozenset[tuple[str, int]] = frozenset()  # errand and vehicle
    left: Mapping[str, LeftErrand] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errands:
    """The errands of a problem: their ends by type and id of the step, and what is left out."""

    ends: Mapping[tuple[str, int], End]
    ids: Mapping[int, DueErrand]  # by id of the shipment's steps
    left: tuple[LeftErrand, ...]


def with_sites(inputs: PlanInputs, district: District) -> PlanInputs:
    """Find on the map where things lie; medicine of which nothing is said is at a health station.

    Of several stations it is the nearest as the crow flies.
    """
    rows = district.sites.to_dict("records")
    sites = [
        Site(
            code=row["code"], name_zh=row["name_zh"], name_en=row["name_en"],
            lon=row["geometry"].x, lat=row["geometry"].y, kind=row["kind"],
        )
        for row in rows
    ]  # fmt: skip
    by_code = {site.code: site for site in sites}
    health = sorted((s for s in sites if s.kind == "health"), key=lambda site: site.code)
    slots = {slot.id: slot for slot in inputs.errand_slots}

    def of(errand: DueErrand) -> Site | None:
        if errand.site is not None or errand.place:
            return errand.site or by_code.get(errand.place)
        if errand.kind is not ErrandKind.MEDICINE or not health:
            return None
        home = slots[errand.stairwell_id]
        return min(health, key=lambda s: straight_m(s.lon, s.lat, home.lon, home.lat))

    return replace(inputs, errands=tuple(replace(e, site=of(e)) for e in inputs.errands))


def with_errands(
    inputs: PlanInputs, problem: Problem, index: Index, lessons: Lessons
) -> tuple[Problem, Errands]:
    """Add the run's errands to the problem of its bags."""
    maker = _Maker(inputs, problem, {s.id: n for n, s in enumerate(index.locations)}, lessons)
    slots = {slot.id: slot for slot in inputs.errand_slots}
    shipments: list[Shipment] = []
    ends: dict[tuple[str, int], End] = {}
    ids: dict[int, DueErrand] = {}
    left: list[LeftErrand] = []
    for number, errand in enumerate(inputs.errands, start=1):
        slot = slots[errand.stairwell_id]
        out = lessons.left.get(errand.id) or maker.impossible(errand, slot)
        made = None if out else maker.shipment(errand, slot, number)
        if made is None:
            left.append(out or left_out(errand, "errand-due-too-soon", {}))
            continue
        shipments.append(made)
        ids[number] = errand
        for leg, kind in _types(errand).items():
            ends[kind, number] = end_of(inputs, errand, leg, slot)
    bound = replace(
        problem,
        shipments=tuple(shipments),
        vehicles=tuple(_with_skills(v, ids, lessons) for v in problem.vehicles),
        jobs=tuple(_apart(job, inputs, lessons) for job in problem.jobs),
        places=tuple(_with_room(one, ends.values()) for one in problem.places),
    )
    return bound, Errands(ends=ends, ids=ids, left=tuple(left))


def _types(errand: DueErrand) -> Mapping[Leg, str]:
    kinds = _MEDICINE_TYPES if errand.kind is ErrandKind.MEDICINE else _TYPES
    return {leg: kinds[leg] for leg in errand.legs}


def end_of(inputs: PlanInputs, errand: DueErrand, leg: Leg, slot: DropSlot) -> End:
    """Say where one stop of an errand is."""
    site = errand.site
    if leg is not Leg.FETCH or site is None:
        drop = slot.drop(inputs.policy)
        return End(errand=errand, leg=leg, place=drop.place, zone=slot.zone, slot=slot, drop=drop)
    drop = Drop(mode="site", place=site.code, lon=site.lon, lat=site.lat)
    place = None if site.kind == "point" else site_spot(site.code)
    return End(errand=errand, leg=leg, place=place, zone=None, slot=None, drop=drop)


def left_out(errand: DueErrand, code: str, facts: Mapping[str, int | str]) -> LeftErrand:
    """Leave an errand out, and say what to do next."""
    return LeftErrand(errand_id=errand.id, code=code, facts=facts, next_action=next_action(code))


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes shipments of one run's errands."""

    inputs: PlanInputs
    problem: Problem
    spots: Mapping[str, int]
    lessons: Lessons

    def impossible(self, errand: DueErrand, slot: DropSlot) -> LeftErrand | None:
        """Say why no search is needed: unknown places, pick-up at the point, no way."""
        if errand.site is None:
            code = "errand-place-unknown" if errand.place else "errand-place-missing"
            return left_out(errand, code, {"place": errand.place} if errand.place else {})
        if slot.drop(self.inputs.policy).mode == "point":
            return left_out(errand, "pick-up-at-point", {"stairwell": slot.code})
        there, home = self.spots[site_spot(errand.site.code)], self.spots[slot.id]
        starts = {(v.profile, point) for v in self.problem.vehicles for point in v.points}
        if any(
            _leads(self.problem.matrices[kind], (point, there, home, point))
            for kind, point in starts
        ):
            return None
        facts = {"place": errand.site.code, "stairwell": slot.code}
        return left_out(errand, "unreachable", facts)

    def shipment(self, errand: DueErrand, slot: DropSlot, number: int) -> Shipment | None:
        """Make an errand's shipment; None if no window is left before it is due."""
        steps = {}
        stay = _stay(self.inputs)
        for leg, kind in _types(errand).items():
            end = end_of(self.inputs, errand, leg, slot)
            windows = windows_of(self.inputs, end, stay, self.lessons)
            if not windows:
                return None
            place = slot.id if end.slot else site_spot(end.drop.place)
            steps[kind] = ShipmentStep(
                id=number,
                location=self.spots[place],
                description=slot.code if end.slot else end.drop.place,
                service_s=stay,
                windows=windows,
            )
        tier = min(errand.need_tier, len(_PRIORITY_OF_TIER) - 1)
        medicine = errand.kind is ErrandKind.MEDICINE
        return Shipment(
            pickup=steps["pickup"],
            via=steps.get("via"),
            delivery=steps["delivery"],
            amount=(*AMOUNTS[errand.kind], 1),
            skills=frozenset({slot.zone, _SKILL_OF_ERRAND + number}),
            priority=_PRIORITY_OF_MEDICINE if medicine else _PRIORITY_OF_TIER[tier],
        )


def _leads(matrix: Matrix, way: Sequence[int]) -> bool:
    """Say whether each leg can be gone both ways, as an errand of three legs goes it."""
    pairs = [*pairwise(way), (way[2], way[1])]
    return all(matrix.duration_s[pair] != UNREACHABLE for pair in pairs)


def _stay(inputs: PlanInputs) -> int:
    return inputs.policy.stop_s + inputs.policy.bag_s


def windows_of(inputs: PlanInputs, end: End, stay: int, lessons: Lessons) -> tuple[Window, ...]:
    """Say when a stop may begin: in the wave, away from the leader's rounds, before it is due."""
    policy, apart = inputs.policy, inputs.separation_s
    until = policy.drop_until_s
    due = end.errand.until_s
    if end.leg is Leg.BRING and due is not None and due > policy.drop_from_s:
        until = min(until, due - stay)  # what was due before the wave is late: it goes at once
    windows: tuple[Window, ...] = ((policy.drop_from_s, until),) if until >= 0 else ()
    if end.slot is not None:
        for start, stop in policy.rounds:
            windows = without(windows, start - apart - stay, stop + apart)
    booked = lessons.booked.get((end.errand.id, end.leg))
    if booked is not None:
        _, (first, last), _ = booked
        windows = tuple((max(a, first), min(b, last)) for a, b in windows)
    else:
        windows = _around(windows, end.place, stay, apart, lessons)
    return tuple((a, b) for a, b in windows if a <= b)


def _around(
    windows: tuple[Window, ...], place: str | None, stay: int, apart: int, lessons: Lessons
) -> tuple[Window, ...]:
    """Keep away from what is booked at a place for other errands."""
    for there, (first, last), theirs in lessons.booked.values():
        if there == place:
            windows = without(windows, first - apart - stay, last + theirs + apart)
    return windows


def without(windows: Sequence[Window], after: int, before: int) -> tuple[Window, ...]:
    """Take the beginnings strictly between two instants out of windows."""
    cut: list[Window] = []
    for start, end in windows:
        cut += [(start, min(end, after)), (max(start, before), end)]
    return tuple(dict.fromkeys((a, b) for a, b in cut if a <= b))


def _with_skills(vehicle: Vehicle, ids: Mapping[int, DueErrand], lessons: Lessons) -> Vehicle:
    may = {n for n, errand in ids.items() if (errand.id, vehicle.id) not in lessons.apart}
    zones = range(vehicle.zone_max + 1)
    return replace(
        vehicle, skills=frozenset({*zones, *(_SKILL_OF_ERRAND + number for number in may)})
    )


def _apart(job: Job, inputs: PlanInputs, lessons: Lessons) -> Job:
    windows = _around(job.windows, job.place, job.service_s, inputs.separation_s, lessons)
    return job if windows == job.windows else replace(job, windows=windows)


def _with_room(place: Place, ends: Iterable[End]) -> Place:
    """Keep room on a shelf for what errands bring there."""
    coming = sum(end.place == place.id and end.leg is Leg.BRING for end in ends)
    if place.shelf is None or not coming:
        return place
    return replace(place, shelf=(*place.shelf[:-1], max(1, place.shelf[-1] - coming)))
