"""Money in whole fen: accounts, postings, and how what a lot cost goes from hand to hand."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from logistics.domain.prices import SalePrice, worth
from logistics.domain.stock import Explanation, MoveKind, kind_of


class Booking(StrEnum):
    """Why money was written into the journal."""

    PURCHASE = "purchase"  # goods came from a supplier or a donor
    SEND_BACK = "send-back"  # goods went back to where they came from, or had not come at all
    DELIVERY = "delivery"  # goods reached a household
    RETURN = "return"  # goods came back from a household
    LOSS = "loss"  # goods are lost, spoiled or destroyed
    FOUND = "found"  # goods that were lost are there again
    MARGIN = "margin"  # what a list price differs from what was paid
    REFUND = "refund"  # goods were missing or damaged at the door
    SUBSIDY = "subsidy"  # what a household does not have to pay
    FUNDING = "funding"  # which fund bears that
    PAYMENT = "payment"  # a household paid, by whatever means
    SETTLEMENT = "settlement"  # a supplier was paid
    CORRECTION = "correction"  # takes a payment or settlement back


STOCK: Final = "stock"
LOSS: Final = "loss"
MARGIN: Final = "margin"
CASH: Final = "cash"
SUBSIDY: Final = "subsidy"
"""Between households and funds: nothing says which fund bore whose part, so that nobody can read
a household's needs from the books. It is even after each posting."""

IN_HAND: Final = frozenset({"van", "stock", "bag", "return"})
"""Kinds of places where goods stand as long as nobody has got them."""


def household(code: str) -> str:
    """Name what a household owes."""
    return f"household:{code}"


def gift(code: str) -> str:
    """Name what a household was given of donated goods."""
    return f"gift:{code}"


def supplier(code: str) -> str:
    """Name what a supplier is owed, below zero as all that is owed."""
    return f"supplier:{code}"


def donation(code: str) -> str:
    """Name what a donor gave, at the value that the donor said."""
    return f"donation:{code}"


def fund(code: str) -> str:
    """Name what a fund bore."""
    return f"fund:{code}"


class DamageBorne(StrEnum):
    """Who bears what was damaged when it was first counted."""

    US = "us"
    SUPPLIER = "supplier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """An amount from one account to another: both sides in one, so that they are always equal.

    ``fact`` names what it follows from and is posted once. ``quantity`` are base units of the
    lot, 0 where only money moves; ``household`` whose goods or money it is, empty for nobody's.
    """

    fact: str
    kind: Booking
    debit: str
    credit: str
    fen: int
    lot_id: str | None = None
    household: str = ""
    quantity: int = 0
    reason: str = ""

    def __post_init__(self) -> None:
        if self.fen < 0 or self.quantity < 0 or self.debit == self.credit:
            msg = f"no posting: {self.fen} fen, {self.quantity} from {self.credit} to {self.debit}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotTerms:
    """What a lot cost in all, who sold or gave it, and what it is sold for.

    ``sale`` is None where households pay what was paid. ``receipt_id`` names the first count.
    """

    lot_id: str
    quantity: int
    cost_fen: int
    supplier_code: str
    gift: bool
    receipt_id: str
    sale: SalePrice | None = None
    damage: DamageBorne = DamageBorne.US

    @property
    def origin(self) -> str:
        """The account that the goods came from."""
        return donation(self.supplier_code) if self.gift else supplier(self.supplier_code)

    def home(self, code: str) -> str:
        """Name the account of a household's part."""
        return gift(code) if self.gift else household(code)

    def worth(self, quantity: int) -> int:
        """Return what so many base units cost, halves up."""
        return worth(self.cost_fen, self.quantity, quantity)


@dataclass(slots=True)
class Holding:
    """How much of a lot an account stands for, and for how many fen.

    ``margin`` is what a household pays beyond the cost; ``claimed`` what it got but had refunded.
    """

    quantity: int = 0
    fen: int = 0
    margin: int = 0
    claimed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsMove:
    """A movement of the ledger of goods as the books see it; ``original`` is what it corrects."""

    seq: int
    quantity: int
    source: str
    target: str
    kind: str
    cause: str
    reason: str = ""
    original: "GoodsMove | None" = None


