"""The modes of travel of volunteers, with their speeds."""

from dataclasses import dataclass

from geodata.access import FOOTWAYS, ROADS


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """How one kind of courier moves.

    Parameters
    ----------
    passage
        Column of the district's layers that says where this mode may pass.
    oneway
        Column that says in which direction, or empty where both are always allowed.
    avoided
        Kinds of way that this mode cannot use although the column allows them.
    """

    name: str
    passage: str
    oneway: str
    avoided: frozenset[str]
    street_m_s: float
    inner_m_s: float
    steps_m_s: float = 0.5


_STEPS = frozenset(("steps",))
WALK_M_S = 1.2
"""Walking from the way to a door: 1.2 m/s, the pedestrian speed of the Highway Capacity Manual."""

# Walkers: 1.2 m/s (Highway Capacity Manual 2010, ch. 18), 0.5 m/s on steps (Fruin 1971, level C);
# a loaded hand trolley 1.0 m/s (ours). E-bikes: 15 km/h on streets, the usual limit for
# non-motor vehicles (Law on Road Traffic Safety, art. 58), and 9 km/h inside (ours, loaded).
# Tricycles: 12 and 8 km/h (ours). Vans: 24 km/h in town and 10 km/h inside compounds, where
# 5 to 15 km/h is what signs at gates usually say (ours).
MODES: dict[str, Mode] = {
    mode.name: mode
    for mode in (
        Mode(
            name="foot",
            passage="foot",
            oneway="",
            avoided=frozenset(),
            street_m_s=WALK_M_S,
            inner_m_s=WALK_M_S,
        ),
        Mode(
            name="trolley",
            passage="foot",
            oneway="",
            avoided=_STEPS,
            street_m_s=1.0,
            inner_m_s=1.0,
        ),
        Mode(
            name="ebike",
            passage="bike",
            oneway="oneway_bike",
            avoided=_STEPS,
            street_m_s=15 / 3.6,
            inner_m_s=9 / 3.6,
        ),
        Mode(
            name="tricycle",
            passage="bike",
            oneway="oneway_bike",
            avoided=_STEPS,
            street_m_s=12 / 3.6,
            inner_m_s=8 / 3.6,
        ),
        Mode(
            name="van",
            passage="van",
            oneway="oneway",
            avoided=_STEPS,
            street_m_s=24 / 3.6,
            inner_m_s=10 / 3.6,
        ),
    )
}
_INNER = (FOOTWAYS | {"service", "living_street", "track"}) - ROADS | {"service", "living_street"}


def speed_m_s(mode: Mode, highway: str) -> float:
    """Give the speed of a mode on one kind of way."""
    if highway == "steps":
        return mode.steps_m_s
    return mode.inner_m_s if highway in _INNER else mode.street_m_s
