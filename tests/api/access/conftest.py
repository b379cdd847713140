"""A world to be kept apart: two districts, and in the first two of everything."""

import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from api import tokens
from api.access import links
from api.access import staff as members
from api.app import create_app
from api.jobs.streams import Pace
from api.settings import Settings
from geodata.district import MapPlace
from logistics.domain.bag_reports import ReportKind, ReportNext
from logistics.domain.errands import ErrandKind
from logistics.domain.ids import new_id
from logistics.domain.jobs import Job, JobKind, JobState
from logistics.domain.setup import (
    CourierSetup,
    DistrictSetup,
    ItemSetup,
    MarketSetup,
    OfferSetup,
    PointSetup,
    Policy,
    Setup,
)
from logistics.store import bag_reports, couriers, jobs, photos, places, web_sessions
from logistics.store import tables as t
from logistics.store.session import Database, open_database
from logistics.usecases.announce import announce
from logistics.usecases.assign_steward import assign_steward
from logistics.usecases.create_run import create_run
from logistics.usecases.run_errand import take_errand
from logistics.usecases.set_up import set_up
from logistics.usecases.take_list import take_list
from solver.formats.native import read_problem
from solver.formats.plan_json import write_plan
from solver.formats.problem_out import write_problem
from solver.search import solve

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have httpx's successor
    from fastapi.testclient import TestClient

SPOT = {"lon": 120.2, "lat": 30.3, "name_zh": "处", "name_en": "spot"}
STEWARD_PASSWORD = "long enough 4 tests"  # noqa: S105  of an account that lives for one test
KAIXUAN, JIANQIAO = "Kaixuan", "Jianqiao"
ITEM = ItemSetup(
    name_zh="土豆", name_en="potato", base="g", default_unit="斤", units={},
    weight_mg=1000, volume_ul=1500, category="vegetable", cold=False, household_limit=10_000,
)  # fmt: skip
COURIER = CourierSetup(
    code="K1", mode="ebike", capacity_g=80_000, capacity_ml=200_000, capacity_bags=6,
    shift_start=time(8), shift_end=time(17), max_trips=9, zone_max=2, point_code="P1",
)  # fmt: skip


ERRAND = read_problem(
    {"vehicles": [{"id": 1, "start_index": 0, "profile": "foot"}],
     "jobs": [{"id": 1, "location_index": 0}], "matrices": {"foot": {"durations": [[0]]}}}
)  # fmt: skip
PROBLEM = write_problem(ERRAND)
PLAN = write_plan(ERRAND, solve(ERRAND, engine="construct", step_limit=1))


@dataclass
class Side:
    """What paths name on one side of the border between mine and others'."""

    district: str
    compound: str
    building: str
    stairwell: str
    household: str
    point: str
    courier: str
    run: str = ""
    list_id: str = ""
    errand_id: str = ""
    report_id: str = ""
    photo_id: str = ""
    announcement_id: str = ""
    bag: str = ""
    trip: str = ""
    link_id: str = ""
    job_id: str = ""


