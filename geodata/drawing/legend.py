"""The foot of a map: what its signs mean, and who made the map it is drawn from."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from geodata.drawing.hatch import AREAS, CLOSED, ZONES, Pattern, swatch
from geodata.drawing.map_words import SITES, WORDS
from geodata.drawing.marks import draw_gate, draw_site
from geodata.drawing.sheet import Sheet, text_width

_SIZE_MM = 2.2
_ROW_MM = 4.2
_SIDE_MM = 2.0
_BETWEEN_MM = 2.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A sign and what it means; ``draw`` is given the sheet, its left edge and its middle."""

    words: str
    wide_mm: float
    draw: Callable[[Sheet, float, float], None]

    @property
    def all_mm(self) -> float:
        """How wide sign and words are together."""
        return self.wide_mm + 0.7 + text_width(self.words, _SIZE_MM)


def foot(entries: Sequence[Entry], attribution: str, width_mm: float) -> Sheet:
    """Lay out the legend in as many rows as it needs, the attribution at its end."""
    rows = _rows(entries, width_mm - 2 * _SIDE_MM)
    said = _wrapped(attribution, width_mm - 2 * _SIDE_MM)
    last_mm = sum(e.all_mm + _BETWEEN_MM for e in rows[-1]) if rows else 0.0
    alone = len(said) > 1 or last_mm + text_width(said[0], _SIZE_MM) > width_mm - 2 * _SIDE_MM
    count = len(rows) + (len(said) if alone and rows else len(said) - bool(rows))
    sheet = Sheet(width_mm, count * _ROW_MM + 0.6)
    sheet.add("rect", x=0, y=0, width=width_mm, height=sheet.height_mm, fill="#fff")
    sheet.add("path", d=f"M0 0h{width_mm:.2f}", stroke="#000", stroke_width=0.3)
    for number, row in enumerate(rows):
        x, y = _SIDE_MM, _ROW_MM * (number + 0.5) + 0.3
        for entry in row:
            entry.draw(sheet, x, y)
            sheet.text(
                x + entry.wide_mm + 0.7, y + _SIZE_MM * 0.36, entry.words, _SIZE_MM,
                text_anchor="start",
            )  # fmt: skip
            x += entry.all_mm + _BETWEEN_MM
    first = count - len(said)
    for number, words in enumerate(said, start=first):
        y = _ROW_MM * (number + 0.5) + 0.3 + _SIZE_MM * 0.36
        sheet.text(width_mm - _SIDE_MM, y, words, _SIZE_MM, text_anchor="end")
    return sheet


def gate_entries(
    language: str, *, is_open: bool, closed: bool, passed: bool = False
) -> list[Entry]:
    """Explain the gates that are in view."""
    words = WORDS[language]
    found = []
    if passed:
        found.append(
            Entry(
                words=words["passed"],
                wide_mm=2.8,
                draw=lambda sheet, x, y: draw_gate(sheet, x + 1.4, y, is_open=True, passed=True),
            )
        )
    for shown, key in ((is_open, "gate"), (closed, "closed")):
        if shown:
            found.append(Entry(words=words[key], wide_mm=2.0, draw=_gate(is_open=key == "gate")))
    return found


def _gate(*, is_open: bool) -> Callable[[Sheet, float, float], None]:
    return lambda sheet, x, y: draw_gate(sheet, x + 1, y, is_open=is_open)


def pattern_entries(
    language: str, zones: Collection[str], areas: Collection[str], *, closures: bool
) -> list[Entry]:
    """Explain zones, closures, water and parks."""
    patterns = {**ZONES, **{kind: AREAS[kind] for kind in ("water", "park", "field")}}
    shown = [kind for kind in patterns if kind in {*zones, *areas}]
    found = [(WORDS[language][kind], patterns[kind]) for kind in shown]
    if closures:
        found.append((WORDS[language]["closures"], CLOSED))
    return [
        Entry(
            words=words,
            wide_mm=5.0,
            draw=_swatch(pattern),
        )
        for words, pattern in found
    ]


def site_entries(language: str, kinds: Collection[str]) -> list[Entry]:
    """Explain the signs of sites."""
    return [
        Entry(
            words=SITES[language][kind],
            wide_mm=3.2,
            draw=_site(kind, language),
        )
        for kind in kinds
    ]


def _swatch(pattern: Pattern) -> Callable[[Sheet, float, float], None]:
    return lambda sheet, x, y: swatch(sheet, pattern, x, y)


def _site(kind: str, language: str) -> Callable[[Sheet, float, float], None]:
    return lambda sheet, x, y: draw_site(sheet, x + 1.6, y, kind, language)


def line_entry(words: str, colour: str, width_mm: float, dashes: str) -> Entry:
    """Explain a line."""
    look = {"stroke_dasharray": dashes} if dashes else {}

    def draw(sheet: Sheet, x: float, y: float) -> None:
        d = f"M{x:.2f} {y:.2f}h8"
        sheet.add("path", d=d, fill="none", stroke=colour, stroke_width=width_mm, **look)

    return Entry(words=words, wide_mm=8, draw=draw)


def _rows(entries: Sequence[Entry], wide_mm: float) -> list[list[Entry]]:
    rows: list[list[Entry]] = []
    used = 0.0
    for entry in entries:
        if not rows or used + entry.all_mm > wide_mm:
            rows.append([])
            used = 0.0
        rows[-1].append(entry)
        used += entry.all_mm + _BETWEEN_MM
    return rows


def _wrapped(words: str, wide_mm: float) -> list[str]:
    """Break a line that is wider than the sheet, between words where it can be."""
    lines = [""]
    for piece in _pieces(words):
        if lines[-1] and text_width((lines[-1] + piece).strip(), _SIZE_MM) > wide_mm:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines if line.strip()] or [""]


def _pieces(words: str) -> list[str]:
    """Cut between words, and words too long for any line between letters."""
    pieces = [word + " " for word in words.split(" ")]
    return [
        part
        for piece in pieces
        for part in ([piece] if len(piece) < 20 else list(piece))  # noqa: PLR2004
    ]
