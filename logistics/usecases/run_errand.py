"""Take an errand and bring it step by step to its end (代办)."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.errands import (
    Errand,
    ErrandKind,
    ErrandRefReused,
    ErrandState,
    ErrandStep,
    check_said,
    follow,
)
from logistics.domain.ids import new_id
from logistics.store import audit, errands, lists, places


def take_errand(
    session: Session,
    household_code: str,
    kind: ErrandKind,
    said: str,
    *,
    due_at: datetime | None = None,
    client_ref: str | None = None,
    channel: str,
    actor: str,
    at: datetime,
) -> Errand:
    """Take what a household asks for; the same reference with the same words is one errand.

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
        if (earlier.kind, earlier.said, earlier.due_at) != (kind, words, due_at):
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


def _step(
    errand_id: str, state: ErrandState, note: str, *, actor: str, at: datetime
) -> ErrandStep:
    return ErrandStep(
        id=new_id("es", at), errand_id=errand_id, state=state, actor=actor, at=at, note=note
    )
