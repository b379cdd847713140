import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.domain.quantities import Amount
from logistics.exchange.tables import (
    Choice,
    Clock,
    Column,
    Day,
    Instant,
    Integer,
    Number,
    Quantity,
    Table,
    Text,
    Words,
    YesNo,
    Yuan,
    guard,
    read_book,
    read_table,
    unguard,
    write_book,
    write_table,
)
from logistics.exchange.tables.cells import text_of

KINDS = Table(
    key="kinds",
    zh="各种",
    en="Kinds",
    columns=(
        Column(key="name", zh="名称", en="name", kind=Text(), required=True),
        Column(key="remark", zh="备注", en="remark", kind=Text(multiline=True), default=""),
        Column(key="count", zh="数量", en="count", kind=Integer(least=-(10**15))),
        Column(key="share", zh="比例", en="share", kind=Number(least=Decimal(-(10**15)))),
        Column(key="price_fen", zh="单价（元）", en="price (yuan)", kind=Yuan(least=-(10**12))),
        Column(key="asked", zh="要", en="asked", kind=Quantity()),
        Column(key="at", zh="时间", en="at", kind=Instant()),
        Column(key="day", zh="日期", en="day", kind=Day()),
        Column(key="clock", zh="时刻", en="clock", kind=Clock()),
        Column(key="cold", zh="冷藏", en="cold", kind=YesNo(), default=False),
        Column(key="zone", zh="区", en="zone", kind=Choice({"sealed": ("封控区", "sealed zone")})),
        Column(key="words", zh="别名", en="aliases", kind=Words(), default=()),
    ),
)
CHARS = st.characters(
    exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp"), exclude_characters="\ufffe\uffff"
)
STARTS = st.sampled_from(
    ["", "=", "+", "-", "@", "'", "''", "'=", "＝", "=cmd|' /C calc'!A0", "#N/A"]
)


def tidy(text: str) -> str:
    return " ".join(text.split())


TEXTS = st.builds(lambda start, rest: tidy(start + rest), STARTS, st.text(CHARS, max_size=20))
NAMES = TEXTS.filter(bool)
WORDS = st.text(st.characters(categories=("L", "N"))).map(tidy).filter(bool)
DECIMALS = st.integers(-(10**14), 10**14).map(lambda n: Decimal(n).scaleb(-6).normalize() + 0)
UTC_TIMES = st.datetimes(timezones=st.just(dt.UTC)).filter(lambda at: 1900 < at.year < 2100)
ROWS = st.fixed_dictionaries(
    {"name": NAMES, "remark": st.lists(TEXTS, max_size=3).map(lambda t: "\n".join(t).strip())},
    optional={
        "count": st.integers(-(10**15), 10**15),
        "share": DECIMALS,
        "price_fen": st.integers(-(10**12), 10**12),
        "asked": st.builds(
            lambda n, word: Amount(Fraction(n, 1000), word),
            st.integers(1, 10**9),
            st.sampled_from(["", "斤", "kg", "板"]),
        ),
        "at": UTC_TIMES,
        "day": st.dates(),
        "clock": st.times(),
        "cold": st.booleans(),
        "zone": st.just("sealed"),
        "words": st.lists(WORDS.filter(lambda w: len(w) <= 64), unique=True).map(tuple),
    },
)


def whole(row: dict[str, Any]) -> dict[str, Any]:
    return {column.key: row.get(column.key, column.default) for column in KINDS.columns}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh", "en"])
@settings(max_examples=25, deadline=None)
@given(rows=st.lists(ROWS, max_size=4))
def test_what_is_written_is_read_back(
    ending: str, language: Any, rows: list[dict[str, Any]]
) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"a.{ending}"
        write_table(file, KINDS, rows, language=language)
        reading = read_table(file, KINDS)
    assert reading.findings == ()
    assert [dict(row.values) for row in reading.rows] == [whole(row) for row in rows]


@given(TEXTS)
def test_a_guarded_text_is_no_formula_and_comes_back(text: str) -> None:
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert unguard(guard(text)) == text


@given(TEXTS)
def test_reading_a_text_twice_changes_nothing(text: str) -> None:
    once = text_of(guard(text))
    assert text_of(guard(once)) == once == text


def test_no_cell_of_a_workbook_is_alive(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    write_table(file, KINDS, [{"name": "=1+1", "remark": "#REF!"}])
    (page,) = openpyxl.load_workbook(file).worksheets
    assert [(cell.value, cell.data_type) for cell in page[2][:2]] == [
        ("'=1+1", "s"),
        ("'#REF!", "s"),
    ]
    assert (page.freeze_panes, page["A1"].font.bold, page.title) == ("A2", True, "各种")


def test_several_tables_share_a_workbook(tmp_path: Path) -> None:
    column = Column(key="code", zh="编号", en="code", kind=Text(), required=True)
    tables = [
        Table(key=key, zh=zh, en=key, columns=(column,)) for key, zh in (("a", "甲"), ("b", "乙"))
    ]
    write_book(tmp_path / "a.xlsx", [(table, [{"code": table.zh}]) for table in tables])
    read = read_book(tmp_path / "a.xlsx", tables[::-1])
    assert {key: reading.rows[0]["code"] for key, reading in read.items()} == {
        "a": "甲",
        "b": "乙",
    }
