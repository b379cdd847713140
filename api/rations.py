"""The rations of a run, in the words of its items."""

from typing import Any

from sqlalchemy.orm import Session

from logistics.store import fills, runs, wishes


def rations_of(session: Session, run_id: str) -> list[dict[str, Any]]:
    """Say the rations of a run with the names of their items."""
    goods = wishes.goods(session)
    found = fills.rations(session, runs.get(session, run_id).id)
    return [
        {
            "item_id": one.item_id,
            "item_zh": goods[one.item_id].name_zh,
            "item_en": goods[one.item_id].name_en,
            "base": goods[one.item_id].base,
            "quantity": one.quantity,
            "reason": one.reason,
        }
        for one in found.values()
    ]
