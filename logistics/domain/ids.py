"""Names of things: opaque, prefixed, sortable by time of birth."""

import secrets
from datetime import datetime
from typing import NewType

ActorId = NewType("ActorId", str)
BagId = NewType("BagId", str)
CourierId = NewType("CourierId", str)
DistrictId = NewType("DistrictId", str)
HouseholdId = NewType("HouseholdId", str)
ItemId = NewType("ItemId", str)
LineId = NewType("LineId", str)
ListId = NewType("ListId", str)
LotId = NewType("LotId", str)
OrderId = NewType("OrderId", str)
PlaceId = NewType("PlaceId", str)
PlanId = NewType("PlanId", str)
RunId = NewType("RunId", str)
TripId = NewType("TripId", str)

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: nothing to misread
_CHANCE_CHARS = 16
_TIME_CHARS = 9  # milliseconds until the year 3084


def new_id(prefix: str, at: datetime) -> str:
    """Make an id: prefix, underscore, time of birth, 80 random bits, all in base 32."""
    chance = secrets.randbits(5 * _CHANCE_CHARS)  # at once: each call asks the system
    number = int(at.timestamp() * 1000) << 5 * _CHANCE_CHARS | chance
    last = 5 * (_TIME_CHARS + _CHANCE_CHARS - 1)
    return f"{prefix}_" + "".join([ALPHABET[number >> n & 31] for n in range(last, -1, -5)])


def check_character(text: str) -> str:
    """Return the check character of a short code: catches one wrong or two swapped characters.

    Notes
    -----
    Weighted sum modulo 31, weights 1, 2, 3 … over the letters and digits; ours.
    """
    values = [ALPHABET.find(c) for c in text.lower() if c in ALPHABET]
    return ALPHABET[sum(n * v for n, v in enumerate(values, start=1)) % 31].upper()
