"""One request of somebody's page: who asks, when, in which language, and what a form says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, TypeVar

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from api.access.principal import Principal
from api.deps import NowDep, Work, WorkDep
from api.i18n import Language
from api.readers import reader_language

SEE_OTHER: Final = 303
_FIELDS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of a page."""

    request: Request
    who: Principal
    work: Work
    at: datetime

    @property
    def language(self) -> Language:
        """The language of the page."""
        return reader_language(self.request, self.who)


V = TypeVar("V", bound=Visit)


def visiting(kind: type[V], check: Callable[..., Principal]) -> Callable[..., V]:
    """Make the dependency of a page: a visit of this kind by whom ``check`` lets in."""

    def visit(
        request: Request, who: Annotated[Principal, Depends(check)], work: WorkDep, at: NowDep
    ) -> V:
        return kind(request=request, who=who, work=work, at=at)

    return visit


async def _form(request: Request) -> FormData:
    return await request.form(max_files=1, max_fields=_FIELDS)


FormDep = Annotated[FormData, Depends(_form)]


def text_of(form: FormData, name: str, most: int = 4000) -> str:
    """Return a field of a form as text; empty where there is none."""
    value = form.get(name, "")
    return "" if isinstance(value, UploadFile) else str(value)[: most + 1]


def lead_to(path: str) -> RedirectResponse:
    """Lead on after a deed, so that loading again does not repeat it."""
    return RedirectResponse(path, status_code=SEE_OTHER)
