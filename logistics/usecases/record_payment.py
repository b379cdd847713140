"""Record that somebody paid by whatever means, and take such a record back (收付款登记)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.money import CASH, Booking, Posting, household, supplier
from logistics.errors import Conflict, Invalid, NotFound
from logistics.store import audit, idempotency, money, places, runs
from logistics.store.money import Dated


class PaymentInvalid(Invalid):
    """An amount or reference cannot be like this; nothing was recorded."""

    code = "payment.invalid"


class PaymentReused(Conflict):
    """The reference belongs to a payment of another amount."""

    code = "payment.ref-reused"


class EntryUnknown(NotFound):
    """No entry of the journal has this number."""

    code = "money.entry-unknown"


class EntryFollows(Conflict):
    """The entry follows from goods, or was taken back before: it is not taken back by hand."""

    code = "money.entry-follows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What was recorded; ``balance`` is what is owed after it, by or to the one named."""

    account: str
    fen: int
    ref: str
    balance_fen: int
    repeated: bool


MOST_FEN = 10**10
_REF = 48  # characters


def pay_household(
    session: Session,
    household_code: str,
    fen: int,
    *,
    ref: str,
    run: str | None = None,
    actor: str,
    at: datetime,
) -> Paid:
    """Record that a household paid; the same reference again records nothing.

    Parameters
    ----------
    ref
        Of the receipt, transfer or envelope; chosen outside.
    run
        Which run it is for; None: none in particular.

    Raises
    ------
    HouseholdUnknown, RunUnknown
        If there is no such household or run.
    PaymentInvalid
        If the amount is not above zero, the reference is empty or too long, or the run is one of
        another district.
    PaymentReused
        If the reference was used for another amount.
    """
    home = places.household_by_code(session, household_code.strip())
    of_run = None if run is None else runs.get(session, run)
    if of_run is not None and of_run.district_id != home.district_id:
        raise PaymentInvalid(
            field="run", value=of_run.code, mend="name a run of the household's district"
        )
    run_id = None if of_run is None else of_run.id
    posting = Posting(
        fact=f"pay:{home.code}:{_checked(fen, ref)}",
        kind=Booking.PAYMENT,
        debit=CASH,
        credit=household(home.code),
        fen=fen,
        household=home.code,
        reason=ref.strip(),
    )
    repeated = _once(session, posting, home.district_id, run_id, actor=actor, at=at)
    owed = money.balance(session, home.district_id, household(home.code))
    return Paid(account=household(home.code), fen=fen, ref=ref.strip(), balance_fen=owed,
                repeated=repeated)  # fmt: skip


def pay_supplier(
    session: Session, run: str, code: str, fen: int, *, ref: str, actor: str, at: datetime
) -> Paid:
    """Record that a supplier was paid for a run; the same reference again records nothing.

    Raises
    ------
    RunUnknown, PlaceUnknown
        If there is no such run or supplier.
    PaymentInvalid, PaymentReused
        As `pay_household` says.
    """
    found = runs.get(session, run)
    market = places.named(session, found.district_id, code, "market")
    account = supplier(market.code)
    posting = Posting(
        fact=f"settle:{market.code}:{_checked(fen, ref)}",
        kind=Booking.SETTLEMENT,
        debit=account,
        credit=CASH,
        fen=fen,
        reason=ref.strip(),
    )
    repeated = _once(session, posting, found.district_id, found.id, actor=actor, at=at)
    owed = -money.balance(session, found.district_id, account)
    return Paid(account=account, fen=fen, ref=ref.strip(), balance_fen=owed, repeated=repeated)


def take_back_payment(
    session: Session, seq: int, *, reason: str, actor: str, at: datetime
) -> money.Entry:
    """Take back the record of a payment by a further entry, and return that; once and for all.

    Raises
    ------
    EntryUnknown
        If there is no such entry.
    EntryFollows
        If it is no payment, or was taken back before.
    PaymentInvalid
        If no reason is given.
    """
    if not reason.strip():
        raise PaymentInvalid(field="reason", value="", mend="say why")
    wrong = money.by_seq(session, seq, lock=True)
    if wrong is None:
        raise EntryUnknown(field="entry", value=seq, mend="supplyloop money household CODE")
    if wrong.kind not in (Booking.PAYMENT, Booking.SETTLEMENT):
        raise EntryFollows(
            entry=seq, kind=wrong.kind.value, mend="correct what became of the goods"
        )
    if (by := money.corrected(session, seq)) is not None:
        raise EntryFollows(entry=seq, by=by, mend="record the right payment with a new reference")
    posting = Posting(
        fact=f"c:{seq}",
        kind=Booking.CORRECTION,
        debit=wrong.credit,
        credit=wrong.debit,
        fen=wrong.fen,
        household=wrong.household,
        reason=reason.strip()[:96],
    )
    money.post(
        session, [Dated(posting, at)], district_id=money.district_of(session, seq),
        run_id=wrong.run_id, actor=actor, recorded_at=at, corrects=seq,
    )  # fmt: skip
    audit.record(
        session, actor=actor, command="money.take-back", subject=str(seq), facts={}, at=at
    )
    made = money.by_fact(session, posting.fact)
    if made is None:
        raise EntryUnknown(field="entry", value=seq, mend="supplyloop money verify")
    return made


def _checked(fen: int, ref: str) -> str:
    if not 0 < fen <= MOST_FEN:
        raise PaymentInvalid(field="fen", value=fen, mend=f"give 1 to {MOST_FEN} fen")
    said = ref.strip()
    if not said or len(said) > _REF or not said.isprintable():
        raise PaymentInvalid(
            field="ref", value=said[:80], mend=f"give a reference of 1 to {_REF} characters"
        )
    return said


def _once(
    session: Session,
    posting: Posting,
    district_id: str,
    run_id: str | None,
    *,
    actor: str,
    at: datetime,
) -> bool:
    """Post unless the same was posted before; say whether it was."""
    said = [posting.fact, posting.fen, run_id]
    digest = hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
    key = hashlib.sha256(posting.fact.encode()).hexdigest()
    try:
        idempotency.claim(session, "money", key, digest, at)
    except idempotency.KeyReused as refusal:
        raise _reused(posting) from refusal
    idempotency.answer(session, "money", key, 200, {"fen": posting.fen})
    before = money.by_fact(session, posting.fact)  # kept for good, unlike the key
    if before is not None:
        if (before.fen, before.run_id) != (posting.fen, run_id):
            raise _reused(posting)
        return True
    money.post(
        session, [Dated(posting, at)], district_id=district_id, run_id=run_id, actor=actor,
        recorded_at=at,
    )  # fmt: skip
    audit.record(
        session,
        actor=actor,
        command=f"money.{posting.kind.value}",
        subject=posting.fact[:96],
        facts={"fen": posting.fen},
        at=at,
    )
    return False


def _reused(posting: Posting) -> PaymentReused:
    return PaymentReused(
        field="ref", value=posting.reason, mend="use a new reference for another payment"
    )
