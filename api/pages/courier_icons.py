"""The courier page's icon, drawn here: a bag on green; so that the page can be installed."""

import io
from functools import cache
from typing import Final

from PIL import Image, ImageDraw

_GREEN, _WHITE = (11, 110, 79), (255, 255, 255)
_FINER: Final = 4  # drawn larger and made small: smooth edges


@cache
def icon(size: int) -> bytes:
    """Draw the icon as a PNG; all that matters lies in the middle, so any mask may cut it."""
    wide = size * _FINER
    image = Image.new("RGB", (wide, wide), _GREEN)
    draw = ImageDraw.Draw(image)

    def at(*parts: float) -> list[float]:
        return [part * wide for part in parts]

    stroke = round(wide * 0.045)
    draw.arc(at(0.38, 0.22, 0.62, 0.50), 180, 360, fill=_WHITE, width=stroke)
    draw.rounded_rectangle(at(0.28, 0.37, 0.72, 0.78), radius=wide * 0.05, fill=_WHITE)
    tick = [tuple(at(x, y)) for x, y in ((0.39, 0.58), (0.47, 0.67), (0.62, 0.49))]
    draw.line(tick, fill=_GREEN, width=round(wide * 0.055), joint="curve")
    out = io.BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()