class World:
    """The service, tokens of each role over the first side, and the sides."""

    def __init__(self, database: Database) -> None:
        self.database, self.at = database, datetime.now(UTC)
        self.inside = Side(
            KAIXUAN, "KX-01", "KX-01-01", "KX-01-01-1", "KX-01-01-1-101", "P1", "K1"
        )
        self.outside = Side(
            KAIXUAN, "KX-02", "KX-02-01", "KX-02-01-1", "KX-02-01-1-101", "P2", "K2"
        )
        self.foreign = Side(
            JIANQIAO, "JQ-01", "JQ-01-01", "JQ-01-01-1", "JQ-01-01-1-101", "P1", "K1"
        )
        self.tokens: dict[str, str] = {}
        self.steward = ""  # secret of a steward's session

    def sides(self) -> dict[str, Side]:
        return {"inside": self.inside, "outside": self.outside, "foreign": self.foreign}

    def credentials(self, role: str) -> dict[str, str]:
        """Headers by which a role is let in: a steward is a person at a browser."""
        if role == "steward":
            return {"Cookie": f"supplyloop={self.steward}", "Sec-Fetch-Site": "same-origin"}
        return {"Authorization": f"Bearer {self.tokens[role]}"}

    def build(self) -> None:
        with self.database.transaction() as session:
            for number, (name, prefix) in enumerate(((KAIXUAN, "KX"), (JIANQIAO, "JQ"))):
                compounds = ("01", "02") if name == KAIXUAN else ("01",)
                _set_up(session, name, prefix, compounds, self.at)
                run = create_run(
                    session, name, self.at.date() + timedelta(days=1), number + 1,
                    cutoff_at=self.at + timedelta(hours=2), actor="test", at=self.at,
                )  # fmt: skip
                for side in self.sides().values():
                    if side.district == name:
                        side.run = run.code
                        self._furnish(session, side, run.id)
                        self._say(session, side, run.id)
            self._hand_out(session)
            self._take_on_steward(session)

    def _furnish(self, session, side: Side, run_id: str) -> None:
        taken = take_list(
            session, run_id, side.household, [], text="土豆2斤", client_ref=None,
            channel="api", actor="test", at=self.at,
        )  # fmt: skip
        side.list_id = taken.id
        side.errand_id = take_errand(
            session, side.household, ErrandKind.PARCEL, "驿站取件", due_at=None, client_ref=None,
            channel="api", actor="test", at=self.at,
        ).id  # fmt: skip
        side.job_id = jobs.add(session, Job(
            id=new_id("jb", self.at), kind=JobKind.PLAN, run_id=run_id, state=JobState.DONE,
            asked_by="test", request={}, created_at=self.at, ended_at=self.at,
        )).id  # fmt: skip
        home = places.household_by_code(session, side.household)
        side.link_id = links.make(
            session, "household", district=side.district, household=side.household,
            actor="test", at=self.at,
        )[0].id  # fmt: skip
        area = places.district_by_name(session, side.district)
        point = places.by_code(session, area.id, side.point)

        rider = couriers.by_code(session, area.id, side.courier)
        tag = f"{side.district}-{side.courier}"
        side.bag, side.trip = f"B-{tag}", f"T-{tag}"
        session.execute(insert(t.bag).values(
            id=f"bag-{tag}", run_id=run_id, household_id=home.id, point_id=point.id,
            code=side.bag, no=1, compartment="ambient", weight_g=1, volume_ml=1,
            state="planned", custodian=f"point:{side.point}",
        ))  # fmt: skip
        session.execute(insert(t.plan).values(
            id=f"plan-{tag}", run_id=run_id, digest="x", problem=PROBLEM, plan=PLAN,
            state="released", seed=1, created_at=self.at,
        ))  # fmt: skip
        session.execute(insert(t.trip).values(
            id=f"trip-{tag}", plan_id=f"plan-{tag}", courier_id=rider.id, point_id=point.id, no=1,
            code=side.trip, departs_s=1, returns_s=2, weight_g=1, volume_ml=1, state="released",
        ))  # fmt: skip
        session.execute(insert(t.stop).values(
            id=f"stop-{tag}", trip_id=f"trip-{tag}", seq=1, stairwell_id=home.stairwell_id,
            arrival_s=1, leave_s=2,
        ))  # fmt: skip
        session.execute(insert(t.stop_bag).values(
            plan_id=f"plan-{tag}", bag_id=f"bag-{tag}", stop_id=f"stop-{tag}"
        ))  # fmt: skip

    def _say(self, session, side: Side, run_id: str) -> None:
        """Announce, photograph and report something."""
        home = places.household_by_code(session, side.household)
        side.announcement_id = announce(
            session, side.district, place=side.building, text_zh="通知", actor="test", at=self.at
        ).id
        side.photo_id = photos.add(
            session, b"a picture", width=1, height=1, district_id=home.district_id,
            household_id=home.id, actor="test", at=self.at,
        ).id  # fmt: skip
        side.report_id = bag_reports.add(
            session, run_id=run_id, household_id=home.id,
            bag_id=f"bag-{side.district}-{side.courier}", line_id=None, kind=ReportKind.WRONG,
            quantity=None, note="", photo_id=side.photo_id, next_action=ReportNext.EXCHANGE,
            channel="link", actor="test", at=self.at,
        )  # fmt: skip

    def _hand_out(self, session) -> None:
        own = {
            "household": {"household_code": self.inside.household},
            "courier": {"courier_code": self.inside.courier, "district_name": KAIXUAN},
            "leader": {"place_code": self.inside.building, "district_name": KAIXUAN},
            "point-team": {"place_code": self.inside.point, "district_name": KAIXUAN},
        }
        for role in ("planner", "buyer", "clerk", "point-team", "courier", "leader", "steward",
                     "household", "duty-officer", "auditor", "administrator"):  # fmt: skip
            owner = own.get(role, {"district_name": KAIXUAN})
            self.tokens[role] = tokens.create(
                session, role=role, label=role, actor="test", at=self.at, **owner
            )

    def _take_on_steward(self, session) -> None:
        at = self.at
        account = members.take_on(session, "care.one", STEWARD_PASSWORD, actor="test", at=at)
        members.give_role(session, "care.one", "steward", district=KAIXUAN, actor="test", at=at)
        assign_steward(session, self.inside.household, "care.one", actor="test", at=at)
        _, self.steward = web_sessions.open_one(
            session, account_id=account.id, language="", expires_at=at + timedelta(hours=9), at=at
        )


def _set_up(session, name: str, prefix: str, compounds: tuple[str, ...], at: datetime) -> None:
    spots = []
    for number in compounds:
        top = f"{prefix}-{number}"
        spots += [
            MapPlace(id=f"c{number}", kind="compound", parent_id=None, code=top, **SPOT),
            MapPlace(id=f"b{number}", kind="building", parent_id=f"c{number}", code=f"{top}-01",
                     levels=1, **SPOT),
            MapPlace(id=f"s{number}", kind="stairwell", parent_id=f"b{number}",
                     code=f"{top}-01-1", **SPOT),
        ]  # fmt: skip
    setup = Setup(
        policy=Policy(),
        points=(PointSetup(code="P1", depot=True, **SPOT), PointSetup(code="P2", **SPOT)),
        markets=(MarketSetup(code="M1", opens=time(5), closes=time(18), **SPOT),),
        couriers=(COURIER, replace(COURIER, code="K2", point_code="P2")),
        items=(ITEM,),
        offers=(OfferSetup(market_code="M1", item="土豆", case_base=5000, price_fen=1800),),
    )
    district = DistrictSetup(name=name, folder="/nowhere", synthetic=True)
    set_up(session, district, setup, tuple(spots), actor="test", at=at)


@pytest.fixture
def world(migrated_file: Path, tmp_path: Path) -> World:
    database = open_database(str(shutil.copy(migrated_file, tmp_path / "world.db")))
    made = World(database)
    made.build()
    return made


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    url = str(world.database._engine.url.render_as_string(hide_password=False))
    world.database.close()
    app = create_app(Settings(database=url))
    app.state.pace = Pace(longest_s=0.0)  # streams say what they know and end
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as opened:
        yield opened
