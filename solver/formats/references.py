"""What single values of a problem file must be to each other."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from solver.formats.faults import Faults
from solver.formats.reachable import check_reachable
from solver.formats.steps import check_steps
from solver.formats.values import INT64_MAX
from solver.problem import Amounts, Problem

Rule = Callable[[Problem, Faults], None]


def check_references(problem: Problem, raw: Mapping[str, Any], faults: Faults) -> None:
    """Note every id, index, amount and locked step that does not fit the rest of the file."""
    if not raw.get("vehicles"):
        faults.add("$.vehicles", "problem.no-vehicles", "nobody can serve: give a vehicle")
    if not raw.get("jobs") and not raw.get("shipments"):
        faults.add("$.jobs", "problem.no-jobs", "nothing to serve: give a job or a shipment")
    for rule in _RULES:
        rule(problem, faults)
    _locations_in_range(problem, raw, faults)
    _metres_stated(problem, raw, faults)


def _ids(problem: Problem) -> Iterator[tuple[str, str, list[int | str]]]:
    yield "vehicle", "$.vehicles[{}].id", [v.id for v in problem.vehicles]
    yield "job", "$.jobs[{}].id", [job.id for job in problem.jobs]
    for end in ("pickup", "delivery", "via"):
        steps = [getattr(s, end) for s in problem.shipments]
        ids = [-1 if step is None else step.id for step in steps]
        yield f"{end} step", "$.shipments[{}]." + end + ".id", list(ids)
    yield "place", "$.places[{}].id", [p.id for p in problem.places]
    yield "bay", "$.bays[{}].location_index", [bay.location for bay in problem.bays]
    for n, vehicle in enumerate(problem.vehicles):
        path = f"$.vehicles[{n}].breaks[{{}}].id"
        yield "break of this vehicle", path, [pause.id for pause in vehicle.breaks]


def _unique_ids(problem: Problem, faults: Faults) -> None:
    for what, path, ids in _ids(problem):
        first: dict[int | str, int] = {}
        for n, name in enumerate(ids):
            if name in (-1, ""):
                continue
            if name in first:
                mend = f"{name} is the id of an earlier {what} (index {first[name]}): change one"
                faults.add(path.format(n), "id.twice", mend)
            first.setdefault(name, n)


def _locations(problem: Problem) -> Iterator[tuple[str, int]]:
    for n, vehicle in enumerate(problem.vehicles):
        at = f"$.vehicles[{n}]"
        if vehicle.start is not None:
            yield f"{at}.start_index", vehicle.start
        if vehicle.end is not None:
            yield f"{at}.end_index", vehicle.end
        yield from ((f"{at}.points[{k}]", point) for k, point in enumerate(vehicle.points))
    for n, job in enumerate(problem.jobs):
        yield f"$.jobs[{n}].location_index", job.location
        yield from ((f"$.jobs[{n}].points[{k}]", point) for k, point in enumerate(job.points))
    for n, shipment in enumerate(problem.shipments):
        for end in ("pickup", "via", "delivery"):
            step = getattr(shipment, end)
            if step is not None:
                yield f"$.shipments[{n}].{end}.location_index", step.location
    for n, bay in enumerate(problem.bays):
        yield f"$.bays[{n}].location_index", bay.location


def _locations_in_range(problem: Problem, raw: Mapping[str, Any], faults: Faults) -> None:
    size = min((len(m.duration_s) for m in problem.matrices.values()), default=None)
    if size is None:
        size = _largest(raw)  # what matrices with faults have at most
    for path, location in _locations(problem) if size else ():
        if location >= size:
            mend = f"location {location} where the matrices have 0 to {size - 1}"
            faults.add(path, "location.out-of-range", mend)


def _largest(raw: Mapping[str, Any]) -> int:
    """Give the most rows or columns of any matrix in the file, faulty as it may be; 0: none."""
    profiles = raw.get("matrices")
    tables = [raw.get("matrix")]
    for profile in profiles.values() if isinstance(profiles, Mapping) else ():
        tables += profile.values() if isinstance(profile, Mapping) else ()
    listed = [table for table in tables if isinstance(table, list | tuple)]
    rows = [row for table in listed for row in table if isinstance(row, list | tuple)]
    return max(map(len, (*listed, *rows)), default=0)


def _profiles(problem: Problem, faults: Faults) -> None:
    if not problem.matrices:
        return
    for n, vehicle in enumerate(problem.vehicles):
        if vehicle.profile not in problem.matrices:
            known = ", ".join(sorted(problem.matrices))
            mend = f"no matrices for {vehicle.profile}: there are those of {known}"
            faults.add(f"$.vehicles[{n}].profile", "profile.unknown", mend)


def _starts(problem: Problem, faults: Faults) -> None:
    for n, vehicle in enumerate(problem.vehicles):
        if vehicle.id < 0:
            continue  # no vehicle at all, or one without id: told already
        if vehicle.start is None and vehicle.end is None and not vehicle.points:
            mend = "it may start nowhere: give start_index, end_index or points"
            faults.add(f"$.vehicles[{n}]", "vehicle.no-start", mend)
        elif not vehicle.points and (vehicle.max_trips > 1 or vehicle.reload_service_s):
            mend = "several trips or loading need a place to load: give points or start_index"
            faults.add(f"$.vehicles[{n}]", "vehicle.no-points", mend)


def _amounts(problem: Problem) -> Iterator[tuple[str, Amounts]]:
    for n, vehicle in enumerate(problem.vehicles):
        yield f"$.vehicles[{n}].capacity", vehicle.capacity
        for k, pause in enumerate(vehicle.breaks):
            if pause.max_load is not None:
                yield f"$.vehicles[{n}].breaks[{k}].max_load", pause.max_load
    for n, job in enumerate(problem.jobs):
        yield f"$.jobs[{n}].delivery", job.delivery
        yield f"$.jobs[{n}].pickup", job.pickup
        yield from ((f"$.jobs[{n}].parts[{k}]", part) for k, part in enumerate(job.parts))
    for n, shipment in enumerate(problem.shipments):
        yield f"$.shipments[{n}].amount", shipment.amount
    for n, place in enumerate(problem.places):
        if place.shelf is not None:
            yield f"$.places[{n}].shelf", place.shelf


def _same_dimensions(problem: Problem, faults: Faults) -> None:
    for path, amounts in _amounts(problem):
        if len(amounts) != problem.dimensions:
            mend = (
                f"{len(amounts)} amounts where the first vehicle's capacity has"
                f" {problem.dimensions}: give as many"
            )
            faults.add(path, "amount.dimensions", mend)


def _sums_fit(problem: Problem, faults: Faults) -> None:
    for dimension in range(problem.dimensions):
        total = sum(
            amounts[dimension]
            for amounts in (
                *(job.delivery for job in problem.jobs),
                *(job.pickup for job in problem.jobs),
                *(shipment.amount for shipment in problem.shipments),
            )
            if len(amounts) == problem.dimensions
        )
        if total > INT64_MAX:
            mend = (
                f"dimension {dimension} sums up to {total}, beyond 64 bits: choose a larger unit"
            )
            faults.add("$.jobs", "amount.sum-too-large", mend)


def _parts_add_up(problem: Problem, faults: Faults) -> None:
    for n, job in enumerate(problem.jobs):
        if not job.parts or any(len(part) != len(job.delivery) for part in job.parts):
            continue
        total = tuple(map(sum, zip(*job.parts, strict=True)))
        if total != job.delivery:
            mend = f"the parts add up to {list(total)}, delivery is {list(job.delivery)}"
            faults.add(f"$.jobs[{n}].parts", "parts.sum", mend)
        if any(job.pickup):
            mend = "a job with parts cannot pick up too: make the pickup a job of its own"
            faults.add(f"$.jobs[{n}].pickup", "parts.with-pickup", mend)


def _known_names(problem: Problem, faults: Faults) -> None:
    places = {place.id for place in problem.places}
    vehicles = {vehicle.id for vehicle in problem.vehicles}
    for n, job in enumerate(problem.jobs):
        if job.place is not None and job.place not in places:
            mend = f"no place has the id {job.place}: add it to places"
            faults.add(f"$.jobs[{n}].place", "place.unknown", mend)
        for key in ("courier", "preferred_courier"):
            name = getattr(job, key)
            if name is not None and name not in vehicles:
                faults.add(
                    f"$.jobs[{n}].{key}", "vehicle.unknown", f"no vehicle has the id {name}"
                )


def _custom_costs(problem: Problem, faults: Faults) -> None:
    """Refuse rates beside a matrix of costs, as VROOM does."""
    for n, vehicle in enumerate(problem.vehicles):
        matrix = problem.matrices.get(vehicle.profile)
        rates = (vehicle.cost_per_hour, vehicle.cost_per_km)
        if matrix is None or matrix.cost is matrix.duration_s or rates == (3600, 0):
            continue
        if (matrix.cost != matrix.duration_s).any():
            mend = f"the profile {vehicle.profile} has costs: leave out per_hour and per_km"
            faults.add(f"$.vehicles[{n}].costs", "cost.twice", mend)


def _costs_fit(problem: Problem, faults: Faults) -> None:
    """Refuse rates under which the cost of all ways could not be added up in 64 bits."""
    longest = {
        name: [int(kind.max(initial=0)) for kind in (matrix.duration_s, matrix.distance_m)]
        for name, matrix in problem.matrices.items()
    }
    stops = 2 * len(problem.jobs) + 4 * len(problem.shipments) + 2
    for n, vehicle in enumerate(problem.vehicles):
        seconds, metres = longest.get(vehicle.profile, [0, 0])
        arc = seconds * vehicle.cost_per_hour + metres * vehicle.cost_per_km
        if stops * arc > INT64_MAX:
            mend = f"at these rates the longest way costs {arc}, beyond 64 bits in sum: lower them"
            faults.add(f"$.vehicles[{n}].costs", "cost.too-large", mend)


def _metres_stated(problem: Problem, raw: Mapping[str, Any], faults: Faults) -> None:
    """Refuse limits and rates by distance where no distances are given, as VROOM does."""
    profiles = raw.get("matrices")
    profiles = profiles if isinstance(profiles, Mapping) else {}
    for n, vehicle in enumerate(problem.vehicles):
        stated = profiles.get(vehicle.profile, {})
        if vehicle.profile not in problem.matrices or "distances" in stated:
            continue
        for used, key in (
            (vehicle.cost_per_km, "costs.per_km"),
            (vehicle.max_distance_m is not None, "max_distance"),
        ):
            if used:
                mend = f"the profile {vehicle.profile} has no distances: give them"
                faults.add(f"$.vehicles[{n}].{key}", "distances.missing", mend)


_RULES: tuple[Rule, ...] = (
    _unique_ids,
    _profiles,
    _starts,
    _same_dimensions,
    _sums_fit,
    _parts_add_up,
    _known_names,
    check_steps,
    _custom_costs,
    _costs_fit,
    check_reachable,
)
