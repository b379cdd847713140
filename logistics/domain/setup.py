"""What a district needs before its first run: policy, points, markets, couriers, goods."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from logistics.domain.packages import Package

ZONES = ("precaution", "controlled", "sealed")
"""Zones by rank, cleanest first: 防范区, 管控区, 封控区."""

DROP_MODES = ("door", "gate", "stairwell", "point")
"""Where a courier leaves the goods: for a protected leader to bring to the door, at the gate, at
the stairwell's slot; or nowhere, since residents collect at the point in turns."""

MODES = ("foot", "trolley", "ebike", "tricycle", "van")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row of a setup was read: a file and its line, counted from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of one district; every number may be changed by its setup file.

    The defaults are ours, but for the load of one e-bike (about 80 kg in 6 bags), from which
    the size of a bag follows.
    """

    time_zone: str = "Asia/Shanghai"
    separation_s: int = 600  # nobody meets: time between two people at one slot
    rooms_per_floor: int = 2  # per stairwell
    floors_default: int = 4  # where the map does not say
    persons_per_household: int = 3
    urgent_permille: int = 40  # households of need tier 0: infants, ill people
    vulnerable_permille: int = 160  # households of need tier 1: old, pregnant, disabled
    bag_weight_g: int = 12_000
    bag_volume_ml: int = 40_000
    bag_bears_firm_g: int = 8_000  # what may lie on top of goods that bruise
    bag_bears_fragile_g: int = 1_500  # … and on top of fragile ones
    cold_box_s: int = 5400  # cold goods lie in the foam box for at most so long
    stop_service_s: int = 120  # at each drop slot, whatever is dropped
    bag_service_s: int = 15  # for each bag dropped there
    loading_s: int = 420  # between two trips at the point: disinfect and load
    wave_start: time = time(9, 30)
    wave_end: time = time(17, 30)
    leader_start: time | None = None  # while building leaders collect, slots are closed
    leader_end: time | None = None
    leader_every_s: int = 7200  # without the two above: leaders collect so often …
    leader_stay_s: int = 600  # … and are there so long
    face_weight: int = 600  # what a further courier at a building costs, in seconds of travel
    shelf_bags: int = 30  # bags that a stairwell's shelf holds
    drop_sealed: str = "stairwell"  # one of DROP_MODES, by zone
    drop_controlled: str = "stairwell"
    drop_precaution: str = "stairwell"
    count_pack_s: int = 3600  # from a van's coming to a point to the first bag that leaves it
    goods_by: time | None = None  # when goods must be at the point; else for the wave's last bags
    goods_keep_h: int = 0  # so long after the wave they must still be good
    shop_fen: int = 5000  # what it is worth that nobody enters one more shop
    buyer_fen: int = 3000  # … and that one buyer less is sent out
    buyer_lines: int = 40  # lines that one buyer picks in a shop
    van_km_fen: int = 300
    van_stop_fen: int = 2000  # a supplier that a van must go to

    def floors(self, stairwell: int, building: int) -> int:
        """Take a stairwell's floors from the map: its own, its building's, else the default."""
        return stairwell or building or self.floors_default

    def __post_init__(self) -> None:
        ZoneInfo(self.time_zone)  # an unknown name is refused here
        whole = ("rooms_per_floor", "floors_default", "bag_weight_g", "bag_volume_ml")
        for name in (*whole, "buyer_lines"):
            if getattr(self, name) < 1:
                msg = f"{name} must be at least 1, not {getattr(self, name)}"
                raise ValueError(msg)
        if self.urgent_permille + self.vulnerable_permille > 1000:  # noqa: PLR2004  the whole
            msg = "urgent_permille and vulnerable_permille exceed 1000 together"
            raise ValueError(msg)
        for zone in ZONES:
            mode = getattr(self, f"drop_{zone}")
            if mode not in DROP_MODES:
                msg = f"drop_{zone} must be one of {', '.join(DROP_MODES)}, not {mode}"
                raise ValueError(msg)
        if self.wave_start >= self.wave_end:
            msg = f"wave_start {self.wave_start} is not before wave_end {self.wave_end}"
            raise ValueError(msg)

    def facts(self) -> dict[str, str | int | None]:
        """Write as JSON can hold it; times as HH:MM:SS."""
        return {k: v.isoformat() if isinstance(v, time) else v for k, v in asdict(self).items()}

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> "Policy":
        """Read what :meth:`facts` wrote; unknown names are passed over, missing ones default."""
        known = {f.name for f in fields(cls)}
        times = {"wave_start", "wave_end", "leader_start", "leader_end", "goods_by"}
        values: dict[str, Any] = {
            k: time.fromisoformat(v) if k in times and v is not None else v
            for k, v in facts.items()
            if k in known
        }
        return cls(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointSetup:
    """A service point 点位; a depot is where markets deliver to."""

    code: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    depot: bool = False
    bays: int = 1  # couriers that load at once
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSetup:
    """A market 市场 and its local opening hours."""

    code: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    opens: time
    closes: time
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSetup:
    """A zone over a place and all that lies in it; ``until`` open while it lasts."""

    place_code: str
    zone: str  # one of ZONES
    since: datetime
    until: datetime | None = None
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritorySetup:
    """The point that serves a place and all that lies in it; the innermost statement holds."""

    place_code: str
    point_code: str
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierSetup:
    """A courier 骑手; shift in local time, refused when it is missing."""

    code: str
    mode: str  # one of MODES
    capacity_g: int
    capacity_ml: int
    capacity_bags: int
    shift_start: time | None
    shift_end: time | None
    max_trips: int
    zone_max: int  # highest rank in ZONES that this courier may enter
    point_code: str
    cohort: str | None = None
    permits: tuple[str, ...] = ()  # which closures let them pass
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSetup:
    """An item of the catalogue; ``units`` maps each unit to base units (g, ml, piece)."""

    name_zh: str
    name_en: str
    base: str
    default_unit: str
    units: Mapping[str, int]
    weight_mg: int  # of one base unit
    volume_ul: int  # of one base unit
    category: str
    cold: bool
    household_limit: int  # most that one line may ask, in base units
    substitute_class: str | None = None
    aliases: tuple[str, ...] = ()
    misspellings: tuple[str, ...] = ()
    cold_chain: str = ""  # where it is not said, ``cold`` decides
    fragile: bool = False
    person_limit: int | None = None
    aisle: str = ""
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSetup:
    """A market's price for one case of an item; ``stock_cases`` open where it has enough."""

    market_code: str
    item: str  # name_zh
    case_base: int
    price_fen: int
    stock_cases: int | None = None
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """All of a district that is not on its map, as read from files; not yet checked."""

    policy: Policy
    points: tuple[PointSetup, ...] = ()
    markets: tuple[MarketSetup, ...] = ()
    zones: tuple[ZoneSetup, ...] = ()
    territories: tuple[TerritorySetup, ...] = ()  # places without one go to the nearest point
    couriers: tuple[CourierSetup, ...] = ()
    items: tuple[ItemSetup, ...] = ()
    offers: tuple[OfferSetup, ...] = ()
    packages: tuple[Package, ...] = ()
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # words, and items


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupFault:
    """One row of a setup that was left out, and how to mend it."""

    code: str
    field: str
    value: str
    mend: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictSetup:
    """What a district's map says about itself."""

    name: str
    folder: str = ""
    attribution: str = ""
    synthetic: bool = False
    source_digest: str = ""
