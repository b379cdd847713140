"""Pieces of a bag that are damaged (袋内破损): the bag stays where it is, they are written off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from logistics.domain.stock import Move, MoveKind, kind_of
from logistics.errors import Conflict, Invalid


class DamageInvalid(Invalid):
    """A report of damage cannot be like this; nothing was recorded."""

    code = "damage.invalid"


class DamageTooMuch(Conflict):
    """The bag holds less of it, or the household was refunded for it already."""

    code = "damage.too-much"


class DamageReused(Conflict):
    """The key belongs to another report of damage."""

    code = "damage.key-reused"


class BagNotThere(Conflict):
    """The bag's goods are nowhere that somebody could find them damaged."""

    code = "damage.bag-gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """So many base units of one lot in one bag."""

    id: str
    bag_id: str
    lot_id: str
    quantity: int
    reason: str
    key: str
    digest: str


STANDS_IN = ("bag", "return", "household", "stock")
"""Where goods of a bag stand as long as somebody could find them damaged."""


def write_off(damages: Iterable[Damage], where: str, lost: str) -> list[Move]:
    """Move what is damaged out of where the bag's goods are; nothing, if they are lost anyway."""
    if kind_of(where) not in STANDS_IN:
        return []
    return [
        Move(
            lot_id=one.lot_id,
            quantity=one.quantity,
            source=where,
            target=lost,
            kind=MoveKind.BREAK,
            reason=one.reason,
            cause=one.id,
        )
        for one in damages
    ]


def take_from(lots: Sequence[tuple[str, int]], quantity: int) -> list[tuple[str, int]]:
    """Divide a quantity over lots in their order; less than asked for where there is not so much.

    The second of each pair is how much there is.
    """
    taken = []
    for lot_id, there in lots:
        part = min(quantity, there)
        if part > 0:
            taken.append((lot_id, part))
            quantity -= part
    return taken
