"""The modes of travel of volunteers, with their speeds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.access import FOOT_ONLY, FOOTWAYS, NARROW, ROADS

FASTEST_M_S = 30.0
"""No speed above this is taken: it would be one in km/h (ours)."""


class SpeedRefused(ValueError):
    """A speed given in place of the usual one cannot be; ``facts`` name it and the mend."""

    def __init__(self, code: str, **facts: str) -> None:
        self.code = code
        self.facts = facts
        super().__init__(f"{code}: " + "; ".join(f"{k} {v}" for k, v in facts.items()))


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
    street_m_s, inner_m_s
        Speed on streets, and on paths and inside compounds.
    steps_m_s
        Speed on steps, for those who can use them.
    ramp_m_s
        Speed on the ramp beside steps.
    stopped_by
        Kinds of barrier too narrow for this mode although the column lets it pass, unless vans
        pass there too.
    fits
        Column that says whether this mode fits where ``passage`` lets it pass, or empty where it
        always does.
    """

    name: str
    passage: str
    oneway: str
    avoided: frozenset[str]
    street_m_s: float
    inner_m_s: float
    steps_m_s: float = 0.5
    ramp_m_s: float = 0.5
    stopped_by: frozenset[str] = frozenset()
    fits: str = ""


_STEPS = frozenset(("steps",))
_STEPS_AND_LIFTS = frozenset(("steps", "ramp", "elevator"))
SPEEDS = ("street_m_s", "inner_m_s", "steps_m_s", "ramp_m_s")
WALK_M_S = 1.2
"""Walking from the way to a door: 1.2 m/s, as on ways."""
ELEVATOR_M_S = 0.3
"""Along a lift drawn as a way, the wait for it included (ours)."""

# Each speed and its source: docs/networks.md.
# Walkers: 1.2 m/s (4 ft/s, as the American Manual on Uniform Traffic Control Devices had it for
# crossings), 0.5 m/s on steps, seen from above (Fruin 1971, Table 3-B: 100 ft/min up);
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
            oneway="oneway_foot",
            avoided=frozenset(),
            street_m_s=WALK_M_S,
            inner_m_s=WALK_M_S,
        ),
        Mode(
            name="trolley",
            passage="foot",
            oneway="oneway_foot",
            avoided=_STEPS,
            street_m_s=1.0,
            inner_m_s=1.0,
            stopped_by=FOOT_ONLY | {"log", "debris"},
        ),
        Mode(
            name="ebike",
            passage="bike",
            oneway="oneway_bike",
            avoided=_STEPS_AND_LIFTS,
            street_m_s=15 / 3.6,
            inner_m_s=9 / 3.6,
        ),
        Mode(
            name="tricycle",
            passage="bike",
            oneway="oneway_bike",
            avoided=_STEPS_AND_LIFTS,
            street_m_s=12 / 3.6,
            inner_m_s=8 / 3.6,
            stopped_by=NARROW,
            fits="tricycle",
        ),
        Mode(
            name="van",
            passage="van",
            oneway="oneway",
            avoided=_STEPS_AND_LIFTS,
            street_m_s=24 / 3.6,
            inner_m_s=10 / 3.6,
        ),
    )
}
_INNER = (FOOTWAYS | {"service", "living_street", "track"}) - ROADS | {"service", "living_street"}


def modes_with(speeds: Mapping[str, Mapping[str, float]]) -> dict[str, Mode]:
    """Give all modes, some with other speeds: ``{"ebike": {"inner_m_s": 2.0}}``.

    Raises
    ------
    SpeedRefused
        If a mode or a speed is unknown, or one is not above nothing and at most
        :data:`FASTEST_M_S`.
    """
    changed = dict(MODES)
    for name, mine in speeds.items():
        if name not in MODES:
            raise SpeedRefused(
                "map.speed-mode-unknown", found=str(name), mend="use one of " + ", ".join(MODES)
            )
        for field, value in mine.items():
            _check_speed(name, field, value)
        changed[name] = replace(MODES[name], **dict[str, Any](mine))
    return changed


def speed_m_s(mode: Mode, highway: str) -> float:
    """Give the speed of a mode on one kind of way."""
    fixed = {"steps": mode.steps_m_s, "ramp": mode.ramp_m_s, "elevator": ELEVATOR_M_S}
    if highway in fixed:
        return fixed[highway]
    return mode.inner_m_s if highway in _INNER else mode.street_m_s


def may_use(mode: Mode, frame: Any) -> npt.NDArray[np.bool_]:
    """Tell for each row of ways, gates or barriers whether its columns let a mode pass."""
    allowed = frame[mode.passage].to_numpy(dtype=bool)
    return np.asarray(allowed & frame[mode.fits].to_numpy(dtype=bool) if mode.fits else allowed)


def lets_pass(mode: Mode, frame: Any) -> npt.NDArray[np.bool_]:
    """Tell for each row of gates or barriers whether a mode may pass it while it is open."""
    passes = may_use(mode, frame)
    narrow = frame["barrier"].isin(mode.stopped_by).to_numpy(dtype=bool)
    return np.asarray(passes & ~(narrow & ~frame["van"].to_numpy(dtype=bool)))


def _check_speed(mode: str, field: str, value: float) -> None:
    if field not in SPEEDS:
        raise SpeedRefused(
            "map.speed-field-unknown",
            mode=mode,
            found=field,
            mend="use one of " + ", ".join(SPEEDS),
        )
    if isinstance(value, bool) or not 0 < value <= FASTEST_M_S:
        raise SpeedRefused(
            "map.speed-refused",
            mode=mode,
            field=field,
            found=str(value),
            mend=f"give metres per second above 0 and at most {FASTEST_M_S:.0f}",
        )
