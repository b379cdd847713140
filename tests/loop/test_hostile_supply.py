"""Bad files at every import: one clear error each, good rows go in, nothing is lost."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.loop.hostile_day import MARKET, POINT, RUN, Desk

HOMES = ("SY-01-01-1-101", "SY-01-01-1-201")
ORDER = f"{RUN}-{MARKET}"
Told = tuple[int, int]  # rows that were accepted, rows that were reported


def _listed(report: Any) -> Told:
    return report["accepted_lines"], report["triaged"]


def _catalogued(report: Any) -> Told:
    taken = len(report["added"]) + len(report["changed"]) + report["unchanged"]
    return taken, len({one["line"] for one in report["findings"]}) + len(report["refused"])


def _ruled(report: Any) -> Told:
    return report["rows"], len({one["line"] for one in report["findings"]})


def _registered(report: Any) -> Told:
    homes = report["tallies"]["households"]
    left = len({one["row"] for one in report["faults"]})
    return homes["added"] + homes["changed"] + homes["unchanged"], left


def _answered(report: Any) -> Told:
    return report["marked"], len(report["faults"])


def _received(report: Any) -> Told:
    return report["receipts"], len(report["findings"])


def _heard(report: Any) -> Told:
    refused = sum(
        one["outcome"].startswith(("bag.", "scan.", "packing.")) for one in report["heard"]
    )
    return len(report["heard"]) - refused, refused + len(report["findings"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """A command that reads a table, rows it takes, and cells it must not take, by column."""

    words: tuple[object, ...]
    more: tuple[object, ...] = ()
    stage: str = "asked"
    head: str
    good: Sequence[tuple[object, ...]]
    bad: Sequence[tuple[str, object]]
    told: Callable[[Any], Told] = _ruled
    wrong_row: int = 2  # exit code where a row is left out
    whole: bool = False  # with one bad row nothing of the file goes in
    lenient: bool = False  # no column must be there: each row says what it lacks
    sheet: str = "Sheet"
    merged: int = 3  # a column that cannot be merged downwards

    def rows(self) -> list[list[object]]:
        """Give a bad row for each bad cell: the first good one, with only that cell changed."""
        names = self.head.split()
        made = []
        for column, value in self.bad:
            row = list(self.good[0])
            row[names.index(column)] = value
            made.append(row)
        return made


TURNED, CONTROL = "a\u202eb", "a\x07b"
IMPORTERS: dict[str, Importer] = {
    "list": Importer(
        words=("list", "import", RUN), stage="open", told=_listed, wrong_row=0,
        head="户号 商品 数量 单位",
        good=[(HOMES[0], "土豆", 2, "斤"), (HOMES[1], "土豆", 1, "斤")],
        bad=[("数量", "=2*3"), ("数量", "#REF!"), ("数量", -2), ("数量", 0), ("数量", "很多"),
             ("数量", 9999), ("单位", "米"), ("商品", "龙虾王"), ("商品", ""), ("户号", "=A1"),
             ("户号", "XX-99"), ("户号", ""), ("商品", CONTROL), ("商品", "龙" * 10_000)],
    ),
    "catalogue": Importer(
        words=("catalogue", "import"), told=_catalogued,
        head="商品 类别 基本单位 常用单位 单位换算 每基本单位重量（克） 每基本单位体积（毫升）"
             " 每户限量",
        good=[("紫菜头", "蔬菜", "克", "斤", "斤=500", 1, 1, 9000),
              ("冰草叶", "蔬菜", "克", "斤", "斤=500", 1, 1, 9000)],
        bad=[("商品", "=1+1"), ("商品", TURNED), ("商品", CONTROL), ("商品", "长" * 3400),
             ("类别", "龙"), ("基本单位", "里"), ("常用单位", "桶"), ("单位换算", "斤"),
             ("每基本单位重量（克）", 0), ("每户限量", 0), ("每户限量", "#DIV/0!"),
             ("每户限量", "1e999"), ("商品", "")],
    ),
    "supplier": Importer(
        words=("supplier", "import"), head="编号 名称 类别 经度 纬度 开门 起订金额（元）",
        good=[("N1", "新店", "超市", 120.2, 30.3, "6:00", 0),
              ("N2", "新店二", "批发", 120.2, 30.3, "6:00", 5)],
        bad=[("编号", POINT), ("编号", "=1"), ("名称", ""), ("名称", TURNED), ("类别", "小摊"),
             ("经度", 999), ("纬度", "北"), ("开门", "25:00"), ("起订金额（元）", -1),
             ("起订金额（元）", "0.001")],
    ),
    "offers": Importer(
        words=("supplier", "offers", "import"),
        head="供应商 商品 每件含量 每件价格（元） 库存件数",
        good=[(MARKET, "土豆", "2kg", 5, 9), ("+S1", "土豆", "2kg", 5, 9)],
        bad=[("供应商", "S99"), ("商品", "龙虾王"), ("商品", "=1"), ("每件含量", "2米"),
             ("每件含量", "0斤"), ("每件价格（元）", 0), ("每件价格（元）", "免费"),
             ("每件价格（元）", "=3"), ("库存件数", -1), ("库存件数", 1.5)],
    ),
    "van": Importer(
        words=("van", "import"), head="编号 载重（公斤） 容积（升） 上班 下班 停放点位",
        good=[("V1", 1500, 8000, "5:00", "20:00", POINT),
              ("V2", 900, 80, "5:00", "20:00", POINT)],
        bad=[("编号", "车" * 99), ("载重（公斤）", 0), ("载重（公斤）", 10**9),
             ("容积（升）", "大"),
             ("上班", "早上"), ("下班", "4:00"), ("停放点位", "SP-9"), ("编号", "=V")],
    ),
    "registry": Importer(
        words=("registry", "import"), told=_registered, lenient=True,
        head="地址 人数 需求 同意日期 同意登记",
        good=[(HOMES[0], 3, "老人", "2026-11-20", "岗"), (HOMES[1], 2, "", "", "")],
        bad=[("地址", "XX-99"), ("地址", "=A1"), ("人数", 0), ("人数", "三十万"), ("需求", "龙"),
             ("同意日期", "2026-13-40"), ("同意登记", TURNED), ("同意登记", "岗" * 3400)],
    ),
    "answers": Importer(
        words=("registry", "answers", RUN), more=("--how", "phone", "--by", "L1"), told=_answered,
        head="户号 本次结果", good=[("SY-01-01-2-601", "不需要"), ("SY-01-01-3-101", "已问")],
        bad=[("户号", "XX-99"), ("户号", "=A1"), ("本次结果", "吃了"), ("本次结果", "#N/A")],
    ),
    "prices": Importer(
        words=("money", "prices", "import"), head="商品 单位 单价（元） 生效日期",
        good=[("土豆", "斤", 3, "2022-05-01"), ("土豆", "斤", 4, "2022-06-01")],
        bad=[("商品", "龙虾王"), ("单位", "米"), ("单价（元）", -1), ("单价（元）", "0.001"),
             ("单价（元）", "=1"), ("生效日期", "昨天"), ("生效日期", "2022-02-30")],
    ),
    "policy": Importer(
        words=("money", "policy", "import"), more=("--from", "2030-01-01"),
        told=lambda report: (report["rows"] - 1, _ruled(report)[1]),  # one says from when on
        head="资金编号 比例（%） 每户上限（元） 需求", sheet="补助",
        good=[("A", 25, "", ""), ("B", 10, 5, "老人")],
        bad=[("资金编号", "=1"), ("资金编号", "<script>"), ("比例（%）", 101),
             ("比例（%）", "一半"),
             ("每户上限（元）", -1), ("需求", "龙")],
    ),
    "receive": Importer(
        words=("run", "receive", RUN), stage="ordered", told=_received, whole=True,
        head="订单 商品 数量 单位 损坏",
        good=[(ORDER, "土豆", 3500, "", ""), (ORDER, "怪物0", 3, "个", "")],
        bad=[("商品", "龙虾王"), ("数量", "很多"), ("数量", -2), ("单位", "米"), ("损坏", "-1"),
             ("数量", "0.5克")],
    ),
    "donation": Importer(
        words=("receive", "donation", RUN), more=("--donor", "RC-1", "--name", "红十字会"),
        stage="ordered", told=lambda report: (len(report["lots"]), 0), whole=True, lenient=True,
        head="商品 数量 单位 金额（元）",
        good=[("土豆", 3500, "", ""), ("怪物7", 3, "个", "")],
        bad=[("商品", "龙虾王"), ("商品", "=1"), ("数量", "很多"), ("数量", "=1"), ("单位", "米"),
             ("金额（元）", -1), ("商品", CONTROL)],
    ),
    "packing": Importer(
        words=("bag", "packing", RUN), stage="packed", told=_heard, head="包裹 事件 时间 备注",
        good=[("001-3", "上架", "", "好"), ("002-6", "上架", "", "")],
        bad=[("包裹", "ZZZ"), ("包裹", "=A1"), ("事件", "吃掉"), ("时间", "昨天"),
             ("备注", TURNED), ("备注", "长" * 3400)],
    ),
    "scan": Importer(
        words=("bag", "scan", RUN), stage="released", told=_heard, head="包裹 事件 经手 时间 备注",
        good=[("001-3", "确认", f"household:{HOMES[0]}", "", ""),
              ("002-6", "确认", f"household:{HOMES[1]}", "", "")],
        bad=[("包裹", "ZZZ"), ("事件", "飞走"), ("经手", "鬼:1"), ("经手", "=A1"),
             ("时间", "昨天"), ("备注", CONTROL)],
    ),
}  # fmt: skip


def table(
    path: Path, head: Sequence[str], rows: Sequence[Sequence[object]], sheet: str = "Sheet"
) -> Path:
    """Write rows as they are, formulas as formulas."""
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        book.active.title = sheet
        for line, row in enumerate([head, *rows], start=1):
            for column, value in enumerate(row, start=1):
                if value != "":
                    book.active.cell(line, column, TURNED if value == CONTROL else value)
        book.save(path)
        return path
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def kept(cell: object) -> object:
    """Guard the codes that begin like a formula and are meant as they are."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=M", "+S")) else cell


