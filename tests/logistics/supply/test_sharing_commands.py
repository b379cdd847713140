"""The commands of sharing out, on a run that is in a file."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from logistics.domain.procurement import Received
from logistics.domain.runs import RunState
from logistics.store import runs, shares
from logistics.store.session import Database


class Desk:
    """Calls commands on the file of a database."""

    def __init__(self, database: Database, path: Path, supplies: Any) -> None:
        self.database, self.url = database, f"sqlite:///{path}"
        self.code, self.homes = supplies.run.code, supplies.codes

    def call(self, *words: str, code: int = 0, lang: str = "en") -> str:
        line = ["run", *words, "--database", self.url, "--lang", lang]
        done = CliRunner().invoke(app, line)
        assert done.exit_code == code, done.output
        return done.output

    def shares(self) -> int:
        with self.database.read() as session:
            return len(shares.of_run(session, runs.get(session, self.code).id))


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path, supplies_of: Any) -> Desk:
    with sqlite_database.transaction() as session:
        supplies = supplies_of(session)
        supplies.area(4)
        for home in (1, 2, 3):
            supplies.ask(home, ("eggs", 90, "板"), ("cabbage", 500), substitution="none")
        supplies.order()
        supplies.receive(
            lambda item, n: [Received(item=item, quantity_base=210 if item == "eggs" else n)]
        )
    (path,) = tmp_path.glob("*.db")
    return Desk(sqlite_database, path, supplies)


def test_a_sharing_is_tried_without_a_trace_and_then_done(desk: Desk) -> None:
    tried = json.loads(desk.call("allocate", desk.code, "--dry-run", "--json"))
    assert desk.shares() == 0
    said = desk.call("allocate", desk.code, "--dry-run")
    assert "nothing is written" in said
    assert "Tier 2, by the rules: 3 households, lowest fill 0.833" in said
    assert "1 of 1 groups that compete are proven best" in said
    done = json.loads(desk.call("allocate", desk.code, "--json"))
    assert (done["report"], done["run"]["state"]) == (tried["report"], RunState.ALLOCATED.value)
    assert desk.shares() == 6
    assert "run.out-of-order" in desk.call("allocate", desk.code, code=2)


def test_a_ration_is_set_and_told_to_those_it_cut(desk: Desk) -> None:
    assert "at most 2板 of eggs货" in desk.call("ration", desk.code, "eggs货", "2板")
    assert "no ration" in desk.call("ration", desk.code, "eggs货", "--lift")
    desk.call("ration", desk.code, "eggs货", "2板", "--reason", "scarce")
    desk.call("ration", desk.code, "eggs货", code=2)
    desk.call("allocate", desk.code)
    told = json.loads(desk.call("shares", desk.code, "--household", desk.homes[1], "--json"))
    (home,) = told
    assert [line["got"] for line in home["household"]["lines"]] == [60, 500]
    assert home["told"][0].startswith("eggs en: asked 90 pcs, got 60 pcs. Why: rationed")
    zh = desk.call("shares", desk.code, "--household", desk.homes[1], lang="zh")
    assert "每户限 60 个" in zh
    table = list(csv.reader(io.StringIO(desk.call("shares", desk.code, "--csv"))))
    assert len(table) == 1 + 6
    assert "ration.too-late" in desk.call("ration", desk.code, "eggs货", "1板", code=2)
    assert "shares.none-of-household" in desk.call(
        "shares", desk.code, "--household", "nobody", code=2
    )


def test_a_household_allows_what_may_come_instead(desk: Desk) -> None:
    said = desk.call(
        "substitutes",
        desk.code,
        desk.homes[1],
        "cabbage货",
        "--instead",
        "spinach货",
        "--cap",
        "5",
    )
    assert "only, in this order: spinach货" in said
    assert "nothing instead" in desk.call(
        "substitutes", desk.code, desk.homes[1], "cabbage货", "--none"
    )
    desk.call("substitutes", desk.code, desk.homes[1], "cabbage货", "--none", "--class", code=2)
    assert "substitutes.not-asked" in desk.call(
        "substitutes", desk.code, desk.homes[0], "cabbage货", "--class", code=2
    )
