"""Generated days of contactless delivery, as large as the reference sizes of the field.

``day(size, seed)`` gives the same problem whenever it is called. Every day can be served in
principle: shifts are as long as a plain estimate of the work asks, and ``SLACK`` longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.district import District, lay_out, matrix
from solver.problem import (
    Amounts,
    Bay,
    Job,
    Matrix,
    Objective,
    Place,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
    Window,
)

Ints = NDArray[np.int64]

HOUR_S = 3600
SLACK = 1.4  # bags that all shifts can bring, by estimate, over those that there are
STOP_S, BAG_S, RELOAD_S = 120, 15, 420  # the defaults of a district's policy
SEPARATION_S = 600
SHELF_BAGS = 30
FACE_COST = 600  # seconds of travel that a further courier at a building may save
_PLENTY = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """What one kind of courier carries; an e-bike's 80 kg in 6 bags is the field's figure."""

    capacity: Amounts  # grams, millilitres, bags
    max_trips: int
    share: float


MODES = {
    "foot": Mode(capacity=(24_000, 80_000, 2), max_trips=12, share=0.06),
    "trolley": Mode(capacity=(60_000, 200_000, 5), max_trips=10, share=0.2),
    "ebike": Mode(capacity=(80_000, 240_000, 6), max_trips=12, share=0.54),
    "tricycle": Mode(capacity=(200_000, 640_000, 16), max_trips=8, share=0.2),
}
VAN_CAPACITY = (900_000, 6_000_000, 90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a day is; ``waves`` are the instants at which goods are ready."""

    stairwells: int
    bags: int
    couriers: int
    points: int
    modes: tuple[str, ...] = tuple(MODES)
    waves: tuple[int, ...] = ()
    vans: int = 0
    errands: int = 0
    pharmacies: int = 0
    shelves: bool = True


SIZES = {
    "small": Size(
        stairwells=60, bags=600, couriers=15, points=2, errands=2, pharmacies=1
    ),
    "medium": Size(
        stairwells=300, bags=3_240, couriers=90, points=7, errands=8, pharmacies=2
    ),
    "subdistrict": Size(
        stairwells=1_000, bags=10_800, couriers=300, points=24, errands=20, pharmacies=3
    ),
    "two-wave": Size(
        stairwells=300, bags=3_240, couriers=90, points=7, errands=8, pharmacies=2,
        waves=(9 * HOUR_S + 1800, 14 * HOUR_S), vans=3,
    ),
    "stops10000": Size(
        stairwells=10_000, bags=20_000, couriers=900, points=60, modes=("ebike",), shelves=False
    ),
}  # fmt: skip
"""``stops10000`` has one mode, so that its only matrix (1.6 GB) fits a small machine."""

