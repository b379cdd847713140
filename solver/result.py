"""What solving a model gives: plan, figures, drawings."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from typing_extensions import override

from solver.check import check
from solver.objective import value
from solver.plan import Plan, Route, Step, Violation
from solver.problem import Problem, Vehicle
from solver.summary import STOPS

Position = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """The shift of one vehicle, as people ask about it; times in seconds, distance in metres."""

    vehicle: int
    name: str
    trips: tuple[tuple[Step, ...], ...]  # stops only, no loading, breaks, start or end
    start_s: int
    end_s: int
    duration_s: int
    distance_m: int
    cost: int

    def visits(self) -> tuple[int, ...]:
        """Give the ids of the stops in their order."""
        return tuple(step.id for trip in self.trips for step in trip if step.id is not None)

    def __len__(self) -> int:
        return sum(map(len, self.trips))


class Result:
    """A problem with the plan that was found.

    Parameters
    ----------
    positions
        Coordinates of every location, for drawing; without them they are guessed from travel.
    """

    def __init__(
        self, problem: Problem, plan: Plan, *, positions: Sequence[Position] | None = None
    ) -> None:
        self.problem = problem
        self.plan = plan
        self.positions = None if positions is None else tuple(positions)

    def cost(self) -> int:
        """Give what the plan costs: routes, prizes missed, and the weights of the objective."""
        return value(self.problem, self.plan).money

    def is_feasible(self) -> bool:
        """Say whether every required client is served and the judge finds nothing broken."""
        optional = {("job", job.id) for job in self.problem.jobs if job.prize is not None}
        missed = [one for one in self.plan.unassigned if (one.type, one.id) not in optional]
        return not missed and not self.violations

    @cached_property
    def violations(self) -> tuple[Violation, ...]:
        """What the judge finds: nothing, in a plan of ours."""
        return check(self.problem, self.plan)

    def routes(self) -> tuple[Tour, ...]:
        """Give the tours of the vehicles that are used."""
        vehicles = {vehicle.id: vehicle for vehicle in self.problem.vehicles}
        return tuple(_tour(vehicles[route.vehicle], route) for route in self.plan.routes)

    def draw(self) -> str:
        """Draw the routes on a map as SVG."""
        # Imported here: who only wants figures needs no drawing.
        from solver.draw import draw_routes  # noqa: PLC0415

        return draw_routes(self.problem, self.plan, positions=self.positions)

    def draw_shifts(self) -> str:
        """Draw the shifts over time as SVG."""
        from solver.gantt import draw_shifts  # noqa: PLC0415  as above

        return draw_shifts(self.problem, self.plan)

    def _repr_svg_(self) -> str:
        return self.draw()

    @override
    def __str__(self) -> str:
        summary = self.plan.summary
        lines = [
            f"cost {self.cost():,}   travel {_clock(summary.duration_s)}"
            f"   distance {summary.distance_m:,}   trips {summary.trips}",
            f"left out {summary.unassigned}   contacts {summary.contacts}"
            f"   faces {summary.faces} ({summary.excess_faces} more than needed)"
            f"   {summary.stopped} after {summary.seconds:g} s",
            "",
            *_table(self.routes()),
        ]
        lines += [f"left out: {one.type} {one.id} ({one.code})" for one in self.plan.unassigned]
        return "\n".join(lines)


def _tour(vehicle: Vehicle, route: Route) -> Tour:
    trips: dict[int, list[Step]] = {}
    for step in route.steps:
        if step.type in STOPS:
            trips.setdefault(step.trip, []).append(step)
    first, last = route.steps[0], route.steps[-1]
    return Tour(
        vehicle=vehicle.id,
        name=vehicle.description,
        trips=tuple(tuple(stops) for _, stops in sorted(trips.items())),
        start_s=first.arrival_s,
        end_s=last.arrival_s + last.waiting_s + last.setup_s + last.service_s,
        duration_s=max(step.duration_s for step in route.steps),
        distance_m=max(step.distance_m for step in route.steps),
        cost=route.cost,
    )


def _table(tours: Sequence[Tour]) -> list[str]:
    rows = [("vehicle", "start", "end", "distance", "cost", "stops (| next trip)")]
    for tour in tours:
        stops = " | ".join(" ".join(map(_stop, trip)) for trip in tour.trips)
        name = f"{tour.vehicle} {tour.name}".strip()
        figures = (f"{tour.distance_m:,}", f"{tour.cost:,}")
        rows.append((name, _clock(tour.start_s), _clock(tour.end_s), *figures, stops))
    wide = [max(len(row[n]) for row in rows) for n in range(5)]
    return [
        f"{row[0]:<{wide[0]}}  {row[1]:>{wide[1]}}  {row[2]:>{wide[2]}}"
        f"  {row[3]:>{wide[3]}}  {row[4]:>{wide[4]}}  {row[5]}"
        for row in rows
    ]


def _stop(step: Step) -> str:
    mark = {"pickup": "+", "delivery": "-", "via": "~"}.get(step.type, "")
    return f"{mark}{step.id}"


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
