"""What a plan is made of: bags at points, couriers, drop slots, and the plan in people's terms."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from typing import Any

from logistics.domain.closures import Closure
from logistics.domain.errand_trips import DueErrand, LeftErrand, PlannedLeg
from logistics.domain.plan_locks import PlanLock
from logistics.domain.setup import ZONES, Policy

HOUR_S = 3600
DAY_S = 24 * HOUR_S
STAIRWELL_ONLY = ("stairwell",) * len(ZONES)
"""Every zone is served at the slot of its stairwells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingPolicy:
    """The district's settings for a plan; each default is ours and a setting, never a law.

    ``rounds`` are the intervals in which the building leaders collect and the slots are closed;
    a shelf of None holds whatever comes. ``face_weight`` is what a further courier at a building
    costs, in seconds of travel.
    """

    drop_from_s: int = 9 * HOUR_S + 1800
    drop_until_s: int = 17 * HOUR_S + 1800
    stop_s: int = 120
    bag_s: int = 15
    reload_s: int = 420
    shelf_bags: int | None = 30
    rounds: tuple[tuple[int, int], ...] = ()
    face_weight: int = 600
    drop_modes: tuple[str, ...] = STAIRWELL_ONLY  # by zone rank

    def __post_init__(self) -> None:
        if self.drop_until_s <= self.drop_from_s:
            raise ValueError("drop_until_s must lie after drop_from_s")
        if any(end <= start for start, end in self.rounds):
            raise ValueError("a leader's round must end after it starts")

    @classmethod
    def of(cls, policy: Mapping[str, Any]) -> "RoutingPolicy":
        """Read the district's policy as the store keeps it; what is not named has our default.

        Leaders collect from ``leader_start`` to ``leader_end`` where these are given, otherwise
        every ``leader_every_s`` (two hours) for ``leader_stay_s`` (ten minutes) during the wave.
        """
        facts = Policy.of_facts(policy)
        start, end = _second_of_day(facts.wave_start), _second_of_day(facts.wave_end)
        if facts.leader_start is not None and facts.leader_end is not None:
            rounds: tuple[tuple[int, int], ...] = (
                (_second_of_day(facts.leader_start), _second_of_day(facts.leader_end)),
            )
        else:
            every, stay = facts.leader_every_s, facts.leader_stay_s
            starts = range(start + every, end + 1, every) if every else ()
            rounds = tuple((moment, moment + stay) for moment in starts)
        return cls(
            drop_from_s=start,
            drop_until_s=end,
            stop_s=facts.stop_service_s,
            bag_s=facts.bag_service_s,
            reload_s=facts.loading_s,
            shelf_bags=facts.shelf_bags or None,
            rounds=rounds,
            face_weight=facts.face_weight,
            drop_modes=tuple(getattr(facts, f"drop_{zone}") for zone in ZONES),
        )


