"""Pages: an opaque cursor in the body and in ``Link``, so that no request reads a whole table."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query, Request, Response
from starlette.datastructures import URL

from logistics.errors import Invalid

T = TypeVar("T")

AfterQuery = Annotated[
    str | None, Query(max_length=400, description="`next` of the last page, as it was given")
]
LimitQuery = Annotated[int, Query(ge=1, le=500, description="Entries of one page, at most")]

_LONGEST = 400


class CursorInvalid(Invalid):
    """The cursor is none that was given out here."""

    code = "page.cursor-invalid"


def cursor_of(*values: str | int) -> str:
    """Write where a page ends; nobody but the next page's query reads it."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str | None, *kinds: type[str] | type[int]) -> tuple[Any, ...] | None:
    """Read where the last page ended; None: from the beginning.

    Parameters
    ----------
    kinds
        The kinds of the values that a cursor of this list has.

    Raises
    ------
    CursorInvalid
        If it is not a cursor of this list.
    """
    if text is None or text == "":
        return None
    try:
        raw = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        values = json.loads(raw)
    except (binascii.Error, UnicodeError, ValueError, RecursionError) as error:
        raise CursorInvalid(field="after") from error
    fits = isinstance(values, list) and len(values) == len(kinds) and len(text) <= _LONGEST
    if not fits or any(type(v) is not kind for v, kind in zip(values, kinds, strict=True)):
        raise CursorInvalid(field="after")
    if any(isinstance(v, int) and abs(v) >= 2**63 for v in values):
        raise CursorInvalid(field="after")
    return tuple(values)


def cut(found: Sequence[T], limit: int) -> tuple[list[T], bool]:
    """Cut one more than asked for back to a page; say whether there is another."""
    return list(found[:limit]), len(found) > limit


def after_key(
    rows: Sequence[T], name: Callable[[T], str], after: str | None, limit: int
) -> tuple[list[T], str | None]:
    """Cut a page out of rows in an order of their own; return it and the next cursor.

    For lists that are worked out as a whole and whose order is none of their names'.

    Parameters
    ----------
    name
        Tells rows apart.

    Raises
    ------
    CursorInvalid
        If the cursor is none of this list; who it named may have left it, then reading begins
        anew.
    """
    since = read_cursor(after, str)
    start = 0
    if since is not None:
        names = [name(row) for row in rows]
        start = names.index(since[0]) + 1 if since[0] in names else 0
    found, more = cut(rows[start : start + limit + 1], limit)
    return found, cursor_of(name(found[-1])) if more else None


def link_next(request: Request, response: Response, cursor: str | None) -> None:
    """Name the next page in a Link header (RFC 8288), relative to this one."""
    if cursor is not None:
        url = URL(scope=request.scope).include_query_params(after=cursor)
        response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
