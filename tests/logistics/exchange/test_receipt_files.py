"""Counts and scans as spreadsheets: what is written is read back, what cannot be read is told."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from logistics.domain.catalogue import Catalogue, Item
from logistics.domain.custody import ScanKind
from logistics.domain.procurement import Received
from logistics.exchange.receipts import (
    RECEIPTS,
    ReceiptFileInvalid,
    read_gifts,
    read_receipts,
    receipt_rows,
)
from logistics.exchange.scan_files import EVENTS, ReadScan, read_scans, scan_table
from logistics.exchange.tables import write_table

AT = datetime(2022, 4, 13, 1, 30, tzinfo=UTC)


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue([
        Item(name_zh="青菜", name_en="pak choi", base="g", default_unit="斤",
             units={"斤": 500}, weight_mg=1000, volume_ul=2000, category="vegetable",
             cold=False, household_limit=9000),
        Item(name_zh="鸡蛋", name_en="eggs", base="piece", default_unit="个",
             units={"个": 1, "板": 30}, weight_mg=55000, volume_ul=60000, category="egg",
             cold=False, household_limit=90),
    ])  # fmt: skip


COUNTS = {
    "R-1-M1": (
        Received(item="青菜", quantity_base=5000, damaged_base=500, provenance="=ZJ-007",
                 weight_g=5020, price_fen=1250, photo="https://photos.example/1"),
        Received(item="鸡蛋", quantity_base=60, instead_of="青菜"),
    ),
    "R-1-M2": (),
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_receipts_come_back_as_they_were_written(
    tmp_path: Path, catalogue: Catalogue, ending: str, language: str
) -> None:
    path = tmp_path / f"receipts.{ending}"
    write_table(path, RECEIPTS, receipt_rows(COUNTS), language=language)
    reading = read_receipts(path, catalogue)
    assert (dict(reading.counts), reading.findings) == (COUNTS, ())


def test_an_order_with_a_row_that_cannot_be_read_is_left_out_whole(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    path = tmp_path / "counts.csv"
    path.write_bytes(
        "订单,商品,数量,单位\nR-1,青菜,2,斤\nR-1,鸡蛋,半,板\nR-1,青菜,三,斤半\nR-2,鸡蛋,2,板\n"
        "R-3,飞机,1,\n".encode("gb18030")
    )
    reading = read_receipts(path, catalogue)
    assert list(reading.counts) == ["R-2"]
    assert reading.left_out == ("R-1", "R-3")
    assert [(one.line, one.column, one.value) for one in reading.findings] == [
        (4, "单位", "斤半"), (6, "商品", "飞机"),
    ]  # fmt: skip


def test_a_row_of_which_the_order_is_unclear_refuses_the_file(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    path = tmp_path / "counts.csv"
    path.write_text("订单,商品,数量\n,青菜,2\n", encoding="utf-8-sig")
    with pytest.raises(ReceiptFileInvalid) as refused:
        read_receipts(path, catalogue)
    assert refused.value.facts["line"] == 2


def test_gifts_need_no_order(tmp_path: Path, catalogue: Catalogue) -> None:
    path = tmp_path / "gifts.csv"
    path.write_text("商品,数量,单位\n鸡蛋,2,板\n飞机,1,\n", encoding="utf-8")
    counts, findings = read_gifts(path, catalogue)
    assert [(one.item, one.quantity_base) for one in counts] == [("鸡蛋", 60)]
    assert [one.line for one in findings] == [3]


def test_scans_come_back_and_those_that_cannot_be_are_told(tmp_path: Path) -> None:
    path = tmp_path / "scans.xlsx"
    by = {ScanKind.LOAD: "courier:C1", ScanKind.DROP: "courier:C1"}
    rows = [
        {"bag": "00A-K", "event": kind.value, "by": by.get(kind, "point:P1"), "at": AT}
        for kind in EVENTS
    ]
    write_table(path, scan_table("Asia/Shanghai"), rows, language="zh")
    read = list(read_scans(path, zone="Asia/Shanghai", at=AT))
    good = [one for one in read if isinstance(one, ReadScan)]
    assert {one.scan.kind for one in good} == {
        ScanKind.LOAD, ScanKind.DROP, ScanKind.RETURN, ScanKind.UNPACK, ScanKind.DAMAGE,
        ScanKind.LOSE,
    }  # fmt: skip
    assert {one.scan.at for one in good} == {AT}
    told = [one for one in read if not isinstance(one, ReadScan)]
    assert [one.column for one in told] == ["by"] * 4 + ["place"]  # points confirm nothing
    again = list(read_scans(path, zone="Asia/Shanghai", at=AT))
    assert again == read  # the same rows have the same keys
