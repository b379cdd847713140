"""A point team's day: what comes, how far packing is, and the trips in the order of departure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from logistics.domain.custody import BagState
from logistics.domain.procurement import OrderState
from logistics.domain.runs import Run

PACKED = frozenset({BagState.SEALED.value, BagState.STAGED.value})
UNPACKED = frozenset({BagState.PLANNED.value, BagState.PACKING.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedLine:
    """How much of an item an order brings, and how much of it came; base units."""

    item_id: str
    ordered: int
    came: int

    @property
    def left(self) -> int:
        """Return what has not come yet."""
        return max(0, self.ordered - self.came)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedOrder:
    """An order whose goods come to the point."""

    code: str
    supplier_zh: str
    supplier_en: str
    state: OrderState
    lines: tuple[ExpectedLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VanArrival:
    """A van of the tours in force that brings something to the point."""

    van: str
    tour: str
    kind: str  # collect: from suppliers; transfer: from another point
    arrives_at: datetime
    leaves_at: datetime
    weight_g: int
    goods: tuple[str, ...]  # codes of orders, or of points


@dataclass(frozen=True, slots=True, kw_only=True)
class VanLot:
    """A lot that is on a van for the point, as it was counted at the market."""

    van: str
    lot: str
    item_id: str
    quantity: int
    cold: bool
    provenance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLot:
    """A lot that lies at the point and is in no bag."""

    lot: str
    item_id: str
    quantity: int
    state: str
    provenance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfPick:
    """How much of an item the bags that nobody sealed yet need, for how many of them."""

    item_id: str
    aisle: str
    quantity: int
    bags: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StairwellPacking:
    """How far the bags for a stairwell are; ``trip`` is that of the plan in force, if any."""

    stairwell_code: str
    names_zh: tuple[str, str, str]
    names_en: tuple[str, str, str]
    trip: str
    departs_s: int | None
    counts: tuple[tuple[str, int], ...]  # by state

    @property
    def bags(self) -> int:
        """Count all bags."""
        return sum(number for _, number in self.counts)

    @property
    def packed(self) -> int:
        """Count those that are closed, or gone."""
        return sum(number for state, number in self.counts if state not in UNPACKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadingTurn:
    """A trip that loads at the point: its turn at a bay, and how far its bags are.

    ``loads_at`` to ``clears_at`` is its turn in the plan; no two trips of one bay overlap there.
    Who would come too early waits aside and departs later.
    ``waits_for`` names the trip that still has the bay although its turn is over.
    """

    trip: str
    courier: str
    no: int
    state: str  # released started finished
    loads_at: datetime
    clears_at: datetime
    departs_at: datetime
    bay: int
    stops: int
    bags: int
    staged: int
    packed: int
    weight_g: int
    waits_for: str = ""
    wait_until: datetime | None = None
    late: bool = False  # its turn is over and it has not left

    @property
    def ready(self) -> bool:
        """Say whether all its bags stand ready."""
        return self.bags > 0 and self.packed >= self.bags


@dataclass(frozen=True, slots=True, kw_only=True)
class PointDay:
    """What a point team has before it in a run."""

    run: Run
    zone_name: str
    bays: int | None
    counts: tuple[tuple[str, int], ...]  # bags by state
    turns: tuple[LoadingTurn, ...]

    @property
    def bags(self) -> int:
        """Count all bags of the point."""
        return sum(number for _, number in self.counts)


def at_bays(turns: Iterable[LoadingTurn], at: datetime) -> tuple[LoadingTurn, ...]:
    """Give each trip a bay in the order of its turn, and let those wait whose bay is not free.

    A trip that has not left though its turn is over keeps its bay; who comes next there is told
    to wait until it has left, and as long as its own turn takes after that, so on down the line.

    Notes
    -----
    Ours: turns are intervals, so the lowest bay that is free gives as many bays as there are
    turns at once, which the plan keeps at or below the point's bays.
    """
    free: list[datetime] = []  # by bay: when the plan has it free
    held: dict[int, tuple[LoadingTurn, datetime]] = {}  # who has it, until when as it looks
    found: list[LoadingTurn] = []
    for turn in sorted(turns, key=lambda one: (one.loads_at, one.clears_at, one.trip)):
        bay = next((n for n, until in enumerate(free) if until <= turn.loads_at), len(free))
        if bay == len(free):
            free.append(turn.clears_at)
        free[bay] = turn.clears_at
        found.append(_placed(replace(turn, bay=bay + 1), held, at))
    return tuple(sorted(found, key=lambda one: (one.departs_at, one.trip)))


def _placed(
    turn: LoadingTurn, held: dict[int, tuple[LoadingTurn, datetime]], at: datetime
) -> LoadingTurn:
    if turn.state != "released":
        return turn
    late = at > turn.departs_at
    before = held.get(turn.bay)
    waits = before is not None and before[1] > turn.loads_at and before[0].courier != turn.courier
    if before is None or not waits:  # nobody is met who is oneself
        held[turn.bay] = (turn, at if late else turn.clears_at)
        return replace(turn, late=late)
    length = turn.clears_at - turn.loads_at
    held[turn.bay] = (turn, max(before[1] + length, turn.clears_at))
    return replace(turn, late=late, waits_for=before[0].trip, wait_until=before[1])


def turn_of(loads_s: int | None, departs_s: int, usual_s: int) -> tuple[int, int]:
    """Say when a turn begins and ends; where the plan does not tell, just before departure."""
    begins = departs_s - usual_s if loads_s is None else loads_s
    return begins, min(begins + usual_s, departs_s)


def moment(midnight: datetime, second: int) -> datetime:
    """Turn a second of the service day into an instant."""
    return midnight + timedelta(seconds=second)
