"""The addresses of a district: from what is said to a stairwell, or to what must be asked."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from geodata.addresses.address import Address, Parsed, Style
from geodata.addresses.folding import fold, name_key, read_numeral
from geodata.addresses.printing import format_address, style_of
from geodata.addresses.reading import parse

_MOST = 6  # alternatives that somebody can choose from
_LABEL = re.compile(r"[A-Za-z]?\d{1,4}[A-Za-z]?|[A-Za-z]|[甲乙丙丁戊东西南北中]")
_NUMBERED = re.compile(
    r"(?P<street>.{2,40}?)\s{0,2}(?P<number>\d{1,4}[a-zA-Z]?(?:-\d{1,4})?)\s{0,2}号?"
)


class Place(Protocol):
    """What the registry needs of a place; a district's ``places()`` have it."""

    @property
    def id(self) -> str:
        """Stable and opaque."""

    @property
    def kind(self) -> str:
        """Compound, building or stairwell."""

    @property
    def parent_id(self) -> str | None:
        """The building of a stairwell, the compound of a building."""

    @property
    def code(self) -> str:
        """Readable, such as KX-07-03-2."""

    @property
    def name_zh(self) -> str:
        """The Chinese name."""

    @property
    def name_en(self) -> str:
        """The English name."""

    @property
    def note(self) -> str:
        """Street addresses that the map gives, cut by semicolons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place that may be meant, and why it was not simply taken."""

    place: Place
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What an address leads to.

    ``stairwell`` is set only where the address leaves no choice; ``building`` and ``compound`` as
    far as they are certain. ``ambiguous`` are the places to choose from, nearest first. Reasons:
    ``compound-unsaid``, ``compound-unknown``, ``compound-shared``, ``building-unknown``,
    ``building-shared``, ``unit-unsaid``, ``unit-unknown``. ``missing`` are the parts that were
    not said and whose lack matters or was made good by there being one only; ("address",) where
    the text is no address.
    """

    said: str
    parsed: Parsed | None = None
    compound: Place | None = None
    building: Place | None = None
    stairwell: Place | None = None
    ambiguous: tuple[Candidate, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Why there is no stairwell; empty where there is one."""
        if self.stairwell is not None:
            return ""
        if self.ambiguous:
            return self.ambiguous[0].reason
        if self.missing == ("address",):
            return "not-an-address"
        unsaid = self.parsed is not None and not self.parsed.address.building
        if self.compound is not None or unsaid:
            return "building-unsaid"
        known = self.parsed is None or "compound" in self.missing
        return "building-unknown" if known else "compound-unknown"


