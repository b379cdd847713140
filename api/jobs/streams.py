"""Server-sent events: what happens, told as it happens, resumed after the last one heard.

Notes
-----
The format is that of the HTML standard (section 9.2, server-sent events): ``id``, ``event`` and
``data`` lines, comments to keep proxies from closing a silent line, and status 204 for a listener
who has heard everything and is not to come again.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

MEDIA_TYPE: Final = "text/event-stream"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event as it is sent; listeners resume after its ``id``."""

    id: str
    event: str
    data: Any

    @property
    def text(self) -> str:
        """The event in the format of the standard."""
        data = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))
        return f"id: {self.id}\nevent: {self.event}\ndata: {data}\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a stream is kept up; a listener who is cut off comes again by itself."""

    look_s: float = 1.0  # between two questions to the database
    comment_s: float = 15.0  # of silence, after which a comment is sent
    longest_s: float = 900.0  # then the listener comes again, and its token is looked at again
    again_ms: int = 2000


Look = Callable[[str | None], Sequence[Told]]
Gone = Callable[[], Awaitable[bool]]
Last = Callable[[Told], bool]


@dataclass(kw_only=True)
class Stream:
    """Events from one listener's last one on.

    ``look`` is called in a thread of its own and holds no transaction between two calls.
    """

    look: Look
    last: Last
    gone: Gone
    heard: str | None
    pace: Pace = field(default_factory=Pace)

    async def told(self) -> AsyncIterator[str]:
        """Tell until the last event, until nobody listens, or until the listener should return."""
        began = spoke = time.monotonic()
        yield f"retry: {self.pace.again_ms}\n\n"
        while not await self.gone():
            for one in await run_in_threadpool(self.look, self.heard):
                yield one.text
                self.heard, spoke = one.id, time.monotonic()
                if self.last(one):
                    return
            now = time.monotonic()
            if now - began >= self.pace.longest_s:
                return
            if now - spoke >= self.pace.comment_s:
                spoke = now
                yield ": still here\n\n"
            await asyncio.sleep(self.pace.look_s)


def streamed(
    request: Request,
    look: Look,
    *,
    last: Last,
    heard: str | None,
    pace: Pace,
    closing: Callable[[], bool],
) -> StreamingResponse:
    """Answer with a stream, which also ends when the service does."""

    async def gone() -> bool:
        return closing() or await request.is_disconnected()

    stream = Stream(look=look, last=last, gone=gone, heard=heard, pace=pace)
    return StreamingResponse(stream.told(), media_type=MEDIA_TYPE, headers=_HEADERS)


def heard_all() -> Response:
    """Tell a listener not to come again."""
    return Response(status_code=204, headers=_HEADERS)
