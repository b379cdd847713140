"""What a household asks for a second time: the same line over another channel is asked about.

A household that sends its list by phone page and tells it to the hotline as well wants it once.
The same item in the same amount, already on a list of the household in the same run, waits for a
person instead of being bought twice; any other amount is a further wish and stands.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from logistics.domain.lists import MENDS, Doubt, ReadLine
from logistics.domain.quantities import say_decimal

Wished = tuple[str, int]
"""Item and quantity in base units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The list on which a line already stands."""

    list_id: str
    channel: str
    at: datetime


def part_repeats(
    clean: Sequence[ReadLine], before: Mapping[Wished, Before]
) -> tuple[list[ReadLine], list[Doubt]]:
    """Part lines into those asked for the first time, and doubts about those asked again.

    A list of which every line stands already is one doubt, since one answer settles it.
    """
    again = [line for line in clean if (line.item.id, line.quantity) in before]
    if not again:
        return list(clean), []
    if len(again) == len(clean) > 1:
        first = before[again[0].item.id, again[0].quantity]
        said = "；".join(line.said for line in again)
        facts = {**_earlier(first, "list.repeated"), "lines": [_asked(line) for line in again]}
        return [], [Doubt("list.repeated", said, facts)]
    fresh = [line for line in clean if (line.item.id, line.quantity) not in before]
    return fresh, [
        Doubt(
            "line.repeated",
            line.said,
            {
                **_earlier(before[line.item.id, line.quantity], "line.repeated"),
                "item": line.item.name_zh,
                "asked": _asked(line),
            },
        )
        for line in again
    ]


def remember(
    before: dict[Wished, Before], lines: Iterable[ReadLine], where: Before
) -> dict[Wished, Before]:
    """Add the lines of a list to what a household has asked for."""
    for line in lines:
        before.setdefault((line.item.id, line.quantity), where)
    return before


def _earlier(before: Before, code: str) -> dict[str, str]:
    return {
        "list": before.list_id,
        "channel": before.channel,
        "at": before.at.isoformat(),
        "mend": MENDS[code],
    }


def _asked(line: ReadLine) -> dict[str, Any]:
    """Say the line as it was asked, in its own unit where that is a plain decimal number."""
    number = say_decimal(Fraction(line.quantity, line.item.base_count(line.unit) or 1))
    return {
        "item": line.item.name_zh,
        "quantity": str(line.quantity) if number is None else number,
        "unit": line.item.base if number is None else line.unit,
        "said": line.said,
    }
