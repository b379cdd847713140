"""Arguments of those who build problems in Python: checked one by one, refused by name."""

import math
import operator
from collections.abc import Sequence
from typing import Any

from solver.formats.values import INT64_MAX, TIME_MAX
from solver.problem import Amounts, Window

_SHOWN = 60  # characters of a refused value


class ArgumentInvalid(ValueError):
    """An argument cannot be used as it is; names it, shows its value and says the mend."""

    code = "argument.invalid"

    def __init__(self, argument: str, value: object, mend: str) -> None:
        self.facts: dict[str, int | str] = {
            "argument": argument,
            "value": _shown(value),
            "mend": mend,
        }
        super().__init__(f"{argument}={_shown(value)}: {mend}")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def whole(argument: str, value: Any, *, least: int = 0, most: int = TIME_MAX) -> int:
    """Take a whole number, numpy's too, from ``least`` to ``most``."""
    try:
        number = operator.index(value)
    except TypeError:
        mend = "give a whole number; for fractions choose a smaller unit"
        raise ArgumentInvalid(argument, value, mend) from None
    if isinstance(value, bool) or not least <= number <= most:
        raise ArgumentInvalid(argument, value, f"give a whole number from {least} to {most}")
    return number


def maybe_whole(argument: str, value: Any, *, least: int = 0) -> int | None:
    """Take a whole number, or None for no limit."""
    return None if value is None else whole(argument, value, least=least)


def coordinate(argument: str, value: Any) -> float:
    """Take a coordinate: any finite number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ArgumentInvalid(argument, value, "give a number, or location=") from None
    if not math.isfinite(number):
        raise ArgumentInvalid(argument, value, "give a finite number")
    return number


def amounts(argument: str, value: Any) -> Amounts:
    """Take one amount, or one for each dimension."""
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return (whole(argument, value, most=INT64_MAX),)
    return tuple(
        whole(f"{argument}[{n}]", amount, most=INT64_MAX) for n, amount in enumerate(value)
    )


def window(
    early_name: str, early: int, late_name: str, late: int | None
) -> tuple[int, int | None]:
    """Take the two ends of a window; an open end stays None."""
    opening = whole(early_name, early)
    closing = maybe_whole(late_name, late)
    if closing is not None and closing < opening:
        raise ArgumentInvalid(late_name, late, f"it is before {early_name}={opening}: swap them")
    return opening, closing


def windows(argument: str, given: Sequence[tuple[int, int]]) -> tuple[Window, ...]:
    """Take several windows, each with both ends."""
    found = []
    for n, pair in enumerate(given):
        name = f"{argument}[{n}]"
        try:
            early, late = pair
        except (TypeError, ValueError):
            raise ArgumentInvalid(name, pair, "give pairs (early, late)") from None
        opening, closing = window(f"{name}[0]", early, f"{name}[1]", late)
        if closing is None:
            mend = "give the end of the window"
            raise ArgumentInvalid(argument, given, mend)
        found.append((opening, closing))
    return tuple(found)
