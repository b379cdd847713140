from pathlib import Path

import openpyxl
import pytest

from logistics.domain.lists import Entry
from logistics.exchange.tabular import ListsUnreadable, read_entries

HOME = "HK-07-03-2-201"


def asked(entries: list[Entry]) -> list[tuple[str, list[str]]]:
    return [(e.household, [line.item for line in e.lines]) for e in entries if e.household]


def doubts(entries: list[Entry]) -> list[tuple[int, str, str]]:
    return [(d.line, d.facts["field"], d.said) for e in entries for d in e.doubts]


def written(folder: Path, text: str, encoding: str = "utf-8") -> list[Entry]:
    (folder / "a.csv").write_bytes(text.encode(encoding))
    return list(read_entries(folder / "a.csv"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_title_and_unknown_columns_do_no_harm(tmp_path: Path, encoding: str) -> None:
    text = f"4月13日接龙\n序号;户号;商品;数量;单位\n1;{HOME};土豆;2;斤\n"
    assert asked(written(tmp_path, text, encoding)) == [(HOME, ["土豆"])]


def test_an_open_quote_and_a_row_too_wide_wait_alone(tmp_path: Path) -> None:
    text = f'户号,商品,数量\n{HOME},"土豆,2\n{HOME},青菜,1,大一点\n{HOME},鸡蛋,3\n'
    entries = written(tmp_path, text)
    assert asked(entries) == [(HOME, ["鸡蛋"])]
    assert doubts(entries) == [
        (2, "", f'{HOME},"土豆,2'),
        (3, "", f"{HOME} 青菜 1 大一点"),
    ]


def test_a_household_merged_over_its_rows_asks_for_all_of_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ("户号", "商品", "数量"),
        (HOME, "土豆", 2),
        (None, "青菜", 1),
        (None, "鸡蛋", None),
    ):
        book.active.append(row)
    book.active.merge_cells("A2:A4")
    book.active.merge_cells("C3:C4")
    book.save(tmp_path / "a.xlsx")
    entries = list(read_entries(tmp_path / "a.xlsx"))
    assert asked(entries) == [(HOME, ["土豆", "青菜"])]
    assert doubts(entries) == [(4, "数量", "鸡蛋")]


def test_a_workbook_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK no workbook")
    with pytest.raises(ListsUnreadable) as refused:
        list(read_entries(tmp_path / "a.xlsx"))
    assert refused.value.facts["file"] == "a.xlsx"
