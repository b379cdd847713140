"""Ask what would be if a gate closed or couriers stayed away (推演); stores nothing."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from geodata.district import District, DistrictUnreadable, read_district
from logistics.domain.closures import Closure, Polygon
from logistics.domain.planning import Notice, PlanInputs, PlannedTrip
from logistics.domain.what_if import (
    MovedDrop,
    NothingSupposed,
    Side,
    Supposition,
    WhatIf,
    away_count,
    spread,
)
from logistics.domain.zones import ZoneStatement, zone_named
from logistics.errors import Conflict
from logistics.routing.effects import effects_of
from logistics.routing.problem import locations
from logistics.routing.travel import matrices
from logistics.store import places, plans, runs, trips, zones
from logistics.store.session import Database
from logistics.usecases.close_ground import ways_named
from logistics.usecases.plan_run import (
    MapUnreadable,
    NoCouriers,
    OnBetter,
    ShouldStop,
    notices_of,
    solve_run,
)
from solver.formats.plan_json import read_plan
from solver.plan import Summary

Progress = Callable[[str], None]


class NothingPacked(Conflict):
    """The run has no bags yet, so there is nothing to be touched."""

    code = "what-if.nothing-packed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be supposed, as people say it.

    ``zones`` pairs places with zones, ``couriers`` is ``-20%`` or ``-3``, areas are polygons.
    """

    gates: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    areas: tuple[tuple[Polygon, ...], ...] = ()
    zones: tuple[tuple[str, str], ...] = ()
    couriers: str = ""
    modes: tuple[str, ...] = ()
    since: datetime | None = None  # None: from the start of the wave
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """All that is read, in one snapshot."""

    inputs: PlanInputs
    supposed: Supposition
    plan_id: str | None
    trips: tuple[PlannedTrip, ...]
    summary: Summary | None


def what_if(
    database: Database,
    run_id: str,
    wish: Wish,
    *,
    plan_again: bool = False,
    time_limit_s: float = 30.0,
    seed: int = 0,
    progress: Progress | None = None,
    on_better: OnBetter | None = None,
    should_stop: ShouldStop | None = None,
) -> WhatIf:
    """Tell which drops, trips and points would be touched; on wish plan again and compare.

    Everything happens to a copy of what was read: nothing is written. ``on_better`` and
    ``should_stop`` are those of :func:`logistics.usecases.plan_run.solve_run`.

    Raises
    ------
    RunUnknown, PlaceUnknown, WayUnknown, ZoneUnknown
        If what is named does not exist.
    NothingSupposed
        If the wish supposes nothing.
    NothingPacked
        If the run has no bags yet.
    CouriersUnclear, ClosureEndsEarly, ClosureInvalid
        If what is supposed cannot be.
    NoCouriers
        If nobody is left to plan with.
    MapUnreadable
        If the district's folder cannot be read.
    """
    with database.read() as session:
        read = _read(session, run_id, wish)
    inputs, supposed = read.inputs, read.supposed
    changed = supposed.applied(inputs)
    district = _district(inputs)
    order = locations(inputs)
    before = matrices(inputs, district, spots=order)
    ground = replace(changed, carriers=inputs.carriers)
    after = matrices(ground, district, spots=order) if supposed.closures else before
    solved = None
    if plan_again:
        if not changed.carriers:
            raise NoCouriers(run=inputs.run_code, field="couriers", mend="leave some couriers")
        solved = solve_run(
            changed,
            time_limit_s=time_limit_s,
            seed=seed,
            progress=progress,
            on_better=on_better,
            should_stop=should_stop,
        )
    codes = {carrier.id: carrier.code for carrier in inputs.carriers}
    return WhatIf(
        run=inputs.run_code,
        plan_id=read.plan_id,
        away=tuple(codes[courier] for courier in supposed.away),
        effects=effects_of(inputs, supposed, read.trips, before, after),
        notices=(*_outside(inputs, supposed), *notices_of(changed, district)),
        before=None if read.summary is None else _side(inputs, read.trips, read.summary),
        after=None if solved is None else _side(inputs, solved.made.trips, solved.summary),
        moved=()
        if solved is None or read.plan_id is None
        else _moved(inputs, read.trips, solved.made.trips),
    )


def _read(session: Session, run_id: str, wish: Wish) -> _Read:
    run = runs.get(session, run_id)
    inputs = plans.inputs_of(session, run)
    if not inputs.bags:
        raise NothingPacked(run=run.code, state=run.state.value, mend="supplyloop run pack")
    supposed = _supposed(session, inputs, wish)
    try:
        plan_id = plans.current(session, run.id).id
    except plans.PlanUnknown:
        return _Read(inputs, supposed, None, (), None)
    _, file = plans.files_of(session, plan_id)
    planned = trips.planned(session, plan_id)
    return _Read(inputs, supposed, plan_id, planned, read_plan(file).summary)


