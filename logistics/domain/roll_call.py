"""The roll call before a cut-off: who has sent nothing, and what those said who were asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from logistics.domain.registry import HouseholdKind, floor_of, natural
from logistics.errors import Conflict, Invalid


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

    @property
    def place_in_walk(self) -> tuple[object, ...]:
        """Order doors as they are walked: by building and stairwell, from the top floor down."""
        floor = self.floor if self.floor is not None else floor_of(self.room) or 0
        return natural(self.building), natural(self.stairwell), -floor, natural(self.room)


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


def in_order(rows: Iterable[Caller]) -> tuple[Caller, ...]:
    """Order by leader, each where their first door comes, who has needs first, then by walk."""
    known = tuple(rows)
    first: dict[tuple[str, str], tuple[object, ...]] = {}
    for row in sorted(known, key=lambda row: row.place_in_walk):
        first.setdefault(_led(row), row.place_in_walk)
    return tuple(
        sorted(known, key=lambda row: (first[_led(row)], not row.first, row.place_in_walk))
    )


def _led(row: Caller) -> tuple[str, str]:
    """Group by leader; where none is known, by building."""
    return (row.leader, "") if row.leader else ("", row.building)
