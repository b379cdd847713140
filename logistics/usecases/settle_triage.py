"""Settle what waits in triage (清疑): make it a line, or discard it with a reason."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from logistics.domain.catalogue import Catalogue
from logistics.domain.lists import (
    AskedLine,
    HouseholdList,
    ReadLine,
    TriageEntry,
    TriageSettled,
    unpacked,
)
from logistics.domain.quantities import read_amount
from logistics.errors import Invalid
from logistics.store import audit, catalogue, lists, places, triage
from logistics.usecases.change_list import CHANGE_ASKED, change_as_asked, close_change
from logistics.usecases.take_list import open_run, take_list
from logistics.usecases.teach_alias import teach_alias


class TriageNeedsHousehold(Invalid):
    """The entry belongs to no household yet; say which."""

    code = "triage.needs-household"


class TriageNeedsReason(Invalid):
    """What is discarded needs a reason."""

    code = "triage.needs-reason"


def settle_triage(
    session: Session,
    triage_id: str,
    *,
    item: str | None = None,
    quantity: str | float | Decimal | None = None,
    unit: str = "",
    household: str | None = None,
    teach: bool = True,
    actor: str,
    at: datetime,
) -> TriageEntry:
    """Turn a triage entry into a line of its list.

    What changes or cancels an earlier list is done to that list. Otherwise, without an item and a
    quantity those of the entry itself are read again: enough when only the
    household was unknown, or the catalogue has since learned the item.

    Parameters
    ----------
    household
        Code of the household, for entries whose household was not known. All lines of such an
        entry go into a new list of that household; lines that are still doubtful wait anew.

    teach
        Whether a word that the catalogue did not know names the given item from now on.

    Raises
    ------
    TriageUnknown, TriageSettled
        If there is no such entry, or it is closed.
    ListAfterCutOff
        If its run takes no more lists.
    TriageNeedsHousehold
        If it belongs to no household and none is given.
    NotOnList
        If the household has no list that holds what is to be changed.
    ItemUnknown, UnitUnknownForItem, QuantityNotUnderstood, QuantityAbsurd
        If what is given is itself no clean line.
    """
    entry = _to_close(session, triage_id, at)
    if entry.code == CHANGE_ASKED and item is None:
        return _change(session, entry, household, actor=actor, at=at)
    if entry.list_id is None:
        asked = _asked(entry, item, quantity, unit)
        code = household or entry.household_code
        if not code:
            raise TriageNeedsHousehold(triage=triage_id, mend="give the household's code")
        new = take_list(session, entry.run_id, code, asked, channel="triage", actor=actor, at=at)
        list_id = new.id
    else:
        list_id = entry.list_id
        known = catalogue.load(session)
        before = lists.get(session, list_id, lock=True)
        persons = places.household_by_code(session, before.household_code).persons
        clean = [
            line
            for asked in _asked(entry, item, quantity, unit)
            for line in _clean(known, asked, persons)
        ]
        lists.append(session, before, clean, state=_state_after(before), actor=actor, at=at)
    facts = _taught(session, entry, item, actor=actor, at=at) if item and teach else {}
    return _close(session, entry, "settled", list_id, facts, actor=actor, at=at)


def discard_triage(
    session: Session, triage_id: str, *, reason: str, actor: str, at: datetime
) -> TriageEntry:
    """Discard a triage entry; the reason stays with it.

    Raises
    ------
    TriageUnknown, TriageSettled
        If there is no such entry, or it is closed.
    ListAfterCutOff
        If its run takes no more lists.
    TriageNeedsReason
        If the reason is empty.
    """
    if not reason.strip():
        raise TriageNeedsReason(triage=triage_id, mend="say why it is discarded")
    entry = _to_close(session, triage_id, at)
    if entry.list_id is not None:
        before = lists.get(session, entry.list_id, lock=True)
        if before.state == "needs-review" and _state_after(before) == "accepted":
            lists.append(session, before, (), state="accepted", actor=actor, at=at)
    facts = {"reason": reason.strip()}
    return _close(session, entry, "discarded", entry.list_id, facts, actor=actor, at=at)


def _to_close(session: Session, triage_id: str, at: datetime) -> TriageEntry:
    known = triage.get(session, triage_id)
    open_run(session, known.run_id, at)
    if known.household_code:  # before the entry, as those do who cancel a list with its entries
        lists.hold_households(session, [known.household_code])
    entry = triage.get(session, triage_id, lock=True)
    if entry.state != "open":
        raise TriageSettled(triage=triage_id, state=entry.state)
    return entry


def _taught(
    session: Session, entry: TriageEntry, item: str, *, actor: str, at: datetime
) -> dict[str, str]:
    """Teach the word of an unknown item; return it, if it was taken."""
    word = str(entry.facts.get("item") or entry.facts.get("asked", {}).get("item", ""))
    if entry.code != "item.unknown":
        return {}
    known = catalogue.load(session)
    if not teach_alias(session, known, known.get(item), word, actor=actor, at=at):
        return {}
    return {"taught": word}


def _change(
    session: Session, entry: TriageEntry, household: str | None, *, actor: str, at: datetime
) -> TriageEntry:
    if not (code := household or entry.household_code):
        raise TriageNeedsHousehold(triage=entry.id, mend="give the household's code")
    home = places.household_by_code(session, code)
    meant = replace(entry, household_code=home.code)
    changed = change_as_asked(session, meant, actor=actor, at=at)
    close_change(session, meant, changed, actor=actor, at=at)
    audit.record(
        session, actor=actor, command="triage settled", subject=entry.id,
        facts={"changed": list(changed)}, at=at,
    )  # fmt: skip
    return triage.get(session, entry.id)


def _asked(
    entry: TriageEntry, item: str | None, quantity: str | float | Decimal | None, unit: str
) -> list[AskedLine]:
    """Put what is given over what the entry says; without either, all lines it holds."""
    if item is None and quantity is None and not unit and "lines" in entry.facts:
        return [AskedLine(**line) for line in entry.facts["lines"]]
    known = entry.facts.get("asked", {})
    return [
        AskedLine(
            item if item is not None else known.get("item", entry.said),
            quantity if quantity is not None else known.get("quantity", ""),
            unit or known.get("unit", ""),
            said=entry.said,
        )
    ]


def _clean(known: Catalogue, asked: AskedLine, persons: int) -> list[ReadLine]:
    item = known.get(asked.item)
    found = known.quantity(item, read_amount(asked.quantity, asked.unit))
    return unpacked(known, ReadLine(item, found.count, found.unit, asked.words), persons)


def _state_after(before: HouseholdList) -> str:
    still_open = sum(doubt.state == "open" for doubt in before.doubts)
    return "needs-review" if still_open > 1 else "accepted"


def _close(
    session: Session,
    entry: TriageEntry,
    state: str,
    list_id: str | None,
    facts: dict[str, str],
    *,
    actor: str,
    at: datetime,
) -> TriageEntry:
    merged = {**entry.facts, **facts}
    triage.close(session, entry.id, state, list_id=list_id, facts=merged, actor=actor, at=at)
    audit.record(
        session, actor=actor, command=f"triage {state}", subject=entry.id,
        facts={"list": list_id or "", **facts}, at=at,
    )  # fmt: skip
    return replace(
        entry, state=state, list_id=list_id, facts=merged, settled_at=at, settled_by=actor
    )
