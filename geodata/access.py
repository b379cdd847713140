"""Who may pass what: OpenStreetMap's tags read as the rules of a supply loop."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from geodata.conditions import ENDING, judge

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
    ["footway", "pedestrian", "path", "steps", "corridor", "platform", "crossing", "elevator"]
)
STEPS = frozenset(("steps", "ramp"))
"""Flights of steps; those with a ramp that takes wheels are ``ramp``, see :func:`way_kind`."""
CYCLEWAYS = frozenset(("cycleway", "track", "bridleway"))
FAST = frozenset(["motorway", "motorway_link", "trunk", "trunk_link"])
"""Vans only, unless a pavement or a cycle lane is stated."""
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
        "sally_port",
    ]
)
"""Barriers somebody can open or close, so that they become gates of the district."""
WALLS = frozenset(
    [
        "wall",
        "fence",
        "city_wall",
        "retaining_wall",
        "hedge",
        "guard_rail",
        "railing",
        "cable_barrier",
        "jersey_barrier",
    ]
)
FOOT_ONLY = frozenset(["turnstile", "stile", "full-height_turnstile", "kissing_gate"])
"""Barriers that let one walker through at a time, and nothing on wheels."""
NARROW = frozenset(
    [
        "bollard",
        "block",
        "cycle_barrier",
        "motorcycle_barrier",
        "jersey_barrier",
        "planter",
        "chain",
        "rope",
        "log",
        "debris",
        "tank_trap",
        "bar",
        "yes",
        "bump_gate",
    ]
)
"""Barriers that stop cars; a tricycle is too wide for them, a bicycle is not."""
_LOW = frozenset(("cattle_grid", "height_restrictor", "kerb", "bus_trap", "sump_buster", "spikes"))
_NOT_FOR_VANS = frozenset(("bus_trap", "sump_buster", "spikes"))
# Traffic other than that of a loop: https://wiki.openstreetmap.org/wiki/Key:access#List_of_possible_values
_FORBIDDEN = frozenset(
    [
        "no",
        "agricultural",
        "forestry",
        "agricultural;forestry",
        "military",
        "emergency",
        "use_sidepath",
        "psv",
        "bus",
    ]
)
_NO_STATEMENT = frozenset(("unknown", "variable", "discouraged", ""))
# Keys from the general to the special, as OpenStreetMap's access hierarchy has them; hgv binds
# lorries above 3.5 t, which no mode here is: https://wiki.openstreetmap.org/wiki/Key:access
_KEYS = {
    "foot": ("access", "foot"),
    "bike": ("access", "vehicle", "bicycle"),
    "van": ("access", "vehicle", "motor_vehicle", "motorcar", "goods"),
}
# https://wiki.openstreetmap.org/wiki/Key:construction
_PASSABLE_WORKS = frozenset(("no", "minor", "widening"))
_PAVED = frozenset(("both", "left", "right", "yes"))
_LANES = frozenset(("lane", "track", "opposite_lane", "opposite_track", "opposite", "shared_lane"))
BIKE_WIDTH_M = 0.7
"""An e-bike with crates (ours; GB 17761-2018 allows 0.45 m without load)."""
TRICYCLE_WIDTH_M = 1.2
"""A cargo tricycle, mirrors and load included (ours)."""
VAN_WIDTH_M = 2.0
VAN_HEIGHT_M = 2.0
VAN_MASS_T = 2.5
"""A van of the smaller kind, mirrors and load included (ours)."""
_FIGURES: Mapping[str, Mapping[str, float]] = {
    "foot": {"weight": 0.2, "width": BIKE_WIDTH_M, "height": VAN_HEIGHT_M, "axles": 1},
    "bike": {"weight": 0.5, "width": BIKE_WIDTH_M, "height": VAN_HEIGHT_M, "axles": 2},
    "van": {"weight": VAN_MASS_T, "width": VAN_WIDTH_M, "height": VAN_HEIGHT_M, "axles": 2},
}
"""What each kind of traffic weighs with its load (t) and measures, for conditions (ours)."""
_NUMBER = re.compile(r"^\s*(\d+(?:[.,]\d+)?)\s*(m|t|cm)?\s*$")


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
    Usual traffic of each kind of way: wiki, *OSM tags for routing/Access restrictions*. Private
    ways stay open, as do those for residents, customers and deliveries: the loop serves the
    people who live behind them. ``access=no`` closes them, and a more special key overrides a
    general one. Where a bicycle must be pushed (``bicycle=dismount``) a way counts as a footway:
    it is walked, not ridden.
    """
    if _is_unfinished(tags):
        return None
    usual = _usual(tags)
    if usual is None:
        return None
    passage = _fitting(tags, _restricted(tags, usual), ("maxwidth", "maxwidth:physical", "width"))
    if tags.get("bicycle") == "dismount":
        passage = Passage(foot=passage.foot, bike=False, van=passage.van)
    return passage if passage.foot or passage.bike or passage.van else None


