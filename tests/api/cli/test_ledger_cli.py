"""A run's goods at the command line: received by file, counted twice, scanned, traced, proved."""

import json
from types import SimpleNamespace

import openpyxl
import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from api.cli import app
from logistics.domain.runs import RunState
from logistics.store import bags, lots, runs, tables
from logistics.store.session import open_database
from tests.logistics.supply.conftest import AT, Supplies

RUN = "KX-20220413-1"
HEADERS = ("订单", "商品", "数量", "单位", "损坏", "溯源码", "过磅（克）")


@pytest.fixture
def desk(sqlite_database, tmp_path):
    """The command line on a run that has ordered cabbage and eggs."""
    with sqlite_database.transaction() as session:
        supplies = Supplies(session)
        supplies.area(4)
        supplies.ask(0, ("cabbage", 1000), ("eggs", 30, "板"))
        supplies.order()
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


def sheet(path, *rows):
    book = openpyxl.Workbook()
    for row in (HEADERS, *rows):
        book.active.append(row)
    book.save(path)
    return path


def test_a_day_of_goods_at_the_command_line(desk):
    order = f"{RUN}-M1"
    file = sheet(
        desk.folder / "到货.xlsx",
        (order, "cabbage货", 1000, None, None, "ZJ 1", 1010),
        (order, "eggs货", 1, "板", None, None, None),
    )
    for _ in range(2):  # the same file again is the same receipts
        done = desk.read("run", "receive", RUN, file, "--van", "V1")
        assert (done["receipts"], done["run"]["state"]) == (1, "ordered")
    cabbage, eggs = desk.read("lot", "list", RUN)
    assert (cabbage["provenance"], cabbage["weight_g"], eggs["quantity"]) == ("ZJ 1", 1010, 30)
    refused = desk.call("receive", "count", RUN, "--van", "V1", "--lot", "ZJ 1=990", code=2)
    assert "count.unexplained" in refused.stderr
    said = ("--lot", "ZJ 1=990=transit-loss", "--all-as-counted")
    counted = desk.call("receive", "count", RUN, "--van", "V1", *said).stdout
    assert "1,000 at the market, 990 g at the point (transit-loss)" in counted
    gifts = desk.folder / "gifts.csv"
    gifts.write_text("商品,数量\ncabbage货,200\n", encoding="gb18030")
    desk.call("receive", "donation", RUN, gifts, "--donor", "RC-1", "--name", "红十字会")
    desk.call("lot", "hold", eggs["id"], "--reason", "cracked?")
    desk.call("lot", "release", eggs["id"], "--reason", "only two")
    desk.call("run", "receive", RUN)
    desk.call("run", "allocate", RUN)
    desk.call("run", "pack", RUN)
    release(desk.database)
    deliver(desk)
    trace(desk, eggs["id"])
    assert desk.read("ledger", "verify")["holds"]
    assert len(desk.read("ledger", "seal")) == 4
    assert "Sealed until" in desk.call("ledger", "verify").stdout


def release(database):
    """Write a released plan with one trip for every bag."""
    with database.transaction() as session:
        run = runs.get(session, RUN)
        packed = bags.of_run(session, run.id)
        rows = [
            (tables.courier, {
                "id": "c1", "district_id": "d", "code": "C1", "mode": "ebike", "capacity_g": 1,
                "capacity_ml": 1, "capacity_bags": 1, "shift_start_s": 0, "shift_end_s": 1,
                "max_trips": 1, "zone_max": 2, "point_id": "P1", "cohort": None,
                "active": True}),
            (tables.plan, {
                "id": "p1", "run_id": run.id, "digest": "", "problem": {}, "seed": 0,
                "state": "released", "plan": {}, "created_at": AT}),
            (tables.trip, {
                "id": "t1", "plan_id": "p1", "courier_id": "c1", "point_id": "P1", "no": 1,
                "code": "T1", "departs_s": 0, "returns_s": 9, "weight_g": 0, "volume_ml": 0,
                "state": "released"}),
            (tables.stop, {
                "id": "s1", "trip_id": "t1", "seq": 1, "stairwell_id": "KX-01-1",
                "arrival_s": 1, "leave_s": 2}),
            *((tables.stop_bag, {"plan_id": "p1", "bag_id": bag.id, "stop_id": "s1"})
              for bag in packed),
        ]  # fmt: skip
        for table, row in rows:
            session.execute(insert(table).values(row))
        runs.set_state(session, run.id, RunState.RELEASED)


def deliver(desk):
    (trip,) = desk.read("trip", "list", RUN)
    (bag,) = trip["bags"]
    assert "under way" in desk.call("trip", "depart", RUN, "T1").stdout
    refused = desk.call("run", "close", RUN, code=2)
    assert "run.bags-on-the-way" in refused.stderr
    assert "back, 1 bags said" in desk.call("trip", "finish", RUN, "T1").stdout
    assert desk.read("trip", "finish", RUN, "T1")["heard"] == []  # it was said
    file = desk.folder / "扫码.csv"
    home = "household:KX-01-1-0000"
    file.write_text(
        f"包裹,事件,经手\n{bag['code']},取走,leader:KX-01-1\n{bag['code']},确认,{home}\n"
        f"{bag['code']},飞走,{home}\n{bag['code']},装车,{home}\nZZZ-Z,确认,{home}\n",
        encoding="utf-8",
    )
    told = desk.call("bag", "scan", RUN, file, code=2)
    assert "3 heard, 3 refused" in told.stdout
    assert "飞走" in told.stderr  # no such event, by line
    assert ":5 by=" in told.stderr  # households load nothing
    again = ("--bag", bag["code"], "--event", "lose", "--by", "courier:C1")
    assert "set aside: the household has it" in desk.call("bag", "scan", RUN, *again).stdout
    assert "confirmed: 1" in desk.call("run", "close", RUN).stdout


