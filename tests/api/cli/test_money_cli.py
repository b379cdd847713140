"""The books of a run at the command line: rules in, posted, shown, paid, proved, exported."""

import json
from datetime import timedelta
from types import SimpleNamespace

import openpyxl
import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from api.cli import app
from logistics.domain.custody import Scan, ScanKind
from logistics.domain.runs import RunState
from logistics.exchange.money_files import read_journal
from logistics.store import bags, runs, tables
from logistics.usecases.record_scans import BagEvent, record_scans
from tests.logistics.supply.conftest import AT, Supplies

RUN = "KX-20220413-1"
HOME = "KX-01-1-0000"


@pytest.fixture
def desk(sqlite_database, tmp_path):
    """The command line on a run of two households that confirmed their bags."""
    with sqlite_database.transaction() as session:
        supplies = Supplies(session)
        supplies.area(4)
        supplies.ask(0, ("cabbage", 1000), ("eggs", 30, "板"))
        supplies.ask(1, ("cabbage", 500))
        supplies.order()
        supplies.receive()
        supplies.share()
        supplies.pack()
        runs.set_state(session, supplies.id, RunState.RELEASED)
        events = [
            BagEvent(bag=bag.code, scan=Scan(
                key=bag.id, kind=ScanKind.CONFIRM, by=f"household:{bag.household_code}",
                at=AT + timedelta(minutes=5)))
            for bag in bags.of_run(session, supplies.id)]  # fmt: skip
        record_scans(session, supplies.id, events, actor="cli", at=AT + timedelta(hours=9))
    url = sqlite_database.url

    def call(*words, code=0):
        done = CliRunner().invoke(
            app, [str(word) for word in words],
            env={"SUPPLYLOOP_DATABASE": url, "SUPPLYLOOP_LANG": "en"},
        )  # fmt: skip
        assert done.exit_code == code, done.output
        return done

    def read(*words):
        return json.loads(call(*words, "--json").stdout)

    return SimpleNamespace(call=call, read=read, database=sqlite_database, folder=tmp_path)


def test_a_day_of_money_at_the_command_line(desk):
    rules = desk.folder / "补助.csv"
    rules.write_text("资金编号,比例（%）\nALL,25\n", "utf-8-sig")
    desk.call("money", "policy", "import", rules, "--from", "2022-04-01")
    assert desk.read("money", "policy", "import", rules, "--from", "2022-04-01")["added"] == 0
    assert "ALL  25%" in desk.call("money", "policy", "show", "--on", "2022-04-13").stdout
    assert desk.read("money", "post", RUN)["facts"]
    assert desk.read("money", "post", RUN)["facts"] == 0
    sums = desk.read("money", "run", RUN, "--households")
    assert sums["even"]
    assert sums["sums"]["bought_fen"] == 1600
    assert sums["sums"]["owed_fen"] + sums["sums"]["subsidies_fen"] == 1600
    owed = desk.read("money", "household", HOME)
    assert (owed["balance_fen"], owed["receipts"][0]["charged_fen"]) == (900, 1200)
    assert desk.read("money", "refund", RUN, HOME, "eggs货", "3个", "--key", "k")["fen"] == 40
    assert desk.read("money", "pay", HOME, 500, "--ref", "A7")["balance_fen"] == 370
    assert desk.read("money", "pay", HOME, 500, "--ref", "A7")["repeated"]
    desk.call("money", "pay", HOME, 501, "--ref", "A7", code=2)
    entry = desk.read("money", "household", HOME)["payments"][0]["seq"]
    desk.call("money", "take-back", entry, "--reason", "other door")
    assert desk.read("money", "household", HOME, "--run", RUN)["balance_fen"] == 870
    desk.call("money", "settle", RUN, "M1", 1000, "--ref", "T1")
    (settled,) = desk.read("money", "suppliers", RUN)
    assert (settled["payable_fen"], settled["paid_fen"]) == (1600, 1000)
    assert desk.read("money", "verify")["holds"]
    told = [
        desk.call("money", *words).stdout
        for words in (
            ("run", RUN, "--households"),
            ("suppliers", RUN),
            ("household", HOME),
            ("verify", RUN),
        )
    ]
    assert "even, to the fen" in told[0]
    assert "open ¥6.00" in told[1]
    assert "owes ¥8.70" in told[2]
    assert "all holds" in told[3]


def test_books_go_into_files_for_accounting_and_for_doors(desk):
    desk.call("money", "post", RUN)
    for kind in ("csv", "xlsx"):
        file = desk.folder / f"凭证.{kind}"
        desk.call("money", "export", RUN, "--format", kind, "--out", file, "--lang", "zh")
        lines = read_journal(file, zone="Asia/Shanghai")
        owed = sum(line.posting.fen for line in lines if line.posting.kind == "delivery")
        assert owed == 1600
    pdf, one, table = (desk.folder / name for name in ("all.pdf", "one.pdf", "all.xlsx"))
    desk.call("money", "receipts", RUN, pdf)
    desk.call("money", "receipts", RUN, table)
    assert desk.read("money", "receipts", RUN, desk.folder / "账单")["households"] == 2
    assert {file.name for file in (desk.folder / "账单").iterdir()} == {
        "KX-01-1.pdf", "KX-02-1.pdf"}  # fmt: skip
    desk.call("money", "household", HOME, "--out", one)
    assert pdf.read_bytes()[:5] == one.read_bytes()[:5] == b"%PDF-"
    assert openpyxl.load_workbook(table).active.max_row == 4  # a head and three lines
    desk.call("money", "suppliers", RUN, "--out", desk.folder / "结算.csv")
    assert (desk.folder / "结算.csv").read_text("utf-8-sig").count("\nM1,") == 2


def test_prices_come_by_table_with_bad_rows_named(desk):
    file = desk.folder / "售价.csv"
    file.write_text(
        "商品,单位,单价（元）,生效日期\ncabbage货,斤,3.5,2022-04-01\n龙虾,斤,9,2022-04-01\n",
        "gb18030",
    )
    done = desk.call("money", "prices", "import", file, code=2)
    assert "龙虾" in done.stderr
    out = desk.folder / "out.xlsx"
    desk.call("money", "prices", "export", out)
    again = desk.read("money", "prices", "import", out)
    assert (again["rows"], again["added"]) == (1, 0)
    policy = desk.folder / "规则.csv"
    policy.write_text("生效日期,定价方式\n2022-04-01,按价目表\n", "utf-8")
    desk.call("money", "policy", "import", policy)
    desk.call("money", "policy", "export", desk.folder / "p.xlsx", "--on", "2022-04-13")
    desk.call("money", "post", RUN)
    charged = desk.read("money", "household", HOME)["receipts"][0]["charged_fen"]
    assert charged == 700 + 400  # cabbage by the list, eggs at what they cost


def test_books_that_were_tampered_with_end_with_two(desk):
    desk.call("money", "post", RUN)
    with desk.database.transaction() as session:
        session.execute(insert(tables.money_entry).values(
            fact="x", district_id="d", run_id=runs.get(session, RUN).id, kind="subsidy",
            debit="fund:A", credit="subsidy", fen=1, lot_id=None, quantity=0, household="",
            reason="", actor="x", at=AT, recorded_at=AT))  # fmt: skip
    done = desk.call("money", "verify", code=2)
    assert "money.broken" in done.stderr