def is_judged(tags: Mapping[str, str], key: str) -> bool:
    """Tell whether the conditions of a key are judged for all the traffic that it binds."""
    root = key.removesuffix(ENDING)
    bound = [kind for kind, keys in _KEYS.items() if root in keys]
    return bool(bound) and all(judge(tags[key], _FIGURES[kind]) is not None for kind in bound)


def barrier_passage(tags: Mapping[str, str]) -> Passage:
    """Say who may pass a barrier that stands on a way.

    Notes
    -----
    Untagged and private gates count as open, for they are opened for the loop; ``access=no`` as
    closed; hours in ``access:conditional`` are told, not judged. Where a bicycle must be pushed
    it still passes. Usual traffic of each kind: https://wiki.openstreetmap.org/wiki/Key:barrier.
    """
    kind = tags["barrier"]
    if kind in FOOT_ONLY:
        usual = Passage(foot=True, bike=False, van=False)
    elif kind in NARROW:
        usual = Passage(foot=True, bike=True, van=False)
    elif kind in _LOW:
        usual = Passage(foot=True, bike=True, van=kind not in _NOT_FOR_VANS)
    elif kind in WALLS:
        usual = Passage(foot=False, bike=False, van=False)
    else:
        usual = Passage(foot=True, bike=True, van=True)
    widths = ("maxwidth:physical", "maxwidth", "width", "opening")
    return _fitting(tags, _restricted(tags, usual), widths)


def way_kind(tags: Mapping[str, str]) -> str:
    """Name the kind of a way; steps with a ramp that takes wheels are ``ramp``.

    Notes
    -----
    ``ramp:bicycle`` is a channel for one wheel, which a hand trolley cannot use:
    https://wiki.openstreetmap.org/wiki/Key:ramp.
    """
    kind = tags.get("highway", "")
    ramps = ("ramp:wheelchair", "ramp:stroller", "ramp:luggage")
    return "ramp" if kind == "steps" and any(tags.get(k) == "yes" for k in ramps) else kind


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
    """Give the direction for vans and for bikes: 1 along the line, -1 against it, 0 both.

    Notes
    -----
    Roundabouts and motorways run along their line unless they state otherwise. Bikes follow
    ``oneway:bicycle``, then a contraflow lane (``cycleway=opposite*``, ``cycleway:left:oneway``),
    then what binds all: https://wiki.openstreetmap.org/wiki/Key:oneway,
    https://wiki.openstreetmap.org/wiki/Key:oneway:bicycle.
    """
    ring = tags.get("junction") in ("roundabout", "circular") or tags.get("highway") == "motorway"
    all_traffic = _direction(tags.get("oneway", ""))
    if all_traffic is None:
        all_traffic = 1 if ring else 0
    stated = (
        _direction(tags.get(f"oneway:{kind}", ""))
        for kind in ("goods", "motorcar", "motor_vehicle", "vehicle")
    )
    van = next((found for found in stated if found is not None), all_traffic)
    bike = _direction(tags.get("oneway:bicycle", ""))
    if bike is None:
        bike = 0 if _has_contraflow(tags) else all_traffic
    return van, bike


def oneway_for_walkers(tags: Mapping[str, str]) -> int:
    """Give the direction that binds walkers, as in stations and queues; mostly none.

    Notes
    -----
    ``oneway`` alone never binds walkers on roads: https://wiki.openstreetmap.org/wiki/Key:oneway.
    """
    found = _direction(tags.get("oneway:foot", tags.get("foot:oneway", "")))
    if found is not None:
        return found
    if tags.get("foot:backward") == "no":
        return 1
    return -1 if tags.get("foot:forward") == "no" else 0


