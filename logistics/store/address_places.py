"""The places that addresses name, in one narrow query: they are few, and read with each call."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.address_places import AddressPlace
from logistics.store.places import PlaceUnknown
from logistics.store.tables import place

_KINDS: Final = ("compound", "building", "stairwell")
_NAMES: Final = ("id", "kind", "parent_id", "code", "name_zh", "name_en", "note")


def of_district(session: Session, district_id: str) -> tuple[AddressPlace, ...]:
    """Read the compounds, buildings and stairwells of a district, by code."""
    rows = session.execute(
        select(*(place.c[name] for name in _NAMES))
        .where(place.c.district_id == district_id, place.c.kind.in_(_KINDS))
        .order_by(place.c.code)
    )
    return tuple(
        AddressPlace(id=a, kind=b, parent_id=c, code=d, name_zh=e, name_en=f, note=g)
        for a, b, c, d, e, f, g in rows
    )


def by_code(known: tuple[AddressPlace, ...], code: str) -> AddressPlace:
    """Find one of them by its code.

    Raises
    ------
    PlaceUnknown
        If none has it.
    """
    found = next((one for one in known if one.code == code), None)
    if found is None:
        raise PlaceUnknown(place=code[:64])
    return found
