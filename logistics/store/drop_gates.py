"""The gate of each stairwell's compound at which goods may be left."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from logistics.domain.closures import Closure
from logistics.domain.places import straight_m
from logistics.domain.planning import DropGate, DropSlot
from logistics.store.tables import place


def with_gates(
    session: Session, district_id: str, slots: Sequence[DropSlot], closed: Sequence[Closure]
) -> tuple[DropSlot, ...]:
    """Give each slot the nearest gate of its compound that stays open, or else any nearest.

    A closed gate still has an outside, where goods are left; which side a position of the map
    lies on decides whether a way leads there.
    """
    building = aliased(place)
    compound_of = dict(
        session.execute(
            select(place.c.id, building.c.parent_id)
            .join(building, building.c.id == place.c.parent_id)
            .where(place.c.district_id == district_id, place.c.kind == "stairwell")
        ).all()
    )
    shut = {closure.target for closure in closed if closure.kind == "gate"}
    gates: dict[str, list[tuple[bool, DropGate]]] = defaultdict(list)
    for row in session.execute(
        select(place.c.id, place.c.code, place.c.lon, place.c.lat, place.c.open, place.c.parent_id)
        .where(place.c.district_id == district_id, place.c.kind == "gate")
        .order_by(place.c.code)
    ):
        stays = row.open and row.id.removeprefix(f"{district_id}/") not in shut
        gate = DropGate(code=row.code, lon=row.lon, lat=row.lat)
        gates[row.parent_id].append((not stays, gate))
    return tuple(_nearest(slot, gates.get(compound_of.get(slot.id, ""), ())) for slot in slots)


def _nearest(slot: DropSlot, gates: Sequence[tuple[bool, DropGate]]) -> DropSlot:
    if not gates:
        return slot
    _, gate = min(
        gates,
        key=lambda one: (one[0], straight_m(slot.lon, slot.lat, one[1].lon, one[1].lat)),
    )
    return replace(slot, gate=gate)
