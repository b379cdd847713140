"""Everything logistics refuses, and why.

* SupplyLoopError
  x NotFound      the thing named does not exist              (HTTP 404)
  x Conflict      it exists, but not in a state that allows this   (409)
  x Forbidden     this actor may not                               (403)
  x Invalid       the content breaks a rule                        (422)

Each leaf has a ``code`` that is also its key in ``api/locale``.
"""

from typing import ClassVar


class SupplyLoopError(Exception):
    """Base of all expected refusals; anything else is a defect."""

    code: ClassVar[str] = "error"

    def __init__(self, **facts: str | int) -> None:
        self.facts = facts
        super().__init__(self.code + "".join(f" {k}={v}" for k, v in sorted(facts.items())))


class NotFound(SupplyLoopError):
    """The thing named does not exist."""

    code = "not-found"


class Conflict(SupplyLoopError):
    """The thing exists, but not in a state that allows this."""

    code = "conflict"


class Forbidden(SupplyLoopError):
    """The actor may not do this."""

    code = "forbidden"


class Invalid(SupplyLoopError):
    """The content breaks a rule."""

    code = "invalid"


class Unavailable(SupplyLoopError):
    """The database is away or too busy; nothing was done, try again (HTTP 503)."""

    code = "unavailable"
