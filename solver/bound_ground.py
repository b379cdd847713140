"""What :mod:`solver.bound` sees: stops, ends of trips, and the least that arcs cost."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from math import ceil, inf

import numpy as np
from numpy.typing import NDArray

from solver.problem import (
    UNREACHABLE,
    Amounts,
    Job,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
    service_s,
)
from solver.rules.day import loading_points
from solver.tariff import priced_by_time

Floats = NDArray[np.float64]

_HOUR_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A stop that a plan makes once, or (``again``) once or more often."""

    location: int
    earliest_s: float  # start of service
    latest_s: float
    service_s: int
    delivery: Amounts = ()
    pickup: Amounts = ()
    prize: int | None = None  # what not making it costs; None: it must be made
    again: bool = False
    first: bool = True  # whether a trip may begin with it
    last: bool = True


@dataclass(frozen=True, slots=True)
class _Tariff:
    profile: str
    speed_factor: float
    cost_per_hour: int
    cost_per_km: int

    @property
    def plain(self) -> bool:
        return self.speed_factor == 1.0 and self.cost_per_hour == _HOUR_S and not self.cost_per_km


@dataclass
class Ground:
    """A problem as the bound sees it."""

    problem: Problem
    nodes: list[Node] = field(default_factory=list)
    must: set[tuple[str, int]] = field(default_factory=set)  # (type, id) of what must be served
    lost_prizes: int = 0  # of jobs that nobody may serve

    def __post_init__(self) -> None:
        vehicles = self.problem.vehicles
        self.tariffs = list(
            {_Tariff(v.profile, v.speed_factor, v.cost_per_hour, v.cost_per_km) for v in vehicles}
        )
        self._shift_began = min((v.window[0] for v in vehicles), default=0)
        self._shift_ends = max((v.window[1] for v in vehicles), default=0)
        for job in self.problem.jobs:
            self._add_job(job)
        for shipment in self.problem.shipments:
            self._add_shipment(shipment)

    def _add_job(self, job: Job) -> None:
        prize = job.prize
        if not any(_may(vehicle, job) for vehicle in self.problem.vehicles):
            if not any(_may_in_part(vehicle, job) for vehicle in self.problem.vehicles):
                self.lost_prizes += job.prize or 0
                return
            prize = prize or 0  # some of its bags may be served, none must be
        if prize is None:
            self.must.add(("job", job.id))
        self.nodes.append(
            self._node(
                job,
                release_s=job.release_s,
                delivery=job.delivery,
                pickup=job.pickup,
                prize=prize,
                again=len(job.parts) > 1,
            )
        )

    def _add_shipment(self, shipment: Shipment) -> None:
        if not any(_may_carry(vehicle, shipment) for vehicle in self.problem.vehicles):
            return
        self.must |= {("pickup", shipment.pickup.id), ("delivery", shipment.delivery.id)}
        self.nodes.append(self._node(shipment.pickup, last=False))
        if shipment.via is not None:
            self.nodes.append(self._node(shipment.via, first=False, last=False))
        self.nodes.append(self._node(shipment.delivery, first=False))

    def _node(
        self,
        stop: Job | ShipmentStep,
        *,
        release_s: int = 0,
        delivery: Amounts = (),
        pickup: Amounts = (),
        prize: int | None = None,
        again: bool = False,
        first: bool = True,
        last: bool = True,
    ) -> Node:
        opens = min((begin for begin, _ in stop.windows), default=0)
        closes = max((end for _, end in stop.windows), default=inf)
        return Node(
            location=stop.location,
            earliest_s=max(opens, self._shift_began, release_s),
            latest_s=min(closes, self._shift_ends),
            service_s=min(service_s(stop, vehicle) for vehicle in self.problem.vehicles),
            delivery=delivery,
            pickup=pickup,
            prize=prize,
            again=again,
            first=first,
            last=last,
        )

    # ------------------------------------------------------------ arcs

    @cached_property
    def locations(self) -> NDArray[np.int64]:
        """Where the nodes are."""
        return np.array([node.location for node in self.nodes], dtype=np.int64)

    def cost(self, origins: NDArray[np.int64], targets: NDArray[np.int64]) -> Floats:
        """Give the least that any vehicle pays from each origin to each target."""
        best = np.full((len(origins), len(targets)), inf)
        for tariff in self.tariffs:
            np.minimum(best, self._paid(tariff, origins, targets), out=best)
        best[origins[:, None] == targets[None, :]] = 0
        return best

    def _paid(
        self, tariff: _Tariff, origins: NDArray[np.int64], targets: NDArray[np.int64]
    ) -> Floats:
        matrix = self.problem.matrices[tariff.profile]
        at = np.ix_(origins, targets)
        nowhere = matrix.duration_s[at] == UNREACHABLE
        if priced_by_time(matrix):
            paid = self._seconds(tariff, origins, targets) * (tariff.cost_per_hour / _HOUR_S)
        else:
            paid = matrix.cost[at].astype(np.float64)
        if tariff.cost_per_km:
            paid += matrix.distance_m[at] * (tariff.cost_per_km / 1000)
        paid[nowhere] = inf
        return paid

    def travel_s(self, origins: NDArray[np.int64], targets: NDArray[np.int64]) -> Floats:
        """Give the least time of any vehicle from each origin to each target."""
        best = np.full((len(origins), len(targets)), inf)
        for tariff in self.tariffs:
            np.minimum(best, self._seconds(tariff, origins, targets), out=best)
        best[origins[:, None] == targets[None, :]] = 0
        return best

    def _seconds(
        self, tariff: _Tariff, origins: NDArray[np.int64], targets: NDArray[np.int64]
    ) -> Floats:
        seconds = self.problem.matrices[tariff.profile].duration_s[np.ix_(origins, targets)]
        rated = seconds.astype(np.float64)
        if tariff.speed_factor != 1.0:
            # VROOM's factor has two digits, ours all; neither gives less than this.
            hundredths = int(100 / tariff.speed_factor + 0.5) / 100
            rated = np.floor(rated * min(1 / tariff.speed_factor, hundredths))
        rated[seconds == UNREACHABLE] = inf
        return rated

    def from_points(self) -> Floats:
        """Give the least that the first arc of a trip costs, by node."""
        points = set[int]()
        for vehicle in self.problem.vehicles:
            loads = loading_points(vehicle)
            if not loads and vehicle.start is None:
                return self._open([node.first for node in self.nodes])
            points |= set(loads) if loads else {vehicle.start or 0}
        costs: Floats = self.cost(np.array(sorted(points)), self.locations).min(axis=0)
        costs[[not node.first for node in self.nodes]] = inf
        return costs

    def to_points(self) -> Floats:
        """Give the least that the last arc of a trip costs, by node."""
        points = set[int]()
        for vehicle in self.problem.vehicles:
            loads = loading_points(vehicle)
            if not loads and vehicle.end is None:
                return self._open([node.last for node in self.nodes])
            points |= set(loads)
            if vehicle.end is not None:
                points.add(vehicle.end)
        costs: Floats = self.cost(self.locations, np.array(sorted(points))).min(axis=1)
        costs[[not node.last for node in self.nodes]] = inf
        return costs

    @staticmethod
    def _open(allowed: list[bool]) -> Floats:
        return np.where(allowed, 0.0, inf)

    def impossible(self) -> NDArray[np.bool_]:
        """Say which node can never follow which directly in a trip: too late, or too much."""
        earliest = np.array([node.earliest_s + node.service_s for node in self.nodes])
        latest = np.array([node.latest_s for node in self.nodes])
        arrival = earliest[:, None] + self.travel_s(self.locations, self.locations)
        found: NDArray[np.bool_] = arrival > latest[None, :]
        for dimension in range(self.problem.dimensions):
            most = max(_room(vehicle, dimension) for vehicle in self.problem.vehicles)
            for name in ("delivery", "pickup"):
                load = self.loads(name, dimension)
                found |= load[:, None] + load[None, :] > most
        return found

    def loads(self, name: str, dimension: int) -> Floats:
        """Give what nodes that are made only once take, by node; others 0."""
        amounts = [() if node.again else getattr(node, name) for node in self.nodes]
        return np.array([amount[dimension] if amount else 0.0 for amount in amounts])

    def prizes(self) -> Floats:
        """Give what not making a stop costs, by node."""
        return np.array([inf if node.prize is None else node.prize for node in self.nodes])

    # ------------------------------------------------------------ the fleet

    def trips(self) -> tuple[int, int]:
        """Give how many trips must be and how many may be."""
        rooms = [vehicle for v in self.problem.vehicles for vehicle in [v] * _trips(v)]
        needed = 1 if self.must else 0
        for dimension, load in self.needs():
            sizes = np.sort([_room(vehicle, dimension) for vehicle in rooms])[::-1]
            enough = np.cumsum(sizes) >= load
            needed = max(needed, int(enough.argmax()) + 1 if enough.any() else len(rooms) + 1)
        return needed, len(rooms)

    def needs(self) -> list[tuple[int, int]]:
        """Give (dimension, amount) that must be brought, and that must be fetched."""
        found = []
        for dimension in range(self.problem.dimensions):
            for name in ("delivery", "pickup"):
                amounts = [getattr(node, name) for node in self.nodes if node.prize is None]
                load = sum(amount[dimension] for amount in amounts if amount)
                if load:
                    found.append((dimension, load))
        return found

    def fixed(self) -> float:
        """Give the least fixed costs of vehicles that can carry what must be served."""
        vehicles = self.problem.vehicles
        least = float(min(v.fixed_cost for v in vehicles)) if self.must else 0.0
        for dimension, load in self.needs():
            rooms = [(v.fixed_cost, _room(v, dimension) * _trips(v)) for v in vehicles]
            least = max(least, _knapsack([(cost, room) for cost, room in rooms if room], load))
        return least

    def service(self) -> float:
        """Give the least that time at stops costs."""
        rate = min(vehicle.cost_per_task_hour for vehicle in self.problem.vehicles)
        seconds = sum(node.service_s for node in self.nodes if node.prize is None)
        return rate * seconds / _HOUR_S

    def rounding(self) -> float:
        """Give by how much rounding each route's sum may lower the cost."""
        rated = any(v.cost_per_task_hour for v in self.problem.vehicles)
        if not rated and all(tariff.plain or self._whole(tariff) for tariff in self.tariffs):
            return 0.0
        return 0.5 * min(len(self.problem.vehicles), len(self.nodes))

    def _whole(self, tariff: _Tariff) -> bool:
        own = not priced_by_time(self.problem.matrices[tariff.profile])
        return tariff.cost_per_km == 0 and (own or tariff.cost_per_hour % _HOUR_S == 0)


