"""The roll call before a cut-off: who has sent nothing, and what those said who were asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from logistics.domain.registry import HouseholdKind, floor_of, natural
from logistics.errors import Conflict, Invalid

Key = TypeVar("Key")


class Answer(StrEnum):
    """What came of asking; what was said last counts."""

    ASKED = "asked"  # nobody answered, or they will send a list
    DECLINED = "declined"  # they need nothing
    REOPENED = "reopened"  # a mistake: they were not asked, or do need something


class How(StrEnum):
    """By which way a household was asked."""

    PHONE = "phone"
    DOOR = "door"
    CHAT = "chat"
    NOTICE = "notice"  # at the stairwell, or by loudspeaker
    LEADER = "leader"
    OTHER = "other"


class RollCallClosed(Conflict):
    """The run is closed; nobody is asked for it any more."""

    code = "roll-call.closed"


class ListThere(Conflict):
    """A household that has sent a list has not declined."""

    code = "roll-call.list-there"


class MarkInvalid(Invalid):
    """A mark on a roll call cannot be like this."""

    code = "roll-call.mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A household was asked; ``asked_by`` is a post or code, never a name."""

    answer: Answer
    how: How
    asked_at: datetime
    asked_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A household of a roll call, and where to find it.

    ``first`` says that it has needs and is asked first; which ones is not said here.
    ``last_channel`` is how its last list came, in an earlier run.
    """

    code: str
    compound: str
    building: str
    stairwell: str
    room: str
    floor: int | None
    leader: str
    kind: HouseholdKind
    persons: int
    first: bool
    submitter: str
    last_channel: str
    asked: int
    last_mark: Mark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """As much of a household as tells when it is asked."""

    household_id: str
    code: str
    building: str
    stairwell: str
    room: str
    floor: int | None
    leader: str
    first: bool

    @property
    def led(self) -> tuple[str, str]:
        """Group by leader; where none is known, by building."""
        return (self.leader, "") if self.leader else ("", self.building)


@dataclass(frozen=True, slots=True, kw_only=True)
class RollCall:
    """Who of a run's area has sent nothing and said nothing, in the order of asking.

    The counts are of the whole area that was asked for: ``households`` there, of which some have
    sent a list or a message that waits, some declined, some are not there to be supplied.
    """

    run: str
    place: str
    households: int
    sent: int
    declined: int
    out_of_scope: int
    asked: int  # of those that are left: asked at least once
    rows: tuple[Caller, ...]


def in_order(doors: Iterable[Door]) -> tuple[Door, ...]:
    """Order by leader, each where their first door comes, who has needs first, then by walk.

    Doors are walked by building and stairwell, from the top floor down.
    """
    known = tuple(doors)
    entrances = _ranks({at: _entrance(*at) for at in {(d.building, d.stairwell) for d in known}})
    rooms = _ranks({room: natural(room) for room in {d.room for d in known}})
    walk = {d.code: _walk(d, entrances, rooms) for d in known}
    first: dict[tuple[str, str], tuple[int, int, int]] = {}
    for door in known:
        first[door.led] = min(walk[door.code], first.get(door.led, walk[door.code]))
    return tuple(sorted(known, key=lambda d: (first[d.led], not d.first, walk[d.code])))


def _entrance(building: str, stairwell: str) -> tuple[object, ...]:
    return natural(building), natural(stairwell)


def _walk(
    door: Door, entrances: Mapping[tuple[str, str], int], rooms: Mapping[str, int]
) -> tuple[int, int, int]:
    floor = door.floor if door.floor is not None else floor_of(door.room) or 0
    return entrances[door.building, door.stairwell], -floor, rooms[door.room]


def _ranks(orders: Mapping[Key, Any]) -> dict[Key, int]:
    """Give keys numbers in their order, equals alike: numbers are compared faster than names."""
    ranks = {order: rank for rank, order in enumerate(sorted(set(orders.values())))}
    return {key: ranks[order] for key, order in orders.items()}
