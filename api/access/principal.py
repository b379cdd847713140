"""Who is asking, and how far that reaches."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.roles import Action, Reach, Role, reach
from logistics.domain.access import Where
from logistics.errors import Forbidden

_WIDEST = (Reach.ALL, Reach.PLACE, Reach.OWN)
_CHANNELS = {
    Role.HOUSEHOLD: "link",
    Role.CLERK: "hotline",
    Role.LEADER: "leader",
    Role.STEWARD: "steward",
}
NOT_AT_THE_DOOR: Final = frozenset(
    {
        Action.HOUSEHOLD_READ,
        Action.NEED_SUPPLY,
        Action.NEED_CARE,
        Action.NEED_HEALTH,
        Action.NEED_WITHDRAW,
        Action.RECEIPT_READ,
    }
)
"""What somebody may not who only named a room at the notice in a stairwell."""
_BY_SUBMITTER = frozenset({Action.LIST_TAKE, Action.LIST_READ, Action.LIST_CHANGE})


class NotAllowed(Forbidden):
    """None of the roles that somebody has may do this."""

    code = "role.not-allowed"


class NotYours(Forbidden):
    """It is not within what somebody looks after; or there is no such thing, they cannot tell."""

    code = "token.not-yours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A role and over what it is held; without a district: over everything."""

    role: Role
    district_id: str | None = None
    places: frozenset[str] = frozenset()  # ids; each with all that lies in it
    household_codes: frozenset[str] = frozenset()
    courier_id: str | None = None

    def covers(self, action: Action, where: Where, submits_for: frozenset[str]) -> bool:
        """Say whether the role may do something there."""
        how_far = reach(self.role, action)
        if how_far is None or self.district_id not in (None, where.district_id):
            return False
        if how_far is Reach.ALL:
            return True
        if how_far is Reach.PLACE:
            return bool(self.places & where.places)
        if where.household_code is not None and where.household_code in self.household_codes:
            return True
        if action in _BY_SUBMITTER and where.household_code in submits_for:
            return True
        return where.courier_id is not None and where.courier_id == self.courier_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The holder of a valid token, or the person at a browser that came in."""

    token_id: str  # of the token, account or link: the same on each of its devices
    holdings: tuple[Holding, ...]
    session_id: str | None = None
    account_id: str | None = None
    login: str | None = None
    household_code: str | None = None
    courier_code: str | None = None
    place_code: str | None = None  # of the building or point, where there is one alone
    submits_for: frozenset[str] = frozenset()  # households for which this one sends the lists
    language: str = ""  # chosen by the reader, or empty
    since: datetime | None = None  # came in by the door: nothing from before is shown

    @property
    def actor(self) -> str:
        """The name under which deeds are recorded: never a person's."""
        if self.household_code:
            return f"household:{self.household_code}"
        if self.account_id:
            return f"account:{self.account_id}"
        return f"token:{self.token_id}"

    @property
    def role(self) -> Role:
        """The first of the roles."""
        return self.holdings[0].role

    @property
    def roles(self) -> frozenset[Role]:
        """All roles."""
        return frozenset(one.role for one in self.holdings)

    @property
    def district_id(self) -> str | None:
        """The district of the first role."""
        return self.holdings[0].district_id

    @property
    def districts(self) -> frozenset[str] | None:
        """All districts that are reached; None: every one."""
        found = [one.district_id for one in self.holdings]
        return None if None in found else frozenset(d for d in found if d is not None)

    @property
    def places(self) -> frozenset[str]:
        """All places that were given; each stands for all that lies in it."""
        return frozenset().union(*(one.places for one in self.holdings))

    def reach(self, action: Action) -> Reach | None:
        """Say how far something may be done by the widest of the roles."""
        if self.since is not None and action in NOT_AT_THE_DOOR:
            return None
        found = {reach(one.role, action) for one in self.holdings}
        return next((one for one in _WIDEST if one in found), None)

    def unlimited(self, action: Action) -> bool:
        """Say whether something may be done everywhere."""
        return any(
            one.district_id is None and reach(one.role, action) is Reach.ALL
            for one in self.holdings
        )

    def covers(self, action: Action, where: Where | None) -> bool:
        """Say whether something may be done there; nowhere is covered by nobody."""
        if where is None or (self.since is not None and not self._after_the_door(action, where)):
            return False
        return any(one.covers(action, where, self.submits_for) for one in self.holdings)

    def _after_the_door(self, action: Action, where: Where) -> bool:
        before = where.at is not None and self.since is not None and where.at < self.since
        return action not in NOT_AT_THE_DOOR and not before

    def sees(self, at: datetime) -> bool:
        """Say whether what was said at an instant may be shown to who came in by the door."""
        return self.since is None or at >= self.since

    def must_cover(self, action: Action, where: Where | None, subject: str) -> None:
        """Refuse what lies outside of what somebody looks after.

        Raises
        ------
        NotYours
            If it lies outside, or is nowhere.
        """
        if not self.unlimited(action) and not self.covers(action, where):
            raise NotYours(subject=subject[:64])

    @property
    def channel(self) -> str:
        """Name the way by which a list or errand of this one comes."""
        return next((way for role, way in _CHANNELS.items() if role in self.roles), "api")