def trace(desk, eggs):
    found = desk.read("trace", "lot", eggs)
    (door,) = found["doors"]
    assert (door["household"], door["quantity"]) == ("KX-01-1-0000", 30)
    assert [hand["custodian"] for hand in door["hands"]] == [
        "courier:C1", "slot:KX-01-1", "leader:KX-01-1", "household:KX-01-1-0000",
    ]  # fmt: skip
    back = desk.call("trace", "household", "KX-01-1-0000").stdout
    assert "RC-1" in back or "M1" in back
    steps = desk.read("trace", "lot", eggs, "--steps")
    assert ("supplier:M1", "van:V1") in {(step["source"], step["target"]) for step in steps}
    for subject, code in (("courier", "C1"), ("leader", "KX-01-1"), ("supplier", "M1")):
        assert "KX-01-1-0000" in desk.call("trace", subject, code).stdout
    assert "trace.unknown" in desk.call("trace", "lot", "nowhere", code=2).stderr


def test_rows_that_cannot_be_read_leave_their_order_out_and_the_run_open(desk):
    file = sheet(
        desk.folder / "到货.xlsx",
        (f"{RUN}-M1", "cabbage货", 1000, None, None, "ZJ 1", None),
        (f"{RUN}-M1", "no such thing", 1, None, None, None, None),
    )
    told = desk.call("run", "receive", RUN, file, code=2)
    assert "商品='no such thing'" in told.stderr
    assert desk.read("lot", "list", RUN) == []
    with desk.database.read() as session:
        assert runs.get(session, RUN).state is RunState.ORDERED


def test_a_movement_is_corrected_by_its_number(desk):
    file = sheet(desk.folder / "a.xlsx", (f"{RUN}-M1", "cabbage货", 900, None, None, "ZJ 1", None))
    desk.call("run", "receive", RUN, file, "--more-to-come")
    (first,) = desk.read("ledger", "moves", "ZJ 1")
    wrong = ("ledger", "correct", first["seq"], "--quantity", 950)
    assert "use one of" in desk.call(*wrong, "--reason", "bad luck", code=2).stderr
    assert "taken back" in desk.call(*wrong, "--reason", "miscount").stdout
    assert len(desk.read("ledger", "moves", "ZJ 1")) == 3
    assert desk.read("lot", "show", "ZJ 1")["standing"] == {"stock:P1": 950, "supplier:M1": -950}
    desk.call(
        "receive", "transfer", "--lot", "ZJ 1", "--quantity", 50, "--from", "P1", "--to", "P2"
    )
    desk.call("receive", "send-back", "--lot", "ZJ 1", "--quantity", 50, "--point", "P2")
    desk.call("lot", "destroy", "ZJ 1", "--reason", "spoilt")
    with desk.database.read() as session:
        assert lots.card(session, "ZJ 1").state == "destroyed"
    assert desk.read("ledger", "verify")["holds"]


def test_a_broken_ledger_is_an_exit_code(desk):
    file = sheet(desk.folder / "a.xlsx", (f"{RUN}-M1", "cabbage货", 900, None, None, "ZJ 1", None))
    desk.call("run", "receive", RUN, file, "--more-to-come")
    database = open_database(desk.database.url)
    with database.transaction() as session:
        session.execute(tables.balance.update().values(quantity=901))
    database.close()
    told = desk.call("ledger", "verify", code=2).stdout
    assert "stock:P1" in told


def test_broken_pieces_are_written_off_and_the_bag_stays(desk):
    with desk.database.transaction() as session:
        supplies = Supplies(session)
        supplies.run = runs.get(session, RUN)
        supplies.receive()
        supplies.share()
        supplies.pack()
        runs.set_state(session, supplies.id, RunState.RELEASED)
        (bag,) = bags.of_run(session, supplies.id)
    said = ("bag", "damage", RUN, bag.code, "--goods", "eggs货=3个", "--by", "leader:KX-01",
            "--key", "call-17")  # fmt: skip
    told = desk.call(*said).stdout
    assert f"{bag.code}: wrote off eggs货 3; the bag stays with point:P1" in told
    assert "recorded before" in desk.call(*said).stdout
    done = desk.read(*said[:4], "--goods", "cabbage货=半斤", "--goods", "eggs货=1个", "--by",
                     "point:P1", "--reason", "spoiled")  # fmt: skip
    assert done["pieces"] == {"cabbage货": 250, "eggs货": 1}
    refused = desk.call(*said[:4], "--goods", "eggs货=27个", "--by", "leader:KX-01", code=2)
    assert "damage.too-much" in refused.stderr
    for wrong in ("eggs货", "=3个"):
        desk.call(*said[:4], "--goods", wrong, "--by", "leader:KX-01", code=2)
    desk.call("ledger", "verify", "--run", RUN)  # exit code 0: it holds
