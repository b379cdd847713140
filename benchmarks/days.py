"""Generated days of contactless delivery, as large as the reference sizes of the field.

``day(size, seed)`` gives the same problem whenever it is called. Every day can be served in
principle: by a plain estimate, shifts are long enough for more bags than there are.
"""

from dataclasses import replace

import numpy as np

from benchmarks.crews import bays, couriers, name_crews, shift_length_s
from benchmarks.district import District, lay_out, matrix
from benchmarks.errands import errands, transfers, vans, with_persons
from benchmarks.sizes import BAG_S, HOUR_S, MODES, SIZES, STOP_S, Drawing, Size
from solver.problem import Amounts, Job, Objective, Place, Problem

__all__ = ["SIZES", "day"]

SEPARATION_S = 600
SHELF_BAGS = 30
FACE_COST = 600  # seconds of travel that a further courier at a building may save
_PLENTY = 10**12
_DAY_END_S = 18 * HOUR_S
_ROUND_ENDS = (11 * HOUR_S + 1200, 14 * HOUR_S - 600, 16 * HOUR_S + 1200)


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
    drawing = Drawing(
        wanted, seed, rng, district, _bags(wanted, rng),
        rng.choice(3, compounds, p=(0.65, 0.25, 0.1)), rng.random(compounds) < 0.3, teams,
    )  # fmt: skip
    modes = (*wanted.modes, "van") if wanted.vans else wanted.modes
    matrices = {mode: matrix(district, mode) for mode in modes}
    crews = name_crews(drawing)
    shifts_s = [shift_length_s(drawing, matrices, n, crew) for n, crew in enumerate(crews)]
    jobs = _jobs(drawing, shifts_s)
    drawing.vehicles.extend(couriers(drawing, crews, shifts_s))
    jobs = with_persons(drawing, jobs)
    shipments = errands(drawing)
    if wanted.vans:
        drawing.vehicles.extend(vans(drawing))
        shipments += transfers(drawing)
    return Problem(
        vehicles=tuple(drawing.vehicles),
        jobs=tuple(jobs),
        shipments=tuple(shipments),
        matrices=matrices,
        places=tuple(_places(drawing)) if wanted.shelves else (),
        bays=tuple(bays(drawing)),
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


def _jobs(drawing: Drawing, shifts_s: list[int]) -> list[Job]:
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


def _wave_of_building(drawing: Drawing) -> dict[int, int]:
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


def _place_id(drawing: Drawing, stairwell: int) -> str:
    compound = int(drawing.district.compound[stairwell])
    if drawing.by_building[compound]:
        return f"B{int(drawing.district.building[stairwell])}"
    return f"S{stairwell}"


def _places(drawing: Drawing) -> list[Place]:
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
