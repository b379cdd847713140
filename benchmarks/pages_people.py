"""Who opens the pages: accounts and links of the measured district, and what they look at."""

import csv
import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.access import links, staff
from api.demo_sources import spoken
from benchmarks.pages_town import DISTRICT
from logistics.store import couriers, custody, places, plans, runs, tables, trips
from logistics.store.custody import Held
from logistics.store.session import open_database
from logistics.usecases.assign_steward import assign_steward
from logistics.usecases.import_registry import import_registry

STAFF: Final = ("planner", "clerk", "auditor", "steward")
STEWARDS_HOUSEHOLDS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the district holds: ``values`` by path parameter, ``counts`` of what is many."""

    values: dict[str, str]
    counts: dict[str, int]
    homes: tuple[str, ...]  # households with bags in the chosen building and elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Logins and links by role."""

    password: str
    logins: dict[str, str]
    links: dict[str, str]


def facts_of(session: Session) -> Facts:
    """Choose the busiest of each: building, point, courier; a household among them."""
    area = places.district_by_name(session, DISTRICT)
    today = datetime.now(UTC).date()
    run = runs.find(session, day=today, wave=1, district_id=area.id)
    following = runs.find(session, day=today + timedelta(days=1), wave=1, district_id=area.id)
    if run is None or following is None:
        raise RuntimeError("the district has no run today")
    plan = plans.current(session, run.id)
    planned = trips.planned(session, plan.id)
    held = custody.read(session, [b for t in planned for s in t.stops for b in s.bag_ids])
    building = _most(one.route.building_code for one in held.values())
    point = _most(one.route.point_code for one in held.values())
    rider = couriers.get(session, _most(one.courier_id for one in planned)).code
    here = [one for one in held.values() if one.route.building_code == building]
    home = here[0].route.household_code
    values = {
        "district": DISTRICT,
        "run": run.code,
        "next": following.code,
        "plan_id": plan.id,
        "household": home,
        "neighbour": here[-1].route.household_code,
        "place": building,
        "said": f"{home.rsplit('-', 3)[0]} {spoken(home)}",
        "point": point,
        "courier": rider,
        "bag": here[0].code,
        "subject": "bag",
        "code": here[0].code,
        "category": "vegetable",
        **_at_point(session, point, list(held.values()), plan.id),
        "list_id": _list_of(session, home, run.id),
    }
    return Facts(
        values=values,
        counts={
            "households": runs.households(session, area.id),
            "bags": len(held),
            "lists": sum(runs.lists_by_state(session, following.id).values()),
            "waiting": _waiting(session, following.id),
            "trips": len(planned),
        },
        homes=tuple(dict.fromkeys(
            one.route.household_code for one in [*here, *list(held.values())[:100]]
        )),
    )  # fmt: skip


def _most(found: Any) -> str:
    code: str = Counter(found).most_common(1)[0][0]
    return code


def _at_point(session: Session, point: str, held: list[Held], plan_id: str) -> dict[str, str]:
    bag = next(one for one in held if one.route.point_code == point)
    trip, place = tables.trip, tables.place
    code = session.scalars(
        select(trip.c.code)
        .join(place, place.c.id == trip.c.point_id)
        .where(trip.c.plan_id == plan_id, place.c.code == point, trip.c.state == "released")
        .order_by(trip.c.departs_s)
    ).first()
    return {"bag_here": bag.code, "trip_here": str(code)}


def _list_of(session: Session, household: str, run_id: str) -> str:
    lists, homes = tables.household_list, tables.household
    found = session.scalars(
        select(lists.c.id)
        .join(homes, homes.c.id == lists.c.household_id)
        .where(homes.c.code == household, lists.c.run_id == run_id)
    ).first()
    return str(found)


def _waiting(session: Session, run_id: str) -> int:
    triage = tables.triage
    query = select(func.count()).where(triage.c.run_id == run_id, triage.c.state == "open")
    return session.scalars(query).one()


def let_in(file: Path, facts: Facts) -> People:
    """Make accounts and links; a steward looks after some households."""
    password, at = secrets.token_urlsafe(15), datetime.now(UTC)
    database = open_database(f"sqlite:///{file}")
    made: dict[str, str] = {}
    with database.transaction() as session:
        for role in STAFF:
            staff.take_on(session, f"bench.{role}", password, actor="bench", at=at)
            area = None if role == "auditor" else DISTRICT  # traces end at no district
            staff.give_role(session, f"bench.{role}", role, district=area, actor="bench", at=at)
        _register(session, file.with_suffix(".csv"), facts.homes, at)
        for code in facts.homes[:STEWARDS_HOUSEHOLDS]:
            assign_steward(session, code, "bench.steward", actor="bench", at=at)
        for role, whose in (
            ("household", {"household": facts.values["household"]}),
            ("courier", {"courier": facts.values["courier"]}),
            ("leader", {"place": facts.values["place"]}),
            ("point-team", {"place": facts.values["point"]}),
        ):
            _, secret = links.make(
                session, role, district=DISTRICT, household=whose.get("household"),
                courier=whose.get("courier"), place=whose.get("place"), actor="bench", at=at,
            )  # fmt: skip
            made[role] = f"/h/{secret}"
    database.close()
    return People(password=password, logins={role: f"bench.{role}" for role in STAFF}, links=made)


def _register(session: Session, file: Path, homes: tuple[str, ...], at: datetime) -> None:
    """Register the chosen households, every third with somebody old who lives alone."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(_HEADS)
        for number, home in enumerate(homes):
            compound, building, stairwell, room = home.rsplit("-", 3)
            door = (compound, int(building), int(stairwell), room, "普通")
            old = ("1", "1", "张", 81, "老人、独居", at.date(), "bench") if number % 3 == 0 else ()
            rows.writerow((*door, *(old or ("2", "", "", "", "", "", ""))))
    area = places.district_by_name(session, DISTRICT)
    found = import_registry(session, area.id, [file], actor="bench", at=at)
    if found.faults:
        raise ValueError(found.faults[0])


_HEADS: Final = (
    "小区", "幢", "单元", "室", "类型", "人数", "成员", "称呼", "年龄", "需求",
    "同意日期", "同意登记",
)  # fmt: skip
