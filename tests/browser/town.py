"""A small town in the middle of its day, for pages that are looked at in a real browser."""

import shutil
import socket
import sqlite3
import time
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from api.access import links, staff
from api.receiving import take_in
from geodata.district import write_district
from geodata.generated import generate_district
from logistics.domain.items import Item
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
from logistics.exchange.catalogue_book import starting_book
from logistics.store import places
from logistics.store.session import Database, open_database
from logistics.usecases.create_run import create_run
from logistics.usecases.cut_off import cut_off
from logistics.usecases.import_catalogue import import_catalogue
from logistics.usecases.pack_bags import pack_bags
from logistics.usecases.place_orders import place_orders
from logistics.usecases.plan_run import plan_run
from logistics.usecases.release_run import release_run
from logistics.usecases.set_up import set_up
from logistics.usecases.share_out import share_out
from logistics.usecases.take_list import take_list
from tests.browser import forked

TOWN = "试区"
ZONE = "Asia/Shanghai"
PASSWORD = "long enough 4 tests"  # noqa: S105  of accounts that live for one test
GOODS = {
    "青菜": 500, "土豆": 500, "西红柿": 500, "鸡蛋": 30, "大米": 5000, "五花肉": 500, "牛奶": 12,
}  # fmt: skip
ASKED = ("青菜2斤 鸡蛋30个", "土豆3斤", "番茄2斤 青菜1斤", "五花肉1斤 土豆1斤", "大米5公斤")
STAGES = ("open", "ordered", "received", "packed", "released")


@dataclass
class Town:
    """Databases of one day at each of its stages, and what they are about."""

    folder: Path
    run: str = ""  # today's
    next_run: str = ""  # tomorrow's, which is open
    households: list[str] = field(default_factory=list)  # that asked for something today
    couriers: tuple[str, ...] = ("C1", "C2", "C3")
    points: tuple[str, ...] = ("P1", "P2")

    def stage(self, name: str) -> Path:
        return self.folder / f"{name}.db"


