"""The squares on paper, read back from the printed picture by a decoder that is not ours."""

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typst
import zxingcpp
from PIL import Image

from logistics.exchange import press
from logistics.exchange.labels import format_named, formats, label_data, labels_of
from logistics.exchange.sheets import book_data
from tests.logistics.exchange.packing_examples import bag, papers
from tests.logistics.exchange.test_sheets import FONT_PATHS, a_book, a_trip, needs_fonts

_DPI = 200  # of a plain office printer, and of label printers

pytestmark = needs_fonts


def squares(template: str, data: Mapping[str, Any], *, dpi: int = _DPI) -> list[list[str]]:
    """Print a template as a printer does, and read every QR code of each page."""
    file = Path(press.__file__).with_name(template)
    printed = typst.Compiler(
        str(file),
        root=str(file.parent),
        font_paths=[str(path) for path in FONT_PATHS],
        ignore_system_fonts=True,
    ).compile(
        format="png",
        ppi=dpi,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    pages = [printed] if isinstance(printed, bytes) else printed
    return [_read(page) for page in pages]


def _read(page: bytes) -> list[str]:
    with Image.open(io.BytesIO(page)) as picture:
        found = zxingcpp.read_barcodes(picture.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
    assert all(one.valid for one in found)
    return sorted(one.text for one in found)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("form", sorted(formats()))
def test_every_label_of_every_format_is_read_back_as_its_token(form: str, language: Any) -> None:
    labels = labels_of(papers(*(bag(number) for number in range(1, 8))), language=language)
    data = label_data(labels, format_named(form), cold_box_s=5400, language=language)
    pages = squares("labels.typ", data)
    read = [text for page in pages for text in page]
    assert sorted(read) == sorted(label.token for label in labels)
    assert len(set(read)) == 7
    columns, rows = format_named(form).grid
    assert [len(page) for page in pages] == [
        min(columns * rows, 7 - start) for start in range(0, 7, columns * rows)
    ]


def test_a_route_sheets_square_is_read_back_as_its_trip() -> None:
    trips = [a_trip("E01", 1), a_trip("E01", 2), a_trip("W02", 1)]
    long = replace(trips[2], code="JIANQIAO-20260413-1-TRICYCLE07-K")  # 32, the most there is
    book = a_book(*trips[:2], long)
    pages = squares("sheet.typ", book_data(book, {}, language="zh", separation_s=600))
    assert pages == [[trip.code] for trip in book.trips]


def test_a_label_is_still_read_when_a_drop_has_fallen_on_its_square() -> None:
    (label,) = labels_of(papers(bag(1)), language="zh")
    form = format_named(min(formats()))
    data = label_data([label], form, cold_box_s=5400, language="zh")
    drop = '<rect x="18" y="17" width="3" height="3" fill="#000"/></svg>'
    data["labels"][0]["qr"] = data["labels"][0]["qr"].replace("</svg>", drop)
    assert squares("labels.typ", data) == [[label.token]]
