"""A small generated district with a packed run, workers on it, and a clock that is set by hand."""

import time as wall
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from api.jobs.watching import Terms
from api.jobs.workers import Workers
from geodata.district import District, write_district
from geodata.generated import generate_district
from logistics.domain.ids import new_id
from logistics.domain.jobs import Job, JobKind
from logistics.domain.runs import Run, RunState
from logistics.domain.setup import CourierSetup, DistrictSetup, PointSetup, Policy, Setup
from logistics.store import jobs, runs, tables
from logistics.store.session import Database
from logistics.usecases.ask_job import ask_job
from logistics.usecases.set_up import set_up

NOW = datetime(2026, 4, 13, 6, tzinfo=UTC)
PATIENCE_S = 120


@dataclass(frozen=True)
class Town:
    district: District
    folder: Path


@dataclass
class Clock:
    """The workers' clock."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Site:
    """A database with a packed run, and who works on it."""

    database: Database
    run: Run
    clock: Clock = field(default_factory=Clock)
    workers: list[Workers] = field(default_factory=list)

    def hire(self, **options) -> Workers:
        made = Workers(database=self.database, now=self.clock, terms=Terms(look_s=0.05), **options)
        self.workers.append(made)
        return made

    def ask(self, kind: JobKind = JobKind.PLAN, **wish) -> str:
        said = {"limit_s": 1.0, "seed": 1} | wish
        return self.database.run(
            lambda s: ask_job(s, self.run.id, kind, said, actor="token:t", at=self.clock())
        ).id

    def job(self, job_id: str) -> Job:
        with self.database.read() as session:
            return jobs.get(session, job_id)

    def told(self, job_id: str) -> list:
        with self.database.read() as session:
            return list(jobs.events_after(session, job_id, 0))

    def plans(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(tables.plan.c.state)))

    def state(self) -> RunState:
        with self.database.read() as session:
            return runs.get(session, self.run.id).state

    def await_job(self, job_id: str, wanted: Callable[[Job], bool]) -> Job:
        """Wait for something that really happens; how long it takes proves nothing."""
        until = wall.monotonic() + PATIENCE_S
        while wall.monotonic() < until:
            found = self.job(job_id)
            if wanted(found):
                return found
            wall.sleep(0.05)
        return pytest.fail(f"it never came to that: {self.job(job_id)}")


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder = tmp_path_factory.mktemp("jobs") / "small"
    district = generate_district("small", seed=7)
    write_district(district, folder)
    return Town(district, folder)


def with_packed_run(database: Database, town: Town, bags: int = 40) -> Run:
    west, south, east, north = town.district.bounds()
    setup = Setup(
        policy=Policy(),
        points=(
            PointSetup(
                code="P-1", name_zh="第一点位", name_en="First point", lon=(west + east) / 2,
                lat=(south + north) / 2, depot=True, bays=2,
            ),
        ),
        couriers=tuple(
            CourierSetup(
                code=f"E{number}", mode="ebike", capacity_g=80_000, capacity_ml=400_000,
                capacity_bags=6, shift_start=time(9), shift_end=time(18), max_trips=8,
                zone_max=2, point_code="P-1",
            )
            for number in range(4)
        ),
    )  # fmt: skip
    head = DistrictSetup(
        name="小城", folder=str(town.folder), attribution=town.district.attribution,
        synthetic=True, source_digest=town.district.source_digest,
    )  # fmt: skip
    with database.transaction() as session:
        report = set_up(session, head, setup, town.district.places(), actor="test", at=NOW)
        run = Run(
            id=new_id("rn", NOW), district_id=report.district.id, code="XC-20260413-1",
            day=date(2026, 4, 13), wave=1, state=RunState.PACKED, created_at=NOW, cutoff_at=NOW,
            separation_s=600,
        )  # fmt: skip
        runs.create(session, run)
        homes = session.execute(
            select(tables.household.c.id, tables.place.c.point_id)
            .join(tables.place, tables.place.c.id == tables.household.c.stairwell_id)
            .order_by(tables.household.c.code)
        ).all()
        session.execute(
            insert(tables.bag),
            [
                {
                    "id": new_id("bag", NOW), "run_id": run.id, "household_id": home.id,
                    "point_id": home.point_id, "code": f"{no:03}-K", "no": 1,
                    "compartment": "ambient", "weight_g": 9_000, "volume_ml": 20_000,
                    "state": "packed", "custodian": "point:P-1",
                }
                for no, home in enumerate(homes[:: max(1, len(homes) // bags)][:bags], start=1)
            ],
        )  # fmt: skip
    return run


@pytest.fixture
def site(database: Database, town: Town) -> Iterator[Site]:
    made = Site(database, with_packed_run(database, town))
    yield made
    for workers in made.workers:
        workers.stop()


@pytest.fixture
def small_site(sqlite_database: Database, town: Town) -> Iterator[Site]:
    """The same on SQLite alone, for what no database decides."""
    made = Site(sqlite_database, with_packed_run(sqlite_database, town))
    yield made
    for workers in made.workers:
        workers.stop()