_SHIFT_STARTS = (9 * HOUR_S, 11 * HOUR_S + 1800, 14 * HOUR_S)
_DAY_END_S = 18 * HOUR_S
_ROUND_ENDS = (11 * HOUR_S + 1200, 14 * HOUR_S - 600, 16 * HOUR_S + 1200)


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A day as it is being drawn."""

    size: Size
    seed: int
    rng: np.random.Generator
    district: District
    bags: list[tuple[Amounts, ...]]  # of each stairwell
    zone: Ints  # of each compound
    by_building: NDArray[np.bool_]  # of each compound: one slot a building
    teams: bool
    vehicles: list[Vehicle] = field(default_factory=list)

    def spots_of(self, point: int) -> tuple[int, ...]:
        """Give the locations of a point: one, or one for each of its two teams."""
        at = int(self.district.points[point])
        return (at, int(self.district.further[point])) if self.teams else (at,)


def day(size: str, seed: int) -> Problem:
    """Draw a day.

    Parameters
    ----------
    size
        One of :data:`SIZES`.
    seed
        With an odd one, couriers of each point form two teams with bays of their own that never
        share a slot.
    """
    wanted = SIZES[size]
    rng = np.random.default_rng((seed, wanted.stairwells, wanted.vans))
    teams = bool(seed % 2) and wanted.shelves
    spots = wanted.points * teams + wanted.pharmacies + (wanted.vans > 0)
    district = lay_out(wanted.stairwells, wanted.points, spots, rng)
    if teams:
        district = _with_second_spots(district)
    compounds = len(district.point_of)
    drawing = _Drawing(
        wanted, seed, rng, district, _bags(wanted, rng),
        rng.choice(3, compounds, p=(0.65, 0.25, 0.1)), rng.random(compounds) < 0.3, teams,
    )  # fmt: skip
    modes = (*wanted.modes, "van") if wanted.vans else wanted.modes
    matrices = {mode: matrix(district, mode) for mode in modes}
    crews = _crews(drawing)
    shifts_s = [_shift_s(drawing, matrices, n, crew) for n, crew in enumerate(crews)]
    jobs = _jobs(drawing, shifts_s)
    drawing.vehicles.extend(_couriers(drawing, crews, shifts_s))
    jobs = _with_persons(drawing, jobs)
    shipments = _errands(drawing)
    if wanted.vans:
        drawing.vehicles.extend(_vans(drawing))
        shipments += _transfers(drawing)
    return Problem(
        vehicles=tuple(drawing.vehicles),
        jobs=tuple(jobs),
        shipments=tuple(shipments),
        matrices=matrices,
        places=tuple(_places(drawing)) if wanted.shelves else (),
        bays=tuple(_bays(drawing)),
        separation_s=SEPARATION_S if wanted.shelves else 0,
        objective=Objective(face=FACE_COST),
        dimensions=3,
    )


def _with_second_spots(district: District) -> District:
    """Put the second team's bays of each point where the first team's are."""
    count = len(district.points)
    twin = district.further[:count] - len(district.xy) + len(district.gate_xy)
    first = district.points - len(district.xy) + len(district.gate_xy)
    gate_xy = district.gate_xy.copy()
    spots = district.size - len(district.xy)
    gate_xy[twin - spots] = gate_xy[first - spots] + (0.0, -12.0)
    return replace(district, gate_xy=gate_xy)


def _bags(size: Size, rng: np.random.Generator) -> list[tuple[Amounts, ...]]:
    """Deal the bags among stairwells; 12 kg is the field's mean (10,800 bags are 130 t)."""
    weights = rng.uniform(0.4, 1.6, size.stairwells)
    counts = 1 + rng.multinomial(size.bags - size.stairwells, weights / weights.sum())
    grams = rng.integers(5_000, 19_001, size.bags)
    litres = np.clip(grams * rng.uniform(2.2, 3.4, size.bags), 12_000, 60_000).astype(np.int64)
    rows = list(zip(grams.tolist(), litres.tolist(), [1] * size.bags, strict=True))
    ends = counts.cumsum().tolist()
    return [tuple(rows[e - c : e]) for e, c in zip(ends, counts.tolist(), strict=True)]


def _jobs(drawing: _Drawing, shifts_s: list[int]) -> list[Job]:
    district, rng, size = drawing.district, drawing.rng, drawing.size
    most = max(MODES[mode].capacity[2] for mode in size.modes)
    urgent = rng.random(size.stairwells)
    second = rng.random(size.stairwells) < 0.1
    other = rng.integers(0, size.points, size.stairwells)
    wave = _wave_of_building(drawing)
    jobs = []
    for n, parts in enumerate(drawing.bags):
        compound, building = int(district.compound[n]), int(district.building[n])
        point = int(district.point_of[compound])
        points = drawing.spots_of(point)
        if second[n] and int(other[n]) != point and size.shelves:
            points += drawing.spots_of(int(other[n]))
        window, release_s = (9 * HOUR_S, _DAY_END_S), 0
        if size.waves:
            release_s = size.waves[wave[building]]
            window = (release_s, release_s + shifts_s[point])
        jobs.append(
            Job(
                id=n + 1,
                location=n,
                service_s=STOP_S + BAG_S * min(len(parts), most),
                delivery=tuple(map(sum, zip(*parts, strict=True))),
                priority=_priority(float(urgent[n]), len(parts)),
                windows=(window,),
                place=_place_id(drawing, n) if size.shelves else None,
                building=f"B{building}",
                zone=int(drawing.zone[compound]),
                points=points,
                release_s=release_s,
                parts=parts if len(parts) > 1 else (),
            )
        )
    return jobs