def tricycle_fits(tags: Mapping[str, str]) -> bool:
    """Tell whether a way or barrier that bikes may pass is wide enough for a tricycle."""
    if "no" in (tags.get("tricycle"), tags.get("cargo_bike")):
        return False
    widths = ("maxwidth:physical", "maxwidth", "width", "opening")
    return _measure(tags, *widths) >= TRICYCLE_WIDTH_M


def is_covered(tags: Mapping[str, str]) -> bool:
    """Tell whether a way runs over, under or through what the map draws across it."""
    return any(tags.get(key, "no") != "no" for key in ("bridge", "tunnel", "covered", "indoor"))


def _is_unfinished(tags: Mapping[str, str]) -> bool:
    """Tell whether a way is not there yet, or no longer."""
    works = tags.get("construction", "no")
    gone = any(tags.get(key) == "yes" for key in ("disused", "abandoned", "impassable", "razed"))
    return works not in _PASSABLE_WORKS or gone


def _usual(tags: Mapping[str, str]) -> Passage | None:
    highway = tags.get("highway", "")
    if highway in ROADS or highway in FAST:
        quiet = highway in ROADS and tags.get("motorroad") != "yes"
        sides = {tags.get(f"sidewalk{side}", "") for side in ("", ":both", ":left", ":right")}
        lanes = {tags.get(f"cycleway{side}", "") for side in ("", ":both", ":left", ":right")}
        slow = quiet or not highway.startswith("motorway")
        return Passage(
            foot=quiet or (slow and bool(sides & _PAVED)),
            bike=quiet or (slow and bool(lanes & _LANES)),
            van=True,
        )
    if highway == "path":  # for all who are no motor, save on mountains
        steep = tags.get("sac_scale", "hiking") != "hiking"
        return Passage(foot=True, bike=not steep, van=False)
    if highway in FOOTWAYS:
        return Passage(foot=True, bike=False, van=False)
    if highway in CYCLEWAYS:
        firm = highway == "track" and tags.get("tracktype") == "grade1"
        return Passage(foot=True, bike=True, van=firm)
    return None


def _fitting(tags: Mapping[str, str], passage: Passage, widths: tuple[str, ...]) -> Passage:
    """Keep out what is too wide, too high or too heavy."""
    width = _measure(tags, *widths)
    height = _measure(tags, "maxheight:physical", "maxheight")
    mass = _measure(tags, "maxweight")
    return Passage(
        foot=passage.foot,
        bike=passage.bike and width >= BIKE_WIDTH_M,
        van=passage.van and width >= VAN_WIDTH_M and height >= VAN_HEIGHT_M and mass >= VAN_MASS_T,
    )


def _measure(tags: Mapping[str, str], *keys: str) -> float:
    """Read the least of some measures in metres or tonnes; without a number, no limit."""
    found = [_NUMBER.match(tags.get(key, "")) for key in keys]
    return min(
        (
            float(match[1].replace(",", ".")) / (100 if match[2] == "cm" else 1)
            for match in found
            if match
        ),
        default=float("inf"),
    )


def _direction(value: str) -> int | None:
    words = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1, "no": 0, "false": 0, "0": 0}
    return 0 if value in ("reversible", "alternating") else words.get(value)


def _has_contraflow(tags: Mapping[str, str]) -> bool:
    sides = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
    if any(tags.get(side, "").startswith("opposite") for side in sides):
        return True
    return any(tags.get(f"{side}:oneway") in ("no", "-1") for side in sides)


def _restricted(tags: Mapping[str, str], usual: Passage) -> Passage:
    return Passage(
        foot=_judged(tags, "foot", usual=usual.foot),
        bike=_judged(tags, "bike", usual=usual.bike),
        van=_judged(tags, "van", usual=usual.van),
    )


def _judged(tags: Mapping[str, str], kind: str, *, usual: bool) -> bool:
    """Let the most special key decide.

    One that allows opens what is usually closed only if it names this very traffic:
    ``access=yes`` on a footway invites no vans. Conditions on weights, measures and deliveries
    are judged and go before the plain value of their key; those on times are not.
    """
    for key in reversed(_KEYS[kind]):
        condition = tags.get(f"{key}{ENDING}", "")
        value = judge(condition, _FIGURES[kind]) or tags.get(key, "")
        if value in _NO_STATEMENT or value.startswith("conditional"):
            continue
        if value in _FORBIDDEN:
            return False
        return usual if key == "access" else True
    return usual
