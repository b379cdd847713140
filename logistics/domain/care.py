"""Households that somebody looks after one to one (一对一管家): who, and the calls."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from logistics.domain.needs import GROUP_OF, Need, NeedGroup
from logistics.domain.places import Household
from logistics.errors import Conflict, Invalid

LONGEST_NOTE: Final = 300  # characters: a note is read between two calls
LONGEST_DOCTOR: Final = 200
FURTHEST: Final = timedelta(days=14)  # no household is left without a call for longer


class ContactInvalid(Invalid):
    """What is said of a call cannot be; nothing of it was kept."""

    code = "contact.invalid"


class DoctorInvalid(Invalid):
    """A doctor's contact says nothing, or more than anybody reads."""

    code = "doctor.invalid"


class StewardInvalid(Invalid):
    """Somebody cannot be made a household's steward in this way."""

    code = "steward.invalid"


class StewardTwice(Conflict):
    """Steward and deputy of a household are two people: one stands in for the other."""

    code = "steward.twice"


class Duty(StrEnum):
    """As what somebody looks after a household."""

    STEWARD = "steward"
    DEPUTY = "deputy"


class Outcome(StrEnum):
    """What came of a call."""

    REACHED = "reached"
    NO_ANSWER = "no-answer"
    NEEDS_HELP = "needs-help"


class How(StrEnum):
    """How somebody called."""

    PHONE = "phone"
    CHAT = "chat"
    DOOR = "door"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """From when on, and perhaps until when, somebody looks after a household.

    What was said last of a household and duty counts; without an account nobody does from then on.
    """

    household_code: str
    duty: Duty
    login: str | None
    since: datetime
    until: datetime | None
    actor: str
    at: datetime

    def __post_init__(self) -> None:
        if self.until is not None and self.until <= self.since:
            raise StewardInvalid(
                field="until", value=self.until.isoformat(), mend="end it after it begins"
            )

    def holds(self, at: datetime) -> bool:
        """Say whether somebody looks after the household by it at an instant."""
        lasts = self.until is None or at < self.until
        return self.login is not None and self.since <= at and lasts


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAfter:
    """A household that somebody looks after, as what, and since when."""

    home: Household
    duty: Duty
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A call to a household: when, how, what came of it, and when the next one is due."""

    at: datetime
    how: How
    outcome: Outcome
    next_due: datetime
    note: str = ""
    actor: str = ""

    def __post_init__(self) -> None:
        if len(self.note) > LONGEST_NOTE:
            raise ContactInvalid(
                field="note", value=len(self.note), mend=f"say it in {LONGEST_NOTE} characters"
            )
        if not self.at < self.next_due <= self.at + FURTHEST:
            raise ContactInvalid(
                field="next_due",
                value=self.next_due.isoformat(),
                mend=f"call again within {FURTHEST.days} days after the call",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctor:
    """Whom to ask about a household's medicine: a doctor or health station, with a telephone.

    ``own`` says that it is the household's own, not the one of its district.
    """

    text: str
    own: bool
    at: datetime


_EVERY: Final[Mapping[Need, timedelta]] = {
    Need.CHRONIC_ILLNESS: timedelta(days=2),
    Need.DIET: timedelta(days=3),
    Need.INFANT: timedelta(days=2),
}
_DAILY: Final = timedelta(days=1)
_RARELY: Final = timedelta(days=3)
_AGAIN: Final[Mapping[Outcome, timedelta]] = {
    Outcome.NO_ANSWER: timedelta(hours=2),
    Outcome.NEEDS_HELP: timedelta(hours=4),
}
LOOKED_AFTER: Final = frozenset(
    need for need, group in GROUP_OF.items() if group is NeedGroup.CARE
)
"""Needs for which a household has a steward: the old, pregnant, nursing, disabled, alone."""


def call_again(outcome: Outcome, needs: Iterable[Need]) -> timedelta:
    """Say how long after a call the next one is due, where nobody says otherwise.

    Notes
    -----
    The intervals are ours: every day for who is looked after one to one, every second for the
    chronically ill and infants; soon where nobody answered or help is needed.
    """
    if outcome in _AGAIN:
        return _AGAIN[outcome]
    return min((_EVERY.get(need, _DAILY) for need in needs), default=_RARELY)


def clean_doctor(said: str) -> str:
    """Return a doctor's contact in one line.

    Raises
    ------
    DoctorInvalid
        If it is empty or too long.
    """
    text = " ".join(said.split())
    if not text or len(text) > LONGEST_DOCTOR:
        raise DoctorInvalid(
            field="doctor",
            value=text[:40],
            mend=f"give station or doctor and telephone, in up to {LONGEST_DOCTOR} characters",
        )
    return text