def _wave_of_building(drawing: _Drawing) -> dict[int, int]:
    """Give each building a wave, so that every point has as much to bring in each."""
    district, waves = drawing.district, max(len(drawing.size.waves), 1)
    loads: dict[tuple[int, int], int] = {}
    for n, parts in enumerate(drawing.bags):
        key = int(district.point_of[district.compound[n]]), int(district.building[n])
        loads[key] = loads.get(key, 0) + len(parts)
    brought: dict[int, list[int]] = {}
    found = {}
    for (point, building), bags in sorted(loads.items(), key=lambda item: (-item[1], item[0])):
        so_far = brought.setdefault(point, [0] * waves)
        found[building] = so_far.index(min(so_far))
        so_far[found[building]] += bags
    return found


def _priority(drawn: float, bags: int) -> int:
    """Weigh a drop as the product does: by its most urgent household, then by its bags."""
    base = 90 if drawn < 0.3 else 50 if drawn < 0.9 else 10
    return base + min(bags, 10)


def _place_id(drawing: _Drawing, stairwell: int) -> str:
    compound = int(drawing.district.compound[stairwell])
    if drawing.by_building[compound]:
        return f"B{int(drawing.district.building[stairwell])}"
    return f"S{stairwell}"


def _places(drawing: _Drawing) -> list[Place]:
    """Give every slot its shelf, lanes and rounds: leaders of a compound go at one time."""
    district, rng = drawing.district, drawing.rng
    compounds = len(district.point_of)
    shift = rng.integers(-4, 5, compounds) * 300
    rounds = rng.integers(2, 4, compounds)
    places = {}
    for n in range(len(district.xy)):
        name, compound = _place_id(drawing, n), int(district.compound[n])
        if name in places:
            continue
        ends = [e + int(shift[compound]) for e in _ROUND_ENDS[: int(rounds[compound])]]
        shared = bool(drawing.by_building[compound])
        places[name] = Place(
            id=name,
            lanes=2 if rng.random() < 0.1 else 1,
            shelf=(_PLENTY, _PLENTY, SHELF_BAGS * (2 if shared else 1)),
            cleared=tuple(ends),
            closed=tuple((end - 600, end) for end in ends),
            separation_s=SEPARATION_S,
        )
    return list(places.values())


def _crews(drawing: _Drawing) -> list[list[str]]:
    """Name the modes of each point's couriers, by quota: walkers alone could not bring it all."""
    size = drawing.size
    shares = np.array([MODES[mode].share for mode in size.modes])
    crews = []
    for count in _deal(drawing):
        exact = shares / shares.sum() * count
        many = np.floor(exact).astype(np.int64)
        for n in np.argsort(exact - many)[::-1][: count - int(many.sum())]:
            many[n] += 1
        # In turn, so that every shift has its share of each mode.
        turn = [(k + 0.5) / m for m in many.tolist() for k in range(m)]
        kinds = [mode for mode, m in zip(size.modes, many.tolist(), strict=True) for _ in range(m)]
        crews.append([kinds[n] for n in np.argsort(turn, kind="stable")])
    return crews


