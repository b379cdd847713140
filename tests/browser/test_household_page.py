"""A household's page in a real browser: scan, room, list, look, send, change, follow, report."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import expect

from logistics.domain.custody import Scan, ScanKind
from logistics.store import bag_reports, household_bags, lists, photos, places, runs
from logistics.usecases.announce import announce
from logistics.usecases.create_run import create_run
from logistics.usecases.cut_off import cut_off
from logistics.usecases.record_scans import BagEvent, record_scans
from tests.browser.conftest import PHONE, Visitor
from tests.browser.town import TOWN, ZONE, Service

NARROW = {"width": 320, "height": 640}
SAID = "青菜2斤 鸡蛋一板 不要香菜"
PAGES = ("/my", "/my/order", "/my/order/vegetable", "/my/order/package", "/my/errand",
         "/my/report", "/my/announcements")  # fmt: skip


def without_list(service: Service) -> str:
    """Name a household that asked for nothing yet, in a stairwell of its own."""
    with service.database() as database, database.read() as session:
        area = places.district_by_name(session, TOWN)
        homes = places.households(session, area.id)
    return next(one.code for one in reversed(homes) if one.code not in service.town.households)


def lists_of(service: Service, household: str):
    with service.database() as database, database.read() as session:
        return lists.of_household(session, None, household)


def fair(person: Visitor) -> None:
    """Hold a page to what old phones and screen readers need, at twice the text size, too."""
    assert person.inaccessible() == [], person.page.url
    assert not person.too_wide(), person.page.url
    person.page.evaluate("document.documentElement.style.fontSize = '200%'")
    person.page.set_viewport_size(NARROW)
    assert not person.too_wide(), f"{person.page.url} at 200 %"
    person.page.evaluate("document.documentElement.style.fontSize = ''")
    person.page.set_viewport_size(PHONE)


def test_a_scanned_notice_leads_within_100_kilobytes_to_a_list_that_is_sent(serve, visit):
    service = serve("open")
    household = without_list(service)
    stairwell, _, room = household.rpartition("-")
    person = visit(PHONE)
    page, weights = person.page, []
    wire = person.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda one: weights.append(one["encodedDataLength"]))
    page.goto(service.link("door", place=stairwell))
    page.locator("input[name=room]").fill(room)
    page.locator("main form button").click()
    page.wait_for_url("**/my")
    assert page.get_by_role("heading", name=f"我家 {room}").is_visible()
    assert "还有" in page.locator("[data-until]").first.inner_text()
    page.get_by_role("link", name="报清单").click()
    page.get_by_role("button", name="蔬菜").click()
    more = page.get_by_role("button", name="加 土豆", exact=True)
    more.click()
    more.click()
    expect(page.get_by_label("土豆的数量，单位：斤")).to_have_value("1")
    page.get_by_role("button", name="挑好了").click()
    page.locator("#text").fill(SAID)
    page.locator("#order").get_by_role("button", name="看看对不对").first.click()
    shown = page.locator("ul.understood").inner_text()
    assert [word in shown for word in ("土豆 1 斤", "青菜 2 斤", "鸡蛋 1 板")] == [True] * 3
    assert "原话：鸡蛋一板" in shown
    assert "看图挑选" in shown
    assert page.get_by_text("备注：不要香菜").is_visible()
    assert 20_000 < sum(weights) < 100_000, f"{sum(weights):,} bytes until a list can be sent"
    fair(person)
    page.get_by_role("button", name="发送清单").click()
    page.wait_for_url("**/my/list/**")
    assert page.get_by_role("status").first.inner_text().startswith("清单已收到")
    fair(person)
    (sent,) = lists_of(service, household)
    assert {(one.item, one.quantity) for one in sent.lines} == {
        ("土豆", 500), ("青菜", 1000), ("鸡蛋", 30),
    }  # fmt: skip
    assert sent.channel == "link"


def test_a_list_is_changed_until_the_cut_off_and_then_goes_into_the_next_run(serve, visit):
    service = serve("open")
    household = without_list(service)
    person = visit(PHONE)
    page = person.come_in(service.link("household", household=household))
    page.goto(f"{service.address}/my/order")
    page.locator("#text").fill(f"土豆1斤 {SAID}")
    page.locator("#order").get_by_role("button", name="看看对不对").first.click()
    page.get_by_role("button", name="发送清单").click()
    page.wait_for_url("**/my/list/**")
    page.get_by_role("button", name="改清单").click()
    page.get_by_role("button", name="减 鸡蛋", exact=True).click()
    page.get_by_role("button", name="加 青菜", exact=True).click()
    page.locator("#order").get_by_role("button", name="看看对不对").first.click()
    page.get_by_role("button", name="土豆: 不要换别的").click()
    page.get_by_role("button", name="发送更改").click()
    page.wait_for_url("**/my/list/**")
    (changed,) = lists_of(service, household)
    assert changed.version == 2
    assert {(one.item, one.quantity) for one in changed.lines} == {("土豆", 500), ("青菜", 1250)}
    assert next(one for one in changed.lines if one.item == "土豆").substitution == "none"
    assert changed.note == "不要香菜"

    page.goto(f"{service.address}/my/order")
    page.locator("#text").fill("大米一袋")
    page.locator("#order").get_by_role("button", name="看看对不对").first.click()
    at = datetime.now(UTC)
    with service.database() as database:
        database.run(lambda s: cut_off(s, service.town.run, actor="test", at=at))
        day = at.astimezone(ZoneInfo(ZONE)).date() + timedelta(days=1)
        later = database.run(
            lambda s: create_run(
                s, TOWN, day, 1, cutoff_at=at + timedelta(hours=8), actor="test", at=at
            )
        )
    page.get_by_role("button", name="发送清单").click()
    expect(page.get_by_role("alert")).to_contain_text("已经截单")
    assert "现在报的清单进下一波" in page.locator("main").inner_text()
    person.complaints.clear()  # the browser tells of the 409 itself
    page.get_by_role("button", name="发送清单").click()
    page.wait_for_url("**/my/list/**")
    assert [one.run_id for one in lists_of(service, household)][-1] == later.id
    page.goto(f"{service.address}/my/list/{changed.id}")
    assert page.get_by_role("button", name="改清单").count() == 0
    assert page.locator("ol.stages li.now").inner_text() == "已收到"


def test_what_is_not_clear_is_asked_and_answered_by_a_touch(serve, visit):
    service = serve("open")
    household = without_list(service)
    person = visit(PHONE)
    page = person.come_in(service.link("household", household=household))
    page.goto(f"{service.address}/my/order")
    page.locator("#text").fill("肉2斤，土豆三箱，来点水果，抽纸两包")
    page.locator("#order").get_by_role("button", name="看看对不对").first.click()
    assert page.get_by_role("heading", name="请说清楚（3）").is_visible()
    fair(person)
    page.get_by_role("button", name="五花肉").click()
    potatoes = page.locator("form.doubt", has_text="土豆三箱")
    potatoes.get_by_label("多少").fill("1.5")
    potatoes.get_by_role("button", name="就这样: 土豆").click()
    fruit = page.locator("form.doubt", has_text="点水果")
    fruit.get_by_label("换个说法").fill("苹果3斤")
    fruit.get_by_role("button", name="就这样").click()
    expect(page.locator("form.doubt")).to_have_count(0)
    page.get_by_role("button", name="发送清单").click()
    page.wait_for_url("**/my/list/**")
    (sent,) = lists_of(service, household)
    assert {(one.item, one.quantity) for one in sent.lines} == {
        ("五花肉", 1000), ("土豆", 750), ("苹果", 1500), ("抽纸", 2),
    }  # fmt: skip
    assert sent.state == "accepted"


def test_in_english_bags_are_followed_and_confirmed_on_pages_that_everybody_can_read(serve, visit):
    service = serve("released")
    household = service.town.households[0]
    deliver(service, household)
    at = datetime.now(UTC)
    with service.database() as database:
        database.run(
            lambda s: announce(
                s, TOWN, text_zh="明早九点做核酸", text_en="Testing at nine", actor="test", at=at
            )
        )
    person = visit(PHONE, locale="en-GB")
    page = person.come_in(service.link("household", household=household))
    assert page.get_by_text("Testing at nine").is_visible()
    for path in PAGES:
        page.goto(f"{service.address}{path}")
        fair(person)
    page.goto(f"{service.address}/my")
    assert page.locator("article ol.stages li.now").first.inner_text() == "at the drop slot"
    page.get_by_role("link", name="See how far it is").first.click()
    assert page.get_by_text("in full").first.is_visible()
    page.get_by_role("button", name=re.compile("^I have it")).first.click()
    assert page.get_by_role("status").first.inner_text() == "You said that you have it"
    fair(person)


def test_a_problem_is_reported_with_a_photo_and_what_is_no_photo_is_refused(
    serve, visit, tmp_path: Path
):
    service = serve("released")
    household = service.town.households[0]
    deliver(service, household)
    person = visit(PHONE, locale="en-GB")
    page = person.come_in(service.link("household", household=household))
    page.get_by_role("link", name="See how far it is").first.click()
    page.get_by_role("link", name=re.compile("^Something is wrong")).first.click()
    page.get_by_label("damaged").check()
    page.get_by_label("Which goods?").select_option(index=1)
    page.get_by_label("How much?").fill("0.5")
    page.get_by_label("Note").fill("bruised")
    notes = tmp_path / "notes.txt"
    notes.write_text("no picture", encoding="utf-8")
    page.get_by_label("Photo").set_input_files(notes)
    page.get_by_role("button", name="Send").click()
    assert "is no picture" in page.get_by_role("alert").inner_text()
    person.complaints.clear()  # the browser tells of the 422 itself
    camera = tmp_path / "camera.jpg"
    Image.new("RGB", (2400, 1800), "olive").save(camera)
    page.get_by_label("Photo").set_input_files(camera)
    page.get_by_role("button", name="Send").click()
    assert page.get_by_role("status").first.inner_text().startswith("It is here")
    expect(page.locator("img.photo")).to_have_js_property("naturalWidth", 1600)
    fair(person)
    with service.database() as database, database.read() as session:
        home = places.household_by_code(session, household)
        (report,) = bag_reports.of_household(session, home.id)
        (bag,) = household_bags.of_household(session, report.run_id, home.id)
        assert photos.get(session, report.photo_id).width == 1600
    assert (report.kind, report.quantity, report.note, report.now) == (
        "damaged", 250, "bruised", "refund",
    )  # fmt: skip
    assert bag.state == "disputed"


def test_a_repair_is_asked_for_and_no_longer_needed(serve, visit):
    service = serve("open")
    person = visit(PHONE, locale="en-GB")
    page = person.come_in(service.link("household", household=without_list(service)))
    page.get_by_role("link", name="Repair").click()
    page.get_by_label("Tell us more").fill("The kitchen tap drips")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/my/errand?done=1")
    assert page.get_by_role("heading", name="Repair received").is_visible()
    page.get_by_role("button", name=re.compile("^No longer needed")).click()
    assert page.get_by_role("heading", name="Repair cancelled").is_visible()
    fair(person)


def deliver(service: Service, household: str) -> None:
    """Let a household's bags lie at the slot."""
    at = datetime.now(UTC)
    with service.database() as database, database.transaction() as session:
        run = runs.get(session, service.town.run)
        home = places.household_by_code(session, household)
        events = [
            BagEvent(
                bag=bag.code,
                scan=Scan(key=f"t/{bag.code}", kind=ScanKind.DROP, at=at, by="courier:C1"),
            )
            for bag in household_bags.of_household(session, run.id, home.id)
        ]
        record_scans(session, run.id, events, actor="test", at=at)


