"""Where goods are, and the moves between places. A mistake is a further move, never an edit."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class MoveKind(StrEnum):
    """Why goods moved."""

    PURCHASE = "purchase"
    TRANSFER = "transfer"
    PACK = "pack"
    LOAD = "load"
    DROP = "drop"
    RETURN = "return"
    LOSS = "loss"
    CORRECTION = "correction"


class LotState(StrEnum):
    """Whether a lot may be given out: held goods wait for somebody to look."""

    RELEASED = "released"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A quantity of a lot, in base units, from one location to another."""

    lot_id: str
    quantity: int
    source: str
    target: str
    kind: MoveKind

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


def balances(moves: Iterable[Move]) -> dict[tuple[str, str], int]:
    """Return the quantity per location and lot that the moves lead to; zeros are left out."""
    held: dict[tuple[str, str], int] = {}
    for move in moves:
        source, target = (move.source, move.lot_id), (move.target, move.lot_id)
        held[source] = held.get(source, 0) - move.quantity
        held[target] = held.get(target, 0) + move.quantity
    return {place: count for place, count in held.items() if count}
