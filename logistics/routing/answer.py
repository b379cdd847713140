"""From the solver's plan back to trips, stops and bags."""

from collections.abc import Iterator, Mapping, Sequence

from logistics.domain.errand_trips import LeftErrand, PlannedLeg
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
from logistics.routing.errands import End, Errands
from logistics.routing.problem import Index
from solver.plan import Plan, Route, Step, Unassigned

_CODE_CHARS = 32
NO_ERRANDS = Errands(ends={}, ids={}, left=())


def trips_of(
    inputs: PlanInputs, index: Index, plan: Plan, errands: Errands = NO_ERRANDS
) -> tuple[PlannedTrip, ...]:
    """Read the trips out of a plan, by courier code and number; empty trips are left out."""
    trips = []
    for route in sorted(plan.routes, key=lambda route: index.couriers[route.vehicle].code):
        carrier = index.couriers[route.vehicle]
        loaded = [round_ for round_ in _rounds(route) if any(_is_visit(s) for s in round_[1:])]
        for no, round_ in enumerate(loaded, start=1):
            trips.append(_trip(index, errands, carrier, round_, run_code=inputs.run_code, no=no))
    return tuple(trips)


def unserved_of(index: Index, plan: Plan) -> tuple[UnservedBag, ...]:
    """List every bag that the plan leaves out, with its cause and what to do next."""
    found = list(index.unreachable)
    for left in plan.unassigned:
        if left.type != "job":
            continue
        facts = _facts(index, left)
        action = next_action(left.would_help[0].code if left.would_help else left.code)
        found += [
            UnservedBag(bag_id=bag.id, code=left.code, facts=facts, next_action=action)
            for bag in _bags(index, left.id, left.parts)
        ]
    return tuple(found)


def errands_left_of(index: Index, errands: Errands, plan: Plan) -> tuple[LeftErrand, ...]:
    """List every errand that the plan leaves out, with its cause and what to do next."""
    found = list(errands.left)
    for left in plan.unassigned:
        if left.type != "pickup":  # told once, not at both ends
            continue
        errand = errands.ids[left.id]
        zone = errands.ends["delivery", left.id].zone or 0
        highest = max((c.zone_max for c in index.couriers.values()), default=0)
        code = left.code
        facts = {key: value for key, value in _facts(index, left).items() if key != "skills"}
        if code == "no-courier-with-skill" and highest < zone:
            code, facts = "zone-not-permitted", {"zone": zone, "highest": highest}
        action = next_action(left.would_help[0].code if left.would_help else code)
        found.append(LeftErrand(errand_id=errand.id, code=code, facts=facts, next_action=action))
    return tuple(sorted(found, key=lambda one: one.errand_id))


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


def _is_visit(step: Step) -> bool:
    return step.type in ("job", "pickup", "via", "delivery")


def _trip(
    index: Index,
    errands: Errands,
    carrier: Carrier,
    steps: Sequence[Step],
    *,
    run_code: str,
    no: int,
) -> PlannedTrip:
    loading, home = steps[0], steps[-1]
    # whoever would come too early waits at the point, not before the building
    early_s = steps[1].waiting_s
    stops: list[PlannedStop] = []
    legs: list[PlannedLeg] = []
    carried: list[WaitingBag] = []
    for seq, step in _numbered(steps):
        if step.type != "job":
            legs.append(_leg(errands.ends[step.type, _job_id(step)], seq, step))
            continue
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
        code=trip_code(run_code, carrier.code, no),
        courier_id=carrier.id,
        point_id=index.locations[point].place_id,
        no=no,
        departs_s=_end(loading) + early_s,
        returns_s=home.arrival_s,
        weight_g=sum(bag.weight_g for bag in carried),
        volume_ml=sum(bag.volume_ml for bag in carried),
        stops=tuple(stops),
        legs=tuple(legs),
    )


def _numbered(steps: Sequence[Step]) -> Iterator[tuple[int, Step]]:
    """Count a trip's visits; what is done for bags and errands at a slot in one go is one."""
    seq, here, drops = 0, -1, 0
    for step in steps:
        if not _is_visit(step):
            continue
        drops += step.type == "job"
        if step.location != here or step.waiting_s or drops > 1:
            seq, drops = seq + 1, int(step.type == "job")
        here = -1 if step.location is None else step.location
        yield seq, step


def _leg(end: End, seq: int, step: Step) -> PlannedLeg:
    site, slot = end.errand.site, end.slot
    at_site = slot is None and site is not None
    return PlannedLeg(
        errand_id=end.errand.id,
        leg=end.leg,
        seq=seq,
        stairwell_id=slot.id if slot else None,
        place_code=slot.code if slot else end.drop.place,
        name_zh=site.name_zh if at_site and site else "",
        name_en=site.name_en if at_site and site else "",
        lon=end.drop.lon,
        lat=end.drop.lat,
        arrival_s=step.arrival_s + step.waiting_s,
        leave_s=_end(step),
        drop_mode=end.drop.mode,
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
