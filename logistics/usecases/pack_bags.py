"""Bring the shares to their points and pack them into bags (调拨、装袋)."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.domain.bags import BagLimit, PackedBag, Parcel, bag_code, compartment_of, pack
from logistics.domain.ids import new_id
from logistics.domain.runs import Run, Step, require
from logistics.domain.stock import Move, MoveKind, in_bag, stock
from logistics.errors import Invalid
from logistics.store import audit, bags, ledger, runs, shares, wishes
from logistics.store.bags import Home
from logistics.store.shares import GivenShare
from logistics.store.wishes import Good

log = logging.getLogger(__name__)


class PointMissing(Invalid):
    """A stairwell with goods to deliver belongs to no service point."""

    code = "stairwell.no-point"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A run after packing; ``heavy`` counts bags above the limit: one unit that is heavier."""

    run: Run
    bags: int
    households: int
    weight_g: int
    volume_ml: int
    heavy: int


@dataclass(slots=True)
class _Load:
    """Rows and moves of all bags, gathered before they are written in bulk."""

    bag_rows: list[dict[str, Any]]
    line_rows: list[dict[str, Any]]
    to_points: dict[tuple[str, str], int]
    to_bags: list[Move]


def pack_bags(session: Session, run: str, *, actor: str, at: datetime) -> Packed:
    """Pack each household's shares: transfer them to its point, then into bags.

    Bag codes follow the household codes, so the same shares make the same bags.

    Raises
    ------
    RunUnknown
        If there is no such run.
    RunOutOfOrder
        If it is not allocated.
    PointMissing
        If a household's stairwell has no service point.
    BagRuleInvalid
        If the district's bag limits allow no bag.
    """
    found = runs.get_for_update(session, run)
    becomes = require(found, Step.PACK)
    limit = _limit(runs.policy(session, found.district_id))
    per_home: dict[str, list[GivenShare]] = defaultdict(list)
    for share in shares.of_run(session, found.id):
        if share.quantity:
            per_home[share.household_id].append(share)
    steps = {line.line_id: line.step for line in wishes.frozen_lines(session, found.id)}
    catalogue = wishes.goods(session)
    load = _Load([], [], defaultdict(int), [])
    homes = bags.homes(session, list(per_home), found.district_id)
    for home in homes:
        parcels = (_parcel(s, catalogue, steps) for s in per_home[home.household_id])
        _stow(load, found, home, pack(parcels, limit), at)
    _write(session, found, load, actor=actor, at=at)
    runs.set_state(session, found.id, becomes)
    packed = Packed(
        run=runs.get(session, found.id),
        bags=len(load.bag_rows),
        households=len(homes),
        weight_g=sum(row["weight_g"] for row in load.bag_rows),
        volume_ml=sum(row["volume_ml"] for row in load.bag_rows),
        heavy=sum(
            row["weight_g"] > limit.weight_g or row["volume_ml"] > limit.volume_ml
            for row in load.bag_rows
        ),
    )
    audit.record(
        session,
        actor=actor,
        command="run.pack",
        subject=found.id,
        facts={"bags": packed.bags, "weight_g": packed.weight_g},
        at=at,
    )
    log.info("run %s packed: %d bags", found.id, packed.bags)
    return packed


def _limit(policy: Mapping[str, Any]) -> BagLimit:
    usual = BagLimit()
    return BagLimit(
        weight_g=int(policy.get("bag_weight_g", usual.weight_g)),
        volume_ml=int(policy.get("bag_volume_ml", usual.volume_ml)),
    )


def _parcel(share: GivenShare, catalogue: Mapping[str, Good], steps: Mapping[str, int]) -> Parcel:
    if share.lot_id is None or share.item_id is None:
        msg = f"share {share.id} gives {share.quantity} of no lot"
        raise ValueError(msg)
    good = catalogue[share.item_id]
    return Parcel(
        share_id=share.id,
        lot_id=share.lot_id,
        item_id=share.item_id,
        quantity=share.quantity,
        step=steps[share.line_id],
        weight_mg=good.weight_mg,
        volume_ul=good.volume_ul,
        compartment=compartment_of(good.category, cold=good.cold),
    )


def _stow(load: _Load, run: Run, home: Home, packed: Iterable[PackedBag], at: datetime) -> None:
    if home.point_id is None or home.point_code is None:
        raise PointMissing(
            run=run.code,
            field="point",
            stairwell=home.stairwell_code,
            household=home.code,
            mend="give the stairwell a service point in the setup",
        )
    for no, one in enumerate(packed, start=1):
        bag_id = new_id("bg", at)
        load.bag_rows.append(
            {
                "id": bag_id,
                "run_id": run.id,
                "household_id": home.household_id,
                "point_id": home.point_id,
                "code": bag_code(len(load.bag_rows) + 1),
                "no": no,
                "compartment": one.compartment.value,
                "weight_g": one.weight_g,
                "volume_ml": one.volume_ml,
                "state": "sealed",
                "custodian": f"point:{home.point_code}",
            }
        )
        for layer, (parcel, quantity) in enumerate(one.lines):
            load.line_rows.append(
                {
                    # layers count from the bottom; reading by id gives them back in order
                    "id": f"{bag_id}_{layer:03d}",
                    "bag_id": bag_id,
                    "share_id": parcel.share_id,
                    "quantity": quantity,
                }
            )
            load.to_points[home.point_code, parcel.lot_id] += quantity
            load.to_bags.append(
                Move(
                    lot_id=parcel.lot_id,
                    quantity=quantity,
                    source=stock(home.point_code),
                    target=in_bag(bag_id),
                    kind=MoveKind.PACK,
                )
            )


def _write(session: Session, run: Run, load: _Load, *, actor: str, at: datetime) -> None:
    bags.add_all(session, load.bag_rows, load.line_rows)
    depot = runs.depot_code(session, run.district_id)
    transfers = [
        Move(
            lot_id=lot_id,
            quantity=quantity,
            source=stock(depot),
            target=stock(point),
            kind=MoveKind.TRANSFER,
        )
        for (point, lot_id), quantity in sorted(load.to_points.items())
        if point != depot
    ]
    ledger.post(
        session,
        [*transfers, *load.to_bags],
        run_id=run.id,
        cause=f"pack:{run.code}",
        actor=actor,
        at=at,
    )
