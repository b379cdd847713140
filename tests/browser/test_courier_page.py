"""The courier's page on a phone that loses its network: nothing is lost, nothing counts twice."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import AXE, DESK, FLAGS, PHONE, chromium
from tests.browser.town import Running, Service, Town

WAIT = 30_000


class Phone:
    """A browser with a profile on disk: it can be shut down and started again."""

    def __init__(self, browser: Browser, profile: Path) -> None:
        self._type, self._profile = browser.browser_type, profile
        self.complaints: list[str] = []
        self.context: BrowserContext
        self.page: Page

    def start(self, *flags: str, locale: str = "zh-CN", **more: object) -> Page:
        self.context = self._type.launch_persistent_context(
            self._profile, executable_path=chromium(), args=[*FLAGS.split(), *flags],
            viewport=PHONE, locale=locale, timezone_id="Asia/Shanghai", **more,
        )  # fmt: skip
        self.page = self.context.pages[0]
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return self.page

    def stop(self) -> None:
        self.context.close()


@pytest.fixture
def phone(browser: Browser, tmp_path: Path) -> Iterator[Phone]:
    made = Phone(browser, tmp_path / "profile")
    yield made
    made.stop()
    assert made.complaints == []


@pytest.fixture
def running(town: Town, tmp_path: Path) -> Iterator[Running]:
    """The service on the released day; a test may stop it, and start it again."""
    made = Running(town, "released", tmp_path)
    made.start()
    yield made
    made.stop()


def cut(running: Running) -> None:
    """Let nobody answer any more, as where there is no network at all."""
    running.stop()


def come_in(page: Page, service: Service, courier: str) -> None:
    page.goto(service.link("courier", courier=courier))
    page.locator("main form button").click()
    expect(page.locator("h2#load")).to_be_visible(timeout=WAIT)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null", timeout=WAIT)


def rows(running: Running, query: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(running.file)) as database:
        return database.execute(query, values).fetchall()


def riders(running: Running) -> list[str]:
    """Name the couriers by how many stops their first trip has, most first."""
    found = rows(running, "select courier.code from trip join courier on courier.id = courier_id "
                          "join stop on trip_id = trip.id join plan on plan.id = plan_id "
                          "where trip.no = 1 and plan.state = 'released' group by courier.code "
                          "order by count(*) desc, courier.code")  # fmt: skip
    return [str(code) for (code,) in found]


def bags_here(page: Page) -> list[str]:
    return page.locator(".bags .bag").all_inner_texts()


def token_of(running: Running, code: str) -> str:
    found = rows(
        running, "select token from bag_token join bag on bag.id = bag_id where code = ?", code
    )
    return str(found[0][0])


def film_of(text: str, file: Path) -> Path:
    """Write a film for the fake camera that shows a QR code."""
    code = file.with_suffix(".png")
    segno.make(text, error="m", micro=False).save(str(code), scale=9, border=4)
    frame = Image.new("L", (640, 480), 255)
    with Image.open(code) as picture:
        frame.paste(
            picture.convert("L"), ((640 - picture.width) // 2, (480 - picture.height) // 2)
        )
    grey = bytes([128]) * (640 * 480 // 2)
    with file.open("wb") as film:
        film.write(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n")
        for _ in range(4):
            film.write(b"FRAME\n" + frame.tobytes() + grey)
    return file


def test_a_shift_without_a_network_is_told_exactly_once_when_it_is_back(
    running: Running, phone: Phone, tmp_path: Path, shot: Callable[[Page, str], None]
) -> None:
    service = running.service
    page = phone.start()
    come_in(page, service, riders(running)[0])
    expect(page.locator("#net")).to_have_text("已联网")
    shot(page, "load")

    # the network is cut, the page reloaded
    cut(running)
    phone.context.set_offline(True)
    page.reload()
    expect(page.locator("#net")).to_have_text("未联网", timeout=WAIT)
    page.locator("[data-id=depart]").click()
    expect(page.locator("h2#stop")).to_be_visible()
    shot(page, "stop-offline")
    first = bags_here(page)
    page.locator("[data-id=dropped]").click()
    expect(page.locator("#waiting")).to_have_attribute("data-n", str(1 + len(first)))

    # the browser is shut down and started again, still without a network; its camera sees a label
    second = bags_here(page)
    film = film_of(token_of(running, second[0]), tmp_path / "label.y4m")
    phone.stop()
    page = phone.start(
        "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}", permissions=["camera"], offline=True,
    )  # fmt: skip
    page.goto(f"{service.address}/courier")
    expect(page.locator("#waiting")).to_have_attribute("data-n", str(1 + len(first)), timeout=WAIT)
    page.locator("[data-id=scan]").click()
    expect(page.locator(".scanned")).to_contain_text(f"{second[0]} 已放好", timeout=WAIT)
    shot(page, "scan")
    page.locator("#panel [data-id=close]").click()
    for number, code in enumerate(second[1:], start=2 + len(first) + 1):
        type_code(page, code)
        expect(page.locator("#waiting")).to_have_attribute("data-n", str(number))
        page.locator("#panel [data-id=close]").click()
    dropped = {*first, *second}
    assert dropped.isdisjoint(bags_here(page))
    page.locator("[data-id=trouble]").click()
    shot(page, "trouble")
    page.locator("[data-id=kind-no-access]").click()
    page.locator("#note").fill("北门锁了")
    page.locator("[data-id=note-save]").click()
    expect(page.locator("#waiting")).to_have_attribute("data-n", str(2 + len(dropped)))
    eight_hours_late(page, running)

    # the network is back, in two tabs at once
    running.start()
    other = phone.context.new_page()
    other.goto(f"{service.address}/courier")
    phone.context.set_offline(False)
    expect(page.locator("#waiting")).to_have_attribute("data-n", "0", timeout=WAIT)
    expect(page.locator("#net")).to_have_text("已联网")
    shot(page, "sent")
    check_told_once(running, dropped)

    # told again by a phone that never heard the answer: known, and nothing moves
    page.evaluate(TELL_AGAIN)
    page.reload()
    expect(page.locator("#waiting")).to_have_attribute("data-n", "0", timeout=WAIT)
    check_told_once(running, dropped)


def type_code(page: Page, code: str) -> None:
    page.locator("[data-id=scan]").click()
    page.locator("#typed").fill(code.lower())
    page.locator("[data-id=enter]").click()


def check_told_once(running: Running, dropped: set[str]) -> None:
    """Look into the database: each deed once, hours late, and each bag where it was left."""
    scans = rows(running, "select code, state, custodian, count(*), "
                          "max(julianday(bag_scan.recorded_at) - julianday(bag_scan.at)) * 24 "
                          "from bag_scan join bag on bag.id = bag_id where kind = 'drop' "
                          "group by code")  # fmt: skip
    assert {code for code, *_ in scans} == dropped
    for code, state, custodian, count, late_h in scans:
        assert (state, str(custodian).partition(":")[0], count) == ("on-shelf", "slot", 1), code
        assert float(str(late_h)) > 7.9, code
    passed = rows(running, "select count(*) from bag_move where target like 'slot:%'")
    assert passed == [(len(dropped),)]
    assert rows(running, "select count(*) from bag_move where corrects is not null") == [(0,)]
    assert rows(running, "select kind, note from stop_problem") == [("no-access", "北门锁了")]
    assert rows(running, "select count(*) from trip where state = 'started'") == [(1,)]


TELL_AGAIN = """() => new Promise((done) => {
  indexedDB.open("supplyloop-courier").onsuccess = ({ target }) => {
    const change = target.result.transaction("deeds", "readwrite");
    change.objectStore("deeds").openCursor().onsuccess = (event) => {
      const at = event.target.result;
      if (!at) return;
      at.update({ ...at.value, state: "waiting", from: 0 });
      at.continue();
    };
    change.oncomplete = () => { target.result.close(); done(true); };
  };
})"""


def eight_hours_late(page: Page, running: Running) -> None:
    """Let all that waits have happened eight hours ago, and the run have begun before that."""
    page.evaluate("""() => new Promise((done) => {
      const hours = 8 * 3600 * 1000;
      indexedDB.open("supplyloop-courier").onsuccess = ({ target }) => {
        const change = target.result.transaction("deeds", "readwrite");
        change.objectStore("deeds").openCursor().onsuccess = (event) => {
          const at = event.target.result;
          if (!at) return;
          const earlier = new Date(Date.parse(at.value.at) - hours).toISOString();
          at.update({ ...at.value, at: earlier, tapped: at.value.tapped - hours, from: 0 });
          at.continue();
        };
        change.oncomplete = () => { target.result.close(); done(true); };
      };
    })""")
    with closing(sqlite3.connect(running.file)) as database, database:
        database.execute("update run set created_at = datetime(created_at, '-1 day')")


def test_a_bag_of_another_courier_is_refused_with_what_to_do(
    running: Running, phone: Phone, shot: Callable[[Page, str], None]
) -> None:
    mine, other, *_ = riders(running)
    foreign = rows(running, "select bag.code from bag join stop_bag on bag.id = bag_id "
                            "join stop on stop.id = stop_id join trip on trip.id = trip_id "
                            "join courier on courier.id = courier_id where courier.code = ? "
                            "order by 1 limit 1", other)[0][0]  # fmt: skip
    page = phone.start(locale="en-GB")
    come_in(page, running.service, mine)
    page.locator("[data-id=depart]").click()
    type_code(page, str(foreign))
    expect(page.locator(".scanned")).to_contain_text("is not on your sheet")
    shot(page, "foreign")
    page.locator("[data-id=report]").click()
    page.locator("#panel [data-id=close]").click()
    refused = page.locator("#refused")
    expect(refused).to_contain_text("bring it back to the point team", timeout=WAIT)
    shot(page, "refused")
    assert rows(running, "select count(*) from bag_scan where kind = 'drop'") == [(0,)]
    refused.get_by_role("button", name="Dealt with").click()
    expect(refused).to_have_count(0)

    # meanwhile the desk made another plan: the page says so, once
    with closing(sqlite3.connect(running.file)) as database, database:
        database.execute("update plan set id = id || '-2' where state = 'released'")
        for table in ("trip", "stop_bag"):
            database.execute(f"update {table} set plan_id = plan_id || '-2'")  # noqa: S608
    page.reload()
    expect(page.locator("#notes")).to_contain_text("Your route sheet was replaced", timeout=WAIT)
    page.get_by_role("button", name="Understood").click()
    expect(page.locator("#notes")).not_to_contain_text("Your route sheet was replaced")


def test_on_a_shared_phone_nobodys_deeds_are_told_in_anothers_name(
    running: Running, phone: Phone
) -> None:
    mine, other, *_ = riders(running)
    page = phone.start()
    come_in(page, running.service, mine)
    page.locator("[data-id=depart]").click()
    expect(page.locator("#waiting")).to_have_attribute("data-n", "1")
    page.evaluate(WAIT_UNTIL, 4_000_000_000_000)
    come_in(page, running.service, other)
    page.evaluate(WAIT_UNTIL, 0)
    page.reload()
    expect(page.locator("#notes")).to_contain_text("还有另一位骑手的 1 条", timeout=WAIT)
    page.locator("[data-id=depart]").click()
    expect(page.locator("h2#stop")).to_be_visible()
    page.evaluate(WAIT_UNTIL, 0)
    page.reload()
    until_sent(page, 1)
    assert started(running) == [other]
    page.goto(running.service.link("courier", courier=mine))
    page.locator("main form button").click()
    until_sent(page, 2)
    assert started(running) == sorted([mine, other])
    expect(page.locator("h2#stop")).to_be_visible(timeout=WAIT)


def until_sent(page: Page, count: int) -> None:
    """Wait until so many deeds of the phone were heard, whosever they are."""
    for _ in range(WAIT // 200):
        if page.evaluate(SENT) == count:
            return
        page.wait_for_timeout(200)
    pytest.fail(f"{page.evaluate(SENT)} deeds were heard, not {count}")


def started(running: Running) -> list[str]:
    found = rows(running, "select courier.code from trip join courier on courier.id = courier_id "
                          "where trip.state = 'started' order by 1")  # fmt: skip
    return [str(code) for (code,) in found]


SENT = """() => new Promise((done) => {
  indexedDB.open("supplyloop-courier").onsuccess = ({ target }) => {
    target.result.transaction("deeds").objectStore("deeds").getAll().onsuccess = (event) => {
      target.result.close();
      done(event.target.result.filter((deed) => deed.state === "sent").length);
    };
  };
})"""


WAIT_UNTIL = """(from) => new Promise((done) => {
  indexedDB.open("supplyloop-courier").onsuccess = ({ target }) => {
    const change = target.result.transaction("deeds", "readwrite");
    change.objectStore("deeds").openCursor().onsuccess = (event) => {
      const at = event.target.result;
      if (!at) return;
      if (at.value.state === "waiting") at.update({ ...at.value, from });
      at.continue();
    };
    change.oncomplete = () => { target.result.close(); done(true); };
  };
})"""


def test_what_was_tapped_by_mistake_is_taken_back_and_a_trip_ends_on_paper_and_phone(
    running: Running, phone: Phone, tmp_path: Path, shot: Callable[[Page, str], None]
) -> None:
    page = phone.start()
    come_in(page, running.service, riders(running)[0])
    page.locator("[data-id=depart]").click()
    expect(page.locator("h2#stop")).to_be_visible()
    here = bags_here(page)
    page.locator("[data-id=dropped]").click()
    page.locator("[data-id=undo]").click()
    expect(page.locator("#said")).to_have_text("已撤销")
    expect(page.locator(".bags .bag")).to_have_text(here)
    page.locator("details[data-id=map] summary").click()
    expect(page.locator(".map path").first).to_be_visible()
    shot(page, "map")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    assert inaccessible(page) == []
    page.emulate_media(media="print")
    printed = page.locator("#print").inner_text()
    assert here[0] in printed
    assert "☐" in printed
    shot(page, "print")
    page.pdf(path=tmp_path / "sheet.pdf")
    assert PdfReader(tmp_path / "sheet.pdf").pages
    page.emulate_media(media="screen", color_scheme="dark")
    shot(page, "night")
    assert inaccessible(page) == []
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESK)
    shot(page, "desk")
    with page.expect_file_chooser() as chosen:
        page.locator("[data-id=photo]").click()
    Image.new("RGB", (2000, 1500), "green").save(tmp_path / "shelf.png")
    chosen.value.set_files(tmp_path / "shelf.png")
    expect(page.locator(".bags .bag").first).not_to_have_text(here[0], timeout=WAIT)
    page.locator("details.early summary").click()
    page.locator("[data-id=finish]").click()
    expect(page.locator("#waiting")).to_have_attribute("data-n", "0", timeout=WAIT)
    ((ended,),) = rows(running, "select code from trip where state = 'finished'")
    states = rows(running, "select bag.code, bag.state from bag join stop_bag on bag.id = bag_id "
                           "join stop on stop.id = stop_id join trip on trip.id = trip_id "
                           "where trip.state = 'finished'")  # fmt: skip
    assert {code for code, state in states if state == "on-shelf"} == set(here)
    assert {state for code, state in states if code not in here} == {"returned"}
    shown = rows(running, "select note, stop_seq, width from bag_scan "
                          "join stop_photo on stop_photo.about = bag_scan.key "
                          "join photo on photo.id = photo_id")  # fmt: skip
    assert shown == [("photo", 1, 1280)]
    # no address of it is left on the phone
    page.wait_for_function("code => document.querySelector(`[data-id='trip-${code}']`) === null",
                           arg=ended)  # fmt: skip
    assert ended not in page.evaluate(KEPT)


KEPT = """() => new Promise((done) => {
  indexedDB.open("supplyloop-courier").onsuccess = ({ target }) => {
    target.result.transaction("kept").objectStore("kept").get("day").onsuccess = (event) => {
      target.result.close();
      const runs = event.target.result?.body.runs || [];
      done(runs.flatMap((run) => run.trips.map((trip) => trip.code)));
    };
  };
})"""


def inaccessible(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes']][:4]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.fixture
def shot(tmp_path: Path) -> Callable[[Page, str], None]:
    """Keep a picture of the page beside the test's other files."""

    def take(page: Page, name: str) -> None:
        page.screenshot(path=tmp_path / f"courier-{name}.png", full_page=True)

    return take
