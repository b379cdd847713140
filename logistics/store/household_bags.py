"""The bags of one household, for itself."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.custody import BagState
from logistics.domain.progress import BagItem, HouseholdBag
from logistics.store.tables import bag, bag_line, item, lot, share


def of_household(session: Session, run_id: str, household_id: str) -> tuple[HouseholdBag, ...]:
    """Read a household's bags of a run with what is in them, by number."""
    found = session.execute(
        select(
            bag.c.id,
            bag.c.code,
            bag.c.no,
            bag.c.compartment,
            bag.c.state,
            bag.c.custodian,
            bag.c.run_id,
        )
        .where(bag.c.household_id == household_id, bag.c.state != BagState.STRUCK.value)
        .order_by(bag.c.no)
    ).mappings()
    # a run has many bags and a household few: so the run is no condition of the query
    rows = [
        {name: value for name, value in row.items() if name != "run_id"}
        for row in found
        if row["run_id"] == run_id
    ]
    held: dict[str, list[BagItem]] = {row["id"]: [] for row in rows}
    lines = session.execute(
        select(
            bag_line.c.bag_id, share.c.line_id, lot.c.item_id,
            item.c.name_zh, item.c.name_en, bag_line.c.quantity,
        )
        .join(share, share.c.id == bag_line.c.share_id)
        .join(lot, lot.c.id == share.c.lot_id)
        .join(item, item.c.id == lot.c.item_id)
        .where(bag_line.c.bag_id.in_(list(held)))
        .order_by(bag_line.c.bag_id, bag_line.c.id)
    )  # fmt: skip
    for row in lines.mappings():
        values = {name: value for name, value in row.items() if name != "bag_id"}
        held[row["bag_id"]].append(BagItem(**values))
    return tuple(HouseholdBag(**row, items=tuple(held[row["id"]])) for row in rows)
