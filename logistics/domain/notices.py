"""What is announced to a district, or to all who live at a place of it (通知)."""

from dataclasses import dataclass
from datetime import datetime

from logistics.errors import Conflict, Invalid, NotFound

LONGEST = 1000  # characters of an announcement: it is read on a small screen


class AnnouncementUnknown(NotFound):
    """No announcement has this id."""

    code = "announcement.unknown"


class AnnouncementEmpty(Invalid):
    """An announcement says nothing."""

    code = "announcement.empty"


class AnnouncementTooLong(Invalid):
    """An announcement is longer than anybody reads on a phone."""

    code = "announcement.too-long"


class AnnouncementEndsBefore(Invalid):
    """An announcement would end before it begins."""

    code = "announcement.ends-before"


class AnnouncementWithdrawn(Conflict):
    """An announcement was taken back already."""

    code = "announcement.withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One announcement; without a place: to the whole district, without an end: until withdrawn.

    ``text_en`` may be empty: then the Chinese text is shown to everybody, and the other way round.
    """

    id: str
    district_id: str
    place_id: str | None
    text_zh: str
    text_en: str
    since: datetime
    until: datetime | None
    actor: str
    at: datetime
    withdrawn_at: datetime | None = None

    def __post_init__(self) -> None:
        if not (self.text_zh or self.text_en):
            raise AnnouncementEmpty(field="text", mend="say it in Chinese, English or both")
        for field, text in (("text_zh", self.text_zh), ("text_en", self.text_en)):
            if len(text) > LONGEST:
                raise AnnouncementTooLong(
                    field=field, value=len(text), longest=LONGEST,
                    mend=f"say it in {LONGEST} characters or less",
                )  # fmt: skip
        if self.until is not None and self.until <= self.since:
            raise AnnouncementEndsBefore(
                field="until", value=self.until.isoformat(), mend="give an end after its beginning"
            )

    def text(self, language: str) -> str:
        """Give the text in a language, or in the other where it was said in one alone."""
        first, second = (
            (self.text_zh, self.text_en) if language == "zh" else (self.text_en, self.text_zh)
        )
        return first or second
