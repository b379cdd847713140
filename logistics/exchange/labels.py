"""Labels of bags as PDF: on sheets, or one to a page for label printers (袋签)."""

import io
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import segno

from logistics.domain.labels import (
    CONTENTS,
    Label,
    LabelFormat,
    LabelFormatUnknown,
    LabelRules,
    Mark,
    marks_of,
)
from logistics.domain.packing_papers import BagPaper, PackingPapers
from logistics.exchange.packing_texts import MARKS, TEXTS, Language, weight
from logistics.exchange.press import Press
from logistics.exchange.sheets import address

_HERE: Final = Path(__file__).parent
_QR_MASK: Final = 3  # any is as good for random text; choosing among all takes four times as long


@lru_cache
def formats() -> Mapping[str, LabelFormat]:
    """Read the sheets and printers that are known, by name."""
    said = tomllib.loads(
        (_HERE / "label_formats.toml").read_text(encoding="utf-8"), parse_float=Decimal
    )

    def pair(value: Sequence[Any], scale: int = 1000) -> tuple[int, int]:
        return int(value[0] * scale), int(value[1] * scale)

    return {
        name: LabelFormat(
            name=name,
            page_um=pair(one["page"]),
            grid=pair(one["grid"], 1),
            label_um=pair(one["label"]),
            margin_um=pair(one["margin"]),
            gap_um=pair(one["gap"]),
        )
        for name, one in said.items()
    }


def format_named(name: str) -> LabelFormat:
    """Find a format by its name.

    Raises
    ------
    LabelFormatUnknown
        If there is none.
    """
    found = formats().get(name)
    if found is None:
        known = ", ".join(formats())
        raise LabelFormatUnknown(
            field="format", value=name[:40], known=known, mend=f"use one of {known}"
        )
    return found


@lru_cache
def rules() -> LabelRules:
    """Read which goods are masked and which parts of notes are harmless."""
    said = tomllib.loads((_HERE / "label_words.toml").read_text(encoding="utf-8"))
    return LabelRules(
        masked_categories=frozenset(said["masked"]["categories"]),
        masked_words=tuple(word.lower() for word in said["masked"]["words"]),
        harmless=tuple(word.lower() for word in said["notes"]["harmless"]),
        withheld=tuple(word.lower() for word in said["notes"]["withheld"]),
    )


def labels_of(papers: PackingPapers, *, language: Language = "zh") -> tuple[Label, ...]:
    """Make the labels of all bags, in the order of delivery."""
    masked = masked_goods(papers)
    return tuple(
        _label(bag, papers, masked, language) for point in papers.points for bag in point.bags
    )


def masked_goods(papers: PackingPapers) -> dict[str, bool]:
    """Say of each item, by id, whether it is personal items only to who passes by."""
    return {
        good.id: rules().masks(good.category, good.name_zh, good.name_en)
        for good in papers.goods.values()
    }


def notes_of(
    bag: BagPaper, papers: PackingPapers, masked: Mapping[str, bool]
) -> tuple[tuple[str, ...], bool]:
    """Give the notes of a bag that anybody may read, and whether there are others."""
    if not bag.notes:
        return (), False
    named = {
        name: masked[good.id]
        for good in (papers.goods[line.item_id] for line in bag.lines)
        for name in (good.name_zh, good.name_en)
    }
    kept: list[str] = []
    asks = False
    for note in bag.notes:
        harmless, left_out = rules().printable(note, named)
        kept += harmless
        asks = asks or left_out
    return tuple(dict.fromkeys(kept)), asks


def _label(
    bag: BagPaper,
    papers: PackingPapers,
    masked: Mapping[str, bool],
    language: Language,
) -> Label:
    texts = TEXTS[language]
    goods = [papers.goods[line.item_id] for line in bag.lines]
    names = [
        texts["personal"]
        if masked[good.id]
        else (good.name_zh if language == "zh" else good.name_en)
        for good in goods
    ]
    contents = list(dict.fromkeys(names))
    notes, asks = notes_of(bag, papers, masked)
    compound, building, stairwell = bag.names_zh if language == "zh" else bag.names_en
    return Label(
        code=bag.code,
        token=bag.token,
        where=address((compound, "", ""), language),
        stairwell=_door(compound, building, stairwell, bag.stairwell_code, language),
        room=bag.room,
        no=bag.no,
        of=bag.of,
        weight_g=bag.weight_g,
        marks=marks_of(bag, heavy_g=papers.bag_weight_g),
        contents=tuple(contents[:CONTENTS]),
        more=max(0, len(contents) - CONTENTS),
        notes=notes,
        asks=asks,
        run=papers.run_code,
        point=bag.point_code,
        trip=bag.trip,
    )


