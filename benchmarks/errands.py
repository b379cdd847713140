"""Errands of a generated day, vans between its points, and who is wished for where."""

from collections.abc import Sequence
from dataclasses import replace

from benchmarks.sizes import HOUR_S, VAN_CAPACITY, Drawing
from solver.problem import Job, Shipment, ShipmentStep, Vehicle


def with_persons(drawing: Drawing, jobs: Sequence[Job]) -> list[Job]:
    """Name stewards (one job in 50) and couriers who know a stairwell (one in 20).

    A steward has one stairwell, and no more there than a few trips bring. Stewards at one slot are
    of one cohort, for cohorts never share a slot.
    """
    rng, kept = drawing.rng, []
    draws = rng.random(len(jobs))
    busy: set[int] = set()
    cohorts = {v.id: v.cohort for v in drawing.vehicles}
    taken: dict[str | None, str | None] = {}
    for job, drawn in zip(jobs, draws.tolist(), strict=True):
        fit = [
            v.id
            for v in (drawing.vehicles if drawn < 0.07 else ())
            if v.points[0] in job.points[:2]
            and job.zone <= v.zone_max
            and 6 <= v.capacity[2] >= job.delivery[2] / 2
            and v.id not in busy
            and taken.get(job.place, v.cohort) == v.cohort
        ]
        if not fit:
            kept.append(job)
            continue
        named = int(rng.choice(fit))
        if drawn < 0.02:
            busy.add(named)
            taken[job.place] = cohorts[named]
            kept.append(replace(job, courier=named))
        else:
            kept.append(replace(job, preferred_courier=named))
    return kept


def errands(drawing: Drawing) -> list[Shipment]:
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


def vans(drawing: Drawing) -> list[Vehicle]:
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


def transfers(drawing: Drawing) -> list[Shipment]:
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
