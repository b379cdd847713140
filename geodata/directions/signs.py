"""What a district's ways and places are called, and on which side of a gate is inside."""

from dataclasses import dataclass
from typing import ClassVar
from weakref import WeakKeyDictionary

import shapely
from shapely.geometry import Point

from geodata.access import CYCLEWAYS, FOOTWAYS, STEPS, STREETS
from geodata.district import District

WAY_KINDS = ("street", "steps", "path", "cycleway", "track", "service", "inner", "road")
"""Named streets, and what ways without a name are called by; ``inner`` are a compound's own."""
_LANES = frozenset(("service", "living_street"))
Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Names:
    """A name in Chinese and in English; either may be empty."""

    zh: str
    en: str


class Signs:
    """Names of everything that directions speak of; make it with :meth:`of`."""

    _kept: ClassVar["WeakKeyDictionary[District, Signs]"] = WeakKeyDictionary()

    def __init__(self, district: District) -> None:
        ways = district.ways
        self.way_ids: list[str] = ways["id"].tolist()
        names = zip(ways["name_zh"].tolist(), ways["name_en"].tolist(), strict=True)
        self.way_names = [Names(zh, en) for zh, en in names]
        self._highways: list[str] = ways["highway"].tolist()
        self._rows = {mark: number for number, mark in enumerate(self.way_ids)}
        self._compounds = shapely.STRtree(district.compounds.geometry.to_numpy())
        self._compound_ids: list[str] = district.compounds["id"].tolist()
        gates = zip(district.gates["id"], district.gates["compound_id"], strict=True)
        self.gate_compound: dict[str, str] = dict(gates)
        self.places = _places(district)

    @classmethod
    def of(cls, district: District) -> "Signs":
        """Return the signs of a district, kept as long as it is."""
        if district not in cls._kept:
            cls._kept[district] = cls(district)
        return cls._kept[district]

    def street(self, way_id: str) -> Names:
        """Give the names of a way by its id; empty ones if there is no such way."""
        row = self._rows.get(way_id)
        return Names("", "") if row is None else self.way_names[row]

    def place(self, mark: str) -> Names:
        """Give the names of a place by its id or code; the mark itself if there is none."""
        return self.places.get(mark, Names(mark, mark))

    def label(self, row: int) -> str:
        """Say what tells a way from others: its name, else its kind."""
        names = self.way_names[row]
        return names.zh or names.en or f"({self._kind(row)})"

    def named(self, row: int) -> bool:
        """Tell whether a way has a name."""
        return bool(self.way_names[row].zh or self.way_names[row].en)

    def is_steps(self, row: int) -> bool:
        """Tell whether a way is a flight of steps."""
        return self._highways[row] in STEPS

    def is_named_road(self, row: int) -> bool:
        """Tell whether a way is a street with a name, which people say that they cross."""
        return self.named(row) and self._highways[row] in STREETS - {"pedestrian"}

    def way_kind(self, row: int, lonlat: Spot) -> str:
        """Say by which of :data:`WAY_KINDS` a way is called at a position."""
        kind = self._kind(row)
        if kind == "steps":
            return kind
        if self.named(row):
            return "street"
        if kind in ("service", "road") and self.compounds_at(lonlat):
            return "inner"
        return kind

    def compounds_at(self, lonlat: Spot) -> frozenset[str]:
        """List the compounds that hold a position."""
        found = self._compounds.query(Point(lonlat), predicate="within")
        return frozenset(self._compound_ids[number] for number in found.tolist())

    def _kind(self, row: int) -> str:
        highway = self._highways[row]
        if highway in STEPS:
            return "steps"
        if highway in FOOTWAYS:
            return "path"
        if highway == "cycleway":
            return "cycleway"
        if highway in CYCLEWAYS:
            return "track"
        return "service" if highway in _LANES else "road"


def _places(district: District) -> dict[str, Names]:
    found: dict[str, Names] = {}
    layers = (district.sites, district.compounds, district.buildings, district.stairwells)
    for column in ("code", "id"):  # what has the id goes before what has the code
        for frame in (*layers, district.gates):
            columns = (frame[name] for name in (column, "code", "name_zh", "name_en"))
            found |= {
                mark: Names(zh or en or code, en or zh or code)
                for mark, code, zh, en in zip(*columns, strict=True)
                if mark
            }
    return found
