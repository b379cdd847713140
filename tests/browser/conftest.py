"""A town, its service and a real browser for tests of pages."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.town import PASSWORD, Running, Service, Town, build_town

FLAGS = ("--headless --no-sandbox --disable-gpu --disable-background-networking "
         "--disable-component-update --disable-sync --no-first-run --disable-quic")  # fmt: skip
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1366, "height": 768}
AXE = Path(__file__).parents[2] / "api/assets/node_modules/axe-core/axe.min.js"


def chromium() -> str:
    named = os.environ.get("SUPPLYLOOP_CHROMIUM")
    found = named or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if found is None:
        pytest.fail("Chromium is missing: run .ci/chromium", pytrace=False)
    return found


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The town, walked through its day once for all tests of this process."""
    return build_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def serve(town: Town, tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Start the service on a copy of the town at a stage: ``serve("released")``."""
    running: list[Running] = []

    def start(stage: str) -> Service:
        folder = tmp_path / f"service-{len(running)}"
        folder.mkdir()
        running.append(Running(town, stage, folder))
        return running[-1].start()

    yield start
    for one in running:
        one.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as player:
        opened = player.chromium.launch(executable_path=chromium(), args=FLAGS.split())
        yield opened
        opened.close()


class Visitor:
    """A person at a browser: a context of their own, and what went wrong on its pages."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.complaints: list[str] = []
        self.page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def come_in(self, link: str) -> Page:
        """Open a personal link and press its button."""
        self.page.goto(link)
        self.page.locator("main form button").click()
        return self.page

    def sign_in(self, service: Service, login: str) -> Page:
        self.page.goto(f"{service.address}/sign-in")
        self.page.locator("input[name=login]").fill(login)
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.page.locator("main form button").click()
        return self.page

    def inaccessible(self) -> list[str]:
        """List what axe finds serious or critical on the page, with the elements."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run({resultTypes: ['violations']})")
        return [
            f"{one['id']}: {[node['target'] for node in one['nodes']][:4]}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
        ]

    def too_wide(self) -> bool:
        """Say whether the page scrolls sideways."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
        )


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Bring a person: ``visit(PHONE, locale="en-GB")``; errors on their pages fail the test."""
    visitors: list[Visitor] = []

    def bring(viewport: dict[str, int] = PHONE, locale: str = "zh-CN", **more: object) -> Visitor:
        context = browser.new_context(viewport=viewport, locale=locale, bypass_csp=False, **more)
        visitors.append(Visitor(context))
        return visitors[-1]

    yield bring
    complaints = [said for visitor in visitors for said in visitor.complaints]
    for visitor in visitors:
        visitor.context.close()
    assert complaints == []
