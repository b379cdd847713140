import ast
import datetime as dt
import inspect
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from api.i18n import has_text
from logistics.exchange import tables
from logistics.exchange.tables import (
    Clock,
    Column,
    Day,
    Integer,
    Reading,
    Table,
    TableUnreadable,
    Text,
    Yuan,
    read_table,
    stream_table,
    workbooks,
)

STOCK = Table(
    key="stock",
    zh="库存",
    en="Stock",
    columns=(
        Column(key="house", zh="户号", en="household", kind=Text(20), default="", spans=True),
        Column(key="item", zh="商品", en="item", words=("品名",), kind=Text(64), required=True),
        Column(
            key="count", zh="数量", en="count", kind=Integer(least=1, most=9999), required=True
        ),
        Column(key="price_fen", zh="单价", en="price", kind=Yuan(), default=0),
        Column(key="day", zh="日期", en="day", kind=Day()),
        Column(key="clock", zh="时刻", en="clock", kind=Clock()),
    ),
)
HEAD = ("户号", "商品", "数量", "单价", "日期", "时刻")


def workbook(folder: Path, *rows: Sequence[Any], merge: Sequence[str] = ()) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for area in merge:
        book.active.merge_cells(area)
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def text_file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    (folder / "a.csv").write_bytes(text.encode(encoding))
    return folder / "a.csv"


def seen(reading: Reading) -> list[tuple[Any, ...]]:
    return [(row["item"], row["count"], row.line) for row in reading.rows]


def found(reading: Reading) -> list[tuple[str, int, str, str]]:
    return [(one.code, one.line, one.column, one.value) for one in reading.findings]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_text_file_is_read_in_any_usual_writing(
    tmp_path: Path, encoding: str, sign: str
) -> None:
    text = f"品 名（必填）{sign}数量*\n青菜{sign}２\n"
    assert seen(read_table(text_file(tmp_path, text, encoding), STOCK)) == [("青菜", 2, 2)]


def test_a_header_stands_under_a_title(tmp_path: Path) -> None:
    file = workbook(
        tmp_path,
        ["4月13日 到货, 第一车"],
        [],
        ["序号", *HEAD],
        [1, "", "青菜", 2.0],
        merge=["A1:G1"],
    )
    reading = read_table(file, STOCK)
    assert (seen(reading), reading.ignored) == ([("青菜", 2, 4)], ("序号",))


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        (12, 12),
        (2.0, 2),  # what a spreadsheet makes of 2
        ("１２", 12),  # full width
        ("1,200", 1200),
        ("十二", 12),
        (" 7 ", 7),
    ],
)
def test_numbers_are_understood(tmp_path: Path, cell: Any, count: int) -> None:
    assert seen(read_table(workbook(tmp_path, HEAD, ["", "蛋", cell]), STOCK)) == [
        ("蛋", count, 2)
    ]


def test_cells_of_dates_and_codes_keep_their_meaning(tmp_path: Path) -> None:
    at = dt.datetime(2022, 4, 13)  # noqa: DTZ001  a spreadsheet's cell knows no zone
    file = workbook(
        tmp_path,
        HEAD,
        ["007", 101.0, 1, 12.3, at, dt.time(9, 30)],
        ["", "x", 1, "¥12.30元", "2022年4月13日", "9:30"],
    )
    rows = [dict(row.values) for row in read_table(file, STOCK).rows]
    assert rows[0]["house"] == "007"
    assert rows[0]["item"] == "101"
    for key, value in {"price_fen": 1230, "day": at.date(), "clock": dt.time(9, 30)}.items():
        assert [row[key] for row in rows] == [value, value]


@pytest.mark.parametrize(
    ("row", "code", "column", "value"),
    [
        (["", "", 1], "cell.missing", "商品", ""),
        (["", "=A1", 1], "cell.formula", "商品", "=A1"),
        (["", "#REF!", 1], "cell.error", "商品", "#REF!"),
        (["", "x" * 65, 1], "cell.too-long", "商品", "x" * 65),
        (["", "a\u202eb", 1], "cell.control-character", "商品", "a\u202eb"),
        (["", dt.date(2022, 3, 2), 1], "cell.became-date", "商品", "2022-03-02 00:00:00"),
        (["", 330106199001011234, 1], "cell.digits-lost", "商品", "330106199001011200"),
        (["", "x", "many"], "cell.not-number", "数量", "many"),
        (["", "x", True], "cell.not-number", "数量", "TRUE"),
        (["", "x", 1.5], "cell.not-whole", "数量", "1.5"),
        (["", "x", 10000], "cell.out-of-bounds", "数量", "10000"),
        (["", "x", 1, 0.001], "cell.not-money", "单价", "0.001"),
        (["", "x", 1, 0, "13.4."], "cell.not-date", "日期", "13.4."),
        (["", "x", 1, 0, None, "25:00"], "cell.not-clock", "时刻", "25:00"),
    ],
)
def test_a_bad_cell_is_found_and_the_others_go_in(
    tmp_path: Path, row: list[Any], code: str, column: str, value: str
) -> None:
    reading = read_table(workbook(tmp_path, HEAD, ["", "蛋", 1], row, ["", "米", 2]), STOCK)
    assert seen(reading) == [("蛋", 1, 2), ("米", 2, 4)]
    assert [(f[0], f[1], f[2]) for f in found(reading)] == [(code, 3, column)]
    assert reading.findings[0].value.startswith(value[:15])


def test_all_that_is_wrong_with_a_row_is_said(tmp_path: Path) -> None:
    reading = read_table(text_file(tmp_path, "品名,数量\n,x\n"), STOCK)
    assert [one.code for one in reading.findings] == ["cell.missing", "cell.not-number"]


