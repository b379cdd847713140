"""Addresses as people say them: 3幢2单元501, 3-2-501, 三号楼二单元五零一, HK-07-03-2-501."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from logistics.domain.quantities import plain

_N = r"[0-9零〇一二三四五六七八九十]{1,4}"
_ROOM = r"(?:[0-9零〇一二三四五六七八九]{2,5}[A-Za-z]?|[0-9零〇一二三四五六七八九]{1})"
_CODE = re.compile(r"(?<![A-Za-z0-9-])[A-Za-z]{2,8}(?:-[A-Za-z0-9]+){3,6}(?![A-Za-z0-9-])")
_SPOKEN = (
    re.compile(
        rf"(?P<building>{_N})\s*(?:幢|栋|号楼|座)\s*"
        rf"(?:(?P<unit>{_N})\s*(?:单元|门洞|门|楼道|-)\s*)?(?P<room>{_ROOM})\s*(?:室|户|房)?"
    ),
    re.compile(
        r"(?<![\d-])(?P<building>\d{1,3})\s*[-#—–－]\s*(?P<unit>\d{1,2})\s*[-—–－]\s*"
        r"(?P<room>\d{1,5}[A-Za-z]?)(?![\d-])\s*(?:室|户|房)?"
    ),
    re.compile(
        r"(?:building|block|bldg)\.?\s*(?P<building>\d{1,3})[\s,]*"
        r"(?:(?:unit|stairwell|stair|entrance)\s*(?P<unit>\d{1,2})[\s,]*)?"
        r"(?:room|flat|apt|apartment)\.?\s*(?P<room>\d{1,5}[A-Za-z]?)(?!\d)",
        re.IGNORECASE,
    ),
)
_DIGIT = {c: str(n) for n, c in enumerate("零一二三四五六七八九")} | {"〇": "0"}
_TENS = re.compile(r"([1-9]?)十([1-9]?)")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a household lives; ``compound`` and ``unit`` are None where they were not said."""

    compound: str | None
    building: str
    unit: str | None
    room: str


@dataclass(frozen=True, slots=True)
class AddressAt:
    """An address or a code found in a text, and where it stands there."""

    text: str
    start: int
    end: int


def find_address(text: str) -> AddressAt | None:
    """Find the first household code or spoken address in a text."""
    folded = _same_length(text)
    hits = [m for pattern in (_CODE, *_SPOKEN) if (m := pattern.search(folded))]
    if not hits:
        return None
    first = min(hits, key=lambda m: (m.start(), -m.end()))
    end = first.start() + len(first.group().rstrip())
    return AddressAt(text[first.start() : end], first.start(), end)


def read_address(text: str, *, compound: str | None = None) -> Address | None:
    """Read a spoken address that makes up the whole text."""
    folded = _same_length(text).strip()
    for pattern in _SPOKEN:
        if match := pattern.fullmatch(folded):
            unit = match["unit"]
            return Address(
                compound,
                _number(match["building"]),
                None if unit is None else _number(unit),
                _number(match["room"]),
            )
    return None


class HouseholdBook:
    """Finds households by code or spoken address; never by guess.

    Parameters
    ----------
    codes
        Household id by code. The last three parts of a code are building, stairwell and room, all
        before them is the compound.
    """

    def __init__(self, codes: Mapping[str, str]) -> None:
        self._codes = {code.upper(): (code, id_) for code, id_ in codes.items()}
        self._by_room: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
        self._by_unit: dict[Address, tuple[str, str]] = {}
        for code, id_ in codes.items():
            address = address_of(code)
            if address is not None and address.compound is not None:
                self._by_unit[address] = (code, id_)
                room = (address.compound, address.building, address.room)
                self._by_room.setdefault(room, []).append((code, id_))

    def find(self, said: str, *, compound: str | None = None) -> tuple[str, str] | None:
        """Find code and id of the household; None if none or more than one fits."""
        folded = plain(said).strip().upper()
        if known := self._codes.get(folded):
            return known
        if (coded := address_of(folded)) and (known := self._by_unit.get(coded)):
            return known
        address = read_address(said, compound=compound.upper() if compound else None)
        if address is None or address.compound is None:
            return None
        if address.unit is not None:
            return self._by_unit.get(address)
        fitting = self._by_room.get((address.compound, address.building, address.room), [])
        return fitting[0] if len(fitting) == 1 else None


def address_of(code: str) -> Address | None:
    """Read a household's code; zeros in front of its numbers do not count."""
    parts = code.upper().split("-")
    if len(parts) < 4:  # noqa: PLR2004
        return None
    building, unit, room = (_strip_zeros(part) for part in parts[-3:])
    return Address("-".join(parts[:-3]), building, unit, room)


def _number(text: str) -> str:
    digits = "".join(_DIGIT.get(char, char) for char in text)
    if match := _TENS.fullmatch(digits):
        digits = str(int(match[1] or 1) * 10 + int(match[2] or 0))
    return _strip_zeros(digits.upper())


def _strip_zeros(part: str) -> str:
    return part.lstrip("0") or "0"


def _same_length(text: str) -> str:
    return "".join(folded if len(folded := plain(char)) == 1 else char for char in text)
