"""The hotline desk: one screen on which a clerk finds a household, and writes what it asks."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from api.auth import Principal, may_within
from api.deps import WorkDep
from api.errors import Responses
from api.i18n import texts
from api.pages.household_words import words
from api.pages.render import page
from api.readers import reader_language
from api.roles import Action
from logistics.domain.errands import ErrandKind
from logistics.store import places

router = APIRouter(tags=["pages"])

Comes = Annotated[Principal, Depends(may_within(Action.HOTLINE_PAGE))]


@router.get(
    "/hotline", response_class=HTMLResponse, summary="The hotline desk", responses=Responses.of()
)
def desk(request: Request, who: Comes, work: WorkDep) -> HTMLResponse:
    """Show the desk; everything on it is asked of the interface that programs use."""
    language = reader_language(request, who)

    def read(session: Session) -> list[dict[str, str]]:
        return [
            {"name": one.name, "zone": one.zone_name}
            for one in places.districts(session)
            if who.districts is None or one.id in who.districts
        ]

    kinds = words(language)["errand_kinds"]
    told: dict[str, Any] = dict(texts(language)["pages"]["hotline"])
    told["kinds"] = dict(kinds)
    told["weekdays"], told["months"] = words(language)["weekdays"], words(language)["months"]
    told["errand_states"] = dict(words(language)["errand_states"])
    return page(
        "hotline/desk.html",
        language,
        who=who,
        private=True,
        districts=work.read(read),
        kinds=[(one.value, kinds[one.value]) for one in ErrandKind],
        told=told,
    )