def test_a_merged_cell_holds_for_its_rows_only_where_the_column_says_so(tmp_path: Path) -> None:
    file = workbook(
        tmp_path, HEAD, ["1-101", "蛋", 1], ["", "米", 2], ["", "油", ""], ["2-2", "盐", 3],
        merge=["A2:A4", "C3:C4"],
    )  # fmt: skip
    reading = read_table(file, STOCK)
    assert [row["house"] for row in reading.rows] == ["1-101", "1-101", "2-2"]
    assert found(reading) == [("cell.merged", 4, "数量", "")]


def test_an_open_quote_spoils_its_own_line_only(tmp_path: Path) -> None:
    reading = read_table(text_file(tmp_path, '品名,数量\n青菜,1\n"豆腐,2\n鸡蛋,3\n'), STOCK)
    assert seen(reading) == [("青菜", 1, 2), ("鸡蛋", 3, 4)]
    assert [one.code for one in reading.findings] == ["row.unquoted"]


def test_a_value_without_a_column_is_not_dropped(tmp_path: Path) -> None:
    reading = read_table(text_file(tmp_path, "品名,数量\n青菜,1,大一点\n"), STOCK)
    assert found(reading) == [("row.too-wide", 2, "", "大一点")]


def test_a_repeated_header_and_a_bare_number_say_nothing(tmp_path: Path) -> None:
    reading = read_table(
        text_file(tmp_path, "序号,品名,数量\n1,青菜,1\n序号,品名,数量\n2,,\n"), STOCK
    )
    assert (seen(reading), reading.findings) == ([("青菜", 1, 2)], ())


@pytest.mark.parametrize(
    ("text", "field", "mend"),
    [
        ("品名,单价\nx,1\n", "count", "no column is named 数量"),
        ("品名,数量,count\nx,1,1\n", "count", "two columns are named 数量"),
        ("\n\n", "", "it is empty"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(
    tmp_path: Path, text: str, field: str, mend: str
) -> None:
    with pytest.raises(TableUnreadable) as refused:
        read_table(text_file(tmp_path, text), STOCK)
    assert refused.value.facts["field"] == field
    assert str(refused.value.facts["mend"]).startswith(mend)


def test_a_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    page = book.create_sheet("库存")
    page.append(HEAD)
    page.append(["", "蛋", 1])
    book.save(tmp_path / "a.xlsx")
    assert read_table(tmp_path / "a.xlsx", STOCK).sheet == "库存"
    with pytest.raises(TableUnreadable, match="no such sheet"):
        read_table(tmp_path / "a.xlsx", STOCK, sheet="x")


def damaged(folder: Path) -> dict[str, Path]:
    good = workbook(folder, HEAD, ["", "蛋", 1]).read_bytes()
    files = {
        "cut.xlsx": good[: len(good) // 2],
        "old.xlsx": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600,
        "text.xlsx": "品名,数量".encode(),
        "empty.xlsx": b"",
        "nul.csv": b"a,b\0c",
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with zipfile.ZipFile(folder / "a.xlsx") as parts:
        kept = {name: parts.read(name) for name in parts.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    broken = {
        "xml.xlsx": {sheet: kept[sheet][:-40]},
        "entities.xlsx": {sheet: b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + kept[sheet]},
        "wide.xlsx": {sheet: kept[sheet].replace(b'r="C2"', b'r="XFD2"')},
        "far.xlsx": {sheet: kept[sheet].replace(b'<row r="2"', b'<row r="99999999999"')},
    }
    for name, changed in broken.items():
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as parts:
            for part, content in (kept | changed).items():
                parts.writestr(part, content)
    with zipfile.ZipFile(folder / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as parts:
        for part, content in kept.items():
            parts.writestr(part, content)
        with parts.open("xl/more.xml", "w", force_zip64=True) as part:
            for _ in range(6):
                part.write(b" " * 1_000_000)
    return {path.name: path for path in folder.iterdir() if path.name != "a.xlsx"}


def test_a_damaged_or_hostile_file_is_refused_with_a_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 5_000_000)
    files = damaged(tmp_path) | {"none.csv": tmp_path / "none.csv", "a.pdf": tmp_path / "a.pdf"}
    for name, file in files.items():
        with pytest.raises(TableUnreadable) as refused:
            read_table(file, STOCK)
        assert (refused.value.facts["file"], bool(refused.value.facts["mend"])) == (name, True)


def test_a_sheet_that_lies_about_its_size_is_read_whole(tmp_path: Path) -> None:
    file = workbook(tmp_path, HEAD, *(["", "蛋", n] for n in range(1, 10)))
    with zipfile.ZipFile(file) as parts:
        kept = {name: parts.read(name) for name in parts.namelist()}
    with zipfile.ZipFile(file, "w") as parts:
        for name, content in kept.items():
            parts.writestr(name, content.replace(b'ref="A1:F10"', b'ref="A1:A2"'))
    assert len(read_table(file, STOCK).rows) == 9


def test_rows_stream_in_the_order_of_the_file(tmp_path: Path) -> None:
    file = text_file(tmp_path, "品名,数量\n青菜,1\n,1\n鸡蛋,2\n")
    assert [type(one).__name__ for one in stream_table(file, STOCK)] == ["Row", "Finding", "Row"]


def test_each_finding_has_a_text_in_each_language() -> None:
    codes = {"table.unreadable"}
    for name in ("cells", "kinds", "moments", "reading"):
        module = inspect.getmodule(getattr(tables, name))
        assert module is not None
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "BadCell":
                codes |= {arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)}
    assert len(codes) > 15
    assert [
        code for code in sorted(codes) for lang in ("zh", "en") if not has_text(code, lang)
    ] == []
