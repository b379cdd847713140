"""What surrounds every request: a size limit, safe headers, a log line without personal data."""

import logging
import time
from collections.abc import Mapping, MutableMapping
from typing import Any

from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import BodyTooLarge, refusal

log = logging.getLogger("supplyloop.access")

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # a link is a secret: no other site hears of it
    (b"x-frame-options", b"DENY"),
)


class _Surround:
    def __init__(self, app: ASGIApp, *, body_limit: int, larger: Mapping[str, int]) -> None:
        self._app = app
        self._body_limit, self._larger = body_limit, larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def noted(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {name for name, _ in message["headers"]}
                extra = [h for h in _HEADERS if h[0] not in present]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        try:
            await self._limited(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "-")  # the template: no ids, no secrets
            spent = (time.perf_counter() - started) * 1000
            log.info("%s %s %d %.0f ms", scope["method"], route, status, spent)

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._larger.get(scope["path"], self._body_limit)
        body, more = b"", scope["method"] in {"POST", "PUT", "PATCH", "DELETE"}
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > limit:
                answer = refusal(Request(scope), BodyTooLarge(limit=limit))
                await answer(scope, receive, send)
                return
        replayed = scope["method"] not in {"POST", "PUT", "PATCH", "DELETE"}

        async def again() -> Message:
            nonlocal replayed
            if replayed:
                return await receive()
            replayed = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, again, send)


def install(app: FastAPI) -> None:
    """Put the surroundings around the application."""
    settings = app.state.settings
    larger = {
        "/api/v1/optimize": settings.optimize_body_limit,
        "/api/v1/photos": settings.photo_body_limit,
        "/my/report": settings.photo_body_limit,
    }
    app.add_middleware(_Surround, body_limit=settings.body_limit, larger=larger)
