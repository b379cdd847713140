"""Staff, their roles, and personal links, for those who hand them out."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.access import links as personal
from api.access import staff as members
from api.access.principal import NotYours, Principal
from api.auth import may, may_within
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.once import OptionalKeyDep, Reply, once
from api.roles import TABLE, Action, Role
from logistics.domain.access import DOOR, Link, StaffGrant, Where
from logistics.store import couriers, links, places, staff, whereabouts

router = APIRouter(prefix="/api/v1", tags=["access"])

Self = Annotated[Principal, Depends(may_within(Action.SELF_READ))]
Manages = Annotated[Principal, Depends(may_within(Action.ACCOUNT_MANAGE))]
MakesLinks = Annotated[Principal, Depends(may_within(Action.LINK_MAKE))]
ReadsLinks = Annotated[Principal, Depends(may(Action.LINK_READ))]
TakesBack = Annotated[Principal, Depends(may(Action.LINK_MAKE))]
Code = Annotated[str, Field(min_length=1, max_length=64)]
_CHANGES = Responses.of(404, 409, 422)


class MeOut(BaseModel):
    """Who is asking, and what they may do."""

    roles: list[str]
    login: str | None
    household: str | None
    courier: str | None
    place: str | None
    actions: dict[str, str] = Field(description="How far each action goes: all, place or own")


class AccountIn(BaseModel):
    """A member of the staff to take on."""

    model_config = ConfigDict(extra="forbid")
    login: Annotated[str, Field(min_length=2, max_length=64, examples=["desk.one"])]
    password: Annotated[str, Field(min_length=1, max_length=200, examples=["three plain words"])]


class GrantIn(BaseModel):
    """A role, and over what."""

    model_config = ConfigDict(extra="forbid")
    role: Annotated[str, Field(max_length=32, examples=["leader"])]
    district: Annotated[str | None, Field(max_length=200, examples=["Kaixuan"])] = None
    place: Annotated[str | None, Field(max_length=64, examples=["KX-01-02"])] = None
    courier: Annotated[str | None, Field(max_length=64)] = None


class GrantOut(BaseModel):
    """A role that an account has."""

    id: str
    role: str
    district_id: str | None
    place_id: str | None
    courier_id: str | None
    since: AwareDatetime

    @classmethod
    def of(cls, one: StaffGrant) -> "GrantOut":
        """Say a grant."""
        return cls(
            id=one.id,
            role=one.role,
            district_id=one.district_id,
            place_id=one.place_id,
            courier_id=one.courier_id,
            since=one.since,
        )


class AccountOut(BaseModel):
    """A member of the staff."""

    login: str
    created_at: AwareDatetime
    disabled: bool
    grants: list[GrantOut]


class LinkIn(BaseModel):
    """For whom a link is to be: a household, courier, building, point, or a stairwell's notice."""

    model_config = ConfigDict(extra="forbid")
    role: Annotated[str, Field(max_length=32, examples=["household"])]
    household: Code | None = None
    courier: Code | None = None
    place: Code | None = None
    label: Annotated[str, Field(max_length=200, description="What it is for; no names")] = ""


class LinkOut(BaseModel):
    """A link, without its secret."""

    id: str
    role: str
    label: str
    created_at: AwareDatetime
    expires_at: AwareDatetime
    opened: bool
    open: bool = Field(description="It opens something now")
    path: str | None = Field(default=None, description="Told once, when it is made")


class LinksOut(BaseModel):
    """A page of links."""

    links: list[LinkOut]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end")


@router.get("/me", summary="Who is asking", responses=Responses.of())
def me(who: Self) -> MeOut:
    """Tell the roles of a token or session, and how far each action goes."""
    reaches = {action: who.reach(action) for action in TABLE}
    return MeOut(
        roles=sorted(one.value for one in who.roles),
        login=who.login,
        household=who.household_code,
        courier=who.courier_code,
        place=who.place_code,
        actions={a.value: far.value for a, far in reaches.items() if far is not None},
    )


@router.post(
    "/staff", status_code=201, response_model=AccountOut, summary="Take on a member of the staff",
    responses=_CHANGES,
)  # fmt: skip
def take_on(
    *, body: AccountIn, who: Manages, key: OptionalKeyDep, work: WorkDep, at: NowDep
) -> JSONResponse:
    """Make an account; it may do nothing until it is granted a role."""

    def deed(session: Session) -> Reply:
        members.take_on(session, body.login, body.password, actor=who.actor, at=at)
        return Reply(_account(session, members.clean_login(body.login)), 201)

    content = [body.login]  # a password is not kept, not even as part of a digest
    return once(work, deed, who=who, command="POST /api/v1/staff", key=key, content=content, at=at)


@router.get("/staff/{login}", summary="Read an account", responses=Responses.of(404))
def account(login: str, _: Manages, work: WorkDep) -> AccountOut:
    """Read an account and its roles."""
    return AccountOut.model_validate(work.read(lambda session: _account(session, login)))


