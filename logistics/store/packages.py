"""Packages in the database, each version of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from logistics.domain.packages import Package, PackagePart
from logistics.store import editions
from logistics.store.rows import put
from logistics.store.tables import household, package, package_version


def load(session: Session, names: Mapping[str, str]) -> tuple[Package, ...]:
    """Read each package at its latest version, by Chinese name.

    Parameters
    ----------
    names
        Chinese names of all items, by id.
    """
    rows = session.execute(
        select(package, package_version.c.parts)
        .join(
            package_version,
            (package_version.c.package_id == package.c.id)
            & (package_version.c.version == package.c.version),
        )
        .order_by(package.c.name_zh)
    )
    return tuple(
        Package(
            name_zh=row.name_zh,
            name_en=row.name_en,
            kind=row.kind,
            scope=row.scope,
            aliases=tuple(row.aliases),
            most=row.most,
            version=row.version,
            parts=tuple(
                PackagePart(names[part["item"]], part["count"], part["unit"]) for part in row.parts
            ),
        )
        for row in rows
    )


def add_versions(
    session: Session,
    packages: Iterable[Package],
    ids: Mapping[str, str],
    *,
    actor: str,
    at: datetime,
) -> None:
    """Write packages, each at a version that is new; what earlier ones held stays.

    Parameters
    ----------
    ids
        Ids of items, by Chinese name.
    """
    given = list(packages)
    put(session, package, [_row(one) for one in given])
    rows = [
        {
            "id": one.version_id,
            "package_id": one.id,
            "version": one.version,
            "parts": [
                {"item": ids[part.item], "count": part.base_count, "unit": part.unit}
                for part in one.parts
            ],
            "actor": actor,
            "at": at,
        }
        for one in given
    ]
    if rows:
        session.execute(insert(package_version), rows)
    editions.renew(session)


def persons(session: Session, district_id: str) -> dict[str, int]:
    """Count the members of each household of a district, by its id."""
    rows = session.execute(
        select(household.c.id, household.c.persons).where(household.c.district_id == district_id)
    )
    return {row.id: row.persons for row in rows}


def _row(one: Package) -> dict[str, Any]:
    return {
        "id": one.id,
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "kind": one.kind,
        "scope": one.scope,
        "aliases": list(one.aliases),
        "most": one.most,
        "version": one.version,
    }
