"""Take an errand and bring it step by step to its end (代办)."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.errands import (
    NEXT,
    ON_THE_WAY,
    Errand,
    ErrandKind,
    ErrandNeedsReason,
    ErrandNotOnTrip,
    ErrandOutOfOrder,
    ErrandPlaceEmpty,
    ErrandRefReused,
    ErrandState,
    ErrandStep,
    check_said,
    follow,
)
from logistics.domain.ids import new_id
from logistics.store import audit, errand_trips, errands, lists, places, runs, trip_custody


def take_errand(
    session: Session,
    household_code: str,
    kind: ErrandKind,
    said: str,
    *,
    due_at: datetime | None = None,
    place: str = "",
    client_ref: str | None = None,
    channel: str,
    actor: str,
    at: datetime,
) -> Errand:
    """Take what a household asks for; the same reference with the same words is one errand.

    Parameters
    ----------
    place
        Code of where the thing lies, on the map or among the district's places. One that is not
        found there is kept: the plan then leaves the errand to be done by hand, and says so.

    Raises
    ------
    HouseholdUnknown
        If there is no such household.
    ErrandEmpty, ErrandTooLong
        If the words cannot be used.
    ErrandRefReused
        If the reference belongs to another errand of the household.
    """
    words = check_said(said)
    household = places.household_by_code(session, household_code.strip())
    lists.hold_household(session, household.id)
    if client_ref and (earlier := errands.by_client_ref(session, household.id, client_ref)):
        same = (kind, words, due_at, place.strip())
        first = errands.place_at_first(session, earlier.id, earlier.asked_at)
        if (earlier.kind, earlier.said, earlier.due_at, first) != same:
            raise ErrandRefReused(client_ref=client_ref, errand=earlier.id)
        return earlier
    errand_id = new_id("er", at)
    new = Errand(
        id=errand_id,
        district_id=household.district_id,
        household_id=household.id,
        household_code=household.code,
        kind=kind,
        said=words,
        due_at=due_at,
        channel=channel,
        client_ref=client_ref or None,
        steps=(_step(errand_id, ErrandState.ASKED, "", actor=actor, at=at),),
        place=place.strip(),
    )
    errands.add(session, new)
    audit.record(
        session, actor=actor, command="errand take", subject=new.id,
        facts={"kind": kind.value}, at=at,
    )  # fmt: skip
    return new


def move_errand(
    session: Session,
    errand_id: str,
    becomes: ErrandState,
    *,
    note: str = "",
    actor: str,
    at: datetime,
) -> Errand:
    """Add the next step; said again it changes nothing.

    Raises
    ------
    ErrandUnknown
        If there is no such errand.
    ErrandOutOfOrder, ErrandNeedsReason
        If the step does not follow, or lacks its reason.
    """
    before = errands.get(session, errand_id, lock=True)
    if not follow(before, becomes, note):
        return before
    step = _step(errand_id, becomes, note.strip(), actor=actor, at=at)
    errands.step(session, step)
    audit.record(
        session, actor=actor, command=f"errand {becomes}", subject=errand_id, facts={}, at=at
    )
    return replace(before, steps=(*before.steps, step))


def place_errand(
    session: Session, errand_id: str, place: str, *, actor: str, at: datetime
) -> Errand:
    """Say where the thing lies; said again it changes nothing.

    Raises
    ------
    ErrandUnknown
        If there is no such errand.
    ErrandPlaceEmpty
        If no place is named.
    ErrandOutOfOrder
        If somebody has it already, or it is over.
    """
    said = place.strip()
    if not said:
        raise ErrandPlaceEmpty(field="place", mend="name the code of a place on the map")
    before = errands.get(session, errand_id, lock=True)
    if before.place == said:
        return before
    if before.state not in (ErrandState.ASKED, ErrandState.ACCEPTED):
        raise ErrandOutOfOrder(
            errand=errand_id, state=before.state.value, value="place",
            follows="、".join(sorted(NEXT[before.state])), mend="read the errand again",
        )  # fmt: skip
    errands.say_place(session, errand_id, said, actor=actor, at=at)
    audit.record(
        session, actor=actor, command="errand place", subject=errand_id,
        facts={"place": said}, at=at,
    )  # fmt: skip
    return replace(before, place=said)


def carry_errand(
    session: Session,
    run: str,
    trip: str,
    errand_id: str,
    becomes: ErrandState,
    *,
    note: str = "",
    actor: str,
    at: datetime,
) -> Errand:
    """Say what a courier did with an errand of a trip: collected, fetched, delivered.

    An errand that could not be done is given back, with the reason: it is accepted again.

    Raises
    ------
    RunUnknown, TripUnknown
        If there is no such run, or its released plan has no such trip.
    ErrandNotOnTrip
        If the trip does not take it along.
    ErrandOutOfOrder
        If the step does not follow, or is none of a courier's.
    ErrandNeedsReason
        If it is given back without a reason.
    """
    out = trip_custody.get_for_update(session, runs.get(session, run).id, trip)
    if errand_id not in errand_trips.of_trip(session, out.id):
        raise ErrandNotOnTrip(
            trip=out.code, field="errand", value=errand_id, mend="name an errand of this trip"
        )
    if becomes not in ON_THE_WAY:
        raise ErrandOutOfOrder(
            errand=errand_id, state="", value=becomes.value,
            follows="、".join(sorted(ON_THE_WAY)), mend="say what was done on the way",
        )  # fmt: skip
    if becomes is ErrandState.ACCEPTED and not note.strip():
        raise ErrandNeedsReason(errand=errand_id, field="note", mend="say why")
    return move_errand(session, errand_id, becomes, note=note, actor=actor, at=at)


def _step(
    errand_id: str, state: ErrandState, note: str, *, actor: str, at: datetime
) -> ErrandStep:
    return ErrandStep(
        id=new_id("es", at), errand_id=errand_id, state=state, actor=actor, at=at, note=note
    )
