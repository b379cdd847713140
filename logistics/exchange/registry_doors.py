"""Doors on the map by what a row of a register says: by parts, by address, or by code."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from geodata.addresses import Registry, Resolved, parse
from geodata.addresses.address import ROOM
from geodata.addresses.folding import fold, read_numeral
from logistics.domain.places import Household, Place
from logistics.domain.registry import WHOLE, HouseholdKind
from logistics.exchange.tables import BadCell

_AFTER_ROOM: Final = re.compile(r"(室|房|号|户)$")
_AFTER_UNIT: Final = re.compile(r"(单元|楼道|门|栋)$")
_BARE: Final = re.compile(r"[0-9A-Za-z一-十零〇百甲乙丙丁戊东西南北中]+")
_COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    "compound-unsaid": ("compound", "name the compound"),
    "compound-unknown": ("compound", "use a name or code of the map, or add it to the map"),
    "compound-shared": ("compound", "use the code: two compounds have this name"),
    "building-unsaid": ("building", "name the building"),
    "building-unknown": ("building", "use a building of the map, or add it to the map"),
    "building-shared": ("building", "use the code of the stairwell: two buildings are called so"),
    "unit-unsaid": ("unit", "name the stairwell: the building has several"),
    "unit-unknown": ("unit", "use a stairwell of the map, or add it to the map"),
    "unit-or-room": ("unit", "write stairwell and room in columns of their own"),
    "not-an-address": ("address", "write compound, building, stairwell and room in columns"),
}
"""By why an address leads to no stairwell: the column to blame, and the mend."""

FROM_MAP: Final = frozenset({"compound-unknown", "building-unknown", "unit-unknown"})
"""Reasons that say that a list has what the map has not."""


_ADDRESSED: Final = frozenset({"building", "stairwell"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where a household lives: its stairwell, its room there, and the code made of both."""

    stairwell: Place
    room: str

    @property
    def code(self) -> str:
        """The household's code."""
        return f"{self.stairwell.code}-{self.room}"


class NotThere(BadCell):
    """A row names a place that the map has not, or not certainly; ``said`` is what it names."""

    def __init__(self, code: str, mend: str, *, said: str = "", **facts: str | int) -> None:
        super().__init__(code, mend, **facts)
        self.said = said


