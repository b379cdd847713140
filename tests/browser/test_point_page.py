"""The point team's pages in a real browser: counts, packing by scan, the board of departures."""

from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import select

from logistics.store import tables as t
from logistics.usecases.depart_trip import depart_trip
from logistics.usecases.pack_bags import pack_bags
from logistics.usecases.share_out import share_out
from tests.browser.conftest import DESK, PHONE


def team(service, visit, point="P1", **more):
    person = visit(more.pop("viewport", PHONE), **more)
    page = person.come_in(service.link("point-team", place=point))
    page.wait_for_url("**/point/*")
    return person, page


def labels(service, point: str) -> dict[str, str]:
    """Read what the labels of a point's bags say, by code."""
    with service.database() as database, database.read() as session:
        return dict(session.execute(
            select(t.bag.c.code, t.bag_token.c.token)
            .join(t.bag_token, t.bag_token.c.bag_id == t.bag.c.id)
            .join(t.place, t.place.c.id == t.bag.c.point_id)
            .where(t.place.c.code == point).order_by(t.bag.c.code)
        ).all())  # fmt: skip


def state_of(service, code: str) -> str:
    with service.database() as database, database.read() as session:
        return session.scalar(select(t.bag.c.state).where(t.bag.c.code == code))


@pytest.fixture
def to_pack(serve):
    """The town with its bags made up and nothing packed."""
    service = serve("received")
    at = datetime.now(UTC)
    with service.database() as database:
        run = service.town.run
        database.run(lambda s: share_out(s, run, actor="test", at=at))
        database.run(lambda s: pack_bags(s, run, actor="test", at=at, confirm=False))
    return service


def test_goods_are_counted_and_accepted(serve, visit):
    service = serve("ordered")
    person, page = team(service, visit)
    assert page.url.split("?")[0].endswith("/point/goods")
    eggs = page.get_by_label("鸡蛋: 实收")
    asked = float(eggs.input_value())
    eggs.fill(str(asked - 1))
    page.get_by_label("鸡蛋: 其中损坏").fill("2")
    page.get_by_label("五花肉: 溯源码").fill("TEST-1")
    page.get_by_role("button", name="清点无误,收下").click()
    assert f"已到 {asked - 1:g} 个" in page.locator("main").inner_text()
    assert page.get_by_label("鸡蛋: 实收").input_value() == "1"  # one is still to come
    page.get_by_label("鸡蛋: 实收").fill("0")
    assert person.inaccessible() == []


def test_a_scanner_opens_bags_which_are_sealed_or_reported_short(to_pack, visit):
    person, page = team(to_pack, visit)
    known = labels(to_pack, "P1")
    first, second, *_ = known
    assert page.locator("#scan").evaluate("e => e === document.activeElement")
    page.keyboard.type(known[first])  # as a hand scanner types
    page.keyboard.press("Enter")
    page.wait_for_url("**/point/bag*")
    assert first in page.locator("h2#bag").inner_text()
    for box in page.locator("[data-good]").all():
        box.check()
    goods = page.locator("[data-good]").count()
    assert f"已核对 {goods}/{goods} 样" in page.locator("[data-tally]").inner_text()
    page.get_by_role("button", name="齐了,封袋").click()
    page.wait_for_url("**/point/packing*")
    assert f"{first} 已装好封袋" in page.locator("main").inner_text()
    assert state_of(to_pack, first) == "sealed"
    page.keyboard.type(second.lower())
    page.keyboard.press("Enter")
    page.wait_for_url("**/point/bag*")
    page.locator("details summary").last.click()
    page.locator("button[value=damaged]").last.click()
    page.wait_for_url("**said=short*")
    assert page.get_by_text("已登记").is_visible()
    page.locator("#scan").fill("ZZZ-9")
    page.locator("#scan").press("Enter")
    assert page.get_by_role("alert").inner_text() == "这个点位没有袋子 ZZZ-9。"
    person.complaints.clear()


def test_the_board_follows_departures_and_lets_trips_leave(serve, visit):
    service = serve("released")
    person, page = team(service, visit, viewport=DESK, locale="en-GB")
    trips = page.locator(".trip")
    at_first = trips.count()
    assert at_first >= 2
    codes = [one.get_attribute("id").removeprefix("trip-") for one in trips.all()]
    departs = [one.locator(".time").inner_text() for one in trips.all()]
    assert departs == sorted(departs)
    page.get_by_text("as of").wait_for()
    page.get_by_role("button", name="depart").first.click()
    page.wait_for_url("**/point/trips*")
    assert page.locator(".trip").count() == at_first - 1
    page.get_by_text("as of").wait_for()
    with service.database() as database:  # another phone of the team says that the next has left
        at = datetime.now(UTC)
        database.run(lambda s: depart_trip(
            s, service.town.run, codes[1], since=at, actor="test", at=at
        ))  # fmt: skip
    page.locator(f"#trip-{codes[1]}").wait_for(state="detached", timeout=25_000)
    assert page.get_by_text("Gone: 2").is_visible()
    assert person.inaccessible() == []


def test_a_team_sees_no_other_points_bags_and_prints_its_own(serve, visit):
    service = serve("released")
    person, page = team(service, visit, point="P2")
    other = next(iter(labels(service, "P1")))
    page.goto(f"{service.address}/point/bag?bag={other}")
    assert page.get_by_role("alert").inner_text() == f"这个点位没有袋子 {other}。"
    assert page.goto(f"{service.address}/point/trips?point=P1").status == 403
    page.goto(f"{service.address}/point/packing")
    link = page.get_by_role("link", name="打印打包单").get_attribute("href")
    cookies = {one["name"]: one["value"] for one in person.context.cookies()}
    paper = httpx.get(service.address + link, cookies=cookies, timeout=60)
    assert paper.content.startswith(b"%PDF")
    person.complaints.clear()


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_every_part_is_accessible_at_320_pixels_and_at_twice_the_size(to_pack, visit, locale):
    person, page = team(to_pack, visit, locale=locale)
    code = next(iter(labels(to_pack, "P1")))
    for part in ("goods", "packing", "trips", f"bag?bag={code}"):
        page.goto(f"{to_pack.address}/point/{part}")
        assert person.inaccessible() == [], part
        page.set_viewport_size({"width": 320, "height": 640})
        assert not person.too_wide(), part
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert not person.too_wide(), part
        page.set_viewport_size(PHONE)