def broken_files(folder: Path, one: Importer) -> list[Path]:
    """Write files of which nothing can be read, each broken in its own way."""
    head = one.head.split()
    good = table(folder / "good.xlsx", head, one.good).read_bytes()
    made = {
        "empty.csv": b"",
        "empty.xlsx": b"",
        "noise.xlsx": bytes(range(256)) * 40,
        "cut.xlsx": good[: len(good) // 2],
        "old.xlsx": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 999,
        "noise.csv": b"\x00\x01\x02,\n" * 9,
        "code.csv": "，".join(head).encode() + b"\n\xff\xff\x81,\xfe\n",
        "headless.csv": b"1,2,3\n4,5,6\n",
        "lacking.csv": f"{head[1]}\n1\n".encode(),
        "twice.csv": f"{','.join(head)},{head[0]}\n".encode(),
        "words.doc": good,
    }
    files = []
    for name, content in made.items():
        files.append(folder / name)
        files[-1].write_bytes(content)
    files.append(folder / "entities.xlsx")
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(files[-1], "w") as new:
        for part in old.namelist():
            bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' if "sheet1" in part else b""
            new.writestr(part, bomb + old.read(part))
    (folder / "folder.csv").mkdir()
    return [*files, folder / "folder.csv", folder / "missing.csv"]


@pytest.mark.parametrize("name", IMPORTERS)
def test_a_file_that_cannot_be_read_is_named_and_changes_nothing(
    hostile_day: Desk, tmp_path: Path, name: str
) -> None:
    one = IMPORTERS[name]
    desk = hostile_day.at(tmp_path / "db", one.stage)
    before = desk.content()
    for file in broken_files(tmp_path, one):
        if one.lenient and file.name == "lacking.csv":
            continue
        said = desk.call(*one.words, file, *one.more, code=2)
        assert "error" in said.stderr, (file, said.output)
        assert file.name in said.stderr, (file, said.output)
        assert "→" in said.stderr, (file, said.output)
    assert desk.content() == before


@pytest.mark.parametrize("name", IMPORTERS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_bad_rows_are_named_and_all_rows_are_accounted_for(
    hostile_day: Desk, tmp_path: Path, name: str, kind: str
) -> None:
    one = IMPORTERS[name]
    desk = hostile_day.at(tmp_path / "db", one.stage)
    good = [[kept(cell) for cell in row] for row in one.good]
    bad = [[kept(cell) for cell in row] for row in one.rows()]
    file = table(tmp_path / f"rows.{kind}", one.head.split(), [*bad, *good], one.sheet)
    before = desk.content()
    if one.whole:
        said = desk.call(*one.words, file, *one.more, code=2)
        assert desk.content() == before
    else:
        said = desk.call(*one.words, file, *one.more, "--json", code=one.wrong_row)
        report = json.loads(said.stdout)
        assert one.told(report) == (len(good), len(bad)), report
        if kind == "csv":  # people are told the same as programs
            again = hostile_day.at(tmp_path / "again", one.stage)
            said = again.call(*one.words, file, *one.more, code=one.wrong_row)
        if name == "list":
            said = desk.call("triage", "list", RUN)
    for line, (column, value) in enumerate(one.bad, start=2):
        named = re.search(rf"[: ]{line}\b", said.output) is not None
        assert named or str(value) in said.output, (column, value, said.output)


@pytest.mark.parametrize("name", IMPORTERS)
def test_every_encoding_gives_the_same_rows(hostile_day: Desk, tmp_path: Path, name: str) -> None:
    one = IMPORTERS[name]
    good = [[kept(cell) for cell in row] for row in one.good]
    plain = table(tmp_path / "rows.csv", one.head.split(), good).read_text(encoding="utf-8")
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        desk = hostile_day.at(tmp_path / encoding, one.stage)
        file = tmp_path / f"{encoding}.csv"
        file.write_bytes(plain.encode(encoding))
        report = desk.read(*one.words, file, *one.more)
        assert one.told(report) == ((1 if name == "receive" else len(good)), 0), encoding


@pytest.mark.parametrize("name", IMPORTERS)
def test_an_amount_that_is_merged_over_rows_is_asked_about(
    hostile_day: Desk, tmp_path: Path, name: str
) -> None:
    one = IMPORTERS[name]
    desk = hostile_day.at(tmp_path / "db", one.stage)
    good = [[kept(cell) for cell in row] for row in one.good]
    file = table(tmp_path / "merged.xlsx", one.head.split(), good, one.sheet)
    book = openpyxl.load_workbook(file)
    column = len(one.head.split()) if name == "answers" else one.merged
    book.active.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
    book.save(file)
    said = desk.call(*one.words, file, *one.more, code=None)
    if name == "list":
        assert desk.read("triage", "list", RUN)[0]["facts"]["mend"].startswith("unmerge")
    else:
        assert said.exit_code == 2
        assert re.search(r"[: ][23]\b", said.output)
        assert "unmerge the cells" in said.output