def _second_of_day(moment: time) -> int:
    return moment.hour * HOUR_S + moment.minute * 60 + moment.second


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPlace:
    """A service point as plans and sheets name it; ``bays`` couriers load there at once."""

    id: str
    code: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    bays: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DropGate:
    """The gate at which goods for a stairwell may be left."""

    code: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Where a courier leaves what goes to a stairwell: the code of the slot, and its position."""

    mode: str  # door gate stairwell point
    place: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DropSlot:
    """A stairwell's slot: where it lies, what it belongs to, and its zone rank of the day."""

    id: str
    code: str
    building_code: str
    names_zh: tuple[str, str, str]  # compound, building, stairwell
    names_en: tuple[str, str, str]
    note: str  # the address that the map itself gives
    lon: float
    lat: float
    zone: int  # 0 precaution, 1 controlled, 2 sealed
    gate: DropGate | None = None  # read only where the policy leaves goods at gates

    def drop(self, policy: RoutingPolicy) -> Drop:
        """Say where goods are left in this slot's zone; without a gate, at the stairwell."""
        mode = policy.drop_modes[self.zone]
        if mode == "gate" and self.gate is not None:
            gate = self.gate
            return Drop(mode=mode, place=gate.code, lon=gate.lon, lat=gate.lat)
        at_slot = "stairwell" if mode == "gate" else mode
        return Drop(mode=at_slot, place=self.code, lon=self.lon, lat=self.lat)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingBag:
    """A bag that waits at its point."""

    id: str
    code: str
    stairwell_id: str
    point_id: str
    household_code: str
    room: str
    need_tier: int  # 0 most urgent … 2 ordinary
    compartment: str
    weight_g: int
    volume_ml: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A courier on duty with what carries the load."""

    id: str
    code: str
    mode: str
    capacity_g: int
    capacity_ml: int
    capacity_bags: int
    shift_start_s: int
    shift_end_s: int
    max_trips: int
    zone_max: int
    point_id: str
    cohort: str | None = None
    permits: tuple[str, ...] = ()  # which closures let them pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInputs:
    """Everything that a plan of one run is made from, as it was read; ordered by code.

    What opens, closes or changes its zone within the wave counts at its strictest for all of it:
    ``closures`` are those in force at some time of the wave, ``zone_changes`` the instants inside
    it at which the zone of a slot changes.
    """

    run_id: str
    run_code: str
    day: date
    separation_s: int
    district_id: str
    district_folder: str
    district_digest: str
    closed_gates: tuple[str, ...]  # ids of the map
    policy: RoutingPolicy
    points: tuple[PlannedPlace, ...]
    slots: tuple[DropSlot, ...]
    bags: tuple[WaitingBag, ...]
    carriers: tuple[Carrier, ...]
    wave: tuple[datetime, datetime] | None = None  # None: no closure and no hours are looked at
    closures: tuple[Closure, ...] = ()
    zone_changes: tuple[datetime, ...] = ()
    releases: tuple[tuple[str, int], ...] = ()  # point id, second from which its bags may leave
    errands: tuple[DueErrand, ...] = ()
    errand_slots: tuple[DropSlot, ...] = ()  # of those errands, and of those planned before
    locks: tuple[PlanLock, ...] = ()
    begun: tuple["BegunTrip", ...] = ()  # the draft that a search with locks begins from

    def digest(self) -> str:
        """Hash all that was read: two equal digests mean that the plan still holds.

        Errands are no part of it: one that is asked for later waits for the next plan, one that
        is taken back is passed over. Locks are none either: they bind the next plan.
        """
        facts = _without_defaults(asdict(self))
        text = json.dumps(facts, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _without_defaults(facts: dict[str, Any]) -> dict[str, Any]:
    """Leave out what says nothing, so that a plan made before it could be said still holds."""
    for name in ("wave", "errands", "errand_slots", "locks", "begun"):
        facts.pop(name)  # the wave follows from day and policy
    for holder, name in (
        (facts, "closures"),
        (facts, "zone_changes"),
        (facts, "releases"),
        *((carrier, "permits") for carrier in facts["carriers"]),
        *((slot, "gate") for slot in facts["slots"]),
    ):
        if not holder[name]:
            holder.pop(name)
    if facts["policy"]["drop_modes"] == STAIRWELL_ONLY:
        facts["policy"].pop("drop_modes")
    return facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that the planner is told beside the plan; ``code`` is its key in the texts."""

    code: str
    facts: Mapping[str, int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStop:
    """A visit of a slot and the bags left there."""

    seq: int
    stairwell_id: str
    arrival_s: int
    leave_s: int
    bag_ids: tuple[str, ...]
    drop_mode: str = "stairwell"  # door gate stairwell


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTrip:
    """One round of a courier from a point and back; ``no`` counts from 1 in the shift."""

    code: str
    courier_id: str
    point_id: str
    no: int
    departs_s: int
    returns_s: int
    weight_g: int
    volume_ml: int
    stops: tuple[PlannedStop, ...]
    legs: tuple[PlannedLeg, ...] = ()  # stops of errands, counted with the others


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunTrip:
    """A trip of the draft, with the second at which its loading begins."""

    trip: PlannedTrip
    loads_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnservedBag:
    """A bag that no trip carries, why, and what to do next."""

    bag_id: str
    code: str
    facts: Mapping[str, int | str]
    next_action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """A plan in people's terms, with the solver's own files beside it."""

    trips: tuple[PlannedTrip, ...]
    unserved: tuple[UnservedBag, ...]
    problem: Mapping[str, Any] = field(default_factory=dict)
    plan: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    errands_left: tuple[LeftErrand, ...] = ()


_NEXT_ACTIONS = {
    # what the solver tried, and found to help
    "longer-search": "plan-again",
    "any-courier": "free-courier",
    "one-more-trip": "add-trip",
    "more-tasks": "raise-limit",
    "more-travel": "raise-limit",
    "more-distance": "raise-limit",
    "longer-duration": "raise-limit",
    "wider-window": "widen-window",
    "longer-shift": "extend-shift",
    "earlier-shift": "extend-shift",
    "slot-open": "change-slot-times",
    "further-clearing": "clear-shelf",
    "larger-shelf": "clear-shelf",
    "second-bay-lane": "add-bay",
    "earlier-release": "release-earlier",
    "further-courier": "add-courier",
    "without-break": "move-break",
    "goods-at-point": "move-goods",
    "skill-added": "assign-permitted",
    "zone-permit": "assign-permitted",
    "larger-load": "repack",
    "second-lane": "add-lane",
    "cohort-free": "free-cohort",
    "shorter-separation": "change-slot-times",
    "together": "two-changes",
    # causes
    "no-courier": "add-courier",
    "no-courier-with-skill": "add-courier",
    "zone-not-permitted": "assign-permitted",
    "goods-elsewhere": "move-goods",
    "too-heavy": "repack",
    "unreachable": "check-gates",
    "pick-up-at-point": "call-in-turns",
    "slot-closed": "change-slot-times",
    "shelf-too-small": "clear-shelf",
    "release-too-late": "release-earlier",
    "window-too-short": "widen-window",
    "shift-too-short": "extend-shift",
    "limit-too-tight": "raise-limit",
    "break-in-the-way": "move-break",
    "fits-now": "plan-again",
    "not-worth-its-prize": "next-run",
    "cohort-taken": "free-cohort",
    "no-trips-left": "add-trip",
    "no-time-left": "add-courier",
    "no-capacity-left": "add-courier",
    "slot-busy": "change-slot-times",
    "shelf-full": "clear-shelf",
    "bay-full": "add-bay",
    "limit-used-up": "raise-limit",
    "no-room-left": "add-courier",
    "rules-conflict": "next-run",
    # of errands
    "errand-place-missing": "say-place",
    "errand-place-unknown": "by-hand",
    "errand-due-too-soon": "by-hand",
    "zone-order": "next-run",
}


def next_action(code: str) -> str:
    """Name what to do next about a cause, or as the solver's help says; else ``next-run``."""
    return _NEXT_ACTIONS.get(code, "next-run")
