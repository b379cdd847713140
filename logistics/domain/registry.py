"""The registry: who lives behind which door, as what was said last about each of them."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from logistics.domain.needs import Need, NeedRecord
from logistics.domain.places import Household
from logistics.errors import Conflict, NotFound

LEADER: Final = "leader"
"""Stands for a submitter: the leader of the stairwell sends the household's lists."""
WHOLE: Final = "ALL"
"""The room of a collective household that has none, such as a construction site."""
MOST_PERSONS: Final = 20_000


class NotRegistered(NotFound):
    """The registry has nothing about this household."""

    code = "registry.unknown"


class ConsentWithdrawn(Conflict):
    """A consent that is not there, or no longer, cannot be taken back."""

    code = "need.no-consent"


class HouseholdKind(StrEnum):
    """How people live together behind a door."""

    FLAT = "flat"
    TENANTS = "tenants"  # of a landlord, who may send lists for them
    COLLECTIVE = "collective"  # a site or dormitory: many persons, one list


class Standing(StrEnum):
    """Whether a household is there to be supplied."""

    HERE = "here"
    AWAY = "away"
    GONE = "gone"
    UNLISTED = "unlisted"  # a door of the rule that no complete list names


class Band(StrEnum):
    """How old a member is, as far as supply needs to know."""

    INFANT = "infant"
    CHILD = "child"
    ADULT = "adult"
    ELDERLY = "elderly"
    UNSAID = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRecord:
    """What lists say of a building or stairwell; ``leader`` is a code, not a name."""

    levels: int | None = None
    leader: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdRecord:
    """A household as it stands; ``submitter`` is a household's code, LEADER, or empty."""

    persons: int
    kind: HouseholdKind = HouseholdKind.FLAT
    standing: Standing = Standing.HERE
    floor: int | None = None
    submitter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRecord:
    """A member under a number within the household; ``label`` is a surname at most."""

    no: int
    label: str = ""
    band: Band = Band.UNSAID
    here: bool = True


NeedKey = tuple[int, Need]
"""Number of the member, 0 for the household, and what is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A household of the register with all that stands about it."""

    household: Household
    record: HouseholdRecord
    members: Mapping[int, MemberRecord] = field(default_factory=dict)
    needs: Mapping[NeedKey, NeedRecord] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a row stands: sheet, empty for a file without sheets, row from 1, and the file."""

    sheet: str
    row: int
    file: str = ""


@dataclass(slots=True, kw_only=True)
class PlaceSaid:
    """What a list says of a place; only fields that it names are in ``values``."""

    place_id: str
    spot: Spot
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class HomeSaid:
    """What a list says of a household, its members and needs; a field not named is not said."""

    stairwell_id: str
    code: str
    room: str
    spot: Spot
    values: dict[str, Any] = field(default_factory=dict)
    members: dict[int, dict[str, Any]] = field(default_factory=dict)
    needs: dict[NeedKey, dict[str, Any]] = field(default_factory=dict)
    need_spots: dict[NeedKey, Spot] = field(default_factory=dict)


_NATURAL: Final = re.compile(r"(\d+)")


def household_id(district_id: str, code: str) -> str:
    """Give the id of the household with a code, the same wherever it is made."""
    return f"hh_{hashlib.sha256(f'{district_id} {code}'.encode()).hexdigest()[:24]}"


def in_scope(record: HouseholdRecord | None) -> bool:
    """Say whether a household is there to be supplied; one nobody said anything of is."""
    return record is None or record.standing is Standing.HERE


def overlaid(record: HouseholdRecord, values: Mapping[str, Any]) -> HouseholdRecord:
    """Say again what was said, but for what a list says now; who is listed again is here."""
    if record.standing is Standing.UNLISTED and "standing" not in values:
        values = {**values, "standing": Standing.HERE}
    return replace(record, **values)


def need_overlaid(record: NeedRecord, values: Mapping[str, Any]) -> NeedRecord:
    """Say a need again; a consent given after it was taken back stands again."""
    given = values.get("consent_on")
    taken = record.withdrawn_on
    if given and taken and given > taken and "withdrawn_on" not in values:
        values = {**values, "withdrawn_on": None}
    return replace(record, **values)


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Order codes as people do: 2 before 10."""
    parts = _NATURAL.split(text)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def floor_of(room: str) -> int | None:
    """Read the floor off a room's number: 501 and 501A lie on 5, 1203 on 12."""
    digits = re.match(r"[A-Z]?(\d{3,5})", room)
    return int(digits[1][:-2]) or None if digits else None
