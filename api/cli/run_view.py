"""A run in words, for people."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from api.cli.context import phrase, say

if TYPE_CHECKING:
    from logistics.usecases.show_run import RunView


def tell(view: "RunView") -> None:
    """Print a run: its state, its numbers, what comes next."""
    run = view.run
    say("view.head", code=run.code, day=run.day, wave=run.wave, state=run.state.value)
    say(
        "view.lists",
        households=view.households,
        asking=view.households_asking,
        lists=sum(view.lists.values()),
        lines=view.accepted_lines,
    )
    _counts("view.triage", view.triage)
    if view.orders:
        total = sum(order.total_fen for order in view.orders)
        say("view.orders", orders=len(view.orders), yuan=f"{total / 100:,.2f}")
    _counts("view.shares", {kind.value: count for kind, count in view.lines.items()})
    if view.bags:
        say("view.bags", bags=view.bags, kilograms=f"{view.weight_g / 1000:,.1f}")
    if view.trips:
        say(
            "view.trips",
            trips=view.trips,
            couriers=view.couriers,
            bags=view.bags_on_trips,
            contacts=view.contacts if view.contacts is not None else "-",
            faces=view.faces if view.faces is not None else "-",
        )
    _counts("view.unserved", view.bags_unserved)
    if view.outcomes:
        _counts(
            "view.outcomes",
            {phrase("outcome." + outcome.value): n for outcome, n in view.outcomes.items()},
        )
    if view.next_step:
        say("view.next", step=view.next_step, code=run.code)


def _counts(key: str, counts: Mapping[str, int]) -> None:
    if counts:
        say(key, counts=", ".join(f"{name} {count}" for name, count in counts.items()))
