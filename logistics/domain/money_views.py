"""What people are shown of the books: receipts, settlements, the sums of a run."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from logistics.domain.runs import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """Goods of one item that a household has got, refunds aside, and what they are charged at.

    ``gift``: donated, so that nothing is owed for them.
    """

    item_zh: str
    item_en: str
    base: str
    quantity: int
    fen: int
    gift: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    """Goods that were missing or damaged at the door, and what was refunded for them."""

    item_zh: str
    item_en: str
    base: str
    quantity: int
    fen: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a household got in a run and what it owes for it, in fen.

    ``charged`` is the sum of the lines before refunds; ``owed`` is what is left after refunds
    and subsidies.
    """

    run_code: str
    day: date
    lines: tuple[ReceiptLine, ...]
    refunds: tuple[RefundLine, ...]
    charged_fen: int
    refunded_fen: int
    subsidy_fen: int
    owed_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLine:
    """What was paid outside, or taken back (below zero); ``seq`` is the entry's number."""

    seq: int
    ref: str
    fen: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdMoney:
    """A household's receipts and payments; ``balance`` is what it still owes, in fen."""

    household: str
    receipts: tuple[Receipt, ...]
    payments: tuple[PaymentLine, ...]
    balance_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdSums:
    """A household in a run, by code or by a name that tells nobody who it is; fen."""

    subject: str
    charged_fen: int
    refunded_fen: int
    subsidy_fen: int
    owed_fen: int
    paid_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """An entry as it is shown; ``subject`` is a household, by code or by a name that hides it."""

    seq: int
    kind: str
    debit: str
    credit: str
    fen: int
    lot: str
    quantity: int
    subject: str
    corrects: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementLine:
    """An ordered item, or one that came unordered: base units, and fen.

    ``damaged`` is the part of what came that was damaged when it was first counted.
    """

    order: str
    supplier: str
    item_zh: str
    item_en: str
    base: str
    ordered: int
    ordered_fen: int
    came: int
    short: int
    damaged: int
    returned: int
    payable_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A supplier in a run: its lines, what it is to get for them, and what it got, in fen."""

    supplier: str
    name_zh: str
    name_en: str
    gift: bool
    lines: tuple[SettlementLine, ...]
    payable_fen: int
    paid_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMoney:
    """The books of a run in fen.

    ``owed`` is net of refunds and subsidies, payments aside; ``stock`` and ``loss`` are of goods
    that were paid for; the same with ``gift`` of those that were given. ``margin`` is what list
    prices brought beyond the cost. ``pending`` counts facts that are not posted yet.
    """

    run: Run
    bought_fen: int
    owed_fen: int
    subsidies_fen: int
    margin_fen: int
    stock_fen: int
    loss_fen: int
    donated_fen: int
    given_fen: int
    gift_stock_fen: int
    gift_loss_fen: int
    refunded_fen: int
    paid_fen: int
    settled_fen: int
    funds: Mapping[str, int]
    households: int
    unpriced: tuple[str, ...]
    pending: int

    @property
    def even(self) -> bool:
        """Say whether all that was bought or given is owed, borne, there or lost, to the fen."""
        where = self.owed_fen + self.subsidies_fen - self.margin_fen
        gifts = self.given_fen + self.gift_stock_fen + self.gift_loss_fen
        return (
            self.bought_fen == where + self.stock_fen + self.loss_fen and self.donated_fen == gifts
        )


def pseudonym(secret: str, code: str) -> str:
    """Name a household for somebody who must not know which it is, the same in one run."""
    return hashlib.sha256(f"{secret}/{code}".encode()).hexdigest()[:12]
