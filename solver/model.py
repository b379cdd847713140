"""Build a problem in Python, solve it, look at it; reads like PyVRP's ``Model``.

``docs/python-api.md`` walks through it and says where it differs from PyVRP.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from solver import model_values as values
from solver.arguments import ArgumentInvalid, amounts, maybe_whole, whole
from solver.model_matrices import matrices_of
from solver.model_parts import (
    Client,
    Depot,
    Errand,
    Location,
    Profile,
    VehicleType,
)
from solver.model_problem import (
    checked,
    dimensions_of,
    jobs_of,
    shipments_of,
    stations_of,
    vehicles_of,
)
from solver.model_search import searched
from solver.model_tasks import Tasks
from solver.plan import Plan
from solver.problem import (
    HORIZON_S,
    Objective,
    Problem,
    Vehicle,
)
from solver.result import Result

CAR = "car"
"""Name of the profile that a model without profiles has."""

HOUR_S = 3600
KM_M = 1000


class Model(Tasks):
    """A problem under construction.

    Parameters
    ----------
    separation
        Seconds that must lie between two persons' presences at one place, unless the place says
        otherwise.
    """

    def __init__(self, *, separation: int = 0) -> None:
        super().__init__(separation=separation)
        self._objective = Objective()
        self._vehicle_types: list[VehicleType] = []
        self._rest: dict[str, Any] = {}  # of a problem that was taken over: what nothing here has

    @classmethod
    def from_problem(
        cls, problem: Problem, *, positions: Sequence[tuple[float, float]] | None = None
    ) -> "Model":
        """Take a problem over to add to it; nothing of it is lost.

        Whatever is added lies at one of its locations, or needs edges.

        Parameters
        ----------
        positions
            Coordinates of its locations, for drawings alone: its matrices say how far it is.
        """
        model = cls(separation=problem.separation_s)
        model._objective = problem.objective
        size = max((len(m.duration_s) for m in problem.matrices.values()), default=0)
        known: Sequence[tuple[float | None, float | None]] = positions or [(None, None)] * size
        if len(known) != size:
            mend = f"give one pair for each of the {size} locations"
            raise ArgumentInvalid("positions", len(known), mend)
        model._locations = [Location(n, x, y) for n, (x, y) in enumerate(known)]
        here = model._locations
        model._depots = [Depot(here[n]) for n in stations_of(problem)]
        model._clients = [Client(here[job.location], job) for job in problem.jobs]
        model._shipments = [Errand(shipment) for shipment in problem.shipments]
        model._vehicle_types = [
            VehicleType((vehicle,), vehicle.type or vehicle.description)
            for vehicle in problem.vehicles
        ]
        model._profiles = [Profile(name) for name in problem.matrices]
        model._places, model._bays = list(problem.places), list(problem.bays)
        model._matrices = dict(problem.matrices)
        model._rest = {"previous": problem.previous, "cost_scale": problem.cost_scale}
        return model

    @property
    def vehicle_types(self) -> tuple[VehicleType, ...]:
        """All vehicle types."""
        return tuple(self._vehicle_types)

    def add_vehicle_type(
        self,
        num_available: int = 1,
        capacity: int | Sequence[int] = (),
        *,
        start_depot: Depot | None = None,
        end_depot: Depot | None = None,
        fixed_cost: int = 0,
        tw_early: int = 0,
        tw_late: int | None = None,
        shift_duration: int | None = None,
        max_distance: int | None = None,
        unit_distance_cost: int = 1,
        unit_duration_cost: int = 0,
        profile: Profile | None = None,
        reload_depots: Sequence[Depot] = (),
        max_reloads: int | None = None,
        name: str = "",
        reload_duration: int = 0,
        speed_factor: float = 1.0,
        max_clients: int | None = None,
        breaks: Sequence[tuple[int, int, int]] = (),
        skills: Iterable[int] = (),
        zone_max: int = 2,
        cohort: str | None = None,
    ) -> VehicleType:
        """Add vehicles (couriers) that are alike.

        Parameters
        ----------
        start_depot, end_depot
            The first depot where none is given.
        shift_duration
            Longest time from leaving the start to the end, waiting included.
        unit_distance_cost, unit_duration_cost
            Per unit of distance; per unit of travel and service time. Waiting costs nothing.
        reload_depots, max_reloads
            Where a vehicle may load again, and how often; without depots it makes a single trip.
        reload_duration
            Seconds of loading before each trip, the first one included.
        breaks
            Pauses as (earliest start, latest start, duration).
        """
        count = whole("num_available", num_available, least=1, most=1_000_000)
        start = self._station("start_depot", start_depot)
        end = self._station("end_depot", end_depot)
        early, late = values.shift(tw_early, tw_late, start, end)
        reloads = [self._depot("reload_depots", depot).location.index for depot in reload_depots]
        loads = bool(reloads) or reload_duration > 0
        stations = dict.fromkeys((start.location.index, *reloads, end.location.index))
        first = 1 + max((v.id for t in self._vehicle_types for v in t.vehicles), default=0)
        vehicle = Vehicle(
            id=first,
            profile=self._named(profile),
            description=name,
            start=start.location.index,
            end=end.location.index,
            capacity=amounts("capacity", capacity),
            skills=values.skill_set(skills),
            window=(early, HORIZON_S if late is None else late),
            breaks=values.pauses(breaks),
            speed_factor=values.factor(speed_factor),
            max_tasks=maybe_whole("max_clients", max_clients),
            max_distance_m=maybe_whole("max_distance", max_distance),
            fixed_cost=whole("fixed_cost", fixed_cost),
            cost_per_hour=HOUR_S * whole("unit_duration_cost", unit_duration_cost),
            cost_per_task_hour=HOUR_S * unit_duration_cost,
            cost_per_km=KM_M * whole("unit_distance_cost", unit_distance_cost),
            points=tuple(stations) if loads else (),
            max_trips=values.trips(max_reloads, reloads),
            reload_service_s=whole("reload_duration", reload_duration),
            zone_max=whole("zone_max", zone_max),
            cohort=cohort,
            type=name,
            max_duration_s=maybe_whole("shift_duration", shift_duration),
        )
        alike = tuple(replace(vehicle, id=first + n) for n in range(count))
        kind = VehicleType(alike, name, open_shift=late is None)
        self._vehicle_types.append(kind)
        return kind

    def objective(self, *, face: int = 0, change: int = 0, balance: int = 0) -> None:
        """Set the weights beside the cost of the routes.

        Parameters
        ----------
        face
            Cost of each courier at a building beyond its first.
        change
            Cost of each stop whose courier differs from the previous plan's.
        balance
            Cost of each minute of work above the mean.
        """
        self._objective = Objective(
            face=whole("face", face),
            change=whole("change", change),
            balance=whole("balance", balance),
        )

    def problem(self) -> Problem:
        """Give the problem as the solver and ``supplyloop solve`` take it.

        Without any edge, distance and duration between two locations are the straight line
        between their coordinates, rounded to a whole number, as in PyVRP's examples.

        Raises
        ------
        ArgumentInvalid
            If there is neither an edge nor a coordinate.
        ProblemInvalid
            With everything that does not fit together, by its path in the problem file.
        """
        profiles = self._profiles or [Profile(CAR)]
        parts = (self._vehicle_types, self._clients, self._shipments)
        dimensions = dimensions_of(*parts)
        nothing = (0,) * dimensions
        return checked(
            Problem(
                vehicles=vehicles_of(*parts),
                jobs=jobs_of(self._clients, nothing),
                shipments=shipments_of(self._shipments, nothing),
                matrices=matrices_of(self._locations, profiles, self._edges, self._matrices),
                places=tuple(self._places),
                bays=tuple(self._bays),
                separation_s=self._separation_s,
                objective=self._objective,
                dimensions=dimensions,
                **self._rest,
            )
        )

    def solve(
        self,
        *,
        seconds: float | None = None,
        steps: int | None = None,
        seed: int = 0,
        engine: str = "auto",
        threads: int = 2,
        start: Plan | None = None,
        display: bool = True,
        should_stop: Callable[[], bool] | None = None,
        in_process: bool = False,
    ) -> Result:
        """Solve for a number of seconds, or of search steps.

        The search has a process of its own, which is ended at the limit whatever it does.

        Parameters
        ----------
        seconds
            Wall clock; 10 where neither is given.
        steps
            Instead: with them the same model and seed give the same plan.
        threads
            How many search at once; with ``steps`` always one.
        start
            A plan to begin with, as of an earlier result.
        display
            Print each improvement.
        should_stop
            Asked now and then; when it says yes, the best plan so far is the answer.
        in_process
            Search in this process, with no hard stop: for debuggers, and where none may be
            started.
        """
        if seconds is not None and steps is not None:
            raise ArgumentInvalid("steps", steps, "give seconds or steps, not both")
        if seconds is not None and not 0 < seconds < float("inf"):
            raise ArgumentInvalid("seconds", seconds, "give a number above 0")
        problem = self.problem()
        plan = searched(
            problem,
            seconds=10.0 if seconds is None and steps is None else seconds,
            steps=None if steps is None else whole("steps", steps, least=1),
            in_process=in_process,
            display=display,
            seed=whole("seed", seed),
            engine=engine,
            threads=whole("threads", threads, least=1, most=1024),
            warm_start=start,
            should_stop=should_stop,
        )
        return Result(problem, plan, positions=self._positions())

    def _positions(self) -> tuple[tuple[float, float], ...] | None:
        """Give the coordinates of all locations; None where one has none."""
        known = [(p.x, p.y) for p in self._locations if p.x is not None and p.y is not None]
        return tuple(known) if len(known) == len(self._locations) else None

    def _station(self, argument: str, depot: Depot | None) -> Depot:
        if depot is not None:
            return self._depot(argument, depot)
        if not self._depots:
            raise ArgumentInvalid(argument, None, "add a depot before the first vehicle type")
        return self._depots[0]

    def _named(self, profile: Profile | None) -> str:
        known = self._profile(profile)
        if known is not None:
            return known.name
        return self._profiles[0].name if self._profiles else CAR
