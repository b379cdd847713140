"""Handing out tokens: what each role's token must belong to."""

from datetime import datetime

from sqlalchemy.orm import Session

from api.roles import Role
from logistics.errors import Invalid
from logistics.store import audit, couriers, places, tokens


class RoleUnknown(Invalid):
    """No role has this name."""

    code = "role.unknown"


class TokenOwnerUnclear(Invalid):
    """A household's token needs its household, a courier's its courier, a leader's its place."""

    code = "token.owner-unclear"


def create(
    session: Session,
    *,
    role: str,
    label: str,
    household_code: str | None = None,
    courier_code: str | None = None,
    district_name: str | None = None,
    place_code: str | None = None,
    actor: str,
    at: datetime,
) -> str:
    """Make a token and return its secret, this once.

    ``place_code`` is the building of a leader or the point of a team; with a district alone a
    token of the staff reaches no other one.

    Raises
    ------
    RoleUnknown
        If no role has this name.
    TokenOwnerUnclear
        If the role needs a household or courier that is not given, or takes none.
    HouseholdUnknown, CourierUnknown, PlaceUnknown, DistrictUnknown
        If the one named does not exist.
    """
    if role not in set(Role):
        raise RoleUnknown(role=role[:40], known=", ".join(Role))
    needed = _OWNERS.get(Role(role), "")
    given = {"household": household_code, "courier": courier_code, "place": place_code}
    if [name for name, code in given.items() if code is not None] != needed.split():
        raise TokenOwnerUnclear(role=role, needed=needed or "nothing")
    household_id = courier_id = None
    if household_code is not None:
        household_id = places.household_by_code(session, household_code).id
    if courier_code is not None:
        courier_id = _courier_id(session, courier_code, district_name)
    token, secret = tokens.create(
        session, role, label, at=at, household_id=household_id, courier_id=courier_id
    )
    if (scope := _scope(session, district_name, place_code)) is not None:
        tokens.limit(session, token.id, district_id=scope[0], place_id=scope[1])
    audit.record(
        session, actor=actor, command="token create", subject=token.id, facts={"role": role}, at=at
    )
    return secret


_OWNERS = {
    Role.HOUSEHOLD: "household",
    Role.COURIER: "courier",
    Role.LEADER: "place",
    Role.POINT_TEAM: "place",
}


def _scope(
    session: Session, district_name: str | None, place_code: str | None
) -> tuple[str, str | None] | None:
    if district_name is not None:
        area = places.district_by_name(session, district_name)
        found = places.by_code(session, area.id, place_code) if place_code else None
        return area.id, found.id if found else None
    if place_code is None:
        return None
    owners = [
        one
        for area in places.districts(session)
        for one in places.places(session, area.id)
        if one.code == place_code
    ]
    if len(owners) > 1:
        raise TokenOwnerUnclear(place=place_code, districts=len(owners))
    if not owners:
        raise places.PlaceUnknown(place=place_code)
    return owners[0].district_id, owners[0].id


def _courier_id(session: Session, code: str, district_name: str | None) -> str:
    if district_name is not None:
        district = places.district_by_name(session, district_name)
        return couriers.by_code(session, district.id, code).id
    found = [
        courier.id
        for district in places.districts(session)
        for courier in couriers.couriers(session, district.id)
        if courier.code == code
    ]
    if len(found) > 1:
        raise TokenOwnerUnclear(role=Role.COURIER.value, courier=code, districts=len(found))
    if not found:
        raise couriers.CourierUnknown(courier=code)
    return found[0]
