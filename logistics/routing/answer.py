"""From the solver's plan back to trips, stops and bags."""

from collections.abc import Iterator, Mapping, Sequence

from logistics.domain.ids import check_character
from logistics.domain.planning import (
    Carrier,
    PlanInputs,
    PlannedStop,
    PlannedTrip,
    UnservedBag,
    WaitingBag,
    next_action,
)
from logistics.routing.problem import Index
from solver.plan import Plan, Route, Step, Unassigned

_CODE_CHARS = 32


def trips_of(inputs: PlanInputs, index: Index, plan: Plan) -> tuple[PlannedTrip, ...]:
    """Read the trips out of a plan, by courier code and number; empty trips are left out."""
    trips = []
    for route in sorted(plan.routes, key=lambda route: index.couriers[route.vehicle].code):
        carrier = index.couriers[route.vehicle]
        loaded = [round_ for round_ in _rounds(route) if any(_is_drop(s) for s in round_[1:])]
        for no, round_ in enumerate(loaded, start=1):
            trips.append(_trip(inputs, index, carrier, no, round_))
    return tuple(trips)


def unserved_of(index: Index, plan: Plan) -> tuple[UnservedBag, ...]:
    """List every bag that the plan leaves out, with its cause and what to do next."""
    found = list(index.unreachable)
    for left in plan.unassigned:
        facts = _facts(index, left)
        action = next_action(left.would_help[0].code if left.would_help else left.code)
        found += [
            UnservedBag(bag_id=bag.id, code=left.code, facts=facts, next_action=action)
            for bag in _bags(index, left.id, left.parts)
        ]
    return tuple(found)


def trip_code(run_code: str, courier_code: str, no: int) -> str:
    """Make the code of a trip as its square carries it, closed by a check character."""
    text = f"{run_code}-{courier_code}-{no}"
    code = f"{text}-{check_character(text)}"
    return code if len(code) <= _CODE_CHARS else f"{courier_code}-{no}-{check_character(text)}"


def _rounds(route: Route) -> Iterator[Sequence[Step]]:
    """Cut a route at its loadings; each round ends with the step that ends its trip."""
    starts = [n for n, step in enumerate(route.steps) if step.type == "reload"]
    for start, end in zip(starts, [*starts[1:], len(route.steps) - 1], strict=True):
        yield route.steps[start : end + 1]


def _is_drop(step: Step) -> bool:
    return step.type == "job"


def _trip(
    inputs: PlanInputs, index: Index, carrier: Carrier, no: int, steps: Sequence[Step]
) -> PlannedTrip:
    loading, home = steps[0], steps[-1]
    # whoever would come too early waits at the point, not before the building
    early_s = steps[1].waiting_s
    stops: list[PlannedStop] = []
    carried: list[WaitingBag] = []
    for seq, step in enumerate((s for s in steps if _is_drop(s)), start=1):
        job = _job_id(step)
        bags = _bags(index, job, step.parts)
        carried += bags
        stops.append(
            PlannedStop(
                seq=seq,
                stairwell_id=index.job_stairwell[job],
                arrival_s=step.arrival_s + step.waiting_s,
                leave_s=_end(step),
                bag_ids=tuple(bag.id for bag in bags),
                drop_mode=index.drop_modes[job],
            )
        )
    point = loading.location if loading.location is not None else 0
    return PlannedTrip(
        code=trip_code(inputs.run_code, carrier.code, no),
        courier_id=carrier.id,
        point_id=index.locations[point].place_id,
        no=no,
        departs_s=_end(loading) + early_s,
        returns_s=home.arrival_s,
        weight_g=sum(bag.weight_g for bag in carried),
        volume_ml=sum(bag.volume_ml for bag in carried),
        stops=tuple(stops),
    )


def _end(step: Step) -> int:
    return step.arrival_s + step.waiting_s + step.setup_s + step.service_s


def _job_id(step: Step) -> int:
    if step.id is None:
        raise ValueError("a drop without the id of its job")
    return step.id


def _bags(index: Index, job: int, parts: Sequence[int]) -> tuple[WaitingBag, ...]:
    bags = index.job_bags[job]
    return tuple(bags[part] for part in parts) if parts else bags


_SOLVERS_OWN = frozenset({"location", "points", "point", "stop", "id", "break"})
"""Facts that are numbers of the problem, which people have never seen."""


def _facts(index: Index, left: Unassigned) -> dict[str, int | str]:
    """Say the solver's facts in people's codes, with the help that it tried and found."""
    facts = _named(index, left.facts)
    facts |= {"stairwell": left.description, "proven": int(left.proven)}
    for relaxation in left.would_help[:1]:
        facts["help"] = relaxation.code
        facts |= {f"help_{k}": v for k, v in _named(index, relaxation.facts).items()}
    return facts


def _named(index: Index, facts: Mapping[str, int | str]) -> dict[str, int | str]:
    """Call couriers by their code, and leave out what only the solver's files speak of."""
    named: dict[str, int | str] = {}
    for key, value in facts.items():
        plain = key.removeprefix("first_").removeprefix("second_")  # of two changes at once
        if plain in ("courier", "like") and value in index.couriers:
            named[key] = index.couriers[int(value)].code
        elif plain not in _SOLVERS_OWN:
            named[key] = value
    return named
