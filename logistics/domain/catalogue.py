"""What can be asked for, by which words, in which units."""

import difflib
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from logistics.domain.quantities import MASS, VOLUME, Amount, plain
from logistics.errors import Invalid, NotFound

BASES = ("g", "ml", "piece")
CATEGORIES = (
    "vegetable",
    "fruit",
    "meat",
    "egg",
    "soy",
    "seafood",
    "dairy",
    "staple",
    "oil",
    "seasoning",
    "snack",
    "drink",
    "infant",
    "elderly",
    "medicine",
    "hygiene",
    "cleaning",
    "household",
    "pet",
)
COLD_CHAINS = ("ambient", "chilled", "frozen")
CHEMICAL = frozenset({"cleaning"})  # never in one bag with food
NEVER_SUBSTITUTED = frozenset({"infant", "medicine"})
_NAME = 64  # characters
Kind = Literal["name", "alias", "misspelling"]


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


class ItemInvalid(Invalid):
    """An item of the catalogue breaks a rule."""

    code = "catalogue.item-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that can be asked for.

    ``weight_mg`` and ``volume_ul`` are those of one base unit; ``units`` says how many base units
    each sale unit holds; ``household_limit`` is the most one line may ask, ``person_limit`` the
    most for each member of a household, both in base units. ``misspellings`` are words that
    people write by mistake: a hit on one is less sure than on an alias. ``aisle`` groups pick
    lists by shelf. ``cold`` follows from ``cold_chain`` where that is said.
    """

    name_zh: str
    name_en: str
    base: str
    default_unit: str
    weight_mg: int
    volume_ul: int
    category: str
    cold: bool = False
    household_limit: int
    substitute_class: str | None = None
    aliases: tuple[str, ...] = ()
    units: Mapping[str, int] = field(default_factory=dict)
    misspellings: tuple[str, ...] = ()
    cold_chain: str = ""
    fragile: bool = False
    person_limit: int | None = None
    aisle: str = ""

    def __post_init__(self) -> None:
        chain = self.cold_chain or ("chilled" if self.cold else "ambient")
        object.__setattr__(self, "cold_chain", chain)
        object.__setattr__(self, "cold", chain != "ambient")
        faults = {
            "name_zh": not self.name_zh.strip() or len(self.name_zh) > _NAME,
            "name_en": not self.name_en.strip(),
            "base": self.base not in BASES,
            "category": self.category not in CATEGORIES,
            "cold_chain": chain not in COLD_CHAINS,
            "weight_mg": self.weight_mg <= 0,
            "volume_ul": self.volume_ul <= 0,
            "household_limit": self.household_limit <= 0,
            "person_limit": self.person_limit is not None and self.person_limit <= 0,
            "units": any(count <= 0 for count in self.units.values()),
            "aliases": any(not 0 < len(word) <= _NAME for word in self.aliases),
            "misspellings": any(not 0 < len(word) <= _NAME for word in self.misspellings),
        }
        for name, bad in faults.items():
            if bad:
                raise ItemInvalid(
                    item=self.name_zh[:40], field=name, value=str(getattr(self, name))
                )
        object.__setattr__(self, "units", MappingProxyType(dict(self.units)))
        if self.base_count(self.default_unit) is None:
            raise ItemInvalid(item=self.name_zh, field="default_unit", value=self.default_unit)

    @property
    def id(self) -> str:
        """Made from the Chinese name, so that a catalogue read twice has the same ids."""
        return "it_" + hashlib.sha256(self.name_zh.encode()).hexdigest()[:20]

    @property
    def chemical(self) -> bool:
        """Whether it may not share a bag with food."""
        return self.category in CHEMICAL

    @property
    def substitution(self) -> str:
        """Whether another of its class may come instead: ``none`` or ``class``."""
        never = self.category in NEVER_SUBSTITUTED
        return "class" if self.substitute_class and not never else "none"

    def base_count(self, unit: str) -> int | None:
        """Say how many base units the unit holds; None where the catalogue does not know."""
        if unit in self.units:
            return self.units[unit]
        if self.base == "g":
            return MASS.get(unit)
        return VOLUME.get(unit) if self.base == "ml" else None

    def known_units(self) -> tuple[str, ...]:
        """List the units the item can be asked in, its usual one first."""
        scale = {"g": MASS, "ml": VOLUME}.get(self.base, {})
        return tuple(dict.fromkeys((self.default_unit, *self.units, *scale)))


@dataclass(frozen=True, slots=True)
class Quantity:
    """A whole number of base units, and the unit it was said in."""

    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class Match:
    """An item that goes by a word, and what the word is to it."""

    item: Item
    kind: Kind


class Catalogue:
    """All items, found by their Chinese or English name, an alias, or a usual misspelling.

    ``ambiguous`` are words that could be several items, such as 肉 or 油, with the Chinese names
    of those: whoever hears one must ask.

    Raises
    ------
    ItemInvalid
        If two items share a word, or an ambiguous word is a name or points to nothing.
    """

    def __init__(
        self, items: Iterable[Item], ambiguous: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        self.items = tuple(items)
        self.by_id = {item.id: item for item in self.items}
        self._by_name: dict[str, Item] = {}
        self._aliases: set[str] = set()
        for item in self.items:
            for name in (item.name_zh, item.name_en):
                self._claim(self._by_name, name, item, "name_zh")
        for item in self.items:
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


def fold(name: str) -> str:
    """Fold a name so that width, case and spaces do not matter."""
    return "".join(plain(name).lower().split())
