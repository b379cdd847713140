"""Texts that begin with something, asked so that an index in which they stand is used."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session


def begins_with(session: Session, column: Any, start: str) -> ColumnElement[bool]:
    """Say that a column begins with a text of letters and colons; capitals count.

    SQLite takes an index for GLOB and never for LIKE with an escape; PostgreSQL takes one for
    LIKE that was made with ``varchar_pattern_ops``, whatever language the database sorts by.
    """
    if session.get_bind().dialect.name == "sqlite":
        in_order: ColumnElement[bool] = column.op("GLOB", is_comparison=True)(f"{start}*")
        return in_order
    like: ColumnElement[bool] = column.startswith(start, autoescape=True)
    return like
