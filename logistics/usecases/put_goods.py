"""What a setup says of goods: items that go together, packages, ambiguous words (商品)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.catalogue import PACKAGE, Item, ItemInvalid, fold
from logistics.domain.setup import ItemSetup, Setup, SetupFault
from logistics.store import catalogue
from logistics.usecases.import_catalogue import import_catalogue


def sound_items(
    session: Session, given: Sequence[ItemSetup]
) -> tuple[list[Item], list[SetupFault]]:
    """Make items whose words no other item has; what breaks a rule is left out, with a fault."""
    items: list[Item] = []
    faults: list[SetupFault] = []
    mine = {row.name_zh for row in given}
    owners = {  # districts share one catalogue: a word means one thing in all of them
        fold(name): item.name_zh
        for item in catalogue.load(session).asked_for
        if item.name_zh not in mine or item.category == PACKAGE
        for name in (item.name_zh, item.name_en, *item.aliases, *item.misspellings)
    }
    for row in given:
        try:
            items.append(_item(row, owners))
        except ItemInvalid as fault:
            faults.append(
                SetupFault(
                    code=fault.code,
                    field=str(fault.facts.get("field", "")),
                    value=str(fault.facts.get("value", "")),
                    mend="mend the row of the catalogue",
                    origin=row.origin,
                )
            )
    return items, faults


def _item(row: ItemSetup, owners: dict[str, str]) -> Item:
    """Make an item whose names no other has; ``owners`` remembers them."""
    values = {name: getattr(row, name) for name in ItemSetup.__slots__ if name != "origin"}
    item = Item(**values)
    words = (row.name_zh, row.name_en, *row.aliases, *row.misspellings)
    names = {fold(name): name for name in words}
    for folded, name in names.items():
        if folded in owners:
            raise ItemInvalid(item=row.name_zh, field="aliases", value=name)
    owners.update(dict.fromkeys(names, row.name_zh))
    return item


def put_words(session: Session, setup: Setup, *, actor: str, at: datetime) -> list[SetupFault]:
    """Take in packages and ambiguous words, beside what other districts brought."""
    if not setup.packages and not setup.ambiguous:
        return []
    done = import_catalogue(
        session, (), setup.packages, ambiguous=setup.ambiguous, actor=actor, at=at
    )
    return [
        SetupFault(
            code=fault.code,
            field=str(fault.facts.get("field", "")),
            value=str(fault.facts.get("value", "")),
            mend="mend the package",
        )
        for fault in done.refused
    ]
