"""A subdistrict of 27,000 households in the middle of its day, made by the product's own steps.

Today's run is released and half lived through; tomorrow's takes lists and has a queue.
"""

import itertools
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.demo_sources import EXAMPLES, SEED, example, generator, make_up_receipts, spoken
from api.receiving import take_in
from geodata.district import District, write_district
from geodata.generated import generate_district
from logistics.domain.custody import Scan, ScanKind
from logistics.domain.planning import PlannedTrip
from logistics.domain.setup import (
    CourierSetup,
    DistrictSetup,
    MarketSetup,
    PointSetup,
    Setup,
)
from logistics.exchange.setup_files import read_setup
from logistics.exchange.tabular import read_entries
from logistics.store import custody, places, plans, runs, trips
from logistics.store.session import Database, open_database
from logistics.usecases.create_run import create_run
from logistics.usecases.cut_off import cut_off
from logistics.usecases.depart_trip import depart_trip
from logistics.usecases.finish_trip import finish_trip
from logistics.usecases.import_lists import import_lists
from logistics.usecases.pack_bags import pack_bags
from logistics.usecases.place_orders import place_orders
from logistics.usecases.plan_run import plan_run
from logistics.usecases.record_scans import BagEvent, record_scans
from logistics.usecases.release_run import release_run
from logistics.usecases.set_up import set_up
from logistics.usecases.share_out import share_out

DISTRICT = "合成街道"
ZONE = "Etc/UTC"
"""So that the service day is the same for who builds, who serves and who measures."""
HOUSEHOLDS = 27_000
LISTS, NEXT_LISTS = 10_800, 3_000
COURIERS = 300
PLAN_S = 40.0
_ACTOR = "bench"
_POINTS = {"point", "parcel", "sampling"}
_MODEL = ("SM-1", "SM-2", "SM-3")  # the markets that the example has offers of
_BAYS = 6

Say = Callable[[str], None]


class Old(RuntimeError):
    """A kept database is of another day: its pages would be empty."""


def town(file: Path, say: Say) -> tuple[str, str]:
    """Build the database, or find it built; return the codes of today's run and tomorrow's.

    Raises
    ------
    Old
        If it was built on another day.
    """
    today = datetime.now(UTC).date()
    if not file.exists():
        _build(file, today, say)
    database = open_database(f"sqlite:///{file}")
    database.migrate()
    with database.read() as session:
        area = places.district_by_name(session, DISTRICT)
        found = [
            runs.find(session, day=day, wave=1, district_id=area.id)
            for day in (today, today + timedelta(days=1))
        ]
    database.close()
    if found[0] is None or found[1] is None:
        msg = f"{file} was built on another day: remove it, or name another file"
        raise Old(msg)
    return found[0].code, found[1].code


def _build(file: Path, today: date, say: Say) -> None:
    part = file.with_suffix(".part")
    for old in (part, Path(f"{part}-wal"), Path(f"{part}-shm")):
        old.unlink(missing_ok=True)
    database = open_database(f"sqlite:///{part}")
    database.migrate()
    at = datetime.now(UTC)
    with _timed(say, "district and settings"):
        _found(database, file.with_suffix(".district"), at)
    with tempfile.TemporaryDirectory() as folder:
        run = _intake(database, today, LISTS, 1, Path(folder), say)
        _walk(database, run, Path(folder), say)
        with _timed(say, "half a day"):
            _half_a_day(database, run)
        _intake(database, today + timedelta(days=1), NEXT_LISTS, 2, Path(folder), say)
    database.close()
    part.rename(file)


