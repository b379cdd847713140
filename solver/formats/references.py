"""What single values of a problem file must be to each other."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from solver.formats.faults import Faults
from solver.formats.values import INT64_MAX
from solver.problem import Amounts, Job, LockedStep, Problem, Vehicle, Window

Rule = Callable[[Problem, Faults], None]


def check_references(problem: Problem, raw: Mapping[str, Any], faults: Faults) -> None:
    """Note every id, index, amount and locked step that does not fit the rest of the file."""
    if not raw.get("vehicles"):
        faults.add("$.vehicles", "problem.no-vehicles", "nobody can serve: give a vehicle")
    if not raw.get("jobs") and not raw.get("shipments"):
        faults.add("$.jobs", "problem.no-jobs", "nothing to serve: give a job or a shipment")
    for rule in _RULES:
        rule(problem, faults)


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


def _locations_in_range(problem: Problem, faults: Faults) -> None:
    size = min((len(m.duration_s) for m in problem.matrices.values()), default=None)
    if size is None:
        return
    for path, location in _locations(problem):
        if location >= size:
            mend = f"location {location} where the matrices have 0 to {size - 1}"
            faults.add(path, "location.out-of-range", mend)


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


def _tasks(problem: Problem) -> dict[tuple[str, int], Job | None]:
    tasks: dict[tuple[str, int], Job | None] = {("job", job.id): job for job in problem.jobs}
    for shipment in problem.shipments:
        for end in ("pickup", "via", "delivery"):
            step = getattr(shipment, end)
            if step is not None:
                tasks[end, step.id] = None
    return tasks


def _steps_fit(problem: Problem, faults: Faults) -> None:
    tasks = _tasks(problem)
    taken: dict[tuple[str, int, int], str] = {}
    for n, vehicle in enumerate(problem.vehicles):
        for k, step in enumerate(vehicle.locked):
            at = f"$.vehicles[{n}].steps[{k}]"
            if step.type in ("start", "end", "reload", ""):
                continue
            if step.id is None:
                faults.add(f"{at}.id", "key.missing", f"which {step.type}? Add its id")
            elif step.type == "break":
                if step.id not in {pause.id for pause in vehicle.breaks}:
                    mend = f"the vehicle has no break {step.id}"
                    faults.add(f"{at}.id", "step.unknown", mend)
            elif (step.type, step.id) not in tasks:
                mend = f"no {step.type} has the id {step.id}: remove the step or add it"
                faults.add(f"{at}.id", "step.unknown", mend)
            else:
                job = tasks[step.type, step.id]
                if earlier := _taken_once(step, job, at, taken):
                    mend = f"{step.type} {step.id} is a step at {earlier} already: keep one"
                    faults.add(at, "step.twice", mend)
                _locked_fits(step, vehicle, job, at, faults)


def _taken_once(
    step: LockedStep, job: Job | None, at: str, taken: dict[tuple[str, int, int], str]
) -> str | None:
    """Take the bags of a step; give the path of the step that has one of them already."""
    bags = step.parts or (range(len(job.parts)) if job and job.parts else (0,))
    for bag in bags:
        key = (step.type, step.id or 0, bag)
        if key in taken:
            return taken[key]
        taken[key] = at
    return None


def _locked_fits(
    step: LockedStep, vehicle: Vehicle, job: Job | None, at: str, faults: Faults
) -> None:
    if job is None or not step.locked:
        return
    for broken, mend in _locked_against(step, vehicle, job):
        if broken:
            faults.add(at, "step.breaks-rule", f"locked, yet {mend}")


def _locked_against(step: LockedStep, vehicle: Vehicle, job: Job) -> Iterator[tuple[bool, str]]:
    yield (
        not job.skills <= vehicle.skills,
        f"vehicle {vehicle.id} lacks skills {sorted(job.skills - vehicle.skills)}",
    )
    yield (
        job.courier not in (None, vehicle.id),
        f"job {job.id} belongs to courier {job.courier}",
    )
    yield (
        job.zone > vehicle.zone_max,
        f"zone {job.zone} is above zone_max {vehicle.zone_max} of vehicle {vehicle.id}",
    )
    yield (
        any(not 0 <= bag < max(len(job.parts), 1) for bag in step.parts),
        f"job {job.id} has {len(job.parts)} parts, not those of {list(step.parts)}",
    )
    at = step.service_at
    yield (
        at is not None and bool(job.windows) and not any(_inside(at, w) for w in job.windows),
        f"service_at {at} is in none of the job's time_windows",
    )
    yield (
        at is not None and not _inside(at, vehicle.window),
        f"service_at {at} is outside the time_window of vehicle {vehicle.id}",
    )


def _inside(at: int, window: Window) -> bool:
    return window[0] <= at <= window[1]


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


_RULES: tuple[Rule, ...] = (
    _unique_ids,
    _locations_in_range,
    _profiles,
    _starts,
    _same_dimensions,
    _sums_fit,
    _parts_add_up,
    _known_names,
    _steps_fit,
    _custom_costs,
)
