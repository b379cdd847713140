"""Drawings as SVG text: shapes that stay apart in black and white, texts escaped."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final, Literal

Language = Literal["zh", "en"]
Point = tuple[float, float]

INK: Final = "#1b1f23"
GREY: Final = "#5b646d"
PALE: Final = "#d5dade"
FONT: Final = (
    "'Noto Sans SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif"
)

# Okabe and Ito's colours without the yellow, told apart by the colour-blind too; lines take a
# dash as well, so that print needs no colour.
COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#B0508C", "#111111", "#8C6D00", "#4FA3D9")
DASHES: Final = ("", "8 3", "2 3", "10 3 2 3", "14 5")

MINUTE_S: Final = 60
HOUR_S: Final = 3600


def style_of(index: int) -> tuple[str, str]:
    """Give colour and dash of a line; 35 pairs differ."""
    return COLOURS[index % len(COLOURS)], DASHES[index % len(DASHES)]


def clock(seconds: int) -> str:
    """Say an instant as hours and minutes."""
    return f"{seconds // HOUR_S}:{seconds // MINUTE_S % 60:02}"


class Drawing:
    """SVG text under construction; y grows downwards.

    Parameters
    ----------
    title
        What the picture shows, for those who hear it read.
    """

    def __init__(self, width: float, height: float, title: str) -> None:
        self._size = (width, height)
        self._title = title
        self._parts: list[str] = []
        self._defs: list[str] = []

    def define(self, definition: str) -> None:
        """Add a definition (pattern) once."""
        if definition not in self._defs:
            self._defs.append(definition)

    def line(
        self, points: Iterable[Point], colour: str = INK, width: float = 1.0, dash: str = ""
    ) -> None:
        """Draw a line through points."""
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}"'
            f' stroke-width="{_n(width)}" stroke-linejoin="round"{dashed}/>'
        )

    def shape(self, points: Sequence[Point], fill: str, stroke: str = "none") -> None:
        """Draw a filled polygon."""
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        self._parts.append(f'<polygon points="{path}" fill="{fill}" stroke="{stroke}"/>')

    def circle(
        self, at: Point, radius: float, fill: str, stroke: str = INK, width: float = 1.0
    ) -> None:
        """Draw a disc or ring."""
        self._parts.append(
            f'<circle cx="{_n(at[0])}" cy="{_n(at[1])}" r="{_n(radius)}" fill="{fill}"'
            f' stroke="{stroke}" stroke-width="{_n(width)}"/>'
        )

    def box(
        self,
        at: Point,
        size: Point,
        fill: str,
        stroke: str = "none",
        *,
        dash: str = "",
        hint: str = "",
    ) -> None:
        """Draw a rectangle; ``hint`` is shown where the pointer rests on it."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        inner = f"<title>{escape(hint)}</title>" if hint else ""
        self._parts.append(
            f'<rect x="{_n(at[0])}" y="{_n(at[1])}" width="{_n(size[0])}" height="{_n(size[1])}"'
            f' fill="{fill}" stroke="{stroke}"{dashed}>{inner}</rect>'
        )

    def text(
        self,
        at: Point,
        words: str,
        *,
        size: float = 12,
        anchor: Literal["start", "middle", "end"] = "start",
        colour: str = INK,
        halo: bool = False,
        bold: bool = False,
        turned: bool = False,
    ) -> None:
        """Write words; a halo keeps them readable on lines."""
        more = ' paint-order="stroke" stroke="#fff" stroke-width="3"' if halo else ""
        more += ' font-weight="700"' if bold else ""
        more += f' transform="rotate(-90 {_n(at[0])} {_n(at[1])})"' if turned else ""
        self._parts.append(
            f'<text x="{_n(at[0])}" y="{_n(at[1])}" font-size="{_n(size)}" fill="{colour}"'
            f' text-anchor="{anchor}"{more}>{escape(words)}</text>'
        )

    def svg(self) -> str:
        """Give the whole drawing."""
        width, height = map(_n, self._size)
        defs = f"<defs>{''.join(self._defs)}</defs>" if self._defs else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            f' width="{width}" height="{height}" role="img" font-family="{FONT}">'
            f"<title>{escape(self._title)}</title>{defs}"
            f'<rect width="{width}" height="{height}" fill="#fff"/>'
            + "\n".join(self._parts)
            + "</svg>\n"
        )


def steps_between(least: float, most: float, wanted: int) -> list[int]:
    """Give round numbers that cover a span, about as many as wanted (1, 2, 5, 10, 20 …)."""
    span = max(most - least, 1.0)
    size = 1
    while span / size > wanted:
        size = _next_round(size)
    first = int(least // size) * size
    return list(range(first, int(most) + size + 1, size))


def _next_round(size: int) -> int:
    lead = int(str(size)[0])
    return size * 5 // 2 if lead == 2 else size * 2  # noqa: PLR2004  1, 2, 5, 10


def width_of(words: str, size: float) -> float:
    """Guess how wide a text comes out: Chinese signs are as wide as they are high."""
    return sum(size if ord(sign) > 0x2E80 else size * 0.56 for sign in words)  # noqa: PLR2004


def shortened(words: str, width: float, size: float) -> str:
    """Cut words to what a width takes."""
    kept = words
    while kept and width_of(kept, size) > width:
        kept = kept[:-1]
    return kept if kept == words else f"{kept}…"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
