"""Who is asking: bearer tokens of staff and couriers, personal links of households."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session

from api.deps import NowDep, WorkDep
from api.errors import Unauthenticated
from api.roles import Action, Reach, Role, reach
from logistics.errors import Forbidden
from logistics.store import couriers, places, registry, tokens

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token of `supplyloop token create`, or the secret of a household's link",
)


_BY_SUBMITTER = frozenset({Action.LIST_TAKE, Action.LIST_READ, Action.LIST_CHANGE})


class NotAllowed(Forbidden):
    """The token's role may not do this."""

    code = "role.not-allowed"


class NotYours(Forbidden):
    """The token may do this only for its own household or courier."""

    code = "token.not-yours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The holder of a valid token."""

    token_id: str
    role: Role
    household_code: str | None = None
    courier_code: str | None = None
    district_id: str | None = None  # of the household or courier
    submits_for: frozenset[str] = frozenset()  # households for which this one sends the lists

    @property
    def actor(self) -> str:
        """The name under which deeds are recorded: never a person's."""
        if self.household_code:
            return f"household:{self.household_code}"
        return f"token:{self.token_id}"

    def must_own_household(self, action: Action, code: str) -> None:
        """Refuse another household's affairs where the role reaches only its own.

        A landlord also reaches the lists of those for whom the registry lets it submit, and
        nothing else of theirs.
        """
        submits = action in _BY_SUBMITTER and code in self.submits_for
        if reach(self.role, action) is Reach.OWN and code != self.household_code and not submits:
            raise NotYours(subject=code)

    def must_own_courier(self, action: Action, code: str) -> None:
        """Refuse another courier's sheet where the role reaches only its own."""
        if reach(self.role, action) is Reach.OWN and code != self.courier_code:
            raise NotYours(subject=code)


def principal_of(work: WorkDep, secret: str, at: NowDep) -> Principal:
    """Return the holder of a secret.

    Raises
    ------
    Unauthenticated
        If the secret is unknown, expired or revoked.
    """

    def find(session: Session) -> Principal | None:
        token = tokens.find(session, secret, at)
        if token is None:
            return None
        household = places.household(session, token.household_id) if token.household_id else None
        courier = couriers.get(session, token.courier_id) if token.courier_id else None
        return Principal(
            token_id=token.id,
            role=Role(token.role),
            household_code=household.code if household else None,
            courier_code=courier.code if courier else None,
            district_id=owner.district_id if (owner := household or courier) else None,
            submits_for=registry.submitted_by(session, household) if household else frozenset(),
        )

    found = work.read(find)
    if found is None:
        raise Unauthenticated
    return found


def principal(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    work: WorkDep,
    at: NowDep,
) -> Principal:
    """Return who is asking."""
    if credentials is None:
        raise Unauthenticated
    return principal_of(work, credentials.credentials, at)


def may(action: Action) -> Callable[..., Principal]:
    """Make the dependency of an endpoint that does ``action``."""

    def check(who: Annotated[Principal, Depends(principal)]) -> Principal:
        if reach(who.role, action) is None:
            raise NotAllowed(role=who.role.value, action=action.value)
        return who

    return check
