"""Print addresses in the district's own style, such that reading them gives them back."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from geodata.addresses.address import Address, Style
from geodata.addresses.folding import HAN_NUMERALS
from geodata.addresses.names import is_plain_name
from geodata.addresses.reading import parse

_RUNS_ON = "甲乙丙丁戊东西南北中" + HAN_NUMERALS
"""What a name may end in that, without a space, would be read as part of the number after it."""

_WORD = {"shop": "底商", "garage": "车库", "cellar": "地下室", "lodge": "门卫"}
_ENGLISH = {"shop": "Shop", "garage": "Garage", "cellar": "Basement", "lodge": "Lodge"}
_BUILDING = r"(?:\d{1,3}[A-Z]?|[A-Z]\d?)"
_THREE = re.compile(rf"{_BUILDING}-(?:\d{{1,2}}|[A-Z])-\d{{1,5}}[A-Z]?")
_TWO_NO_UNIT = re.compile(rf"{_BUILDING}-\d{{3,5}}[A-Z]?")
_TWO_NO_ROOM = re.compile(rf"{_BUILDING}-(?:\d{{1,2}}|[A-Z])")
_SAID_BUILDING = re.compile(r"(?:\d|[A-Z])(幢|栋|号楼|座)")
_SAID_UNIT = re.compile(r"\d(单元|门|楼道)$")


class _Named(Protocol):
    @property
    def kind(self) -> str:
        """Compound, building or stairwell."""

    @property
    def name_zh(self) -> str:
        """The Chinese name."""


def format_address(address: Address, style: Style = Style()) -> str:  # noqa: B008  a frozen value
    """Print an address; `parse` of what is printed is the address again."""
    if style.form == "en":
        return _english(address)
    if style.form == "dash" and (short := _dashed(address)):
        return _joined(address.compound, short)
    return _joined(address.compound, _words(address, style))


def normalise(text: str, style: Style = Style()) -> str | None:  # noqa: B008
    """Print what a text says as an address in one style; None if it is none. Idempotent."""
    read = parse(text)
    return None if read is None else format_address(read.address, style)


def style_of(places: Iterable[_Named]) -> Style:
    """Tell the style of a district from the names of its buildings and stairwells."""
    buildings: Counter[str] = Counter()
    units: Counter[str] = Counter()
    for place in places:
        if place.kind == "building" and (said := _SAID_BUILDING.search(place.name_zh)):
            buildings[said[1]] += 1
        if place.kind == "stairwell" and (said := _SAID_UNIT.search(place.name_zh)):
            units[said[1]] += 1
    return Style(
        building=max(buildings, key=buildings.__getitem__, default="幢"),
        unit=max(units, key=units.__getitem__, default="单元"),
    )


def _words(address: Address, style: Style) -> str:
    said = ""
    if address.building:
        block = style.building if address.building[0].isdigit() else "座"  # nobody says A幢
        said += address.building + ("号" if address.kind == "house" else block)
    if address.unit:
        said += address.unit + style.unit
    if address.floor:
        said += address.floor + ("层" if address.floor.startswith("B") else "楼")
    if word := _WORD.get(address.kind):
        return said + word + (address.room + "号" if address.room else "")
    if not address.room:
        return said
    return said + address.room + ("" if address.room[-1] in "间屋房套" else "室")


def _dashed(address: Address) -> str | None:
    """Print 3-2-501, 3-501 or 3-2; None where that form would say something else or nothing."""
    parts = [part for part in (address.building, address.unit, address.room) if part]
    short = "-".join(parts)
    if address.kind != "flat" or address.floor or not address.building:
        return None
    if _THREE.fullmatch(short) and len(parts) == 3:  # noqa: PLR2004
        return short
    two = _TWO_NO_UNIT if address.room else _TWO_NO_ROOM
    return short if two.fullmatch(short) and is_plain_name(address.compound) else None


def _english(address: Address) -> str:
    parts = [address.compound]
    if address.building:
        parts.append(("No. " if address.kind == "house" else "Building ") + address.building)
    if address.unit:
        parts.append(f"Unit {address.unit}")
    if address.floor:
        parts.append(f"Floor {address.floor}")
    if address.kind in _ENGLISH:
        word = _ENGLISH[address.kind]
        parts.append(f"{word} {address.room}".strip())
    elif address.room:
        parts.append(f"Room {address.room}")
    return ", ".join(part for part in parts if part)


def _joined(compound: str, rest: str) -> str:
    if not compound or not rest:
        return compound + rest
    glued = not compound[-1].isascii() and compound[-1] not in _RUNS_ON
    return compound + ("" if glued else " ") + rest
