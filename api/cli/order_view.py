"""How the command line tells of the options of buying, and reads their times and points."""

from collections.abc import Sequence
from datetime import time
from typing import TYPE_CHECKING

import typer

from api.cli.context import phrase, say

if TYPE_CHECKING:
    from logistics.domain.buying import Pool
    from logistics.usecases.place_orders import Ordered, Proposed

_POOLS = 12
_PARTS = 4


def clock_of(said: str) -> time | None:
    """Read a time of day such as 14:30; nothing said is None."""
    if not said:
        return None
    try:
        return time.fromisoformat(said)
    except ValueError:
        raise typer.BadParameter("HH:MM", param_hint="--goods-by") from None


def places_of(said: Sequence[str]) -> dict[str, str]:
    """Read pairs such as SM-1=SP-2."""
    found = {}
    for pair in said:
        supplier, equals, point = pair.partition("=")
        if not (supplier and equals and point):
            raise typer.BadParameter("SUPPLIER=POINT", param_hint="--deliver")
        found[supplier] = point
    return found


def tell_options(told: "Proposed | Ordered", lang: str) -> None:
    """Print one line for each option, the chosen one marked, and who waits for whom."""
    for one in told.options:
        mark = "→" if one.name == told.chosen else " "
        say(
            "order.option",
            mark=mark,
            name=phrase(f"order.option-{one.name}"),
            yuan=f"{one.cost_fen / 100:,.2f}",
            shops=one.shops,
            buyers=one.buyers,
            km=f"{one.distance_m / 1000:.1f}",
            short=one.short_lines,
            proof=phrase("order.proven")
            if one.proven
            else phrase("order.gap", gap=f"{one.gap:.3%}"),
        )
    for pool in told.pools[:_POOLS]:
        _tell_pool(pool, lang)
    if len(told.pools) > _POOLS:
        say("order.more-pools", count=len(told.pools) - _POOLS)


def _tell_pool(pool: "Pool", lang: str) -> None:
    named = [code for code, _ in pool.parts[:_PARTS]]
    if pool.buildings > _PARTS:
        named.append("…")
    whole = phrase("order.whole-order")
    say(
        "order.pool-waits" if pool.missing else "order.pool-reached",
        supplier=pool.supplier,
        item=(pool.item_zh if lang == "zh" else pool.item_en) or whole,
        together=pool.together,
        needed=pool.needed,
        missing=pool.missing,
        buildings=pool.buildings,
        named=" ".join(named),
    )
