"""One thing that can be asked for: its words, its units, how it keeps and what it weighs."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from logistics.domain.quantities import MASS, VOLUME, plain
from logistics.errors import Invalid

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
PACKAGE = "package"  # the category of what stands for a package (套餐包) among items
_NAME = 64  # characters


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
            "category": self.category not in {*CATEGORIES, PACKAGE},
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


def fold(name: str) -> str:
    """Fold a name so that width, case and spaces do not matter."""
    return "".join(plain(name).lower().split())
