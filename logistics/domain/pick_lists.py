"""What buyers take from which aisle, in bulk and household by household (采购拣货单)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class PickLine:
    """Cases of one item, as they stand in an aisle; ``buyer`` counts from 1."""

    buyer: int
    aisle: str
    item_zh: str
    item_en: str
    base: str
    case_base: int
    cases: int
    price_fen: int
    cold: bool

    @property
    def quantity(self) -> int:
        """Return the quantity in base units."""
        return self.cases * self.case_base


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeLine:
    """What a household asked for, in base units, that is bought here."""

    aisle: str
    item_zh: str
    item_en: str
    base: str
    quantity: int
    said: str
    cold: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeSheet:
    """One household's list as it is picked in one shop; ``whole``: nothing of it is elsewhere."""

    household: str
    note: str
    lines: tuple[HomeLine, ...]
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PickSheet:
    """What is fetched at one supplier: in bulk by aisle, and the lists behind it."""

    order_code: str
    supplier_code: str
    supplier_zh: str
    supplier_en: str
    point_zh: str
    point_en: str
    ready_s: int
    buyers: int
    flag: str
    lines: tuple[PickLine, ...]
    homes: tuple[HomeSheet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PickBook:
    """All sheets of a run, by supplier."""

    run_code: str
    day: date
    district_name: str
    sheets: tuple[PickSheet, ...]


def shared_out(aisles: Sequence[str], buyers: int) -> list[int]:
    """Deal lines that are in the order of their aisles to buyers, counted from 1.

    Everybody gets one stretch of the shop with an even share of the lines; where an aisle ends
    within a quarter of a share of the cut, the cut is made there.
    """
    lines, people = len(aisles), max(1, min(buyers, len(aisles)))
    ends = [n for n in range(1, lines) if aisles[n] != aisles[n - 1]]
    cuts = [0]
    for number in range(1, people):
        even = number * lines // people
        near = [end for end in ends if abs(end - even) * 4 * people <= lines and end > cuts[-1]]
        cuts.append(min(near, key=lambda end: (abs(end - even), end), default=even))
    cuts.append(lines)
    return [
        number
        for number, (start, end) in enumerate(pairwise(cuts), start=1)
        for _ in range(start, end)
    ]


def by_aisle(lines: Iterable[HomeLine]) -> tuple[HomeLine, ...]:
    """Put lines into the order in which one walks through the shop."""
    return tuple(sorted(lines, key=lambda line: (aisle_key(line.aisle), line.item_zh)))


def aisle_key(aisle: str) -> tuple[tuple[int, str], ...]:
    """Sort aisles as people count them: 2 before 10, A-2 before A-10; unnamed ones last."""
    if not aisle:
        return ((2, ""),)
    parts = []
    for digits, chars in groupby(aisle, key=str.isdecimal):
        text = "".join(chars)
        parts.append((0, text.zfill(12)) if digits else (1, text))
    return tuple(parts)
