"""Pictures from phones: made small and upright, and stripped of where they were taken."""

import io

import pytest
from PIL import ExifTags, Image

from logistics.domain.photos import PhotoTooLarge, PhotoUnreadable
from logistics.exchange.photos import LARGEST_BYTES, read_picture


def written(image: Image.Image, form: str, **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def test_where_and_with_what_it_was_taken_is_gone_and_it_stands_upright() -> None:
    image = Image.new("RGB", (400, 200), "red")
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # the camera was turned
    exif[ExifTags.Base.Make] = "A camera"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (30.0, 15.0, 0.0)
    sent = written(image, "JPEG", exif=exif, comment=b"at home")
    assert b"A camera" in sent
    picture = read_picture(sent)
    assert (picture.width, picture.height) == (200, 400)
    kept = opened(picture.content)
    assert kept.format == "JPEG"
    assert dict(kept.getexif()) == {}
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(kept.info)
    assert b"A camera" not in picture.content
    assert b"at home" not in picture.content


def test_a_large_picture_is_made_small_and_a_small_one_stays() -> None:
    large = read_picture(written(Image.new("RGB", (4000, 3000), "blue"), "PNG"))
    assert (large.width, large.height) == (1600, 1200)
    small = read_picture(written(Image.new("L", (64, 48), 128), "PNG"))
    assert opened(small.content).size == (64, 48)


def test_what_is_seen_through_becomes_white() -> None:
    picture = read_picture(written(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "WEBP"))
    assert min(opened(picture.content).getpixel((10, 10))) > 250


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture at all",
        b"\xff\xd8\xff\xe0" + bytes(200),  # begins like a JPEG
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(PhotoUnreadable) as refused:
        read_picture(content)
    assert refused.value.facts["field"] == "photo"


def test_a_picture_that_breaks_off_is_refused() -> None:
    whole = written(Image.effect_noise((300, 300), 90), "JPEG")
    with pytest.raises(PhotoUnreadable):
        read_picture(whole[: len(whole) // 2])


def test_too_many_bytes_and_too_many_dots_are_refused() -> None:
    with pytest.raises(PhotoTooLarge):
        read_picture(bytes(LARGEST_BYTES + 1))
    unfolds = written(Image.new("1", (12_000, 12_000)), "PNG")
    assert len(unfolds) < 100_000
    with pytest.raises(PhotoTooLarge) as refused:
        read_picture(unfolds)
    assert refused.value.facts["most"] == 5
