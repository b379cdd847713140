"""Who asks for a point's page, of which point, and what they may do there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.auth import NotYours, may_within
from api.i18n import texts
from api.pages.render import page
from api.pages.visits import Visit, visiting
from api.roles import Action, Reach
from logistics.domain.ids import new_id
from logistics.domain.places import Place
from logistics.domain.runs import Run, RunState
from logistics.store import places, whereabouts
from logistics.usecases.read_point_day import runs_at_point


@dataclass(frozen=True, slots=True, kw_only=True)
class PointVisit(Visit):
    """One request of a point's page."""

    @property
    def words(self) -> Any:
        """The texts of the page."""
        return texts(self.language)["pages"]["point"]

    def spots(self, session: Session) -> list[Place]:
        """List the points that may be chosen: those given, or all of the desk's districts."""
        if self.who.reach(Action.POINT_PAGE) is Reach.ALL:
            areas = self.who.districts
            if areas is None:
                areas = frozenset(one.id for one in places.districts(session))
            return [one for area in sorted(areas) for one in places.places(session, area, "point")]
        found = (places.place(session, one) for one in self.who.places)
        return sorted((one for one in found if one.kind == "point"), key=lambda one: one.code)

    def spot(self, session: Session, said: str) -> Place:
        """Find the point that the page is about, by its code or id; else the first.

        Raises
        ------
        NotYours
            If it is not among those that may be chosen.
        """
        known = self.spots(session)
        if not known or (said and said not in {name for p in known for name in (p.id, p.code)}):
            raise NotYours(subject=said or Action.POINT_PAGE.value)
        return next((p for p in known if said in (p.id, p.code)), known[0])

    def must(self, session: Session, action: Action, spot: Place) -> None:
        """Refuse what somebody may not do at a point.

        Raises
        ------
        NotYours
            If it lies outside of what they look after.
        """
        there = whereabouts.of_place(session, spot.district_id, spot.id)
        self.who.must_cover(action, there, spot.code)

    def run(self, session: Session, spot: Place, said: str) -> tuple[Run | None, Sequence[Run]]:
        """Choose the run that is worked on: the one asked for, else the first not closed."""
        found = runs_at_point(session, spot.district_id, at=self.at)
        chosen = next((one for one in found if said and said in (one.code, one.id)), None)
        going = next((one for one in found if one.state is not RunState.CLOSED), None)
        return chosen or going or (found[-1] if found else None), found

    def show(self, template: str, session: Session, here: str, **values: Any) -> Response:
        """Show a page of the point's."""
        return page(
            f"point/{template}",
            self.language,
            who=self.who,
            private=True,
            wasm=True,
            m=self.words,
            part=here,
            spots=self.spots(session),
            key=new_id("k", self.at),
            **values,
        )


PointVisitDep = Annotated[PointVisit, Depends(visiting(PointVisit, may_within(Action.POINT_PAGE)))]
