"""What goods are sold for, and exact parts of an amount in whole fen."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from logistics.errors import Invalid


class PriceInvalid(Invalid):
    """A price cannot be like this."""

    code = "price.invalid"


class Pricing(StrEnum):
    """How the price of goods for households is found."""

    COST = "cost"  # what was paid
    LIST = "list"  # the list, where it names the item; else what was paid


def worth(fen: int, of: int, quantity: int) -> int:
    """Return the part of an amount that falls to a quantity ``of`` all, halves away from zero."""
    if quantity < 0:
        return -worth(fen, of, -quantity)
    return (2 * fen * quantity + of) // (2 * of)


@dataclass(frozen=True, slots=True, kw_only=True)
class SalePrice:
    """Fen for so many base units, from a day on; no ``fen``: what was paid from then on.

    ``unit`` is the one in which it was said.

    Raises
    ------
    PriceInvalid
        If it is below zero, or for no goods.
    """

    item_id: str
    fen: int | None
    per: int
    unit: str
    since: date

    def __post_init__(self) -> None:
        if self.fen is not None and self.fen < 0:
            raise PriceInvalid(field="price", value=self.fen, mend="give 0 or more")
        if self.per < 1:
            raise PriceInvalid(field="unit", value=self.per, mend="name a unit of the item")

    def of(self, quantity: int) -> int:
        """Return the price of so many base units, in fen, halves up.

        Raises
        ------
        ValueError
            If it says that there is none.
        """
        if self.fen is None:
            raise ValueError(self.item_id)
        return worth(self.fen, self.per, quantity)
