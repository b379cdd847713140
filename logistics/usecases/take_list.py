"""Take a household's list (收清单): clean lines stand, doubts wait, nothing is lost."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.lists import (
    MENDS,
    AskedLine,
    ClientRefReused,
    Doubt,
    HouseholdList,
    ListAfterCutOff,
    ListEmpty,
    NoRunOpen,
    TriageEntry,
    check_open,
    digest_of,
    joined,
    notes_of,
    read_lines,
    waiting,
)
from logistics.domain.places import Household
from logistics.domain.repeats import part_repeats
from logistics.domain.runs import Run
from logistics.exchange.messages.entries import read_body
from logistics.store import audit, catalogue, earlier_lists, lists, open_runs, places, runs, triage
from logistics.store.places import HouseholdUnknown
from logistics.usecases.change_list import change_what_is_clear

log = logging.getLogger(__name__)


def take_list(
    session: Session,
    run_id: str | None,
    household_code: str,
    lines: Sequence[AskedLine],
    *,
    text: str | None = None,
    note: str = "",
    client_ref: str | None = None,
    channel: str,
    actor: str,
    at: datetime,
) -> HouseholdList:
    """Take one list into a run, while the run is open.

    A line that is not one clear amount of one known item becomes an entry in the triage queue,
    and so does what the household has asked for already; the others stand at once. What changes
    or cancels an earlier list of the run is done to that list, if it is clear. The run is held
    against its cut-off until the transaction ends.

    Parameters
    ----------
    run_id
        Id or code of the run; None: the run of the household's district that is cut off first.
    lines, text
        What is asked for: lines, free text of this household, or both.
    note
        What is said beside the goods, to those who buy and pack.
    client_ref
        The sender's own name for this list. Sent again with the same content, the first list is
        returned and nothing is written.

    Raises
    ------
    RunUnknown, HouseholdUnknown
        If there is no such run, or no such household in its district.
    NoRunOpen, ListAfterCutOff
        If no run takes lists, or this one takes no more.
    ClientRefReused
        If the household sent another list under this reference.
    ListEmpty
        If neither lines nor text ask for anything.
    """
    run, household = hold_for(session, run_id, household_code, at)
    if household.district_id != run.district_id:
        raise HouseholdUnknown(household=household_code, mend="it lies in another district")

    said = text or ""
    goods = catalogue.load(session)
    body = read_body(said, goods)
    asked = (*lines, *body.lines)
    if not asked and not body.doubts:
        raise ListEmpty(household=household.code, mend="send lines, or a text that names goods")
    digest = digest_of(
        [(line.item, str(line.quantity), line.unit, line.note) for line in lines],
        said,
        *([note] if note else []),
    )
    lists.hold_household(session, household.id)
    clean, doubts = read_lines(goods, asked, household.persons)
    doubts += body.doubts
    if earlier_lists.has_any(session, run.id, household.id):
        if same := _sent_before(session, run, household, client_ref, digest):
            return same
        known = earlier_lists.asked_before(session, run.id, household.id)
        clean, again = part_repeats(clean, known.get(household.id, {}))
        doubts += again
    new = lists.NewList(
        id=new_id("li", at),
        run_id=run.id,
        household_id=household.id,
        client_ref=client_ref or None,
        channel=channel,
        state="needs-review" if doubts else "accepted",
        note=notes_of(joined(note, body.note), asked),
        said=said,
        lines=clean,
        digest=digest,
    )
    written = lists.add_one(session, new, household.code, actor=actor, at=at)
    waits = queue(session, run, doubts, list_id=new.id, version=1,
                  household_code=household.code, source=channel, at=at)  # fmt: skip
    change_what_is_clear(session, waits, actor=actor, at=at)
    audit.record(
        session, actor=actor, command="list take", subject=new.id,
        facts={"run": run.id, "lines": len(clean), "doubts": len(doubts)}, at=at,
    )  # fmt: skip
    log.info("list %s: %d lines, %d doubts", new.id, len(clean), len(doubts))
    return lists.get(session, new.id) if doubts else written


def _sent_before(
    session: Session, run: Run, household: Household, client_ref: str | None, digest: str
) -> HouseholdList | None:
    if not client_ref:
        return None
    earlier = earlier_lists.by_client_ref(session, run.id, household.id, client_ref)
    if earlier is None:
        return None
    if earlier[1] != digest:
        raise ClientRefReused(client_ref=client_ref, list=earlier[0].id)
    return replace(earlier[0], earlier=True)


def open_run(session: Session, run_id: str, at: datetime) -> Run:
    """Hold a run against its cut-off and refuse if that has passed.

    Raises
    ------
    RunUnknown
        If there is no such run.
    ListAfterCutOff
        If the run takes no more lists.
    """
    run = runs.get_held(session, run_id)
    try:
        check_open(run, at)
    except ListAfterCutOff as late:
        if later := open_runs.next_cut_off(session, run.district_id, at):
            raise ListAfterCutOff(**{**late.facts, "next_run": later.code}) from late
        raise
    return run


def hold_for(
    session: Session, run_id: str | None, household_code: str, at: datetime
) -> tuple[Run, Household]:
    """Read a household and hold a run against its cut-off: the one that is named.

    Without a name it is the run of the household's district that is cut off first.

    Raises
    ------
    RunUnknown, HouseholdUnknown
        If there is none.
    NoRunOpen, ListAfterCutOff
        If no run takes lists, or this one takes no more.
    """
    if run_id is not None:
        named = open_run(session, run_id, at)
        return named, places.household_by_code(session, household_code.strip())
    household = places.household_by_code(session, household_code.strip())
    for _ in range(2):  # one that was cut off while we waited for it leaves the next to be found
        if run := open_runs.next_cut_off(session, household.district_id, at, hold=True):
            return run, household
    raise NoRunOpen(household=household.code)


def queue(
    session: Session,
    run: Run,
    doubts: Sequence[Doubt],
    *,
    list_id: str,
    version: int,
    household_code: str,
    source: str,
    at: datetime,
) -> list[TriageEntry]:
    """Put the doubts about one version of a list into the triage queue."""
    entries = [
        waiting(
            doubt if "mend" in doubt.facts else replace(doubt, facts=_with_mend(doubt)),
            run_id=run.id, source=source, list_id=list_id,
            household_code=household_code, at=at,
        )
        for doubt in doubts
    ]  # fmt: skip
    digests = [digest_of(list_id, version, no, d.code, d.said) for no, d in enumerate(doubts)]
    triage.add(session, entries, digests)
    return entries


def _with_mend(doubt: Doubt) -> dict[str, object]:
    return {**doubt.facts, "mend": MENDS.get(doubt.code, "")}
