import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdf
import pytest
import segno

from logistics.domain.errand_trips import CARRIED_KINDS, Leg
from logistics.domain.errands import ErrandKind
from logistics.domain.sheets import SheetBag, SheetBook, SheetErrand, SheetStop, SheetTrip
from logistics.exchange.sheets import (
    SheetPrinter,
    TripDrawing,
    address,
    book_data,
    clock,
    kilograms,
    litres,
    make_sheets,
)
from logistics.exchange.texts import SHEET

FONTS = Path(__file__).parents[3] / "api/assets/node_modules/@expo-google-fonts/noto-sans-sc"
FONT_PATHS = [FONTS / "400Regular", FONTS / "700Bold"]

needs_fonts = pytest.mark.skipif(
    not FONTS.exists(), reason="the fonts are not installed: make setup"
)


def a_stop(seq: int, **changes) -> SheetStop:
    stop = SheetStop(
        seq=seq,
        stairwell_code=f"JQ-01-0{seq}-1",
        names_zh=("东港嘉苑", f"{seq}幢", "1单元"),
        names_en=("Donggang", f"Building {seq}", "Stairwell 1"),
        note="",
        lon=120.2,
        lat=30.3,
        protected=False,
        arrival_s=8 * 3600 + seq * 600,
        leave_s=8 * 3600 + seq * 600 + 150,
        bags=tuple(
            SheetBag(
                code=f"B{seq}{n}",
                room=f"{n}01",
                compartment="cold" if n == 2 else "ambient",
                weight_g=5_050,
                volume_ml=9_000,
            )
            for n in range(1, 4)
        ),
    )
    return replace(stop, **changes)


def a_trip(courier: str = "E01", no: int = 1, stops: int = 4) -> SheetTrip:
    return SheetTrip(
        code=f"JQ-20260413-1-{courier}-{no}-K",
        courier_code=courier,
        mode="ebike",
        no=no,
        trips=2,
        point_code="P1",
        point_zh="笕桥第一点位",
        point_en="Jianqiao point 1",
        point_lon=120.2,
        point_lat=30.3,
        departs_s=8 * 3600,
        returns_s=10 * 3600 + 59,
        weight_g=60_600,
        volume_ml=108_000,
        stops=tuple(a_stop(seq) for seq in range(1, stops + 1)),
    )


def a_book(*trips: SheetTrip) -> SheetBook:
    return SheetBook(
        run_code="JQ-20260413-1",
        day=date(2026, 4, 13),
        district_name="笕桥",
        district_folder="",
        attribution="© OpenStreetMap contributors, ODbL",
        synthetic=True,
        closed_gates=(),
        trips=trips or (a_trip(),),
    )


MAP = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 300" width="600" height="300">'
    '<rect width="600" height="300" fill="#f4f1ea"/>'
    '<path d="M20 20 L300 200 L580 40" fill="none" stroke="#1f5fa8" stroke-width="6"/>'
    '<text x="280" y="180" font-family="Noto Sans SC" font-size="20">幢 2</text></svg>'
)


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@needs_fonts
def test_a_sheet_says_where_when_and_which_bags():
    drawing = TripDrawing(svg=MAP, ways=("经 北门 进",), home="经 北门 出")
    text = text_of(SheetPrinter(FONT_PATHS).print_book(a_book(), {a_trip().code: drawing}))
    for said in (
        "E01",
        "第 1 趟 / 共 2 趟",
        "东港嘉苑 · 2",
        "08:10–08:12",
        "301",
        "B13",
        "60.6 kg",
        "108.0 L",
        "12 袋",
        "经 北门 进",
        "OpenStreetMap",
        "模拟数据",
        "JQ-20260413-1-E01-1-K",
        "第 1 页 / 共 1 页",
    ):
        assert said in text, said


@needs_fonts
def test_a_sheet_is_english_where_asked():
    text = text_of(SheetPrinter(FONT_PATHS).print_book(a_book(), {}, language="en"))
    assert "Trip 1 of 2" in text
    assert "Donggang, Building 2, Stairwell 1" in text
    assert "配送" not in text


@needs_fonts
def test_a_protected_stop_says_how_to_drop_but_not_why():
    trip = replace(a_trip(), stops=(a_stop(1, protected=True),))
    text = text_of(SheetPrinter(FONT_PATHS).print_book(a_book(trip), {}))
    assert "穿戴防护" in text
    for word in ("封控", "管控", "防范", "sealed", "阳性"):
        assert word not in text


@needs_fonts
def test_text_that_looks_like_markup_stays_text():
    wild = 'a"]) #panic("x") $ * _ <b> @c \\ //'
    trip = replace(
        a_trip(),
        point_zh=wild,
        stops=(a_stop(1, names_zh=(wild, "1幢", "1单元"), note='#include "x"'),),
    )
    text = text_of(SheetPrinter(FONT_PATHS).print_book(a_book(trip), {}))
    assert '#panic("x")' in text


