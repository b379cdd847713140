"""The journal of money: entries are only added, each fact once."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, or_, select, union_all
from sqlalchemy.orm import Session

from logistics.domain.money import Booking, Holding, Posting
from logistics.domain.prices import worth
from logistics.domain.runs import Run
from logistics.store import runs
from logistics.store.tables import money_entry, money_terms, run

_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as it stands in the journal; ``seq`` is its number."""

    seq: int
    fact: str
    run_id: str | None
    kind: Booking
    debit: str
    credit: str
    fen: int
    lot_id: str | None
    quantity: int
    household: str
    reason: str
    corrects: int | None
    actor: str
    at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Dated:
    """A posting and the instant of what it follows from."""

    posting: Posting
    at: datetime


def post(
    session: Session,
    postings: Sequence[Dated],
    *,
    district_id: str,
    run_id: str | None,
    actor: str,
    recorded_at: datetime,
    corrects: int | None = None,
) -> None:
    """Write postings in their order, in bulk; the database refuses a fact that it has."""
    for start in range(0, len(postings), _AT_ONCE):
        session.execute(
            insert(money_entry),
            [
                {
                    "fact": one.posting.fact,
                    "district_id": district_id,
                    "run_id": run_id,
                    "kind": one.posting.kind.value,
                    "debit": one.posting.debit,
                    "credit": one.posting.credit,
                    "fen": one.posting.fen,
                    "lot_id": one.posting.lot_id,
                    "quantity": one.posting.quantity,
                    "household": one.posting.household,
                    "reason": one.posting.reason,
                    "corrects": corrects,
                    "actor": actor,
                    "at": one.at,
                    "recorded_at": recorded_at,
                }
                for one in postings[start : start + _AT_ONCE]
            ],
        )


def by_fact(session: Session, fact: str) -> Entry | None:
    """Read the entry of a fact, if there is one."""
    return next(_entries(session, select(money_entry).where(money_entry.c.fact == fact)), None)


def by_seq(session: Session, seq: int, *, lock: bool = False) -> Entry | None:
    """Read an entry by its number, if there is one; others who lock it wait."""
    query = select(money_entry).where(money_entry.c.seq == seq)
    return next(_entries(session, query.with_for_update() if lock else query), None)


def district_of(session: Session, seq: int) -> str:
    """Return the district of an entry."""
    return str(
        session.execute(
            select(money_entry.c.district_id).where(money_entry.c.seq == seq)
        ).scalar_one()
    )


def corrected(session: Session, seq: int) -> int | None:
    """Return the number of the entry that takes this one back, if there is one."""
    found: int | None = session.execute(
        select(money_entry.c.seq).where(money_entry.c.corrects == seq)
    ).scalar()
    return found


def of_run(session: Session, run_id: str) -> Iterator[Entry]:
    """Read the journal of a run in its order."""
    query = select(money_entry).where(money_entry.c.run_id == run_id)
    yield from _entries(session, query.order_by(money_entry.c.seq))


def page(session: Session, run_id: str, *, after: int, limit: int) -> tuple[Entry, ...]:
    """Read some entries of a run, those that follow a number."""
    query = select(money_entry).where(money_entry.c.run_id == run_id, money_entry.c.seq > after)
    return tuple(_entries(session, query.order_by(money_entry.c.seq).limit(limit)))


def of_household(session: Session, code: str, run_id: str | None = None) -> Iterator[Entry]:
    """Read all entries that concern a household, in the order of the journal."""
    query = select(money_entry).where(money_entry.c.household == code)
    if run_id is not None:
        query = query.where(money_entry.c.run_id == run_id)
    yield from _entries(session, query.order_by(money_entry.c.seq))


def of_supplier(session: Session, district_id: str, account: str) -> Iterator[Entry]:
    """Read what was paid to a supplier, and taken back."""
    sides = or_(money_entry.c.debit == account, money_entry.c.credit == account)
    query = select(money_entry).where(
        money_entry.c.district_id == district_id, sides, money_entry.c.lot_id.is_(None)
    )
    yield from _entries(session, query.order_by(money_entry.c.seq))


def _entries(session: Session, query: Select[Any]) -> Iterator[Entry]:
    for row in session.execute(query).mappings():
        facts = {name: value for name, value in row.items() if name != "district_id"}
        yield Entry(**facts | {"kind": Booking(row["kind"])})


