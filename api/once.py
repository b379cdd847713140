"""Commands that a phone may resend: the key first, then the deed, then the answer, in one go."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Header
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api.auth import Principal
from api.deps import Work
from api.errors import KeyMissing
from logistics.store import idempotency

REPLAY_HEADER = "Idempotent-Replay"


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a deed: its body, as JSON can hold it, and its status."""

    body: dict[str, Any]
    status: int = 200


async def required_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="Chosen by the caller, new for each command, the same when it is resent",
            min_length=1,
            max_length=128,
            json_schema_extra={"x-required": True},
        ),
    ] = None,
) -> str:
    """Return the key of the command.

    Raises
    ------
    KeyMissing
        If the request has none.
    """
    if key is None:
        raise KeyMissing
    return key


async def optional_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="With it the command may be resent: the first answer is given again",
            min_length=1,
            max_length=128,
        ),
    ] = None,
) -> str | None:
    """Return the key of the command, where it has one."""
    return key


KeyDep = Annotated[str, Depends(required_key)]
OptionalKeyDep = Annotated[str | None, Depends(optional_key)]


def once(
    work: Work,
    deed: Callable[[Session], Reply],
    *,
    who: Principal,
    command: str,
    key: str | None,
    content: Any,
    at: datetime,
) -> JSONResponse:
    """Do a deed once per key and answer the same each time.

    Parameters
    ----------
    deed
        Does the work in the session it is given; what it refuses leaves the key free.
    command
        Method and path, with ids: keys of different commands never meet.
    key
        None where the caller gave none: the deed is done each time.
    content
        Everything that makes two calls the same, as JSON can hold it.

    Raises
    ------
    KeyReused
        If the key was used for other content.
    """
    if key is None:
        reply = work(deed)
        return JSONResponse(reply.body, status_code=reply.status)
    scope = f"{who.token_id} {command}"[:128]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    digest = hashlib.sha256(f"{command}\n{text}".encode()).hexdigest()

    def keyed(session: Session) -> tuple[int, Any, bool]:
        if earlier := idempotency.claim(session, scope, key, digest, at):
            return earlier.status, earlier.answer, True
        reply = deed(session)
        idempotency.answer(session, scope, key, reply.status, reply.body)
        return reply.status, reply.body, False

    code, body, replayed = work(keyed)
    headers = {REPLAY_HEADER: "true"} if replayed else {}
    return JSONResponse(body, status_code=code, headers=headers)