@needs_fonts
def test_each_courier_has_a_file_with_their_trips_alone():
    book = a_book(a_trip("E01", 1), a_trip("E01", 2), a_trip("W02", 1))
    sheets = make_sheets(book, {}, font_paths=FONT_PATHS)
    assert set(sheets.by_courier) == {"E01", "W02"}
    assert "W02" not in text_of(sheets.by_courier["E01"])
    assert len(pypdf.PdfReader(io.BytesIO(sheets.everything)).pages) == 3


@needs_fonts
def test_pages_are_counted_within_each_trip():
    book = a_book(a_trip("E01", stops=30), a_trip("W02"))
    pages = pypdf.PdfReader(io.BytesIO(SheetPrinter(FONT_PATHS).print_book(book, {}))).pages
    assert "第 2 页 / 共 " in pages[1].extract_text()
    assert "第 1 页 / 共 1 页" in pages[-1].extract_text()


@needs_fonts
def test_a_long_way_is_told_whole_and_stays_with_its_stop():
    way = " → ".join(f"左转 第{n}街 120米" for n in range(1, 9))
    trip = a_trip(stops=30)
    drawing = TripDrawing(ways=tuple(f"{n}. {way}" for n in range(1, 31)))
    pdf = SheetPrinter(FONT_PATHS).print_book(a_book(trip), {trip.code: drawing})
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) > 1
    for n in range(1, 31):
        holding = [page for page in pages if f"\n{n}. 左转" in page]
        assert len(holding) == 1
        assert f"{n * 10 // 60 + 8:02}:{n * 10 % 60:02}–" in holding[0]


AN_ERRAND = SheetErrand(
    id="er_1kp226m00rfm88", kind="parcel", leg="fetch", room="601", household="JQ-01-02-1-601",
    ticket="3-2-8847",
)  # fmt: skip


@needs_fonts
def test_a_stop_says_which_errands_are_done_there():
    site = a_stop(
        2, names_zh=("", "", "快递驿站"), names_en=("", "", "Parcel station"), bags=(),
        drop_mode="site", errands=(AN_ERRAND,),
    )  # fmt: skip
    card = replace(AN_ERRAND, kind="medicine", leg="collect", ticket="")
    trip = replace(a_trip(), stops=(a_stop(1, errands=(card,)), site))
    for language, words in (
        ("zh", ("3 袋 + 代办 1 件", "收医保卡和药盒 601", "取快递 JQ-01-02-1-601",
                "取件码 3-2-8847", "在此领取", "1 件", AN_ERRAND.id)),
        ("en", ("3 bags + 1 errands", "Collect card and box 601", "Fetch parcel JQ-01-02-1-601",
                "code 3-2-8847", "Parcel station")),
    ):  # fmt: skip
        text = text_of(SheetPrinter(FONT_PATHS).print_book(a_book(trip), {}, language=language))
        for said in words:
            assert said in text, said


@needs_fonts
def test_an_errand_taken_back_is_told_not_to_be_done():
    gone = replace(AN_ERRAND, leg="bring", cancelled=True)
    trip = replace(a_trip(), stops=(a_stop(1, errands=(gone,)),))
    text = text_of(SheetPrinter(FONT_PATHS).print_book(a_book(trip), {}))
    assert "已撤回，不办：送快递" in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_step_of_every_errand_that_is_carried_has_its_words(language):
    for kind in CARRIED_KINDS:
        legs = (Leg.COLLECT,) if kind is ErrandKind.MEDICINE else ()
        for leg in (*legs, Leg.FETCH, Leg.BRING):
            assert SHEET[language][f"errand-{leg}-{kind}"]


def test_the_code_square_holds_the_trip_code_and_nothing_else(monkeypatch):
    seen = []
    make = segno.make
    monkeypatch.setattr(segno, "make", lambda text, **k: seen.append(text) or make(text, **k))
    book_data(a_book(), {}, language="zh", separation_s=600)
    assert seen == [a_trip().code]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (8 * 3600 + 5 * 60 + 59, "08:05"),  # rounded down: nobody comes too late by paper
        (24 * 3600 + 600, "+1 00:10"),  # past midnight
    ],
)
def test_seconds_are_said_as_a_clock(seconds, said):
    assert clock(seconds) == said


def test_amounts_round_halves_up():
    assert kilograms(5_050) == "5.1 kg"
    assert litres(949) == "0.9 L"


def test_an_address_leaves_out_what_has_no_name():
    assert address(("", "3幢", "2单元"), "zh") == "3幢 · 2单元"


def test_an_address_says_nothing_twice():
    assert address(("东港", "东港3幢", "东港3幢2单元"), "zh") == "东港3幢2单元"
