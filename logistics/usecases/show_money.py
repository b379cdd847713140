"""Show what households owe and were given, what suppliers get, and the sums of a run (账目)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from logistics.domain.money import LOSS, MARGIN, STOCK, Booking, Holding
from logistics.domain.money_views import (
    HouseholdMoney,
    HouseholdSums,
    JournalEntry,
    PaymentLine,
    Receipt,
    ReceiptLine,
    RefundLine,
    RunMoney,
    pseudonym,
)
from logistics.domain.prices import worth
from logistics.domain.stock import kind_of
from logistics.store import lots, money, money_facts, money_rules, places, runs
from logistics.store.lots import LotCard
from logistics.store.money import Entry

_OUTSIDE = (Booking.PAYMENT, Booking.SETTLEMENT, Booking.CORRECTION)


def household_money(
    session: Session, household_code: str, run: str | None = None
) -> HouseholdMoney:
    """Tell what a household got, owes and paid, line by line; of one run or of all.

    Raises
    ------
    HouseholdUnknown, RunUnknown
        If there is no such household or run.
    """
    home = places.household_by_code(session, household_code.strip())
    run_id = None if run is None else runs.get(session, run).id
    entries = list(money.of_household(session, home.code, run_id))
    return household_of(session, home.code, entries)


def receipts_of_run(session: Session, run: str) -> tuple[HouseholdMoney, ...]:
    """Tell the same of all households of a run, by code.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run)
    by_home: dict[str, list[Entry]] = defaultdict(list)
    for one in money.of_run(session, found.id):
        if one.household:
            by_home[one.household].append(one)
    cards = {card.id: card for card in lots.of_run(session, found.id)}
    codes = money.run_codes(session, [found.id])
    return tuple(
        _told(code, by_home[code], cards, codes) for code in sorted(by_home)
    )  # fmt: skip


def household_of(session: Session, code: str, entries: Iterable[Entry]) -> HouseholdMoney:
    """Put the entries of a household into what it is shown."""
    known = list(entries)
    cards = {
        card.id: card
        for card in lots.cards(session, {one.lot_id for one in known if one.lot_id is not None})
    }
    codes = money.run_codes(session, sorted({one.run_id for one in known if one.run_id}))
    return _told(code, known, cards, codes)


@dataclass(slots=True)
class _Got:
    """What a household got of a lot: base units and fen, refunds aside and by themselves."""

    quantity: int = 0
    fen: int = 0
    refunded: int = 0
    refund_fen: int = 0
    lapsed: int = 0
    lapsed_at: datetime | None = None


@dataclass(slots=True)
class _Of:
    """What one run means for a household, as it is gathered."""

    lots: dict[str, _Got] = field(default_factory=lambda: defaultdict(_Got))
    gifts: set[str] = field(default_factory=set)
    refunds: dict[str, tuple[Entry, int]] = field(default_factory=dict)
    subsidy: int = 0

    def take(self, one: Entry, code: str) -> None:
        """Take an entry in."""
        sign = _sign(one, code)
        if one.kind is Booking.SUBSIDY:
            self.subsidy -= sign * one.fen
        if one.lot_id is None:
            return
        got = self.lots[one.lot_id]
        if f"gift:{code}" in (one.debit, one.credit):
            self.gifts.add(one.lot_id)
        fen = 0 if one.lot_id in self.gifts else sign * one.fen
        if one.fact.startswith("claim:"):
            base = one.fact.removesuffix(f".{code}")
            entry, so_far = self.refunds.get(base, (one, 0))
            self.refunds[base] = (entry, so_far - fen)
            got.refunded += one.quantity
            got.refund_fen -= fen
        elif one.kind is Booking.FOUND:
            got.lapsed += one.quantity
            got.lapsed_at = one.at
        else:
            got.quantity += sign * one.quantity
            got.fen += fen


def _told(
    code: str,
    entries: Iterable[Entry],
    cards: Mapping[str, LotCard],
    codes: Mapping[str, tuple[str, date]],
) -> HouseholdMoney:
    per_run: dict[str, _Of] = defaultdict(_Of)
    payments: list[PaymentLine] = []
    for one in entries:
        if one.kind in _OUTSIDE:
            fen = -_sign(one, code) * one.fen
            payments.append(PaymentLine(seq=one.seq, ref=one.reason, fen=fen, at=one.at))
        elif one.run_id is not None:
            per_run[one.run_id].take(one, code)
    receipts = sorted(
        (_receipt(of_run, cards, codes[run_id]) for run_id, of_run in per_run.items()),
        key=lambda receipt: (receipt.day, receipt.run_code),
    )
    owed = sum(one.owed_fen for one in receipts)
    return HouseholdMoney(
        household=code,
        receipts=tuple(receipts),
        payments=tuple(payments),
        balance_fen=owed - sum(one.fen for one in payments),
    )


def _sign(one: Entry, code: str) -> int:
    mine = (f"household:{code}", f"gift:{code}")
    return 1 if one.debit in mine else -1 if one.credit in mine else 0


