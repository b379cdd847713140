"""Where the demo goes on after its finished day: a run on its way, and one that takes lists."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.demo_sources import EXAMPLES, SEED, generator, spoken
from api.receiving import take_in
from logistics.domain.places import District, Household
from logistics.domain.planning import PlannedTrip
from logistics.domain.runs import Run
from logistics.exchange.tabular import read_entries
from logistics.store import places, plans, trips
from logistics.store.session import Database
from logistics.usecases.create_run import create_run
from logistics.usecases.cut_off import cut_off
from logistics.usecases.depart_trip import depart_trip
from logistics.usecases.finish_trip import finish_trip
from logistics.usecases.import_lists import import_lists
from logistics.usecases.pack_bags import pack_bags
from logistics.usecases.place_orders import place_orders
from logistics.usecases.plan_run import plan_run
from logistics.usecases.release_run import release_run
from logistics.usecases.share_out import share_out

TODAY_LISTS, TOMORROW_LISTS = 120, 80
PLAN_S = 4.0
_DEADLINE = time(6)  # of the lists for tomorrow


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """Today's run and its trips by how far they are, and tomorrow's run with its queue."""

    district: District
    today: Run
    tomorrow: Run
    back: tuple[PlannedTrip, ...]  # their bags lie at the slots
    away: tuple[PlannedTrip, ...]
    waiting: tuple[PlannedTrip, ...]
    lists: int
    triaged: int


def go_on(database: Database, *, time_limit_s: float, actor: str, at: datetime) -> Now:
    """Walk a run of today to its release and start its first trips; open tomorrow's with lists.

    Parameters
    ----------
    time_limit_s
        Seconds that the solver may search, :data:`PLAN_S` at most.
    """
    with database.read() as session:
        area = places.districts(session)[0]
        homes = places.households(session, area.id)
    who: dict[str, Any] = {"actor": actor, "at": at}
    day = at.astimezone(ZoneInfo(area.zone_name)).date()
    today = _open(database, area, day, cutoff_at=at + timedelta(hours=1), **who)
    _send(database, today, homes, TODAY_LISTS, SEED + 1, **who)
    database.run(lambda s: cut_off(s, today.id, **who))
    database.run(lambda s: place_orders(s, today.id, **who))
    database.run(lambda s: take_in(s, today.id, None, as_ordered=True, finish=True, **who))
    database.run(lambda s: share_out(s, today.id, **who))
    database.run(lambda s: pack_bags(s, today.id, **who))
    plan_run(database, today.id, time_limit_s=min(PLAN_S, time_limit_s), seed=1, **who)
    back, away, waiting = database.run(lambda s: _set_out(s, area, today, **who))
    following = day + timedelta(days=1)
    deadline = datetime.combine(following, _DEADLINE, ZoneInfo(area.zone_name))
    tomorrow = _open(database, area, following, cutoff_at=deadline, **who)
    lists, triaged = _send(database, tomorrow, homes, TOMORROW_LISTS, SEED + 2, **who)
    return Now(
        district=area, today=today, tomorrow=tomorrow, back=back, away=away, waiting=waiting,
        lists=lists, triaged=triaged,
    )  # fmt: skip


def _open(
    database: Database, area: District, day: date, *, cutoff_at: datetime, **who: Any
) -> Run:
    return database.run(
        lambda s: create_run(
            s, area.name, day, 1, cutoff_at=cutoff_at, separation_s=area.policy.separation_s, **who
        )
    )


def _send(
    database: Database, run: Run, homes: Iterable[Household], count: int, seed: int, **who: Any
) -> tuple[int, int]:
    """Let households send lists, with the mistakes that people make."""
    lists = triaged = 0
    with tempfile.TemporaryDirectory() as folder:
        made = generator("make_lists").make_lists(
            [(home.code, spoken(home.code), home.persons) for home in homes],
            EXAMPLES / "catalogue.csv",
            seed=seed,
            count=count,
            out_dir=Path(folder),
        )
        for file in made["files"]:
            with database.transaction() as session:
                report = import_lists(
                    session, run.id, list(read_entries(file)), source=file.name, **who
                )
            lists += report.accepted_lists
            triaged += report.triaged
    return lists, triaged


_Trips = tuple[PlannedTrip, ...]


def _set_out(
    session: Session, area: District, run: Run, *, actor: str, at: datetime
) -> tuple[_Trips, _Trips, _Trips]:
    """Release; a quarter of the trips is back by now, a quarter away, half still waits."""
    release_run(session, run.id, actor=actor, at=at)
    planned = trips.planned(session, plans.current(session, run.id).id)
    ordered = sorted(planned, key=lambda trip: (trip.departs_s, trip.code))
    quarter = -(-len(ordered) // 4)
    back, away = ordered[:quarter], ordered[quarter : 2 * quarter]
    midnight = datetime.combine(run.day, time(), ZoneInfo(area.zone_name))

    def by_now(second: int) -> datetime:
        return min(midnight + timedelta(seconds=second), at)

    for trip in (*back, *away):
        since = by_now(trip.departs_s)
        depart_trip(session, run.id, trip.code, since=since, actor=actor, at=at)
    for trip in back:
        since = by_now(trip.returns_s)
        finish_trip(session, run.id, trip.code, since=since, actor=actor, at=at)
    return tuple(back), tuple(away), tuple(ordered[2 * quarter :])
