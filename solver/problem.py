"""The routing problem as immutable values: integers in, nothing looked up.

Times are seconds (for a service day: since local midnight), distances metres, amounts integers in
the dimensions of :attr:`Vehicle.capacity` (ours are grams, millilitres, bags). ``location`` is
always an index into the matrices.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

IntMatrix = NDArray[np.int64]
Amounts = tuple[int, ...]
Window = tuple[int, int]
SecondsByType = tuple[tuple[str, int], ...]  # (vehicle type, seconds): instead of the common one

UNREACHABLE = -1
"""Entry of a matrix where no way leads."""

HORIZON_S = 10 * 24 * 3600
"""Latest instant the solver can speak of when a vehicle or job states no window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Travel between locations for one profile.

    ``duration_s``, ``distance_m`` and ``cost`` have shape ``(n, n)``, int64, directed;
    :data:`UNREACHABLE` where no way leads (in all three at once).
    """

    duration_s: IntMatrix
    distance_m: IntMatrix
    cost: IntMatrix  # what the objective counts; VROOM's default is the duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A pause of a vehicle: ``service_s`` long, starting inside one of ``time_windows``."""

    id: int
    time_windows: tuple[Window, ...] = ()
    service_s: int = 0
    description: str = ""
    max_load: Amounts | None = None  # the break may only be taken with at most this on board


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A drop slot: where couriers and the building leader must not meet.

    ``lanes`` couriers may be there at once; otherwise presences of different couriers lie at least
    ``separation_s`` apart, and every courier's presence at least that far from each ``closed``
    interval (the leader's). ``shelf`` is the amount that fits between two instants of ``cleared``.
    """

    id: str
    lanes: int = 1
    shelf: Amounts | None = None
    cleared: tuple[int, ...] = ()
    closed: tuple[Window, ...] = ()
    separation_s: int = 0  # the file's own, or the problem's where the place states none


@dataclass(frozen=True, slots=True, kw_only=True)
class Bay:
    """Loading at a point: at most ``lanes`` couriers at ``location`` at once."""

    location: int
    lanes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A courier with what carries the load.

    A shift is at most ``max_trips`` trips; each starts and ends at one of ``points`` (location
    indices; empty: VROOM's single trip from ``start`` to ``end``) and before each trip lies
    ``reload_service_s`` of loading. ``start`` or ``end`` None means: anywhere (VROOM), or with
    ``points`` any of them.

    An arc takes ``round(duration_s / speed_factor)`` seconds, none within one location. A route
    costs ``fixed_cost`` plus its arcs, as :mod:`solver.summary` states.
    """

    id: int
    profile: str = "car"
    description: str = ""
    start: int | None = None
    end: int | None = None
    capacity: Amounts = ()
    skills: frozenset[int] = frozenset()
    window: Window = (0, HORIZON_S)
    breaks: tuple[Break, ...] = ()
    speed_factor: float = 1.0
    max_tasks: int | None = None
    max_travel_time_s: int | None = None
    max_distance_m: int | None = None
    fixed_cost: int = 0
    cost_per_hour: int = 3600
    cost_per_km: int = 0
    cost_per_task_hour: int = 0
    points: tuple[int, ...] = ()
    max_trips: int = 1
    reload_service_s: int = 0
    zone_max: int = 2
    cohort: str | None = None
    locked: tuple["LockedStep", ...] = ()
    type: str = ""
    max_duration_s: int | None = None  # from leaving the start to the end, waiting included


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedStep:
    """A step of a running shift that stays, in this order and, where given, at this time."""

    type: str  # start, job, pickup, delivery, via, break, reload, end
    id: int | None = None
    service_at: int | None = None
    locked: bool = False
    parts: tuple[int, ...] = ()  # bags of a split job; empty: all
    location: int | None = None  # the point of a reload; None: the first of the vehicle's


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A drop (or single pickup) at one location.

    ``parts`` are the amounts of its single bags: where given, they add up to ``delivery`` and the
    job may be split over trips and couriers between bags. ``zone`` is a rank; inside one trip
    ranks never fall. ``release_s`` is the instant from which a trip carrying its goods may leave.

    Service starts inside one of ``windows``; each visit takes the whole ``service_s``, and
    ``setup_s`` before it unless the stop before was at the same location (VROOM).
    """

    id: int
    location: int
    description: str = ""
    setup_s: int = 0
    service_s: int = 0
    delivery: Amounts = ()
    pickup: Amounts = ()
    skills: frozenset[int] = frozenset()
    priority: int = 0
    windows: tuple[Window, ...] = ()
    place: str | None = None
    building: str | None = None
    zone: int = 0
    points: tuple[int, ...] = ()
    release_s: int = 0
    parts: tuple[Amounts, ...] = ()
    courier: int | None = None
    preferred_courier: int | None = None
    prize: int | None = None  # what leaving it out costs; None: it must be served if it can be
    setup_per_type_s: SecondsByType = ()
    service_per_type_s: SecondsByType = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentStep:
    """One end of a shipment."""

    id: int
    location: int
    description: str = ""
    setup_s: int = 0
    service_s: int = 0
    windows: tuple[Window, ...] = ()
    setup_per_type_s: SecondsByType = ()
    service_per_type_s: SecondsByType = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Fetched at ``pickup``, brought to ``delivery`` by the same vehicle in the same trip.

    ``via`` is the middle stop of a three-leg errand (collect card, fetch medicine, bring back).
    """

    pickup: ShipmentStep
    delivery: ShipmentStep
    via: ShipmentStep | None = None
    amount: Amounts = ()
    skills: frozenset[int] = frozenset()
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """Weights beside the travel cost: per further courier at a building, per change, balance."""

    face: int = 0
    change: int = 0
    balance: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousStop:
    """A stop of the plan to stay close to."""

    type: str  # job, pickup, via, delivery
    id: int
    arrival_s: int = 0
    trip: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousRoute:
    """A route of the plan to stay close to; stops that no longer exist simply do not count."""

    vehicle: int
    stops: tuple[PreviousStop, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Everything a plan is judged by. Validated by :func:`solver.formats.native.read_problem`.

    Ids of jobs are unique among jobs, of vehicles among vehicles. All amounts have the same
    length ``dimensions``.
    """

    vehicles: tuple[Vehicle, ...]
    jobs: tuple[Job, ...]
    matrices: dict[str, Matrix]
    shipments: tuple[Shipment, ...] = ()
    places: tuple[Place, ...] = ()
    bays: tuple[Bay, ...] = ()
    separation_s: int = 0
    objective: Objective = field(default_factory=Objective)
    dimensions: int = 0
    previous: tuple[PreviousRoute, ...] = ()
    cost_scale: int = 1  # units of cost in one unit of the file's family, for publishing sums


def setup_s(stop: Job | ShipmentStep, vehicle: Vehicle) -> int:
    """Give the seconds of setup before a stop for this type of vehicle."""
    return dict(stop.setup_per_type_s).get(vehicle.type, stop.setup_s)


def service_s(stop: Job | ShipmentStep, vehicle: Vehicle) -> int:
    """Give the seconds of service at a stop for this type of vehicle."""
    return dict(stop.service_per_type_s).get(vehicle.type, stop.service_s)