class Registry:
    """Finds stairwells by what people say; never by guess.

    Parameters
    ----------
    places
        Compounds, buildings and stairwells of one district; others are passed over.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        known = [p for p in places if p.kind in ("compound", "building", "stairwell")]
        self.style: Style = style_of(known)
        self._by_id = {place.id: place for place in known}
        self._compounds = [place for place in known if place.kind == "compound"]
        self._by_name: dict[str, list[Place]] = defaultdict(list)
        self._by_code: dict[str, Place] = {}
        self._within: dict[str, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
        self._at_number: dict[tuple[str, str], list[Place]] = defaultdict(list)
        for place in known:
            self._enter(place)

    def _enter(self, place: Place) -> None:
        if place.code:
            self._by_code.setdefault(_plain_code(place.code), place)
        if place.kind == "compound":
            for key in {name_key(name) for name in (place.name_zh, place.name_en, place.code)}:
                if key:
                    self._by_name[key].append(place)
            return
        label = _label(place)
        if label:
            self._within[place.parent_id or ""][label].append(place)
        for told in place.note.split(";") if place.kind == "building" else ():
            if numbered := _NUMBERED.fullmatch(fold(told).strip()):
                at = (name_key(numbered["street"]), numbered["number"].upper())
                self._at_number[at].append(place)

    def resolve(self, text: str, compound: str | None = None) -> Resolved:
        """Resolve what is said to a stairwell, or say what is ambiguous or missing.

        Parameters
        ----------
        compound
            Code or name of the compound that is meant where the text names none.
        """
        if coded := self._by_code.get(_plain_code(text)):
            return self._of_place(text, coded)
        parsed = parse(text)
        if parsed is None:
            return self._street(text)
        if "stairwell-or-room" in parsed.ambiguities and (within := self._building_of(text)):
            return self._no_such_stairwell(text, parsed, within)
        address = parsed.address
        lost: list[str] = [part for part in address.missing if part != "compound"]
        said = address.compound or compound or ""
        if not said:
            lost.insert(0, "compound")
            return self._anywhere(text, parsed, tuple(lost))
        if at_street := self._numbered(address, said):
            return self._in_buildings(text, parsed, at_street, tuple(lost), None)
        return self._within_named(text, parsed, said, tuple(lost))

    def place_address(self, place: Place) -> Address:
        """Return the address of a compound, building or stairwell, as far as it has one."""
        parts = {place.kind: place}
        while place.parent_id and (parent := self._by_id.get(place.parent_id)):
            place = parent
            parts[place.kind] = place
        compound, building, unit = (parts.get(k) for k in ("compound", "building", "stairwell"))
        told = parse(building.name_zh) if building else None
        house = told is not None and told.address.kind == "house"
        alone = building is not None and len(self._within[building.id]) == 1
        return Address(
            compound=" ".join((compound.name_zh or compound.code).split()) if compound else "",
            building=_label(building) if building else "",
            unit=_label(unit) if unit and not (house and alone) else "",
            kind="house" if house else "flat",
        )

    def format(self, place: Place, style: Style | None = None) -> str:
        """Print a place's address, in the district's own style unless another is given."""
        return format_address(self.place_address(place), style or self.style)

    def _of_place(self, text: str, place: Place) -> Resolved:
        chain = {place.kind: place}
        while place.parent_id and (parent := self._by_id.get(place.parent_id)):
            place = parent
            chain[place.kind] = place
        building, stairwell = chain.get("building"), chain.get("stairwell")
        choice: tuple[Candidate, ...] = ()
        lost = (
            ("room",)
            if stairwell
            else ("unit", "room")
            if building
            else ("building", "unit", "room")
        )
        if building is not None and stairwell is None:
            stairwell, choice = self._only_stairwell(building)
        return Resolved(
            said=text,
            compound=chain.get("compound"),
            building=building,
            stairwell=stairwell,
            ambiguous=choice,
            missing=lost,
        )

    def _street(self, text: str) -> Resolved:
        """Resolve a street and number alone, such as Rauhankatu 18, that the map itself gives."""
        numbered = _NUMBERED.fullmatch(fold(text).strip())
        at = numbered and self._at_number.get(
            (name_key(numbered["street"]), numbered["number"].upper())
        )
        if not at:
            return Resolved(said=text, missing=("address",))
        if len(at) == 1:
            return self._of_place(text, at[0])
        return Resolved(said=text, ambiguous=_choice(at, "building-shared"), missing=("building",))

    def _building_of(self, code: str) -> Place | None:
        """Return the building whose code begins a code that no stairwell has."""
        place = self._by_code.get(_plain_code(code).rpartition("-")[0])
        return place if place is not None and place.kind == "building" else None

    def _no_such_stairwell(self, text: str, parsed: Parsed, building: Place) -> Resolved:
        labels = self._within[building.id]
        near = [p for label in _nearest(parsed.address.room, labels) for p in labels[label]]
        return Resolved(
            said=text,
            parsed=parsed,
            compound=self._by_id.get(building.parent_id or ""),
            building=building,
            ambiguous=_choice(near, "unit-unknown"),
            missing=("room",),
        )

    def _within_named(
        self, text: str, parsed: Parsed, said: str, lost: tuple[str, ...]
    ) -> Resolved:
        found = self._named(said)
        if len(found) == 1:
            return self._in_compound(text, parsed, found[0].place, lost)
        if found:
            return Resolved(said=text, parsed=parsed, ambiguous=found, missing=lost)
        return self._strange(text, parsed, said, lost)

    def _named(self, said: str) -> tuple[Candidate, ...]:
        """Return the compounds of that very name; more than one are a choice."""
        exact = self._by_name.get(name_key(said), [])
        reason = "compound-shared" if len(exact) > 1 else ""
        return tuple(Candidate(place=place, reason=reason) for place in exact)

    def _strange(self, text: str, parsed: Parsed, said: str, lost: tuple[str, ...]) -> Resolved:
        """Offer compounds whose names hold the name said, or are spelt like it."""
        key = name_key(said)
        holding = [k for k in self._by_name if len(key) > 1 and (key in k or k in key)]
        close = difflib.get_close_matches(key, list(self._by_name), n=_MOST, cutoff=0.6)
        alike = {p.id: p for k in dict.fromkeys((*holding, *close)) for p in self._by_name[k]}
        return Resolved(
            said=text,
            parsed=parsed,
            ambiguous=_choice(list(alike.values()), "compound-unknown"),
            missing=lost,
        )

    def _numbered(self, address: Address, said: str) -> list[Place]:
        """Return the buildings at a street's number: 文三路12号, 文三路12号3幢."""
        if address.kind == "house":
            return self._at_number.get((name_key(said), address.building), [])
        numbered = _NUMBERED.fullmatch(fold(said).strip())
        if numbered is None or address.building:
            return []
        return self._at_number.get((name_key(numbered["street"]), numbered["number"].upper()), [])

    def _anywhere(self, text: str, parsed: Parsed, lost: tuple[str, ...]) -> Resolved:
        fitting = [
            building
            for compound in self._compounds
            for building in self._within[compound.id].get(parsed.address.building, ())
        ]
        if len(fitting) > 1:
            return Resolved(
                said=text,
                parsed=parsed,
                ambiguous=_choice(fitting, "compound-unsaid"),
                missing=lost,
            )
        if not fitting:
            return Resolved(said=text, parsed=parsed, missing=lost)
        compound = self._by_id.get(fitting[0].parent_id or "")
        return self._in_buildings(text, parsed, fitting, lost, compound)

    def _in_compound(
        self, text: str, parsed: Parsed, compound: Place, lost: tuple[str, ...]
    ) -> Resolved:
        labels = self._within[compound.id]
        building = parsed.address.building
        if fitting := labels.get(building):
            return self._in_buildings(text, parsed, fitting, lost, compound)
        near = [p for label in _nearest(building, labels) for p in labels[label]]
        reason = "building-unknown" if building else "building-unsaid"
        return Resolved(
            said=text,
            parsed=parsed,
            compound=compound,
            ambiguous=_choice(near, reason),
            missing=lost,
        )

    def _in_buildings(
        self,
        text: str,
        parsed: Parsed,
        fitting: Sequence[Place],
        lost: tuple[str, ...],
        compound: Place | None,
    ) -> Resolved:
        if len(fitting) > 1:
            choice = _choice(fitting, "building-shared")
            return Resolved(
                said=text, parsed=parsed, compound=compound, ambiguous=choice, missing=lost
            )
        building = fitting[0]
        compound = compound or self._by_id.get(building.parent_id or "")
        stairwell, choice = self._stairwell(building, parsed)
        return Resolved(
            said=text,
            parsed=parsed,
            compound=compound,
            building=building,
            stairwell=stairwell,
            ambiguous=choice,
            missing=lost,
        )

    def _stairwell(
        self, building: Place, parsed: Parsed
    ) -> tuple[Place | None, tuple[Candidate, ...]]:
        unit, labels = parsed.address.unit, self._within[building.id]
        if not unit:
            return self._only_stairwell(building)
        fitting = labels.get(unit, [])
        if len(fitting) == 1 and "unit-or-room" not in parsed.ambiguities:
            return fitting[0], ()
        if fitting:
            return None, _choice(fitting, "unit-or-room")
        near = [p for label in _nearest(unit, labels) for p in labels[label]]
        return None, _choice(near, "unit-unknown")

    def _only_stairwell(self, building: Place) -> tuple[Place | None, tuple[Candidate, ...]]:
        labels = self._within[building.id]
        stairwells = [p for label in _nearest("", labels) for p in labels[label]]
        if len(stairwells) == 1:
            return stairwells[0], ()
        return None, _choice(stairwells, "unit-unsaid")


def _choice(places: Sequence[Place], reason: str) -> tuple[Candidate, ...]:
    return tuple(Candidate(place=place, reason=reason) for place in places[:_MOST])


def _label(place: Place) -> str:
    """Return a building's or stairwell's own number: the name says it, else the code."""
    read = parse(place.name_zh) or parse(place.name_en)
    if read is not None:
        label = read.address.building if place.kind == "building" else read.address.unit
        if label:
            return label
    last = fold(place.code).rpartition("-")[2]
    plain = (read_numeral(last) or last).upper()
    return plain if _LABEL.fullmatch(plain) else ""


def _plain_code(code: str) -> str:
    parts = fold(code).strip().upper().split("-")
    return "-".join(part.lstrip("0") or "0" for part in parts) if len(parts) > 1 else ""


def _nearest(label: str, labels: Iterable[str]) -> list[str]:
    """Order labels by how near they are to one: in number first, in writing then."""

    def far(other: str) -> tuple[int, str]:
        if label.isdigit() and other.isdigit():
            return abs(int(label) - int(other)), other.zfill(4)
        return (0 if other.startswith(label) or label.startswith(other) else 999), other.zfill(4)

    return sorted(labels, key=far)
