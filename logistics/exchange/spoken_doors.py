"""Doors by an address as somebody says it on the telephone: what is meant, or what to ask."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

from geodata.addresses import (
    Parsed,
    Registry,
    Resolved,
    Style,
    find,
    format_address,
    name_key,
    parse,
)
from geodata.addresses.folding import fold, read_numeral
from logistics.domain.address_places import AddressPlace
from logistics.domain.registry import WHOLE
from logistics.exchange.registry_doors import room_of

Ask = Literal["", "compound", "building", "unit", "room", "address"]
_BARE: Final = re.compile(
    r"(?:(?P<unit>[0-9A-Za-z一二三四五六七八九十]{1,3})\s*(?:单元|门|-|#|\s)\s*)?"
    r"(?P<room>[0-9A-Za-z一二三四五六七八九十零〇幺百]{1,6})\s*(?:室|号|房|户)?"
)
_ALIKE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place that is meant, or may be, and why: a code that every language explains."""

    place: AddressPlace
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What an address leads to: stairwells in which the room is to be looked for, the best first.

    ``choices`` are places to ask about instead, where it leads to no stairwell; ``ask`` is the
    part that was not said, or not understood.
    """

    stairwells: tuple[Spot, ...] = ()
    room: str = ""
    choices: tuple[Spot, ...] = ()
    ask: Ask = ""


class SpokenDoors:
    """The doors of one district by what people say of them.

    Parameters
    ----------
    places
        The compounds, buildings and stairwells of the district.
    """

    def __init__(self, places: Iterable[AddressPlace]) -> None:
        known = tuple(places)
        self._registry = Registry(known)
        self._by_id = {place.id: place for place in known}
        self._compounds = [place for place in known if place.kind == "compound"]
        self._names = {place.name_zh for place in self._compounds if place.name_zh}
        self._below: dict[str, list[AddressPlace]] = defaultdict(list)
        for place in known:
            self._below[place.parent_id or ""].append(place)

    def meant(self, said: str, within: AddressPlace | None = None) -> Meant:
        """Tell what is meant; ``within`` is a place that was chosen before."""
        text = fold(said).strip()
        if within is not None and within.kind != "compound":
            return self._behind(text, within)
        if bare := _bare(text):
            around = self._below[within.id] if within else ()
            choices = tuple(Spot(place=one, why="building-unsaid") for one in around[:_ALIKE])
            return Meant(room=bare[1], choices=choices, ask="building")
        parsed = parse(text) or find(text, self._names)
        if parsed is None and (alike := self._named_like(text)):
            return Meant(choices=alike, ask="building")
        words = text if parsed is None else parsed.said
        found = self._registry.resolve(words, within.code if within else None)
        return self._told(found)

    def address(self, stairwell_id: str, room: str, language: str) -> str:
        """Print the address of a door as the reader's language has it."""
        stairwell = self._by_id.get(stairwell_id)
        if stairwell is None:
            return room
        within = "" if room == WHOLE else room.partition(".")[0]
        base = self._registry.place_address(stairwell)
        style = Style(form="en") if language == "en" else self._registry.style
        told = format_address(replace(base, room="", compound=self._compound(base.compound,
                              stairwell, language)), style)  # fmt: skip
        if not within:
            return told
        return f"{told}, {within}" if language == "en" else f"{told}{within}室"

    def place_address(self, place: AddressPlace, language: str) -> str:
        """Print the address of a compound, building or stairwell."""
        base = self._registry.place_address(place)
        style = Style(form="en") if language == "en" else self._registry.style
        compound = self._compound(base.compound, place, language)
        return format_address(replace(base, compound=compound), style) or place.code

    def _compound(self, named: str, place: AddressPlace, language: str) -> str:
        if language != "en":
            return named
        while place.parent_id and (parent := self._by_id.get(place.parent_id)):
            place = parent
        return place.name_en or named

    def _behind(self, text: str, within: AddressPlace) -> Meant:
        """Look for a room in a building or stairwell that is known already."""
        unit, room = _bare(text) or ("", "")
        parsed = parse(text)
        if not room and parsed is not None:
            unit, room = parsed.address.unit, parsed.address.room
        stairwells = [within] if within.kind == "stairwell" else self._below[within.id]
        fitting = [one for one in stairwells if not unit or self._unit(one) == unit] or stairwells
        why = "unit-unsaid" if len(fitting) > 1 else "exact"
        spots = tuple(Spot(place=one, why=why) for one in fitting)
        return Meant(stairwells=spots, room=_room(room), ask="" if room else "room")

    def _told(self, found: Resolved) -> Meant:
        parsed = found.parsed
        room = _room(parsed.address.room) if parsed else ""
        if found.stairwell is not None:
            why = "only-one" if {"compound", "unit"} & set(found.missing) else "exact"
            spot = Spot(place=self._by_id[found.stairwell.id], why=why)
            return Meant(stairwells=(spot,), room=room, ask="" if room else "room")
        stairwells = self._candidates(found, parsed)
        if stairwells:
            ask: Ask = "unit" if stairwells[0].why.startswith("unit") else "compound"
            return Meant(stairwells=stairwells, room=room, ask=ask)
        choices = tuple(
            Spot(place=self._by_id[one.place.id], why=one.reason) for one in found.ambiguous
        )
        if not choices and found.compound is not None:
            below = self._below[found.compound.id][:_ALIKE]
            choices = tuple(Spot(place=one, why="building-unsaid") for one in below)
        ask = "address" if found.reason == "not-an-address" else "building"
        return Meant(choices=choices, room=room, ask=ask)

    def _candidates(self, found: Resolved, parsed: Parsed | None) -> tuple[Spot, ...]:
        """Return all stairwells that fit what was said, where it leaves a choice."""
        reason = found.reason
        if parsed is None or not parsed.address.building:
            return ()
        if reason in ("unit-unsaid", "unit-unknown", "unit-or-room") and found.building:
            around = self._below[found.building.id]
            return tuple(Spot(place=one, why=reason) for one in around)
        if reason == "building-shared":
            around = [one for c in found.ambiguous for one in self._below[c.place.id]]
            unit = parsed.address.unit
            fitting = [one for one in around if not unit or self._unit(one) == unit]
            return tuple(Spot(place=one, why=reason) for one in fitting)
        if reason == "compound-unsaid":
            return self._in_each(self._compounds, parsed, reason)
        if reason in ("compound-unknown", "compound-shared"):
            alike = [self._by_id[one.place.id] for one in found.ambiguous]
            return self._in_each(alike, parsed, reason)
        return ()

    def _in_each(
        self, compounds: Sequence[AddressPlace], parsed: Parsed, why: str
    ) -> tuple[Spot, ...]:
        """Look for building and stairwell in each of some compounds."""
        rest = format_address(replace(parsed.address, compound=""), Style())
        spots: list[Spot] = []
        for compound in compounds:
            within = self._registry.resolve(rest, compound.code)
            if within.stairwell is not None:
                spots.append(Spot(place=self._by_id[within.stairwell.id], why=why))
            elif within.building is not None and within.reason == "unit-unsaid":
                spots += [Spot(place=one, why=why) for one in self._below[within.building.id]]
        return tuple(spots)

    def _named_like(self, text: str) -> tuple[Spot, ...]:
        """Return the compounds whose name holds the words, or is held by them."""
        key = name_key(text)
        alike = [
            one
            for one in self._compounds
            for name in {name_key(one.name_zh), name_key(one.name_en)}
            if len(key) > 1 and name and (key in name or name in key)
        ]
        unique = {one.id: one for one in alike}.values()
        return tuple(Spot(place=one, why="compound-named") for one in unique)[:_ALIKE]

    def _unit(self, stairwell: AddressPlace) -> str:
        return self._registry.place_address(stairwell).unit


@lru_cache(maxsize=8)
def doors_of(places: tuple[AddressPlace, ...]) -> SpokenDoors:
    """Return the doors of a district; the same places are read once."""
    return SpokenDoors(places)


def _bare(text: str) -> tuple[str, str] | None:
    """Read 501, 五零一室 or 2单元501: a room, and perhaps a stairwell, without a building."""
    match = _BARE.fullmatch(text)
    if match is None:
        return None
    unit, room = match["unit"] or "", match["room"]
    number = read_numeral(room) or room
    if not any(sign.isdigit() for sign in number):
        return None
    if unit and len(number) < 3:  # noqa: PLR2004  3-2 is building and stairwell
        return None
    return (read_numeral(unit) or unit).upper() if unit else "", number.upper()


def _room(said: str) -> str:
    return (room_of(said) or "") if said else ""
