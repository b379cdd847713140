"""Whether a route is one: known vehicle, known stops at their places, the right sequence."""

from collections import Counter
from collections.abc import Iterator

from solver.plan import Step, Violation
from solver.problem import Job, ShipmentStep, service_s, setup_s
from solver.rules.day import TASKS, Day, Trail, loading_points

TYPES = ("start", *TASKS, "break", "reload", "end")


def vehicles_known(day: Day) -> Iterator[Violation]:
    """Yield routes of nobody, and second routes of somebody."""
    for vehicle, count in Counter(route.vehicle for route in day.plan.routes).items():
        if vehicle not in day.vehicles:
            yield Violation(code="vehicle.unknown", vehicle=vehicle, step=None, by=1, facts={})
        if count > 1:
            yield Violation(
                code="vehicle.twice", vehicle=vehicle, step=None, by=count - 1, facts={}
            )


def steps_known(day: Day) -> Iterator[Violation]:
    """Yield steps of no type, of no task, or somewhere else than their task."""
    for trail in day.trails:
        for n, step in enumerate(trail.steps):
            if step.type not in TYPES:
                yield trail.breach("step.type", n, type=step.type)
            elif _unknown(day, step):
                yield trail.breach("task.unknown", n, type=step.type, id=_id(step))
            else:
                yield from _where(day, trail, n)


def _id(step: Step) -> int:
    return -1 if step.id is None else step.id


def _unknown(day: Day, step: Step) -> bool:
    return step.type in TASKS and day.task(step) is None


def _where(day: Day, trail: Trail, n: int) -> Iterator[Violation]:
    step = trail.steps[n]
    if step.type == "break":
        return
    expected = day.expected_location(trail.vehicle, step)
    stated = -1 if step.location is None else step.location
    # A plan from elsewhere may leave out a location that the problem tells anyway.
    if expected is not None and step.location not in (expected, None):
        yield trail.breach("step.location", n, stated=stated, expected=expected)
    elif step.location is not None and not 0 <= step.location < day.size:
        yield trail.breach("step.location", n, stated=stated)
    elif expected is None and not _may_be(trail, step):
        yield trail.breach("point.not-allowed", n, stated=stated)


def _may_be(trail: Trail, step: Step) -> bool:
    """Say whether a start, reload or end may be where the plan puts it."""
    points = loading_points(trail.vehicle)
    if step.type == "reload" or points:
        return step.location in points
    return True


def sequence(day: Day) -> Iterator[Violation]:
    """Yield routes that do not begin with start, load before they serve, and stop with end."""
    for trail in day.trails:
        types = [step.type for step in trail.steps]
        loads = bool(loading_points(trail.vehicle))
        if _lacks(types, "start", 0, needed=loads or trail.vehicle.start is not None):
            yield trail.breach("route.start", None, found=types.count("start"))
        if _lacks(types, "end", -1, needed=loads or trail.vehicle.end is not None):
            yield trail.breach("route.end", None, found=types.count("end"))
        yield from _reloads(trail, types, loads=loads)
        for n, (step, trip) in enumerate(zip(trail.steps, trail.trips, strict=True)):
            if step.trip != trip:
                yield trail.breach("step.trip", n, stated=step.trip, expected=trip)


def _lacks(types: list[str], kind: str, at: int, *, needed: bool) -> bool:
    """Say whether a step is not just once at its end of the route; VROOM omits open ends."""
    count = types.count(kind)
    return needed if count == 0 else count > 1 or types[at] != kind


def _reloads(trail: Trail, types: list[str], *, loads: bool) -> Iterator[Violation]:
    count = types.count("reload")
    if not loads:
        if count:
            yield trail.breach("reload.not-allowed", types.index("reload"), count)
        return
    served = next((n for n, kind in enumerate(types) if kind in TASKS), None)
    if served is not None and "reload" not in types[:served]:
        yield trail.breach("reload.missing", served)
    if count > trail.vehicle.max_trips:
        over = count - trail.vehicle.max_trips
        yield trail.breach("limit.trips", None, over, max_trips=trail.vehicle.max_trips)


def durations(day: Day) -> Iterator[Violation]:
    """Yield setup, service and waiting that are not what the problem says."""
    for trail in day.trails:
        for n, step in enumerate(trail.steps):
            if min(step.waiting_s, step.setup_s, step.service_s) < 0:
                yield trail.breach(
                    "step.negative", n, -min(step.waiting_s, step.setup_s, step.service_s)
                )
            service, setup = _service_and_setup(day, trail, n)
            if service is not None and step.service_s != service:
                off = abs(step.service_s - service)
                yield trail.breach("step.service", n, off, stated=step.service_s, expected=service)
            if step.setup_s not in setup:
                off = min(abs(step.setup_s - value) for value in setup)
                yield trail.breach("step.setup", n, off, stated=step.setup_s, expected=setup[0])


def _service_and_setup(day: Day, trail: Trail, n: int) -> tuple[int | None, tuple[int, ...]]:
    """Give the service and the setups that are right for a step.

    Setup falls away after a stop at the same location (VROOM). Right after a start or a loading
    there it may or may not: VROOM drops it, who unpacks anew does not.
    """
    step = trail.steps[n]
    if step.type == "reload":
        return trail.vehicle.reload_service_s, (0,)
    if step.type == "break":
        return {pause.id: pause.service_s for pause in trail.vehicle.breaks}.get(_id(step)), (0,)
    if step.type not in TASKS:
        return 0, (0,)
    task = day.task(step)
    if task is None:
        return None, (step.setup_s,)
    return service_s(task, trail.vehicle), _setups(trail, n, task)


def _setups(trail: Trail, n: int, task: Job | ShipmentStep) -> tuple[int, ...]:
    before = _before(trail, n)
    if before is None or trail.locations[before] != trail.locations[n]:
        return (setup_s(task, trail.vehicle),)
    return (0,) if trail.steps[before].type in TASKS else (0, setup_s(task, trail.vehicle))


def _before(trail: Trail, n: int) -> int | None:
    return next((k for k in range(n - 1, -1, -1) if trail.steps[k].type != "break"), None)
