"""Do what a household says later about its list: 青菜改成3斤, 鸡蛋不要了, 取消 (改单)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.catalogue import Catalogue
from logistics.domain.changes import (
    Change,
    NotOnList,
    OnSeveralLists,
    Standing,
    apply_changes,
    changes_of,
)
from logistics.domain.lists import HouseholdList, ReadLine, TriageEntry
from logistics.errors import SupplyLoopError
from logistics.store import audit, catalogue, lists, triage

CHANGE_ASKED = "list.change-asked"
_OPEN = ("accepted", "needs-review")


def change_as_asked(
    session: Session, entry: TriageEntry, *, actor: str, at: datetime
) -> tuple[str, ...]:
    """Change or cancel the lists of the household that a doubt is about; return their ids.

    The household is held first, so that of two changes said at once each is worked out from what
    stands then. A cancellation takes back every open list of the household in the run; an
    amendment goes to the one list that holds all it is about.

    Raises
    ------
    NotOnList
        If no list of the household in this run holds what is to be changed.
    OnSeveralLists
        If more than one does.
    ItemUnknown, UnitUnknownForItem, QuantityNotWhole, QuantityAbsurd
        If what is asked for now is itself no clean line.
    """
    lists.hold_households(session, [entry.household_code or ""])
    open_lists = [
        found
        for found in lists.of_household(session, entry.run_id, entry.household_code or "")
        if found.state in _OPEN and found.id != entry.list_id
    ]
    if entry.facts["action"] == "cancel":
        return _cancel(session, entry, open_lists, actor=actor, at=at)
    known = catalogue.load(session)
    changes = changes_of(entry.facts["changes"])
    before, after = _revised(known, open_lists, changes, entry.said)
    locked = lists.get(session, before.id, lock=True)
    lists.revise(session, locked, after, actor=actor, at=at)
    audit.record(
        session, actor=actor, command="list change", subject=before.id,
        facts={"triage": entry.id, "changes": len(changes)}, at=at,
    )  # fmt: skip
    return (before.id,)


def change_what_is_clear(
    session: Session, entries: Iterable[TriageEntry], *, actor: str, at: datetime
) -> int:
    """Do the changes that leave no question open, and settle them; the others go on waiting.

    All their households are held before the first is changed. Returns how many were done.
    """
    clear = [
        entry
        for entry in entries
        if entry.code == CHANGE_ASKED and entry.household_code and entry.facts.get("clear")
    ]
    lists.hold_households(session, [entry.household_code or "" for entry in clear])
    done = 0
    for entry in clear:
        try:
            changed = change_as_asked(session, entry, actor=actor, at=at)
        except SupplyLoopError:
            continue  # nothing was written; the entry waits, and settling it says why
        close_change(session, entry, changed, actor=actor, at=at)
        done += 1
    return done


def close_change(
    session: Session, entry: TriageEntry, changed: tuple[str, ...], *, actor: str, at: datetime
) -> None:
    """Settle the doubt, and its own list, which asks for nothing itself."""
    if entry.list_id is not None:
        own = lists.get(session, entry.list_id, lock=True)
        others = sum(doubt.state == "open" and doubt.id != entry.id for doubt in own.doubts)
        stands = "accepted" if own.lines else "cancelled"  # a list of nothing asks for nothing
        state = "needs-review" if others else stands
        lists.append(session, own, (), state=state, actor=actor, at=at)
    facts = {**entry.facts, "changed": list(changed)}
    triage.close(
        session, entry.id, "settled", list_id=entry.list_id, facts=facts, actor=actor, at=at
    )


def _cancel(
    session: Session,
    entry: TriageEntry,
    open_lists: list[HouseholdList],
    *,
    actor: str,
    at: datetime,
) -> tuple[str, ...]:
    if not open_lists:
        raise NotOnList(
            household=entry.household_code or "", mend="there is no list to cancel; discard it"
        )
    for found in open_lists:
        locked = lists.get(session, found.id, lock=True)
        triage.discard_of_list(session, found.id, actor=actor, at=at)
        lists.append(session, locked, (), state="cancelled", actor=actor, at=at)
        audit.record(
            session, actor=actor, command="list cancel", subject=found.id,
            facts={"triage": entry.id}, at=at,
        )  # fmt: skip
    return tuple(found.id for found in open_lists)


def _revised(
    known: Catalogue, open_lists: list[HouseholdList], changes: tuple[Change, ...], said: str
) -> tuple[HouseholdList, list[Standing]]:
    fitting: list[tuple[HouseholdList, list[Standing]]] = []
    missing: NotOnList | None = None
    for found in open_lists:
        standing = [
            (
                line.id,
                ReadLine(
                    known.by_id[line.item_id], line.quantity, line.unit, line.said,
                    line.package or "",
                ),
            )
            for line in found.lines
        ]  # fmt: skip
        try:
            fitting.append((found, apply_changes(known, standing, changes, said=said)))
        except NotOnList as absent:
            missing = missing or absent
    if len(fitting) > 1 and any(change.kind != "add" for change in changes):
        raise OnSeveralLists(
            lists="、".join(found.id for found, _ in fitting),
            mend="change one of the lists itself",
        )
    if not fitting:
        raise missing or NotOnList(mend="the household has no list in this run; take one")
    return fitting[-1]
