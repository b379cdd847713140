"""What a :class:`solver.model.Model` hands out: depots, clients, vehicle types and the like.

Each carries the value of the problem that it stands for; two are the same only if they are one
object, so that they serve as keys.
"""

from dataclasses import dataclass, field

from typing_extensions import override

from solver.problem import Job, Shipment, Vehicle


@dataclass(frozen=True, slots=True, eq=False)
class Location:
    """A point of the map; ``index`` counts rows of the matrices."""

    index: int
    x: float | None
    y: float | None
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Depot:
    """A point where vehicles start, load and end, open from ``tw_early`` to ``tw_late``."""

    location: Location
    tw_early: int = 0
    tw_late: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Client:
    """A job and where it is."""

    location: Location
    job: Job

    @property
    def id(self) -> int:
        """The job's id in problem and plan."""
        return self.job.id

    @property
    def name(self) -> str:
        """The name that it was given."""
        return self.job.description


@dataclass(frozen=True, slots=True, eq=False)
class Errand:
    """A shipment: fetched, perhaps by way of a third stop, and brought."""

    shipment: Shipment

    @property
    def name(self) -> str:
        """The name that it was given."""
        return self.shipment.pickup.description


@dataclass(frozen=True, slots=True, eq=False)
class VehicleType:
    """Vehicles that are alike; ``ids`` are those of the single vehicles in problem and plan."""

    vehicles: tuple[Vehicle, ...]
    name: str = ""
    open_shift: bool = False  # no latest instant was given

    @property
    def ids(self) -> tuple[int, ...]:
        """Ids of the vehicles of this type."""
        return tuple(vehicle.id for vehicle in self.vehicles)

    @property
    def num_available(self) -> int:
        """How many vehicles there are of this type."""
        return len(self.vehicles)


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """A directed way between two locations."""

    frm: Location
    to: Location
    distance: int
    duration: int


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A way to travel (foot, e-bike, van) with the edges that are its own."""

    name: str
    edges: list[Edge] = field(default_factory=list)

    @override
    def __str__(self) -> str:
        return self.name


Spot = Location | Depot | Client
"""Whatever lies somewhere."""


def location_of(spot: Spot) -> Location:
    """Give where something lies."""
    return spot if isinstance(spot, Location) else spot.location
