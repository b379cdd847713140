"""A trace in words, for people."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import typer

from api.cli.context import language, phrase, say

if TYPE_CHECKING:
    from logistics.domain.trace import Door, Origin, Standing, Step, Trace

T = TypeVar("T")

SHOWN = 40
"""Doors, lots and steps that are printed one by one; the rest is a number."""


def tell(found: "Trace", *, shown: int = SHOWN) -> None:
    """Print where goods came from and whom they reached."""
    say(
        "trace.head",
        subject=phrase(f"trace.{found.subject.value}"),
        code=found.code,
        lots=len(found.origins),
        bags=len(found.doors),
        households=len(found.households),
    )
    say("trace.origins")
    _cut(found.origins, shown, _origin)
    if found.standing:
        say("trace.standing")
        _cut(found.standing, shown, _standing)
    say("trace.doors")
    _cut(found.doors, shown, _door)
    if found.steps:
        tell_steps(found.steps, shown=shown)


def tell_steps(steps: "Sequence[Step]", *, shown: int = SHOWN) -> None:
    """Print movements from place to place, by time."""
    say("trace.steps")
    _cut(steps, shown, _step)


def _origin(one: "Origin") -> str:
    zh = language() == "zh"
    item, supplier = (one.item_zh, one.supplier_zh) if zh else (one.item_en, one.supplier_en)
    at = one.received_at.isoformat(timespec="minutes")
    state = phrase(f"lot.{one.state}")
    return (
        f"  {one.lot}  {item} {one.quantity:,} {one.base}  {supplier} ({one.supplier})"
        f"  {one.order}  {at}  {one.provenance or '—'}  {state}"
    )


def _standing(one: "Standing") -> str:
    return f"  {one.place}  {one.quantity:,}"


def _door(one: "Door") -> str:
    quantity = "" if one.quantity is None else f"  {one.quantity:,}"
    lines = [f"  {one.household}  {one.run} {one.bag}{quantity}  {phrase('bag.' + one.state)}"]
    for hand in one.hands:
        until = "…" if hand.until is None else hand.until.isoformat(timespec="minutes")
        mark = phrase("trace.implied") if hand.implied else ""
        since = hand.since.isoformat(timespec="minutes")
        lines.append(f"    {since} → {until}  {hand.custodian} {mark}".rstrip())
    return "\n".join(lines)


def _step(one: "Step") -> str:
    at = one.at.isoformat(timespec="seconds")
    where = f" [{one.bag}]" if one.bag else ""
    reason = f" ({one.reason})" if one.reason else ""
    return (
        f"  {at}  {one.lot} {one.quantity:,}  {one.source} → {one.target}"
        f"  {one.how}{where}{reason}  {one.actor}"
    )


def _cut(rows: Sequence[T], shown: int, words: Callable[[T], str]) -> None:
    for one in rows[:shown]:
        typer.echo(words(one))
    if len(rows) > shown:
        say("trace.more", count=len(rows) - shown)
