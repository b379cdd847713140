"""What can be asked for, by which words, in which units."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from logistics.domain.items import (
    BASES,
    CATEGORIES,
    CHEMICAL,
    COLD_CHAINS,
    NEVER_SUBSTITUTED,
    PACKAGE,
    Item,
    ItemInvalid,
    fold,
)
from logistics.domain.packages import Package
from logistics.domain.quantities import Amount
from logistics.errors import Invalid, NotFound

__all__ = [
    "BASES",
    "CATEGORIES",
    "CHEMICAL",
    "COLD_CHAINS",
    "NEVER_SUBSTITUTED",
    "PACKAGE",
    "Catalogue",
    "Item",
    "ItemInvalid",
    "ItemUnknown",
    "Kind",
    "Match",
    "Part",
    "Quantity",
    "QuantityAbsurd",
    "QuantityNotWhole",
    "UnitUnknownForItem",
    "fold",
]
Kind = Literal["name", "alias", "misspelling"]
_PORTIONS = ("份", "套", "个", "包", "袋", "箱", "盒")  # words for one package


class ItemUnknown(NotFound):
    """No item goes by this name."""

    code = "item.unknown"


class UnitUnknownForItem(Invalid):
    """The catalogue does not say how much of this item such a unit holds, or says it twice."""

    code = "unit.unknown-for-item"


class QuantityNotWhole(Invalid):
    """The amount is not a whole number of the item's base unit."""

    code = "quantity.not-whole"


