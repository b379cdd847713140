"""Drops that stay with a courier, however a run is planned again (锁定)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from logistics.domain.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLock:
    """Bags of a stairwell that stay with a courier; ``begin_s`` None: at any time."""

    id: str
    courier_id: str
    stairwell_id: str
    point_id: str
    bag_ids: tuple[str, ...]
    begin_s: int | None = None

    def holds(self, bag_ids: Iterable[str]) -> bool:
        """Say whether all of these bags are locked by it."""
        return set(bag_ids) <= set(self.bag_ids)


def lock_of(
    *,
    courier_id: str,
    stairwell_id: str,
    point_id: str,
    bag_ids: Iterable[str],
    begin_s: int | None,
    at: datetime,
) -> PlanLock:
    """Make a lock."""
    return PlanLock(
        id=new_id("lk", at),
        courier_id=courier_id,
        stairwell_id=stairwell_id,
        point_id=point_id,
        bag_ids=tuple(sorted(bag_ids)),
        begin_s=begin_s,
    )
