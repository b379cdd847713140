"""What a closure would change, asked of two networks and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geodata.closures import OPEN, Shut
from geodata.district import District
from geodata.travel.joints import Stop
from geodata.travel.matrix import UNREACHABLE, TravelMatrix, travel_matrix, unreachable_stops
from geodata.travel.network import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Slower:
    """A pair of stops whose way takes longer, or none is left (``more_s`` is -1)."""

    origin: str
    target: str
    before_s: int
    after_s: int

    @property
    def more_s(self) -> int:
        """Seconds more than before; -1 if there is no way any more."""
        return UNREACHABLE if self.after_s == UNREACHABLE else self.after_s - self.before_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """What differs between two states of closure.

    Attributes
    ----------
    unreachable
        Stops newly cut off from most others, in the order given.
    reopened
        Stops that were cut off and are no more.
    slower
        Pairs between stops that stay in reach, the greatest loss first.
    faster
        Pairs whose way became shorter, the greatest gain first.
    """

    mode: str
    unreachable: tuple[str, ...]
    reopened: tuple[str, ...]
    slower: tuple[Slower, ...]
    faster: tuple[Slower, ...]
    before: TravelMatrix
    after: TravelMatrix

    @property
    def stops(self) -> tuple[str, ...]:
        """All stops that anything changes for, in the order given."""
        pairs = (*self.slower, *self.faster)
        touched = {*self.unreachable, *self.reopened}
        touched.update(stop for pair in pairs for stop in (pair.origin, pair.target))
        return tuple(stop for stop in self.before.stops if stop in touched)

    def legs(self, route: Sequence[str]) -> tuple[Slower, ...]:
        """List the legs of a trip, a row of stops, that take longer or have no way any more.

        Raises
        ------
        ValueError
            If the trip visits a stop that was not asked for.
        """
        place = {stop: number for number, stop in enumerate(self.before.stops)}
        if lost := [stop for stop in route if stop not in place]:
            msg = f"no stop {lost[0]} in the matrix"
            raise ValueError(msg)
        found = []
        for origin, target in pairwise(route):
            at = place[origin], place[target]
            before, after = int(self.before.duration_s[at]), int(self.after.duration_s[at])
            if before >= 0 and (after > before or after < 0):
                found.append(Slower(origin=origin, target=target, before_s=before, after_s=after))
        return tuple(found)


def affected(
    district: District,
    stops: Sequence[Stop],
    mode: str,
    before: Shut = OPEN,
    after: Shut = OPEN,
) -> Affected:
    """Compare two states of closure for one mode; nothing that is kept changes.

    Raises
    ------
    GateUnknown, ClosureRefused
        If a closed gate or way is not of this district.
    """
    old, new = (
        travel_matrix(district, stops, mode, network=Network.of(district, mode, shut))
        for shut in (before, after)
    )
    lost, gone = unreachable_stops(old), unreachable_stops(new)
    newly = tuple(stop for stop in gone if stop not in set(lost))
    return Affected(
        mode=mode,
        unreachable=newly,
        reopened=tuple(stop for stop in lost if stop not in set(gone)),
        slower=_pairs(old, new, set(newly), later=True),
        faster=_pairs(old, new, set(newly), later=False),
        before=old,
        after=new,
    )


def _pairs(
    old: TravelMatrix, new: TravelMatrix, left_out: set[str], *, later: bool
) -> tuple[Slower, ...]:
    a, b = old.duration_s, new.duration_s
    kept = np.array([stop not in left_out for stop in old.stops], dtype=bool)
    more = b - a
    lost, found = (a >= 0) & (b < 0), (a >= 0) & (b >= 0)
    chosen = lost | (found & (more > 0)) if later else found & (more < 0)
    chosen &= kept[:, None] & kept[None, :]
    rows, columns = np.nonzero(chosen)
    weight = np.where(lost[rows, columns], np.iinfo(np.int64).max, np.abs(more[rows, columns]))
    return tuple(
        Slower(
            origin=old.stops[rows[n]],
            target=old.stops[columns[n]],
            before_s=int(a[rows[n], columns[n]]),
            after_s=int(b[rows[n], columns[n]]),
        )
        for n in np.argsort(-weight, kind="stable").tolist()
    )
