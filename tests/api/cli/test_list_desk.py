"""The hotline desk at the command line: take down, read back, repeat, amend, cancel."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pytest
from typer.testing import CliRunner

from api.cli import app
from geodata.district import MapPlace
from logistics.domain.setup import DistrictSetup, ItemSetup, PointSetup, Policy, Setup
from logistics.store.session import open_database
from logistics.usecases.create_run import create_run
from logistics.usecases.cut_off import cut_off
from logistics.usecases.set_up import set_up

HOME = "KX-01-01-1-201"
SETUP = Setup(
    policy=Policy(wave_start=time(9), wave_end=time(18)),
    points=(PointSetup(code="P1", name_zh="点", name_en="P", lon=120.2, lat=30.3, depot=True),),
    items=(
        ItemSetup(
            name_zh="土豆", name_en="potato", base="g", default_unit="斤", units={},
            weight_mg=1000, volume_ul=1500, category="vegetable", cold=False,
            household_limit=20_000,
        ),
    ),
)  # fmt: skip
MAP = (
    MapPlace(id="c1", kind="compound", parent_id=None, code="KX-01", name_zh="小区",
             name_en="compound", lon=120.2, lat=30.3),
    MapPlace(id="b1", kind="building", parent_id="c1", code="KX-01-01", name_zh="一幢",
             name_en="building 1", lon=120.2, lat=30.3, levels=3),
    MapPlace(id="s1", kind="stairwell", parent_id="b1", code="KX-01-01-1", name_zh="一单元",
             name_en="stairwell 1", lon=120.2, lat=30.3),
)  # fmt: skip


@dataclass(frozen=True)
class Desk:
    url: str
    run: str
    later: str

    def call(self, *words: str, code: int = 0, lang: str = "en") -> str:
        line = ["list", *words, "--database", self.url, "--lang", lang]
        done = CliRunner().invoke(app, line)
        assert done.exit_code == code, done.output
        return done.output

    def ask(self, *words: str) -> dict:
        return json.loads(self.call(*words, "--json"))


@pytest.fixture
def desk(sqlite_database):
    url, database = sqlite_database.url, sqlite_database
    now = datetime.now(UTC)
    with database.transaction() as session:
        set_up(session, DistrictSetup(name="Kaixuan"), SETUP, MAP, actor="test", at=now)
        runs = [
            create_run(session, "Kaixuan", (now + timedelta(days=n + 1)).date(), 1,
                       cutoff_at=now + timedelta(days=n), actor="test", at=now)
            for n in (1, 2)
        ]  # fmt: skip
    return Desk(url, *(run.code for run in runs))


def test_a_call_is_taken_down_and_read_back(desk):
    said = desk.call("take", desk.run, HOME, "土豆2斤 随便来点", "--channel", "hotline-3",
                     "--by", "desk-2")  # fmt: skip
    assert "土豆  1000  ← 土豆2斤" in said
    assert "?  随便来点" in said
    (taken,) = [desk.ask("show", HOME)]
    assert (taken["channel"], taken["state"]) == ("hotline-3", "needs-review")


def test_the_callers_reference_makes_twice_once(desk):
    first = desk.ask("take", desk.run, HOME, "土豆2斤", "--ref", "call-17")
    assert desk.ask("take", desk.run, HOME, "土豆2斤", "--ref", "call-17")["id"] == first["id"]
    refused = desk.call("take", desk.run, HOME, "土豆3斤", "--ref", "call-17", code=2)
    assert "list.client-ref-reused" in refused


def test_a_list_is_changed_against_the_version_that_was_read(desk):
    taken = desk.ask("take", desk.run, HOME, "土豆2斤")
    changed = desk.ask("amend", taken["id"], "土豆3斤", "--version", "1")
    assert [line["quantity"] for line in changed["lines"]] == [1500]
    assert "list.changed" in desk.call("amend", taken["id"], "土豆4斤", "--version", "1", code=2)
    assert desk.ask("cancel", taken["id"], "--version", "2")["state"] == "cancelled"
    told = desk.call("show", HOME, "--history")
    assert "version 3 cancelled" in told


def test_last_times_list_goes_into_the_next_run(desk):
    assert "list.none-earlier" in desk.call("repeat", desk.later, HOME, code=2)
    desk.call("take", desk.run, HOME, "土豆2斤")
    database = open_database(desk.url)
    with database.transaction() as session:
        cut_off(session, desk.run, actor="test", at=datetime.now(UTC))
    database.close()
    late = desk.call("take", desk.run, HOME, "土豆1斤", code=2, lang="zh")
    assert "已经截单" in late
    assert desk.later in late
    again = desk.ask("repeat", desk.later, HOME)
    assert [(line["item"], line["quantity"]) for line in again["lines"]] == [("土豆", 1000)]


def test_an_unknown_household_is_refused_and_one_without_a_list_said(desk):
    assert "household.unknown" in desk.call("show", "KX-99", code=2)
    assert "no list" in desk.call("show", HOME)


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", "chat.txt: 1 lists with 1 lines accepted, 1 changes done at once, 0 entries wait"),
        ("zh", "chat.txt:接受 1 份清单 1 行,已改单撤单 1 条,待核 0 条"),
    ],
)
def test_an_import_tells_the_changes_that_it_did(desk, tmp_path, lang, says):
    file = tmp_path / "chat.txt"
    file.write_text("1. 1-1-201 土豆2斤\n\n1-1-201 土豆改成3斤\n")
    told = desk.call("import", desk.run, str(file), "--compound", "KX-01", lang=lang)
    assert told.startswith(says)
