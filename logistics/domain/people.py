"""Who carries, and who may enter: couriers and access tokens as values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """A courier 骑手; times are seconds since local midnight."""

    id: str
    district_id: str
    code: str
    mode: str
    capacity_g: int
    capacity_ml: int
    capacity_bags: int
    shift_start_s: int
    shift_end_s: int
    max_trips: int
    zone_max: int  # highest zone rank that this courier may enter
    point_id: str
    cohort: str | None
    active: bool = True
    permits: tuple[str, ...] = ()  # which closures let them pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """Who may do what; the secret itself is known to its holder alone."""

    id: str
    role: str
    label: str
    household_id: str | None
    courier_id: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def valid_at(self, at: datetime) -> bool:
        """Say whether it opens anything at an instant."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)
