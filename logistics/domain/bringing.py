"""From which point goods are brought to the points that pack them (调拨)."""

from collections import defaultdict
from collections.abc import Mapping

from logistics.domain.stock import Move, MoveKind, stock

AtPoints = Mapping[tuple[str, str], int]
"""Quantities by point code and lot."""


def transfers(needed: AtPoints, there: AtPoints, depot: str) -> list[Move]:
    """Bring to each point what it needs and has not got.

    A point's own goods serve its own need first. What is spare comes from the depot, then from
    other points by code; what nobody has is asked of the depot, where the ledger refuses it.
    """
    spare: dict[str, dict[str, int]] = defaultdict(dict)
    for (point, lot_id), quantity in there.items():
        left = quantity - needed.get((point, lot_id), 0)
        if left > 0:
            spare[lot_id][point] = left
    moves: list[Move] = []
    for (point, lot_id), quantity in sorted(needed.items()):
        lacks = quantity - there.get((point, lot_id), 0)
        others = spare[lot_id]
        for source in sorted(others, key=lambda code: (code != depot, code)):
            part = min(lacks, others[source])
            if part <= 0:
                continue
            others[source] -= part
            lacks -= part
            moves.append(_move(lot_id, part, source, point))
        if lacks > 0 and point != depot:
            moves.append(_move(lot_id, lacks, depot, point))
    return moves


def _move(lot_id: str, quantity: int, source: str, target: str) -> Move:
    return Move(
        lot_id=lot_id,
        quantity=quantity,
        source=stock(source),
        target=stock(target),
        kind=MoveKind.TRANSFER,
    )
