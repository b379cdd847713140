"""What a bag's label says and what not: no name, no phone, nothing about a need (标签)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from logistics.domain.bags import Compartment
from logistics.domain.packing_papers import BagPaper
from logistics.errors import Invalid, NotFound

_PARTS: Final = re.compile(r"[,，;；。.!！?？、\n\r\t|/]+")
_NUMBER: Final = re.compile(r"\d{5,}")  # a phone, an id: never a room
_MARKUP: Final = re.compile(r"[<>{}\\`\x00-\x1f]")
_LATIN: Final = re.compile(r"[a-z]+")
_LATIN_NAME: Final = re.compile(r"(?<=\S)\s+[A-Z][a-z]+")
_BETWEEN: Final = re.compile(r"[\s\-()]")
NOTE_CHARS: Final = 40
CONTENTS: Final = 4


class LabelFormatUnknown(NotFound):
    """No format of labels has this name."""

    code = "label.format-unknown"


class LabelFormatInvalid(Invalid):
    """Labels of this size do not fit onto their page."""

    code = "label.format-invalid"


class Mark(StrEnum):
    """What a bag asks of whoever carries it."""

    COLD = "cold"
    CHEMICAL = "chemical"
    FRAGILE = "fragile"
    PERSONAL = "personal"  # medicine: apart, and nobody's business
    HEAVY = "heavy"
    FIRST = "first"  # brought first; not why


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFormat:
    """A sheet of labels, or a label printer with one label to a page; lengths in micrometres."""

    name: str
    page_um: tuple[int, int]
    grid: tuple[int, int]
    label_um: tuple[int, int]
    margin_um: tuple[int, int]
    gap_um: tuple[int, int]

    def __post_init__(self) -> None:
        for axis, word in enumerate(("width", "height")):
            count, size = self.grid[axis], self.label_um[axis]
            used = self.margin_um[axis] + count * size + (count - 1) * self.gap_um[axis]
            if count < 1 or size < SMALLEST_UM[axis] or used > self.page_um[axis]:
                raise LabelFormatInvalid(
                    format=self.name,
                    field=word,
                    value=f"{count} x {size / 1000:g} mm",
                    mend=f"labels of {SMALLEST_UM[axis] // 1000} mm or more that fit the page",
                )

    @property
    def per_page(self) -> int:
        """Count the labels on one page."""
        return self.grid[0] * self.grid[1]


SMALLEST_UM: Final = (48_000, 28_000)
"""Below that, a room cannot be read at arm's length beside a QR that scans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRules:
    """Which goods are masked, and which parts of notes are harmless; words in lower case."""

    masked_categories: frozenset[str]
    masked_words: tuple[str, ...]
    harmless: tuple[str, ...]
    withheld: tuple[str, ...]

    def masks(self, category: str, *names: str) -> bool:
        """Say whether goods are said to be personal items only."""
        if category in self.masked_categories:
            return True
        return any(word in name.lower() for name in names for word in self.masked_words)

    def printable(
        self, note: str, goods: Mapping[str, bool] | None = None
    ) -> tuple[tuple[str, ...], bool]:
        """Part a note into what may stand on a label, and whether something stays off it.

        A part must hold a harmless word and none of those withheld: what is not understood is
        not printed. Numbers as long as a phone's and what looks like a name are never printed.

        Parameters
        ----------
        goods
            Names of goods that a part may begin with (``青菜：不要香菜``), and whether each is
            masked: then its name is left out.
        """
        known = goods or {}
        kept: list[str] = []
        left_out = False
        for part in _PARTS.split(note):
            text = " ".join(_MARKUP.sub(" ", part).split())
            about, colon, rest = text.replace("：", ":").partition(":")
            if colon and about.strip() in known:
                said, text = about.strip(), rest.strip()
            else:
                said = ""
            if not text:
                continue
            if self._harmless(text):
                kept.append(f"{said}：{text}" if said and not known[said] else text)
            else:
                left_out = True
        return tuple(dict.fromkeys(kept)), left_out

    def _harmless(self, text: str) -> bool:
        low = text.lower().replace("我家", "").replace("自家", "")
        return (
            len(text) <= NOTE_CHARS
            and any(word in f"{low} " for word in self.harmless)
            and not any(_holds(low, word) for word in self.withheld)
            and not _NUMBER.search(_BETWEEN.sub("", low))
            and not _LATIN_NAME.search(text)
        )


def _holds(text: str, word: str) -> bool:
    """Find a word: Latin ones at the beginning of a word only, so that *ms* is not in *items*."""
    if not word.isascii():
        return word in text
    if len(word) <= 3:  # noqa: PLR2004  mr, mrs, ms, ill: whole words
        return word in _LATIN.findall(text)
    return any(said.startswith(word) for said in _LATIN.findall(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label; texts in the language it is printed in.

    ``contents`` are names of goods, the masked ones as personal items; ``more`` are further kinds
    of goods; ``asks`` says that the list has a note which is not for everybody's eyes.
    """

    code: str
    token: str
    where: str
    stairwell: str
    room: str
    no: int
    of: int
    weight_g: int
    marks: tuple[Mark, ...]
    contents: tuple[str, ...]
    more: int
    notes: tuple[str, ...]
    asks: bool
    run: str
    point: str
    trip: str


def marks_of(bag: BagPaper, *, heavy_g: int) -> tuple[Mark, ...]:
    """Say what a bag asks of whoever carries it, most urgent first."""
    compartment = Compartment(bag.compartment)
    asked = {
        Mark.FIRST: bag.tier == 0,
        Mark.COLD: compartment.cold,
        Mark.CHEMICAL: compartment is Compartment.CHEMICAL,
        Mark.PERSONAL: compartment.medicine,
        Mark.FRAGILE: bag.fragile,
        Mark.HEAVY: bag.weight_g > heavy_g,
    }
    return tuple(mark for mark, holds in asked.items() if holds)
