from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from logistics.domain.suppliers import Slot, SupplierKind
from logistics.exchange.tables import TableUnreadable
from logistics.store import suppliers, vans
from logistics.usecases.keep_suppliers import (
    export_offers,
    export_suppliers,
    export_vans,
    import_offers,
    import_suppliers,
    import_vans,
)

AT = datetime(2022, 4, 12, 13, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"actor": "cli", "at": AT}

HEADS = [
    "编号",
    "名称",
    "类别",
    "经度",
    "纬度",
    "开门",
    "关门",
    "起订金额（元）",
    "备货时间（分钟）",
    "能保冷链",
    "须进店",
    "溯源码样式",
]


def book(path: Path, **sheets: list[list[Any]]) -> Path:
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    made.save(path)
    return path


def test_suppliers_go_in_bad_rows_are_named_and_a_second_time_changes_nothing(
    shops: Any, tmp_path: Path
) -> None:
    file = book(
        tmp_path / "s.xlsx",
        供应商=[
            HEADS,
            ["W1", "批发部", "批发", 120.1, 30.3, "6:00", "16:00", 500, 90, "是", "否", "ZJ-####"],
            ["W2", "早关门", "超市", 120.1, 30.3, "9:00", "8:00", 0, 0, "是", "是", "*"],
            ["B1", "占了编号", "超市", 120.1, 30.3, None, None, 0, 0, "是", "是", "*"],
            ["W3", "哪种", "小摊", 120.1, 30.3, None, None, 0, 0, "是", "是", "*"],
            ["M1", "老市场", "市场", 120.2, 30.4, "5:00", "12:00", 0, 0, "否", "是", None],
        ],
        限流时段=[
            ["供应商", "开始", "结束", "限件数", "限采购员数"],
            ["W1", "7:00", "8:00", 40, 2],
            ["W1", "7:30", "8:30", 40, 2],
            ["W9", "7:30", "8:30", 40, 2],
        ],
    )
    report = import_suppliers(shops.session, "d", file, **WHO)
    assert report.rows == 2
    assert [(one.sheet, one.line, one.column, one.code) for one in report.findings] == [
        ("供应商", 5, "类别", "cell.unknown-choice"),
        ("供应商", 3, "关门", "supplier.invalid"),
        ("供应商", 4, "编号", "supplier.code-taken"),
        ("限流时段", 3, "开始", "supplier.slots-overlap"),
        ("限流时段", 4, "供应商", "supplier.unknown"),
    ]
    new = suppliers.named(shops.session, "d", "W1")
    assert (new.kind, new.minimum_fen, new.lead_s, new.entered, new.provenance) == (
        SupplierKind.WHOLESALER, 50_000, 5400, False, "ZJ-####",
    )  # fmt: skip
    assert new.slots == (Slot(starts_s=7 * 3600, ends_s=8 * 3600, cases=40, buyers=2),)
    known = suppliers.named(shops.session, "d", "M1")
    assert (known.id, known.lon, known.cold, known.provenance) == ("M1", 120.2, False, None)
    again = import_suppliers(shops.session, "d", file, **WHO)
    assert (again.added, again.changed) == (0, 0)


def test_suppliers_and_offers_come_back_as_they_were_written(shops: Any, tmp_path: Path) -> None:
    file = tmp_path / "offers.csv"
    file.write_text(
        "供应商,商品,每件含量,每件价格（元）,库存件数,起订件数,货架,保鲜（小时）\n"
        "M1,eggs货,一板,21.5,9,2,A-3,48\nM2,cabbage货,10斤,12,,,,\n"
    )
    report = import_offers(shops.session, "d", file, **WHO)
    assert (report.rows, report.added, report.findings) == (2, 0, ())
    names = suppliers.item_names(shops.session)
    by_key = {
        (o.market_id, names[o.item_id][0].removesuffix("货")): o
        for o in suppliers.offers(shops.session, "d")
    }
    eggs = by_key["M1", "eggs"]
    assert (eggs.case_base, eggs.price_fen, eggs.minimum_cases, eggs.aisle, eggs.keeps_h) == (
        30, 2150, 2, "A-3", 48,
    )  # fmt: skip
    assert by_key["M2", "cabbage"].case_base == 5000
    assert ("M2", "milk") in by_key  # what a file does not name stays

    before = suppliers.suppliers(shops.session, "d"), suppliers.offers(shops.session, "d")
    whole = tmp_path / "all.xlsx"
    for language in ("zh", "en"):
        assert export_suppliers(shops.session, "d", whole, language=language) == 2
        assert export_offers(shops.session, "d", file, language=language) == 4
        import_suppliers(shops.session, "d", whole, **WHO)
        assert import_offers(shops.session, "d", file, **WHO).findings == ()
        now = suppliers.suppliers(shops.session, "d"), suppliers.offers(shops.session, "d")
        assert now == before
    assert load_workbook(whole).sheetnames == ["Suppliers", "Slots", "Offers"]


def test_offers_that_cannot_be_are_named_and_the_rest_goes_in(shops: Any, tmp_path: Path) -> None:
    file = tmp_path / "offers.csv"
    file.write_text(
        "供应商,商品,每件含量,每件价格（元）\n"
        "M1,milk货,1L,9\nM9,milk货,1L,9\nM1,凤梨,1L,9\nM1,cabbage货,1箱,9\nM1,eggs货,30,0\n"
        "M1,milk货,2L,9\nM2,eggs货,=1+1,9\n"
    )
    report = import_offers(shops.session, "d", file, **WHO)
    assert report.rows == 1
    assert {(one.line, one.code) for one in report.findings} == {
        (3, "supplier.unknown"),
        (4, "item.unknown"),
        (5, "offer.case-unclear"),
        (6, "cell.out-of-bounds"),
        (7, "setup.repeated"),
        (8, "cell.formula"),
    }


def test_vans_come_back_as_they_were_written(shops: Any, tmp_path: Path) -> None:
    file = tmp_path / "vans.csv"
    file.write_text(
        "编号,载重（公斤）,容积（升）,冷藏,上班,下班,停放点位,在用\n"
        "V1,1200,6000,是,5:00,14:00,P2,是\nV2,900,5000,否,5:00,14:00,,否\n"
        "V3,900,5000,否,15:00,14:00,,是\nV4,900,5000,否,5:00,14:00,P9,是\n"
    )
    report = import_vans(shops.session, "d", file, **WHO)
    assert {(one.line, one.code) for one in report.findings} == {
        (4, "van.shift"),
        (5, "point.unknown"),
    }
    kept = vans.vans(shops.session, "d", idle_too=True)
    assert [(v.code, v.capacity_g, v.cold, v.depot_code, v.active) for v in kept] == [
        ("V1", 1_200_000, True, "P2", True),
        ("V2", 900_000, False, "P1", False),
    ]
    assert [v.code for v in vans.vans(shops.session, "d")] == ["V1"]
    assert export_vans(shops.session, "d", file) == 2
    again = import_vans(shops.session, "d", file, **WHO)
    assert (again.added, again.changed, again.findings) == (0, 0, ())
    assert vans.vans(shops.session, "d", idle_too=True) == kept


def test_a_file_of_another_kind_is_refused(shops: Any, tmp_path: Path) -> None:
    (tmp_path / "s.pdf").write_text("x")
    with pytest.raises(TableUnreadable):
        import_suppliers(shops.session, "d", tmp_path / "s.pdf", **WHO)
