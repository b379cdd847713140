"""A small set-up district, and registers written for it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from geodata.district import MapPlace
from logistics.domain.setup import DistrictSetup, PointSetup, Policy, Setup
from logistics.store.session import Database
from logistics.usecases.import_registry import import_registry
from logistics.usecases.set_up import set_up

AT = datetime(2026, 4, 13, 2, tzinfo=UTC)  # 10:00 in Hangzhou
SPOT = {"lon": 120.2, "lat": 30.3}


def _place(
    id_: str, kind: str, parent: str | None, code: str, zh: str, **more: object
) -> MapPlace:
    return MapPlace(
        id=id_, kind=kind, parent_id=parent, code=code, name_zh=zh, name_en=code, **SPOT, **more
    )


MAP = (
    _place("c1", "compound", None, "KX-01", "春江花园"),
    _place("b1", "building", "c1", "KX-01-01", "春江花园1幢", levels=3),
    _place("s1", "stairwell", "b1", "KX-01-01-1", "春江花园1幢1单元", levels=3),
    _place("s2", "stairwell", "b1", "KX-01-01-2", "春江花园1幢2单元", levels=3),
    _place("b2", "building", "c1", "KX-01-02", "春江花园2幢"),  # the map is silent on its floors
    _place("s3", "stairwell", "b2", "KX-01-02-1", "春江花园2幢1单元"),
    _place("c2", "compound", None, "KX-02", "笕桥村"),
    _place("b3", "building", "c2", "KX-02-12", "笕桥村12号", levels=2),
    _place("s4", "stairwell", "b3", "KX-02-12-1", "笕桥村12号", levels=2),
    _place("c3", "compound", None, "KX-03", "望江苑"),
    _place("b4", "building", "c3", "KX-03-01", "望江苑1幢", levels=2),
    _place("s5", "stairwell", "b4", "KX-03-01-1", "望江苑1幢1单元", levels=2),
)
HEADER = "小区,幢,单元,室,类型,人数,代报,成员,称呼,年龄,需求,起始日,截止日,同意日期,同意登记"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """SQLite alone; what differs between databases is walked through once on both."""
    return sqlite_database


@pytest.fixture
def area(session: Session) -> str:
    """The id of a district that is set up."""
    setup = Setup(
        policy=Policy(),
        points=(PointSetup(code="P1", depot=True, name_zh="点", name_en="point", **SPOT),),
    )
    district = DistrictSetup(name="凯旋", synthetic=True)
    return set_up(session, district, setup, MAP, actor="test", at=AT).district.id


@pytest.fixture
def register(tmp_path: Path) -> Callable[..., Path]:
    """Write rows under the usual header into a file."""

    def write(*rows: str, header: str = HEADER, name: str = "register.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join((header, *rows)), encoding="utf-8")
        return path

    return write


@pytest.fixture
def bring(session: Session, area: str, register: Callable[..., Path]):
    """Import rows under the usual header."""

    def call(*rows: str, header: str = HEADER, at: datetime = AT, **more: object):
        path = register(*rows, header=header)
        return import_registry(session, area, [path], actor="test", at=at, **more)

    return call
