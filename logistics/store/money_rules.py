"""Policies, prices and the terms of runs in the database; the last one said holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.prices import SalePrice
from logistics.domain.runs import Run
from logistics.domain.subsidies import USUAL, MoneyPolicy
from logistics.store.tables import money_policy, money_terms, sale_price


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPolicy:
    """A version of a district's policy."""

    id: str
    policy: MoneyPolicy
    digest: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for a run; ``prices`` by item id.

    ``secret`` is random, and shown to nobody: names that stand for households follow from it.
    """

    policy: MoneyPolicy
    prices: Mapping[str, SalePrice]
    secret: str = ""


def policies(session: Session, district_id: str) -> tuple[StoredPolicy, ...]:
    """Read all versions of a district's policy in the order in which they were said."""
    rows = session.execute(
        select(money_policy)
        .where(money_policy.c.district_id == district_id)
        .order_by(money_policy.c.seq)
    )
    return tuple(
        StoredPolicy(
            id=row.id,
            policy=MoneyPolicy.of_facts(row.facts),
            digest=row.digest,
            actor=row.actor,
            at=row.at,
        )
        for row in rows
    )


def policy_on(session: Session, district_id: str, day: date) -> StoredPolicy | None:
    """Read the policy of a service day: the one that begins last, and was said last."""
    known = [one for one in policies(session, district_id) if one.policy.since <= day]
    latest = max((one.policy.since for one in known), default=None)
    return next((one for one in reversed(known) if one.policy.since == latest), None)


def add_policy(
    session: Session, district_id: str, policy: MoneyPolicy, *, actor: str, at: datetime
) -> None:
    """Write a version of a policy."""
    session.execute(
        insert(money_policy).values(
            id=new_id("mp", at),
            district_id=district_id,
            since=policy.since,
            facts=policy.facts(),
            digest=policy.digest,
            actor=actor,
            at=at,
        )
    )


def add_prices(
    session: Session, district_id: str, prices: Sequence[SalePrice], *, actor: str, at: datetime
) -> None:
    """Write prices, in bulk."""
    if prices:
        session.execute(
            insert(sale_price),
            [
                {
                    "id": new_id("sp", at),
                    "district_id": district_id,
                    "item_id": one.item_id,
                    "price_fen": one.fen,
                    "per_base": one.per,
                    "unit": one.unit,
                    "since": one.since,
                    "actor": actor,
                    "at": at,
                }
                for one in prices
            ],
        )


def prices(
    session: Session, district_id: str, *, until: int | None = None
) -> dict[tuple[str, date], SalePrice]:
    """Read what was said last of each item and day, those that were taken away included.

    Parameters
    ----------
    until
        Number of the last price that counts; None: all.
    """
    query = select(sale_price).where(sale_price.c.district_id == district_id)
    if until is not None:
        query = query.where(sale_price.c.seq <= until)
    return {
        (row.item_id, row.since): SalePrice(
            item_id=row.item_id,
            fen=row.price_fen,
            per=row.per_base,
            unit=row.unit,
            since=row.since,
        )
        for row in session.execute(query.order_by(sale_price.c.seq))
    }


def on_day(said: Iterable[SalePrice], day: date) -> dict[str, SalePrice]:
    """Choose the price of each item that holds on a day; items without one are left out."""
    held: dict[str, SalePrice] = {}
    for one in sorted(said, key=lambda price: price.since):
        if one.since <= day:
            held[one.item_id] = one
    return {item_id: one for item_id, one in held.items() if one.fen is not None}


def fix_terms(session: Session, run: Run, *, actor: str, at: datetime) -> None:
    """Write which policy and prices hold for a run, unless that was written before."""
    known = session.execute(
        select(money_terms.c.run_id).where(money_terms.c.run_id == run.id)
    ).scalar()
    if known is not None:
        return
    policy = policy_on(session, run.district_id, run.day)
    last = session.execute(
        select(func.max(sale_price.c.seq)).where(sale_price.c.district_id == run.district_id)
    ).scalar()
    session.execute(
        insert(money_terms).values(
            run_id=run.id,
            id=new_id("mt", at),
            policy_id=None if policy is None else policy.id,
            prices_until=last or 0,
            actor=actor,
            at=at,
        )
    )


def terms(session: Session, run: Run) -> Terms | None:
    """Read what holds for a run; None where nothing of it was posted yet."""
    row = session.execute(
        select(money_terms, money_policy.c.facts)
        .outerjoin(money_policy, money_policy.c.id == money_terms.c.policy_id)
        .where(money_terms.c.run_id == run.id)
    ).one_or_none()
    if row is None:
        return None
    said = prices(session, run.district_id, until=row.prices_until)
    return Terms(
        policy=USUAL if row.facts is None else MoneyPolicy.of_facts(row.facts),
        prices=on_day(said.values(), run.day),
        secret=row.id,
    )
