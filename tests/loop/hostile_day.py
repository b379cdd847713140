"""A day of a small district in which every text that people give tries to come alive."""

import csv
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from api.cli import app
from geodata.district import read_district

COMMAND, PLUS, AT, MINUS, SCRIPT, IMPORT, EVAL, EMOJI = HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(A1)",
    "-2+3",
    "<script>alert(1)</script>",
    '#import "x"',
    '[]$_*#eval("1")//',
    "🥔 & <b>土豆</b>",
)
LONG = "长" * 3_400  # 10 kB
RUN = "SY-20991231-1"
POINT, MARKET = "../SP-1", "=M+1"
COURIERS = ("=C1", "../../C2", "#C3[]$_*")
_SETUP = """
catalogue = "catalogue.csv"
[policy]
time_zone = "Asia/Shanghai"
rooms_per_floor = 1
floors_default = 1
[[points]]
code = {point}
name_zh = {script}
name_en = {command}
lon = 120.2341
lat = 30.3036
depot = true
bays = 4
[[markets]]
code = {market}
name_zh = {script}
name_en = {eval}
lon = 120.2341
lat = 30.3020
opens = "05:00:00"
closes = "22:00:00"
"""


def guarded(cell: object) -> object:
    """Give a cell as people may write it who want the text and no formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(tuple("=+-@")) else cell


def csv_file(path: Path, head: str, rows: Iterable[Sequence[object]]) -> Path:
    """Write a CSV file, texts guarded; ``head`` names the columns, parted by spaces."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(head.split())
        out.writerows([guarded(cell) for cell in row] for row in rows)
    return path


@dataclass(slots=True)
class Desk:
    """The command line on one database."""

    folder: Path
    database: Path

    def call(self, *words: object, code: int | None = 0, lang: str = "en") -> Any:
        """Run a command; whatever it says, it must not end with a trace."""
        environment = {
            "SUPPLYLOOP_DATABASE": f"sqlite:///{self.database}", "SUPPLYLOOP_LANG": lang,
        }  # fmt: skip
        done = CliRunner().invoke(app, [str(word) for word in words], env=environment)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert "Traceback" not in done.output
        assert code is None or done.exit_code == code, f"{words}\n{done.output}"
        return done

    def read(self, *words: object, code: int | None = 0) -> Any:
        """Run a command and read the JSON that it prints."""
        return json.loads(self.call(*words, "--json", code=code).stdout)

    def at(self, folder: Path, stage: str) -> "Desk":
        """Give a desk on a copy of the database as it was at a stage of the day."""
        folder.mkdir(parents=True, exist_ok=True)
        copy_database(self.folder / f"{stage}.db", folder / "copy.db")
        return Desk(self.folder, folder / "copy.db")

    def select(self, query: str) -> list[tuple[Any, ...]]:
        """Look into the database past everything."""
        with sqlite3.connect(self.database) as opened:
            found = opened.execute(query).fetchall()
        opened.close()
        return found

    def content(self) -> int:
        """Sum up all that the database holds."""
        with sqlite3.connect(self.database) as opened:
            told = hash("\n".join(opened.iterdump()))
        opened.close()
        return told


def copy_database(source: Path, target: Path) -> None:
    """Copy a database with what its log holds."""
    with sqlite3.connect(source) as of, sqlite3.connect(target) as to:
        of.backup(to)
    of.close()
    to.close()


def settings(folder: Path) -> Path:
    """Write a setup whose codes, names, aliases, shelves and groups are hostile."""
    folder.mkdir()
    quoted = {"point": POINT, "market": MARKET, "script": SCRIPT + IMPORT, "eval": EVAL,
              "command": COMMAND}  # fmt: skip
    text = _SETUP.format(**{name: json.dumps(said) for name, said in quoted.items()})
    (folder / "setup.toml").write_text(text, encoding="utf-8")
    head = ("商品 英文名 别名 类别 基本单位 常用单位 单位换算 每基本单位重量（克）"
            " 每基本单位体积（毫升） 每户限量 货架 替代组")  # fmt: skip
    rows: list[Sequence[object]] = [
        ("土豆", "potato", "", "蔬菜", "克", "斤", "斤=500", 1, 1, 20000, COMMAND, MINUS)
    ]
    rows += [
        (
            one,
            f"{one}!",
            f"{one}?；怪物{n}",
            "零食",
            "件",
            "个",
            "个=1",
            100,
            100,
            50,
            HOSTILE[-n],
            one,
        )
        for n, one in enumerate(HOSTILE)
    ]
    csv_file(folder / "catalogue.csv", head, rows)
    csv_file(
        folder / "offers.csv",
        "market item case_base price_fen stock_cases",
        [(MARKET, "土豆", 1000, 500, ""), *((MARKET, one, 10, 300, "") for one in HOSTILE)],
    )
    csv_file(
        folder / "couriers.csv",
        "code mode capacity_g capacity_ml capacity_bags shift_start shift_end max_trips"
        " zone_max point cohort",
        [(code, "tricycle", 200000, 720000, 24, "09:00", "17:30", 14, "sealed", POINT, AT)
         for code in COURIERS],
    )  # fmt: skip
    return folder


