"""What stands on paper at a point: goods by shelf, bags by stairwell in the order of delivery."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from logistics.domain.bags import Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperGood:
    """An item as packers see it; ``units`` are its sale units by base units held."""

    id: str
    name_zh: str
    name_en: str
    base: str
    default_unit: str
    category: str
    aisle: str
    cold: bool
    fragile: bool
    units: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """A line of a bag, told from the bottom; quantity in base units."""

    item_id: str
    quantity: int
    layer: Layer
    fragile: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BagPaper:
    """A bag with the way it goes; ``trip`` and its order are of the plan in force, if any."""

    id: str
    household_id: str
    code: str
    token: str
    no: int
    of: int
    state: str
    compartment: str
    weight_g: int
    volume_ml: int
    point_code: str
    stairwell_code: str
    names_zh: tuple[str, str, str]
    names_en: tuple[str, str, str]
    room: str
    floor: int | None
    tier: int
    notes: tuple[str, ...]
    lines: tuple[PaperLine, ...]
    trip: str = ""
    trip_order: tuple[int, str, int] = (0, "", 0)

    @property
    def fragile(self) -> bool:
        """Say whether something in it breaks easily."""
        return any(line.fragile for line in self.lines)

    @property
    def order(self) -> tuple[object, ...]:
        """Sort as it is delivered: by trip and stop, else stairwell; from the top floor down."""
        floor = -self.floor if self.floor is not None else 0
        return (self.trip == "", self.trip_order, self.stairwell_code, self.floor is None, floor,
                self.room, self.no, self.code)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """How much of an item a point needs for how many of its bags; ``no`` counts along shelves."""

    no: int
    good: PaperGood
    quantity: int
    bags: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StairwellBags:
    """Bags that go to one stairwell on one trip, in the order of delivery."""

    stairwell_code: str
    names_zh: tuple[str, str, str]
    names_en: tuple[str, str, str]
    trip: str
    bags: tuple[BagPaper, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointPapers:
    """All that one point packs in a run."""

    code: str
    name_zh: str
    name_en: str
    bags: tuple[BagPaper, ...]

    def stairwells(self) -> tuple[StairwellBags, ...]:
        """Group the bags by trip and stairwell."""
        groups: dict[tuple[str, str], list[BagPaper]] = defaultdict(list)
        for bag in self.bags:
            groups[bag.trip, bag.stairwell_code].append(bag)
        return tuple(
            StairwellBags(
                stairwell_code=code,
                names_zh=bags[0].names_zh,
                names_en=bags[0].names_en,
                trip=trip,
                bags=tuple(bags),
            )
            for (trip, code), bags in groups.items()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingPapers:
    """All points of a run with their bags, in the order of delivery."""

    run_code: str
    day: date
    district_name: str
    synthetic: bool
    bag_weight_g: int
    cold_box_s: int
    points: tuple[PointPapers, ...]
    goods: dict[str, PaperGood] = field(default_factory=dict)


def picks(bags: Iterable[BagPaper], goods: dict[str, PaperGood]) -> tuple[Pick, ...]:
    """Add up what bags need, along the shelves: by aisle, else by category, then by name."""
    quantity: dict[str, int] = defaultdict(int)
    count: dict[str, int] = defaultdict(int)
    for bag in bags:
        for item_id in {line.item_id for line in bag.lines}:
            count[item_id] += 1
        for line in bag.lines:
            quantity[line.item_id] += line.quantity
    found = sorted(
        (goods[item_id] for item_id in quantity),
        key=lambda good: (good.aisle == "", good.aisle, good.category, good.name_zh, good.id),
    )
    return tuple(
        Pick(no=n, good=good, quantity=quantity[good.id], bags=count[good.id])
        for n, good in enumerate(found, start=1)
    )


def in_order(bags: Sequence[BagPaper]) -> tuple[BagPaper, ...]:
    """Sort bags as they are delivered."""
    return tuple(sorted(bags, key=lambda bag: bag.order))