def test_the_main_path_works_without_scripts(serve, visit):
    service = serve("open")
    household = without_list(service)
    stairwell, _, room = household.rpartition("-")
    page = visit(PHONE, java_script_enabled=False).page
    page.goto(service.link("door", place=stairwell))
    page.locator("input[name=room]").fill(room)
    page.locator("main form button").click()
    page.get_by_role("link", name="报清单").click()
    page.locator("#text").fill(SAID)
    page.get_by_role("button", name="水果").click()
    page.get_by_role("button", name="加 苹果", exact=True).click()
    assert page.get_by_label("苹果的数量，单位：斤").input_value() == "0.5"
    page.get_by_role("button", name="挑好了").click()
    assert page.locator("#text").input_value() == SAID
    page.locator("#order").get_by_role("button", name="看看对不对").first.click()
    page.get_by_role("button", name="发送清单").click()
    assert page.get_by_role("status").first.inner_text().startswith("清单已收到")
    page.get_by_text("取消清单").first.click()
    page.locator("button[value=cancel]").click()
    (sent,) = lists_of(service, household)
    assert sent.state == "cancelled"
    page.get_by_role("link", name="请人代办").click()
    page.get_by_label("取快递").check()
    page.get_by_label("具体说说").fill("驿站取件，取件码 3-2-8801")
    page.get_by_role("button", name="发送").click()
    assert page.get_by_role("heading", name="取快递 已收到").is_visible()


def test_a_list_sent_without_a_network_waits_and_is_sent_once(serve, visit):
    service = serve("open")
    household = without_list(service)
    person = visit(PHONE)
    page = person.come_in(service.link("household", household=household))
    page.goto(f"{service.address}/my/order")
    page.locator("#text").fill("土豆2斤")
    page.locator("#order").get_by_role("button", name="看看对不对").first.click()
    page.wait_for_url("**/my/order/preview**")
    page.wait_for_load_state()  # the page keeps what cannot be sent only once its script is there
    person.context.set_offline(True)
    page.get_by_role("button", name="发送清单").click()
    expect(page.locator("#said")).to_contain_text("有网后自动发送")
    page.get_by_role("button", name="发送清单").click()  # impatience changes nothing
    assert lists_of(service, household) == ()
    person.context.set_offline(False)
    page.wait_for_url("**/my/list/**")
    assert len(lists_of(service, household)) == 1
    page.goto(f"{service.address}/my")
    page.wait_for_load_state("networkidle")
    assert len(lists_of(service, household)) == 1
    person.complaints.clear()  # the browser tells of the lost network itself
