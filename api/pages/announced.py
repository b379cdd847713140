"""Announcements as every page shows them.

A page reads them with :func:`api.routes.announcements.told_to`, puts them into words with
:func:`shown_announcement`, and shows them by the macro ``announcements`` of
``household/announcements.html``.
"""

from datetime import datetime
from typing import Any

from api.pages.household_words import moment, words
from logistics.domain.notices import Announcement


def shown_announcement(
    one: Announcement, language: str, zone: str, now: datetime
) -> dict[str, Any]:
    """Put an announcement into words; ``zone`` is the district's time zone."""
    until = moment(one.until, zone, language, now) if one.until else ""
    return {
        "id": one.id,
        "text": one.text(language),
        "since": moment(one.since, zone, language, now),
        "until": words(language)["until"].format(at=until) if until else "",
    }
