"""Who looks at a household's page, and what may be shown to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from api.auth import NotYours, Principal, may_within
from api.deps import NowDep, Work, WorkDep
from api.errors import family_of, status_of
from api.i18n import ErrorText, Language, error_text
from api.once import Reply
from api.pages.household_views import Words
from api.pages.household_words import words
from api.pages.render import page
from api.readers import reader_language
from api.roles import Action
from logistics.domain.drafts import Draft
from logistics.domain.lists import HouseholdList
from logistics.domain.places import District, Household
from logistics.domain.runs import Run
from logistics.errors import SupplyLoopError
from logistics.store import catalogue, drafts, lists, open_runs, places, runs, whereabouts

SEE_OTHER = 303
_FIELDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of a household's page."""

    request: Request
    who: Principal
    work: Work
    at: datetime

    @property
    def language(self) -> Language:
        """The language of the page."""
        return reader_language(self.request, self.who)


def _visit(
    request: Request,
    who: Annotated[Principal, Depends(may_within(Action.HOUSEHOLD_PAGE))],
    work: WorkDep,
    at: NowDep,
) -> Visit:
    return Visit(request=request, who=who, work=work, at=at)


VisitDep = Annotated[Visit, Depends(_visit)]


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
        self.who.must_cover(action, whereabouts.of_household(session, household), household)

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


def lead_to(path: str) -> RedirectResponse:
    """Lead on after a deed, so that loading again does not repeat it."""
    return RedirectResponse(path, status_code=SEE_OTHER)


def done(reply: dict[str, Any]) -> Reply:
    """Answer a deed of a page: what it made, kept under its key."""
    return Reply(reply)


async def _form(request: Request) -> FormData:
    return await request.form(max_files=1, max_fields=_FIELDS)


FormDep = Annotated[FormData, Depends(_form)]


def text_of(form: FormData, name: str, most: int = 4000) -> str:
    """Return a field of a form as text; empty where there is none."""
    value = form.get(name, "")
    return "" if isinstance(value, UploadFile) else str(value)[: most + 1]