def build_town(folder: Path) -> Town:
    """Walk the small town through today, and keep its database at each stage."""
    town = Town(folder)
    live = folder / "live.db"
    database = open_database(f"sqlite:///{live}")
    database.migrate()
    at = datetime.now(UTC)
    _found(database, folder, at)
    today = at.astimezone(ZoneInfo(ZONE)).date()
    with database.transaction() as session:
        area = places.district_by_name(session, TOWN)
        homes = places.households(session, area.id)
        cutoff = at + timedelta(hours=3)
        town.run = create_run(session, TOWN, today, 1, cutoff_at=cutoff, actor="test", at=at).code
        for number, home in enumerate(homes[:: len(homes) // 24][:24]):
            take_list(session, town.run, home.code, [], text=ASKED[number % len(ASKED)],
                      channel="hotline", actor="test", at=at)  # fmt: skip
            town.households.append(home.code)
    _keep(live, town.stage("open"))
    _walk(database, town, live, at)
    database.close()
    return town


def _walk(database: Database, town: Town, live: Path, at: datetime) -> None:
    run = town.run
    database.run(lambda s: cut_off(s, run, actor="test", at=at))
    day = at.astimezone(ZoneInfo(ZONE)).date() + timedelta(days=1)
    town.next_run = database.run(
        lambda s: create_run(
            s, TOWN, day, 1, cutoff_at=at + timedelta(hours=6), actor="test", at=at
        )
    ).code
    database.run(lambda s: place_orders(s, run, actor="test", at=at))
    _keep(live, town.stage("ordered"))
    database.run(
        lambda s: take_in(s, run, None, as_ordered=True, finish=True, actor="test", at=at)
    )
    _keep(live, town.stage("received"))
    database.run(lambda s: share_out(s, run, actor="test", at=at))
    database.run(lambda s: pack_bags(s, run, actor="test", at=at))
    _keep(live, town.stage("packed"))
    plan_run(database, run, time_limit_s=6, seed=1, actor="test", at=at)
    database.run(lambda s: release_run(s, run, actor="test", at=at))
    _keep(live, town.stage("released"))


def _found(database: Database, folder: Path, at: datetime) -> None:
    ground = generate_district("small", 1, TOWN)
    write_district(ground, folder / "district")
    book = starting_book()
    with database.transaction() as session:
        import_catalogue(session, book.items, book.packages, ambiguous=book.ambiguous,
                         said=book.said, actor="test", at=at)  # fmt: skip
        first, *_, last = ground.places()
        points = [
            PointSetup(code="P1", name_zh="南门点位", name_en="South point", lon=first.lon,
                       lat=first.lat, depot=True, bays=2),
            PointSetup(code="P2", name_zh="北门点位", name_en="North point", lon=last.lon,
                       lat=last.lat),
        ]  # fmt: skip
        market = MarketSetup(code="M1", name_zh="菜场", name_en="Market", lon=first.lon,
                             lat=first.lat, opens=clock(5), closes=clock(18))  # fmt: skip
        riders = [
            CourierSetup(
                code=code, mode="ebike", capacity_g=80_000, capacity_ml=200_000, capacity_bags=6,
                shift_start=clock(0), shift_end=clock(23, 59), max_trips=9, zone_max=2,
                point_code=point,
            )
            for code, point in (("C1", "P1"), ("C2", "P2"), ("C3", "P1"))
        ]  # fmt: skip
        setup = Setup(
            policy=Policy(time_zone=ZONE, wave_start=clock(0), wave_end=clock(23, 59)),
            points=tuple(points),
            markets=(market,),
            couriers=tuple(riders),
            items=tuple(_again(item) for item in book.items if item.name_zh in GOODS),
            offers=tuple(
                OfferSetup(market_code="M1", item=item, case_base=case, price_fen=500)
                for item, case in GOODS.items()
            ),
        )
        head = DistrictSetup(
            name=TOWN, folder=str(folder / "district"), synthetic=True,
            attribution=ground.attribution, source_digest=ground.digest,
        )  # fmt: skip
        report = set_up(session, head, setup, ground.places(), actor="test", at=at)
        assert not report.faults, report.faults


def _again(item: Item) -> ItemSetup:
    """Say an item of the catalogue again, as a setup does for what it has offers of."""
    known = {one.name for one in fields(ItemSetup)} & {one.name for one in fields(Item)}
    return ItemSetup(**{name: getattr(item, name) for name in known})


def _keep(live: Path, kept: Path) -> None:
    """Copy a database with what its log holds."""
    with sqlite3.connect(live) as of, sqlite3.connect(kept) as to:
        of.backup(to)
    of.close()
    to.close()


@dataclass
class Service:
    """The service as a process of its own on a copy of the town."""

    town: Town
    address: str
    url: str

    def link(self, role: str, **whose: str) -> str:
        """Make a personal link and give its address; ``household``, ``courier`` or ``place``."""
        with self.database() as database:
            _, secret = database.run(
                lambda s: links.make(
                    s, role, district=TOWN, actor="test", at=datetime.now(UTC), **whose
                )
            )
        return f"{self.address}/h/{secret}"

    def staff(self, login: str, role: str, **scope: str) -> str:
        """Make an account with a role; the password is PASSWORD."""
        at = datetime.now(UTC)
        with self.database() as database, database.transaction() as session:
            staff.take_on(session, login, PASSWORD, actor="test", at=at)
            staff.give_role(session, login, role, district=TOWN, actor="test", at=at, **scope)
        return login

    def database(self) -> "_Opened":
        return _Opened(self.url)


class _Opened:
    def __init__(self, url: str) -> None:
        self._database = open_database(url)

    def __enter__(self) -> Database:
        return self._database

    def __exit__(self, *_: object) -> None:
        self._database.close()


class Running:
    """A service that is started and stopped; ``restart`` keeps its address and database."""

    def __init__(self, town: Town, stage: str, folder: Path) -> None:
        self.file = folder / "service.db"
        shutil.copy(town.stage(stage), self.file)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.service = Service(town, f"http://127.0.0.1:{self.port}", f"sqlite:///{self.file}")
        self.log = folder / "service.log"

    def start(self) -> Service:
        self.process = forked.serve(self.port, self.service.url, self.log)
        for _ in range(300):
            try:
                if httpx.get(f"{self.service.address}/healthz").status_code == 200:
                    return self.service
            except httpx.TransportError:
                time.sleep(0.2)
        raise AssertionError(self.log.read_text(encoding="utf-8")[-3000:])

    def stop(self) -> None:
        """End it, as an operator would; it may be started again."""
        self.process.terminate()
        self.process.join(30)
        assert not self.process.is_alive(), "the service does not end"