def open_run(folder: Path) -> Desk:
    """Make the district, its setup and a run that lists can be sent to."""
    desk = Desk(folder, folder / "day.db")
    ground = folder / "district"
    desk.call("district", "import", "--synthetic", "small", "--name", f"D{SCRIPT}{EVAL}",
              "-o", ground)  # fmt: skip
    assert read_district(ground).synthetic
    told = desk.call("setup", ground, settings(folder / "setup"))
    assert "left out" not in told.output, told.output
    desk.call("run", "create", "--day", "2099-12-31")
    return desk


def homes(desk: Desk, count: int) -> list[str]:
    """Give the codes of the first households."""
    found = desk.select("SELECT code FROM household ORDER BY code")
    return [str(code) for (code,) in found[:count]]


def walk(desk: Desk) -> None:
    """Walk the day, and keep the database as it was after each step that others start from."""

    def keep(stage: str) -> None:
        copy_database(desk.database, desk.folder / f"{stage}.db")

    keep("open")
    doors = homes(desk, 9)
    lists = desk.folder / "lists.jsonl"
    lines = [
        {
            "household": door,
            "note": f"{said}；{LONG}\x1b[2J\u202e",
            "lines": [
                {"item": "土豆", "quantity": 2, "unit": "斤", "note": said},
                {"item": f"怪物{n}", "quantity": 3, "unit": "个", "note": said},
            ],
        }
        for n, (door, said) in enumerate(zip(doors, HOSTILE, strict=False))
    ]
    lists.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    taken = desk.read("list", "import", RUN, lists)
    assert (taken["accepted_lines"], taken["triaged"]) == (2 * len(HOSTILE), 0)
    _registered(desk, doors)
    keep("asked")
    desk.call("run", "cutoff", RUN)
    desk.call("run", "order", RUN)
    keep("ordered")
    desk.call("run", "receive", RUN, _counted(desk))
    desk.call("run", "ration", RUN, EMOJI, "2个", "--reason", COMMAND)
    desk.call("run", "allocate", RUN)
    desk.call("run", "pack", RUN)
    keep("packed")
    desk.call("run", "plan", RUN, "--time-limit", 1)
    desk.call("run", "release", RUN, "--sheets", desk.folder / "sheets")
    keep("released")
    for trip in desk.read("trip", "list", RUN):
        desk.call("trip", "depart", RUN, trip["id"])
        desk.call("trip", "finish", RUN, trip["id"])
    heard = [
        (bag, "确认", f"household:{door}", COMMAND)
        for bag, door in desk.select(
            "SELECT bag.code, household.code FROM bag JOIN household"
            " ON household.id = bag.household_id"
        )
    ]
    confirmed = csv_file(desk.folder / "heard.csv", "包裹 事件 经手 备注", heard)
    desk.call("bag", "scan", RUN, confirmed)
    desk.call("money", "post", RUN)
    desk.call("money", "pay", doors[0], 100, "--ref", COMMAND)
    keep("delivered")


def _registered(desk: Desk, doors: Sequence[str]) -> None:
    rows = [
        (door, "普通", 2, MINUS, 1, said, "饮食", said, "2026-11-20", said)
        for door, said in zip(doors, HOSTILE, strict=False)
    ]
    head = "地址 类型 人数 楼长 成员 称呼 需求 说明 同意日期 同意登记"
    desk.call("registry", "import", csv_file(desk.folder / "register.csv", head, rows))
    vans = csv_file(
        desk.folder / "vans.csv",
        "编号 载重（公斤） 容积（升） 冷藏 上班 下班 停放点位",
        [(PLUS, 1500, 8000, "是", "05:00", "20:00", POINT)],
    )
    desk.call("van", "import", vans)
    shops = csv_file(
        desk.folder / "shops.csv",
        "编号 名称 英文名 类别 经度 纬度 溯源码样式 备注",
        [(f"{said[:1]}S{n}", said, said, "超市", 120.23, 30.3, "*", f"{said}{LONG[:300]}")
         for n, said in enumerate(HOSTILE)],
    )  # fmt: skip
    desk.call("supplier", "import", shops)
    desk.call("supplier", "suspend", f"{AT[:1]}S2", "--reason", COMMAND)
    policy = csv_file(desk.folder / "policy.csv", "资金编号 比例（%）", [("ALL", 25)])
    desk.call("money", "policy", "import", policy, "--from", "2022-04-01")
    prices = csv_file(
        desk.folder / "prices.csv", "商品 单位 单价（元） 生效日期",
        [(said, "个", 3, "2022-04-01") for said in HOSTILE],
    )  # fmt: skip
    desk.call("money", "prices", "import", prices)


def _counted(desk: Desk) -> Path:
    order = f"{RUN}-{MARKET}"
    rows = [(order, "土豆", 7000, "", COMMAND, "")]
    rows += [(order, said, 2, "个", said, f"https://x.example/{SCRIPT}") for said in HOSTILE]
    return csv_file(desk.folder / "counted.csv", "订单 商品 数量 单位 溯源码 照片", rows)