class Doors:
    """Finds the door that a row means; never by guess.

    Parameters
    ----------
    places
        All places of the district.
    households
        Those that the district has already, by code.
    """

    def __init__(self, places: Iterable[Place], households: Mapping[str, Household]) -> None:
        known = tuple(places)
        self._registry = Registry(known)
        self._by_id = {place.id: place for place in known}
        self._coded = {place.code.upper(): place for place in known if place.kind in _ADDRESSED}
        self._homes = {code.upper(): home for code, home in households.items()}
        self._found: dict[tuple[str, ...], Resolved] = {}

    def door(self, values: Mapping[str, Any]) -> Door:
        """Find the door of a row.

        Raises
        ------
        BadCell
            If it leads to no certain stairwell, or to no room; ``part`` names the column.
        """
        said = str(values.get("address") or "")
        home = self._homes.get(said.upper())
        if home is not None:
            return Door(stairwell=self._by_id[home.stairwell_id], room=home.room)
        coded = self._coded.get(said.upper())
        if coded is not None and coded.kind == "stairwell":
            return self._behind(coded, values, self._room(values, ""), house=False)
        resolved = self._resolved(values)
        if resolved.stairwell is None:
            raise self._not_there(resolved, values)
        address = resolved.parsed.address if resolved.parsed else None
        if address is not None and address.kind not in {"flat", "house"}:
            raise BadCell(
                "registry.not-a-dwelling", "leave it out: nobody lives there", part="address"
            )
        return self._behind(
            self._by_id[resolved.stairwell.id],
            values,
            self._room(values, address.room if address else ""),
            house=address is not None and address.kind == "house",
        )

    @staticmethod
    def _behind(stairwell: Place, values: Mapping[str, Any], room: str, *, house: bool) -> Door:
        if not room:
            if not house and values.get("kind") != HouseholdKind.COLLECTIVE:
                raise BadCell("registry.room-missing", "give the room", part="room")
            room = WHOLE
        within = values.get("within", 1)
        return Door(
            stairwell=stairwell,
            room=room if within == 1 else f"{room}.{within}",
        )

    def place(self, values: Mapping[str, Any]) -> Place:
        """Find the stairwell that a row names, or the building where it names no stairwell.

        Raises
        ------
        BadCell
            If it leads to no certain place; ``part`` names the column.
        """
        if coded := self._coded.get(str(values.get("address") or "").upper()):
            return coded
        resolved = self._resolved(values)
        unit = values.get("unit") or (resolved.parsed and resolved.parsed.address.unit)
        if resolved.building is not None and not unit and resolved.parsed is not None:
            return self._by_id[resolved.building.id]
        if resolved.stairwell is not None:
            return self._by_id[resolved.stairwell.id]
        raise self._not_there(resolved, values)

    def _resolved(self, values: Mapping[str, Any]) -> Resolved:
        key = tuple(str(values.get(n) or "") for n in ("address", "compound", "building", "unit"))
        if (found := self._found.get(key)) is None:
            address, compound, building, unit = key
            text = address or _spoken(building, unit)
            if not text and compound:
                text, compound = compound, ""
            found = self._registry.resolve(text, compound or None)
            if address and unit:
                found = self._within(found, unit)
            self._found[key] = found
        return found

    def _within(self, found: Resolved, said: str) -> Resolved:
        """Take the stairwell of a column where the address leads to a building only."""
        unit = _AFTER_UNIT.sub("", fold(said).strip().upper())
        unit = read_numeral(unit) or unit
        if found.stairwell is not None or found.building is None:
            return found
        fitting = [
            place
            for place in self._by_id.values()
            if place.parent_id == found.building.id
            and self._registry.place_address(place).unit == unit
        ]
        if len(fitting) != 1:
            return found
        return replace(found, stairwell=fitting[0], ambiguous=())

    def _room(self, values: Mapping[str, Any], read: str) -> str:
        said = str(values.get("room") or "")
        if not said:
            return read.replace("-", ".")
        room = room_of(said)
        if room is None:
            raise BadCell("registry.room-invalid", "write it as 501, 501B or 501-2", part="room")
        return room

    @staticmethod
    def _not_there(resolved: Resolved, values: Mapping[str, Any]) -> NotThere:
        reason = resolved.reason
        part, mend = _COLUMNS.get(reason, _COLUMNS["not-an-address"])
        if values.get("address") and not values.get(part):
            part = "address"
        like = ", ".join(found.place.code for found in resolved.ambiguous[:3])
        said = " ".join(
            str(values[name])
            for name in ("address", "compound", "building", "unit")
            if values.get(name)
        )
        return NotThere(
            f"registry.{reason}",
            mend + (f"; like it are {like}" if like else ""),
            said=said if reason in FROM_MAP else "",
            part=part,
            like=like or "—",
        )


def room_of(said: str) -> str | None:
    """Read a room: 501室, 0501, 五零一 and 501b are rooms; of 501-2 the 2 is the household.

    None if it is none.
    """
    text = _AFTER_ROOM.sub("", fold(said).strip()).strip().upper()
    if text == WHOLE:
        return WHOLE
    text = read_numeral(text) or text
    if text.isascii():
        text = text.lstrip("0") or text
    return text.replace("-", ".") if ROOM.fullmatch(text) else None


def _spoken(building: str, unit: str) -> str:
    """Put the columns for building and stairwell together as people say them."""
    said = f"{building}幢" if building and _BARE.fullmatch(building) else building
    if unit and "-" in unit and parse(unit) is None:
        return unit  # a code of the map
    return said + (f"{unit}单元" if unit and _BARE.fullmatch(unit) else unit)
