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
    """A household's token needs its household, a courier's its courier; staff's have neither."""

    code = "token.owner-unclear"


def create(
    session: Session,
    *,
    role: str,
    label: str,
    household_code: str | None = None,
    courier_code: str | None = None,
    district_name: str | None = None,
    actor: str,
    at: datetime,
) -> str:
    """Make a token and return its secret, this once.

    Raises
    ------
    RoleUnknown
        If no role has this name.
    TokenOwnerUnclear
        If the role needs a household or courier that is not given, or takes none.
    HouseholdUnknown, CourierUnknown, DistrictUnknown
        If the one named does not exist.
    """
    if role not in set(Role):
        raise RoleUnknown(role=role[:40], known=", ".join(Role))
    needed = {Role.HOUSEHOLD: (True, False), Role.COURIER: (False, True)}
    given = (household_code is not None, courier_code is not None)
    if given != needed.get(Role(role), (False, False)):
        raise TokenOwnerUnclear(role=role)
    household_id = courier_id = None
    if household_code is not None:
        household_id = places.household_by_code(session, household_code).id
    if courier_code is not None:
        courier_id = _courier_id(session, courier_code, district_name)
    token, secret = tokens.create(
        session, role, label, at=at, household_id=household_id, courier_id=courier_id
    )
    audit.record(
        session, actor=actor, command="token create", subject=token.id, facts={"role": role}, at=at
    )
    return secret


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
