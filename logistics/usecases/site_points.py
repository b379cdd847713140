"""Which point serves which buildings, and where one more point would help (点位划分).

Works on the files of a district and its setup; the result is a file for the setup to read.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.district import District, MapPlace
from geodata.travel.matrix import Stop, travel_matrix
from logistics.domain.setup import PointSetup, Policy, Setup
from logistics.errors import Invalid
from solver.siting import Ground, Territories, open_more, territories

Ints = npt.NDArray[np.int64]

UNITS = ("compound", "building", "stairwell")


class PointsInvalid(Invalid):
    """Units, loads or candidates that the district does not know."""

    code = "points.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Where a point might open."""

    code: str
    name_zh: str
    name_en: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PointShare:
    """What one point serves; times are walks from the point to the door, on foot."""

    code: str
    name_zh: str
    name_en: str
    opened: bool
    couriers: int
    units: int
    load: int
    share: float  # of the load that its couriers should have; 1 is just theirs
    mean_walk_s: int
    longest_walk_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """Who serves what.

    Attributes
    ----------
    territories
        Codes of place and point, by code of place.
    unreached
        Codes of units that no open point reaches on foot.
    gap
        How far walking and evenness might at most lie above the best, as a share.
    """

    shares: tuple[PointShare, ...]
    territories: tuple[tuple[str, str], ...]
    unreached: tuple[str, ...]
    mean_walk_s: int
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherPoints:
    """The division as it is, and with the best further points."""

    opened: tuple[str, ...]
    before: Division
    after: Division


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How to divide.

    Parameters
    ----------
    unit
        What stays together: one of :data:`UNITS`.
    tolerance
        How far a load may lie from a point's share.
    loads
        By code of stairwell, or None for one for each household.
    """

    unit: str = "building"
    tolerance: float = 0.1
    evenness: float = 0.25
    loads: Mapping[str, int] | None = None
    time_limit_s: float = 10.0

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise PointsInvalid(field="unit", value=self.unit, mend="use " + ", ".join(UNITS))
        if not (self.tolerance >= 0 and self.evenness >= 0 and self.time_limit_s > 0):
            raise PointsInvalid(
                field="tolerance",
                value=f"{self.tolerance}, {self.evenness}, {self.time_limit_s}",
                mend="give a tolerance and an evenness of 0 or more and a time above 0",
            )


def divide(district: District, setup: Setup, wish: Wish) -> Division:
    """Divide a district among the points of its setup, by couriers, near and evenly.

    Raises
    ------
    PointsInvalid
        If the setup has no point, or loads name a stairwell that the map does not have.
    """
    survey = _Survey(district, setup, (), wish, strength=0)
    found = territories(
        survey.ground,
        tolerance=wish.tolerance,
        evenness=wish.evenness,
        time_limit_s=wish.time_limit_s,
    )
    return survey.told(found, ())


def open_further(
    district: District,
    setup: Setup,
    candidates: Sequence[Candidate],
    count: int,
    wish: Wish,
    *,
    couriers: int = 0,
) -> FurtherPoints:
    """Choose where further points would open, and tell what that changes.

    Parameters
    ----------
    couriers
        Who would work at each of them; 0 for as many as a point has on average.

    Raises
    ------
    PointsInvalid
        If a candidate's code is taken, one lies far from the district, or there are none.
    SitingInvalid
        If there are fewer candidates than points to open.
    """
    taken = {place.code for place in district.places()} | {p.code for p in setup.points}
    for candidate in candidates:
        if candidate.code in taken:
            raise PointsInvalid(
                field="candidates", value=candidate.code, mend="give candidates codes of their own"
            )
        taken.add(candidate.code)
        _must_be_near(district, candidate)
    usual = round(len(setup.couriers) / max(1, len(setup.points)))
    survey = _Survey(district, setup, candidates, wish, strength=couriers or max(1, usual))
    rows = range(len(setup.points), len(setup.points) + len(candidates))
    opening = open_more(
        survey.ground,
        rows,
        count,
        tolerance=wish.tolerance,
        evenness=wish.evenness,
        time_limit_s=wish.time_limit_s,
    )
    return FurtherPoints(
        opened=tuple(survey.points[p].code for p in opening.opened),
        before=survey.told(opening.before, ()),
        after=survey.told(opening.after, opening.opened),
    )


def _must_be_near(district: District, candidate: Candidate) -> None:
    """Refuse what lies so far off that its lon and lat are likely another place's, or swapped."""
    west, south, east, north = district.bounds()
    wide, high = east - west, north - south
    inside = west - wide <= candidate.lon <= east + wide
    if not (inside and south - high <= candidate.lat <= north + high):
        raise PointsInvalid(
            field="candidates",
            value=f"{candidate.code} {candidate.lon}, {candidate.lat}",
            mend="give positions near the district as lon, lat in WGS 84",
        )


