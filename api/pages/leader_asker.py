"""Who asks for a leader's page, and of which building they are given something."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.access.scopes import must_cover_household
from api.auth import NotYours, may_within
from api.i18n import texts
from api.pages.render import page
from api.pages.visits import Visit, visiting
from api.roles import Action, Role
from logistics.domain.places import Place
from logistics.domain.runs import Run
from logistics.store import places, whereabouts
from logistics.usecases.read_leader_day import runs_today


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderVisit(Visit):
    """One request of a leader's page."""

    @property
    def words(self) -> Any:
        """The texts of the page."""
        return texts(self.language)["pages"]["leader"]

    def given(self, session: Session) -> list[Place]:
        """List the buildings that were given to this leader, by code."""
        ids = {
            one for held in self.who.holdings if held.role is Role.LEADER for one in held.places
        }
        return sorted((places.place(session, one) for one in ids), key=lambda one: one.code)

    def spot(self, session: Session, said: str) -> Place:
        """Find the building that the page is about: the one asked for, else the first given.

        Raises
        ------
        NotYours
            If it is not within what was given, or nothing was.
        """
        given = self.given(session)
        if not given:
            raise NotYours(subject=Action.LEADER_PAGE.value)
        if not said:
            return given[0]
        area = given[0].district_id
        self.who.must_cover(Action.LEADER_PAGE, whereabouts.of_place(session, area, said), said)
        return places.named(session, area, said)

    def must_lead(self, session: Session, action: Action, household: str) -> None:
        """Refuse the affairs of a household of another building.

        Raises
        ------
        NotYours
            If it lies outside, or there is none.
        """
        must_cover_household(session, self.who, action, household)

    def run(self, session: Session, spot: Place, said: str) -> tuple[Run | None, Sequence[Run]]:
        """Choose the run that is handed out: the one asked for, else the last released today."""
        found = runs_today(session, spot.district_id, at=self.at)
        chosen = next((one for one in found if said in (one.code, one.id)), None)
        return chosen or (found[-1] if found else None), found

    def show(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Show a page of the leader's."""
        return page(
            f"leader/{template}",
            self.language,
            who=self.who,
            private=True,
            status=status,
            m=self.words,
            **values,
        )


LeaderVisitDep = Annotated[
    LeaderVisit, Depends(visiting(LeaderVisit, may_within(Action.LEADER_PAGE)))
]


def clock(at: datetime, zone_name: str) -> str:
    """Say an instant as the clock on the wall."""
    return f"{at.astimezone(ZoneInfo(zone_name)):%H:%M}"


def up(at: datetime, zone_name: str) -> str:
    """Say the end of an interval as the clock does, rounded up to the minute."""
    return clock(at + timedelta(seconds=59), zone_name)
