"""A plan as planners look at it: trips by courier, figures, and what it leaves out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from logistics.domain.plan_edits import RunShift


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A plan among those of its run; ``figures`` are the solver's own of the whole plan."""

    id: str
    run_id: str
    state: str
    digest: str
    seed: int
    created_at: datetime
    figures: Mapping[str, int | float | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StopBags:
    """The bags of a stop, whose it is and when it begins."""

    courier_id: str
    stairwell_id: str
    point_id: str
    arrival_s: int
    bag_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StopView:
    """A stop on a trip; instants in seconds since local midnight.

    ``lock`` is empty, ``courier`` (stays with the courier) or ``time`` (at its instant, too).
    """

    id: str
    seq: int
    stairwell: str
    building: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    arrival_s: int
    leave_s: int
    drop_mode: str
    bags: int
    cold: int
    weight_g: int
    lock: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TripView:
    """A trip with its stops, and how many stops of errands there are beside."""

    id: str
    code: str
    no: int
    point: str
    departs_s: int
    returns_s: int
    weight_g: int
    volume_ml: int
    errands: int
    stops: tuple[StopView, ...]

    @property
    def bags(self) -> int:
        """Count the bags on board when it leaves."""
        return sum(stop.bags for stop in self.stops)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierView:
    """A courier on duty with the hours of the run; ``changed`` where they are not the usual."""

    code: str
    mode: str
    point: str
    capacity_g: int
    capacity_ml: int
    capacity_bags: int
    max_trips: int
    starts_s: int
    ends_s: int
    changed: RunShift | None
    trips: tuple[TripView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftDrop:
    """A drop that the plan leaves out, wholly or in part: why, and what would help.

    ``stop`` names it to :func:`logistics.usecases.edit_plan.edit_plan`; empty where no trip can
    take it.
    """

    stop: str
    stairwell: str
    code: str
    facts: Mapping[str, int | str]
    next_action: str
    bags: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A plan with all that it says."""

    plan: PlanRow
    couriers: tuple[CourierView, ...]
    left: tuple[LeftDrop, ...]
    buildings: Mapping[int, int]  # how many buildings see so many couriers
    errands_left: int
