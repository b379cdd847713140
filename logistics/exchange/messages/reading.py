"""What became of a message: households with lines, notes and questions, each with its words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from logistics.domain.catalogue import Item

ACCEPTED, NEEDS_REVIEW, REJECTED = "accepted", "needs_review", "rejected"
SUBMIT, AMEND, CANCEL = "submit", "amend", "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing asked for.

    ``count`` is in ``unit``, a unit of the item in the catalogue; 0 takes it off the list.
    ``change`` says how an amendment is meant: ``set`` to this amount, ``add`` this amount,
    ``remove``. ``reasons`` are the entries of the published table that lowered ``confidence``.
    """

    item: Item
    count: Fraction
    unit: str
    said: str
    at: int
    note: str = ""
    confidence: float = 1.0
    reasons: tuple[str, ...] = ()
    change: str = "set"
    word: str = ""  # the goods' own word, where it is one of the item's names
    line_no: int = 1
    until: int = 0  # where its words end


@dataclass(frozen=True, slots=True)
class Question:
    """What a person has to say before it can be bought: a code, the words, facts that help."""

    code: str
    said: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    line_no: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """One household's part of a message; parts of its address that were not said are empty."""

    compound: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""
    surname: str = ""
    address: str = ""
    action: str = SUBMIT
    lines: tuple[Line, ...] = ()
    note: str = ""
    questions: tuple[Question, ...] = ()
    said: str = ""
    line_no: int = 1

    @property
    def door(self) -> tuple[str, str, str, str]:
        """The door as far as it was said."""
        return self.compound, self.building, self.unit, self.room


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the message and what it was taken for.

    Roles: ``line``, ``note``, ``question``, ``change`` (改成, 不要), ``cancel``, ``address``,
    ``name``, ``number``, ``heading``, ``asked`` (what they ask us), ``contact``, ``mark`` (marks,
    spaces and words of courtesy).
    """

    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A whole message as it was understood; the pieces together are the message."""

    outcome: str
    code: str | None
    households: tuple[Household, ...] = ()
    pieces: tuple[Piece, ...] = ()
