"""Links, notices and announcements at the command line."""

import json
import re
from datetime import UTC, datetime, time
from pathlib import Path

import pypdf
import pytest
from typer.testing import CliRunner

from api.cli import app
from geodata.district import MapPlace
from logistics.domain.setup import CourierSetup, DistrictSetup, PointSetup, Policy, Setup
from logistics.store import links
from logistics.store.session import open_database
from logistics.usecases.set_up import set_up

RUNNER = CliRunner()
SPOT = {"lon": 120.2, "lat": 30.3}
MINE = "KX-01-01-1-101"


@pytest.fixture
def url(tmp_path: Path) -> str:
    found = f"sqlite:///{tmp_path / 'links.db'}"
    names = {"name_zh": "桂语新村", "name_en": "Guiyu"}
    block = {"name_zh": "桂语新村1幢", "name_en": "Guiyu, Building 1"}
    ground = [
        MapPlace(id="c1", kind="compound", parent_id=None, code="KX-01", **SPOT, **names),
        MapPlace(id="b1", kind="building", parent_id="c1", code="KX-01-01", levels=2, **SPOT,
                 **block),
        *(
            MapPlace(id=f"s{n}", kind="stairwell", parent_id="b1", code=f"KX-01-01-{n}", **SPOT,
                     name_zh=f"桂语新村1幢{n}单元", name_en=f"Guiyu, Building 1, Stairwell {n}")
            for n in (1, 2)
        ),
    ]  # fmt: skip
    point = PointSetup(code="P1", depot=True, **SPOT, **names)
    rider = CourierSetup(
        code="K1", mode="ebike", capacity_g=80_000, capacity_ml=200_000, capacity_bags=6,
        shift_start=time(8), shift_end=time(17), max_trips=9, zone_max=2, point_code="P1",
    )  # fmt: skip
    database = open_database(found)
    database.migrate()
    with database.transaction() as session:
        head = DistrictSetup(name="Kaixuan", folder="/nowhere", synthetic=True)
        setup = Setup(policy=Policy(), points=(point,), couriers=(rider,))
        set_up(session, head, setup, ground, actor="test", at=datetime.now(UTC))
    database.close()
    return found


def run(url: str, *words: str, code: int = 0) -> str:
    done = RUNNER.invoke(app, [*words, "--database", url, "--lang", "en"])
    assert done.exit_code == code, done.output
    return done.output


def test_a_notice_is_printed_for_each_stairwell_and_earlier_codes_end(
    url: str, tmp_path: Path
) -> None:
    out = tmp_path / "posters.pdf"
    words = ("link", "door", "Kaixuan", "--out", str(out), "--address", "https://s.example")
    assert "2 notices" in run(url, *words, "--all")
    pages = [page.extract_text() for page in pypdf.PdfReader(out).pages]
    assert "桂语新村 1 幢 2 单元" in pages[1]
    secrets = [re.search(r"https://s\.example/d/([\w-]+)", page)[1] for page in pages]
    assert len(set(secrets)) == 2
    said = run(url, *words, "--place", "KX-01-01-2", "--replace")
    assert "1 notices" in said
    assert "closed: 1" in said
    database = open_database(url)
    with database.read() as session:
        now = datetime.now(UTC)
        assert [links.find(session, one).valid_at(now) for one in secrets] == [True, False]
    database.close()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--place", "NOWHERE"), "place.unknown"),
        ((), "link.no-stairwell"),
        (("--place", "P1"), "link.no-stairwell"),
        (("--all", "--address", "supply.example"), "link.address-unusable"),
        (("--all", "--address", "https://supply.example/path"), "link.address-unusable"),
    ],
)
def test_a_notice_that_would_lead_nowhere_is_refused(
    url: str, tmp_path: Path, words: tuple[str, ...], code: str
) -> None:
    out = tmp_path / "posters.pdf"
    assert code in run(url, "link", "door", "Kaixuan", "--out", str(out), *words, code=2)
    assert not out.exists()


def test_links_are_made_listed_and_taken_back(url: str) -> None:
    said = run(url, "link", "household", MINE, "--address", "https://s.example")
    assert re.search(r"https://s\.example/h/[\w-]{20,}", said)
    run(url, "link", "courier", "Kaixuan", "K1")
    run(url, "link", "leader", "Kaixuan", "KX-01-01")
    run(url, "link", "point", "Kaixuan", "P1")
    rows = json.loads(run(url, "link", "list", "Kaixuan", "--json"))
    assert {(one["role"], one["subject"], one["state"]) for one in rows} == {
        ("household", MINE, "fresh"), ("courier", "K1", "fresh"),
        ("leader", "KX-01-01", "fresh"), ("point-team", "P1", "fresh"),
    }  # fmt: skip
    mine = next(one["id"] for one in rows if one["role"] == "household")
    run(url, "link", "revoke", mine)
    (after,) = json.loads(run(url, "link", "list", "Kaixuan", "--role", "household", "--json"))
    assert after["state"] == "closed"
    assert "link.unknown" in run(url, "link", "revoke", "lnk_none", code=2)
    assert "household.unknown" in run(url, "link", "household", "KX-9", code=2)


def test_something_is_announced_and_withdrawn(url: str) -> None:
    assert "Nothing is announced" in run(url, "announce", "list", "Kaixuan")
    said = run(
        url, "announce", "make", "Kaixuan", "--zh", "停水", "--en", "No water", "--place",
        "KX-01-01", "--until", "2031-01-01T08:00+08:00", "--json",
    )  # fmt: skip
    made = json.loads(said)
    assert "No water" in run(url, "announce", "list", "Kaixuan")
    assert "time.naive" in run(
        url, "announce", "make", "Kaixuan", "--zh", "x", "--until", "2031-01-01T08:00", code=2
    )
    run(url, "announce", "withdraw", made["id"])
    assert "announcement.withdrawn" in run(url, "announce", "withdraw", made["id"], code=2)
    assert "No water" in run(url, "announce", "list", "Kaixuan", "--all")
