"""What a map says of a gate: by which rule it opens, and when."""

import re
from collections.abc import Mapping

import numpy as np
from geopandas.geodataframe import GeoDataFrame
from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # not in stubs

from geodata.access import Passage, barrier_passage
from geodata.district import Policy

_STATED = (
    "access",
    "foot",
    "vehicle",
    "bicycle",
    "motor_vehicle",
    "motorcar",
    "goods",
    "locked",
)
_TIMED = re.compile(r"^\s*(?P<word>[a-z_]+)\s*@\s*(?:\((?P<in>[^()]*)\)|(?P<bare>[^;()]+))\s*$")
_POSITION = re.compile(r"--> \d+:(\d+)")
_SPAN = re.compile(r"^(?P<since>\d{1,2}:\d{2})\s*-\s*(?P<until>\d{1,2}:\d{2})$")
_OPENING = frozenset(("yes", "permissive", "designated", "destination", "customers", "permit"))


def gate_rule(tags: Mapping[str, str]) -> str:
    """Say what the map states of a gate: ``open``, ``closed`` or ``unstated``.

    Notes
    -----
    A gate for those who live inside (``access=private``) is open, for the loop serves them; a
    locked one is closed, and so is one without access at any hour.
    """
    if tags.get("locked") == "yes":
        return "closed"
    if not any(key in tags for key in _STATED):
        return "open" if gate_hours(tags) else "unstated"
    passage = gate_passage(tags)
    return "open" if passage.foot or passage.bike or passage.van else "closed"


def gate_passage(tags: Mapping[str, str]) -> Passage:
    """Say who may pass a gate while it is open: ``access=no`` does not hold in stated hours."""
    if tags.get("access") == "no" and gate_hours(tags):
        tags = {key: value for key, value in tags.items() if key != "access"}
    return barrier_passage(tags)


def apply_policy(
    gates: GeoDataFrame, policy: Policy, *, before: Policy | None = None
) -> GeoDataFrame:
    """Open or close the gates that state no access, as the district's policy has it.

    Who may pass is never more than what the gate already says, for widths and edits count; but
    where the policy ``before`` let only walkers in, wheels are given back by the kind of barrier.
    """
    given_back = before is not None and before.untagged_gates == "foot"
    silent = (gates["rule"] == "unstated").to_numpy()
    kinds = gates["barrier"].to_numpy()
    usual = {kind: barrier_passage({"barrier": kind}) for kind in set(kinds[silent])}
    changed: GeoDataFrame = gates.copy()
    for at in np.flatnonzero(silent).tolist():
        passage, column = usual[kinds[at]], changed.columns.get_loc
        wheels = policy.untagged_gates != "foot"
        changed.iloc[at, column("open")] = policy.untagged_gates != "closed"
        for name, usually in (
            ("foot", passage.foot),
            ("bike", passage.bike),
            ("van", passage.van),
        ):
            said = bool(changed.iloc[at, column(name)]) or (given_back and name != "foot")
            changed.iloc[at, column(name)] = usually and said and (wheels or name == "foot")
    return changed


def gate_hours(tags: Mapping[str, str]) -> str:
    """Give the hours in which a gate is open, empty where the map states none.

    Notes
    -----
    ``opening_hours`` goes first. Of conditional access (``access:conditional``, else that of
    walkers) the first clause that can be read counts: ``yes @ (…)`` states the hours themselves,
    ``no @ (22:00-06:00)`` their opposite. Clauses on seasons, weights or permits state no hours.
    """
    if said := tags.get("opening_hours", "").strip():
        return said
    for key in ("access:conditional", "foot:conditional"):
        for clause in _clauses(tags.get(key, "")):
            if hours := _clause_hours(clause):
                return hours
    return ""


def hours_fault(hours: str) -> str:
    """Say what is wrong with hours, empty where they can be read."""
    try:
        OpeningHours(hours)
    except ParserError as fault:
        return " ".join(str(fault).split())
    return ""


def hours_position(hours: str) -> int:
    """Give the first character, counted from 1, at which hours cannot be read; 0 if they can."""
    told = _POSITION.search(fault := hours_fault(hours))
    return int(told[1]) if told else int(bool(fault))


def _clauses(text: str) -> list[str]:
    """Split at semicolons outside brackets."""
    return [part for part in re.split(r";(?![^()]*\))", text) if part.strip()]


def _clause_hours(clause: str) -> str:
    found = _TIMED.match(clause)
    if not found:
        return ""
    when = (found["in"] or found["bare"] or "").strip()
    if not re.search(r"\d:\d\d|sunrise|sunset|dawn|dusk", when):
        return ""
    if found["word"] in _OPENING:
        return when
    if found["word"] != "no":
        return ""
    span = _SPAN.match(when)
    if span and span["until"] not in ("24:00", span["since"]):
        return f"{span['until']}-{span['since']}"
    return f"24/7; {when.replace(';', ' off;')} off"
