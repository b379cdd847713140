"""Conditional restrictions that do not hang on the time: what weighs how much, and on what errand.

``motor_vehicle:conditional = no @ (weight>3.5)`` says who may pass as surely as a plain tag does,
once it is known what drives there: https://wiki.openstreetmap.org/wiki/Conditional_restrictions.
"""

import operator
import re
from collections.abc import Callable, Mapping

ENDING = ":conditional"
_CLAUSE = re.compile(r"^\s*(?P<value>[a-z_]+)\s*@\s*(?:\((?P<in>[^()]*)\)|(?P<bare>[^;()]+))\s*$")
_MEASURE = re.compile(
    r"^(?P<what>weight|width|height|axles)\s*(?P<sign><=|>=|<|>|=)\s*(?P<most>\d+(?:\.\d+)?)"
    r"\s*(?:t|m)?$"
)
_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
}
_OUR_ERRANDS = frozenset(("delivery", "destination"))
"""What all traffic of a loop does: it brings something to a door behind."""


def judge(text: str, figures: Mapping[str, float]) -> str | None:
    """Give the value that conditions leave to a traveller: empty if none of them holds.

    Parameters
    ----------
    figures
        Of the traveller: ``weight`` in tonnes, ``width`` and ``height`` in metres, ``axles``.

    Returns
    -------
    str or None
        The value of the last clause that holds; None if any clause hangs on the time, or on what
        is not known here.
    """
    value = ""
    for clause in re.split(r";(?![^()]*\))", text):
        if not clause.strip():
            continue
        found = _CLAUSE.match(clause)
        if found is None:
            return None
        held = [_holds(part.strip(), figures) for part in _parts(found["in"] or found["bare"])]
        if None in held:
            return None
        if all(held):
            value = found["value"]
    return value


def _parts(condition: str) -> list[str]:
    return re.split(r"\s+and\s+", condition.strip(), flags=re.IGNORECASE)


def _holds(condition: str, figures: Mapping[str, float]) -> bool | None:
    if condition in _OUR_ERRANDS:
        return True
    found = _MEASURE.match(condition)
    if found is None or found["what"] not in figures:
        return None
    return _SIGNS[found["sign"]](figures[found["what"]], float(found["most"]))
