"""A clerk at the hotline, with a keyboard alone and an input method for Chinese."""

from datetime import UTC, datetime

from playwright.sync_api import expect

from logistics.store import errands, lists, places
from logistics.usecases.take_list import take_list
from tests.browser.conftest import DESK
from tests.browser.town import TOWN


def homes(service):
    with service.database() as database, database.read() as session:
        area = places.district_by_name(session, TOWN)
        return {home.code: home for home in places.households(session, area.id)}


def at_desk(visit, service, viewport=DESK, locale="zh-CN"):
    visitor = visit(viewport, locale=locale)
    visitor.sign_in(service, service.staff("line.one", "clerk"))
    visitor.page.goto(f"{service.address}/hotline")
    return visitor


class Keys:
    """A keyboard that counts: what an input method brings at once is one stroke a character."""

    def __init__(self, page) -> None:
        self.page, self.count = page, 0

    def words(self, said: str) -> None:
        self.page.keyboard.insert_text(said)
        self.count += len(said)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.count += 1


def test_a_clerk_takes_a_list_by_keyboard_and_reads_back_what_was_understood(serve, visit):
    service = serve("released")
    visitor = at_desk(visit, service)
    page = visitor.page
    code = next(c for c in homes(service) if c.startswith("SY-01-03-2-"))
    room = code.rpartition("-")[2]
    expect(page.locator("#address")).to_be_focused()  # ready without a click
    keys = Keys(page)
    keys.words(f"3幢2单元{room}")
    keys.press("Enter")
    page.locator("#candidates [role=option]").first.wait_for()
    assert "哪个小区" in page.locator("#asked").inner_text()
    options = page.locator("#candidates [role=option]").all_inner_texts()
    assert 1 < len(options) <= 20
    assert all("没说小区" in one for one in options)
    keys.press(str(1 + next(n for n, one in enumerate(options) if code in one)))
    expect(page.locator("#text")).to_be_focused()
    assert f"桂语新村3幢2单元{room}室" in page.locator("#card").inner_text()
    keys.words("青菜两斤,番茄3斤,再来点那个")
    page.locator("#back li").first.wait_for()
    read_back = page.locator("#back").inner_text()
    assert "2 斤" in read_back
    assert "西红柿 3 斤" in read_back
    assert "对吗" in read_back
    assert page.locator("#doubts .doubt").count() == 1
    assert visitor.inaccessible() == []
    keys.press("F2")
    page.locator("#done:not([hidden])").wait_for()
    done = page.locator("#done").inner_text()
    assert f"桂语新村3幢2单元{room}室" in done
    assert "2 样" in done
    assert "待核" in done
    expect(page.locator("#address")).to_be_focused()
    assert keys.count < 40  # a minute at an unhurried 40 strokes
    with service.database() as database, database.read() as session:
        (kept,) = lists.of_household(session, None, code)[-1:]
        assert kept.channel == "hotline"
        assert kept.said == "青菜两斤,番茄3斤,再来点那个"
        assert {line.item for line in kept.lines} == {"青菜", "西红柿"}


def test_urgent_medicine_last_lists_repeats_and_links_need_no_mouse(serve, visit):
    service = serve("released")
    code = service.town.households[0]
    with service.database() as database:
        database.run(
            lambda s: take_list(
                s, service.town.next_run, code, [], text="土豆1斤", channel="link",
                actor="test", at=datetime.now(UTC),
            )
        )  # fmt: skip
    visitor = at_desk(visit, service, locale="en-GB")
    page = visitor.page

    def call() -> None:
        page.keyboard.insert_text(code)
        page.keyboard.press("Enter")
        expect(page.locator("#text")).to_be_focused()

    call()
    assert "cut off" in page.locator("#run").inner_text()  # today's is, so the next run is named
    assert "potato" in page.locator("#card").inner_text().lower()
    page.keyboard.insert_text("土豆1斤")  # sent by phone already
    page.locator("#doubts .doubt").wait_for()
    page.keyboard.press("Alt+Q")
    page.keyboard.press("Enter")  # wanted twice
    expect(page.locator("#doubts .doubt")).to_have_count(0)
    page.keyboard.press("F2")
    page.locator("#done:not([hidden])").wait_for()
    with service.database() as database, database.read() as session:
        run_lists = lists.of_household(session, None, code)
        wanted = [line.quantity for one in run_lists for line in one.lines if line.item == "土豆"]
        assert wanted.count(500) >= 2

    call()
    page.keyboard.press("F4")
    page.get_by_text("press F4 again").wait_for()
    page.keyboard.press("F4")
    page.locator("#done:not([hidden])").wait_for()

    call()
    page.keyboard.press("F9")
    expect(page.locator("#errand-said")).to_be_focused()
    assert page.locator("#kind").input_value() == "medicine"
    page.keyboard.insert_text("硝酸甘油一盒,医保卡在门把手")
    assert visitor.inaccessible() == []
    page.keyboard.press("Enter")
    page.locator("#done:not([hidden])").wait_for()
    with service.database() as database, database.read() as session:
        home = places.household_by_code(session, code)
        (asked,) = errands.of_household(session, home.id)
        assert asked.kind == "medicine"
        assert asked.channel == "hotline"
        assert 0 < (asked.due_at - asked.asked_at).total_seconds() <= 2 * 3600

    call()
    page.keyboard.press("Alt+K")
    page.keyboard.press("Enter")
    page.locator("#link-told:not([hidden])").wait_for()
    told = page.locator("#link-text").inner_text()
    assert f"{service.address}/h/" in told
    page.keyboard.press("Escape")
    assert page.locator("#link-text").inner_text() == ""  # the secret stays nowhere


def test_the_desk_fits_a_narrow_screen_and_large_text(serve, visit):
    service = serve("open")
    visitor = at_desk(visit, service, viewport={"width": 320, "height": 640})
    page = visitor.page
    page.keyboard.insert_text("桂语新村3幢")
    page.keyboard.press("Enter")
    page.locator("#candidates [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")  # the second stairwell: its rooms
    page.get_by_text("请问是几室").wait_for()
    page.keyboard.press("1")
    expect(page.locator("#text")).to_be_focused()
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert not visitor.too_wide()
    assert visitor.inaccessible() == []
