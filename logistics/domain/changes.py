"""What a household says later about its list (改单): to this amount, so much more, no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from logistics.domain.catalogue import PACKAGE, Catalogue, Item, QuantityAbsurd
from logistics.domain.lists import ReadLine
from logistics.domain.quantities import read_amount
from logistics.errors import Conflict

Kind = Literal["set", "add", "remove"]


class NotOnList(Conflict):
    """The household changes what none of its lists in this run asks for."""

    code = "amend.not-on-list"


class OnSeveralLists(Conflict):
    """More than one list of the household holds what is to be changed."""

    code = "amend.on-several-lists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change as it was said; ``quantity`` is in ``unit`` and plays no part in a removal."""

    item: str
    quantity: str
    unit: str
    kind: Kind


Standing = tuple[str, ReadLine]
"""A line that stands, with its id; an empty id where it is new."""


def apply_changes(
    catalogue: Catalogue, lines: Sequence[Standing], changes: Sequence[Change], *, said: str
) -> list[Standing]:
    """Return the lines after the changes, each in the place where it stood.

    What is set to an amount must stand on the list, unless something else is taken off it in the
    same breath: 鸡蛋换成鸭蛋10个 brings the duck eggs instead of the eggs.

    Raises
    ------
    NotOnList
        If a change is about something that is not on the list, or about a package, whose items
        stand there one by one; nothing is guessed then.
    ItemUnknown, UnitUnknownForItem, QuantityNotWhole, QuantityAbsurd
        If what is asked for now is itself no clean line.
    """
    after = list(lines)
    taken_off = [c for c in changes if c.kind == "remove"]
    for change in taken_off:
        item = _item(catalogue, change)
        if all(line.item.id != item.id for _, line in after):
            raise _not_there(item.name_zh)
        after = [(key, line) for key, line in after if line.item.id != item.id]
    for change in changes:
        if change.kind == "remove":
            continue
        item = _item(catalogue, change)
        asked = catalogue.quantity(item, read_amount(change.quantity, change.unit))
        fresh = ReadLine(item, asked.count, asked.unit, said)
        at = next((n for n, (_, line) in enumerate(after) if line.item.id == item.id), None)
        if at is not None:
            key, line = after[at]
            after[at] = (key, _more(line, fresh) if change.kind == "add" else fresh)
        elif change.kind == "set" and not taken_off:
            raise _not_there(item.name_zh)
        else:
            after.append(("", fresh))
    return after


def _item(catalogue: Catalogue, change: Change) -> Item:
    item = catalogue.get(change.item)
    if item.category == PACKAGE:
        raise _not_there(item.name_zh)
    return item


def _more(line: ReadLine, fresh: ReadLine) -> ReadLine:
    total = line.quantity + fresh.quantity
    if total > line.item.household_limit:
        raise QuantityAbsurd(
            item=line.item.name_zh,
            quantity=str(total),
            unit=line.item.base,
            limit=line.item.household_limit,
        )
    return replace(line, quantity=total, said=f"{line.said}；{fresh.said}")


def _not_there(name: str) -> NotOnList:
    return NotOnList(item=name, mend="ask the household which list it means, or add a line")


def changes_of(facts: Sequence[Mapping[str, str]]) -> tuple[Change, ...]:
    """Read changes as a doubt keeps them: item, quantity, unit and change."""
    kinds: dict[str, Kind] = {"set": "set", "add": "add", "remove": "remove"}
    return tuple(
        Change(
            item=fact["item"],
            quantity=fact["quantity"],
            unit=fact["unit"],
            kind=kinds[fact["change"]],
        )
        for fact in facts
    )
