"""Ways into the demo's pages: an account for each role of the staff, and links for the others."""

import os
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from api.access import links, staff
from api.demo_now import Now
from api.roles import Role
from logistics.domain.access import DOOR
from logistics.domain.planning import PlannedTrip
from logistics.store import couriers, custody
from logistics.store.custody import Held
from logistics.usecases.assign_steward import assign_steward

ADDRESS: Final = "http://127.0.0.1:8000"
"""Where `make serve` answers."""
STEWARDS_HOUSEHOLDS: Final = 3

STAFF: Final = {
    "demo.planner": Role.PLANNER,
    "demo.buyer": Role.BUYER,
    "demo.clerk": Role.CLERK,
    "demo.point": Role.POINT_TEAM,
    "demo.steward": Role.STEWARD,
    "demo.duty": Role.DUTY_OFFICER,
    "demo.auditor": Role.AUDITOR,
    "demo.admin": Role.ADMINISTRATOR,
}
"""Logins and what they may do; couriers, leaders and households come by links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in: ``key`` names its text; ``value`` is a login or a link, ``whose`` a code."""

    key: str
    value: str
    whose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """All ways in, and the password of the accounts, which is known this once."""

    password: str
    accounts: tuple[Way, ...]
    links: tuple[Way, ...]


def make_ways(session: Session, now: Now, *, actor: str, at: datetime) -> Ways:
    """Make the accounts with one random password, and a link for each who comes by one."""
    password = secrets.token_urlsafe(15)
    area = now.district.name
    there = _bags(session, now.back)
    coming = _bags(session, [*now.away, *now.waiting])
    home, building = there[0].route.household_code, there[0].route.building_code
    point = Counter(one.route.point_code for one in coming or there).most_common(1)[0][0]
    for login, role in STAFF.items():
        staff.take_on(session, login, password, actor=actor, at=at)
        place = point if role is Role.POINT_TEAM else None
        staff.give_role(session, login, role, district=area, place=place, actor=actor, at=at)
    known = list(dict.fromkeys(one.route.household_code for one in [*there, *coming]))
    for code in known[:STEWARDS_HOUSEHOLDS]:
        assign_steward(session, code, "demo.steward", actor=actor, at=at)
    out = next(iter([*now.away, *now.waiting, *now.back]))
    rider = couriers.get(session, out.courier_id).code
    found = [
        ("household", Role.HOUSEHOLD, {"household": home}),
        ("courier", Role.COURIER, {"courier": rider}),
        ("leader", Role.LEADER, {"place": building}),
        (DOOR, DOOR, {"place": there[-1].route.stairwell_code}),
    ]
    if coming:
        waits = coming[-1].route.household_code
        found.insert(1, ("household-waiting", Role.HOUSEHOLD, {"household": waits}))
    return Ways(
        password=password,
        accounts=tuple(
            Way(key=role.value, value=login, whose=point if role is Role.POINT_TEAM else "")
            for login, role in STAFF.items()
        ),
        links=tuple(
            _link(session, key, role, whose, district=area, actor=actor, at=at)
            for key, role, whose in found
        ),
    )


def _bags(session: Session, trips: Sequence[PlannedTrip]) -> list[Held]:
    """Read the bags of some trips, in the order in which they come to their slots."""
    ids = [bag for trip in trips for stop in trip.stops for bag in stop.bag_ids]
    held = custody.read(session, ids)
    return [held[bag] for bag in ids]


def _link(
    session: Session,
    key: str,
    role: str,
    whose: Mapping[str, str],
    *,
    district: str,
    actor: str,
    at: datetime,
) -> Way:
    _, secret = links.make(
        session,
        role,
        district=district,
        household=whose.get("household"),
        courier=whose.get("courier"),
        place=whose.get("place"),
        label="demo",
        actor=actor,
        at=at,
    )
    path = "d" if role == DOOR else "h"
    (code,) = whose.values()
    return Way(key=key, value=f"{ADDRESS}/{path}/{secret}", whose=code)


def in_words(ways: Ways, words: Mapping[str, str], roles: Mapping[str, str]) -> str:
    """Write the ways in as a page of plain text.

    Parameters
    ----------
    words
        Texts of the demo, keys beginning with ``ways.``.
    roles
        Names of the roles.
    """
    wide = max(len(way.value) for way in ways.accounts)
    lines = [
        words["ways.head"],
        "",
        words["ways.staff"].format(address=f"{ADDRESS}/sign-in", password=ways.password),
        *(
            f"  {way.value:<{wide}}  {roles[way.key]} {way.whose}".rstrip()
            for way in ways.accounts
        ),
        "",
        words["ways.links"],
    ]
    for way in ways.links:
        lines += [f"  {words[f'ways.{way.key}'].format(code=way.whose)}", f"    {way.value}"]
    return "\n".join([*lines, "", words["ways.foot"], ""])


def write_private(path: Path, text: str) -> None:
    """Write a file that its owner alone may read, from its first byte on."""
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(text)