def _knapsack(rooms: list[tuple[int, int]], load: int) -> float:
    """Buy room for a load, the cheapest first and the last in part."""
    cost, left = 0.0, float(load)
    for price, room in sorted(rooms, key=lambda pair: pair[0] / pair[1]):
        share = min(left / room, 1.0)
        cost, left = cost + share * price, left - share * room
        if left <= 0:
            break
    return cost


def _trips(vehicle: Vehicle) -> int:
    return max(vehicle.max_trips, 1) if loading_points(vehicle) else 1


def _room(vehicle: Vehicle, dimension: int) -> int:
    return vehicle.capacity[dimension] if len(vehicle.capacity) > dimension else 0


def _may(vehicle: Vehicle, job: Job) -> bool:
    """Say whether a vehicle may serve a job as far as it does not depend on the day."""
    if not job.skills <= vehicle.skills or job.zone > vehicle.zone_max:
        return False
    if job.courier not in (None, vehicle.id):
        return False
    points = loading_points(vehicle)
    if job.points and points and not set(job.points) & set(points):
        return False
    parts = job.parts if len(job.parts) > 1 else (job.delivery,)
    return all(_fits(vehicle, amount) for amount in (*parts, job.pickup))


def _may_in_part(vehicle: Vehicle, job: Job) -> bool:
    """Say whether a vehicle may serve some of a job's bags."""
    return len(job.parts) > 1 and any(
        _may(vehicle, replace(job, parts=(bag,), delivery=bag)) for bag in job.parts
    )


def _may_carry(vehicle: Vehicle, shipment: Shipment) -> bool:
    return shipment.skills <= vehicle.skills and _fits(vehicle, shipment.amount)


def _fits(vehicle: Vehicle, amount: Amounts) -> bool:
    return all(need <= _room(vehicle, dimension) for dimension, need in enumerate(amount))


def whole_up(number: float) -> int:
    """Give the least whole number that is proven where sums of floats are a little off."""
    return ceil(number - 1e-6 - 1e-9 * abs(number))
