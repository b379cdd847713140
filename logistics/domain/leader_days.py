"""A building leader's day: what arrives at the slot when, and for which doors it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from logistics.domain.custody import BagState
from logistics.domain.door_visits import DoorVisit
from logistics.domain.needs import Need
from logistics.domain.registry import floor_of, natural
from logistics.domain.roll_call import Mark
from logistics.domain.runs import Run

SEALED_RANK = 2
_GONE = frozenset({BagState.DAMAGED.value, BagState.LOST.value, BagState.RETURNED.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stairwell:
    """A stairwell of the leader, with the rank of its zone now."""

    id: str
    code: str
    names_zh: tuple[str, str, str]  # compound, building, stairwell
    names_en: tuple[str, str, str]
    zone: int = 0  # 0 precaution, 1 controlled, 2 sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A courier comes to a stairwell's slot, and for so long the leader stays away from it."""

    stairwell_code: str
    trip: str
    trip_state: str  # released started finished
    arrives_at: datetime
    leaves_at: datetime
    separation: timedelta
    drop_mode: str  # door gate stairwell point
    bags: int
    dropped: int  # of these, left at the slot or further already

    @property
    def away_from(self) -> datetime:
        """From then on nobody should be at the slot."""
        return self.arrives_at - self.separation

    @property
    def away_until(self) -> datetime:
        """From then on the leader may come."""
        return self.leaves_at + self.separation

    @property
    def over(self) -> bool:
        """Say whether all of it was left."""
        return self.dropped >= self.bags


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorBag:
    """A bag for a door: how far it is, and what kind of custodian has it."""

    code: str
    compartment: str
    weight_g: int
    state: str
    custodian: str
    drop_mode: str

    @property
    def who(self) -> str:
        """Name the kind of its custodian: point courier van slot leader household loss."""
        return self.custodian.partition(":")[0]

    @property
    def handed(self) -> bool:
        """Say whether the household has it."""
        return self.who == "household"

    @property
    def settled(self) -> bool:
        """Say whether a leader has nothing more to do with it."""
        return self.handed or self.state in _GONE

    @property
    def can_take(self) -> bool:
        """Say whether it lies at the slot, or is on its way there."""
        return self.who in ("slot", "courier", "van")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A household with bags of this run, as the leader walks."""

    household_id: str
    household: str
    room: str
    floor: int | None
    stairwell_code: str
    at_the_door: bool  # nobody opens: leave it there, step back
    bags: tuple[DoorBag, ...]
    visit: DoorVisit | None = None
    reports: int = 0  # of missing or damaged goods that nobody has answered

    @property
    def state(self) -> str:
        """Say how far the door is: handed, no-answer, refused, with-leader, at-slot, coming."""
        left = [bag for bag in self.bags if not bag.settled]
        if not left:
            return "handed"
        if self.visit is not None:
            return self.visit.answer.value
        held = {bag.who for bag in left}
        if held == {"leader"}:
            return "with-leader"
        return "at-slot" if held <= {"leader", "slot"} else "coming"

    @property
    def place_in_walk(self) -> tuple[object, ...]:
        """Order doors from the top floor down; within a floor by room."""
        return walk(self.stairwell_code, self.floor, self.room)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderDay:
    """What one leader hands out in a run."""

    run: Run
    zone_name: str
    stairwells: tuple[Stairwell, ...]
    arrivals: tuple[Arrival, ...]
    doors: tuple[Door, ...]

    def doors_of(self, stairwell_code: str) -> tuple[Door, ...]:
        """List the doors of a stairwell in walking order."""
        return tuple(one for one in self.doors if one.stairwell_code == stairwell_code)

    @property
    def open_doors(self) -> int:
        """Count the doors that still wait."""
        return sum(one.state != "handed" for one in self.doors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard:
    """A household that has sent nothing to the open run."""

    household: str
    room: str
    floor: int | None
    stairwell_code: str
    persons: int
    cared_for: bool  # has needs on which a leader acts, so is asked first
    last_mark: Mark | None

    @property
    def place_in_walk(self) -> tuple[object, ...]:
        """Order as doors are walked, those who are cared for first."""
        return (not self.cared_for, *walk(self.stairwell_code, self.floor, self.room))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """How many of the leader's households have sent something, and who has not."""

    run: Run
    households: int
    sent: int
    declined: int
    left: tuple[Unheard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CareNeed:
    """A household that needs help, by consent, as far as a leader acts on it."""

    household: str
    room: str
    floor: int | None
    stairwell_code: str
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A household of the leader's stairwells, as the register and its link stand."""

    id: str
    code: str
    room: str
    persons: int
    stairwell_code: str
    floor: int | None
    in_scope: bool

    @property
    def place_in_walk(self) -> tuple[object, ...]:
        """Order as doors are walked."""
        return walk(self.stairwell_code, self.floor, self.room)


def walk(stairwell_code: str, floor: int | None, room: str) -> tuple[object, ...]:
    """Order doors: stairwell by stairwell, each from the top floor down, then by room."""
    height = floor if floor is not None else floor_of(room) or 0
    return natural(stairwell_code), -height, natural(room)


def in_walk(doors: Iterable[Door]) -> tuple[Door, ...]:
    """Sort doors as they are walked."""
    return tuple(sorted(doors, key=lambda one: one.place_in_walk))