class QuantityAbsurd(Invalid):
    """The amount is above what one line of one household may ask."""

    code = "quantity.absurd"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A whole number of base units, and the unit it was said in."""

    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class Part:
    """What a package holds of one item, for one household."""

    item: Item
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class Match:
    """An item that goes by a word, and what the word is to it."""

    item: Item
    kind: Kind


class Catalogue:
    """All items, found by their Chinese or English name, an alias, or a usual misspelling.

    ``ambiguous`` are words that could be several items, such as 肉 or 油, with the Chinese names
    of those: whoever hears one must ask. ``packages`` go by words, too; what is found then is an
    item of category `PACKAGE` that stands for it and is in ``items`` no more than in a shop:
    `open_package` says what it holds. ``asked_for`` are items and those that stand for packages.

    Raises
    ------
    ItemInvalid
        If two items share a word, an ambiguous word is a name or points to nothing, or a package
        holds what is no item.
    """

    def __init__(
        self,
        items: Iterable[Item],
        ambiguous: Mapping[str, Iterable[str]] | None = None,
        packages: Iterable[Package] = (),
    ) -> None:
        self.items = tuple(items)
        self.by_id = {item.id: item for item in self.items}
        self._by_name: dict[str, Item] = {}
        self._aliases: set[str] = set()
        for item in self.items:
            for name in (item.name_zh, item.name_en):
                self._claim(self._by_name, name, item, "name_zh")
        self.packages = {stand.id: p for p in packages for stand in (self._stand_in(p),)}
        stands = [self._by_name[fold(p.name_zh)] for p in self.packages.values()]
        self.asked_for = (*self.items, *stands)
        for item in self.asked_for:
            for name in item.aliases:
                if self._claim(self._by_name, name, item, "aliases"):
                    self._aliases.add(fold(name))
        self._by_error: dict[str, Item] = {}
        for item in self.items:
            for name in item.misspellings:
                self._claim(self._by_error, name, item, "misspellings")
        self._ambiguous = {
            fold(word): tuple(self._candidate(word, name) for name in names)
            for word, names in (ambiguous or {}).items()
        }

    def _claim(self, words: dict[str, Item], name: str, item: Item, field: str) -> bool:
        """Give a word to an item; says whether it was free."""
        key = fold(name)
        other = self._by_name.get(key) or words.get(key)
        if other is not None and other is not item:
            raise ItemInvalid(item=item.name_zh, field=field, value=name, belongs_to=other.name_zh)
        if other is None:
            words[key] = item
        return other is None

    def _candidate(self, word: str, name: str) -> Item:
        item = self._by_name.get(fold(name))
        taken = self._by_name.get(fold(word)) or self._by_error.get(fold(word))
        if item is None or taken is not None:
            raise ItemInvalid(
                item=name, field="ambiguous", value=word,
                belongs_to=taken.name_zh if taken else "",
            )  # fmt: skip
        return item

    def _stand_in(self, package: Package) -> Item:
        weight = volume = 0
        for part in package.parts:
            item = self._by_name.get(fold(part.item))
            if item is None or item.category == PACKAGE:
                raise ItemInvalid(item=package.name_zh, field="parts", value=part.item)
            weight += item.weight_mg * part.base_count
            volume += item.volume_ul * part.base_count
        stand = Item(
            name_zh=package.name_zh, name_en=package.name_en, base="piece", category=PACKAGE,
            default_unit=_PORTIONS[0], units=dict.fromkeys(_PORTIONS, 1), weight_mg=weight,
            volume_ul=volume, household_limit=package.most, aliases=package.aliases,
        )  # fmt: skip
        for name in (stand.name_zh, stand.name_en):
            self._claim(self._by_name, name, stand, "name_zh")
        return stand

    def open_package(self, stand: Item, portions: int, persons: int | None) -> list[Part]:
        """Say what so many portions of a package hold for one household, item by item.

        Parameters
        ----------
        persons
            Members of the household, for a package that is meant per person; where nobody knows,
            it is for one.

        Raises
        ------
        QuantityAbsurd
            If that is above an item's limit.
        """
        package = self.packages[stand.id]
        times = portions * (persons or 1 if package.scope == "person" else 1)
        parts = []
        for part in package.parts:
            item = self._by_name[fold(part.item)]
            count = self.within(item, part.base_count * times, persons)
            parts.append(Part(item, Quantity(count, part.unit)))
        return parts

    def within(self, item: Item, count: int, persons: int | None) -> int:
        """Refuse more of an item than a household of so many may ask for; give the count.

        Raises
        ------
        QuantityAbsurd
            If it is above the item's limit for a household, or for its members.
        """
        limits = [item.household_limit]
        if persons and item.person_limit:
            limits.append(item.person_limit * persons)
        if count > min(limits):
            raise QuantityAbsurd(
                item=item.name_zh, quantity=str(count), unit=item.base, limit=min(limits)
            )
        return count

    @property
    def names(self) -> Mapping[str, Item]:
        """Every folded name and alias with its item; misspellings are not among them."""
        return MappingProxyType(self._by_name)

    @property
    def misspellings(self) -> Mapping[str, Item]:
        """Every folded misspelling with the item that is meant by it."""
        return MappingProxyType(self._by_error)

    @property
    def ambiguous(self) -> Mapping[str, tuple[Item, ...]]:
        """Every folded word that could be several items, with those."""
        return MappingProxyType(self._ambiguous)

    def match(self, name: str) -> Match | None:
        """Find the item that goes by exactly this word, and say what the word is to it.

        Width, case and spaces do not matter. A misspelling counts only where no name is hit.
        """
        key = fold(name)
        keys = [key]
        if key.isascii():
            keys += [key.removesuffix(plural) for plural in ("es", "s") if key.endswith(plural)]
        for word in keys:
            if item := self._by_name.get(word):
                return Match(item, "alias" if word in self._aliases else "name")
        if item := self._by_error.get(key):
            return Match(item, "misspelling")
        return None

    def find(self, name: str) -> Item | None:
        """Find the item of exactly this name or alias, whatever its width, case and spaces."""
        found = self.match(name)
        return found.item if found and found.kind != "misspelling" else None

    def candidates(self, name: str) -> tuple[Item, ...]:
        """List the items that an ambiguous word could mean; none where it is not ambiguous."""
        return self._ambiguous.get(fold(name), ())

    def get(self, name: str) -> Item:
        """Find an item by name or alias.

        Raises
        ------
        ItemUnknown
            If there is none; the facts name close ones, nothing is guessed.
        """
        if item := self.find(name):
            return item
        raise ItemUnknown(item=name[:40], close="、".join(self.close_to(name)))

    def close_to(self, name: str, count: int = 3) -> list[str]:
        """Name up to ``count`` items whose names look like this one."""
        key = fold(name)
        known_as = self._by_error | self._by_name
        first = [item.name_zh for item in self.candidates(name)]
        if key in self._by_error:
            first.append(self._by_error[key].name_zh)
        hits = difflib.get_close_matches(key, known_as, n=count * 2, cutoff=0.5)
        hits += [known for known in self._by_name if len(key) > 1 and key in known][:count]
        return list(dict.fromkeys([*first, *(known_as[hit].name_zh for hit in hits)]))[:count]

    def convert(self, item: Item, count: Fraction, unit: str) -> int:
        """Turn a count of a unit into whole base units, exactly.

        Raises
        ------
        UnitUnknownForItem
            If the catalogue does not know the unit for this item.
        QuantityNotWhole
            If the result is not a whole number of base units.
        QuantityAbsurd
            If it is above the item's limit for one line.
        """
        held = item.base_count(unit)
        if held is None:
            raise UnitUnknownForItem(
                item=item.name_zh, unit=unit, known="、".join(item.known_units())
            )
        base = count * held
        if base.denominator != 1:
            raise QuantityNotWhole(item=item.name_zh, quantity=str(count), unit=unit)
        if base > item.household_limit:
            raise QuantityAbsurd(
                item=item.name_zh, quantity=str(count), unit=unit, limit=item.household_limit
            )
        return int(base)

    def quantity(self, item: Item, amount: Amount) -> Quantity:
        """Turn an amount as it was said into base units.

        Without a unit, only what is counted by the piece is clear: 2 eggs, but 2 of which rice?

        Raises
        ------
        UnitUnknownForItem
            If no meaning of the unit's word fits the item, or more than one does.
        QuantityNotWhole, QuantityAbsurd
            As `convert` says.
        """
        if not amount.word:
            unit = item.default_unit
            if item.base == "piece" and item.base_count(unit) == 1:
                return Quantity(self.convert(item, amount.count, unit), unit)
        fitting = [unit for unit in amount.meanings if item.base_count(unit) is not None]
        if len({item.base_count(unit) for unit in fitting}) != 1:
            raise UnitUnknownForItem(
                item=item.name_zh, unit=amount.word, known="、".join(item.known_units())
            )
        return Quantity(self.convert(item, amount.count, fitting[0]), fitting[0])
