"""A reading as one JSON object: what `supplyloop list parse --json` prints for a message."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from logistics.exchange.messages.reading import Household, Line, Question, Reading

Speak = Callable[[Question], str]


def answer(ident: Any, reading: Reading, speak: Speak | None = None) -> dict[str, Any]:
    """Return a reading as JSON holds it; quantities are in the unit that was said.

    Parameters
    ----------
    speak
        Puts a question into words; without it a question is its code and the words it is about.
    """
    say = speak or plainly
    return {
        "id": ident,
        "outcome": reading.outcome,
        "code": reading.code,
        "households": [_household(household, say) for household in reading.households],
    }


def plainly(question: Question) -> str:
    """Put a question as its code and the words it is about."""
    return f"{question.code}: {question.said}"


def _household(household: Household, say: Speak) -> dict[str, Any]:
    return {
        "building": household.building or None,
        "unit": household.unit or None,
        "room": household.room or None,
        "surname": household.surname or None,
        "action": household.action,
        "lines": [_line(line) for line in household.lines],
        "order_note": household.note,
        "questions": [say(question) for question in household.questions],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "item": line.item.name_zh,
        "quantity": number(line.count),
        "unit": line.unit,
        "said": line.said,
        "note": line.note,
        "confidence": line.confidence,
    }


def number(count: Fraction) -> int | float:
    """Return a count as a JSON number: whole where it is whole."""
    return int(count) if count.denominator == 1 else round(float(count), 6)
