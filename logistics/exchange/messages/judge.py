"""How sure a line is, by a published table; what a message as a whole comes to."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from logistics.exchange.messages.reading import (
    ACCEPTED,
    CANCEL,
    NEEDS_REVIEW,
    REJECTED,
    Household,
    Question,
)

THRESHOLD = 0.7
"""A line below it waits for a person, unless a caller sets another."""

REASONS: Mapping[str, float] = MappingProxyType(
    {
        "misspelling": 0.05,
        "alike": 0.15,  # characters that input methods confuse
        "picture": 0.1,
        "brand": 0.05,
        "modifier": 0.03,
        "colour": 0.1,
        "unknown-before": 0.4,  # an unknown word glued to the name: some kind of it, or another
        "goods-before": 0.4,  # other goods glued to the name, without an amount of their own
        "size-fits": 0.03,  # a second amount tells what one holds, as the catalogue has it
        "size": 0.1,  # it tells another size than the catalogue
        "no-unit": 0.1,  # only one unit makes sense
        "english-pieces": 0.05,
        "unit-of-several": 0.05,  # box: 盒 before 箱
        "unit-alike": 0.03,  # 棵 for 颗
        "size-word": 0.05,  # 2大瓶
        "approximate": 0.05,
        "multiplied": 0.1,
        "implied": 0.05,  # 来把葱 is one
        "shared": 0.05,  # 各一斤
        "clause-apart": 0.1,  # goods and amount on two sides of a comma or line break
        "two-readings": 0.4,
        "amount-left": 0.4,  # another amount stands beside it and is not understood
        "dash": 0.4,  # 土豆-2斤, once: a dash or a minus
        "unit-tells": 0.2,  # 面条2把: of all that 面条 may be, one is sold so
        "over-limit": 0.4,  # up to three times what one line may ask; more is no line at all
        "much": 0.1,  # more than half of what one line may ask
    }
)
"""What each reason takes off a confidence of 1."""

_FIRST = (
    "message.too-long", "message.unreadable", "message.empty", "message.not-an-order",
    "item.unknown", "item.ambiguous", "unit.unknown-for-item", "quantity.absurd",
    "quantity.not-whole", "budget.open", "quantity.vague", "quantity.missing", "unit.missing",
    "choice.open", "reference.open", "amend.unclear", "item.missing", "line.unsure",
    "line.twice", "text.not-understood", "note.alone", "household.twice", "household.unclear",
    "household.empty", "household.missing", "household.incomplete",
)  # fmt: skip


def confidence(reasons: Iterable[str]) -> float:
    """Return how sure a line is: one, less what each different reason takes off."""
    return round(max(0.0, 1.0 - sum(REASONS[reason] for reason in set(reasons))), 2)


def outcome_of(households: Sequence[Household], *, asked: bool) -> tuple[str, str | None]:
    """Say what a message comes to, and the code of the main reason if it is not accepted.

    Parameters
    ----------
    asked
        Whether the message asks us something.
    """
    if not households:
        return REJECTED, "message.not-an-order"
    questions = [question for household in households for question in household.questions]
    if not questions:
        return ACCEPTED, None
    if not asked and _says_nothing(households):
        return REJECTED, "message.not-an-order"
    return NEEDS_REVIEW, main_code(questions)


def main_code(questions: Sequence[Question]) -> str:
    """Return the code that weighs most: what keeps goods from being bought comes first."""
    codes = {question.code for question in questions}
    return min(codes, key=lambda code: _FIRST.index(code) if code in _FIRST else len(_FIRST))


def _says_nothing(households: Sequence[Household]) -> bool:
    return all(
        not h.lines
        and h.action != CANCEL
        and {q.code for q in h.questions}
        <= {"household.missing", "household.empty", "household.incomplete"}
        for h in households
    )
