"""What addresses are read against: compounds, buildings and stairwells, by name and code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPlace:
    """A compound, building or stairwell, as far as addresses name it."""

    id: str
    kind: str
    parent_id: str | None
    code: str
    name_zh: str
    name_en: str
    note: str = ""
