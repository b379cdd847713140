"""The supply desk in a real browser: a day by keyboard and pointer, and one who may only look."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from logistics.store import plan_views, runs
from logistics.usecases.take_list import take_list
from tests.browser.conftest import DESK
from tests.browser.town import TOWN

SEARCH_S = 90_000  # milliseconds of patience on a busy machine; how long it takes proves nothing
TABS = ("", "triage", "orders", "receiving", "sharing", "packing", "plan", "what-if", "report")


def shot(page: Page, name: str) -> None:
    """Keep a picture for people, where DESK_SHOTS names a folder."""
    if folder := os.environ.get("DESK_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def desk(service, tab: str = "", run: str = "") -> str:
    return f"{service.address}/desk/runs/{run or service.town.run}/{tab}".rstrip("/")


def yes(page: Page) -> None:
    page.on("dialog", lambda dialog: dialog.accept(dialog.default_value))


def state_of(service) -> str:
    with service.database() as database, database.read() as session:
        return runs.get(session, service.town.run).state.value


def ask_what_nobody_understands(service) -> None:
    with service.database() as database:
        for number, text in enumerate(("西红市2斤", "土逗3斤", "神秘的东西1个")):
            database.run(
                lambda s, n=number, t=text: take_list(
                    s, service.town.run, service.town.households[n], [], text=t,
                    channel="hotline", actor="test", at=datetime.now(UTC),
                )
            )  # fmt: skip


def test_a_planner_settles_cuts_off_orders_and_receives_by_keyboard_alone(serve, visit):
    service = serve("open")
    ask_what_nobody_understands(service)
    service.staff("planner", "planner")
    one = visit(DESK)
    page = one.sign_in(service, "planner")
    yes(page)
    expect(page.locator("h1")).to_have_text("指挥台")
    assert one.inaccessible() == []
    shot(page, "home-zh")
    page.get_by_role("link", name=service.town.run).click()
    expect(page.locator("#decisions")).to_contain_text("条清单内容待核")
    expect(page.locator("#live")).to_have_text("实时")
    page.goto(desk(service, "triage"))
    entries = page.locator(".entry")
    before = entries.count()
    assert before >= 2
    assert one.inaccessible() == []
    shot(page, "triage-zh")
    page.keyboard.press("j")  # the first of the queue
    expect(entries.first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(entries.first).to_be_focused()
    if entries.first.locator(".candidate").count():
        page.keyboard.press("1")
    else:
        page.keyboard.press("x")
    expect(entries).to_have_count(before - 1)
    expect(page.locator("#said")).to_contain_text("已")
    while entries.count() > 1:
        left = entries.count()
        page.keyboard.press("x")
        expect(entries).to_have_count(left - 1)
    page.keyboard.press("x")
    expect(page.locator("main")).to_contain_text("没有待核的内容")
    page.goto(desk(service))
    page.get_by_role("button", name="截单").press("Enter")
    expect(page.locator("#said")).to_contain_text("已完成")
    assert state_of(service) == "cut-off"

    page.goto(desk(service, "orders"))
    page.locator("#compare").press("Enter")
    expect(page.locator("#options table")).to_be_visible(timeout=SEARCH_S)
    assert page.locator("#options [data-option]").count() == 3
    assert one.inaccessible() == []
    shot(page, "options-zh")
    page.locator("[data-option=balanced]").press("Enter")
    expect(page.locator("#said")).to_contain_text("已下单", timeout=SEARCH_S)
    assert state_of(service) == "ordered"
    shot(page, "orders-zh")
    papers = page.get_by_role("link", name="打印拣货单").get_attribute("href")
    printed = page.request.get(service.address + papers)
    assert printed.body().startswith(b"%PDF")

    page.goto(desk(service, "receiving"))
    first = page.locator("[name=quantity]").first
    page.locator("[data-fill]").first.press("Enter")
    ordered = int(first.input_value())
    first.fill(str(ordered // 2))
    expect(page.locator(".difference").first).to_contain_text("少")
    first.press("ArrowDown")
    expect(page.locator("[name=quantity]").nth(1)).to_be_focused()
    assert one.inaccessible() == []
    shot(page, "receiving-zh")
    page.get_by_role("button", name="登记到货").press("Enter")
    expect(page.locator("#said")).to_contain_text("已登记")
    expect(page.locator("tr", has_text="少").first).to_be_attached()
    page.get_by_role("button", name="到货完毕").press("Enter")
    expect(page.locator("#said")).to_contain_text("已完成")
    assert state_of(service) == "received"


def test_goods_are_shared_packed_and_planned_with_live_progress_and_kept_at_a_stop(serve, visit):
    service = serve("received")
    service.staff("planner", "planner")
    one = visit(DESK, locale="en-GB")
    page = one.sign_in(service, "planner")
    yes(page)
    page.goto(desk(service, "sharing"))
    page.locator("#ration [name=item]").fill("土豆")
    page.locator("#ration [name=amount]").fill("2斤")
    page.locator("#ration button").click()
    expect(page.locator("[data-lift]")).to_have_count(1)
    page.locator("#share button").click()
    expect(page.get_by_role("heading", name="Fairness")).to_be_visible(timeout=SEARCH_S)
    expect(page.locator("#fairness svg")).to_be_visible(timeout=SEARCH_S)
    expect(page.locator("#fairness")).to_contain_text("first come")
    expect(page.locator("main")).to_contain_text("rationed per household")
    assert one.inaccessible() == []
    shot(page, "sharing-en")
    page.goto(desk(service, "packing"))
    page.get_by_role("button", name="Pack", exact=True).click()
    expect(page.locator("svg.progress").first).to_be_visible()
    assert one.inaccessible() == []
    shot(page, "packing-en")
    page.goto(desk(service, "plan"))
    page.locator("#solve [name=limit]").fill("600")
    page.locator("#solve button").click()
    job = page.locator("#job")
    expect(job).to_be_visible()
    expect(page.locator("#job-found")).to_have_text(re.compile(r"^[1-9]"), timeout=SEARCH_S)
    expect(page.locator("#job-contacts")).to_have_text("0")
    shot(page, "solving-en")
    page.locator("#job-stop").click()
    expect(page.locator(".g-stop").first).to_be_attached(timeout=SEARCH_S)
    assert state_of(service) == "planned"
    assert one.inaccessible() == []
    shot(page, "plan-en")
    assert not one.too_wide()


@pytest.fixture
def planned(serve, visit):
    """A planner in front of a fresh plan."""
    service = serve("packed")
    service.staff("planner", "planner")
    one = visit(DESK)
    page = one.sign_in(service, "planner")
    yes(page)
    page.goto(desk(service, "plan"))
    page.locator("#solve [name=limit]").fill("3")
    page.locator("#solve button").click()
    expect(page.locator(".g-stop").first).to_be_attached(timeout=SEARCH_S)
    return service, one, page


def plans_of(service):
    with service.database() as database, database.read() as session:
        found = plan_views.of_run(session, runs.get(session, service.town.run).id)
        return [plan_views.view(session, plan.id) for plan in found]


def test_stops_are_moved_locked_compared_and_one_plan_is_released(planned):
    service, one, page = planned
    shot(page, "plan-zh")
    stop = page.locator(".g-stop").first
    stairwell = stop.get_attribute("data-stairwell")
    source = page.locator(".g-line", has=page.locator(f"[data-stairwell='{stairwell}']"))
    courier = source.get_attribute("data-courier")

    # by keyboard: to the timetable, to the stop, and its dialog
    page.locator("#gantt [data-item][tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    dialog = page.locator("#dialog")
    expect(dialog).to_be_visible()
    shot(page, "stop-zh")
    dialog.get_by_role("button", name="移到").press("Enter")
    dialog.locator("[name=courier]").select_option(courier)
    dialog.locator("[name=trip]").select_option(label="新的一趟")
    assert one.inaccessible() == []
    dialog.get_by_role("button", name="先看看").press("Enter")
    expect(dialog.locator(".done, .alert")).to_be_visible(timeout=SEARCH_S)
    expect(dialog.locator(".done")).to_contain_text("可以这样改")
    shot(page, "judged-zh")
    dialog.get_by_role("button", name="就这样改").press("Enter")
    expect(page.locator("#said")).to_contain_text("新草案", timeout=SEARCH_S)
    newer, older = plans_of(service)
    assert (newer.plan.state, older.plan.state) == ("draft", "superseded")

    # by pointer: dropped on the first trip, the judge is asked at once and says yes or why not
    moved = page.locator(".g-stop").last
    moved.scroll_into_view_if_needed()
    box = moved.bounding_box()
    target = page.locator(".g-trip").first
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    there = target.bounding_box()
    page.mouse.move(max(there["x"] + 8, 160), there["y"] + there["height"] - 6, steps=6)
    page.mouse.up()
    expect(dialog).to_be_visible()
    expect(dialog.locator(".done, .alert")).to_be_visible(timeout=SEARCH_S)
    shot(page, "dropped-zh")
    dialog.get_by_role("button", name="取消").click()

    # a trip is locked as a whole
    page.locator(".g-head").first.click()
    dialog.get_by_role("button", name="锁定这一趟").click()
    expect(page.locator(".g-stop.locked").first).to_be_attached()
    expect(page.locator("#said")).to_contain_text("已锁定")

    # a shift that is too short is refused with the reason, nothing changes
    page.locator("[data-shift]").first.click()
    dialog.locator("input[type=time]").nth(1).fill("00:05")
    dialog.get_by_role("button", name="就这样改").click()
    expect(dialog.locator(".alert")).to_be_visible(timeout=SEARCH_S)
    dialog.get_by_role("button", name="取消").click()
    assert len(plans_of(service)) == 2
    assert ["409" in said for said in one.complaints] == [
        True
    ]  # the refusal, noted by the browser
    one.complaints.clear()

    # both plans side by side, in words
    page.get_by_role("link", name="与它对比").click()
    expect(page.locator("#compared")).to_contain_text("一样")
    assert one.inaccessible() == []
    shot(page, "compared-zh")

    page.locator("#release").click()
    expect(dialog).to_contain_text("计划接触 0")
    shot(page, "release-zh")
    dialog.get_by_role("button", name="下发这份方案").click()
    expect(page.locator("#said")).to_contain_text("已下发", timeout=SEARCH_S)
    assert state_of(service) == "released"
    assert [view.plan.state for view in plans_of(service)] == ["released", "superseded"]
    expect(page.locator("#release")).to_have_count(0)


def test_what_if_stands_beside_what_is_and_the_map_shows_the_routes(planned):
    service, one, page = planned
    page.locator("#map-load").click()
    expect(page.locator("#map[data-drawn]")).to_be_visible(timeout=SEARCH_S)
    shot(page, "map-zh")
    page.goto(desk(service, "what-if"))
    page.locator("[name=couriers]").fill("-1")
    page.locator("[name=limit]").fill("2")
    assert one.inaccessible() == []
    page.locator("#suppose button").click()
    expect(page.locator("#result table")).to_be_visible(timeout=SEARCH_S)
    expect(page.locator("#result")).to_contain_text("不来的配送员")
    assert one.inaccessible() == []
    shot(page, "what-if-zh")
    assert len(plans_of(service)) == 1  # nothing was changed


def test_who_may_only_look_sees_no_buttons_and_is_refused(serve, visit):
    service = serve("packed")
    service.staff("auditor", "auditor")
    service.staff("buyer", "buyer")
    one = visit(DESK, locale="en-GB")
    page = one.sign_in(service, "auditor")
    for tab in TABS:
        page.goto(desk(service, tab))
        assert page.locator("main button").count() == 0, tab
        assert one.inaccessible() == [], tab
        assert not one.too_wide(), tab
        shot(page, f"auditor-{tab or 'overview'}-en")
    refused = page.evaluate(
        """async (run) => (await fetch(`/api/v1/runs/${run}/close`, {method: 'POST'})).status""",
        service.town.run,
    )
    assert refused == 403
    one.complaints.clear()  # the browser notes the refusal that was provoked
    other = visit(DESK, locale="en-GB")
    page = other.sign_in(service, "buyer")
    page.goto(desk(service))
    names = page.locator(".tabs a").evaluate_all("all => all.map(one => one.dataset.tab)")
    assert names == ["overview", "orders", "receiving", "report"]
    page.goto(desk(service, "plan"))
    expect(page.locator("h1")).to_contain_text("may not")
    other.complaints.clear()


def test_a_run_is_opened_with_its_cut_off_in_the_districts_time(serve, visit):
    service = serve("packed")
    service.staff("planner", "planner")
    page = visit(DESK).sign_in(service, "planner")
    page.locator("#wave").fill("7")
    page.get_by_role("button", name="开波次").click()
    expect(page.locator("h1")).to_contain_text("-7")
    expect(page.locator("main")).to_contain_text("户还没有任何回音")
    with service.database() as database, database.read() as session:
        newest = next(run for run in runs.latest(session) if run.wave == 7)
        assert newest.cutoff_at.hour == 12  # eight in the evening in Shanghai
    assert TOWN in page.locator("h1").inner_text()