def _shift_s(drawing: _Drawing, matrices: dict[str, Matrix], point: int, crew: list[str]) -> int:
    """Estimate how long shifts at a point must be: its bags over what its crew brings a second."""
    district, size = drawing.district, drawing.size
    here = np.flatnonzero(district.point_of[district.compound] == point)
    bags_here = sum(len(drawing.bags[n]) for n in here.tolist())
    mean_bags = bags_here / max(len(here), 1)
    visit_s = STOP_S + BAG_S * min(mean_bags, max(MODES[m].capacity[2] for m in size.modes))
    brings: list[tuple[float, float]] = []  # seconds of a trip, bags of it
    for name in crew:
        mode = MODES[name]
        way = matrices[name].duration_s
        there_s = float(way[district.points[point], here].mean()) if len(here) else 0.0
        # Bags of 12 kg rarely fill a crate to the gram; nine tenths of it is what is carried.
        bags = 0.9 * min(mode.capacity[2], mode.capacity[0] / 12_000)
        visits = max(1.0, bags / max(mean_bags, 1.0) + 0.3)
        trip_s = RELOAD_S + visits * visit_s + there_s * (2 + 0.5 * (visits - 1))
        brings.append((trip_s, bags))
    asked = SLACK * bags_here / max(len(size.waves), 1)
    length_s = 7200 if size.waves else 5400
    while sum(bags * (length_s // trip_s) for trip_s, bags in brings) < asked:
        length_s += 300
    return length_s


def _couriers(drawing: _Drawing, crews: list[list[str]], shifts_s: list[int]) -> list[Vehicle]:
    rng = drawing.rng
    vehicles: list[Vehicle] = []
    clean = _clean_shares(drawing)
    for point, crew in enumerate(crews):
        spots = drawing.spots_of(point)
        for n, mode in enumerate(crew):
            team = n // len(_SHIFT_STARTS) % 2 if drawing.teams else 0
            vehicles.append(
                Vehicle(
                    id=len(vehicles) + 1,
                    profile=mode,
                    description=f"{mode} of point {point + 1}",
                    type=mode,
                    start=spots[team],
                    end=spots[team],
                    points=(spots[team],),
                    capacity=MODES[mode].capacity,
                    window=_shift(drawing, n, shifts_s[point]),
                    max_trips=MODES[mode].max_trips,
                    reload_service_s=RELOAD_S,
                    zone_max=_zone_max(int(rng.choice(3, p=(0.08, 0.12, 0.8))), clean[point]),
                    cohort=f"{point + 1}{'AB'[team]}" if drawing.teams else None,
                )
            )
    return vehicles


def _clean_shares(drawing: _Drawing) -> list[list[float]]:
    """Give the share of each point's bags that lies in zones of at most each rank."""
    district = drawing.district
    bags = np.zeros((len(district.points), 3))
    of_stairwell = district.compound
    cells = district.point_of[of_stairwell], drawing.zone[of_stairwell]
    np.add.at(bags, cells, [len(parts) for parts in drawing.bags])
    return (bags.cumsum(axis=1) / np.maximum(bags.sum(axis=1), 1)[:, None]).tolist()


def _zone_max(drawn: int, clean: list[float]) -> int:
    """Keep a courier's limit only where enough lies within it: nobody is sent to sealed points."""
    return drawn if clean[drawn] >= 0.6 else 2


def _shift(drawing: _Drawing, n: int, shift_s: int) -> Window:
    if drawing.size.waves:
        # In both waves, with the hours between them free.
        return drawing.size.waves[0] - RELOAD_S, drawing.size.waves[-1] + shift_s + RELOAD_S
    starts = _SHIFT_STARTS
    start = starts[n % len(starts)] + int(drawing.rng.integers(-3, 4)) * 300
    return start, start + shift_s


def _deal(drawing: _Drawing) -> list[int]:
    """Deal couriers among points by the bags that lie there, at least two to each."""
    district = drawing.district
    loads = np.zeros(len(district.points))
    of_job = district.point_of[district.compound]
    np.add.at(loads, of_job, [len(parts) for parts in drawing.bags])
    exact = loads / loads.sum() * drawing.size.couriers
    counts = np.maximum(np.floor(exact).astype(np.int64), 2)
    for n in np.argsort(exact - counts)[::-1]:
        if counts.sum() < drawing.size.couriers:
            counts[n] += 1
    while counts.sum() < drawing.size.couriers:
        counts[(exact / counts).argmax()] += 1
    return counts.tolist()


def _bays(drawing: _Drawing) -> list[Bay]:
    """Give a point so many bays that six in ten of those on duty could load at once."""
    bays = []
    for at in sorted({v.points[0] for v in drawing.vehicles if v.profile != "van"}):
        here = [v.window for v in drawing.vehicles if v.points == (at,) and v.profile != "van"]
        crowd = max(sum(a <= start < b for a, b in here) for start, _ in here)
        bays.append(Bay(location=at, lanes=max(2, -(-crowd * 6 // 10))))
    return bays


def _with_persons(drawing: _Drawing, jobs: Sequence[Job]) -> list[Job]:
    """Name stewards (one job in 50) and couriers who know a stairwell (one in 20).

    A steward has one stairwell, and no more there than a few trips bring.
    """
    rng, kept = drawing.rng, []
    draws = rng.random(len(jobs))
    busy: set[int] = set()
    for job, drawn in zip(jobs, draws.tolist(), strict=True):
        fit = [
            v.id
            for v in (drawing.vehicles if drawn < 0.07 else ())
            if v.points[0] in job.points[:2]
            and job.zone <= v.zone_max
            and 6 <= v.capacity[2] >= job.delivery[2] / 2
            and v.id not in busy
        ]
        if not fit:
            kept.append(job)
            continue
        named = int(rng.choice(fit))
        if drawn < 0.02:
            busy.add(named)
            kept.append(replace(job, courier=named))
        else:
            kept.append(replace(job, preferred_courier=named))
    return kept


def _errands(drawing: _Drawing) -> list[Shipment]:
    """Draw medicine errands (card, pharmacy, back), and every third time a plain fetch."""
    size, rng = drawing.size, drawing.rng
    shops = drawing.district.further[size.points * drawing.teams :][: size.pharmacies]
    found: list[Shipment] = []
    for n in range(size.errands):
        home, shop = int(rng.integers(0, size.stairwells)), int(rng.choice(shops))
        number = 3 * n + 1
        if n % 3 == 2:
            first, via = ShipmentStep(id=number, location=shop, service_s=240), None
        else:
            first = ShipmentStep(id=number, location=home, service_s=120)
            via = ShipmentStep(id=number + 1, location=shop, service_s=300)
        found.append(
            Shipment(
                pickup=first,
                via=via,
                delivery=ShipmentStep(id=number + 2, location=home, service_s=120),
                amount=(600, 1_500, 0),
                priority=80,
            )
        )
    return found


def _vans(drawing: _Drawing) -> list[Vehicle]:
    depot = int(drawing.district.further[-1])
    first = len(drawing.vehicles) + 1
    return [
        Vehicle(
            id=first + n, profile="van", type="van", description="van", start=depot, end=depot,
            points=(depot,), capacity=VAN_CAPACITY, window=(6 * HOUR_S, 16 * HOUR_S),
            max_trips=10, reload_service_s=600, skills=frozenset((1,)),
        )
        for n in range(drawing.size.vans)
    ]  # fmt: skip


def _transfers(drawing: _Drawing) -> list[Shipment]:
    """Bring goods between points by van before each wave: crates, not single bags."""
    size, rng = drawing.size, drawing.rng
    found, number = [], 10_001
    for release_s in size.waves:
        for point in range(size.points):
            other = int((point + 1 + rng.integers(0, size.points - 1)) % size.points)
            bags = int(rng.integers(15, 41))
            found.append(
                Shipment(
                    pickup=ShipmentStep(
                        id=number, location=drawing.spots_of(other)[0], service_s=300,
                        windows=((release_s - 3 * HOUR_S, release_s),),
                    ),
                    delivery=ShipmentStep(
                        id=number + 1, location=drawing.spots_of(point)[0], service_s=300,
                        windows=((release_s - 3 * HOUR_S, release_s),),
                    ),
                    amount=(bags * 10_000, bags * 30_000, bags),
                    skills=frozenset((1,)),
                    priority=95,
                )
            )  # fmt: skip
            number += 2
    return found
