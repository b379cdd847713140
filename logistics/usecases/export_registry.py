"""Give the register of a district back as it can be imported again (导出名册): pure reading."""

from collections.abc import Mapping
from os import PathLike

from sqlalchemy.orm import Session

from logistics.domain.registry import Listed
from logistics.exchange.registry_writing import write_register
from logistics.exchange.tables import Language
from logistics.store import places, registry


def export_registry(
    session: Session,
    district_id: str,
    path: str | PathLike[str],
    *,
    needs: bool = False,
    language: Language = "zh",
) -> Mapping[str, int]:
    """Write all that stands in the register; return how many rows there are of each kind.

    Parameters
    ----------
    needs
        Also write what households need, where consent stands; without it nobody learns of it.

    Raises
    ------
    DistrictUnknown
        If there is no such district.
    TableUnreadable
        If the file is to be neither .xlsx nor .csv.
    """
    area = places.district(session, district_id)
    return write_register(
        path,
        places.places(session, area.id),
        registry.place_records(session, area.id),
        listed(session, area.id),
        needs=needs,
        language=language,
    )


def listed(session: Session, district_id: str) -> list[Listed]:
    """Read every household of which a register says something, by code."""
    records = registry.records(session, district_id)
    members = registry.members(session, district_id)
    needs = registry.needs(session, district_id)
    return [
        Listed(
            household=household,
            record=records[household.id],
            members=members.get(household.id, {}),
            needs=needs.get(household.id, {}),
        )
        for household in places.households(session, district_id)
        if household.id in records
    ]
