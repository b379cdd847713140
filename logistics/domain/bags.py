"""Pack a household's goods into bags that can be carried (装袋).

Bags never mix households. Chemicals never lie with food; cold goods have bags of their own that
go into the foam box. Heavy goods go in first and lie at the bottom.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from logistics.domain.catalogue import CHEMICAL
from logistics.domain.ids import ALPHABET, check_character
from logistics.errors import Invalid


class BagRuleInvalid(Invalid):
    """The district's policy allows no bag at all."""

    code = "policy.bag-limit"


class Compartment(StrEnum):
    """Where a bag may ride."""

    AMBIENT = "ambient"
    COLD = "cold"
    CHEMICAL = "chemical"


@dataclass(frozen=True, slots=True, kw_only=True)
class BagLimit:
    """The most that one bag carries: 12 kg and 25 l unless the district says otherwise."""

    weight_g: int = 12_000
    volume_ml: int = 25_000

    def __post_init__(self) -> None:
        for name, value in (("bag_weight_g", self.weight_g), ("bag_volume_ml", self.volume_ml)):
            if value <= 0:
                raise BagRuleInvalid(field=name, value=value, mend="give a number above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A share to be packed: ``quantity`` base units that divide into whole ``step``s."""

    share_id: str
    lot_id: str
    item_id: str
    quantity: int
    step: int
    weight_mg: int  # of one base unit
    volume_ul: int  # of one base unit
    compartment: Compartment


@dataclass(slots=True)
class PackedBag:
    """A bag being filled; ``lines`` holds parcels and quantities from the bottom up."""

    compartment: Compartment
    weight_mg: int = 0
    volume_ul: int = 0
    lines: list[tuple[Parcel, int]] = field(default_factory=list)

    @property
    def weight_g(self) -> int:
        """Return the weight in whole grams, rounded up."""
        return -(-self.weight_mg // 1000)

    @property
    def volume_ml(self) -> int:
        """Return the volume in whole millilitres, rounded up."""
        return -(-self.volume_ul // 1000)


def compartment_of(category: str, *, cold: bool) -> Compartment:
    """Say in which kind of bag an item goes."""
    if category in CHEMICAL:
        return Compartment.CHEMICAL
    return Compartment.COLD if cold else Compartment.AMBIENT


def pack(parcels: Iterable[Parcel], limit: BagLimit) -> tuple[PackedBag, ...]:
    """Fill bags for one household: first fit, heaviest unit first, lines split by whole units.

    A single unit above the limit gets a bag of its own: it has to be carried anyhow.

    Notes
    -----
    First-fit decreasing; at most 11/9 of the fewest bags by weight (Johnson, 1973).
    """
    bags: list[PackedBag] = []
    for parcel in sorted(
        parcels,
        key=lambda p: (p.compartment, -p.weight_mg * p.step, p.item_id, p.share_id),
    ):
        _place(parcel, bags, limit)
    return tuple(bags)


def _place(parcel: Parcel, bags: list[PackedBag], limit: BagLimit) -> None:
    left = parcel.quantity
    fitting = [bag for bag in bags if bag.compartment == parcel.compartment]
    whole = [bag for bag in fitting if _room(parcel, bag, limit) >= left]
    for bag in whole[:1] or fitting:
        left -= _put(parcel, bag, min(left, _room(parcel, bag, limit)))
        if not left:
            return
    while left:
        bag = PackedBag(parcel.compartment)
        bags.append(bag)
        room = _room(parcel, bag, limit) or parcel.step
        left -= _put(parcel, bag, min(left, room))


def _room(parcel: Parcel, bag: PackedBag, limit: BagLimit) -> int:
    """Return how many base units still fit, in whole steps."""
    room = parcel.quantity
    if parcel.weight_mg:
        room = min(room, (limit.weight_g * 1000 - bag.weight_mg) // parcel.weight_mg)
    if parcel.volume_ul:
        room = min(room, (limit.volume_ml * 1000 - bag.volume_ul) // parcel.volume_ul)
    if room >= parcel.quantity:
        return parcel.quantity
    return max(0, room // parcel.step * parcel.step)


def _put(parcel: Parcel, bag: PackedBag, quantity: int) -> int:
    if quantity > 0:
        bag.lines.append((parcel, quantity))
        bag.weight_mg += quantity * parcel.weight_mg
        bag.volume_ul += quantity * parcel.volume_ul
    return quantity


def bag_code(number: int) -> str:
    """Return the short code of a run's bag, with its check character last: ``00A-K``."""
    text = ""
    while number:
        number, digit = divmod(number, len(ALPHABET))
        text = ALPHABET[digit] + text
    body = text.rjust(3, "0").upper()
    return f"{body}-{check_character(body)}"


def totals(bags: Sequence[PackedBag]) -> tuple[int, int]:
    """Return the grams and millilitres of all bags."""
    return sum(b.weight_g for b in bags), sum(b.volume_ml for b in bags)
