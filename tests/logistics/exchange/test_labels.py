import io
import re
from pathlib import Path

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.bags import Layer
from logistics.domain.labels import Label, LabelFormatUnknown, Mark
from logistics.exchange.labels import (
    LabelPrinter,
    format_named,
    formats,
    label_data,
    labels_of,
    rules,
)
from tests.logistics.exchange.packing_examples import bag, line, papers

FONTS = Path(__file__).parents[3] / "api/assets/node_modules/@expo-google-fonts/noto-sans-sc"
FONT_PATHS = [FONTS / "400Regular", FONTS / "700Bold"]
needs_fonts = pytest.mark.skipif(
    not FONTS.exists(), reason="the fonts are not installed: make setup"
)


def label(language: str = "zh", **changes: object) -> Label:
    (one,) = labels_of(papers(bag(1, **changes)), language=language)  # type: ignore[arg-type]
    return one


@pytest.mark.parametrize(
    ("note", "kept", "left_out"),
    [
        ("不要香菜，放门口", ("不要香菜", "放门口"), False),
        ("花生过敏", ("花生过敏",), False),
        ("No coriander; leave at the door", ("No coriander", "leave at the door"), False),
        ("放门口，电话13812345678", ("放门口",), True),
        ("放门口 138-1234-5678", (), True),
        ("家里有老人，轻放", ("轻放",), True),
        ("孕妇不要辣", (), True),  # harmless but for whom it is
        ("隔离户，放门口", ("放门口",), True),
        ("王女士收，敲门", ("敲门",), True),
        ("放王芳家门口", (), True),
        ("放我家门口", ("放我家门口",), False),
        ("leave at the door of Wang Fang", (), True),
        ("knock, I am ill", ("knock",), True),
        ("谢谢你们", (), True),  # not understood: not printed
        ("青菜：不要烂叶", ("青菜：不要烂叶",), False),
        ("布洛芬：放门口", ("放门口",), False),  # the item is nobody's business
        ("不要<script>香菜", ("不要 script 香菜",), False),
        ("", (), False),
    ],
)
def test_only_what_is_clearly_harmless_of_a_note_is_printed(
    note: str, kept: tuple[str, ...], left_out: object
) -> None:
    goods = {"青菜": False, "布洛芬": True}
    assert rules().printable(note, goods) == (kept, left_out)


@given(note=st.text(max_size=120), phone=st.from_regex(r"1[3-9]\d{9}", fullmatch=True))
def test_no_note_prints_a_phone(note: str, phone: str) -> None:
    kept, _ = rules().printable(f"不要香菜{note}放门口{phone}")
    assert not any(re.search(r"\d{7}", re.sub(r"[\s\-()]", "", part)) for part in kept)


@pytest.mark.parametrize(
    ("names", "category", "masked"),
    [
        (("日用卫生巾", "sanitary pads"), "hygiene", True),
        (("布洛芬", "ibuprofen"), "medicine", True),
        (("婴儿配方奶粉", "infant formula"), "infant", True),
        (("成人纸尿裤", "adult diapers"), "hygiene", True),
        (("血糖试纸", "glucose strips"), "household", True),
        (("婴儿洗衣液", "baby laundry liquid"), "cleaning", True),
        (("牙膏", "toothpaste"), "hygiene", False),
        (("大米", "rice"), "staple", False),
    ],
)
def test_what_tells_of_a_need_is_personal_items(
    names: tuple[str, str], category: str, masked: object
) -> None:
    assert rules().masks(category, *names) is masked


def test_a_label_names_no_masked_goods() -> None:
    lines = (line("rice", 10_000, Layer.BOTTOM), line("pads", 2, Layer.MIDDLE),
             line("pills", 1, Layer.TOP))  # fmt: skip
    assert label(lines=lines).contents == ("大米", "个人用品")
    assert label("en", lines=lines).contents == ("rice", "personal items")


def test_a_label_says_where_to_and_which_of_how_many() -> None:
    one = label(no=2, of=3)
    assert (one.where, one.stairwell, one.room) == ("东港嘉苑", "3幢 · 2单元", "501")
    assert (one.no, one.of, one.code) == (2, 3, "001-3")


def test_the_qr_carries_the_token_and_nothing_else() -> None:
    one = label()
    data = label_data([one], format_named("a4"), cold_box_s=5400, language="zh")
    assert one.token.startswith("B:")
    assert one.code not in one.token
    assert data["labels"][0]["qr"].startswith("<svg")


def test_how_long_cold_goods_may_wait_stands_on_cold_bags_only() -> None:
    cold, other = label(compartment="cold"), label()
    said = label_data([cold, other], format_named("a4"), cold_box_s=5400, language="en")["labels"]
    assert [one["cold"] for one in said] == ["at most 90 min out of the fridge", ""]


def test_what_does_not_fit_is_said_to_be_there() -> None:
    note = "，".join(f"不要第{n}样蔬菜和水果" for n in range(30))
    (one,) = label_data(
        [label(notes=(note,))], format_named("60x40"), cold_box_s=5400, language="zh"
    )["labels"]
    assert 0 < one["notes"].count("不要") < 30
    assert one["asks"]


def test_formats_are_data() -> None:
    assert {"a4", "60x40"} <= set(formats())
    assert (format_named("a4").per_page, format_named("60x40").per_page) == (24, 1)
    with pytest.raises(LabelFormatUnknown):
        format_named("a3")


@needs_fonts
@pytest.mark.parametrize(("form", "pages"), [("a4", 2), ("60x40", 25)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_labels_are_printed_one_place_each(form: str, pages: int, language: str) -> None:
    made = papers(*(bag(n, room=f"{n}01", notes=("#[evil] 不要香菜",)) for n in range(1, 26)))
    labels = labels_of(made, language=language)  # type: ignore[arg-type]
    pdf = LabelPrinter(FONT_PATHS).print_labels(
        labels, format_named(form), cold_box_s=5400, language=language  # type: ignore[arg-type]
    )  # fmt: skip
    read = pypdf.PdfReader(io.BytesIO(pdf))
    assert len(read.pages) == pages
    width, height = (float(n) / 72 * 25.4 for n in read.pages[0].mediabox[2:])
    assert (round(width), round(height)) == ((210, 297) if form == "a4" else (60, 40))
    text = "".join(page.extract_text() for page in read.pages)
    assert all(f"{n}01" in text for n in range(1, 26))
    assert "FRAGILE" in text if language == "en" else "易碎" in text


def test_marks_have_words_in_both_languages() -> None:
    one = label("en", tier=0, compartment="medicine-cold", weight_g=20_000)
    assert set(one.marks) == {Mark.FIRST, Mark.COLD, Mark.PERSONAL, Mark.FRAGILE, Mark.HEAVY}
    zh = label_data([one], format_named("a4"), cold_box_s=5400, language="zh")["labels"][0]
    en = label_data([one], format_named("a4"), cold_box_s=5400, language="en")["labels"][0]
    assert [m["text"] for m in zh["marks"]] == ["优先", "冷藏", "专袋", "易碎", "重"]
    assert [m["text"] for m in en["marks"]] == ["FIRST", "COLD", "APART", "FRAGILE", "HEAVY"]