def _receipt(of: _Of, cards: Mapping[str, LotCard], run: tuple[str, date]) -> Receipt:
    refunds = [
        _refund(cards[str(entry.lot_id)], entry.quantity, fen, entry.reason, entry.at)
        for entry, fen in of.refunds.values()
    ]
    items: dict[tuple[str, bool], _Got] = defaultdict(_Got)
    shown: dict[str, LotCard] = {}
    for lot_id, got in of.lots.items():
        card = cards[lot_id]
        shown.setdefault(card.item_id, card)
        back = worth(got.refund_fen, got.refunded, got.lapsed) if got.lapsed else 0
        if got.lapsed and got.lapsed_at is not None:
            refunds.append(_refund(card, -got.lapsed, -back, "lapsed", got.lapsed_at))
        line = items[card.item_id, lot_id in of.gifts]
        line.quantity += got.quantity - got.lapsed
        line.fen += got.fen - back
    lines = [
        ReceiptLine(
            item_zh=shown[item_id].item_zh,
            item_en=shown[item_id].item_en,
            base=shown[item_id].base,
            quantity=got.quantity,
            fen=got.fen,
            gift=is_gift,
        )
        for (item_id, is_gift), got in items.items()
        if got.quantity or got.fen
    ]
    charged = sum(line.fen for line in lines)
    refunded = sum(one.fen for one in refunds)
    return Receipt(
        run_code=run[0],
        day=run[1],
        lines=tuple(sorted(lines, key=lambda line: (line.gift, line.item_zh))),
        refunds=tuple(refunds),
        charged_fen=charged,
        refunded_fen=refunded,
        subsidy_fen=of.subsidy,
        owed_fen=charged - refunded - of.subsidy,
    )


def _refund(card: LotCard, quantity: int, fen: int, reason: str, at: datetime) -> RefundLine:
    return RefundLine(item_zh=card.item_zh, item_en=card.item_en, base=card.base,
                      quantity=quantity, fen=fen, reason=reason, at=at)  # fmt: skip


def household_sums(session: Session, run: str, *, named: bool) -> tuple[HouseholdSums, ...]:
    """Add up every household of a run; without names under what tells nobody who it is.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run)
    terms = money_rules.terms(session, found)
    if terms is None:
        return ()
    per: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (kind, account), fen in money.sums(session, found.id).items():
        if kind_of(account) in ("household", "gift"):
            code = account.partition(":")[2]
            per[code][kind.value] += 0 if kind_of(account) == "gift" else fen
    refunds = money.refunds(session, found.id)
    rows = []
    for code, of in per.items():
        paid = -of[Booking.PAYMENT] - of[Booking.CORRECTION]
        subsidy = -of[Booking.SUBSIDY]
        owed = sum(of.values()) + paid
        back = refunds.get(code, 0)
        rows.append(
            HouseholdSums(
                subject=code if named else pseudonym(terms.secret, code),
                charged_fen=owed + subsidy + back,
                refunded_fen=back,
                subsidy_fen=subsidy,
                owed_fen=owed,
                paid_fen=paid,
            )
        )
    return tuple(sorted(rows, key=lambda row: row.subject))


def journal_page(
    session: Session, run: str, *, named: bool, after: int = 0, limit: int = 500
) -> tuple[JournalEntry, ...]:
    """Show some entries of a run; without names nothing in them says which household it is.

    Parameters
    ----------
    after
        Number of the last entry that was seen.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run)
    terms = money_rules.terms(session, found)

    def shown(account: str, code: str) -> str:
        if named or not code or terms is None:
            return account
        return account.replace(code, pseudonym(terms.secret, code))

    return tuple(
        JournalEntry(
            seq=one.seq,
            kind=one.kind.value,
            debit=shown(one.debit, one.household),
            credit=shown(one.credit, one.household),
            fen=one.fen,
            lot=one.lot_id or "",
            quantity=one.quantity,
            subject=shown(one.household, one.household),
            corrects=one.corrects,
            at=one.at,
        )
        for one in money.page(session, found.id, after=after, limit=limit)
    )


def run_money(session: Session, run: str) -> RunMoney:
    """Add up the books of a run.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run)
    costed = money_facts.lots(session, found.id)
    per: dict[tuple[bool, str], int] = defaultdict(int)
    for lot_id, accounts in money.holdings(session, found.id).items():
        for account, held in accounts.items():
            per[costed[lot_id].basis == "gift", kind_of(account)] += _value(held)
    stands: dict[tuple[Booking | None, str], int] = defaultdict(int)
    funds: dict[str, int] = {}
    homes: set[str] = set()
    for (kind, account), fen in money.sums(session, found.id).items():
        stands[kind, kind_of(account)] += fen
        if kind_of(account) in ("household", "gift"):
            homes.add(account.partition(":")[2])
        if kind is Booking.FUNDING and kind_of(account) == "fund":
            code = account.partition(":")[2]
            funds[code] = funds.get(code, 0) + fen
    subsidies = -stands[Booking.SUBSIDY, "household"]
    back = stands[Booking.CORRECTION, "household"]
    refunds = money.refunds(session, found.id)
    return RunMoney(
        run=found,
        bought_fen=-per[False, "supplier"],
        owed_fen=per[False, "household"] - subsidies,
        subsidies_fen=subsidies,
        margin_fen=-per[False, MARGIN],
        stock_fen=per[False, STOCK],
        loss_fen=per[False, LOSS],
        donated_fen=-per[True, "donation"],
        given_fen=per[True, "gift"],
        gift_stock_fen=per[True, STOCK],
        gift_loss_fen=per[True, LOSS],
        refunded_fen=sum(refunds.values()),
        paid_fen=-stands[Booking.PAYMENT, "household"] - back,
        settled_fen=stands[Booking.SETTLEMENT, "supplier"]
        + stands[Booking.CORRECTION, "supplier"],
        funds=dict(sorted(funds.items())),
        households=len(homes),
        unpriced=tuple(sorted(lot.id for lot in costed.values() if lot.basis == "unknown")),
        pending=sum(1 for _ in money_facts.moves(session, found.id, posted=False)),
    )


def _value(held: Holding) -> int:
    return held.fen + held.margin