@router.post(
    "/staff/{login}/grants", status_code=201, response_model=GrantOut, summary="Give a role",
    responses=_CHANGES,
)  # fmt: skip
def grant(
    *, login: str, body: GrantIn, who: Manages, key: OptionalKeyDep, work: WorkDep, at: NowDep
) -> JSONResponse:
    """Give an account a role; an administrator of one district gives none beyond it."""

    def deed(session: Session) -> Reply:
        area = whereabouts.of_district(session, body.district) if body.district else None
        who.must_cover(Action.ACCOUNT_MANAGE, area, body.district or body.role)
        given = members.give_role(
            session,
            login,
            body.role,
            district=body.district,
            place=body.place,
            courier=body.courier,
            actor=who.actor,
            at=at,
        )
        return Reply(GrantOut.of(given).model_dump(mode="json"), 201)

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/staff/{login}/grants",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.post(
    "/staff/{login}/grants/{grant}/end", response_model=GrantOut, summary="Take a role back",
    responses=_CHANGES,
)  # fmt: skip
def end(*, login: str, grant: str, who: Manages, work: WorkDep, at: NowDep) -> GrantOut:
    """Take a role back, from the next request on."""

    def deed(session: Session) -> StaffGrant:
        own = {one.id: one for one in staff.grants(session, staff.get(session, login).id)}
        if grant not in own:
            raise staff.GrantUnknown(grant=grant[:64])
        area = own[grant].district_id
        who.must_cover(Action.ACCOUNT_MANAGE, Where(district_id=area) if area else None, grant)
        return members.end_role(session, grant, actor=who.actor, at=at)

    return GrantOut.of(work(deed))


@router.post("/staff/{login}/shut", status_code=204, summary="Shut an account", responses=_CHANGES)
def shut(login: str, who: Manages, work: WorkDep, at: NowDep) -> None:
    """Shut an account and sign out its devices; an administrator of a district: its own staff."""

    def deed(session: Session) -> None:
        for one in staff.grants(session, staff.get(session, login).id):
            area = Where(district_id=one.district_id) if one.district_id else None
            who.must_cover(Action.ACCOUNT_MANAGE, area, login)
        members.shut_out(session, login, actor=who.actor, at=at)

    work(deed)


@router.post(
    "/districts/{district}/links", status_code=201, response_model=LinkOut,
    summary="Make a personal link", responses=_CHANGES,
)  # fmt: skip
def make(*, district: str, body: LinkIn, who: MakesLinks, work: WorkDep, at: NowDep) -> LinkOut:
    """Make a link; its address is told this once. A leader makes those of the own building."""

    def deed(session: Session) -> LinkOut:
        _must_reach(session, who, district, body)
        made, secret = personal.make(
            session,
            body.role,
            district=district,
            household=body.household,
            courier=body.courier,
            place=body.place,
            label=body.label,
            actor=who.actor,
            at=at,
        )
        opens = "d" if made.role == DOOR else "h"
        return _link(made, at, path=f"/{opens}/{secret}")

    return work(deed)


@router.get(
    "/districts/{district}/links", summary="Read a district's links", responses=Responses.of(404)
)
def of_district(
    *,
    district: str,
    _: ReadsLinks,
    work: WorkDep,
    at: NowDep,
    role: Annotated[str | None, Query(max_length=32)] = None,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> LinksOut:
    """Read links in pages, the oldest first, without their secrets."""

    def read(session: Session) -> tuple[Link, ...]:
        area = places.district_by_name(session, district)
        return links.of_district(session, area.id, role, after=after, limit=limit + 1)

    found = work.read(read)
    more = found[limit - 1].id if len(found) > limit else None
    return LinksOut(links=[_link(one, at) for one in found[:limit]], next=more)


@router.post(
    "/links/{link_id}/revoke", response_model=LinkOut, summary="Take a link back",
    responses=_CHANGES,
)  # fmt: skip
def revoke(link_id: str, who: TakesBack, work: WorkDep, at: NowDep) -> LinkOut:
    """Close a link, and sign out the phone that opened it."""
    closed = work(lambda session: personal.take_back(session, link_id, actor=who.actor, at=at))
    return _link(closed, at)


def _must_reach(session: Session, who: Principal, district: str, body: LinkIn) -> None:
    """Refuse links to what the asker does not look after, and to more than they have."""
    hands_out_any = who.roles & {Role.PLANNER, Role.ADMINISTRATOR}
    if not hands_out_any and body.role not in (Role.HOUSEHOLD, DOOR):
        raise NotYours(subject=body.role)  # nobody else hands out a leader's or courier's key
    if who.unlimited(Action.LINK_MAKE):
        return
    area = whereabouts.of_district(session, district)
    if area is None:
        raise NotYours(subject=district[:64])
    there: Where | None = None
    if body.household is not None:
        there = whereabouts.of_household(session, body.household)
    elif body.place is not None:
        there = whereabouts.of_place(session, area.district_id, body.place)
    elif body.courier is not None:
        rider = couriers.by_code(session, area.district_id, body.courier)
        there = Where(district_id=area.district_id, courier_id=rider.id)
    if there is None or there.district_id != area.district_id:
        raise NotYours(subject=(body.household or body.place or body.role)[:64])
    who.must_cover(Action.LINK_MAKE, there, body.household or body.place or body.role)


def _account(session: Session, login: str) -> dict[str, Any]:
    found = staff.get(session, login)
    grants = [GrantOut.of(one) for one in staff.grants(session, found.id)]
    return AccountOut(
        login=found.login,
        created_at=found.created_at,
        disabled=found.disabled_at is not None,
        grants=grants,
    ).model_dump(mode="json")


def _link(one: Link, at: Any, *, path: str | None = None) -> LinkOut:
    return LinkOut(
        id=one.id,
        role=one.role,
        label=one.label,
        created_at=one.created_at,
        expires_at=one.expires_at,
        opened=one.bound_at is not None,
        open=one.valid_at(at),
        path=path,
    )
