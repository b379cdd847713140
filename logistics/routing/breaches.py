"""What the judge says of an edited plan, in people's codes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from logistics.domain.plan_edits import Breach
from logistics.domain.planning import PlanInputs, PlannedTrip
from logistics.routing.answer import trips_of
from logistics.routing.errand_rules import clashes_of, visits_of
from logistics.routing.errands import Errands
from logistics.routing.problem import Index
from solver.plan import Plan, Violation
from solver.problem import Problem

_OF_OTHERS = ("bay.full", "place.meeting")
"""Rules that a schedule breaks which looks at nobody else: told only where nothing else is."""

_TOLD = ("place", "other", "dimension")


def codes_of(index: Index) -> dict[int, str]:
    """Give the codes of couriers by vehicle."""
    return {vehicle: carrier.code for vehicle, carrier in index.couriers.items()}


def told(codes: Mapping[int, str], plan: Plan, violations: Iterable[Violation]) -> list[Breach]:
    """Say broken rules in people's codes, the same one of a stop once."""
    routes = {route.vehicle: route for route in plan.routes}
    found: dict[tuple[str, str, str], Breach] = {}
    for one in violations:
        stop = ""
        if one.vehicle in routes and one.step is not None:
            stop = routes[one.vehicle].steps[one.step].description
        facts = {key: value for key, value in one.facts.items() if key in _TOLD}
        if isinstance(other := facts.get("other"), int):
            facts["other"] = codes.get(other, str(other))
        courier = "" if one.vehicle is None else codes.get(one.vehicle, "")
        breach = Breach(code=one.code, courier=courier, stop=stop, by=one.by, facts=facts)
        found.setdefault((breach.code, breach.courier, breach.stop), breach)
    hard = [one for one in found.values() if one.code not in _OF_OTHERS]
    return hard or list(found.values())


def no_time(courier: str) -> Breach:
    """Say that a courier finds no time among the others, though no rule alone forbids it."""
    return Breach(code="no-time", courier=courier, stop="", by=1, facts={})


def judged(  # noqa: PLR0917  a plan, what it stands for, and what the judge says
    inputs: PlanInputs,
    index: Index,
    errands: Errands,
    plan: Plan,
    violations: Sequence[Violation],
    problem: Problem,
) -> list[Breach]:
    """Gather all that an edited plan breaks: the judge's rules, errands' and locks."""
    codes = codes_of(index)
    found = told(codes, plan, violations)
    found += [
        Breach(
            code="errand.meets" if clash.meets else "errand.zone",
            courier=codes[clash.visit.vehicle],
            stop=clash.end.drop.place,
            by=1,
            facts={},
        )
        for clash in clashes_of(visits_of(problem, errands, plan), inputs.separation_s)
    ]
    return found or list(_locks_broken(inputs, trips_of(inputs, index, plan, errands)))


def _locks_broken(inputs: PlanInputs, made: Sequence[PlannedTrip]) -> Iterator[Breach]:
    codes = {carrier.id: carrier.code for carrier in inputs.carriers}
    slots = {slot.id: slot.code for slot in inputs.slots}
    visits = [(trip.courier_id, visit) for trip in made for visit in trip.stops]
    for lock in inputs.locks:
        for courier, visit in visits:
            if not set(visit.bag_ids) & set(lock.bag_ids):
                continue
            late = 0 if lock.begin_s is None else abs(visit.arrival_s - lock.begin_s)
            if courier != lock.courier_id or late:
                yield Breach(
                    code="locked.time" if late else "locked.order",
                    courier=codes[courier],
                    stop=slots.get(visit.stairwell_id, ""),
                    by=late or 1,
                    facts={},
                )