@dataclass(slots=True)
class LotBook:
    """What a lot is worth, account by account, as its goods move.

    Notes
    -----
    Ours. What stays behind a move is worth its part of the cost, in whole fen, halves up; what
    goes takes the rest with it. So whatever remains of no goods is no money, the sum over all
    accounts is always what was paid to the fen, and a household pays within one fen of its exact
    part, as long as nothing came back in between.
    """

    terms: LotTerms
    held: dict[str, Holding] = field(default_factory=dict)

    def at(self, account: str) -> Holding:
        """Return the holding of an account, empty at first."""
        return self.held.setdefault(account, Holding())

    def move(self, move: GoodsMove) -> list[Posting]:
        """Return what follows from a movement of goods; nothing where it changes no account."""
        source, target = self._account(move, move.source), self._account(move, move.target)
        if source == target:
            return []
        fact = fact_of(move.seq)
        if self._home(source) and self._home(target):  # each has its own line of it
            back = self._go(fact, move.quantity, source, STOCK)
            return back + self._go(f"{fact}.on", move.quantity, STOCK, target)
        return self._go(fact, move.quantity, source, target)

    def _go(self, fact: str, count: int, source: str, target: str) -> list[Posting]:
        own = count
        if self._home(source) and (claimed := self.at(source).claimed):
            own = min(count, max(count - claimed, self.at(source).quantity))
        done = self._pass(fact, own, source, target) if own else []
        if found := count - own:  # refunded as missing or damaged, and there after all
            self.at(source).claimed -= found
            part = fact if not own else f"{fact}.found"
            done += self._pass(part, found, LOSS, target, of=source)
        return done

    def claim(self, fact: str, code: str, quantity: int, reason: str) -> list[Posting]:
        """Refund a part of what a household got, at the price that it pays for it.

        The caller has checked that it got so much.
        """
        home = self.terms.home(code)
        done = self._pass(fact, quantity, home, LOSS, kind=Booking.REFUND, reason=reason)
        self.at(home).claimed += quantity
        return done

    def _pass(
        self,
        fact: str,
        quantity: int,
        source: str,
        target: str,
        *,
        of: str = "",
        kind: Booking | None = None,
        reason: str = "",
    ) -> list[Posting]:
        giving, taking = self.at(source), self.at(target)
        stays = self.terms.worth(giving.quantity - quantity)
        fen = max(0, giving.fen - stays)
        giving.quantity -= quantity
        giving.fen -= fen
        taking.quantity += quantity
        taking.fen += fen
        home = next((account for account in (of, source, target) if self._home(account)), "")
        done = [
            Posting(
                fact=fact,
                kind=kind or (Booking.FOUND if of else self._kind(source, target)),
                debit=target,
                credit=source,
                fen=fen,
                lot_id=self.terms.lot_id,
                household=_code(home),
                quantity=quantity,
                reason=reason,
            )
        ]
        for account in (source, target):
            if self._home(account) and self.terms.sale and not self.terms.gift:
                done += self._price(f"{fact}.{_code(account)}", account, reason)
        return done

    def _price(self, fact: str, account: str, reason: str) -> Iterator[Posting]:
        """Bring what a household owes to the list price of what it holds."""
        home = self.at(account)
        sale = self.terms.sale
        more = 0 if sale is None else sale.of(home.quantity) - home.fen - home.margin
        if not more:
            return
        home.margin += more
        yield Posting(
            fact=fact,
            kind=Booking.MARGIN,
            debit=account if more > 0 else MARGIN,
            credit=MARGIN if more > 0 else account,
            fen=abs(more),
            lot_id=self.terms.lot_id,
            household=_code(account),
            reason=reason,
        )

    def _account(self, move: GoodsMove, location: str) -> str:
        where, _, code = location.partition(":")
        if where in IN_HAND:
            return STOCK
        if where == "household":
            return self.terms.home(code)
        if where == "supplier":
            return self.terms.origin
        return self.terms.origin if self._borne_by_supplier(move) else LOSS

    def _borne_by_supplier(self, move: GoodsMove) -> bool:
        """Say whether a loss is one that was seen when the goods were first counted."""
        first = move.original or move
        return (
            self.terms.damage is DamageBorne.SUPPLIER
            and not self.terms.gift
            and first.kind == MoveKind.LOSS.value
            and first.reason == Explanation.DAMAGE.value
            and first.cause == self.terms.receipt_id
        )

    def _kind(self, source: str, target: str) -> Booking:
        if target == self.terms.origin:
            return Booking.SEND_BACK
        if target == LOSS:
            return Booking.LOSS
        if self._home(target):
            return Booking.DELIVERY
        if source == LOSS:
            return Booking.FOUND
        return Booking.RETURN if self._home(source) else Booking.PURCHASE

    def _home(self, account: str) -> bool:
        return kind_of(account) in ("household", "gift")


def fact_of(seq: int | str) -> str:
    """Name what follows from a movement of goods."""
    return f"m:{seq}"


def balances(postings: Iterable[Posting]) -> Mapping[str, int]:
    """Add up accounts: what was debited less what was credited, in fen; zeros are left out."""
    sums: dict[str, int] = {}
    for one in postings:
        sums[one.debit] = sums.get(one.debit, 0) + one.fen
        sums[one.credit] = sums.get(one.credit, 0) - one.fen
    return {account: fen for account, fen in sums.items() if fen}


def _code(account: str) -> str:
    return account.partition(":")[2]
