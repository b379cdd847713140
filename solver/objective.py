"""What a plan is worth: the objective in its tiers, from problem and plan alone.

Less is better, in this order: the priority of what is left out; the amount left out (jobs and
shipments, a share for split ones) of what has no prize; money. As with VROOM, a shipment counts
twice, once for each end. Money is the cost of the routes
as :mod:`solver.summary` prices them, the prizes that are missed, and the soft costs: further
couriers at a building, refused wishes, stops that changed their courier, uneven work.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from solver.plan import Plan
from solver.problem import Problem
from solver.rules.day import Day, Trail
from solver.rules.figures import prizes_missed, route_price
from solver.rules.tasks import Left, jobs_of, left_out

PREFERENCE_COST = 300
"""What leaving a wished courier costs where the objective does not weigh faces: five minutes."""

Tiers = tuple[float, float, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A plan's worth, taken apart; compare :attr:`tiers`.

    ``excess_faces`` are couriers at a building beyond its first, whether or not its load asks for
    several: :attr:`solver.plan.Summary.excess_faces` leaves those out that are unavoidable.
    """

    priority_left: float
    amount_left: float
    cost: int
    prizes_missed: int
    excess_faces: int
    face_cost: int
    wish_cost: int
    change_cost: int
    balance_minutes: int
    balance_cost: int

    @property
    def money(self) -> int:
        """The last tier: everything that is counted in the unit of cost."""
        return (
            self.cost
            + self.prizes_missed
            + self.face_cost
            + self.wish_cost
            + self.change_cost
            + self.balance_cost
        )

    @property
    def tiers(self) -> Tiers:
        """What plans are compared by: priority left, amount left, money."""
        return self.priority_left, self.amount_left, self.money


def value(problem: Problem, plan: Plan) -> Value:
    """Compute what a plan is worth; less is better.

    The plan's own figures are not looked at, nor its list of what is left out.
    """
    ledger = _Ledger(Day(problem, plan))
    weights = problem.objective
    excess = ledger.excess_faces()
    minutes = ledger.balance_minutes()
    return Value(
        # Shares are no sums of halves: without rounding, equal plans would compare as different.
        priority_left=round(sum(one.priority * one.tasks * one.share for one in ledger.left), 6),
        amount_left=round(
            sum(one.tasks * one.share for one in ledger.left if one.prize is None), 6
        ),
        cost=sum(route_price(ledger.day, trail) for trail in ledger.day.trails),
        prizes_missed=prizes_missed(ledger.day),
        excess_faces=excess,
        face_cost=weights.face * excess,
        wish_cost=(weights.face or PREFERENCE_COST) * ledger.refused_wishes(),
        change_cost=weights.change * ledger.changed_stops() if weights.change else 0,
        balance_minutes=minutes,
        balance_cost=weights.balance * minutes,
    )


@dataclass(frozen=True)
class _Ledger:
    """A plan beside its problem, counted."""

    day: Day

    @cached_property
    def left(self) -> tuple[Left, ...]:
        """Everything that is not served whole."""
        return tuple(left_out(self.day))

    def excess_faces(self) -> int:
        seen: dict[str, set[int]] = defaultdict(set)
        for trail, _, _, job in jobs_of(self.day):
            if job.building is not None:
                seen[job.building].add(trail.vehicle.id)
        return sum(len(couriers) - 1 for couriers in seen.values())

    def refused_wishes(self) -> int:
        """Count visits by somebody else than the courier that the job wishes."""
        return sum(
            job.preferred_courier in self.day.vehicles
            and job.preferred_courier != trail.vehicle.id
            for trail, _, _, job in jobs_of(self.day)
        )

    def changed_stops(self) -> int:
        """Count stops whose courier is none of those of the previous plan who are still there."""
        before: dict[tuple[str, int], set[int]] = defaultdict(set)
        for route in self.day.problem.previous:
            if route.vehicle in self.day.vehicles:
                for stop in route.stops:
                    before[stop.type, stop.id].add(route.vehicle)
        return sum(
            trail.vehicle.id not in before.get((step.type, step.id), {trail.vehicle.id})
            for trail in self.day.trails
            for _, step in trail.tasks()
            if step.id is not None
        )

    def balance_minutes(self) -> int:
        """Add up the work above the mean of all vehicles, in whole minutes, rounded down."""
        fleet = len(self.day.problem.vehicles)
        if not fleet:
            return 0
        works = [_work_s(self.day, trail) for trail in self.day.trails]
        total = sum(works)
        return sum(max(fleet * work - total, 0) for work in works) // (60 * fleet)


def _work_s(day: Day, trail: Trail) -> int:
    """Give the seconds of travel, setup, service and loading of a route; no waiting, no breaks."""
    busy = sum(s.setup_s + s.service_s for s in trail.steps if s.type != "break")
    return day.travelled(trail).seconds + busy
