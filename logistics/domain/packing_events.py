"""What people do with a bag at its point: pack it, seal it, stage it; and check what is in it."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from logistics.domain.bags import Fragility
from logistics.domain.custody import MAX_KEY, BagState
from logistics.domain.ids import ALPHABET, check_character
from logistics.errors import Invalid

_TOKEN_CHARS = 16  # of 32: 80 random bits
TOKEN_PREFIX = "B:"  # noqa: S105  it marks what a scanner reads as a bag

FRAGILE_CATEGORIES = frozenset({"egg", "soy"})
FIRM_CATEGORIES = frozenset({"vegetable", "fruit", "snack", "dairy"})


class PackingEventInvalid(Invalid):
    """What was said of a bag at its point cannot be; nothing of it was recorded."""

    code = "packing.event-invalid"


class PackingKind(StrEnum):
    """What was done with a bag, in the order of a usual day."""

    PACK = "pack"  # somebody began to fill it
    SEAL = "seal"  # all is in, it is closed
    STAGE = "stage"  # it stands ready for its courier
    CHECK = "check"  # somebody counted what is in it


class ShortReason(StrEnum):
    """Why a piece cannot go into its bag."""

    MISSING = "missing"
    DAMAGED = "damaged"


TARGET: Mapping[PackingKind, BagState] = {
    PackingKind.PACK: BagState.PACKING,
    PackingKind.SEAL: BagState.SEALED,
    PackingKind.STAGE: BagState.STAGED,
}
UNSEALED = (BagState.PLANNED, BagState.PACKING)
_RANKS = {
    BagState.PLANNED: 0,
    BagState.PACKING: 1,
    BagState.SEALED: 2,
    BagState.STAGED: 3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingEvent:
    """One thing that was done with a bag, named by its code, its id or what its QR says.

    ``how`` is ``scan``, ``hand`` or ``implied`` (it must have happened before what was scanned).
    """

    bag: str
    kind: PackingKind
    key: str
    at: datetime
    how: str = "hand"
    note: str = ""

    def __post_init__(self) -> None:
        if not self.key or len(self.key) > MAX_KEY:
            raise PackingEventInvalid(
                field="key", value=self.key[:80], mend=f"give a key of 1 to {MAX_KEY} characters"
            )
        if self.at.tzinfo is None:
            raise PackingEventInvalid(
                field="at", value=self.at.isoformat(), mend="give the instant with its time zone"
            )
        if self.how not in ("scan", "hand", "implied"):
            raise PackingEventInvalid(field="how", value=self.how[:20], mend="use scan or hand")

    def digest(self, bag_id: str) -> str:
        """Hash what is said: the same key with another digest is another statement.

        The instant plays no part: resent without one, an event has that of its resending.
        """
        said = [bag_id, self.kind, self.note]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def goes_on(state: BagState, kind: PackingKind) -> BagState | None:
    """Return the state that an event leads to; None where the bag is as far already."""
    target = TARGET.get(kind)
    if target is None or state not in _RANKS or _RANKS[target] <= _RANKS[state]:
        return None
    return target


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One item of a bag that was checked: meant to be in it, and found in it; base units."""

    item_id: str
    name_zh: str
    name_en: str
    base: str
    expected: int
    found: int

    @property
    def difference(self) -> int:
        """Below zero: short; above: too much."""
        return self.found - self.expected


def compare(
    expected: Mapping[str, int], found: Mapping[str, int]
) -> tuple[tuple[str, int, int], ...]:
    """Put what should be in a bag beside what was counted, by item; items in the given order."""
    items = dict.fromkeys((*expected, *found))
    return tuple((item, expected.get(item, 0), found.get(item, 0)) for item in items)


def fragility_of(category: str, *, fragile: bool) -> Fragility:
    """Say what a thing bears: by its mark in the catalogue, and by its category.

    Notes
    -----
    The categories are ours: what bruises bears some kilograms, eggs and bean curd hardly any.
    """
    if fragile or category in FRAGILE_CATEGORIES:
        return Fragility.FRAGILE
    return Fragility.FIRM if category in FIRM_CATEGORIES else Fragility.STURDY


def new_token() -> str:
    """Make what a bag's QR says: 80 random bits and a check character, nothing about the bag.

    Whoever sees one label learns nothing about another: tokens follow no order.
    """
    body = "".join(secrets.choice(ALPHABET) for _ in range(_TOKEN_CHARS)).upper()
    return f"{TOKEN_PREFIX}{body}{check_character(body)}"


def read_token(said: str) -> str | None:
    """Return the token that a scanner read, in its one spelling; None if it is none.

    A wrong or swapped character shows by the check character.
    """
    text = said.strip().upper()
    body = text.removeprefix(TOKEN_PREFIX)
    if not text.startswith(TOKEN_PREFIX) or len(body) != _TOKEN_CHARS + 1:
        return None
    if any(c not in ALPHABET for c in body.lower()) or check_character(body[:-1]) != body[-1]:
        return None
    return text


def new_tokens(bag_ids: Iterable[str]) -> dict[str, str]:
    """Make a token for each bag."""
    return {bag_id: new_token() for bag_id in bag_ids}
