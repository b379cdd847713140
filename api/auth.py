"""Who is asking: bearer tokens of programs, sessions of browsers; and what each endpoint asks."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session

from api.access import scopes
from api.access.cookies import must_be_from_here, session_secret
from api.access.links import AT_THE_DOOR
from api.access.principal import Holding, NotAllowed, NotYours, Principal
from api.deps import NowDep, Work, WorkDep
from api.errors import Unauthenticated
from api.roles import Action, Reach, Role
from logistics.domain.access import Link, WebSession
from logistics.errors import NotFound
from logistics.store import (
    care,
    couriers,
    links,
    places,
    registry,
    staff,
    tokens,
    web_sessions,
)

__all__ = ["NotAllowed", "NotYours", "NothingThere", "Principal", "may", "may_within", "principal"]


class NothingThere(NotFound):
    """The path names something that does not exist."""

    code = "thing.unknown"


bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token of `supplyloop token create`; browsers come in by a session instead",
)

ACTION_MARK: Final = "supplyloop_action"
"""Attribute under which an endpoint's dependency tells which action it checks."""


def principal(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    work: WorkDep,
    at: NowDep,
) -> Principal:
    """Return who is asking.

    Raises
    ------
    Unauthenticated
        If there is no token and no session, or it is unknown, expired or revoked.
    ForeignOrigin
        If a browser with a session was made to ask by another site's page.
    """
    if credentials is not None:
        found = by_token(work, credentials.credentials, at)
    else:
        secret = session_secret(request)
        found = None if secret is None else by_session(work, secret, at)
        if found is not None:
            must_be_from_here(request)
    if found is None:
        raise Unauthenticated
    return found


PrincipalDep = Annotated[Principal, Depends(principal)]


def may(action: Action) -> Callable[..., Principal]:
    """Make the dependency of an endpoint that does ``action`` to what its path names.

    Whose role reaches only a place or their own is let through only where the path names
    something of theirs. An endpoint whose path names nothing takes :func:`may_within`.
    """
    return _check(action, within=False)


def may_within(action: Action) -> Callable[..., Principal]:
    """Make the dependency of an endpoint that itself keeps to what the asker looks after.

    It must call :meth:`Principal.must_cover` for what its body or query names, or give only what
    the asker's places and districts hold.
    """
    return _check(action, within=True)


def _check(action: Action, *, within: bool) -> Callable[..., Principal]:
    def check(request: Request, who: PrincipalDep, work: WorkDep) -> Principal:
        if who.reach(action) is None:
            role = " ".join(sorted(one.value for one in who.roles))
            raise NotAllowed(role=role, action=action.value)
        if who.unlimited(action):
            return who
        path = request.path_params
        if scopes.names_something(path):
            where = work.read(lambda session: scopes.where(session, path))
            if within and who.reach(action) is not Reach.ALL:
                return who  # such as a leader's part of a run: the endpoint gives that part
            named = " ".join(str(one) for one in path.values())
            if where is None and who.reach(action) is Reach.ALL:
                raise NothingThere(subject=named[:64])  # they may know that there is none
            who.must_cover(action, where, named)
        elif not within:
            raise NotYours(subject=action.value)
        return who

    setattr(check, ACTION_MARK, action)
    return check


def by_token(work: Work, secret: str, at: datetime) -> Principal | None:
    """Find the holder of a program's token."""

    def find(session: Session) -> Principal | None:
        found = tokens.find(session, secret, at)
        if found is None:
            return None
        token, scope = found
        return _principal(
            session,
            token_id=token.id,
            role=Role(token.role),
            district_id=scope[0] if scope else None,
            place_id=scope[1] if scope else None,
            household_id=token.household_id,
            courier_id=token.courier_id,
        )

    return work.read(find)


def by_session(work: Work, secret: str, at: datetime) -> Principal | None:
    """Find the person at a browser, and note that the session is in use."""

    def find(session: Session) -> tuple[WebSession, Principal] | None:
        opened = web_sessions.find(session, secret, at)
        if opened is None:
            return None
        who = _of_session(session, opened, at)
        return None if who is None else (opened, who)

    found = work.read(find)
    if found is None:
        return None
    opened, who = found
    if at - opened.seen_at > web_sessions.SEEN_EVERY:
        lives = opened.expires_at - opened.seen_at
        work(lambda s: web_sessions.touch(s, opened.id, expires_at=at + lives, at=at))
    return who


def _of_session(session: Session, opened: WebSession, at: datetime) -> Principal | None:
    if opened.link_id is not None:
        link = links.get(session, opened.link_id)
        return _of_link(session, opened, link) if link.valid_at(at) else None
    if opened.account_id is None:
        return None
    account = staff.by_id(session, opened.account_id)
    grants = staff.grants(session, account.id)
    if account.disabled_at is not None or not grants:
        return None
    rider = next((one.courier_id for one in grants if one.courier_id), None)
    place_ids = {one.place_id for one in grants if one.place_id}
    looks_after: frozenset[str] = frozenset()
    if any(one.role == Role.STEWARD for one in grants):
        looks_after = care.codes_of(session, account.id, at)
    return Principal(
        token_id=account.id,
        account_id=account.id,
        login=account.login,
        session_id=opened.id,
        language=opened.language,
        courier_code=couriers.get(session, rider).code if rider else None,
        place_code=places.place(session, place_ids.pop()).code if len(place_ids) == 1 else None,
        holdings=tuple(
            Holding(
                role=Role(one.role),
                district_id=one.district_id,
                places=frozenset({one.place_id} if one.place_id else ()),
                household_codes=looks_after if one.role == Role.STEWARD else frozenset(),
                courier_id=one.courier_id,
            )
            for one in grants
        ),
    )


def _of_link(session: Session, opened: WebSession, link: Link) -> Principal | None:
    if link.role not in set(Role):
        return None  # the notice in a stairwell opens nothing by itself
    return _principal(
        session,
        token_id=link.id,
        role=Role(link.role),
        district_id=link.district_id,
        place_id=link.place_id,
        household_id=link.household_id,
        courier_id=link.courier_id,
        session_id=opened.id,
        language=opened.language,
        since=link.bound_at if link.label == AT_THE_DOOR else None,
    )


def _principal(
    session: Session,
    *,
    token_id: str,
    role: Role,
    district_id: str | None,
    place_id: str | None,
    household_id: str | None,
    courier_id: str | None,
    session_id: str | None = None,
    language: str = "",
    since: datetime | None = None,
) -> Principal:
    household = places.household(session, household_id) if household_id else None
    courier = couriers.get(session, courier_id) if courier_id else None
    owner = household or courier
    holding = Holding(
        role=role,
        district_id=owner.district_id if owner else district_id,
        places=frozenset({place_id} if place_id else ()),
        household_codes=frozenset({household.code} if household else ()),
        courier_id=courier_id,
    )
    return Principal(
        token_id=token_id,
        session_id=session_id,
        holdings=(holding,),
        household_code=household.code if household else None,
        courier_code=courier.code if courier else None,
        place_code=places.place(session, place_id).code if place_id else None,
        submits_for=(
            registry.submitted_by(session, household) if household and not since else frozenset()
        ),
        language=language,
        since=since,
    )
