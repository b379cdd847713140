"""Packages (套餐包): bills of items that a household asks for by one word."""

import hashlib
from dataclasses import dataclass

from logistics.errors import Invalid, NotFound

SCOPES = ("household", "person")
KINDS = (
    "vegetable",
    "fruit",
    "meat",
    "staple",
    "infant",
    "elderly",
    "medicine",
    "hygiene",
    "emergency",
)


class PackageInvalid(Invalid):
    """A package breaks a rule."""

    code = "package.invalid"


class PackageUnknown(NotFound):
    """No package goes by this name."""

    code = "package.unknown"


@dataclass(frozen=True, slots=True)
class PackagePart:
    """An item by its Chinese name: base units in one portion, and the unit in which it is said."""

    item: str
    base_count: int
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A bill of items, for a household or for each of its members, at one of its versions.

    ``most`` is how many portions one line may ask for. A list that names a package keeps the
    version that stood when it was taken, in whole base units: a later version changes nothing
    that was asked before.
    """

    name_zh: str
    name_en: str
    kind: str
    scope: str
    parts: tuple[PackagePart, ...]
    aliases: tuple[str, ...] = ()
    most: int = 3
    version: int = 1

    def __post_init__(self) -> None:
        names = [part.item for part in self.parts]
        faults = {
            "name_zh": not self.name_zh.strip(),
            "name_en": not self.name_en.strip(),
            "kind": self.kind not in KINDS,
            "scope": self.scope not in SCOPES,
            "most": self.most <= 0,
            "parts": not names or len(set(names)) != len(names)
            or any(part.base_count <= 0 for part in self.parts),
        }  # fmt: skip
        for name, bad in faults.items():
            if bad:
                value = "、".join(names) if name == "parts" else str(getattr(self, name))
                raise PackageInvalid(package=self.name_zh[:40], field=name, value=value[:80])

    @property
    def id(self) -> str:
        """Made from the Chinese name, so that a file read twice has the same ids."""
        return "pk_" + hashlib.sha256(self.name_zh.encode()).hexdigest()[:20]

    @property
    def version_id(self) -> str:
        """Name this version of it, as the lines of a list refer to it."""
        return f"{self.id}.{self.version}"
