"""Personal links and notices in stairwells: made, opened once, bound to a phone, taken back."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from api.access import limits
from api.deps import Work
from api.roles import Role
from logistics.domain.access import DOOR, Link, WebSession
from logistics.domain.places import Household, Place
from logistics.domain.registry import in_scope
from logistics.errors import Forbidden, Invalid
from logistics.store import audit, couriers, links, places, registry, web_sessions, whereabouts

LASTS: Final = {
    Role.HOUSEHOLD: timedelta(days=120),
    Role.COURIER: timedelta(days=30),
    Role.LEADER: timedelta(days=120),
    Role.POINT_TEAM: timedelta(days=120),
}
DOOR_LASTS: Final = timedelta(days=365)
AT_THE_DOOR: Final = "door"
"""Label of a link that somebody took by naming a room, and no leader handed over."""


class LinkClosed(Forbidden):
    """A link is unknown, past its time or taken back; which of them is not said."""

    code = "link.closed"


class LinkBound(Forbidden):
    """A link was opened on another phone first."""

    code = "link.bound"


class LinkUnclear(Invalid):
    """A link is for one household, courier, building or point, as its role says."""

    code = "link.unclear"


class RoomNotOpened(Forbidden):
    """The notice does not open this room: whether there is one, or it is taken, is not said."""

    code = "door.not-opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class CameIn:
    """A new session and its secret, which is known this once."""

    link: Link
    session: WebSession
    secret: str


def make(
    session: Session,
    role: str,
    *,
    district: str,
    household: str | None = None,
    courier: str | None = None,
    place: str | None = None,
    label: str = "",
    lasts: timedelta | None = None,
    actor: str,
    at: datetime,
) -> tuple[Link, str]:
    """Make a link and return its secret, this once; a household's earlier links are closed.

    Raises
    ------
    DistrictUnknown, HouseholdUnknown, CourierUnknown, PlaceUnknown
        If the one named does not exist.
    LinkUnclear
        If the role has no links, or what it is for is not named.
    """
    area = places.district_by_name(session, district)
    given = {"household": household, "courier": courier, "place": place}
    if [name for name, code in given.items() if code] != [_FOR.get(role, "nothing")]:
        raise LinkUnclear(field="role", value=role[:40], known=", ".join(_FOR))
    home = places.household_by_code(session, household) if household else None
    if home is not None:
        if home.district_id != area.id:
            raise places.HouseholdUnknown(household=home.code)
        links.revoke_of_household(session, home.id, at=at)
    rider = couriers.by_code(session, area.id, courier) if courier else None
    spot = places.by_code(session, area.id, place) if place else None
    usual = DOOR_LASTS if role == DOOR else LASTS[Role(role)]
    made, secret = links.create(
        session,
        role,
        district_id=area.id,
        place_id=spot.id if spot else None,
        household_id=home.id if home else None,
        courier_id=rider.id if rider else None,
        label=label,
        expires_at=at + (lasts or usual),
        actor=actor,
        at=at,
    )
    facts = {"role": role, "for": household or courier or place or ""}
    audit.record(session, actor=actor, command="link make", subject=made.id, facts=facts, at=at)
    return made, secret


_FOR: Final = {
    Role.HOUSEHOLD.value: "household",
    Role.COURIER.value: "courier",
    Role.LEADER.value: "place",
    Role.POINT_TEAM.value: "place",
    DOOR: "place",
}


def take_back(session: Session, link_id: str, *, actor: str, at: datetime) -> Link:
    """Close a link and the sessions that came in by it.

    Raises
    ------
    LinkUnknown
        If there is no such link.
    """
    closed = links.revoke(session, link_id, at=at)
    audit.record(session, actor=actor, command="link revoke", subject=link_id, at=at)
    return closed


def look(work: Work, secret: str, *, address: str, at: datetime) -> Link:
    """Find what a link is for, without opening it: a chat's preview must not use it up.

    Raises
    ------
    LinkClosed
        If it opens nothing.
    TooManyTries
        If this address tried too many that open nothing.
    """
    tries = ((limits.LINKS_FROM, address),)
    work.read(lambda session: limits.must_wait(session, at, *tries))
    found = work.read(lambda session: links.find(session, secret))
    if found is None or not found.valid_at(at):
        limits.note(work, at, *tries)
        raise LinkClosed
    return found


def come_in(work: Work, link: Link, *, language: str, at: datetime) -> CameIn:
    """Bind a link to this phone and open its session.

    Raises
    ------
    LinkBound
        If another phone was first.
    """

    def bind(session: Session) -> CameIn:
        if link.role == DOOR or not links.bind(session, link.id, at):
            raise LinkBound
        opened, secret = web_sessions.open_one(
            session, link_id=link.id, language=language, expires_at=link.expires_at, at=at
        )
        actor = f"link:{link.id}"
        audit.record(session, actor=actor, command="link open", subject=opened.id, at=at)
        return CameIn(link=links.get(session, link.id), session=opened, secret=secret)

    return work(bind)


def name_room(
    work: Work, door: Link, said: str, *, address: str, language: str, at: datetime
) -> CameIn:
    """Open the page of a room in the stairwell of a notice, if no phone has it yet.

    Raises
    ------
    RoomNotOpened
        If there is no such room, several households share it, or a phone has it.
    TooManyTries
        If this address named too many rooms, or too many were named at this notice.
    """
    tries = ((limits.ROOMS_FROM, address), (limits.ROOMS_AT, door.id))
    work.read(lambda session: limits.must_wait(session, at, *tries))
    limits.note(work, at, *tries)  # right ones count too: nobody lives in many rooms

    def claim(session: Session) -> CameIn:
        home = _home_of(session, door, said)
        if home is None or links.live_of_household(session, home.id, at):
            raise RoomNotOpened
        made, _ = links.create(
            session,
            Role.HOUSEHOLD.value,
            district_id=home.district_id,
            household_id=home.id,
            label=AT_THE_DOOR,
            expires_at=at + LASTS[Role.HOUSEHOLD],
            actor=f"link:{door.id}",
            at=at,
        )
        links.bind(session, made.id, at)
        opened, secret = web_sessions.open_one(
            session, link_id=made.id, language=language, expires_at=made.expires_at, at=at
        )
        facts = {"household": home.code}
        audit.record(session, actor=f"link:{door.id}", command="room named",
                     subject=made.id, facts=facts, at=at)  # fmt: skip
        return CameIn(link=links.get(session, made.id), session=opened, secret=secret)

    return work(claim)


def door_place(session: Session, door: Link) -> Place:
    """Return the building or stairwell in which a notice hangs."""
    return places.place(session, str(door.place_id))


_UNIT_ROOM: Final = re.compile(r"(?:(\d+)\s*(?:单元|-|#|\s))?\s*([A-Z]?\d{1,5}[A-Z]?)\s*室?")


def _home_of(session: Session, door: Link, said: str) -> Household | None:
    """Find the one household of a room: of 501, or of 2-501 where a building has stairwells."""
    text = unicodedata.normalize("NFKC", said).strip().upper()
    match = _UNIT_ROOM.fullmatch(text)
    if match is None:
        return None
    unit, room = match.groups()
    stairwells = [
        one
        for one in (
            places.place(session, i) for i in whereabouts.under(session, str(door.place_id))
        )
        if one.kind == "stairwell" and (unit is None or one.code.rpartition("-")[2] == unit)
    ]
    found = [
        home
        for one in stairwells
        for home in places.households(session, one.district_id, one.id)
        if home.room.upper() == room and in_scope(registry.registered(session, home.id))
    ]
    return found[0] if len(found) == 1 else None
