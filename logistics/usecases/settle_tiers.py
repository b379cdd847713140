"""Publish the table of tiers, and bring each household's tier to what holds today (定级)."""

import logging
from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from logistics.domain.needs import TierTable, steps_from, tier_on, tier_steps
from logistics.domain.places import District
from logistics.store import audit, places, registry
from logistics.usecases.import_registry import tiers_of

log = logging.getLogger(__name__)


def publish_tiers(
    session: Session, district_id: str, table: TierTable, *, actor: str, at: datetime
) -> int:
    """Publish a table of tiers; return how many households have another tier by it.

    The same table again changes nothing. Tiers of earlier days stay as they were.

    Raises
    ------
    DistrictUnknown
        If there is no such district.
    """
    area = places.district(session, district_id)
    registry.hold(session, area.id)
    if tiers_of(session, area.id).digest != table.digest:
        registry.publish_tiers(session, area.id, table, actor=actor, at=at)
    return _settle(session, area, table, None, actor=actor, at=at)


def settle_tiers(
    session: Session,
    district_id: str,
    *,
    day: date | None = None,
    only: Collection[str] | None = None,
    actor: str,
    at: datetime,
) -> int:
    """Bring tiers to what holds on a day, as needs begin and end; return how many changed.

    Households of which no register says anything keep the tier of the set-up's rule.

    Parameters
    ----------
    day
        A service day; without it today.
    only
        Ids of the households that matter; all without it.

    Raises
    ------
    DistrictUnknown
        If there is no such district.
    """
    area = places.district(session, district_id)
    registry.hold(session, area.id)
    return _settle(session, area, tiers_of(session, area.id), only, day=day, actor=actor, at=at)


def _settle(
    session: Session,
    area: District,
    table: TierTable,
    only: Collection[str] | None,
    *,
    day: date | None = None,
    actor: str,
    at: datetime,
) -> int:
    day = day or at.astimezone(ZoneInfo(area.zone_name)).date()
    records = registry.records(session, area.id)
    if not records:
        return 0
    needs, steps = registry.needs(session, area.id), registry.steps(session, area.id)
    said = []
    current: dict[str, tuple[int, int]] = {}
    for home in places.households(session, area.id):
        if home.id not in records or (only is not None and home.id not in only):
            continue
        wanted = tier_steps(needs.get(home.id, {}).values(), table, day)
        if wanted != steps_from(steps.get(home.id, ()), day):
            said += [(home.id, since, tier) for since, tier in wanted]
        if tier_on(wanted, day) != home.need_tier:
            current[home.id] = home.persons, tier_on(wanted, day)
    registry.say_tiers(session, said, table, actor=actor, at=at)
    registry.set_current(session, current)
    if said or current:
        facts = {"households": len(current), "table": table.digest[:12]}
        audit.record(
            session, actor=actor, command="registry.tiers", subject=area.id, facts=facts, at=at
        )
        log.info("district %s: tiers of %d households changed", area.id, len(current))
    return len(current)
