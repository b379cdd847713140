"""What households ask for beyond goods (代办): medicine, parcels, documents, repairs, counsel.

An errand is a fact with a history: each step is added, none is edited. Who carries it is named
with the step that starts or assigns it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from logistics.errors import Conflict, Invalid, NotFound

LONGEST = 2000  # characters of what is said


class ErrandUnknown(NotFound):
    """No errand has this id."""

    code = "errand.unknown"


class ErrandEmpty(Invalid):
    """The errand does not say what is to be done."""

    code = "errand.empty"


class ErrandTooLong(Invalid):
    """The errand's words are longer than anybody reads."""

    code = "errand.too-long"


class ErrandOutOfOrder(Conflict):
    """The step does not follow from where the errand stands."""

    code = "errand.out-of-order"


class ErrandNeedsReason(Invalid):
    """An errand is declined or cancelled with a reason, so that the household can be told."""

    code = "errand.needs-reason"


class ErrandRefReused(Conflict):
    """The household already sent another errand under this reference."""

    code = "errand.client-ref-reused"


class ErrandPlaceEmpty(Invalid):
    """It is not said where the thing lies."""

    code = "errand.place-empty"


class ErrandNotOnTrip(Invalid):
    """The trip does not take this errand along."""

    code = "errand.not-on-trip"


class ErrandKind(StrEnum):
    """What has to be done."""

    MEDICINE = "medicine"  # 代开药: collect card and box, fetch, bring back
    PARCEL = "parcel"  # 快递存取
    DOCUMENT = "document"  # 送文件
    REPAIR = "repair"  # 维修
    COUNSELLING = "counselling"  # 心理疏导
    OTHER = "other"


class ErrandState(StrEnum):
    """Where an errand stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    STARTED = "started"
    ASSIGNED = "assigned"  # to a courier's trip
    COLLECTED = "collected"  # card and box, by the courier
    FETCHED = "fetched"
    DELIVERED = "delivered"  # it lies at the slot
    DONE = "done"
    DECLINED = "declined"  # by those who would do it
    CANCELLED = "cancelled"  # by the household


NEXT: Mapping[ErrandState, frozenset[ErrandState]] = MappingProxyType(
    {
        ErrandState.ASKED: frozenset(
            {
                ErrandState.ACCEPTED,
                ErrandState.ASSIGNED,
                ErrandState.DECLINED,
                ErrandState.CANCELLED,
            }
        ),
        ErrandState.ACCEPTED: frozenset(
            {
                ErrandState.STARTED,
                ErrandState.ASSIGNED,
                ErrandState.DECLINED,
                ErrandState.CANCELLED,
            }
        ),
        ErrandState.STARTED: frozenset({ErrandState.DONE, ErrandState.DECLINED}),
        ErrandState.ASSIGNED: frozenset(
            {
                ErrandState.ACCEPTED,  # nobody's again
                ErrandState.COLLECTED,
                ErrandState.FETCHED,
                ErrandState.DECLINED,
                ErrandState.CANCELLED,
            }
        ),
        ErrandState.COLLECTED: frozenset(
            {ErrandState.FETCHED, ErrandState.ACCEPTED, ErrandState.DECLINED}
        ),
        ErrandState.FETCHED: frozenset({ErrandState.DELIVERED, ErrandState.DECLINED}),
        ErrandState.DELIVERED: frozenset(),
        ErrandState.DONE: frozenset(),
        ErrandState.DECLINED: frozenset(),
        ErrandState.CANCELLED: frozenset(),
    }
)
OPEN = frozenset(state for state, following in NEXT.items() if following)
ON_THE_WAY = frozenset(
    {ErrandState.COLLECTED, ErrandState.FETCHED, ErrandState.DELIVERED, ErrandState.ACCEPTED}
)
"""What a courier may say of an errand; that it is accepted again gives it back."""

_WITH_REASON = frozenset({ErrandState.DECLINED, ErrandState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrandStep:
    """One step of an errand: who said it, when, and with what note."""

    id: str
    errand_id: str
    state: ErrandState
    actor: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One errand of one household; ``steps`` from the first to the latest.

    ``due_at`` is the instant by which it has to be done, if one was said; ``place`` the code of
    where the thing lies, if one was.
    """

    id: str
    district_id: str
    household_id: str
    household_code: str
    kind: ErrandKind
    said: str
    due_at: datetime | None
    channel: str
    client_ref: str | None
    steps: tuple[ErrandStep, ...]
    place: str = ""

    @property
    def state(self) -> ErrandState:
        """Where it stands now."""
        return self.steps[-1].state

    @property
    def asked_at(self) -> datetime:
        """When it was asked for."""
        return self.steps[0].at


def check_said(said: str) -> str:
    """Return the words of an errand without outer space.

    Raises
    ------
    ErrandEmpty, ErrandTooLong
        If there are none, or more than 2,000 characters.
    """
    text = said.strip()
    if not text:
        raise ErrandEmpty(field="said", mend="say what is to be fetched, brought or mended")
    if len(text) > LONGEST:
        raise ErrandTooLong(
            field="said", value=len(text), mend=f"say it in {LONGEST} characters or less"
        )
    return text


_TICKET = re.compile(
    r"(?:取件码|取货码|提货码|pick-?up code)\s*(?:是|为|[:：#])?\s*"
    r"([A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)",
    re.IGNORECASE,
)


def ticket_of(said: str) -> str:
    """Find the code that a thing is handed out for, where the household told one; else empty."""
    found = _TICKET.search(said)
    return found.group(1)[:24] if found else ""


def follow(errand: Errand, becomes: ErrandState, note: str) -> bool:
    """Say whether the step is new; one that was already taken changes nothing.

    Raises
    ------
    ErrandOutOfOrder
        If the step does not follow; the facts name what does.
    ErrandNeedsReason
        If it is declined or cancelled without a note.
    """
    if becomes is errand.state:
        return False
    following = NEXT[errand.state]
    if becomes not in following:
        raise ErrandOutOfOrder(
            errand=errand.id,
            state=errand.state.value,
            value=becomes.value,
            follows="、".join(sorted(following)),
            mend="read the errand again" if following else "ask for a new errand",
        )
    if becomes in _WITH_REASON and not note.strip():
        raise ErrandNeedsReason(errand=errand.id, field="note", mend="say why")
    return True
