"""Bring the shares to their points and say what goes into which bag (调拨、装袋)."""

import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.domain.bags import BagLimit, Parcel, bag_code, compartment_of
from logistics.domain.bringing import transfers
from logistics.domain.custody import BagState
from logistics.domain.ids import new_id
from logistics.domain.packing import Packing, pack
from logistics.domain.packing_events import PackingEvent, PackingKind, fragility_of
from logistics.domain.runs import Run, Step, require
from logistics.domain.stock import Move, MoveKind, in_bag, stock
from logistics.errors import Invalid
from logistics.store import audit, bags, ledger, packing, runs, shares, stocks, wishes
from logistics.store.bags import Home
from logistics.store.packing import PackGood
from logistics.store.shares import GivenShare

log = logging.getLogger(__name__)


class PointMissing(Invalid):
    """A stairwell with goods to deliver belongs to no service point."""

    code = "stairwell.no-point"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A run after its bags were made up.

    ``heavy`` counts bags above the limit: one unit that is heavier. No packing has fewer bags than
    ``fewest``; ``confirmed`` says that all of them count as packed and sealed.
    """

    run: Run
    bags: int
    households: int
    weight_g: int
    volume_ml: int
    heavy: int
    fewest: int
    confirmed: bool


@dataclass(slots=True)
class _Load:
    """Rows and moves of all bags, gathered before they are written in bulk."""

    fewest: int = 0
    bag_rows: list[dict[str, Any]] = field(default_factory=list)
    line_rows: list[dict[str, Any]] = field(default_factory=list)
    to_points: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    to_bags: list[Move] = field(default_factory=list)


def pack_bags(
    session: Session, run: str, *, actor: str, at: datetime, confirm: bool = True
) -> Packed:
    """Say what goes into which bag of each household, and transfer the goods to its point.

    With ``confirm`` all bags count as packed and sealed at once, as small districts and rehearsals
    do it; without, they are planned until their point says that they are packed
    (:mod:`logistics.usecases.confirm_packing`). Bag codes follow the household codes, so the same
    shares make the same bags.

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
    limit = bag_limit(runs.policy(session, found.district_id))
    per_home: dict[str, list[GivenShare]] = defaultdict(list)
    for share in shares.of_run(session, found.id):
        if share.quantity:
            per_home[share.household_id].append(share)
    steps = {line.line_id: line.step for line in wishes.frozen_lines(session, found.id)}
    catalogue = packing.goods(session)
    load = _Load()
    homes = bags.homes(session, list(per_home), found.district_id)
    for home in homes:
        parcels = (_parcel(s, catalogue, steps) for s in per_home[home.household_id])
        _stow(load, found, home, pack(parcels, limit), at)
    _write(session, found, load, confirm=confirm, actor=actor, at=at)
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
        fewest=load.fewest,
        confirmed=confirm,
    )
    audit.record(
        session,
        actor=actor,
        command="run.pack",
        subject=found.id,
        facts={"bags": packed.bags, "weight_g": packed.weight_g, "confirmed": confirm},
        at=at,
    )
    log.info("run %s packed: %d bags", found.id, packed.bags)
    return packed


def bag_limit(policy: Mapping[str, Any]) -> BagLimit:
    """Read from a district's policy what one bag carries and what goods bear.

    Raises
    ------
    BagRuleInvalid
        If that allows no bag.
    """
    usual = BagLimit()
    return BagLimit(
        weight_g=int(policy.get("bag_weight_g", usual.weight_g)),
        volume_ml=int(policy.get("bag_volume_ml", usual.volume_ml)),
        firm_g=int(policy.get("bag_bears_firm_g", usual.firm_g)),
        fragile_g=int(policy.get("bag_bears_fragile_g", usual.fragile_g)),
    )


def parcel_of(good: PackGood, *, share_id: str, lot_id: str, quantity: int, step: int) -> Parcel:
    """Make the parcel of a share: what it weighs, where it may lie, what it bears."""
    return Parcel(
        share_id=share_id,
        lot_id=lot_id,
        item_id=good.id,
        quantity=quantity,
        step=step,
        weight_mg=good.weight_mg,
        volume_ul=good.volume_ul,
        compartment=compartment_of(good.category, cold=good.cold),
        fragility=fragility_of(good.category, fragile=good.fragile),
    )


def _parcel(
    share: GivenShare, catalogue: Mapping[str, PackGood], steps: Mapping[str, int]
) -> Parcel:
    if share.lot_id is None or share.item_id is None:
        msg = f"share {share.id} gives {share.quantity} of no lot"
        raise ValueError(msg)
    return parcel_of(
        catalogue[share.item_id],
        share_id=share.id,
        lot_id=share.lot_id,
        quantity=share.quantity,
        step=steps[share.line_id],
    )


def _stow(load: _Load, run: Run, home: Home, packed: Packing, at: datetime) -> None:
    if home.point_id is None or home.point_code is None:
        raise PointMissing(
            run=run.code,
            field="point",
            stairwell=home.stairwell_code,
            household=home.code,
            mend="give the stairwell a service point in the setup",
        )
    load.fewest += packed.fewest
    for no, one in enumerate(packed.bags, start=1):
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


def _write(
    session: Session, run: Run, load: _Load, *, confirm: bool, actor: str, at: datetime
) -> None:
    cause = f"pack:{run.code}"
    state = BagState.SEALED if confirm else BagState.PLANNED
    rows = [{**row, "state": state.value} for row in load.bag_rows]
    bags.add_all(session, rows, load.line_rows if confirm else ())
    ids = [row["id"] for row in load.bag_rows]
    packing.add_tokens(session, ids)
    depot = runs.depot_code(session, run.district_id)
    there = stocks.at_points(session, {lot_id for _, lot_id in load.to_points})
    moves = transfers(load.to_points, there, depot)
    if confirm:
        moves += load.to_bags
        events = [(bag_id, _sealed(run, bag_id, at)) for bag_id in ids]
        packing.add_events(session, events, actor=actor, recorded_at=at)
    else:
        lines = [
            {**row, "id": f"bp_{row['id']}", "reason": "planned", "cause": cause}
            for row in load.line_rows
        ]
        packing.add_plan_lines(session, lines, actor=actor, at=at)
    ledger.post(session, moves, run_id=run.id, cause=cause, actor=actor, at=at)


def _sealed(run: Run, bag_id: str, at: datetime) -> PackingEvent:
    return PackingEvent(
        bag=bag_id, kind=PackingKind.SEAL, key=f"pack/{run.id}/{bag_id}", at=at, how="hand"
    )
