"""registry import, export, roll-call, mark, tiers, show, withdraw from the command line."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from logistics.store.session import open_database
from logistics.usecases.create_run import create_run
from logistics.usecases.set_up import set_up
from tests.logistics.registry.conftest import MAP, SPOT

RUN = CliRunner()
ROWS = """小区,幢,单元,室,人数,成员,称呼,需求,同意日期,同意登记
春江花园,1,1,301,2,1,王小明,婴幼儿,2026-04-01,岗位3
春江花园,1,1,302,0,,,,,
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a database of a district with one run, and a register with a bad row."""
    from logistics.domain.setup import (  # noqa: PLC0415
        DistrictSetup,
        PointSetup,
        Policy,
        Setup,
    )

    url = f"sqlite:///{tmp_path / 'd.db'}"
    monkeypatch.setenv("SUPPLYLOOP_DATABASE", url)
    database = open_database(url)
    database.migrate()
    at = datetime.now(UTC)
    point = PointSetup(code="P1", depot=True, name_zh="点", name_en="point", **SPOT)
    with database.transaction() as session:
        set_up(session, DistrictSetup(name="凯旋", synthetic=True),
               Setup(policy=Policy(), points=(point,)), MAP, actor="test", at=at)  # fmt: skip
        run = create_run(session, "凯旋", at.date() + timedelta(days=1), 1,
                         cutoff_at=at + timedelta(hours=2), actor="test", at=at)  # fmt: skip
        (tmp_path / "run").write_text(run.code, encoding="utf-8")
    database.close()
    (tmp_path / "register.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path


def call(*words: object, lang: str = "en", code: int = 0) -> str:
    done = RUN.invoke(app, [*map(str, words), "--lang", lang])
    assert done.exit_code == code, done.output
    return done.output


def test_a_register_is_checked_imported_and_given_back(place: Path) -> None:
    file = place / "register.csv"
    checked = json.loads(call("registry", "import", file, "--check", "--json", code=2))
    said = call("registry", "import", file, "--report", place / "report.html", code=2)
    assert "3  人数  '0'" in said
    assert "give 1 to 20000" in said
    imported = json.loads(call("registry", "import", file, "--json", code=2))
    assert checked["tallies"]["households"] == {"added": 1, "changed": 0, "unchanged": 0}
    assert imported["tallies"]["households"] == {"added": 0, "changed": 0, "unchanged": 1}
    page = (place / "report.html").read_text(encoding="utf-8")
    assert "<!doctype html>" in page
    assert "give 1 to 20000" in page
    call("registry", "export", place / "out.xlsx", "--needs")
    assert "2" in call("registry", "import", place / "out.xlsx")


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_report_is_a_table_too(place: Path, ending: str) -> None:
    path = place / f"report.{ending}"
    call("registry", "import", place / "register.csv", "--report", path, lang="zh", code=2)
    assert path.stat().st_size > 100


def test_the_roll_is_called_marked_and_written(place: Path) -> None:
    assert "run.unknown" in call("registry", "roll-call", "nothing", code=2)
    code = (place / "run").read_text(encoding="utf-8")
    call("registry", "import", place / "register.csv", code=2)
    out = place / "roll.csv"
    said = call("registry", "roll-call", code, "--stairwell", "KX-01-01-1", "--csv", out)
    assert "★ KX-01-01-1-301" in said
    assert out.read_text(encoding="utf-8").count("KX-01-01-1-") == 6
    call("registry", "mark", code, "KX-01-01-1-301", "declined", "--how", "door", "--by", "L-1")
    out.write_text("户号,本次结果\nKX-01-01-1-302,不需要\nKX-99,已问\n", encoding="utf-8")
    said = call("registry", "answers", code, out, "--how", "phone", "--by", "L-1", code=2)
    assert "1 households marked" in said
    assert "KX-99" in said
    left = json.loads(call("registry", "roll-call", code, "--json"))
    assert left["declined"] == 2


def test_tiers_are_shown_published_and_needs_withdrawn(place: Path) -> None:
    call("registry", "import", place / "register.csv", code=2)
    assert "infant" in call("registry", "tiers")
    assert "tier 0" in call("registry", "show", "KX-01-01-1-301")
    assert "infant" not in call("registry", "show", "KX-01-01-1-301")
    assert "infant" in call("registry", "show", "KX-01-01-1-301", "--needs")
    table = place / "tiers.csv"
    table.write_text("need,tier\ninfant,1\n", encoding="utf-8")
    assert "of 1 households" in call("registry", "tiers", table)
    assert "tier 1" in call("registry", "show", "KX-01-01-1-301", "--history")
    call("registry", "withdraw", "KX-01-01-1-301", "婴幼儿", "--member", "1")
    assert "infant" not in call("registry", "show", "KX-01-01-1-301", "--needs")
    table.write_text("need,tier\nunicorn,1\n", encoding="utf-8")
    assert "need.tier-table" in call("registry", "tiers", table, code=2)