def _supposed(session: Session, inputs: PlanInputs, wish: Wish) -> Supposition:
    if inputs.wave is None:  # inputs_of() always says it
        raise ValueError(inputs.run_id)
    since = wish.since or inputs.wave[0]
    supposed = Supposition(
        closures=tuple(_closures(session, inputs, wish, since)),
        zones=_zones(session, inputs, wish, since) if wish.zones else None,
        away=_away(inputs, wish.couriers),
        since=wish.since,
        until=wish.until,
    )
    if not (supposed.closures or wish.zones or supposed.away):
        raise NothingSupposed(mend="name a gate, a way, an area, a zone or couriers")
    return supposed


def _closures(session: Session, inputs: PlanInputs, wish: Wish, since: datetime) -> list[Closure]:
    area = places.district(session, inputs.district_id)
    targets: list[tuple[str, str, tuple[Polygon, ...]]] = []
    for gate in wish.gates:
        found = places.named(session, area.id, gate, "gate")
        targets.append(("gate", found.id.removeprefix(f"{area.id}/"), ()))
    targets += [("way", one, ()) for way in wish.ways for one in ways_named(area, way)]
    targets += [("area", "supposed", shape) for shape in wish.areas]
    return [
        Closure(
            id=f"supposed-{number}",
            district_id=area.id,
            kind=kind,
            target=target,
            since=since,
            until=wish.until,
            modes=wish.modes,
            shape=shape,
        )
        for number, (kind, target, shape) in enumerate(targets, start=1)
    ]


def _zones(session: Session, inputs: PlanInputs, wish: Wish, since: datetime) -> dict[str, int]:
    area = places.district(session, inputs.district_id)
    said = []
    for place, zone in wish.zones:
        whole = place in (area.name, area.id)
        said.append(
            ZoneStatement(
                seq=0,
                id="supposed",
                district_id=area.id,
                place_id=None if whole else places.named(session, area.id, place).id,
                zone=zone_named(zone),
                since=since,
                until=wish.until,
                reason="",
                actor="",
                origin="supposed",
                at=since,
            )
        )
    wave = inputs.wave or (since, since)
    return zones.book(session, area.id).saying(said).ranks_during(*wave)


def _away(inputs: PlanInputs, said: str) -> tuple[str, ...]:
    if not said:
        return ()
    count = away_count(said, len(inputs.carriers))
    return tuple(carrier.id for carrier in spread(inputs.carriers, count))


def _district(inputs: PlanInputs) -> District:
    try:
        return read_district(Path(inputs.district_folder))
    except (DistrictUnreadable, OSError) as fault:
        raise MapUnreadable(
            run=inputs.run_code,
            folder=inputs.district_folder,
            mend="import the district again with supplyloop district import",
        ) from fault


def _outside(inputs: PlanInputs, supposed: Supposition) -> tuple[Notice, ...]:
    """Say that what is supposed does not touch the wave, where it does not."""
    if inputs.wave is None:
        return ()
    since, until = inputs.wave
    late = supposed.since is not None and supposed.since >= until
    early = supposed.until is not None and supposed.until <= since
    if not (late or early):
        return ()
    facts = {"since": since.isoformat(), "until": until.isoformat()}
    return (Notice(code="what-if.outside-the-wave", facts=facts),)


def _side(inputs: PlanInputs, made: Sequence[PlannedTrip], summary: Summary) -> Side:
    served = {bag for trip in made for stop in trip.stops for bag in stop.bag_ids}
    homes = {bag.household_code for bag in inputs.bags if bag.id in served}
    return Side(
        bags=len(served),
        households=len(homes),
        left_out=sum(1 for bag in inputs.bags if bag.id not in served),
        travel_s=summary.duration_s,
        distance_m=summary.distance_m,
        contacts=summary.contacts,
        faces=summary.faces,
        excess_faces=summary.excess_faces,
        couriers=len({trip.courier_id for trip in made}),
        trips=len(made),
    )


def _moved(
    inputs: PlanInputs, before: Sequence[PlannedTrip], after: Sequence[PlannedTrip]
) -> tuple[MovedDrop, ...]:
    codes = {carrier.id: carrier.code for carrier in inputs.carriers}
    was, becomes = _couriers(before, codes), _couriers(after, codes)
    bags: dict[str, int] = defaultdict(int)
    for bag in inputs.bags:
        bags[bag.stairwell_id] += 1
    return tuple(
        MovedDrop(
            stairwell=slot.code,
            bags=bags[slot.id],
            before=tuple(sorted(was[slot.id])),
            after=tuple(sorted(becomes[slot.id])),
        )
        for slot in inputs.slots
        if was[slot.id] != becomes[slot.id]
    )


def _couriers(made: Sequence[PlannedTrip], codes: dict[str, str]) -> defaultdict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for trip in made:
        for stop in trip.stops:
            found[stop.stairwell_id].add(codes.get(trip.courier_id, trip.courier_id))
    return found
