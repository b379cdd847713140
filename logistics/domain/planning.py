"""What a plan is made of: bags at points, couriers, drop slots, and the plan in people's terms."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

HOUR_S = 3600
DAY_S = 24 * HOUR_S


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingPolicy:
    """The district's settings for a plan; each default is ours and a setting, never a law.

    The leader collects for ``leader_stay_s`` every ``leader_every_s`` from ``drop_from_s`` on
    (0: no leader's rounds known); a shelf of None holds whatever comes.
    """

    drop_from_s: int = 8 * HOUR_S
    drop_until_s: int = 20 * HOUR_S
    stop_s: int = 90
    bag_s: int = 20
    setup_s: int = 30
    reload_s: int = 300
    bays: int = 4
    shelf_bags: int | None = None
    leader_every_s: int = 2 * HOUR_S
    leader_stay_s: int = 600
    face_weight: int = 600

    def __post_init__(self) -> None:
        if self.drop_until_s <= self.drop_from_s:
            raise ValueError("drop_until_s must lie after drop_from_s")
        if self.bays < 1:
            raise ValueError("bays must be at least 1")
        if 0 < self.leader_every_s <= self.leader_stay_s:
            raise ValueError("leader_every_s must be longer than leader_stay_s")

    @classmethod
    def of(cls, policy: Mapping[str, Any]) -> "RoutingPolicy":
        """Read the district's policy: its table ``routing``; keys not named keep their default."""
        table = policy.get("routing", {})
        known = {f.name for f in fields(cls)}
        return cls(**{key: value for key, value in table.items() if key in known})

    def leader_rounds(self) -> tuple[tuple[int, int], ...]:
        """List the leader's collecting intervals of a day, ascending; the last ends the day."""
        if not self.leader_every_s:
            return ()
        starts = range(
            self.drop_from_s + self.leader_every_s,
            self.drop_until_s + self.leader_every_s,
            self.leader_every_s,
        )
        return tuple((start, start + self.leader_stay_s) for start in starts)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPlace:
    """A point or market as plans and sheets name it."""

    id: str
    code: str
    name_zh: str
    name_en: str
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedBag:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInputs:
    """Everything that a plan of one run is made from, as it was read; ordered by code."""

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
    bags: tuple[PackedBag, ...]
    carriers: tuple[Carrier, ...]

    def digest(self) -> str:
        """Hash all that was read: two equal digests mean that the plan still holds."""
        text = json.dumps(asdict(self), sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStop:
    """A visit of a slot and the bags left there."""

    seq: int
    stairwell_id: str
    arrival_s: int
    leave_s: int
    bag_ids: tuple[str, ...]


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


NEXT_ACTIONS = {
    "stairwell.unreachable": "check-gates",
    "zone.not-permitted": "assign-permitted",
    "capacity.too-heavy": "repack",
    "courier.none": "assign-courier",
    "time.none-left": "next-run",
}
"""What to do about each cause; a cause that is not named here waits for the next run."""


def next_action(code: str) -> str:
    """Name what to do next about a cause of not being served."""
    if code in NEXT_ACTIONS:
        return NEXT_ACTIONS[code]
    for word, action in (
        ("zone", "assign-permitted"),
        ("unreachable", "check-gates"),
        ("capacity", "repack"),
        ("point", "assign-courier"),
        ("courier", "assign-courier"),
    ):
        if word in code:
            return action
    return "next-run"