def _door(compound: str, building: str, stairwell: str, code: str, language: Language) -> str:
    """Say building and stairwell without the compound's name, which stands above."""
    building = building.removeprefix(compound).strip(" ·,") or building
    stairwell = stairwell.removeprefix(compound).strip(" ·,")
    joined = address(("", building, stairwell), language)
    return joined or code


class LabelPrinter:
    """Prints labels with one loading of the fonts.

    Parameters
    ----------
    font_paths
        Folders that hold Noto Sans SC, regular and bold.
    """

    def __init__(self, font_paths: Sequence[Path]) -> None:
        self._press = Press("labels.typ", font_paths)

    def print_labels(
        self,
        labels: Sequence[Label],
        form: LabelFormat,
        *,
        cold_box_s: int,
        language: Language = "zh",
    ) -> bytes:
        """Print labels in their order, as one PDF."""
        return self._press.print(
            label_data(labels, form, cold_box_s=cold_box_s, language=language)
        )


def label_data(
    labels: Sequence[Label], form: LabelFormat, *, cold_box_s: int, language: Language
) -> dict[str, Any]:
    """Put labels into the plain words and numbers that the page shows."""
    texts = TEXTS[language]
    return {
        "language": language,
        "title": texts["label_title"],
        "page": _mm(form.page_um),
        "grid": list(form.grid),
        "label": _mm(form.label_um),
        "margin": _mm(form.margin_um),
        "gap": _mm(form.gap_um),
        "labels": [_words(label, form, cold_box_s, language) for label in labels],
    }


def _mm(lengths: tuple[int, int]) -> list[float]:
    return [length / 1000 for length in lengths]


def _words(label: Label, form: LabelFormat, cold_box_s: int, language: Language) -> dict[str, Any]:
    texts, marks = TEXTS[language], MARKS[language]
    chars, lines = _small_print(form)
    cold = Mark.COLD in label.marks
    lines -= cold
    notes, left_out = _fitting(label.notes, chars, lines - label.asks)
    if left_out and not label.asks:
        notes, _ = _fitting(label.notes, chars, lines - 1)  # a line is needed to say so
    asks = label.asks or left_out
    lines -= asks + _lines(notes, chars)
    return {
        "where": label.where,
        "stairwell": label.stairwell,
        "room": label.room,
        "bag": texts["bag_of"].format(no=label.no, of=label.of),
        "code": label.code,
        "qr": _qr(label.token),
        "weight": weight(label.weight_g),
        "marks": [{"kind": mark.value, "text": marks[mark]} for mark in label.marks],
        "contents": _contents(label, chars, language) if lines else "",
        "cold": texts["cold_box"].format(minutes=cold_box_s // 60) if cold else "",
        "notes": texts["join"].join(notes),
        "asks": texts["asks"] if asks else "",
        "foot": f"{label.point} · {label.trip or label.run}",
    }


def _small_print(form: LabelFormat) -> tuple[int, int]:
    """Return the half-width characters of a line of small print, and the lines there are.

    Sizes follow the label as in the template: a character is 1.25 mm wide and a line 2.62 mm high
    on a label of 70 x 36 mm, and 27 mm of its height are taken.
    """
    wide, high = form.label_um
    ppm = min(wide * 1000 // 70, high * 1000 // 36)
    chars = (wide * 1_000_000 - 5_200 * ppm) // (1_250 * ppm)
    return chars, (high * 1_000_000 - 27_000 * ppm) // (2_620 * ppm)


def _contents(label: Label, chars: int, language: Language) -> str:
    """Name what is in the bag in one line; how much more there is, if it does not fit."""
    texts = TEXTS[language]
    inside, more = list(label.contents), label.more
    while True:
        told = texts["join"].join(inside)
        if more:
            count = len(inside) + more if language == "zh" else more
            told += " " + texts["more"].format(n=count)
        if _width(told) <= chars or len(inside) <= 1:
            return told
        inside.pop()
        more += 1


def _fitting(notes: Sequence[str], chars: int, lines: int) -> tuple[list[str], bool]:
    """Keep the notes that fit into some lines; say whether one did not."""
    kept: list[str] = []
    for note in notes:
        if _lines([*kept, note], chars) <= lines:
            kept.append(note)
    return kept, len(kept) < len(notes)


def _lines(notes: Sequence[str], chars: int) -> int:
    """Count lines; up to four characters of each stay empty where it breaks."""
    width = sum(_width(note) + 2 for note in notes)
    return -(-width // (chars - 4)) if width > chars else min(1, len(notes))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _qr(token: str) -> str:
    out = io.BytesIO()
    code = segno.make(token, error="m", micro=False, mask=_QR_MASK)
    code.save(out, kind="svg", border=2, xmldecl=False, svgns=True)
    return out.getvalue().decode()
