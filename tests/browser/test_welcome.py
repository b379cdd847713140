"""The welcome page in a real browser, with a generated district."""

import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from datetime import time as clock

import httpx
import pytest

from geodata.district import write_district
from geodata.generated import generate_district
from logistics.domain.setup import DistrictSetup, PointSetup, Policy, Setup
from logistics.store.session import open_database
from logistics.usecases.create_run import create_run
from logistics.usecases.set_up import set_up


@pytest.fixture
def address(tmp_path):
    district = generate_district("small", 1, "试区")
    write_district(district, tmp_path / "district")
    url, at = f"sqlite:///{tmp_path / 'page.db'}", datetime.now(UTC)
    spot = district.places()[0]
    point = PointSetup(
        code="P1", name_zh="点", name_en="P", lon=spot.lon, lat=spot.lat, depot=True
    )
    setup = Setup(policy=Policy(wave_start=clock(9), wave_end=clock(18)), points=(point,))
    database = open_database(url)
    database.migrate()
    with database.transaction() as session:
        head = DistrictSetup(
            name="试区", folder=str(tmp_path / "district"), synthetic=True,
            attribution=district.attribution, source_digest=district.digest,
        )  # fmt: skip
        set_up(session, head, setup, district.places(), actor="test", at=at)
        create_run(session, "试区", at.date(), 1, cutoff_at=at + timedelta(hours=1), actor="test",
                   at=at)  # fmt: skip
    database.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--database", url]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as service:
        for _ in range(150):
            try:
                if httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
        service.terminate()


def test_a_browser_shows_the_run_at_a_glance_with_its_map(address, browser, tmp_path):
    page = browser.new_page(locale="zh-CN", viewport={"width": 1100, "height": 1300})
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/", timeout=60_000)
    assert page.get_by_text("无接触配送服务闭环").is_visible()
    assert page.locator("ol.states li.now").inner_text() == "收单"
    map_box = page.locator("figure svg").bounding_box()
    page.evaluate("document.fonts.ready.then(() => true)")
    page.screenshot(path=tmp_path / "welcome.png")
    page.get_by_role("link", name="English").click()
    assert page.get_by_text("Contactless closed-loop supply").is_visible()
    page.close()
    assert map_box["width"] > 500
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    assert [text for text in said if "favicon" not in text] == []
