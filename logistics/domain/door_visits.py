"""What a leader met at a door where nothing could be handed over: nobody, or a refusal."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from logistics.errors import Conflict, Invalid

LONGEST = 300  # characters of a note
_KEY = 180


class DoorVisitInvalid(Invalid):
    """What is said of a door cannot be; nothing of it was recorded."""

    code = "door.invalid"


class DoorVisitKeyReused(Conflict):
    """The key was used for something else that was met."""

    code = "door.key-reused"


class DoorAnswer(StrEnum):
    """What was met at a door; what was said last counts."""

    NO_ANSWER = "no-answer"
    REFUSED = "refused"
    MISTAKE = "mistake"  # neither, after all


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorVisit:
    """What was met at a household's door, when, once by its key."""

    key: str
    answer: DoorAnswer
    at: datetime
    note: str = ""

    def __post_init__(self) -> None:
        if not self.key or len(self.key) > _KEY:
            raise DoorVisitInvalid(
                field="key", value=self.key[:80], mend=f"give a key of 1 to {_KEY} characters"
            )
        if len(self.note) > LONGEST:
            raise DoorVisitInvalid(
                field="note", value=len(self.note), mend=f"say it in {LONGEST} characters or less"
            )

    def digest(self, run_id: str, household_id: str) -> str:
        """Hash what is said: the same key with another digest is another statement."""
        said = [run_id, household_id, self.answer, self.note]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