@contextmanager
def _timed(say: Say, what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    say(f"  {what}: {time.perf_counter() - began:.0f} s")


def _found(database: Database, folder: Path, at: datetime) -> None:
    ground = generate_district("subdistrict", 1, DISTRICT)
    shutil.rmtree(folder, ignore_errors=True)
    write_district(ground, folder)
    model = read_setup(example("synthetic"))
    head = DistrictSetup(
        name=DISTRICT, folder=str(folder.resolve()), attribution=ground.attribution,
        synthetic=True, source_digest=ground.digest,
    )  # fmt: skip
    rooms = model.policy.rooms_per_floor
    while True:
        settings = _settings(ground, model, rooms)
        with database.transaction() as session:
            report = set_up(session, head, settings, ground.places(), actor=_ACTOR, at=at)
            if report.faults:
                raise ValueError(report.faults[0])
        if report.households >= HOUSEHOLDS:
            return
        rooms += 1


def _settings(ground: District, model: Setup, rooms: int) -> Setup:
    """Scale the example's settings: points and markets of this ground, couriers in turn."""
    sites = list(ground.sites.itertuples())
    points = [
        PointSetup(
            code=f"SP-{n}", name_zh=f"{n}号点位", name_en=f"Point {n}", lon=site.geometry.x,
            lat=site.geometry.y, depot=n == 1, bays=_BAYS,
        )
        for n, site in enumerate((one for one in sites if one.kind in _POINTS), start=1)
    ]  # fmt: skip
    markets = [
        MarketSetup(
            code=code, name_zh=f"市场 {code}", name_en=f"Market {code}", lon=site.geometry.x,
            lat=site.geometry.y, opens=clock(5), closes=clock(20),
        )
        for code, site in zip(_MODEL, (s for s in sites if s.kind == "market"), strict=False)
    ]  # fmt: skip
    return replace(
        model,
        policy=replace(model.policy, time_zone=ZONE, rooms_per_floor=rooms),
        points=tuple(points),
        markets=tuple(markets),
        couriers=tuple(_couriers(model.couriers, points)),
        offers=tuple(replace(one, stock_cases=None) for one in model.offers),
    )


def _couriers(
    model: Sequence[CourierSetup], points: Sequence[PointSetup]
) -> Iterator[CourierSetup]:
    riders = itertools.islice(itertools.cycle(model), COURIERS)
    for n, (rider, point) in enumerate(zip(riders, itertools.cycle(points), strict=False), 1):
        yield replace(rider, code=f"SY-C{n:03}", point_code=point.code)


def _intake(  # noqa: PLR0917  each is another thing
    database: Database, day: date, count: int, seed: int, folder: Path, say: Say
) -> str:
    at = datetime.now(UTC)
    with database.read() as session:
        area = places.district_by_name(session, DISTRICT)
        homes = places.households(session, area.id)
    midnight = datetime.combine(day, clock(), ZoneInfo(ZONE))
    cutoff = max(midnight + timedelta(hours=6), at + timedelta(hours=20))
    run = database.run(
        lambda s: create_run(s, DISTRICT, day, 1, cutoff_at=cutoff, actor=_ACTOR, at=at)
    )
    made: dict[str, Any] = generator("make_lists").make_lists(
        [(home.code, spoken(home.code), home.persons) for home in homes],
        EXAMPLES / "catalogue.csv",
        seed=SEED + seed,
        count=count,
        out_dir=folder / f"lists-{seed}",
    )
    for file in made["files"]:
        with _timed(say, f"{day} {file.name}"), database.transaction() as session:
            report = import_lists(
                session, run.id, list(read_entries(file)), source=file.name, actor=_ACTOR, at=at
            )
            say(f"  {report.accepted_lists} lists, {report.triaged} in the queue")
    return run.code


def _walk(database: Database, run: str, folder: Path, say: Say) -> None:
    at = datetime.now(UTC)
    who: dict[str, Any] = {"actor": _ACTOR, "at": at}
    with _timed(say, "cut off, order"):
        database.run(lambda s: cut_off(s, run, **who))
        database.run(lambda s: place_orders(s, run, **who))
    with _timed(say, "receive"):
        counts = folder / "receipts.csv"
        make_up_receipts(database, run, counts)
        database.run(lambda s: take_in(s, run, counts, as_ordered=False, finish=True, **who))
    with _timed(say, "share out"):
        database.run(lambda s: share_out(s, run, **who))
    with _timed(say, "pack"):
        database.run(lambda s: pack_bags(s, run, **who))
    with _timed(say, "plan"):
        done = plan_run(database, run, time_limit_s=PLAN_S, seed=1, **who)
        say(f"  {done.trips} trips, {done.bags} bags, {done.unserved} left out")
    with _timed(say, "release"):
        database.run(lambda s: release_run(s, run, **who))


def _half_a_day(database: Database, run: str) -> None:
    """Let the earlier half of the trips bring their bags; of every other the leader took them."""
    with database.read() as session:
        found = runs.get(session, run)
        planned = trips.planned(session, plans.current(session, found.id).id)
    early = sorted(planned, key=lambda trip: trip.departs_s)[: len(planned) // 2]
    midnight = datetime.combine(found.day, clock(), ZoneInfo(ZONE))
    with database.transaction() as session:
        for number, trip in enumerate(early):
            _bring(session, found.id, trip, midnight, taken=number % 2 == 0)


def _bring(
    session: Session, run: str, trip: PlannedTrip, midnight: datetime, *, taken: bool
) -> None:
    back = midnight + timedelta(seconds=trip.returns_s)
    leaves = midnight + timedelta(seconds=trip.departs_s)
    depart_trip(session, run, trip.code, since=leaves, actor=_ACTOR, at=back)
    finish_trip(session, run, trip.code, since=back, actor=_ACTOR, at=back)
    if not taken:
        return
    held = custody.read(session, [bag for stop in trip.stops for bag in stop.bag_ids])
    events = [
        BagEvent(
            bag=one.code,
            scan=Scan(
                key=f"bench/{one.route.bag_id}/{kind.value}",
                kind=kind,
                at=back + timedelta(minutes=minutes),
                by=f"leader:{one.route.building_code}",
            ),
        )
        for one in held.values()
        for minutes, kind in ((5, ScanKind.TAKE), (9, ScanKind.HAND))
    ]
    record_scans(session, run, events, actor=_ACTOR, at=back + timedelta(minutes=10))
