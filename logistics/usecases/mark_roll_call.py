"""Mark that a household was asked for its list, and what it said (已问、不需要)."""

import logging
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

from logistics.domain.registry_report import Fault
from logistics.domain.roll_call import (
    Answer,
    How,
    ListThere,
    Mark,
    MarkInvalid,
    RollCallClosed,
)
from logistics.domain.runs import RunState
from logistics.exchange.registry_roll_call import read_answers
from logistics.store import audit, lists, places, registry_calls, runs
from logistics.store.places import HouseholdUnknown

log = logging.getLogger(__name__)

_LONGEST = 40
_E = TypeVar("_E", Answer, How)


def mark_roll_call(
    session: Session,
    run: str,
    household_code: str,
    answer: str,
    *,
    how: str,
    asked_by: str,
    asked_at: datetime | None = None,
    actor: str,
    at: datetime,
) -> Mark:
    """Write down that a household was asked; the same said again adds nothing.

    Who declined and sends a list after all has a list: that counts.

    Parameters
    ----------
    answer, how
        One of :class:`Answer` and of :class:`How`.
    asked_by
        Post or code of whoever asked.
    asked_at
        When it was; without it just now.

    Raises
    ------
    RunUnknown, HouseholdUnknown
        If there is no such run, or no such household in its district.
    MarkInvalid
        If answer or way is none of those known, nobody asked, or it is yet to be.
    RollCallClosed
        If the run is closed.
    ListThere
        If the household is to have declined and has a list.
    """
    found = runs.get_held(session, run)
    household = places.household_by_code(session, household_code.strip())
    if household.district_id != found.district_id:
        raise HouseholdUnknown(household=household_code, mend="it lies in another district")
    mark = Mark(
        answer=_one_of(Answer, "answer", answer),
        how=_one_of(How, "how", how),
        asked_at=_past(asked_at or at, at),
        asked_by=_post(asked_by),
    )
    if found.state is RunState.CLOSED:
        raise RollCallClosed(run=found.code, mend="ask for the next run")
    lists.hold_household(session, household.id)
    if mark.answer is Answer.DECLINED and registry_calls.has_list(session, found.id, household.id):
        raise ListThere(household=household.code, run=found.code, mend="cancel the list first")
    if mark in registry_calls.marks_of(session, found.id, household.id)[-1:]:
        return mark
    registry_calls.add(session, found.id, household.id, mark, actor=actor, at=at)
    audit.record(
        session, actor=actor, command="roll-call.mark", subject=found.id,
        facts={"household": household.id, "answer": mark.answer.value, "how": mark.how.value},
        at=at,
    )  # fmt: skip
    log.info("run %s: household %s %s", found.id, household.id, mark.answer.value)
    return mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """How many marks a roll call brought, and the rows that brought none."""

    marked: int
    faults: tuple[Fault, ...]


def mark_answers(
    session: Session,
    run: str,
    path: str | PathLike[str],
    *,
    how: str,
    asked_by: str,
    asked_at: datetime | None = None,
    actor: str,
    at: datetime,
) -> Marked:
    """Write down all answers of a roll call that came back as a file.

    A row that cannot be marked is told; the others are.

    Raises
    ------
    TableUnreadable
        If the whole file cannot be read.
    RunUnknown, RollCallClosed
        If there is no such run, or it is closed.
    MarkInvalid
        If the way is none of those known, nobody asked, or it is yet to be.
    """
    ticked, unreadable = read_answers(path)
    faults = list(unreadable)
    for one in ticked:
        try:
            mark_roll_call(
                session, run, one.code, one.answer, how=how, asked_by=asked_by,
                asked_at=asked_at, actor=actor, at=at,
            )  # fmt: skip
        except (HouseholdUnknown, ListThere) as refusal:
            faults.append(
                Fault(
                    code=refusal.code, file=Path(path).name, sheet="", row=one.row,
                    column="户号 household", value=one.code,
                    mend=str(refusal.facts.get("mend", "")), more={"run": run},
                )
            )  # fmt: skip
    return Marked(marked=len(ticked) + len(unreadable) - len(faults), faults=tuple(faults))


def _one_of(kind: type[_E], field: str, said: str) -> _E:
    try:
        return kind(said.strip().lower())
    except ValueError:
        raise MarkInvalid(
            field=field, value=said[:40], mend=f"use one of {', '.join(kind)}"
        ) from None


def _past(asked_at: datetime, at: datetime) -> datetime:
    if asked_at.tzinfo is None or asked_at > at:
        raise MarkInvalid(
            field="asked_at", value=asked_at.isoformat(), mend="give an instant that is past"
        )
    return asked_at


def _post(said: str) -> str:
    post = " ".join(said.split())
    if not post or len(post) > _LONGEST:
        raise MarkInvalid(
            field="asked_by", value=post[:_LONGEST], mend="give a post or code, up to 40 letters"
        )
    return post
