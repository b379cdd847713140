"""Change or cancel a list until the cut-off (改单、撤单)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.lists import (
    AskedLine,
    HouseholdList,
    ListChanged,
    ListEmpty,
    ListNotOpen,
    joined,
    notes_of,
    read_lines,
)
from logistics.exchange.messages.entries import read_body
from logistics.store import audit, catalogue, lists, places, triage
from logistics.usecases.take_list import open_run, queue


def amend_list(
    session: Session,
    list_id: str,
    lines: Sequence[AskedLine],
    *,
    text: str | None = None,
    note: str = "",
    expected_version: int,
    actor: str,
    at: datetime,
) -> HouseholdList:
    """Replace all that a list asks for; the earlier version stays in its history.

    What was open in triage about the earlier version is discarded with it.

    Parameters
    ----------
    note
        What is said beside the goods; what was noted before is replaced, too.
    expected_version
        The version that the change was made against.

    Raises
    ------
    ListUnknown
        If there is no such list.
    ListAfterCutOff, ListNotOpen
        If its run takes no more changes, or the list is cancelled or frozen.
    ListChanged
        If it is no longer at the expected version.
    ListEmpty
        If nothing is asked for; cancel the list instead.
    """
    before = _to_change(session, list_id, expected_version, at)
    said = text or ""
    goods = catalogue.load(session)
    body = read_body(said, goods)
    asked = (*lines, *body.lines)
    if not asked and not body.doubts:
        raise ListEmpty(list=list_id, mend="to ask for nothing, cancel the list")
    persons = places.household_by_code(session, before.household_code).persons
    clean, doubts = read_lines(goods, asked, persons)
    doubts += body.doubts
    triage.discard_of_list(session, list_id, actor=actor, at=at)
    lists.change(
        session,
        before,
        clean,
        state="needs-review" if doubts else "accepted",
        note=notes_of(joined(note, body.note), asked),
        said=said,
        actor=actor,
        at=at,
    )
    run = open_run(session, before.run_id, at)
    queue(session, run, doubts, list_id=list_id, version=before.version + 1,
          household_code=before.household_code, source=before.channel, at=at)  # fmt: skip
    audit.record(
        session, actor=actor, command="list amend", subject=list_id,
        facts={"version": before.version + 1, "lines": len(clean), "doubts": len(doubts)}, at=at,
    )  # fmt: skip
    return lists.get(session, list_id)


def cancel_list(
    session: Session, list_id: str, *, expected_version: int, actor: str, at: datetime
) -> HouseholdList:
    """Cancel a list; its lines are bought no more, its doubts are discarded.

    Raises
    ------
    ListUnknown
        If there is no such list.
    ListAfterCutOff, ListNotOpen
        If its run takes no more changes, or the list is cancelled or frozen.
    ListChanged
        If it is no longer at the expected version.
    """
    before = _to_change(session, list_id, expected_version, at)
    triage.discard_of_list(session, list_id, actor=actor, at=at)
    lists.append(session, before, (), state="cancelled", actor=actor, at=at)
    audit.record(
        session, actor=actor, command="list cancel", subject=list_id,
        facts={"version": before.version + 1}, at=at,
    )  # fmt: skip
    return lists.get(session, list_id)


def _to_change(session: Session, list_id: str, version: int, at: datetime) -> HouseholdList:
    known = lists.get(session, list_id)
    open_run(session, known.run_id, at)  # the run is locked before its households and lists
    lists.hold_household(session, known.household_id)
    found = lists.get(session, list_id, lock=True)
    if found.state not in {"accepted", "needs-review"}:
        raise ListNotOpen(list=list_id, state=found.state, mend="send a new list")
    if found.version != version:
        raise ListChanged(
            list=list_id, version=found.version, expected=version, mend="read it again, then amend"
        )
    return found
