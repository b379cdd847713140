"""Pieces of bags that were found damaged, in the database: only ever added."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from logistics.domain.damage import Damage
from logistics.store.tables import bag_damage

_AT_ONCE = 500


def of_bags(session: Session, bag_ids: Iterable[str]) -> dict[str, list[Damage]]:
    """Read what of each bag was said to be damaged, in the order in which it was said."""
    found: dict[str, list[Damage]] = defaultdict(list)
    names = tuple(Damage.__dataclass_fields__)
    ids = sorted(set(bag_ids))
    for start in range(0, len(ids), _AT_ONCE):
        rows = session.execute(
            select(*(bag_damage.c[name] for name in names))
            .where(bag_damage.c.bag_id.in_(ids[start : start + _AT_ONCE]))
            .order_by(bag_damage.c.seq)
        ).mappings()
        for row in rows:
            found[row["bag_id"]].append(Damage(**row))
    return found


def add(
    session: Session, said: Iterable[Damage], *, by: str, note: str, actor: str, at: datetime
) -> None:
    """Write what was said to be damaged."""
    rows = [
        {name: getattr(one, name) for name in Damage.__dataclass_fields__}
        | {"by": by, "note": note, "actor": actor, "at": at}
        for one in said
    ]
    if rows:
        session.execute(insert(bag_damage), rows)
