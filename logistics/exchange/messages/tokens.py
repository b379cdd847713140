"""Pieces that a message is cut into, each with its place and what it may mean."""

from dataclasses import dataclass, field
from fractions import Fraction

from logistics.domain.catalogue import Item

BREAKS = frozenset({"break", "comma", "list", "space", "open", "close", "colon", "plus", "times"})
"""Kinds of tokens that part others; ``break`` and ``comma`` end a clause."""


@dataclass(frozen=True, slots=True)
class Goods:
    """One or several items that a word may name, and how it names them.

    ``how``: ``name``, ``alias``, ``misspelling``, ``alike`` (characters confused), ``picture``,
    or ``open`` where the word names a kind of goods and not one of them.
    """

    items: tuple[Item, ...]
    how: str


@dataclass(frozen=True, slots=True)
class Measure:
    """An amount as it was said: a count and the word of its unit, empty if none was said.

    ``size`` is a word between them (2大瓶); ``how`` is ``said``, ``approximate`` (2斤左右),
    ``implied`` (来把葱), ``multiplied`` (500克×2).
    """

    count: Fraction
    word: str
    size: str = ""
    how: str = "said"


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch of the plain text.

    Kinds: ``item``, ``amount``, ``vague`` (an amount that is none: 几个), ``money``, ``figure``
    (times, dates, telephone numbers), ``unknown``, the kinds of `vocabulary`, ``note``, those of
    `BREAKS` and what is found before (``address``, ``name``, ``number``, ``heading``).
    """

    kind: str
    start: int
    end: int
    value: Goods | Measure | None = None
    also: tuple[str, ...] = field(default=())
    note: tuple[int, int] | None = None  # what is told of goods elsewhere in their clause

    def is_a(self, kind: str) -> bool:
        """Say whether the token may be of this kind."""
        return self.kind == kind or kind in self.also
