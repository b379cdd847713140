"""Read what a household needs, as far as the reader acts on it, and take consent back (需求)."""

import hashlib
import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from logistics.domain.needs import GROUP_OF, Need, NeedGroup, Steps
from logistics.domain.registry import (
    ConsentWithdrawn,
    HouseholdRecord,
    MemberRecord,
    NotRegistered,
)
from logistics.store import audit, places, registry
from logistics.store.registry import Said
from logistics.usecases.settle_tiers import settle_tiers

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedSeen:
    """A need that the reader acts on; consent stands."""

    member_no: int
    need: Need
    since: date | None
    until: date | None
    detail: str
    consent_on: date
    consent_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdSeen:
    """A household of the register as a reader may see it.

    ``withheld`` says that there are needs on which the reader does not act.
    """

    code: str
    record: HouseholdRecord
    tier: int
    members: tuple[MemberRecord, ...]
    needs: tuple[NeedSeen, ...]
    withheld: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedAudited:
    """A need for those who check how needs are kept: whose it is, nobody can tell."""

    subject: str
    need: Need
    since: date | None
    until: date | None
    consent_on: date
    consent_by: str
    withdrawn_on: date | None


def read_household(
    session: Session,
    household_code: str,
    *,
    groups: Collection[NeedGroup],
    actor: str,
    at: datetime,
) -> HouseholdSeen:
    """Read a household with the needs of some groups; who read them is recorded.

    Raises
    ------
    HouseholdUnknown
        If there is no such household.
    NotRegistered
        If no register says anything about it.
    """
    household = places.household_by_code(session, household_code.strip())
    record = registry.registered(session, household.id)
    if record is None:
        raise NotRegistered(household=household.code, mend="import the register first")
    standing = [one for one in registry.needs_of(session, household.id) if not one.withdrawn]
    seen = tuple(
        NeedSeen(
            member_no=one.member_no, need=one.need, since=one.since, until=one.until,
            detail=one.detail, consent_on=one.consent_on, consent_by=one.consent_by,
        )
        for one in standing
        if GROUP_OF[one.need] in groups
    )  # fmt: skip
    if groups:
        audit.record(
            session, actor=actor, command="need.read", subject=household.id,
            facts={"groups": sorted(groups)}, at=at,
        )  # fmt: skip
    return HouseholdSeen(
        code=household.code,
        record=record,
        tier=household.need_tier,
        members=tuple(registry.members_of(session, household.id).values()),
        needs=seen,
        withheld=len(seen) < len(standing),
    )


def audited_needs(session: Session, district_id: str) -> tuple[NeedAudited, ...]:
    """Read all needs of a district without saying whose they are, by an opaque subject.

    A subject stays the same as long as the register knows the household, and follows from nothing
    that anybody else can see. Free texts are left out: they may say who it is.

    Raises
    ------
    DistrictUnknown
        If there is no such district.
    """
    area = places.district(session, district_id)
    secrets = registry.first_statements(session, area.id)
    rows = [
        NeedAudited(
            subject=hashlib.sha256(secrets[household_id].encode()).hexdigest()[:12],
            need=one.need, since=one.since, until=one.until, consent_on=one.consent_on,
            consent_by=one.consent_by, withdrawn_on=one.withdrawn_on,
        )
        for household_id, needs in registry.needs(session, area.id).items()
        for one in needs.values()
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (row.subject, row.need, row.consent_on)))


def withdraw_consent(
    session: Session,
    household_code: str,
    need: str,
    *,
    member_no: int = 0,
    actor: str,
    at: datetime,
) -> None:
    """Take back the consent to keep a need; from today nobody reads it, and it counts no more.

    Raises
    ------
    HouseholdUnknown
        If there is no such household.
    ConsentWithdrawn
        If there is no such need, or its consent was taken back before.
    """
    household = places.household_by_code(session, household_code.strip())
    area = places.district(session, household.district_id)
    registry.hold(session, area.id)
    stands = [
        one
        for one in registry.needs_of(session, household.id)
        if one.need == need and one.member_no == member_no and not one.withdrawn
    ]
    if not stands:
        raise ConsentWithdrawn(household=household.code, member=member_no)
    today = at.astimezone(ZoneInfo(area.zone_name)).date()
    withdrawn = replace(stands[0], withdrawn_on=max(today, stands[0].consent_on))
    by = registry.Writing(source="", actor=actor, at=at)
    registry.add_need(session, household.id, withdrawn, by)
    audit.record(
        session, actor=actor, command="need.withdraw", subject=household.id, facts={}, at=at
    )
    settle_tiers(session, area.id, only={household.id}, actor=actor, at=at)
    log.info("household %s: a consent was taken back", household.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdHistory:
    """All that was ever said of a household, and from which day on it has which tier."""

    code: str
    said: tuple[Said, ...]
    tiers: Steps


def household_history(session: Session, household_code: str) -> HouseholdHistory:
    """Tell how a household came to be as it is.

    Raises
    ------
    HouseholdUnknown
        If there is no such household.
    """
    household = places.household_by_code(session, household_code.strip())
    return HouseholdHistory(
        code=household.code,
        said=registry.record_history(session, household.id),
        tiers=registry.tier_history(session, household.id),
    )
