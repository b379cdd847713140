"""What came before: lists and imported entries that a new one is held against."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from logistics.domain.lists import HouseholdList
from logistics.domain.repeats import Before, Wished
from logistics.store import lists
from logistics.store.tables import household_list, import_entry, list_history, order_line


def asked_before(
    session: Session, run_id: str, household_id: str | None = None
) -> dict[str, dict[Wished, Before]]:
    """Return what households have asked for in a run, by household; cancelled lists left out.

    Parameters
    ----------
    household_id
        Only this household; else all.
    """
    query = (
        select(
            household_list.c.household_id,
            household_list.c.id,
            household_list.c.channel,
            household_list.c.created_at,
            order_line.c.item_id,
            order_line.c.quantity,
        )
        .join(order_line, order_line.c.list_id == household_list.c.id)
        .where(household_list.c.run_id == run_id, household_list.c.state != "cancelled")
        .order_by(household_list.c.created_at, household_list.c.id, order_line.c.no)
    )
    if household_id is not None:
        query = query.where(household_list.c.household_id == household_id)
    found: dict[str, dict[Wished, Before]] = {}
    for home, list_id, channel, at, item_id, quantity in session.execute(query):
        where = Before(list_id=list_id, channel=channel, at=at)
        found.setdefault(home, {}).setdefault((item_id, quantity), where)
    return found


def has_any(session: Session, run_id: str, household_id: str) -> bool:
    """Say whether a household has sent any list in a run, even one it cancelled."""
    found = session.execute(
        select(household_list.c.id)
        .where(household_list.c.run_id == run_id, household_list.c.household_id == household_id)
        .limit(1)
    )
    return found.first() is not None


def last_frozen(session: Session, household_id: str, before_run: str) -> HouseholdList | None:
    """Read the household's latest list that was bought for, from another run; None if none."""
    found = session.scalar(
        select(household_list.c.id)
        .where(
            household_list.c.household_id == household_id,
            household_list.c.run_id != before_run,
            household_list.c.state == "frozen",
        )
        .order_by(household_list.c.created_at.desc(), household_list.c.id.desc())
        .limit(1)
    )
    return None if found is None else lists.get(session, found)


def by_client_ref(
    session: Session, run_id: str, household_id: str, client_ref: str
) -> tuple[HouseholdList, str] | None:
    """Read the list a household sent under a reference, and the digest of what it sent."""
    list_id = session.scalar(
        select(household_list.c.id).where(
            household_list.c.run_id == run_id,
            household_list.c.household_id == household_id,
            household_list.c.client_ref == client_ref,
        )
    )
    if list_id is None:
        return None
    body = session.scalar(
        select(list_history.c.body).where(
            list_history.c.list_id == list_id, list_history.c.version == 1
        )
    )
    return lists.get(session, list_id), str((body or {}).get("digest", ""))


def client_refs(session: Session, run_id: str) -> set[tuple[str, str]]:
    """Return household id and reference of every list of a run that has a reference."""
    rows = session.execute(
        select(household_list.c.household_id, household_list.c.client_ref).where(
            household_list.c.run_id == run_id, household_list.c.client_ref.is_not(None)
        )
    )
    return {(row.household_id, row.client_ref) for row in rows}


def imported(session: Session, run_id: str) -> set[str]:
    """Return the digests of all entries a run has taken from files."""
    return set(
        session.scalars(select(import_entry.c.digest).where(import_entry.c.run_id == run_id))
    )


def remember_imported(
    session: Session, run_id: str, digests: Iterable[str], source: str, at: datetime
) -> None:
    """Write that these entries were taken."""
    rows = [{"run_id": run_id, "digest": d, "source": source, "at": at} for d in digests]
    if rows:
        session.execute(insert(import_entry), rows)