def holdings(session: Session, run_id: str) -> dict[str, dict[str, Holding]]:
    """Read how much of each lot of a run each account stands for, by lot and account."""
    sides = [
        select(
            money_entry.c.lot_id,
            account.label("account"),
            money_entry.c.kind,
            money_entry.c.household,
            (sign * func.sum(money_entry.c.quantity)).label("quantity"),
            (sign * func.sum(money_entry.c.fen)).label("fen"),
        )
        .where(money_entry.c.run_id == run_id, money_entry.c.lot_id.is_not(None))
        .group_by(
            money_entry.c.lot_id, account, money_entry.c.kind, money_entry.c.household
        )
        for account, sign in ((money_entry.c.debit, 1), (money_entry.c.credit, -1))
    ]  # fmt: skip
    found: dict[str, dict[str, Holding]] = defaultdict(dict)
    claimed: dict[tuple[str, str], int] = defaultdict(int)
    for row in session.execute(union_all(*sides)):
        held = found[row.lot_id].setdefault(row.account, Holding())
        if row.kind == Booking.MARGIN.value:
            held.margin += int(row.fen)
            continue
        held.quantity += int(row.quantity)
        held.fen += int(row.fen)
        is_claim = row.kind == Booking.REFUND.value or (
            row.kind == Booking.FOUND.value and row.household
        )
        if is_claim and row.account == "loss":
            claimed[row.lot_id, row.household] += int(row.quantity)
    for (lot_id, code), quantity in claimed.items():
        for kind in ("household", "gift"):
            if f"{kind}:{code}" in found[lot_id]:
                found[lot_id][f"{kind}:{code}"].claimed = quantity
    return found


def sums(
    session: Session, run_id: str, *, but: Sequence[Booking] = ()
) -> dict[tuple[Booking, str], int]:
    """Add up the accounts of a run: debits less credits in fen, by kind and account."""
    found: dict[tuple[Booking, str], int] = defaultdict(int)
    for account, sign in ((money_entry.c.debit, 1), (money_entry.c.credit, -1)):
        rows = session.execute(
            select(money_entry.c.kind, account, func.sum(money_entry.c.fen))
            .where(
                money_entry.c.run_id == run_id,
                money_entry.c.kind.not_in([kind.value for kind in but]),
            )
            .group_by(money_entry.c.kind, account)
        )
        for kind, name, fen in rows:
            found[Booking(kind), name] += sign * int(fen)
    return found


def refunds(session: Session, run_id: str) -> dict[str, int]:
    """Read what each household of a run was refunded, by code, those for gifts left out.

    What was refunded for goods that came back after all counts no more.
    """
    found: dict[str, int] = defaultdict(int)
    claimed: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    claims = or_(
        money_entry.c.fact.like("claim:%"),
        (money_entry.c.kind == Booking.FOUND.value) & (money_entry.c.household != ""),
    )
    for row in session.execute(
        select(
            money_entry.c.lot_id,
            money_entry.c.household,
            money_entry.c.debit,
            money_entry.c.credit,
            money_entry.c.kind,
            money_entry.c.quantity,
            money_entry.c.fen,
        ).where(money_entry.c.run_id == run_id, claims)
    ):
        account = f"household:{row.household}"
        of_lot = claimed[row.household, row.lot_id]
        if row.kind == Booking.FOUND.value:
            of_lot[2] += row.quantity
        elif account in (row.debit, row.credit):
            of_lot[0] += row.quantity
            of_lot[1] += row.fen if row.credit == account else -row.fen
    for (code, _), (quantity, fen, lapsed) in claimed.items():
        found[code] += fen - (worth(fen, quantity, lapsed) if quantity else 0)
    return found


def counts(session: Session, run_id: str, kind: Booking) -> dict[tuple[str, str], int]:
    """Count the entries of a kind by their sides."""
    rows = session.execute(
        select(money_entry.c.debit, money_entry.c.credit, func.count())
        .where(money_entry.c.run_id == run_id, money_entry.c.kind == kind.value)
        .group_by(money_entry.c.debit, money_entry.c.credit)
    )
    return {(debit, credit): int(count) for debit, credit, count in rows}


def balance(session: Session, district_id: str, account: str) -> int:
    """Add up one account over all runs: debits less credits, in fen."""
    total = 0
    for side, sign in ((money_entry.c.debit, 1), (money_entry.c.credit, -1)):
        fen = session.execute(
            select(func.sum(money_entry.c.fen)).where(
                money_entry.c.district_id == district_id, side == account
            )
        ).scalar()
        total += sign * int(fen or 0)
    return total


def posted_runs(session: Session) -> tuple[Run, ...]:
    """Read the runs of which anything was posted, by day and wave."""
    ids = session.scalars(
        select(run.c.id)
        .join(money_terms, money_terms.c.run_id == run.c.id)
        .order_by(run.c.day, run.c.wave, run.c.id)
    ).all()
    return tuple(runs.get(session, run_id) for run_id in ids)


def run_codes(session: Session, run_ids: Sequence[str]) -> Mapping[str, tuple[str, Any]]:
    """Read code and day of runs by id."""
    rows = session.execute(select(run.c.id, run.c.code, run.c.day).where(run.c.id.in_(run_ids)))
    return {row.id: (row.code, row.day) for row in rows}
