import io
from pathlib import Path

import pypdf
import pytest

from logistics.domain.bags import Layer
from logistics.domain.packing_papers import PackingPapers
from logistics.exchange.packing_lists import (
    BAGS,
    PICKS,
    PackingListPrinter,
    bag_rows,
    list_data,
    pick_rows,
)
from logistics.exchange.packing_texts import amount
from logistics.exchange.tables import read_book, read_table, write_book, write_table
from tests.logistics.exchange.packing_examples import bag, line, papers

FONTS = Path(__file__).parents[3] / "api/assets/node_modules/@expo-google-fonts/noto-sans-sc"
FONT_PATHS = [FONTS / "400Regular", FONTS / "700Bold"]
needs_fonts = pytest.mark.skipif(
    not FONTS.exists(), reason="the fonts are not installed: make setup"
)


@pytest.fixture
def made() -> PackingPapers:
    masked = (line("pads", 2, Layer.BOTTOM), line("pills", 1, Layer.TOP))
    return papers(
        bag(1, room="201", floor=2, stairwell_code="KX-07-03-1"),
        bag(2, room="1103", floor=11),
        bag(3, room="501", floor=5, lines=masked, notes=("不要香菜；独居老人",)),
        bag(4, room="601", floor=6, trip="T2", trip_order=(30_000, "T2", 1)),
        bag(5, room="301", floor=3, trip="T1", trip_order=(20_000, "T1", 2),
            stairwell_code="KX-09-01-1", lines=(line("evil", 5, Layer.ALONE),)),
    )  # fmt: skip


def test_bags_come_by_trip_and_stop_then_by_stairwell_from_the_top_down(
    made: PackingPapers,
) -> None:
    assert [one.room for one in made.points[0].bags] == ["301", "601", "201", "1103", "501"]
    groups = [(s.trip, s.stairwell_code) for s in made.points[0].stairwells()]
    assert groups == [
        ("T1", "KX-09-01-1"), ("T2", "KX-07-03-2"), ("", "KX-07-03-1"), ("", "KX-07-03-2"),
    ]  # fmt: skip


def test_goods_are_picked_along_the_shelves_and_add_up(made: PackingPapers) -> None:
    rows = list(pick_rows(made, "zh"))
    assert [(r["no"], r["aisle"], r["item"]) for r in rows][:3] == [
        (1, "A1", "鸡蛋"), (2, "A1", "青菜"), (3, "B2", "大米"),
    ]  # fmt: skip
    eggs, greens, rice = rows[:3]
    assert (eggs["quantity"], eggs["said"], eggs["bags"]) == (90, "3 板", 3)
    assert (greens["said"], rice["said"]) == ("4.5 斤", "3 袋")
    packed = {}
    for row in bag_rows(made, "zh"):
        packed[row["pick"]] = packed.get(row["pick"], 0) + row["quantity"]
    assert packed == {row["no"]: row["quantity"] for row in rows}


def test_lines_say_where_they_lie(made: PackingPapers) -> None:
    data = list_data(made, made.points[0], language="en")
    last = data["stairwells"][2]["bags"][0]
    assert last["left"].split("\n") == [
        "1 at the bottom · rice 10 kg #3",
        "2 in the middle · bok choy 750 g #2",
    ]
    assert last["right"] == "3 on top · eggs 30 pcs #1 (gently)"


def test_goods_of_a_need_are_named_by_their_number_only(made: PackingPapers) -> None:
    rows = [row for row in bag_rows(made, "zh") if row["room"] == "501"]
    assert {row["item"] for row in rows} == {"个人用品"}
    assert {row["notes"] for row in rows} == {"不要香菜、另有备注，请问点位"}
    picked = {row["no"]: row["item"] for row in pick_rows(made, "zh")}
    assert {picked[row["pick"]] for row in rows} == {"日用卫生巾", "布洛芬"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_tables_are_read_back_as_they_were_written(
    made: PackingPapers, tmp_path: Path, language: str
) -> None:
    tables = [(PICKS, list(pick_rows(made, language))), (BAGS, list(bag_rows(made, language)))]
    write_book(tmp_path / "packing.xlsx", tables, language=language)
    book = read_book(tmp_path / "packing.xlsx", (PICKS, BAGS))
    for table, rows in tables:
        write_table(tmp_path / f"{table.key}.csv", table, rows, language=language)
        for reading in (book[table.key], read_table(tmp_path / f"{table.key}.csv", table)):
            assert reading.findings == ()
            filled = [{k: v for k, v in row.values.items() if v not in ("", None)}
                      for row in reading.rows]  # fmt: skip
            assert filled == [
                {k: v for k, v in row.items() if v not in ("", None)} for row in rows
            ]


@needs_fonts
@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("垫底", "沿线剪开")), ("en", ("at the bottom", "cut here"))]
)
def test_the_lists_of_a_point_are_printed(
    made: PackingPapers, language: str, words: tuple[str, ...]
) -> None:
    pdf = PackingListPrinter(FONT_PATHS).print_point(made, made.points[0], language=language)
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    text = "".join(page.extract_text() for page in pages)
    assert all(word in text for word in (*words, "1103", "001-3", "#evil[]" if language == "en"
                                         else "HYPERLINK"))  # fmt: skip
    assert "独居" not in text


@pytest.mark.parametrize(
    ("quantity", "base", "unit", "zh", "en"),
    [
        (10_000, "g", "袋", "1 袋", "10 kg"),
        (750, "g", "斤", "1.5 斤", "750 g"),
        (55, "g", "斤", "55 克", "55 g"),  # no whole 两
        (1001, "g", "斤", "1.001 千克", "1.001 kg"),
        (1500, "ml", "瓶", "1.5 升", "1.5 L"),
        (30, "piece", "板", "1 板", "30 pcs"),
        (31, "piece", "板", "31 个", "31 pcs"),
    ],
)
def test_amounts_are_said_as_people_count(
    quantity: int, base: str, unit: str, zh: str, en: str
) -> None:
    units = {"g": (("袋", 10_000),), "ml": (), "piece": (("板", 30), ("个", 1))}[base]
    said = [amount(quantity, base, units, unit, language) for language in ("zh", "en")]
    assert said == [zh, en]
