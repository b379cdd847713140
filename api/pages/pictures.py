"""Drawings of goods: which symbol in which colour stands for an item, chosen as data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from logistics.domain.catalogue import PACKAGE, Catalogue, Item

_FILE: Final = Path(__file__).parent / "pictures.toml"
_PACKED: Final = frozenset(
    {"seasoning", "snack", "drink", "hygiene", "cleaning", "household", "infant", "elderly",
     "dairy", "staple", "oil", "pet"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """A symbol and its colour."""

    symbol: str
    colour: str


@cache
def _said() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def categories() -> tuple[str, ...]:
    """List the categories in the order in which they are shown."""
    return tuple(_said()["categories"])


def of_category(category: str) -> Picture:
    """Choose the drawing of a category."""
    known = _said()["categories"]
    return Picture(*known.get(category, known["household"]).split())


def of_item(item: Item) -> Picture:
    """Choose the drawing of an item: its own, that of how it is packed, or its category's."""
    own = _said()["goods"].get(item.name_zh)
    if own is not None:
        return Picture(*own.split())
    usual = of_category(item.category)
    if item.category in _PACKED and (packed := _said()["units"].get(item.default_unit)):
        return Picture(packed, usual.colour)
    return usual


def in_order(goods: Catalogue, category: str) -> list[Item]:
    """List what can be asked for in a category: what is asked for most comes first."""
    usual = {name: place for place, name in enumerate(_said()["goods"])}
    found = [item for item in goods.asked_for if item.category == category]
    if category == PACKAGE:
        return found
    return sorted(found, key=lambda item: (usual.get(item.name_zh, len(usual)), item.name_zh))
