"""The one-page report and the tables."""

import csv
import io
from datetime import date

import openpyxl
import pytest

from logistics.domain.procurement import OrderedLine, OrderState, PurchaseOrder
from logistics.domain.run_report import (
    AllocationRow,
    Choice,
    Choices,
    Contact,
    CourierLoad,
    LeftOut,
    OrderFigures,
    RunReport,
    ShortItem,
)
from logistics.exchange.report_texts import REPORT, TABLES
from logistics.exchange.run_report import run_report
from logistics.exchange.spreadsheets import allocation_csv, orders_csv, orders_xlsx
from logistics.exchange.texts import SHEET

REPORTED = RunReport(
    run_code="JQ-20260413-1",
    day=date(2026, 4, 13),
    wave=1,
    state="released",
    district_name="<笕桥>",
    district_folder="",
    attribution="© OpenStreetMap contributors, ODbL",
    synthetic=True,
    households=100,
    households_asking=60,
    lists={"frozen": 62},
    accepted_lines=700,
    triage={"open": 3, "settled": 2},
    triage_open={"item.unknown": 3},
    lines={"full": 650, "part": 20, "substituted": 10, "none": 20},
    orders=(
        OrderFigures(
            code="JQ-20260413-1-M1",
            market_zh="市场",
            market_en="Market",
            state="received",
            lines=40,
            lines_short=3,
            total_fen=123_456,
        ),
    ),
    short_items=(
        ShortItem(
            name_zh="苹果",
            name_en="Apples",
            base="g",
            lines=30,
            asked=30_000,
            given=15_000,
            substituted=0,
            reasons={"short": 30},
            fill_min=0.45,
            gini=0.05,
            gini_first_come=0.5,
            empty_lines=0,
            empty_first_come=14,
        ),
    ),
    bags=120,
    weight_g=900_000,
    volume_ml=2_000_000,
    trips=12,
    stops=40,
    bags_on_trips=118,
    left_out=(
        LeftOut(code="unreachable", next_action="check-gates", bags=2, stairwells=("JQ-01-03-2",)),
    ),
    contact=Contact(
        contacts=0, faces=44, excess_faces=1, separation_s=600, buildings={1: 36, 2: 4}
    ),
    loads=(
        CourierLoad(
            code="E01",
            mode="ebike",
            trips=4,
            stops=12,
            bags=30,
            weight_g=250_000,
            first_departs_s=9 * 3600,
            last_returns_s=12 * 3600,
        ),
    ),
    outcomes={"delivered": 58, "unserved": 2, "no-list": 40},
    zones={},
    points=(),
)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", ("0 次计划接触", "核对卡口与通路", "苹果", "1234.56", "到货不足 (30)", "模拟数据")),
        ("en", ("0 planned meetings", "check gates and ways", "Apples", "Synthetic data")),
    ],
)
def test_the_report_states_contact_shortage_and_next_steps(language, said):
    page = run_report(REPORTED, language=language)
    for words in (*said, "OpenStreetMap", "JQ-01-03-2", "E01"):
        assert words in page, words


CHOICES = Choices(
    rows=(
        Choice(
            travel_s=7_200, distance_m=21_400, faces=50, further_faces=6, trips=12, couriers=4,
            left_out=0, price_s=None, current=True,
        ),
        Choice(
            travel_s=7_800, distance_m=22_900, faces=44, further_faces=0, trips=13, couriers=4,
            left_out=0, price_s=100.0,
        ),
    ),
    charts={"zh": "<?xml?><svg>图</svg>", "en": "<svg>chart</svg>"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", ("少走路还是少见人", "1 (现计划)", "1.7 分钟", "<svg>图</svg>", "2:10")),
        ("en", ("Less travel or fewer faces", "1 (as it is)", "1.7 min", "<svg>chart</svg>")),
    ],
)
def test_the_report_prices_fewer_faces_where_they_were_weighed(language, said):
    page = run_report(REPORTED, choices=CHOICES, language=language)
    for words in said:
        assert words in page, words
    assert said[0] not in run_report(REPORTED, language=language)


def test_the_report_asks_nothing_of_any_host_and_escapes_names():
    page = run_report(REPORTED)
    assert "http" not in page
    assert "<script" not in page
    assert "&lt;笕桥&gt;" in page


@pytest.mark.parametrize("texts", [SHEET, REPORT, TABLES])
def test_both_languages_have_every_text(texts):
    assert texts["zh"].keys() == texts["en"].keys()


def an_order(name: str) -> PurchaseOrder:
    line = OrderedLine(
        id="pl_1",
        item_id="it_1",
        name_zh=name,
        name_en="Potatoes",
        base="g",
        demand=12_000,
        case_base=10_000,
        cases=2,
        price_fen=3_000,
        received=0,
        households=9,
    )
    return PurchaseOrder(
        id="po_1",
        run_id="rn_1",
        code="JQ-1-M1",
        market_id="m",
        market_code="M1",
        market_zh="市场",
        market_en="Market",
        state=OrderState.SENT,
        lines=(line,),
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_becomes_a_formula(start):
    name = f"{start}HYPERLINK(1)"
    rows = list(csv.reader(io.StringIO(orders_csv(an_order(name)))))
    assert rows[1][1] == f"'{name}"
    book = openpyxl.load_workbook(io.BytesIO(orders_xlsx([an_order(name)])))
    assert book.worksheets[0]["B2"].value == f"'{name}"


def test_an_order_says_cases_and_totals():
    row = list(csv.reader(io.StringIO(orders_csv(an_order("土豆")))))[1]
    assert row == ["JQ-1-M1", "土豆", "10000", "克", "2", "12000", "9", "30.00", "60.00"]


def test_the_allocation_table_gives_a_reason_in_words():
    row = AllocationRow(
        household_code="JQ-1-501",
        line_no=2,
        item_zh="苹果",
        item_en="Apples",
        base="g",
        asked=1_000,
        given_zh="",
        given_en="",
        quantity=0,
        kind="none",
        reason="nothing-came",
    )
    assert "JQ-1-501,2,苹果,1000,克,0,,无,未到货" in allocation_csv([row])
