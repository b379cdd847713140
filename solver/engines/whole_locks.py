"""Locked stops of shipments whose others are not: the same trip has to make these, too."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from solver.problem import LockedStep, Shipment, Vehicle

_Legs = list[tuple[str, int]]  # (type, id) of a shipment's stops in their order


def whole(vehicles: Iterable[Vehicle], shipments: Iterable[Shipment]) -> tuple[Vehicle, ...]:
    """Give vehicles with locked steps alone, all stops of a shipment where one of them is.

    What is fetched is brought at the end of the locked trip; what is brought is fetched right
    before.
    """
    known = {leg: legs for shipment in shipments for legs in [_legs(shipment)] for leg in legs}
    return tuple(
        replace(v, locked=tuple(_completed([s for s in v.locked if s.locked], known)))
        for v in vehicles
    )


def _legs(shipment: Shipment) -> _Legs:
    legs = (("pickup", shipment.pickup), ("via", shipment.via), ("delivery", shipment.delivery))
    return [(kind, leg.id) for kind, leg in legs if leg is not None]


def _completed(
    steps: Sequence[LockedStep], known: Mapping[tuple[str, int], _Legs]
) -> Iterator[LockedStep]:
    locked = {_key(step) for step in steps}
    owed: list[LockedStep] = []  # until the end of the trip
    for step in steps:
        if step.type in ("reload", "end"):
            yield from owed
            owed = []
        legs = known.get(_key(step), [])
        mine = legs.index(_key(step)) if legs else 0
        missing = list(takewhile(lambda leg: leg not in locked, reversed(legs[:mine])))
        yield from map(_made, reversed(missing))
        yield step
        if not locked & set(legs[mine + 1 :]):
            owed += map(_made, legs[mine + 1 :])
    yield from owed


def _key(step: LockedStep) -> tuple[str, int]:
    return step.type, -1 if step.id is None else step.id


def _made(leg: tuple[str, int]) -> LockedStep:
    return LockedStep(type=leg[0], id=leg[1], locked=True)
