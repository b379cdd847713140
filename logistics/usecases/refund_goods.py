"""Refund what was missing or damaged at the door (缺损退款)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from logistics.domain.money import Booking, LotBook, Posting
from logistics.domain.quantities import read_amount
from logistics.domain.runs import Run
from logistics.errors import Conflict, Invalid
from logistics.store import audit, catalogue, money, money_facts, money_rules, places, wishes
from logistics.store.money import Dated
from logistics.usecases.post_money import post_money, read_books, settle_subsidies


class RefundReason(StrEnum):
    """What was wrong with goods at the door."""

    MISSING = "missing"
    DAMAGED = "damaged"
    SPOILED = "spoiled"
    WRONG = "wrong"
    OTHER = "other"


class RefundInvalid(Invalid):
    """A refund cannot be like this; nothing was recorded."""

    code = "refund.invalid"


class RefundTooMuch(Conflict):
    """The household did not get so much of it in this run, or was refunded before."""

    code = "refund.too-much"


class RefundReused(Conflict):
    """The key belongs to another refund."""

    code = "refund.key-reused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """What a household no longer pays for; ``fen`` is 0 for what it was given."""

    run: Run
    household: str
    item: str
    quantity: int
    fen: int
    repeated: bool


_KEY = 48  # characters


def refund_goods(
    session: Session,
    run: str,
    household_code: str,
    item: str,
    quantity: int,
    *,
    reason: RefundReason,
    key: str,
    actor: str,
    at: datetime,
) -> Refunded:
    """Write that a household need not pay for a part of what it got: it is a loss of ours.

    Where goods went stays in the ledger of goods as it is. If the bag turns out never to have
    come, its refund lapses with what was charged for it.

    Parameters
    ----------
    item
        By its name or an alias.
    quantity
        Base units.
    key
        The same key and content again refunds nothing.

    Raises
    ------
    RunUnknown, HouseholdUnknown, ItemUnknown
        If there is no such run, household or item.
    RefundInvalid
        If the quantity is not above zero, or the key is empty or too long.
    RefundTooMuch
        If the household has not got so much of it.
    RefundReused
        If the key was used for another refund.
    """
    if quantity < 1:
        raise RefundInvalid(field="quantity", value=quantity, mend="give base units, 1 or more")
    said = key.strip()
    if not said or len(said) > _KEY or not said.isprintable() or "#" in said:
        mend = f"give 1 to {_KEY} characters, no #"
        raise RefundInvalid(field="key", value=said[:80], mend=mend)
    found = post_money(session, run, actor=actor, at=at).run  # holds the run
    home = places.household_by_code(session, household_code.strip())
    item_id = wishes.item_named(session, item)
    name = wishes.goods(session)[item_id].name_zh
    fact = f"claim:{home.code}:{said}"
    costed = money_facts.lots(session, found.id)
    before = [
        one for one in money.of_household(session, home.code)
        if one.kind is Booking.REFUND and one.fact.split("#")[0] == fact
    ]  # fmt: skip
    if before:
        same = sum(one.quantity for one in before) == quantity and all(
            one.run_id == found.id
            and one.reason == reason.value
            and costed[str(one.lot_id)].item_id == item_id
            for one in before
        )
        if not same:
            raise RefundReused(field="key", value=said, mend="use a new key for another refund")
        return Refunded(run=found, household=home.code, item=name, quantity=quantity,
                        fen=_refunded(session, home.code, fact), repeated=True)  # fmt: skip
    terms = money_rules.terms(session, found)
    if terms is None:
        raise RefundTooMuch(run=found.code, household=home.code, there=0)
    books = read_books(session, found.id, costed, terms)
    done = _claims(books, [lot for lot in costed.values() if lot.item_id == item_id],
                   home.code, quantity, fact=fact, reason=reason)  # fmt: skip
    got = sum(one.quantity for one in done if one.kind is Booking.REFUND)
    if got < quantity:
        raise RefundTooMuch(
            run=found.code, household=home.code, item=name, quantity=quantity, there=got,
            mend=f"refund at most {got} of it",
        )  # fmt: skip
    money.post(
        session, [Dated(one, at) for one in done], district_id=found.district_id,
        run_id=found.id, actor=actor, recorded_at=at,
    )  # fmt: skip
    settle_subsidies(session, found, terms, actor=actor, at=at)
    audit.record(
        session, actor=actor, command="money.refund", subject=home.id,
        facts={"item": item_id, "quantity": quantity, "reason": reason.value}, at=at,
    )  # fmt: skip
    return Refunded(run=found, household=home.code, item=name, quantity=quantity,
                    fen=_refunded(session, home.code, fact), repeated=False)  # fmt: skip


def quantity_said(session: Session, item: str, amount: str) -> int:
    """Read an amount of an item as people say it (3个, 半斤), in base units.

    Raises
    ------
    ItemUnknown
        If there is no such item.
    QuantityNotUnderstood, QuantityNotPositive, UnitUnknownForItem, QuantityNotWhole
        If the amount is none of the item's.
    """
    known = catalogue.load(session)
    return known.quantity(known.get(item), read_amount(amount)).count


def _claims(
    books: dict[str, LotBook],
    lots: list[money_facts.CostedLot],
    code: str,
    quantity: int,
    *,
    fact: str,
    reason: RefundReason,
) -> list[Posting]:
    """Take a quantity from what a household got, from the newest lot first."""
    done: list[Posting] = []
    left = quantity
    for lot in sorted(lots, key=lambda one: one.id, reverse=True):
        book = books[lot.id]
        taken = min(left, book.at(book.terms.home(code)).quantity)
        if taken > 0:
            part = fact if not done else f"{fact}#{len(done)}"
            done += book.claim(part, code, taken, reason.value)
            left -= taken
    return done


def _refunded(session: Session, code: str, fact: str) -> int:
    """Add up what a claim brought, list prices included."""
    account = f"household:{code}"
    return sum(
        one.fen if one.credit == account else -one.fen
        for one in money.of_household(session, code)
        if one.fact.split("#")[0].removesuffix(f".{code}") == fact
        and account in (one.debit, one.credit)
    )
