"""Who may pass what: OpenStreetMap's tags read as the rules of a supply loop."""

from collections.abc import Mapping
from dataclasses import dataclass

ROADS = frozenset(
    [
        "primary",
        "primary_link",
        "secondary",
        "secondary_link",
        "tertiary",
        "tertiary_link",
        "unclassified",
        "residential",
        "living_street",
        "service",
        "road",
    ]
)
"""Ways open to walkers, e-bikes and vans unless a tag says otherwise."""
FOOTWAYS = frozenset(
    ["footway", "pedestrian", "path", "steps", "corridor", "platform", "crossing"]
)
CYCLEWAYS = frozenset(("cycleway", "track", "bridleway"))
FAST = frozenset(["motorway", "motorway_link", "trunk", "trunk_link"])
"""Vans only."""
STREETS = frozenset((*ROADS - {"service"}, "pedestrian", *FAST))
"""What bounds a block of houses."""
GATES = frozenset(
    [
        "gate",
        "lift_gate",
        "swing_gate",
        "sliding_gate",
        "hampshire_gate",
        "kissing_gate",
        "entrance",
        "border_control",
        "toll_booth",
        "wicket_gate",
    ]
)
"""Barriers somebody can open or close, so that they become gates of the district."""
WALLS = frozenset(
    ["wall", "fence", "city_wall", "retaining_wall", "hedge", "guard_rail", "railing"]
)
_NARROW = frozenset(
    [
        "bollard",
        "block",
        "cycle_barrier",
        "motorcycle_barrier",
        "jersey_barrier",
        "planter",
        "chain",
        "log",
        "bus_trap",
        "cattle_grid",
        "height_restrictor",
        "kerb",
    ]
)
_FOOT_ONLY = frozenset(["turnstile", "stile", "full-height_turnstile", "kissing_gate"])
_FORBIDDEN = frozenset(("no",))
_OPEN_TO_VANS = frozenset(("cattle_grid", "height_restrictor", "kerb", "border_control"))
# Keys from the general to the special, as OpenStreetMap's access hierarchy has them:
# https://wiki.openstreetmap.org/wiki/Key:access
_KEYS = {
    "foot": ("access", "foot"),
    "bike": ("access", "vehicle", "bicycle"),
    "van": ("access", "vehicle", "motor_vehicle", "motorcar", "goods"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Which kinds of traffic may pass."""

    foot: bool
    bike: bool
    van: bool


def way_passage(tags: Mapping[str, str]) -> Passage | None:
    """Say who may use a way, or None where nobody of the loop may.

    Notes
    -----
    Private ways stay open: the loop serves the people who live behind them. ``access=no`` closes
    them, and a more special key overrides a general one.
    """
    highway = tags.get("highway", "")
    if highway in ROADS:
        usual = Passage(foot=True, bike=True, van=True)
    elif highway in FOOTWAYS:
        usual = Passage(foot=True, bike=False, van=False)
    elif highway in CYCLEWAYS:
        usual = Passage(foot=True, bike=True, van=False)
    elif highway in FAST:
        usual = Passage(foot=False, bike=False, van=True)
    else:
        return None
    passage = _restricted(tags, usual)
    return passage if passage.foot or passage.bike or passage.van else None


def barrier_passage(tags: Mapping[str, str]) -> Passage:
    """Say who may pass a barrier that stands on a way.

    Notes
    -----
    Untagged and private gates count as open, for they are opened for the loop; ``access=no`` as
    closed; hours in ``access:conditional`` are told, not judged.
    """
    kind = tags["barrier"]
    if kind in _FOOT_ONLY:
        usual = Passage(foot=True, bike=False, van=False)
    elif kind in _NARROW:
        usual = Passage(foot=True, bike=True, van=kind in _OPEN_TO_VANS)
    elif kind in GATES:
        usual = Passage(foot=True, bike=True, van=True)
    elif kind in WALLS:
        usual = Passage(foot=False, bike=False, van=False)
    else:
        usual = Passage(foot=True, bike=True, van=True)
    return _restricted(tags, usual)


def barrier_note(tags: Mapping[str, str]) -> str:
    """Repeat what the map says of access and hours at a gate."""
    told = [
        f"{key}={tags[key]}"
        for key in ("access", "foot", "bicycle", "motor_vehicle", "motorcar")
        if key in tags
    ]
    told += [tags[key] for key in ("opening_hours", "access:conditional", "note") if key in tags]
    return "; ".join(told)


def oneways(tags: Mapping[str, str]) -> tuple[int, int]:
    """Give the direction for vans and for bikes: 1 along the line, -1 against it, 0 both."""
    value = tags.get("oneway", "yes" if tags.get("junction") == "roundabout" else "no")
    van = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1}.get(value, 0)
    bike = (
        0 if tags.get("oneway:bicycle") == "no" or "opposite" in tags.get("cycleway", "") else van
    )
    return van, bike


def is_covered(tags: Mapping[str, str]) -> bool:
    """Tell whether a way runs over, under or through what the map draws across it."""
    return any(tags.get(key, "no") != "no" for key in ("bridge", "tunnel", "covered", "indoor"))


def _restricted(tags: Mapping[str, str], usual: Passage) -> Passage:
    return Passage(
        foot=_judged(tags, "foot", usual=usual.foot),
        bike=_judged(tags, "bike", usual=usual.bike),
        van=_judged(tags, "van", usual=usual.van),
    )


def _judged(tags: Mapping[str, str], kind: str, *, usual: bool) -> bool:
    for key in reversed(_KEYS[kind]):
        value = tags.get(key)
        if value is None or value.startswith("conditional"):
            continue
        if value in _FORBIDDEN:
            return False
        if key != "access":
            return True  # named for this very traffic: it overrides what such a way usually is
        return usual
    return usual
