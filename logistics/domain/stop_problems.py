"""What couriers meet at stops and cannot settle there (投放异常): facts for the desk."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from logistics.errors import Conflict, Invalid

LONGEST_NOTE: Final = 400  # characters; what nobody types with wet gloves on


class StopProblemKind(StrEnum):
    """What is wrong; each is two taps on the courier's page."""

    NO_ACCESS = "no-access"  # gate locked, guard refuses, way blocked
    SLOT_FULL = "slot-full"  # no room left where the bags go
    DAMAGED = "damaged"  # a bag is torn, wet or spoilt
    UNWELL = "unwell"  # the courier cannot go on: what remains is handed over


class StopProblemInvalid(Invalid):
    """A problem without its stop, or with more words than anybody reads."""

    code = "stop-problem.invalid"


class StopProblemInFuture(Invalid):
    """It happened later than now: the phone's clock is wrong."""

    code = "stop-problem.in-future"


class StopProblemKeyReused(Conflict):
    """The key was used for another problem."""

    code = "stop-problem.key-reused"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopProblem:
    """One problem; ``at`` is when it was met, which may be hours before it was heard of.

    ``stop`` is the number of the stop on its trip; only of a courier who is unwell it may be none.
    """

    id: str
    key: str
    kind: StopProblemKind
    stop: int | None
    place: str  # code of the stop's stairwell or gate, empty without a stop
    bag: str  # code, or empty: none in particular
    note: str
    at: datetime

    def __post_init__(self) -> None:
        if self.stop is None and self.kind is not StopProblemKind.UNWELL:
            raise StopProblemInvalid(
                field="stop", value="", mend="say at which stop of the trip it was"
            )
        if len(self.note) > LONGEST_NOTE:
            raise StopProblemInvalid(
                field="note", value=self.note[:40], mend=f"at most {LONGEST_NOTE} characters"
            )

    def digest(self, trip: str) -> str:
        """Hash what is said: the same key with another digest is another statement."""
        said = [trip, self.kind, self.stop, self.bag, self.note, self.at.isoformat()]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStop:
    """A stop with bags that were not dropped yet."""

    trip: str
    stop: int
    place: str
    bags: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldProblem:
    """A problem as the desk reads it.

    ``hand_over`` are the stops that somebody else has to take on, where the courier is unwell:
    those with bags that were not dropped by now.
    """

    id: str
    run: str
    courier: str
    trip: str
    stop: int | None
    place: str
    kind: StopProblemKind
    bag: str
    note: str
    photos: tuple[str, ...]  # ids of pictures
    at: datetime
    recorded_at: datetime
    hand_over: tuple[OpenStop, ...] = ()
