"""Pictures as they come from phones, made small and stripped of all but what is seen."""

import io
import warnings
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from logistics.domain.photos import PhotoTooLarge, PhotoUnreadable

LARGEST_BYTES: Final = 5_000_000  # as they come; ours: a phone's photo at full size
LONGEST_SIDE: Final = 1600  # dots, as it is kept
_MOST_DOTS: Final = 60_000_000  # a small file may unfold to any size
_QUALITY: Final = 82
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP")  # a phone's MPO opens as JPEG


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A JPEG that says nothing of camera, place or time."""

    content: bytes
    width: int
    height: int


def read_picture(content: bytes) -> Picture:
    """Turn what a phone sent into a JPEG of 1,600 dots at most, upright, without its metadata.

    Raises
    ------
    PhotoTooLarge
        If it has more than 5 MB, or unfolds to more than 60 million dots.
    PhotoUnreadable
        If it is no picture, or breaks off.
    """
    if len(content) > LARGEST_BYTES:
        raise PhotoTooLarge(
            field="photo", value=len(content), most=LARGEST_BYTES // 1_000_000,
            mend=f"send a picture of {LARGEST_BYTES // 1_000_000} MB or less",
        )  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd metadata are thrown away in any case
            return _jpeg(content)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as fault:
        raise PhotoUnreadable(
            field="photo", value=len(content), mend="send a photo: JPEG, PNG or WebP"
        ) from fault


def _jpeg(content: bytes) -> Picture:
    with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
        width, height = opened.size
        if width * height > _MOST_DOTS:
            raise PhotoTooLarge(
                field="photo", value=width * height, most=LARGEST_BYTES // 1_000_000,
                mend="send a smaller picture",
            )  # fmt: skip
        opened.draft("RGB", (LONGEST_SIDE * 2, LONGEST_SIDE * 2))
        upright = ImageOps.exif_transpose(opened)
        flat = _without_transparency(upright)
        flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        kept = io.BytesIO()
        flat.save(kept, "JPEG", quality=_QUALITY, optimize=True)  # no exif is handed on
        return Picture(content=kept.getvalue(), width=flat.width, height=flat.height)


def _without_transparency(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    plain = image.convert("RGB")
    clean = Image.new("RGB", plain.size)
    clean.paste(plain)  # a copy of the dots alone
    return clean
