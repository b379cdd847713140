"""A compound with two households and three goods, set up as any district is."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from logistics.domain.runs import Run
from logistics.domain.setup import (
    DistrictSetup,
    ItemSetup,
    MarketSetup,
    PointSetup,
    Policy,
    Setup,
)
from logistics.usecases.create_run import create_run
from logistics.usecases.set_up import set_up

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
CUTOFF = AT + timedelta(hours=2)


@dataclass(frozen=True)
class Place:
    id: str
    kind: str
    parent_id: str | None
    code: str
    name_zh: str
    name_en: str
    lon: float = 120.2
    lat: float = 30.3
    levels: int = 3
    open: bool = True
    note: str = ""


PLACES = (
    Place("c", "compound", None, "HK-07", "桂花苑", "Osmanthus Court"),
    Place("b", "building", "c", "HK-07-03", "3幢", "Building 3"),
    Place("s1", "stairwell", "b", "HK-07-03-1", "3幢1单元", "Stairwell 1"),
    Place("s2", "stairwell", "b", "HK-07-03-2", "3幢2单元", "Stairwell 2"),
)
SETUP = Setup(
    policy=Policy(),
    points=(
        PointSetup(code="P-1", name_zh="点位", name_en="Point", lon=120.2, lat=30.3, depot=True),
    ),
    markets=(
        MarketSetup(
            code="M-1", name_zh="市场", name_en="Market", lon=120.2, lat=30.3,
            opens=time(5), closes=time(20),
        ),
    ),
    items=(
        ItemSetup(
            name_zh="土豆", name_en="potato", base="g", default_unit="斤", units={"个": 200},
            weight_mg=1000, volume_ul=1600, category="vegetable", cold=False,
            household_limit=10_000, substitute_class="root", aliases=("洋芋",),
        ),
        ItemSetup(
            name_zh="鸡蛋", name_en="egg", base="piece", default_unit="个",
            units={"个": 1, "板": 30}, weight_mg=60_000, volume_ul=90_000, category="egg",
            cold=False, household_limit=60,
        ),
        ItemSetup(
            name_zh="纯牛奶", name_en="milk", base="ml", default_unit="箱",
            units={"箱": 3000, "盒": 250}, weight_mg=1030, volume_ul=1150, category="dairy",
            cold=False, household_limit=12_000, aliases=("牛奶",),
        ),
    ),
)  # fmt: skip


def prepare(session: Session) -> Run:
    set_up(session, DistrictSetup(name="试区"), SETUP, PLACES, actor="cli", at=AT)
    return create_run(session, "试区", date(2022, 4, 13), 1, cutoff_at=CUTOFF, actor="cli", at=AT)


@pytest.fixture
def run(session: Session) -> Run:
    return prepare(session)
