"""Photos of what was seen: of goods at a door, of a bag at its slot."""

from dataclasses import dataclass
from datetime import datetime

from logistics.errors import Invalid, NotFound


class PhotoUnknown(NotFound):
    """No photo has this id."""

    code = "photo.unknown"


class PhotoUnreadable(Invalid):
    """What was sent is no picture that can be read."""

    code = "photo.not-a-picture"


class PhotoTooLarge(Invalid):
    """The picture has more bytes, or more dots, than any phone's camera sends."""

    code = "photo.too-large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo without its content; ``digest`` is the SHA-256 of the content kept."""

    id: str
    district_id: str
    household_id: str | None
    place_id: str | None
    digest: str
    width: int
    height: int
    actor: str
    at: datetime
