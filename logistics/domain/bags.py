"""A household's bags (袋): what may lie in which, how much, and in which order from below.

Bags never mix households. Chemicals never lie with food, medicine lies apart from everything, cold
goods have bags of their own that go into the foam box. Heavy goods lie at the bottom, fragile ones
on top, and nothing bears more than it can.
"""

from bisect import bisect_left
from collections.abc import Iterable
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
    MEDICINE = "medicine"
    COLD_MEDICINE = "medicine-cold"

    @property
    def cold(self) -> bool:
        """Say whether it rides in the foam box."""
        return self in (Compartment.COLD, Compartment.COLD_MEDICINE)

    @property
    def medicine(self) -> bool:
        """Say whether medicine is in it, which nobody on the way needs to know."""
        return self in (Compartment.MEDICINE, Compartment.COLD_MEDICINE)


class Fragility(StrEnum):
    """How much a thing bears, sturdiest first: that is the order from below."""

    STURDY = "sturdy"
    FIRM = "firm"
    FRAGILE = "fragile"

    @property
    def rank(self) -> int:
        """Count from the bottom."""
        return _RANKS[self]


_RANKS = {one: rank for rank, one in enumerate(Fragility)}


class Layer(StrEnum):
    """Where in its bag a line lies, as people say it."""

    ALONE = "alone"
    BOTTOM = "bottom"
    MIDDLE = "middle"
    TOP = "top"


@dataclass(frozen=True, slots=True, kw_only=True)
class BagLimit:
    """The most that one bag carries, and that what lies below bears.

    12 kg and 25 l unless the district says otherwise. ``firm_g`` and ``fragile_g`` are the grams
    that may lie on top of goods of that kind; sturdy goods bear a whole bag.
    """

    weight_g: int = 12_000
    volume_ml: int = 25_000
    firm_g: int = 8_000
    fragile_g: int = 1_500

    def __post_init__(self) -> None:
        for name, value in (("bag_weight_g", self.weight_g), ("bag_volume_ml", self.volume_ml)):
            if value <= 0:
                raise BagRuleInvalid(field=name, value=value, mend="give a number above 0")
        for name, value in (
            ("bag_bears_firm_g", self.firm_g),
            ("bag_bears_fragile_g", self.fragile_g),
        ):
            if value < 0:
                raise BagRuleInvalid(field=name, value=value, mend="give 0 or more")

    def bears_mg(self, fragility: Fragility) -> int | None:
        """Say how many milligrams may lie on top; None: no limit."""
        if fragility is Fragility.STURDY:
            return None
        return 1000 * (self.firm_g if fragility is Fragility.FIRM else self.fragile_g)


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
    fragility: Fragility = Fragility.STURDY

    @property
    def unit(self) -> int:
        """The base units that stay together."""
        return min(self.step, self.quantity)

    @property
    def layer_key(self) -> tuple[int, int, str, str]:
        """Sort from below: sturdy before fragile, heavy units before light ones."""
        return (self.fragility.rank, -self.weight_mg * self.step, self.item_id, self.share_id)


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

    @property
    def fragile(self) -> bool:
        """Say whether something in it breaks easily."""
        return any(parcel.fragility is Fragility.FRAGILE for parcel, _ in self.lines)

    def room(self, parcel: Parcel, left: int, limit: BagLimit) -> int:
        """Return how many of ``left`` base units still go in: all of them, or whole steps."""
        room = left
        if parcel.weight_mg:
            room = min(room, (limit.weight_g * 1000 - self.weight_mg) // parcel.weight_mg)
        if parcel.volume_ul:
            room = min(room, (limit.volume_ml * 1000 - self.volume_ul) // parcel.volume_ul)
        if room > 0 and self.lines:
            room = min(room, self._borne(parcel, limit))
        return room if room >= left else max(0, room // parcel.step * parcel.step)

    def put(self, parcel: Parcel, quantity: int) -> None:
        """Lay base units where they belong between what is below and what is on top."""
        at = self._place(parcel)
        if at < len(self.lines) and self.lines[at][0].share_id == parcel.share_id:
            self.lines[at] = (parcel, self.lines[at][1] + quantity)
        else:
            self.lines.insert(at, (parcel, quantity))
        self._weigh(parcel, quantity)

    def take(self, parcel: Parcel, quantity: int) -> None:
        """Take base units out again."""
        at = self._place(parcel)
        rest = self.lines[at][1] - quantity
        self.lines[at : at + 1] = [(parcel, rest)] if rest else []
        self._weigh(parcel, -quantity)

    def _place(self, parcel: Parcel) -> int:
        return bisect_left(self.lines, parcel.layer_key, key=lambda line: line[0].layer_key)

    def _weigh(self, parcel: Parcel, quantity: int) -> None:
        self.weight_mg += quantity * parcel.weight_mg
        self.volume_ul += quantity * parcel.volume_ul

    def _borne(self, parcel: Parcel, limit: BagLimit) -> int:
        """Return how many base units what lies below bears; none if it would be crushed itself."""
        if parcel.fragility is Fragility.STURDY:
            return parcel.quantity  # it bears all, and only sturdy goods lie below it
        at = self._place(parcel)
        bears = limit.bears_mg(parcel.fragility)
        above = sum(
            quantity * other.weight_mg
            for other, quantity in self.lines[at:]
            if other.share_id != parcel.share_id
        )
        if bears is not None and above > bears:
            return 0
        above = sum(quantity * other.weight_mg for other, quantity in self.lines[at:])
        most = parcel.quantity
        for other, quantity in reversed(self.lines[:at]):
            bears = limit.bears_mg(other.fragility)
            if bears is not None and parcel.weight_mg:
                most = min(most, (bears - above) // parcel.weight_mg)
            above += quantity * other.weight_mg
        return max(0, most)


def compartment_of(category: str, *, cold: bool) -> Compartment:
    """Say in which kind of bag an item goes."""
    if category in CHEMICAL:
        return Compartment.CHEMICAL
    if category == "medicine":
        return Compartment.COLD_MEDICINE if cold else Compartment.MEDICINE
    return Compartment.COLD if cold else Compartment.AMBIENT


def layer(position: int, lines: int) -> Layer:
    """Say where a line lies; ``position`` counts from 0 at the bottom of ``lines`` lines."""
    if lines == 1:
        return Layer.ALONE
    if position == 0:
        return Layer.BOTTOM
    return Layer.TOP if position == lines - 1 else Layer.MIDDLE


def crushed(lines: Iterable[tuple[Parcel, int]], limit: BagLimit) -> tuple[str, ...]:
    """Name the shares of a bag, given from the bottom up, that bear more than they can."""
    above = 0
    found = []
    for parcel, quantity in reversed(tuple(lines)):
        bears = limit.bears_mg(parcel.fragility)
        if bears is not None and above > bears:
            found.append(parcel.share_id)
        above += quantity * parcel.weight_mg
    return tuple(reversed(found))


def bag_code(number: int) -> str:
    """Return the short code of a run's bag, with its check character last: ``00A-K``."""
    text = ""
    while number:
        number, digit = divmod(number, len(ALPHABET))
        text = ALPHABET[digit] + text
    body = text.rjust(3, "0").upper()
    return f"{body}-{check_character(body)}"
