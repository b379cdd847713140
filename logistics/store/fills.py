"""What a sharing reads besides wishes and lots, and how full lists were after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from logistics.domain.allocation import Fill
from logistics.domain.fairness import DEBT_DAYS, debt_permille
from logistics.domain.ids import new_id
from logistics.domain.runs import Run
from logistics.store.tables import (
    household,
    household_fill,
    item,
    offer,
    place,
    ration,
    run,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ration:
    """The most that one household gets of an item in a run, base units; None: lifted."""

    item_id: str
    quantity: int | None
    reason: str


def add_all(
    session: Session, fills: Iterable[Fill], *, run_id: str, district_id: str, at: datetime
) -> None:
    """Write how full each household's list is after a sharing, in bulk."""
    ids = dict(
        session.execute(
            select(household.c.code, household.c.id).where(household.c.district_id == district_id)
        ).all()
    )
    rows = [
        {
            "id": new_id("hf", at),
            "run_id": run_id,
            "household_id": ids[fill.household_code],
            "tier": fill.tier,
            "fill_permille": fill.rate.numerator * 1000 // fill.rate.denominator,
            "debt_permille": fill.debt_permille,
            "proven": fill.proven,
            "at": at,
        }
        for fill in fills
    ]
    if rows:
        session.execute(insert(household_fill), rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFill:
    """A household's fill in a run as it was last written."""

    household_code: str
    tier: int
    fill_permille: int
    debt_permille: int
    proven: bool


def of_run(
    session: Session, run_id: str, household_id: str | None = None
) -> dict[str, StoredFill]:
    """Read the fills of a run by household code; all of them, or one household's."""
    last = (
        select(func.max(household_fill.c.seq))
        .where(household_fill.c.run_id == run_id)
        .group_by(household_fill.c.household_id)
    )
    if household_id is not None:
        last = last.where(household_fill.c.household_id == household_id)
    rows = session.execute(
        select(
            household.c.code.label("household_code"),
            household_fill.c.tier,
            household_fill.c.fill_permille,
            household_fill.c.debt_permille,
            household_fill.c.proven,
        )
        .join(household, household.c.id == household_fill.c.household_id)
        .where(household_fill.c.seq.in_(last))
        .order_by(household.c.code)
    )
    return {row["household_code"]: StoredFill(**row) for row in rows.mappings()}


def debts(session: Session, of: Run) -> dict[str, int]:
    """Tell what households are owed from earlier runs of the district, by code, per mille."""
    earlier = (
        (run.c.district_id == of.district_id)
        & (run.c.day >= of.day - timedelta(days=DEBT_DAYS))
        & ((run.c.day < of.day) | ((run.c.day == of.day) & (run.c.wave < of.wave)))
    )
    last = (
        select(func.max(household_fill.c.seq))
        .join(run, run.c.id == household_fill.c.run_id)
        .where(earlier)
        .group_by(household_fill.c.run_id, household_fill.c.household_id)
    )
    short: dict[str, list[tuple[int, int]]] = {}
    for code, day, fill in session.execute(
        select(household.c.code, run.c.day, household_fill.c.fill_permille)
        .join(household, household.c.id == household_fill.c.household_id)
        .join(run, run.c.id == household_fill.c.run_id)
        .where(household_fill.c.seq.in_(last))
    ):
        short.setdefault(code, []).append((_days(day, of.day), fill))
    owed = {code: debt_permille(days) for code, days in short.items()}
    return {code: debt for code, debt in sorted(owed.items()) if debt}


def _days(earlier: date, today: date) -> int:
    return (today - earlier).days


def set_ration(
    session: Session,
    run_id: str,
    item_id: str,
    quantity: int | None,
    *,
    reason: str,
    actor: str,
    at: datetime,
) -> None:
    """Write a ration of a run; the last one of an item holds, None lifts it."""
    session.execute(
        insert(ration).values(
            id=new_id("ra", at),
            run_id=run_id,
            item_id=item_id,
            quantity=quantity,
            reason=reason,
            actor=actor,
            at=at,
        )
    )


def rations(session: Session, run_id: str) -> dict[str, Ration]:
    """Read what holds of a run's own rations, by item; lifted ones are left out."""
    rows = session.execute(
        select(ration.c.item_id, ration.c.quantity, ration.c.reason)
        .where(ration.c.run_id == run_id)
        .order_by(ration.c.seq)
    )
    found = {row["item_id"]: Ration(**row) for row in rows.mappings()}
    return {item_id: one for item_id, one in found.items() if one.quantity is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most per household and per person of each item, and who lives where, by code."""

    per_household: dict[str, int]
    per_person: dict[str, int]
    persons: dict[str, int]


def limits(session: Session, of: Run) -> Limits:
    """Tell the most that one household gets of each item: the run's ration, and the catalogue's.

    Where both say something the smaller holds.
    """
    most: dict[str, int] = {}
    each: dict[str, int] = {}
    for row in session.execute(select(item.c.id, item.c.household_limit, item.c.person_limit)):
        most[row.id] = int(row.household_limit)
        if row.person_limit is not None:
            each[row.id] = int(row.person_limit)
    for item_id, one in rations(session, of.id).items():
        if one.quantity is not None:
            most[item_id] = min(most.get(item_id, one.quantity), one.quantity)
    persons = session.execute(
        select(household.c.code, household.c.persons).where(
            household.c.district_id == of.district_id
        )
    )
    return Limits(per_household=most, per_person=each, persons=dict(persons.all()))


def prices(session: Session, district_id: str) -> dict[str, Fraction]:
    """Tell the lowest price of each item that a market of the district offers, fen per unit."""
    rows = session.execute(
        select(offer.c.item_id, offer.c.price_fen, offer.c.case_base)
        .join(place, place.c.id == offer.c.market_id)
        .where(place.c.district_id == district_id)
    )
    found: dict[str, Fraction] = {}
    for item_id, price_fen, case_base in rows:
        price = Fraction(price_fen, case_base)
        found[item_id] = min(price, found.get(item_id, price))
    return found
