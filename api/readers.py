"""Which language somebody reads."""

from typing import Final

from fastapi import Request

from api.access.principal import Principal
from api.i18n import Language, negotiate, spoken

LANGUAGE_COOKIE: Final = "supplyloop-language"


def reader_language(request: Request, who: Principal | None = None) -> Language:
    """Choose the language of a page: asked for, chosen before, or as the browser says."""
    for said in (
        request.query_params.get("lang", ""),
        request.cookies.get(LANGUAGE_COOKIE, ""),
        who.language if who else "",
    ):
        if (known := spoken(said)) is not None:
            return known
    return negotiate(request.headers.get("accept-language"), request.app.state.settings.language)
