"""Couriers of a generated day: who works where with what, how long, and how many may load."""

import numpy as np

from benchmarks.sizes import BAG_S, HOUR_S, MODES, RELOAD_S, STOP_S, Drawing
from solver.problem import Bay, Matrix, Vehicle, Window

SLACK = 1.4  # bags that all shifts can bring, by estimate, over those that there are
_SHIFT_STARTS = (9 * HOUR_S, 11 * HOUR_S + 1800, 14 * HOUR_S)


def name_crews(drawing: Drawing) -> list[list[str]]:
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


def shift_length_s(
    drawing: Drawing, matrices: dict[str, Matrix], point: int, crew: list[str]
) -> int:
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


def couriers(drawing: Drawing, crews: list[list[str]], shifts_s: list[int]) -> list[Vehicle]:
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


def _clean_shares(drawing: Drawing) -> list[list[float]]:
    """Give the share of each point's bags that lies in zones of at most each rank."""
    district = drawing.district
    bags = np.zeros((len(district.points), 3))
    of_stairwell = district.compound
    cells = district.point_of[of_stairwell], drawing.zone[of_stairwell]
    np.add.at(bags, cells, [len(parts) for parts in drawing.bags])
    shares: list[list[float]] = (
        bags.cumsum(axis=1) / np.maximum(bags.sum(axis=1), 1)[:, None]
    ).tolist()
    return shares


def _zone_max(drawn: int, clean: list[float]) -> int:
    """Keep a courier's limit only where enough lies within it: nobody is sent to sealed points."""
    return drawn if clean[drawn] >= 0.6 else 2


def _shift(drawing: Drawing, n: int, shift_s: int) -> Window:
    if drawing.size.waves:
        # In both waves, with the hours between them free.
        return drawing.size.waves[0] - RELOAD_S, drawing.size.waves[-1] + shift_s + RELOAD_S
    starts = _SHIFT_STARTS
    start = starts[n % len(starts)] + int(drawing.rng.integers(-3, 4)) * 300
    return start, start + shift_s


def _deal(drawing: Drawing) -> list[int]:
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
    return [int(count) for count in counts]


def bays(drawing: Drawing) -> list[Bay]:
    """Give a point so many bays that six in ten of those on duty could load at once."""
    bays = []
    for at in sorted({v.points[0] for v in drawing.vehicles if v.profile != "van"}):
        here = [v.window for v in drawing.vehicles if v.points == (at,) and v.profile != "van"]
        crowd = max(sum(a <= start < b for a, b in here) for start, _ in here)
        bays.append(Bay(location=at, lanes=max(2, -(-crowd * 6 // 10))))
    return bays
