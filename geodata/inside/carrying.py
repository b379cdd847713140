"""Inside the compound: from the kerb to the slot of a stairwell, and from there to each door."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from geodata.district import District
from geodata.modes import MODES, WALK_M_S
from geodata.travel.network import ModeUnknown

LIFTS = ("yes", "no", "unknown")
CARRIERS = ("courier", "leader")
_ROOM = re.compile(r"(?<!\d)(\d{1,2})\d{2}(?!\d)")
_BELOW = ("-", "负", "地下")
_SEALED = "sealed"
ZONES = ("precaution", "controlled", _SEALED)


class CarryRefused(ValueError):
    """Carrying cannot be reckoned; ``facts`` name the place or field, what was found, the mend."""

    def __init__(self, code: str, **facts: str) -> None:
        self.code = code
        self.facts = facts
        super().__init__(f"{code}: " + "; ".join(f"{k} {v}" for k, v in facts.items()))


_PARKING_S = MappingProxyType(
    {"foot": 0.0, "trolley": 5.0, "ebike": 20.0, "tricycle": 25.0, "van": 45.0}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryPolicy:
    """How bags are carried, with every figure a setting.

    Parameters
    ----------
    parking_s
        To stop and stand safely, and to set off again, by mode. Ours.
    unload_bag_s
        To take a bag off and set it down at one's feet, per bag. Ours.
    slot_bag_s
        To put a bag on the shelf so that its label is seen, per bag. Ours.
    slot_m
        From the stairwell's door to its slot. Ours.
    hand_bags, hand_weight_g
        What one person carries at once: a bag in each hand, and 25 kg, the guideline figure for
        men of the Health and Safety Executive's L23 (16 kg for women: a setting for teams). It is
        meant for loads held against the body and some 10 m; to take it for stairs is ours.
    walk_m_s, loaded_m_s
        Walking without load, as on ways (:data:`geodata.modes.WALK_M_S`), and with full hands
        (ours).
    floor_m
        Height of a storey, 2.8 m by the Design Code for Residential Buildings (GB 50096-2011,
        5.5.1).
    up_s, down_s
        One storey of stairs without load: 16 treads of 0.26 m, as risers of at most 0.175 m need
        (GB 50096, 6.3.2), are 4.16 m seen from above, walked at 100 ft/min up and 132 ft/min
        down (Fruin, Pedestrian Planning and Design, Table 3-B: the horizontal part of the speed,
        mean of all ages, on an indoor stair of 32 degrees), and two landings of 1.2 m (ours).
    load_share
        How much longer a storey takes with full hands than with none, up and down; in between by
        weight. Ours.
    door_s, door_bag_s
        To go to a door, knock and step back, and to set down each bag. Ours.
    pickup_s, pickup_bag_s
        To take up a carry at the slot, and each of its bags. Ours.
    lift_wait_s
        Until the lift is there (ours; lift makers call 20 s excellent, 30 s satisfactory and 40 s
        bad, for offices).
    lift_m_s, lift_stop_s
        Rated speed of a house lift, and what a ride takes beside it: doors, starting, stopping,
        getting in and out. Ours.
    lift_bags, lift_weight_g
        What may go up at once beside the carrier, in a lift for 8 persons and by trolley (ours).
    lift_trolley
        Whether the carrier has a trolley in the lift, and rides from floor to floor. Else the
        hands are the limit: ride to the top, walk down.
    lift_from_levels
        Where the map does not say whether there is a lift, there is one from so many storeys on:
        seven by GB 50096 (6.4.1); 0 for never.
    lift_closed
        Pairs of zone and carrier for whom the lift is closed.
    lift_disinfect_s, lift_disinfect_zones
        To disinfect the lift after each use, before the next user, and in which zones. Ours.
    """

    parking_s: Mapping[str, float] = field(default_factory=lambda: _PARKING_S)
    unload_bag_s: float = 4.0
    slot_bag_s: float = 3.0
    slot_m: float = 5.0
    hand_bags: int = 2
    hand_weight_g: int = 25_000
    walk_m_s: float = WALK_M_S
    loaded_m_s: float = 1.0
    floor_m: float = 2.8
    up_s: float = 10.2
    down_s: float = 8.2
    load_share: float = 0.4
    door_s: float = 20.0
    door_bag_s: float = 3.0
    pickup_s: float = 5.0
    pickup_bag_s: float = 3.0
    lift_wait_s: float = 30.0
    lift_m_s: float = 1.0
    lift_stop_s: float = 12.0
    lift_bags: int = 8
    lift_weight_g: int = 120_000
    lift_trolley: bool = False
    lift_from_levels: int = 7
    lift_closed: frozenset[tuple[str, str]] = frozenset(((_SEALED, "courier"),))
    lift_disinfect_s: float = 60.0
    lift_disinfect_zones: frozenset[str] = frozenset((_SEALED,))

    def __post_init__(self) -> None:
        for name in ("hand_bags", "hand_weight_g", "lift_bags", "lift_weight_g"):
            if getattr(self, name) < 1:
                raise _refused_figure(name, getattr(self, name), "carry at least one")
        for name in ("walk_m_s", "loaded_m_s", "lift_m_s", "up_s", "down_s", "floor_m"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise _refused_figure(name, value, "give a figure above zero")
        for name in _WAITS:
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise _refused_figure(name, value, "give zero or more")
        if missing := sorted(MODES.keys() - self.parking_s.keys()):
            raise _refused_figure("parking_s", ", ".join(missing), "give a time for each mode")


_WAITS = (
    "unload_bag_s",
    "slot_bag_s",
    "slot_m",
    "load_share",
    "door_s",
    "door_bag_s",
    "pickup_s",
    "pickup_bag_s",
    "lift_wait_s",
    "lift_stop_s",
    "lift_from_levels",
    "lift_disinfect_s",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stairwell:
    """A stairwell as those who carry see it.

    Parameters
    ----------
    levels_set
        Whether the map states the storeys; else no room can be said to lie above them.
    """

    id: str
    levels: int
    lift: str = "unknown"
    levels_set: bool = False

    def __post_init__(self) -> None:
        if self.levels < 1:
            raise CarryRefused(
                "carry.levels", stairwell=self.id, found=str(self.levels), mend="give 1 or more"
            )
        if self.lift not in LIFTS:
            raise CarryRefused(
                "carry.lift-unknown",
                stairwell=self.id,
                found=self.lift,
                mend="use one of " + ", ".join(LIFTS),
            )

    @classmethod
    def of(cls, district: District, mark: str) -> "Stairwell":
        """Read a stairwell of a district by its id or code.

        Raises
        ------
        CarryRefused
            If there is no such stairwell.
        """
        frame = district.stairwells
        for column in ("id", "code"):
            found = frame[frame[column] == mark]
            if len(found):
                row = found.iloc[0]
                return cls(
                    id=str(row["id"]),
                    levels=max(1, int(row["levels"])),
                    lift=str(row.get("lift", "unknown")),
                    levels_set=bool(row.get("levels_set", False)),
                )
        raise CarryRefused(
            "carry.stairwell-unknown", stairwell=mark, mend="name a stairwell of this district"
        )

    def above(self, floor: int) -> bool:
        """Tell whether a floor lies above the storeys that the map states."""
        return self.levels_set and floor > self.levels

    def reached(self, floor: int) -> int:
        """Give the floor that is gone to: of a floor above the stated storeys, the top one."""
        return self.levels if self.above(floor) else floor


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """How storeys are gained in a stairwell, by whom it is asked.

    Attributes
    ----------
    lift
        Whether the lift is used.
    assumed
        Whether that rests on the storeys, as the map does not say.
    closed
        Whether there is a lift, but closed to this carrier.
    """

    lift: bool
    assumed: bool = False
    closed: bool = False
    disinfect_s: float = 0.0


def rise(
    stairwell: Stairwell, policy: CarryPolicy, *, carrier: str = "leader", zone: str = ""
) -> Rise:
    """Tell whether a carrier goes up by lift, by the map and by the rules of the zone.

    Raises
    ------
    CarryRefused
        If there is no such carrier or zone.
    """
    if carrier not in CARRIERS:
        raise CarryRefused(
            "carry.carrier-unknown", found=carrier, mend="use one of " + ", ".join(CARRIERS)
        )
    if zone not in ZONES and zone:
        raise CarryRefused("carry.zone-unknown", found=zone, mend="use one of " + ", ".join(ZONES))
    assumed = stairwell.lift == "unknown"
    tall = bool(policy.lift_from_levels) and stairwell.levels >= policy.lift_from_levels
    if stairwell.lift == "no" or (assumed and not tall):
        return Rise(lift=False, assumed=assumed)
    if (zone, carrier) in policy.lift_closed:
        return Rise(lift=False, assumed=assumed, closed=True)
    clean_s = policy.lift_disinfect_s if zone in policy.lift_disinfect_zones else 0.0
    return Rise(lift=True, assumed=assumed, disinfect_s=clean_s)


def floor_of(room: str) -> int | None:
    """Read the storey off a room's number: 501 is on the fifth, 1203A the twelfth, -102 below.

    None where the room does not say, as in villages and in rooms with names.
    """
    text = room.translate(_WIDE).strip()
    found = _ROOM.findall(text)
    if not found or int(found[-1]) == 0:
        return None
    return -int(found[-1]) if text.startswith(_BELOW) else int(found[-1])


_WIDE = {ord("０") + n: str(n) for n in range(10)} | {ord("－"): "-", ord("—"): "-"}


def storeys(floor: int) -> int:
    """Count the storeys between a floor and the ground floor, which is 1."""
    return abs(floor - 1) if floor > 0 else abs(floor)


def stairs_s(count: int, load_g: int, policy: CarryPolicy, *, up: bool) -> float:
    """Time to walk some storeys up or down with a load."""
    share = 1 + policy.load_share * min(1.0, load_g / policy.hand_weight_g)
    return count * (policy.up_s if up else policy.down_s) * share


def ride_s(count: int, policy: CarryPolicy) -> float:
    """Time to wait for the lift and ride some storeys; none to stay."""
    if count == 0:
        return 0.0
    return policy.lift_wait_s + policy.lift_stop_s + count * policy.floor_m / policy.lift_m_s


def climb_s(floor: int, load_g: int, how: Rise, policy: CarryPolicy) -> float:
    """Time from the slot on the ground floor to a floor."""
    count = storeys(floor)
    if how.lift and count:
        return ride_s(count, policy) + how.disinfect_s
    return stairs_s(count, load_g, policy, up=floor > 0)


def slot_time_s(mode: str, bags: int, policy: CarryPolicy, *, access_m: float = 0.0) -> int:
    """Time that a stop takes beside the way there: to park, unload and put bags on the slot.

    Parameters
    ----------
    access_m
        Walk from where one parks to the stairwell's door. Travel times hold it once there and
        once back; what is added here are the further turns that more bags need.

    Raises
    ------
    ModeUnknown
        If there is no such mode of travel.
    """
    if mode not in MODES:
        raise ModeUnknown(mode)
    if bags <= 0:
        return 0
    turns = 1 if mode == "trolley" else -(-bags // policy.hand_bags)
    inside_s = policy.slot_m / policy.loaded_m_s + policy.slot_m / policy.walk_m_s
    again_s = access_m / policy.loaded_m_s + access_m / policy.walk_m_s
    slower_s = access_m / policy.loaded_m_s - access_m / policy.walk_m_s
    each_s = policy.unload_bag_s + policy.slot_bag_s
    total_s = policy.parking_s[mode] + bags * each_s + turns * inside_s
    return math.ceil(total_s + (turns - 1) * again_s + max(0.0, slower_s))


def door_times(
    stairwell: Stairwell,
    rooms: Iterable[str],
    policy: CarryPolicy,
    *,
    carrier: str = "leader",
    zone: str = "",
    load_g: int = 0,
) -> dict[str, int]:
    """Time from the slot to each room's door, on a way of its own, in whole seconds.

    A room that does not say its storey is taken to be on the ground floor, and one above the
    storeys that the map states on the top floor.
    """
    how = rise(stairwell, policy, carrier=carrier, zone=zone)
    floors = {room: stairwell.reached(floor_of(room) or 1) for room in rooms}
    return {
        room: math.ceil(climb_s(floor, load_g, how, policy) + policy.door_s)
        for room, floor in floors.items()
    }


def _refused_figure(name: str, value: object, mend: str) -> CarryRefused:
    return CarryRefused("carry.figure", field=name, found=str(value), mend=mend)
