"""Exports of group-buying programs."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from logistics.exchange.group_buys import is_group_buy
from logistics.exchange.tabular import read_entries

HEAD = [
    "跟团号", "下单人", "商品", "规格", "数量", "收货人", "联系电话", "详细地址", "团员备注",
    "订单状态", "退款数量",
]  # fmt: skip


def export(folder: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["4月13日蔬菜团 订单导出"])
    book.active.append(HEAD)
    for row in rows:
        book.active.append(row)
    path = folder / "团购.xlsx"
    book.save(path)
    return path


def order(no: int, item: str, size: str, count: object, address: str = "3幢2单元501", **more: str):
    return [
        no, "小王妈妈", item, size, count, "王", "13800001111", address, more.get("note", ""),
        more.get("state", "待发货"), more.get("refunded"),
    ]  # fmt: skip


def asked(path: Path) -> list[tuple[str, str, str]]:
    return [
        (line.item, str(line.quantity), line.unit)
        for entry in read_entries(path, compound="HK-07")
        for line in entry.lines
    ]


def test_portions_are_multiplied_by_their_size(tmp_path: Path) -> None:
    path = export(
        tmp_path,
        order(1, "【现货】土豆 2斤装", "", 3),
        order(1, "鸡蛋", "30枚", "x2"),
        order(1, "五花肉(约500g)", "", 2),
        order(1, "豆腐", "默认", 2.0),
    )
    assert asked(path) == [
        ("土豆", "6", "斤"),
        ("鸡蛋", "60", "枚"),
        ("五花肉", "1000", "g"),
        ("豆腐", "2", ""),
    ]


def test_an_order_is_one_entry_and_persons_are_left_unread(tmp_path: Path) -> None:
    path = export(
        tmp_path,
        order(7, "土豆", "1斤", 1, note="放门口"),
        order(8, "土豆", "1斤", 2, "3幢2单元502"),
        order(7, "鸡蛋", "10个", 1, note="放门口"),
    )
    first, second = read_entries(path, compound="HK-07")
    assert (first.household, first.client_ref, first.note) == (
        "3幢2单元501", "group-buy:7", "放门口",
    )  # fmt: skip
    assert [line.item for line in first.lines] == ["土豆", "鸡蛋"]
    assert second.household == "3幢2单元502"
    assert "13800001111" not in repr((first, second))
    assert "王" not in repr((first, second))


def test_what_was_cancelled_or_paid_back_is_not_ordered(tmp_path: Path) -> None:
    path = export(
        tmp_path,
        order(1, "土豆", "1斤", 2, state="已取消"),
        order(2, "土豆", "1斤", 3, refunded="1"),
        order(3, "土豆", "1斤", 1, refunded="1"),
    )
    assert asked(path) == [("土豆", "2", "斤")]


@pytest.mark.parametrize("size", ["250ml*24盒", "大份", "5斤/箱 10斤/箱"])
def test_a_size_with_two_meanings_is_asked(tmp_path: Path, size: str) -> None:
    (entry,) = read_entries(export(tmp_path, order(1, "牛奶", size, 2)))
    assert entry.lines == ()
    assert [doubt.code for doubt in entry.doubts] == ["size.not-understood"]


@pytest.mark.parametrize("count", ["", "两份", "-1", "=1+1"])
def test_a_count_that_is_none_is_asked(tmp_path: Path, count: str) -> None:
    (entry,) = read_entries(export(tmp_path, order(1, "牛奶", "", count)))
    assert entry.lines == ()
    assert [doubt.code for doubt in entry.doubts] == ["row.unreadable"]


def test_a_plain_list_is_no_export(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("户号,商品,数量,单位\nHK-07-03-2-501,土豆,2,斤\n")
    assert not is_group_buy(path)
    assert asked(path) == [("土豆", "2", "斤")]


def test_decimal_portions_stay_exact(tmp_path: Path) -> None:
    (line,) = asked(export(tmp_path, order(1, "土豆 0.3kg", "", 3)))
    assert (Decimal(line[1]), line[2]) == (Decimal("0.9"), "kg")