class _Survey:
    """Units of a district with their loads, and walks to them from points and candidates."""

    def __init__(
        self,
        district: District,
        setup: Setup,
        candidates: Sequence[Candidate],
        wish: Wish,
        *,
        strength: int,
    ) -> None:
        if not setup.points:
            raise PointsInvalid(field="points", value="", mend="give the setup a point")
        self.points: list[PointSetup | Candidate] = [*setup.points, *candidates]
        self.usual = len(setup.points)
        at_work: defaultdict[str, int] = defaultdict(int)
        for courier in setup.couriers:
            at_work[courier.point_code] += 1
        self.couriers = [
            max(1, at_work[p.code]) if n < self.usual else strength
            for n, p in enumerate(self.points)
        ]
        places = district.places()
        doors = [place for place in places if place.kind == "stairwell"]
        walk_s = _walks(district, self.points, doors)
        load = _loads(places, doors, setup.policy, wish.loads)
        owner = _owners(places, doors, wish.unit)
        self.units = tuple(dict.fromkeys(owner))
        row = {code: n for n, code in enumerate(self.units)}
        unit = np.array([row[code] for code in owner], dtype=np.int64)
        total = np.bincount(unit, load, len(self.units)).astype(np.int64)
        # Doors without a load still stand somewhere: they count a little.
        weight = np.maximum(load, 1)
        away = np.zeros((len(self.points), len(self.units)), dtype=np.int64)
        for p in range(len(self.points)):
            sums = np.bincount(unit, weight * np.maximum(walk_s[p], 0), len(self.units))
            away[p] = np.rint(sums / np.bincount(unit, weight, len(self.units)))
            away[p, unit[walk_s[p] < 0]] = -1
        self.unit, self.door_walk_s = unit, walk_s
        self.ground = Ground(
            load=total, walk_s=away, strength=np.array(self.couriers, dtype=np.int64)
        )

    def told(self, found: Territories, opened: Sequence[int]) -> Division:
        """Say a solution in the district's words."""
        open_rows = [*range(self.usual), *opened]
        strengths = sum(self.couriers[p] for p in open_rows)
        load = int(found.load.sum())
        shares = [
            self._share(found, p, load * self.couriers[p] / strengths, p in opened)
            for p in open_rows
        ]
        pairs = [
            (code, self.points[p].code)
            for code, p in zip(self.units, found.point.tolist(), strict=True)
            if p >= 0
        ]
        return Division(
            shares=tuple(shares),
            territories=tuple(sorted(pairs)),
            unreached=tuple(
                code for code, p in zip(self.units, found.point.tolist(), strict=True) if p < 0
            ),
            mean_walk_s=round(int(found.walk_s.sum()) / max(1, load)),
            gap=(found.cost - found.bound) / max(found.cost, 1e-9),
        )

    def _share(self, found: Territories, p: int, fair: float, opened: bool) -> PointShare:  # noqa: FBT001
        point, load = self.points[p], int(found.load[p])
        doors = self.door_walk_s[p, found.point[self.unit] == p]
        return PointShare(
            code=point.code,
            name_zh=point.name_zh,
            name_en=point.name_en,
            opened=opened,
            couriers=self.couriers[p],
            units=int((found.point == p).sum()),
            load=load,
            share=load / fair if fair else 0.0,
            mean_walk_s=round(int(found.walk_s[p]) / max(1, load)),
            longest_walk_s=int(doors.max(initial=0)),
        )


def _walks(
    district: District, points: Sequence[PointSetup | Candidate], doors: Sequence[MapPlace]
) -> Ints:
    stops = [Stop(id=f"point {p.code}", lon=p.lon, lat=p.lat) for p in points]
    stops += [Stop(id=door.id, lon=door.lon, lat=door.lat) for door in doors]
    travel = travel_matrix(district, stops, "foot")
    return travel.duration_s[: len(points), len(points) :]


def _loads(
    places: Sequence[MapPlace],
    doors: Sequence[MapPlace],
    policy: Policy,
    said: Mapping[str, int] | None,
) -> Ints:
    if said is None:
        levels = {place.id: place.levels for place in places}
        floors = [
            policy.floors(door.levels, levels.get(door.parent_id or "", 0)) for door in doors
        ]
        return np.array(floors, dtype=np.int64) * policy.rooms_per_floor
    if unknown := sorted(set(said) - {door.code for door in doors}):
        raise PointsInvalid(
            field="loads", value=unknown[0], mend="name stairwells by their codes on the map"
        )
    return np.array([said.get(door.code, 0) for door in doors], dtype=np.int64)


def _owners(places: Sequence[MapPlace], doors: Sequence[MapPlace], unit: str) -> list[str]:
    """Name the unit that each door belongs to."""
    by_id = {place.id: place for place in places}
    owners = []
    for door in doors:
        place = door
        while place.kind != unit and place.parent_id in by_id:
            place = by_id[place.parent_id]
        owners.append(place.code)
    return owners


def sites_of(district: District, setup: Setup) -> list[Candidate]:
    """Take the sites of a map as candidates: wherever goods might be handed on and no point is."""
    fitting = {"point", "market", "parcel", "depot"}
    taken = {point.code for point in setup.points}
    return [
        Candidate(
            code=row["code"] or row["id"],
            name_zh=row["name_zh"] or row["code"],
            name_en=row["name_en"] or row["code"],
            lon=float(row["geometry"].x),
            lat=float(row["geometry"].y),
        )
        for row in district.sites.to_dict("records")
        if row["kind"] in fitting and row["code"] not in taken
    ]
