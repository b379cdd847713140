"""A small generated district with a packed run."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from geodata.district import District, write_district
from geodata.generated import generate_district
from logistics.domain.ids import new_id
from logistics.domain.runs import Run, RunState
from logistics.domain.setup import (
    CourierSetup,
    DistrictSetup,
    ItemSetup,
    MarketSetup,
    OfferSetup,
    PointSetup,
    Policy,
    Setup,
    ZoneSetup,
)
from logistics.store import runs, tables
from logistics.store.session import Database
from logistics.usecases.set_up import set_up

NOW = datetime(2026, 4, 13, 6, tzinfo=UTC)
COMPOUND_SEALED = 0
COURIERS = 4


@dataclass(frozen=True)
class Town:
    district: District
    folder: Path


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder = tmp_path_factory.mktemp("district") / "small"
    district = generate_district("small", seed=7)
    write_district(district, folder)
    return Town(district, folder)


def the_setup(town: Town) -> Setup:
    west, south, east, north = town.district.bounds()
    lon, lat = (west + east) / 2, (south + north) / 2
    sealed = town.district.compounds["code"].iloc[COMPOUND_SEALED]
    couriers = tuple(
        CourierSetup(
            code=f"E{number:02}",
            mode="ebike",
            capacity_g=80_000,
            capacity_ml=400_000,
            capacity_bags=6,
            shift_start=time(9),
            shift_end=time(18),
            max_trips=8,
            zone_max=2,
            point_code="P-1",
        )
        for number in range(1, COURIERS + 1)
    )
    return Setup(
        policy=Policy(),
        points=(
            PointSetup(
                code="P-1", name_zh="第一点位", name_en="First point", lon=lon, lat=lat,
                depot=True, bays=2,
            ),
        ),
        markets=(
            MarketSetup(
                code="M-1", name_zh="市场", name_en="Market", lon=lon, lat=lat,
                opens=time(5), closes=time(18),
            ),
        ),
        zones=(
            ZoneSetup(place_code=sealed, zone="sealed", since=datetime(2026, 4, 1, tzinfo=UTC)),
        ),
        couriers=couriers,
        items=(
            ItemSetup(
                name_zh="土豆", name_en="Potatoes", base="g", default_unit="斤",
                units={"斤": 500}, weight_mg=1_000, volume_ul=1_500, category="vegetable",
                cold=False, household_limit=20_000,
            ),
        ),
        offers=(OfferSetup(market_code="M-1", item="土豆", case_base=10_000, price_fen=3_000),),
    )  # fmt: skip


def pack_all(session: Session, run: Run, households: int) -> None:
    """Put one bag of every n-th household at its point, as packing would."""
    rows = session.execute(
        select(tables.household.c.id, tables.place.c.point_id)
        .join(tables.place, tables.place.c.id == tables.household.c.stairwell_id)
        .where(tables.household.c.district_id == run.district_id)
        .order_by(tables.household.c.code)
    ).all()
    step = max(1, len(rows) // households)
    session.execute(
        insert(tables.bag),
        [
            {
                "id": new_id("bag", NOW), "run_id": run.id, "household_id": row.id,
                "point_id": row.point_id, "code": f"{no:03}-K", "no": 1,
                "compartment": "cold" if no % 5 == 0 else "ambient",
                "weight_g": 9_000 + no, "volume_ml": 20_000, "state": "sealed",
                "custodian": "point:P-1",
            }
            for no, row in enumerate(rows[::step][:households], start=1)
        ],
    )  # fmt: skip


@pytest.fixture
def packed_run(town: Town) -> Callable[..., Run]:
    """Set a database up with a run in a state, packed unless told otherwise."""

    def make(
        database: Database, *, state: RunState = RunState.PACKED, bags: int = 60, **changes
    ) -> Run:
        district = DistrictSetup(
            name="小城", folder=str(town.folder), attribution=town.district.attribution,
            synthetic=True, source_digest=town.district.source_digest,
        )  # fmt: skip
        with database.transaction() as session:
            report = set_up(
                session, district, replace(the_setup(town), **changes), town.district.places(),
                actor="test", at=NOW,
            )  # fmt: skip
            assert not report.faults
            run = Run(
                id=new_id("rn", NOW), district_id=report.district.id, code="XC-20260413-1",
                day=date(2026, 4, 13), wave=1, state=state, created_at=NOW, cutoff_at=NOW,
                separation_s=600,
            )  # fmt: skip
            runs.create(session, run)
            pack_all(session, run, bags)
        return run

    return make
