"""What is asked and offered, as arrays, and what a choice of suppliers is judged by."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

UNLIMITED = -1
"""A stock, a number of cases or of buyers that nobody has counted."""

SHORTAGE_SCALE = 1_000
_METRES = 1000


class BuyingInvalid(ValueError):
    """Arrays that say nothing; ``facts`` name the field and the mend."""

    def __init__(self, code: str, **facts: str | int) -> None:
        self.code = code
        self.facts = facts
        super().__init__(f"{code}: " + "; ".join(f"{k} {v}" for k, v in facts.items()))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Buying:
    """Demand for items, and what suppliers offer of them.

    Parameters
    ----------
    demand
        Base units asked of each item, of shape (items,), at least 1.
    lines
        Wishes that ask for each item, of shape (items,): what a shortage of it weighs.
    case_base, price_fen, stock_cases, least_cases
        Base units in a case, fen for it, how many there are (`UNLIMITED`: enough) and the fewest
        that are sold at once, all of shape (items, suppliers); ``case_base`` 0: not offered.
    minimum_fen
        Smallest order of each supplier.
    cases_max, buyers_max
        What each supplier serves us in its hours, `UNLIMITED` where nobody said.
    entered
        Whether buyers go into the shop; others hand out at their door.
    distance_m
        Shape (suppliers + 1, suppliers + 1), row and column 0 being where the goods go.
    """

    demand: Ints
    lines: Ints
    case_base: Ints
    price_fen: Ints
    stock_cases: Ints
    least_cases: Ints
    minimum_fen: Ints
    cases_max: Ints
    buyers_max: Ints
    entered: Bools
    distance_m: Ints

    def __post_init__(self) -> None:
        items, suppliers = self.case_base.shape
        shapes = {
            "demand": (items,),
            "lines": (items,),
            "price_fen": (items, suppliers),
            "stock_cases": (items, suppliers),
            "least_cases": (items, suppliers),
            "minimum_fen": (suppliers,),
            "cases_max": (suppliers,),
            "buyers_max": (suppliers,),
            "entered": (suppliers,),
            "distance_m": (suppliers + 1, suppliers + 1),
        }
        for field, shape in shapes.items():
            if getattr(self, field).shape != shape:
                raise BuyingInvalid(
                    "buying.sizes-differ",
                    field=field,
                    value=str(getattr(self, field).shape),
                    mend=f"give the shape {shape}",
                )
        for field, least in (("demand", 1), ("price_fen", 0), ("distance_m", 0)):
            values = getattr(self, field)
            if values.size and values.min() < least:
                raise BuyingInvalid(
                    "buying.too-small",
                    field=field,
                    value=int(values.min()),
                    mend=f"give at least {least}",
                )

    @property
    def suppliers(self) -> int:
        """Return how many suppliers there are."""
        return int(self.case_base.shape[1])

    def shortage(self, item: int, short: int) -> int:
        """Weigh a shortage: all that is asked of an item counts as a thousand for each wish."""
        wishes = max(1, int(self.lines[item]))
        return -(-SHORTAGE_SCALE * wishes * short // int(self.demand[item]))

    def most_cases(self, item: int, supplier: int) -> int:
        """Return how many cases of an offer could be of use, stock and least order looked at."""
        case = int(self.case_base[item, supplier])
        if case <= 0:
            return 0
        useful = -(-int(self.demand[item]) // case)
        stock = int(self.stock_cases[item, supplier])
        most = useful if stock == UNLIMITED else min(useful, stock)
        return most if most >= int(self.least_cases[item, supplier]) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What is paid beside the goods, in fen.

    Contact has a price, too: ``shop_fen`` for each shop that somebody enters, ``buyer_fen`` for
    each buyer sent out; one buyer picks at most ``lines_per_buyer`` lines in one shop and goes
    into no other.
    """

    km_fen: int = 300
    stop_fen: int = 2000
    shop_fen: int = 5000
    buyer_fen: int = 3000
    lines_per_buyer: int = 40

    def __post_init__(self) -> None:
        for field in ("km_fen", "stop_fen", "shop_fen", "buyer_fen"):
            if getattr(self, field) < 0:
                raise BuyingInvalid(
                    "buying.too-small",
                    field=field,
                    value=getattr(self, field),
                    mend="give at least 0",
                )
        if self.lines_per_buyer < 1:
            raise BuyingInvalid(
                "buying.too-small",
                field="lines_per_buyer",
                value=self.lines_per_buyer,
                mend="give at least 1",
            )

    def way_fen(self, distance_m: Ints) -> Ints:
        """Price ways, each rounded up to a fen."""
        return -(-distance_m * self.km_fen // _METRES)

    def buyers(self, lines: int, *, entered: bool) -> int:
        """Say how many buyers a shop's lines ask for."""
        return -(-lines // self.lines_per_buyer) if entered else 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """How many cases are bought where, and what that costs.

    Attributes
    ----------
    cases
        Of shape (items, suppliers).
    short
        Base units of each item that are not bought.
    tour
        The suppliers in the order of one round from where the goods go and back.
    cost_fen
        Goods, ways and stops, and what contact is priced at in this option.
    bound_fen
        What no choice with so small a shortage (and, where contact is least, with so little
        contact) costs less than; equal to ``cost_fen`` where it is proven best.
    """

    cases: Ints
    short: Ints
    tour: tuple[int, ...]
    goods_fen: int
    ways_fen: int
    distance_m: int
    shops: int
    buyers: tuple[int, ...]
    cost_fen: int
    bound_fen: int
    seconds: float

    @property
    def proven(self) -> bool:
        """Whether nothing cheaper exists."""
        return self.bound_fen >= self.cost_fen

    @property
    def gap(self) -> float:
        """Share of the cost that might still be saved."""
        return max(0.0, 1 - self.bound_fen / self.cost_fen) if self.cost_fen else 0.0
