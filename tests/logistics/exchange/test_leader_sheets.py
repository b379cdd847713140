"""A leader's sheet on paper: a page for each stairwell, doors as they are walked."""

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pypdf
import pytest

from logistics.domain.leader_days import Arrival, Door, DoorBag, LeaderDay, Stairwell, in_walk
from logistics.domain.runs import Run, RunState
from logistics.exchange.leader_sheets import LeaderSheetPrinter, sheet_data

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
FONTS = Path(__file__).parents[3] / "api/assets/node_modules/@expo-google-fonts/noto-sans-sc"
needs_fonts = pytest.mark.skipif(
    not FONTS.exists(), reason="the fonts are not installed: make setup"
)
ADDRESS = "https://supply.example/leader?place=KX-01-01&run=KX-1"


def bags(*said):
    return tuple(
        DoorBag(code=code, compartment=kind, weight_g=1, state="staged", custodian="point:P1",
                drop_mode="stairwell")
        for code, kind in said
    )  # fmt: skip


@pytest.fixture
def day():
    run = Run(id="r", district_id="d", code="KX-1", day=date(2026, 11, 24), wave=1,
              state=RunState.RELEASED, created_at=AT, cutoff_at=AT, separation_s=600)  # fmt: skip
    wells = tuple(
        Stairwell(id=f"s{n}", code=f"KX-01-01-{n}", names_zh=("凯旋", "1幢", f"{n}单元"),
                  names_en=("Kaixuan", "Building 1", f"Stairwell {n}"), zone=zone)
        for n, zone in ((1, 0), (2, 2))
    )  # fmt: skip
    doors = (
        Door(household_id="a", household="H1", room="101", floor=None, stairwell_code="KX-01-01-1",
             at_the_door=False, bags=bags(("001-A", "ambient"), ("009-C", "cold"))),
        Door(household_id="b", household="H2", room="1101", floor=None,
             stairwell_code="KX-01-01-1", at_the_door=False, bags=bags(("002-B", "ambient"))),
        Door(household_id="c", household="H3", room="201", floor=None, stairwell_code="KX-01-01-2",
             at_the_door=True, bags=bags(("003-D", "chemical"))),
    )  # fmt: skip
    arrival = Arrival(stairwell_code="KX-01-01-1", trip="T", trip_state="released", arrives_at=AT,
                      leaves_at=AT + timedelta(seconds=150), separation=timedelta(seconds=600),
                      drop_mode="stairwell", bags=3, dropped=0)  # fmt: skip
    return LeaderDay(run=run, zone_name="Asia/Shanghai", stairwells=wells, arrivals=(arrival,),
                     doors=in_walk(doors))  # fmt: skip


def test_each_stairwell_has_a_page_with_its_doors_from_the_top(day):
    data = sheet_data(day, ADDRESS, language="zh")
    first, second = data["pages"]
    assert [door["room"] for door in first["doors"]] == ["1101", "101"]
    assert [one["code"] for one in first["doors"][1]["bags"]] == ["009-C", "001-A"]  # cold first
    assert first["arrivals"] == ["10:00 到,3 袋:09:50—10:13 不要去"]
    assert "见面" not in first["rule"]
    assert second["doors"][0]["door"] == "放门口"
    assert "见面" in second["rule"]


def test_one_stairwell_can_be_printed_alone_and_one_without_bags_says_so(day):
    (only,) = sheet_data(day, ADDRESS, stairwell="KX-01-01-2", language="en")["pages"]
    assert only["address"] == "Kaixuan, Building 1, Stairwell 2"
    assert only["arrivals"] == ["No courier comes in this wave"]


@needs_fonts
def test_the_pdf_has_a_page_for_each_stairwell_and_names_nobody(day):
    printer = LeaderSheetPrinter([FONTS / "400Regular", FONTS / "700Bold"])
    pages = pypdf.PdfReader(io.BytesIO(printer.print_day(day, address=ADDRESS))).pages
    texts = [page.extract_text() for page in pages]
    assert len(texts) == 2
    assert "1101" in texts[0]
    assert "003-D" in texts[1]
    assert "H1" not in texts[0]
