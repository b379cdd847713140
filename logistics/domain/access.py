"""Who may come in: staff, their grants, personal links and the sessions of browsers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

DOOR: Final = "door"
"""The kind of link that hangs in a stairwell: it opens nothing but the question which room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A member of the staff under a login; who it is stands in no table of ours."""

    id: str
    login: str
    created_at: datetime
    password_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffGrant:
    """A role of an account over a place; without a district everywhere."""

    id: str
    account_id: str
    role: str
    district_id: str | None
    place_id: str | None  # without one: the whole district
    courier_id: str | None
    since: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A personal link; its secret is known to its holder alone."""

    id: str
    role: str  # a role, or DOOR
    district_id: str
    place_id: str | None
    household_id: str | None
    courier_id: str | None
    label: str
    created_at: datetime
    expires_at: datetime
    bound_at: datetime | None
    revoked_at: datetime | None

    def valid_at(self, at: datetime) -> bool:
        """Say whether it opens anything at an instant."""
        return self.revoked_at is None and at < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSession:
    """A browser that came in by a password or by a link."""

    id: str
    account_id: str | None
    link_id: str | None
    language: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where something belongs, as far as permissions ask.

    ``places`` are ids: a stairwell with its building and compound, or a service point. ``at`` is
    when it was said, for lists, errands and reports.
    """

    district_id: str
    places: frozenset[str] = frozenset()
    household_code: str | None = None
    courier_id: str | None = None
    at: datetime | None = None
