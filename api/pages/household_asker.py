"""Who looks at a household's page, and what may be shown to them."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from api.access.scopes import must_cover_household
from api.auth import NotYours, Principal, may_within
from api.errors import family_of, status_of
from api.i18n import ErrorText, error_text
from api.pages.household_views import Words
from api.pages.household_words import words
from api.pages.render import page
from api.pages.visits import Visit, visiting
from api.roles import Action
from logistics.domain.drafts import Draft
from logistics.domain.lists import HouseholdList
from logistics.domain.places import District, Household
from logistics.domain.runs import Run
from logistics.errors import SupplyLoopError
from logistics.store import catalogue, drafts, lists, open_runs, places, runs, whereabouts

VisitDep = Annotated[Visit, Depends(visiting(Visit, may_within(Action.HOUSEHOLD_PAGE)))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """A household at its page, and the words in which it is told."""

    who: Principal
    home: Household
    area: District
    words: Words
    next_run: Run | None

    @property
    def language(self) -> str:
        """The language of the page."""
        return self.words.language

    def must_send_for(self, session: Session, action: Action, household: str) -> None:
        """Refuse another household's affairs, but those of tenants for whom lists are sent.

        Raises
        ------
        NotYours
            If it is another's, or there is none such.
        """
        must_cover_household(session, self.who, action, household)

    def draft(self, session: Session) -> Draft:
        """Read what is being put together on this phone."""
        kept = drafts.load(session, self.who.token_id, self.words.at)
        return Draft.of_facts(kept, self.home.code)

    def keep(self, session: Session, draft: Draft) -> None:
        """Keep what is being put together."""
        drafts.keep(session, self.who.token_id, self.home.id, draft.facts(), self.words.at)

    def run_of(self, session: Session, draft: Draft) -> Run | None:
        """Find the run into which a draft goes."""
        if draft.list_id:
            return runs.get(session, lists.get(session, draft.list_id).run_id)
        return self.next_run

    def own_list(self, session: Session, action: Action, list_id: str) -> HouseholdList:
        """Read a list of this household, or of one for which it sends lists.

        Raises
        ------
        NotYours
            If it is another's, or there is none such, or it is from before the door was opened.
        """
        self.who.must_cover(action, whereabouts.of_list(session, list_id), list_id)
        return lists.get(session, list_id)


def asker(session: Session, visit: Visit) -> Asker:
    """Find out whose page it is.

    Raises
    ------
    NotYours
        If whoever asks is no household.
    """
    who, at = visit.who, visit.at
    if who.household_code is None:
        raise NotYours(subject="household")
    home = places.household_by_code(session, who.household_code)
    area = places.district(session, home.district_id)
    return Asker(
        who=who,
        home=home,
        area=area,
        words=Words(visit.language, area, catalogue.load(session), at),
        next_run=open_runs.next_cut_off(session, area.id, at),
    )


def shown(
    visit: Visit,
    template: str,
    *,
    refusal: SupplyLoopError | None = None,
    **values: Any,
) -> HTMLResponse:
    """Show a page of the household's, with what was refused, in its language."""
    language = visit.language
    said = None
    if refusal is not None:
        own = words(language)["refusals"].get(refusal.code)  # in a household's own terms
        said = (
            ErrorText(**own)
            if own
            else error_text(refusal.code, family_of(refusal), refusal.facts, language)
        )
    return page(
        f"household/{template}",
        language,
        who=visit.who,
        private=True,
        status=200 if refusal is None else status_of(refusal),
        m=words(language),
        refusal=said,
        **values,
    )
