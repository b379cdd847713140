"""Find a household by its address as it is spoken (听地址找户)."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from logistics.domain.address_places import AddressPlace
from logistics.domain.places import Household
from logistics.errors import Invalid
from logistics.exchange.spoken_doors import Ask, Meant, SpokenDoors, Spot, doors_of
from logistics.store import address_places, rooms

MOST: Final = 20
LONGEST: Final = 200
_STAIRWELLS: Final = 400  # in which one room is looked for at once; a subdistrict has 1,000
_ROOMS: Final = 200  # of a stairwell, when the nearest to one that is not there are sought


class AddressUnsaid(Invalid):
    """Nothing was said, or more than an address is."""

    code = "address.unsaid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A household, or a place to ask about, and why it is offered.

    ``household`` is None for a place; ``address_zh`` and ``address_en`` say where it is.
    """

    kind: str  # household compound building stairwell
    code: str
    address_zh: str
    address_en: str
    room: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Candidates, the best first, and what to ask where none is certain.

    ``sure`` says that the first is meant beyond doubt. ``room`` is the room that was understood,
    so that a building which is chosen next need not be told it again.
    """

    candidates: tuple[Candidate, ...]
    ask: Ask
    sure: bool
    room: str


def find_households(
    session: Session,
    district_id: str,
    said: str,
    *,
    within: str = "",
    only: Collection[str] | None = None,
) -> Found:
    """Find the households that an address may mean, 20 at most; nobody's needs are told.

    Parameters
    ----------
    within
        Code of a compound, building or stairwell that was chosen before.
    only
        Ids of the places that somebody looks after; None: all.

    Raises
    ------
    AddressUnsaid
        If nothing is said, or far too much.
    PlaceUnknown
        If there is no place with the code.
    """
    text = said.strip()
    if not (text or within) or len(text) > LONGEST:
        raise AddressUnsaid(field="said", value=len(text), mend="say building, unit and room")
    known = address_places.of_district(session, district_id)
    doors = doors_of(known)
    allowed = None if only is None else {one.id for one in known if one.id in only}
    around = address_places.by_code(known, within) if within else None
    coded = rooms.by_code(session, district_id, text.upper())
    if coded is not None and (allowed is None or coded.stairwell_id in allowed):
        alone = (_home(doors, coded, "code"),)
        return Found(candidates=alone, ask="", sure=True, room=coded.room)
    meant = doors.meant(text, around)
    if allowed is not None:
        meant = _within(meant, known, allowed)
    if not meant.stairwells:
        choices = tuple(_place(doors, one.place, one.why) for one in meant.choices[:MOST])
        return Found(candidates=choices, ask=meant.ask, sure=False, room=meant.room)
    return _behind(session, doors, meant)


def _behind(session: Session, doors: SpokenDoors, meant: Meant) -> Found:
    order = {one.place.id: n for n, one in enumerate(meant.stairwells[:_STAIRWELLS])}
    why = {one.place.id: one.why for one in meant.stairwells}
    if meant.room:
        homes = rooms.in_room(session, order, meant.room, MOST * 5)
        homes = tuple(sorted(homes, key=lambda one: (order[one.stairwell_id], one.code)))[:MOST]
        if homes:
            told = tuple(_home(doors, one, why[one.stairwell_id]) for one in homes)
            sure = len(homes) == 1 and told[0].why in ("exact", "only-one", "unit-unsaid")
            several: Ask = "room" if len(order) == 1 else meant.ask or "unit"
            ask: Ask = "" if len(homes) == 1 else several
            return Found(candidates=told, ask=ask, sure=sure, room=meant.room)
    if len(order) > 1:
        spots = tuple(_place(doors, one.place, one.why) for one in meant.stairwells[:MOST])
        ask = meant.ask if meant.ask in ("unit", "compound") else "unit"
        return Found(candidates=spots, ask=ask, sure=False, room=meant.room)
    near = _near(rooms.in_stairwells(session, order, _ROOMS), meant.room)
    reason = "room-unknown" if meant.room else "room-unsaid"
    told = tuple(_home(doors, one, reason) for one in near)
    alone = len(near) == 1 and not meant.room
    return Found(candidates=told, ask="" if alone else "room", sure=alone, room=meant.room)


def _near(homes: tuple[Household, ...], room: str) -> list[Household]:
    """Order homes by how much their rooms look like one."""
    if not room:
        return list(homes[:MOST])

    def unlike(home: Household) -> tuple[float, str]:
        return -difflib.SequenceMatcher(None, room, home.room).ratio(), home.code

    return sorted(homes, key=unlike)[:MOST]


def _within(meant: Meant, known: tuple[AddressPlace, ...], allowed: set[str]) -> Meant:
    """Keep to the places that somebody looks after; there a room alone is told."""
    stairwells = tuple(one for one in meant.stairwells if one.place.id in allowed)
    choices = tuple(one for one in meant.choices if one.place.id in allowed)
    if not meant.stairwells and meant.room:
        own = [one for one in known if one.kind == "stairwell" and one.id in allowed]
        stairwells = tuple(Spot(place=one, why="unit-unsaid") for one in own)
    return Meant(stairwells=stairwells, choices=choices, room=meant.room, ask=meant.ask)


def _home(doors: SpokenDoors, home: Household, why: str) -> Candidate:
    return Candidate(
        kind="household",
        code=home.code,
        address_zh=doors.address(home.stairwell_id, home.room, "zh"),
        address_en=doors.address(home.stairwell_id, home.room, "en"),
        room=home.room,
        why=why,
    )


def _place(doors: SpokenDoors, place: AddressPlace, why: str) -> Candidate:
    return Candidate(
        kind=place.kind,
        code=place.code,
        address_zh=doors.place_address(place, "zh"),
        address_en=doors.place_address(place, "en"),
        room="",
        why=why,
    )
