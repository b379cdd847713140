"""Versions of what is read and changed: ETag, If-None-Match and If-Match (RFC 9110)."""

import hashlib
import json
from typing import Annotated, Any

from fastapi import Depends, Header
from fastapi.responses import JSONResponse, Response

from api.errors import PreconditionMissing
from logistics.errors import Invalid

IfNoneMatch = Annotated[
    str | None,
    Header(alias="If-None-Match", description="The ETag that was read: 304 while it holds"),
]


class VersionUnreadable(Invalid):
    """If-Match is not a version that was ever given."""

    code = "version.unreadable"


async def required_version(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="The version that is changed, from ETag or `version`",
            json_schema_extra={"x-required": True},
        ),
    ] = None,
) -> int:
    """Return the version that the caller has read.

    Raises
    ------
    PreconditionMissing
        If the request names none.
    VersionUnreadable
        If it is not a number.
    """
    if if_match is None:
        raise PreconditionMissing
    text = if_match.strip().removeprefix("W/").strip('"').partition(".")[0]
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004  fits 32 bits
        raise VersionUnreadable(value=if_match[:40])
    return int(text)


VersionDep = Annotated[int, Depends(required_version)]


def etag_of(version: int | str) -> str:
    """Say a version as an entity tag."""
    return f'"{version}"'


def etag_of_version(version: int, content: Any) -> str:
    """Say a version as a tag, with a mark of all that can change without a new version.

    ``If-Match`` reads the version alone; who asks whether anything is new asks for all of it.
    """
    mark = etag_of_content(content).removeprefix('W/"')[:8]
    return f'"{version}.{mark}"'


def etag_of_content(content: Any) -> str:
    """Make a tag of an answer that has no version of its own: the same content, the same tag."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def is_known(tag: str, header: str | None) -> bool:
    """Say whether an If-None-Match header names a tag; compared weakly, as the RFC has it."""
    if header is None:
        return False
    if header.strip() == "*":
        return True
    bare = tag.removeprefix("W/")
    return any(one.strip().removeprefix("W/") == bare for one in header.split(","))


def versioned(content: Any, tag: str, header: str | None, **headers: str) -> Response:
    """Answer content under its tag, or that the reader has it already."""
    own = {"ETag": tag, "Cache-Control": "private, no-cache", **headers}
    if is_known(tag, header):
        return Response(status_code=304, headers=own)
    return JSONResponse(content, headers=own)
