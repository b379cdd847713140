"""What is found on a map: the codes there are, and a finding with its place and its facts.

A finding holds no sentence. Who prints it has one for each code in each language, and fills it
with the place and the facts, so the codes and the names of their facts are kept here as data.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
Fact = str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """How much a finding weighs, and the names of the facts that each such finding gives."""

    severity: Severity
    facts: frozenset[str]


def _error(*facts: str) -> Code:
    return Code(severity="error", facts=frozenset(facts))


def _warning(*facts: str) -> Code:
    return Code(severity="warning", facts=frozenset(facts))


def _note(*facts: str) -> Code:
    return Code(severity="note", facts=frozenset(facts))


_NAMES = ("name_zh", "name_en")

CODES: Mapping[str, Code] = MappingProxyType(
    {
        "building.compound-unknown": _warning(),
        "building.twice": _warning("other"),
        "building.without-stairwell": _warning(*_NAMES),
        "code.repeated": _error("repeated", "count", "layer", "kind"),
        "compound.closed": _warning(*_NAMES),
        "compound.derived": _note("rule"),
        "compound.without-gate": _warning(*_NAMES),
        "district.edited": _note("count"),
        "district.findings-older": _note("count"),
        "district.synthetic": _note("size", "seed"),
        "edit.lost": _warning("action", "kind", "refusal", "value"),
        "gate.apart": _warning(*_NAMES),
        "gate.hours-unreadable": _error("hours", "position"),
        "geometry.invalid": _error("fault", "spot"),
        "geometry.out-of-range": _error(),
        "layers.coordinates-swapped": _warning(),
        "layers.datum-doubted": _warning("file", "layer", "system", "datum"),
        "layers.datum-mixed": _error("shift_m", "layer", "against", "datum"),
        "layers.geometry-mended": _warning("fault", "spot"),
        "layers.layer-unused": _note("layers"),
        "map.barrier-apart": _note("count"),
        "map.condition-unread": _note("count"),
        "map.coordinates-out-of-range": _warning("said_lon", "said_lat"),
        "map.coordinates-swapped": _warning("said_lon", "said_lat"),
        "map.hours-unreadable": _warning("hours", "position"),
        "map.id-repeated": _warning(),
        "map.outline-broken": _warning("outline"),
        "map.outline-clipped": _note("outline", "count"),
        "map.outline-mended": _warning("outline"),
        "map.outline-open": _warning("outline"),
        "map.relation-broken": _warning("outline"),
        "map.way-clipped": _note("count"),
        "map.way-unused": _note("count"),
        "network.island": _warning("count"),
        "network.way-blocked": _warning("mode"),
        "reach.area": _warning("places"),
        "reach.barrier": _warning("places"),
        "reach.behind-wall": _warning("places"),
        "reach.gate": _warning("places"),
        "reach.hidden": _warning("places"),
        "reach.island": _warning("places"),
        "reach.mode": _warning("places"),
        "reach.nothing-near": _warning("within_m"),
        "reach.wall": _warning("places"),
        "reach.way": _warning("places"),
        "snap.hidden": _warning("mode", "walk_m"),
        "snap.nowhere": _warning("mode", "within_m"),
        "stairwell.apart": _warning(*_NAMES, "away_m"),
        "stairwell.derived": _note(),
        "stairwell.high-without-lift": _note(*_NAMES, "levels"),
        "way.hours-unreadable": _error("hours", "position"),
        "ways.island": _warning("count"),
        "ways.none": _error(),
    }
)
"""Every code of a finding."""

_LAYERS = (
    "compounds",
    "buildings",
    "stairwells",
    "gates",
    "barriers",
    "walls",
    "ways",
    "areas",
    "sites",
)
WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "against": _LAYERS,
        # kinds of unsoundness by GEOS, as is_valid_reason says them
        "fault": (
            "topology-validation-error",
            "repeated-point",
            "hole-lies-outside-shell",
            "holes-are-nested",
            "interior-is-disconnected",
            "self-intersection",
            "ring-self-intersection",
            "nested-shells",
            "duplicate-rings",
            "too-few-points-in-geometry-component",
            "invalid-coordinate",
            "ring-is-not-closed",
            "unsound",
        ),
        "layer": _LAYERS,
        "mode": ("foot", "trolley", "ebike", "tricycle", "van"),
        "outline": (
            "building",
            "residential",
            "wall",
            "water",
            "park",
            "field",
            "square",
            "market",
            "health",
            "parcel",
            "checkpoint",
            "depot",
            "point",
            "sampling",
        ),
        "rule": ("wall", "block", "cluster"),
        "size": ("small", "medium", "subdistrict"),
    }
)
"""Facts that are words, and which: a reader has a word of the own language for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is odd about a place, or was derived or dropped there by a stated rule.

    Parameters
    ----------
    code
        One of :data:`CODES`.
    place
        Id of the place, or what else names it in the map's source.
    facts
        What the code asks for, by name.
    lon, lat
        Where it is, if it is no place of the district that could be looked up.
    """

    code: str
    place: str
    facts: Mapping[str, Fact] = field(default_factory=dict, hash=False)
    lon: float | None = None
    lat: float | None = None

    def __post_init__(self) -> None:
        if self.code not in CODES:
            msg = f"no such code of a finding: {self.code!r}"
            raise ValueError(msg)
        if self.facts.keys() != CODES[self.code].facts:
            msg = f"{self.code} needs {sorted(CODES[self.code].facts)}, not {sorted(self.facts)}"
            raise ValueError(msg)
        for name, words in WORDS.items():
            if name in self.facts and self.facts[name] not in words:
                msg = f"{self.code}: {name} must be one of {words}, not {self.facts[name]!r}"
                raise ValueError(msg)

    @property
    def severity(self) -> Severity:
        """How much it weighs."""
        return CODES[self.code].severity


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingText:
    """A finding in the language of a reader: what there is, and what would mend it."""

    message: str
    mend: str


Speaker = Callable[[Finding], FindingText]
"""Who prints findings gives one, for texts are kept there."""


def unsoundness(reason: str) -> dict[str, Fact]:
    """Turn what GEOS says of an unsound shape into the facts ``fault`` and ``spot``.

    Parameters
    ----------
    reason
        As ``shapely.is_valid_reason`` gives it: ``Self-intersection[120.1 30.2]``.
    """
    said, _, spot = reason.partition("[")
    fault = said.strip().lower().replace(" ", "-")
    return {
        "fault": fault if fault in WORDS["fault"] else "unsound",
        "spot": spot.rstrip("]") or "-",
    }
