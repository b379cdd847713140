"""run pack --planned, bag pack/seal/stage/short/check, packing lists and labels, by command."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from api.assets_folder import font_folders
from api.cli import app
from api.receiving import take_in
from logistics.store.session import open_database
from logistics.store.tables import household_list
from logistics.usecases.cut_off import cut_off
from logistics.usecases.place_orders import place_orders
from logistics.usecases.share_out import share_out

RUN = CliRunner()
MINE, OTHER = "KX-01-01-1-101", "KX-01-01-1-102"
needs_fonts = pytest.mark.skipif(
    not font_folders()[0].exists(), reason="the fonts are not installed: make setup"
)


def call(*words: object, lang: str = "en", code: int = 0) -> str:
    done = RUN.invoke(app, [*map(str, words), "--lang", lang])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def run(service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run whose shares are known: potatoes for two households of one stairwell."""
    url = f"sqlite:///{tmp_path / 'service.db'}"
    for household in (MINE, OTHER):
        assert service.post_list(household, 2, role="clerk").status_code == 201
    monkeypatch.setenv("SUPPLYLOOP_DATABASE", url)
    database = open_database(url)
    who = {"actor": "test", "at": datetime.now(UTC)}
    with database.transaction() as session:
        session.execute(update(household_list).values(note="不要香菜，电话13812345678"))
        cut_off(session, service.run, **who)
        place_orders(session, service.run, **who)
        take_in(session, service.run, None, as_ordered=True, finish=True, **who)
        share_out(session, service.run, **who)
    database.close()
    return service.run


def states(run: str) -> dict[str, int]:
    return json.loads(call("run", "packing", run, "--json"))["P1"]


def test_bags_are_made_up_then_packed_and_sealed_by_the_point(run: str, tmp_path: Path) -> None:
    assert "their points confirm them" in call("run", "pack", run, "--planned")
    assert states(run) == {"planned": 2}
    file = tmp_path / "bags.csv"
    call("run", "packing-lists", run, "--out", tmp_path, "--format", "csv")
    with file.open(encoding="utf-8-sig") as stream:
        first, second = (row["bag"] for row in csv.DictReader(stream))
    assert "packing.run-needed" in call("bag", "seal", first, code=2)
    assert "packing.bags-needed" in call("bag", "seal", "--run", run, code=2)
    assert "1 applied" in call("bag", "pack", first, "--run", run)
    scans = tmp_path / "scans.csv"
    scans.write_text(f"包裹,事件\n{first},封袋\nZZZ-9,封袋\n{first},吃掉\n", encoding="utf-8")
    said = call("bag", "packing", run, scans, code=2)
    assert "no such bag" in said
    assert "3 heard" not in said
    assert "2 heard, 1 applied, 2 refused" in said
    again = call("bag", "packing", run, scans, code=2)
    assert "2 heard, 0 applied, 2 refused" in again
    assert states(run) == {"planned": 1, "sealed": 1}
    short = call("bag", "short", second, "--run", run, "--item", "土豆", "--quantity", "1斤",
                 "--key", "s1")  # fmt: skip
    assert "potato -500" in short
    assert "shared again" in short
    assert "recorded before" in call(
        "bag", "short", second, "--run", run, "--item", "土豆", "--quantity", "500g",
        "--key", "s1")  # fmt: skip
    assert "1000 g" in call("bag", "contents", second, "--run", run)
    assert "does not match" in call(
        "bag", "check", second, "--run", run, "--found", "土豆=1斤", code=2
    )
    assert "is complete" in call("bag", "check", second, "--run", run, "--found", "土豆=2斤")
    call("bag", "stage", "--run", run, "--point", "P1")
    assert states(run) == {"staged": 2}


def test_all_count_as_sealed_where_nobody_confirms(run: str) -> None:
    call("run", "pack", run)
    assert states(run) == {"sealed": 2}


@needs_fonts
def test_lists_and_labels_are_written(run: str, tmp_path: Path) -> None:
    call("run", "pack", run)
    call("run", "packing-lists", run, "--out", tmp_path / "lists")
    written = {path.name for path in (tmp_path / "lists").iterdir()}
    assert written == {"P1.pdf", "packing.xlsx", "picks.csv", "bags.csv"}
    said = json.loads(
        call("run", "labels", run, "--format", "60x40", "--out", tmp_path / "l.pdf", "--json")
    )
    assert (said["labels"], said["pages"]) == (2, 2)
    pages = pypdf.PdfReader(tmp_path / "l.pdf").pages
    text = "".join(page.extract_text() for page in pages)
    assert "101" in text
    assert "不要香菜" in text
    assert "13812345678" not in text
    assert "label.format-unknown" in call(
        "run", "labels", run, "--format", "a3", "--out", tmp_path / "x.pdf", code=2
    )
    assert "packing.nothing-to-print" in call(
        "run", "labels", run, "--point", "P9", "--out", tmp_path / "x.pdf", code=2
    )
