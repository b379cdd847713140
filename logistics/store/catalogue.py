"""The catalogue in the database."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.catalogue import Catalogue, Item
from logistics.store.tables import item, item_alias, item_unit


def load(session: Session) -> Catalogue:
    """Read the whole catalogue, by Chinese name."""
    units: dict[str, dict[str, int]] = {}
    for row in session.execute(select(item_unit)):
        units.setdefault(row.item_id, {})[row.unit] = row.base_count
    aliases: dict[str, list[str]] = {}
    for row in session.execute(select(item_alias).order_by(item_alias.c.alias)):
        aliases.setdefault(row.item_id, []).append(row.alias)
    return Catalogue(
        Item(
            name_zh=row.name_zh,
            name_en=row.name_en,
            base=row.base,
            default_unit=row.default_unit,
            weight_mg=row.weight_mg,
            volume_ul=row.volume_ul,
            category=row.category,
            cold=row.cold,
            household_limit=row.household_limit,
            substitute_class=row.substitute_class,
            aliases=tuple(aliases.get(row.id, ())),
            units=units.get(row.id, {}),
        )
        for row in session.execute(select(item).order_by(item.c.name_zh))
    )
