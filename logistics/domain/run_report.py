"""What a run's report says: from the lists to the couriers, as plain figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFigures:
    """An order to one market; base units of different items are never added up."""

    code: str
    market_zh: str
    market_en: str
    state: str
    lines: int
    lines_short: int  # came less than ordered
    total_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortItem:
    """An item of which some line got less than it asked; amounts in base units.

    ``reasons`` counts the lines that got less, by reason. The even-ness figures are for all lines
    of the item, beside what first come, first served would have given.
    """

    name_zh: str
    name_en: str
    base: str
    lines: int
    asked: int
    given: int
    substituted: int
    reasons: Mapping[str, int]
    fill_min: float
    gini: float
    gini_first_come: float
    empty_lines: int
    empty_first_come: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierLoad:
    """What one courier is asked to do; instants in seconds since local midnight."""

    code: str
    mode: str
    trips: int
    stops: int
    bags: int
    weight_g: int
    first_departs_s: int
    last_returns_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Bags that no trip carries, with one cause and one next step."""

    code: str
    next_action: str
    bags: int
    stairwells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who meets whom: ``buildings`` counts buildings by how many couriers they see."""

    contacts: int
    faces: int
    excess_faces: int
    separation_s: int
    buildings: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A plan that could be: ``further_faces`` are couriers at a building beyond its first.

    ``price_s`` is the travel that each face less costs, from the choice before; None of the first.
    """

    travel_s: int
    distance_m: int
    faces: int
    further_faces: int
    trips: int
    couriers: int
    left_out: int
    price_s: float | None
    current: bool = False  # the run's own plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Plans from least travel to fewest faces, and their chart (SVG) by language."""

    rows: tuple[Choice, ...]
    charts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointMark:
    """A service point on the report's map."""

    code: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """A run from its record. Mappings are keyed by states, kinds and reasons as stored.

    ``contact`` is None before there is a plan; ``zones`` gives the zone of each compound by its
    id on the map, where it is not precaution ground.
    """

    run_code: str
    day: date
    wave: int
    state: str
    district_name: str
    district_folder: str
    district_digest: str = ""  # of the map
    attribution: str
    synthetic: bool
    households: int
    households_asking: int
    lists: Mapping[str, int]
    accepted_lines: int
    triage: Mapping[str, int]
    triage_open: Mapping[str, int]
    lines: Mapping[str, int]
    orders: tuple[OrderFigures, ...]
    short_items: tuple[ShortItem, ...]
    bags: int
    weight_g: int
    volume_ml: int
    trips: int
    stops: int
    bags_on_trips: int
    left_out: tuple[LeftOut, ...]
    contact: Contact | None
    loads: tuple[CourierLoad, ...]
    outcomes: Mapping[str, int]
    zones: Mapping[str, str]
    points: tuple[PointMark, ...]

    @property
    def total_fen(self) -> int:
        """Return what all orders cost."""
        return sum(order.total_fen for order in self.orders)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationRow:
    """A line's share as the allocation report lists it; quantities in base units."""

    household_code: str
    line_no: int
    item_zh: str
    item_en: str
    base: str
    asked: int
    given_zh: str  # of which item
    given_en: str
    quantity: int
    kind: str
    reason: str
