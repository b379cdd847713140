"""Show what a clerk or steward needs to know of a household while it speaks (住户卡片)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from logistics.domain.care import Assignment, Duty
from logistics.domain.errands import OPEN, Errand
from logistics.domain.lists import HouseholdList
from logistics.domain.needs import NeedGroup
from logistics.domain.places import District, Household
from logistics.domain.registry import HouseholdRecord, NotRegistered
from logistics.domain.runs import Run
from logistics.exchange.spoken_doors import doors_of
from logistics.store import (
    address_places,
    care,
    cut_runs,
    earlier_lists,
    errands,
    lists,
    open_runs,
    places,
)
from logistics.usecases.read_needs import NeedSeen, read_household

_ERRANDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdCard:
    """A household with its lists, errands and the needs on which the reader acts.

    ``run`` takes lists now; ``missed`` is the one that was cut off last, where it is still on.
    ``lists`` are those of both; ``last`` is what was bought for it before.
    """

    home: Household
    area: District
    address_zh: str
    address_en: str
    record: HouseholdRecord | None
    needs: tuple[NeedSeen, ...]
    withheld: bool
    run: Run | None
    missed: Run | None
    lists: tuple[HouseholdList, ...]
    last: HouseholdList | None
    errands: tuple[Errand, ...]
    stewards: dict[Duty, Assignment]


def show_household(
    session: Session,
    household_code: str,
    *,
    groups: Collection[NeedGroup],
    actor: str,
    at: datetime,
) -> HouseholdCard:
    """Read a household's card; that its needs were read is recorded.

    Raises
    ------
    HouseholdUnknown
        If there is no such household.
    """
    home = places.household_by_code(session, household_code.strip())
    area = places.district(session, home.district_id)
    doors = doors_of(address_places.of_district(session, area.id))
    run = open_runs.next_cut_off(session, area.id, at)
    today = at.astimezone(ZoneInfo(area.zone_name)).date()
    missed = cut_runs.last_cut_off(session, area.id, today, at)
    record, needs, withheld = _registered(session, home, groups, actor, at)
    asked = [one for one in errands.of_household(session, home.id) if one.state in OPEN]
    return HouseholdCard(
        home=home,
        area=area,
        address_zh=doors.address(home.stairwell_id, home.room, "zh"),
        address_en=doors.address(home.stairwell_id, home.room, "en"),
        record=record,
        needs=needs,
        withheld=withheld,
        run=run,
        missed=missed,
        lists=tuple(
            one
            for of in (run, missed)
            if of is not None
            for one in lists.of_household(session, of.id, home.code)
            if one.state != "cancelled"
        ),
        last=earlier_lists.last_frozen(session, home.id, run.id if run else ""),
        errands=tuple(reversed(asked))[:_ERRANDS],
        stewards=care.of_households(session, [home.id], at).get(home.id, {}),
    )


def _registered(
    session: Session, home: Household, groups: Collection[NeedGroup], actor: str, at: datetime
) -> tuple[HouseholdRecord | None, tuple[NeedSeen, ...], bool]:
    try:
        seen = read_household(session, home.code, groups=groups, actor=actor, at=at)
    except NotRegistered:
        return None, (), False
    return seen.record, seen.needs, seen.withheld
