"""Refusals as problem+json (RFC 9457), in the reader's language."""

import logging
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.access.limits import TooManyTries
from api.i18n import error_text
from api.readers import reader_language
from logistics.domain.lists import ListChanged
from logistics.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    SupplyLoopError,
    Unavailable,
)
from logistics.store.webhooks import WebhookChanged

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:supplyloop:problem:"

_FAMILIES: tuple[tuple[type[SupplyLoopError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (Forbidden, 403),
    (Invalid, 422),
    (Unavailable, 503),
)


class Unauthenticated(SupplyLoopError):
    """No token, or one that is unknown, expired or revoked (HTTP 401)."""

    code = "token.missing"


class PreconditionMissing(SupplyLoopError):
    """A change came without the version that it changes (HTTP 428)."""

    code = "version.missing"


class KeyMissing(SupplyLoopError):
    """A command came without the key that makes it safe to resend (HTTP 400)."""

    code = "key.missing"


class BodyTooLarge(SupplyLoopError):
    """The request's body is larger than any honest one (HTTP 413)."""

    code = "body.too-large"


_OWN_STATUS: dict[type[SupplyLoopError], int] = {
    Unauthenticated: 401,
    PreconditionMissing: 428,
    KeyMissing: 400,
    BodyTooLarge: 413,
    TooManyTries: 429,
    ListChanged: 412,
    WebhookChanged: 412,
}
_HTTP_CODES = {404: "route.unknown", 405: "method.not-allowed", 400: "request.malformed"}


class Problem(BaseModel):
    """A refusal: what happened, the facts, and what to do about it (RFC 9457)."""

    type: str = Field(examples=["urn:supplyloop:problem:run.none-open"])
    title: str = Field(description="What happened, in the reader's language")
    status: int = Field(examples=[409])
    detail: str = Field(description="What to do about it, in the reader's language")
    code: str = Field(description="Stable name of the refusal", examples=["run.none-open"])
    facts: dict[str, Any] = Field(default_factory=dict)
    errors: list[dict[str, Any]] = Field(
        default_factory=list, description="Each fault of the request, by place (422 only)"
    )


def status_of(error: SupplyLoopError) -> int:
    """Return the HTTP status of a refusal: its own, or that of its family."""
    own = _OWN_STATUS.get(type(error))
    if own is not None:
        return own
    return next((status for family, status in _FAMILIES if isinstance(error, family)), 500)


def family_of(error: SupplyLoopError) -> str:
    """Return the code of the family whose text stands in where a refusal has none."""
    return next((f.code for f, _ in _FAMILIES if isinstance(error, f)), "error")


def problem(
    request: Request,
    *,
    status: int,
    code: str,
    family: str,
    facts: Mapping[str, Any] | None = None,
    errors: list[dict[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Build the answer for one refusal: a problem, or a page where a person looks at it."""
    language = reader_language(request)
    text = error_text(code, family, facts or {}, language)
    if _is_page(request) and status == 401 and request.method == "GET":  # noqa: PLR2004
        return RedirectResponse(f"/sign-in?next={quote(request.scope['path'])}", status_code=303)
    if _is_page(request):
        shown: Response = request.app.state.problem_page(
            language, number=status, title=text.title, detail=text.mend, code=code
        )
        shown.headers.update(headers or {})
        return shown
    body = {
        "type": TYPE_PREFIX + code,
        "title": text.title,
        "status": status,
        "detail": text.mend,
        "code": code,
        "facts": dict(facts or {}),
    }
    if errors:
        body["errors"] = errors
    own = {"Content-Language": language, "Cache-Control": "no-store", **(headers or {})}
    return JSONResponse(body, status_code=status, headers=own, media_type=MEDIA_TYPE)


def _is_page(request: Request) -> bool:
    path = request.scope.get("path", "")
    return not path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def refusal(request: Request, error: SupplyLoopError) -> Response:
    """Answer a SupplyLoopError."""
    status = status_of(error)
    headers: dict[str, str] = {}
    if status == 503:  # noqa: PLR2004
        headers["Retry-After"] = str(request.app.state.settings.retry_after_s)
    if isinstance(error, TooManyTries):
        headers["Retry-After"] = str(error.facts["retry_after_s"])
    if status == 401:  # noqa: PLR2004
        headers["WWW-Authenticate"] = 'Bearer realm="supplyloop"'
    return problem(
        request,
        status=status,
        code=error.code,
        family=family_of(error),
        facts=error.facts,
        headers=headers,
    )


def install(app: FastAPI) -> None:
    """Make every refusal of the application a problem+json answer."""

    @app.exception_handler(SupplyLoopError)
    def refused(request: Request, error: SupplyLoopError) -> Response:
        return refusal(request, error)

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        # the value itself is left out: it may be a household's own words
        faults = [
            {"at": "/".join(str(p) for p in e["loc"]), "code": e["type"], "message": e["msg"]}
            for e in error.errors()
        ]
        first = faults[0]["at"] if faults else ""
        return problem(
            request,
            status=422,
            code="request.invalid",
            family="invalid",
            facts={"at": first},
            errors=faults,
        )

    @app.exception_handler(HTTPException)
    def refused_by_framework(request: Request, error: HTTPException) -> Response:
        code = _HTTP_CODES.get(error.status_code, "request.malformed")
        return problem(
            request,
            status=error.status_code,
            code=code,
            family="error",
            headers=error.headers,
        )

    @app.exception_handler(Exception)
    def broke(request: Request, error: Exception) -> Response:
        log.error("defect in %s %s", request.method, request.scope.get("path"), exc_info=error)
        return problem(request, status=500, code="error", family="error")


class Responses:
    """The refusals that an endpoint may answer, for the OpenAPI document."""

    _TEXT: ClassVar[dict[int, str]] = {
        400: "The request cannot be read, or lacks its Idempotency-Key",
        401: "No valid token",
        403: "This token may not",
        404: "No such thing",
        409: "Not in this state",
        412: "It was changed since: If-Match names an earlier version",
        413: "The body is too large",
        422: "The content breaks a rule",
        428: "If-Match with the version is missing",
        429: "Too many tries; Retry-After says when the next is heard",
        500: "Something broke inside; the log tells what",
        503: "The database is away or busy; nothing was done; try again",
    }

    @classmethod
    def not_modified(cls) -> dict[int | str, dict[str, Any]]:
        """Describe the answer to a reader who has the newest version already."""
        return {304: {"description": "The reader has it already: If-None-Match names its ETag"}}

    @classmethod
    def of(cls, *statuses: int) -> dict[int | str, dict[str, Any]]:
        """Describe the refusals with these statuses; 401, 403 and 503 are always among them."""
        schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
        refusals: dict[int | str, dict[str, Any]] = {
            s: {"description": cls._TEXT[s], "content": {MEDIA_TYPE: schema}}
            for s in sorted({401, 403, 503, *statuses} - {304})
        }
        return refusals | (cls.not_modified() if 304 in statuses else {})  # noqa: PLR2004
