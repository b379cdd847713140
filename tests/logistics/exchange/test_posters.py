"""Notices for stairwells: each code leads where it should, and no page names a household."""

import io

import pypdf

from logistics.exchange import posters
from logistics.exchange.posters import Notice, print_posters
from tests.logistics.exchange.test_printed_codes import squares
from tests.logistics.exchange.test_sheets import FONT_PATHS, needs_fonts

pytestmark = needs_fonts

NOTICES = [
    Notice(
        place_zh="桂语新村 1 幢 2 单元", place_en="Guiyu Xincun, Building 1, Stairwell 2",
        address="https://supply.example/d/1g7ZXJKuT2c9-7KT8543LYhL",
    ),
    Notice(place_zh="枣园 3", place_en="枣园 3", address="http://127.0.0.1:8000/d/another"),
]  # fmt: skip


def test_each_page_says_where_it_hangs_and_what_to_do_in_both_languages() -> None:
    pages = pypdf.PdfReader(io.BytesIO(print_posters(NOTICES, FONT_PATHS))).pages
    assert len(pages) == 2
    first = pages[0].extract_text()
    for words in ("桂语新村 1 幢 2 单元", "Building 1", "手机扫码报清单", "Say your room"):
        assert words in first
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages} == {
        (595, 842)
    }


def test_the_codes_are_read_back_as_the_addresses(monkeypatch) -> None:
    printed = {}
    monkeypatch.setattr(posters.Press, "print", lambda _, data: printed.update(data) or b"")
    print_posters(NOTICES, FONT_PATHS)
    assert squares("poster.typ", printed, dpi=120) == [[one.address] for one in NOTICES]
