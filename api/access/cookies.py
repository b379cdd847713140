"""The cookie of a session, and proof that our own page sent it."""

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request, Response

from logistics.errors import Forbidden

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PLAIN: Final = "supplyloop"
_HOST: Final = "__Host-supplyloop"  # browsers take it over HTTPS only, and from no other host


class ForeignOrigin(Forbidden):
    """Another site's page made a browser send this; it was not done."""

    code = "origin.foreign"


def session_secret(request: Request) -> str | None:
    """Return the secret of the browser's session."""
    return request.cookies.get(_name(request)) or None


def give(response: Response, request: Request, secret: str, expires_at: datetime) -> None:
    """Let the browser keep a session's secret, out of reach of scripts."""
    response.set_cookie(
        _name(request),
        secret,
        expires=expires_at,
        path="/",
        secure=_secure(request),
        httponly=True,
        samesite="lax",  # strict would lose the session when a link in a chat is opened
    )


def take_away(response: Response, request: Request) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(
        _name(request), path="/", secure=_secure(request), httponly=True, samesite="lax"
    )


def must_be_from_here(request: Request) -> None:
    """Refuse a change that another site's page sent with this browser's session.

    Raises
    ------
    ForeignOrigin
        If the browser says so, or says nothing of where the change came from.

    Notes
    -----
    Fetch metadata first, then Origin, as in OWASP's *Cross-Site Request Forgery Prevention*.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise ForeignOrigin(origin=site)
        return
    origin = request.headers.get("origin") or request.headers.get("referer") or ""
    if urlsplit(origin).netloc != request.url.netloc:
        raise ForeignOrigin(origin=origin[:64] or "none")


def _secure(request: Request) -> bool:
    return bool(request.app.state.settings.https)


def _name(request: Request) -> str:
    return _HOST if _secure(request) else _PLAIN
