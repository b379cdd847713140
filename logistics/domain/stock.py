"""Where goods are, and the moves between places. A mistake is a further move, never an edit."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class MoveKind(StrEnum):
    """Why goods moved."""

    PURCHASE = "purchase"
    DONATION = "donation"
    COUNT = "count"  # what was counted at the point left the van
    TRANSFER = "transfer"
    PACK = "pack"
    DELIVER = "deliver"  # a bag reached its household
    RETURN = "return"  # a bag came back to a point
    REDIRECT = "redirect"  # a bag went to somebody else
    RELOAD = "reload"  # what came back, or was thought lost, is on its way again
    RESTOCK = "restock"  # what was in a bag lies in the stock again
    SEND_BACK = "send-back"  # to the supplier
    LOSS = "loss"
    LOSE = "lose"  # a whole bag was lost or spoiled
    BREAK = "break"  # pieces of a bag were found damaged
    DESTROY = "destroy"
    CORRECTION = "correction"


class LotState(StrEnum):
    """Whether a lot may be given out: held goods wait for somebody to look."""

    RELEASED = "released"
    HELD = "held"
    DESTROYED = "destroyed"


class Explanation(StrEnum):
    """Why two counts differ, or why goods are no longer there."""

    TRANSIT_LOSS = "transit-loss"
    MISCOUNT = "miscount"
    DAMAGE = "damage"
    SPOILED = "spoiled"
    RECALLED = "recalled"
    THEFT = "theft"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A quantity of a lot, in base units, from one location to another."""

    lot_id: str
    quantity: int
    source: str
    target: str
    kind: MoveKind
    reason: str = ""  # code of an explanation
    corrects: int | None = None  # number of the movement that this one takes back
    cause: str = ""  # what led to it, where that differs from move to move

    def __post_init__(self) -> None:
        if self.quantity <= 0:
            msg = f"a move carries at least 1, not {self.quantity}"
            raise ValueError(msg)
        if self.source == self.target:
            msg = f"a move goes somewhere else than {self.source}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Goods of one item that came in one receipt.

    ``quantity`` is all that was counted, ``damaged`` the part of it that is lost.
    """

    id: str
    item_id: str
    quantity: int
    damaged: int
    instead_of: str | None
    state: LotState
    provenance: str
    weight_g: int | None = None  # as weighed, where somebody did
    price_fen: int | None = None  # paid for all of it; None: as ordered
    photo: str = ""  # digest or address of a picture


def supplier(market_code: str) -> str:
    """Name the location that goods come from; its balance falls below zero."""
    return f"supplier:{market_code}"


def stock(point_code: str) -> str:
    """Name the stock of a service point."""
    return f"stock:{point_code}"


def in_bag(bag_id: str) -> str:
    """Name the inside of a bag."""
    return f"bag:{bag_id}"


def loss(run_code: str) -> str:
    """Name what a run lost."""
    return f"loss:{run_code}"


def van(code: str) -> str:
    """Name the load of a van, between a market and a point."""
    return f"van:{code}"


def with_household(household_code: str) -> str:
    """Name what a household was handed."""
    return f"household:{household_code}"


def returned(bag_id: str) -> str:
    """Name the inside of a bag that came back to a point and was not unpacked yet."""
    return f"return:{bag_id}"


def destroyed(run_code: str) -> str:
    """Name what was destroyed on purpose."""
    return f"destroyed:{run_code}"


PLACES = ("supplier", "van", "stock", "bag", "household", "return", "loss", "destroyed")
"""Kinds of places where goods stand; only what a supplier has falls below zero."""


def kind_of(location: str) -> str:
    """Return the kind of a location: ``stock`` of ``stock:P1``."""
    return location.partition(":")[0]


def balances(moves: Iterable[Move]) -> dict[tuple[str, str], int]:
    """Return the quantity per location and lot that the moves lead to; zeros are left out."""
    held: dict[tuple[str, str], int] = {}
    for move in moves:
        source, target = (move.source, move.lot_id), (move.target, move.lot_id)
        held[source] = held.get(source, 0) - move.quantity
        held[target] = held.get(target, 0) + move.quantity
    return {place: count for place, count in held.items() if count}
