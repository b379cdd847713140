"""The leader's page in a real browser: ticks with and without a network, in two languages."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from logistics.domain.custody import Scan, ScanKind
from logistics.store import tables as t
from logistics.usecases.record_scans import BagEvent, record_scans
from tests.browser.conftest import DESK, PHONE

PARTS = ("", "/unheard", "/help", "/links")


def building_of(household: str) -> str:
    return household.rpartition("-")[0].rpartition("-")[0]


def most_bags(service) -> str:
    """Find the building with the most doors that get bags."""
    with service.database() as database, database.read() as session:
        codes = session.scalars(
            select(t.household.c.code).join(t.bag, t.bag.c.household_id == t.household.c.id)
        ).all()
    counts: dict[str, set[str]] = {}
    for code in codes:
        counts.setdefault(building_of(code), set()).add(code)
    return max(sorted(counts), key=lambda one: len(counts[one]))


def drop_all(service) -> None:
    """Let the couriers leave every bag at its slot."""
    at = datetime.now(UTC)
    with service.database() as database, database.transaction() as session:
        rows = session.execute(
            select(t.bag.c.code, t.courier.c.code.label("courier"))
            .join(t.stop_bag, t.stop_bag.c.bag_id == t.bag.c.id)
            .join(t.stop, t.stop.c.id == t.stop_bag.c.stop_id)
            .join(t.trip, t.trip.c.id == t.stop.c.trip_id)
            .join(t.courier, t.courier.c.id == t.trip.c.courier_id)
        ).all()
        events = [
            BagEvent(bag=row.code, scan=Scan(key=f"d/{row.code}", kind=ScanKind.DROP, at=at,
                                             by=f"courier:{row.courier}"))
            for row in rows
        ]  # fmt: skip
        record_scans(session, service.town.run, events, actor="test", at=at)


def said(service, building: str) -> list[str]:
    """List what was said of bags in the leader's name."""
    with service.database() as database, database.read() as session:
        return list(session.scalars(
            select(t.bag_scan.c.kind)
            .where(t.bag_scan.c.by == f"leader:{building}").order_by(t.bag_scan.c.seq)
        ))  # fmt: skip


def visits(service) -> list[str]:
    with service.database() as database, database.read() as session:
        return list(session.scalars(select(t.door_visit.c.answer).order_by(t.door_visit.c.seq)))


@pytest.fixture
def dropped(serve):
    service = serve("released")
    drop_all(service)
    return service


def test_ticks_without_a_network_are_kept_and_each_is_heard_once(dropped, visit):
    building = most_bags(dropped)
    person = visit(PHONE)
    page = person.come_in(dropped.link("leader", place=building))
    page.wait_for_url("**/leader*")
    page.get_by_text("已联网").wait_for()
    doors = page.locator("[data-door]")
    bags = sum(len(one.get_attribute("data-bags").split()) for one in doors.all())
    assert doors.count() >= 2
    person.context.set_offline(True)
    for take in page.locator("button[value=take]").all():
        take.click()
    page.get_by_text("在您手里").first.wait_for()
    doors.nth(0).locator("button[value=hand]").click()
    doors.nth(1).locator("button[value=no-answer]").click()
    page.get_by_text("没有网络").wait_for()
    assert "待发送" in doors.nth(0).locator("[data-state]").inner_text()
    assert said(dropped, building) == []
    page.wait_for_timeout(10_500)  # as long as a tick may be taken back
    person.context.set_offline(False)
    page.get_by_text("都已发送").wait_for(timeout=30_000)
    handed = len(doors.nth(0).get_attribute("data-bags").split())
    kinds = said(dropped, building)
    assert (kinds.count("take"), kinds.count("hand")) == (bags, handed)
    assert visits(dropped) == ["no-answer"]
    page.reload()
    page.get_by_text("都已发送").wait_for()
    assert page.locator(".door.handed").count() == 1
    assert page.locator(".door.no-answer").count() == 1
    assert said(dropped, building) == kinds
    person.complaints.clear()  # the browser tells of the network itself


def test_a_slip_is_taken_back_before_it_is_sent(dropped, visit):
    building = most_bags(dropped)
    person = visit(PHONE, locale="en-GB")
    page = person.come_in(dropped.link("leader", place=building))
    page.get_by_text("Online").wait_for()
    door = page.locator("[data-door]").first
    door.locator("button[value=hand]").click()
    door.get_by_role("button", name="A slip: take it back").click()
    page.get_by_text("Taken back").wait_for()
    assert door.locator("[data-state]").inner_text() == "at the slot"
    page.wait_for_timeout(10_500)
    page.reload()
    assert said(dropped, building) == []


def test_the_page_works_without_scripts_and_shows_no_other_building(dropped, visit):
    building = most_bags(dropped)
    person = visit(PHONE, java_script_enabled=False)
    page = person.come_in(dropped.link("leader", place=building))
    page.locator("button[value=take]").first.click()
    page.locator("button[value=hand]").first.click()
    assert page.locator(".door.handed").count() == 1
    assert said(dropped, building).count("hand") >= 1
    for one in page.locator("[data-door]").all():
        assert building_of(one.get_attribute("data-door")) == building
    other = next(h for h in dropped.town.households if building_of(h) != building)
    for path in (f"?place={building_of(other)}", f"/links?place={building_of(other)}",
                 f"/list?household={other}"):  # fmt: skip
        assert page.goto(f"{dropped.address}/leader{path}").status == 403
    person.complaints.clear()


def test_a_list_is_sent_on_behalf_and_a_link_made_by_keyboard(dropped, visit):
    building = most_bags(dropped)
    person = visit(DESK, locale="en-GB")
    page = person.come_in(dropped.link("leader", place=building))
    page.get_by_role("link", name="No list yet").click()
    waiting = page.locator(".door").count()
    page.get_by_role("link", name="Write their list").first.click()
    page.get_by_label("What they want, and how much").fill("青菜2斤 鸡蛋30个")
    page.get_by_role("button", name="Look before sending").press("Enter")
    assert page.get_by_role("heading", name="Understood: 2").is_visible()
    page.get_by_role("button", name="Yes, send it").press("Enter")
    page.wait_for_url("**/leader/unheard*")
    assert page.locator(".door").count() == waiting - 1
    page.get_by_role("link", name="Household links").click()
    page.get_by_role("button", name="Make").first.press("Enter")
    assert page.get_by_alt_text("QR code that opens your household's page").is_visible()
    assert person.inaccessible() == []


@pytest.mark.parametrize(("locale", "viewport"), [("zh-CN", PHONE), ("en-GB", DESK)])
def test_every_part_is_accessible_at_320_pixels_and_at_twice_the_size(
    dropped, visit, locale, viewport
):
    person = visit(viewport, locale=locale)
    page = person.come_in(dropped.link("leader", place=most_bags(dropped)))
    for part in PARTS:
        page.goto(f"{dropped.address}/leader{part}")
        assert person.inaccessible() == [], part
        page.set_viewport_size({"width": 320, "height": 640})
        assert not person.too_wide(), part
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert not person.too_wide(), part
        page.set_viewport_size(viewport)
