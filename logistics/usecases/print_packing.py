"""Read what a point's packing lists and labels say (打包单、标签)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from geodata.inside.carrying import floor_of
from logistics.domain.bags import Compartment, Fragility, PackedBag, layer
from logistics.domain.custody import BagState
from logistics.domain.packing_events import UNSEALED
from logistics.domain.packing_papers import (
    BagPaper,
    PackingPapers,
    PaperLine,
    PointPapers,
    in_order,
)
from logistics.errors import Conflict
from logistics.store import packing, packing_papers, places, registry, wishes
from logistics.usecases.confirm_packing import require_bags
from logistics.usecases.pack_bags import parcel_of


class NothingToPrint(Conflict):
    """No bag of the run goes there."""

    code = "packing.nothing-to-print"


def read_papers(
    session: Session, run: str, *, point: str = "", stairwell: str = ""
) -> PackingPapers:
    """Read the bags of a run by point, in the order of delivery; of one point or stairwell only.

    Bags that were made before there were tokens get theirs.

    Raises
    ------
    RunUnknown, BagsNotMade
        If there is no such run, or its bags were not made up.
    NothingToPrint
        If no bag goes to that point or stairwell.
    """
    found = require_bags(session, run)
    area = places.district(session, found.district_id)
    bags = packing_papers.of_run(session, found.id, point=point, stairwell=stairwell)
    if not bags:
        raise NothingToPrint(
            run=found.code, point=point, stairwell=stairwell,
            mend="name a point or stairwell that gets something",
        )  # fmt: skip
    missing = [bag.id for bag in bags if not bag.token]
    tokens = packing.add_tokens(session, missing)
    registered = registry.records(session, found.district_id)
    lines = _lines(session, bags)
    per_point: dict[str, list[BagPaper]] = defaultdict(list)
    for bag in bags:
        record = registered.get(bag.household_id)
        floor = record.floor if record is not None else None
        per_point[bag.point_code].append(
            replace(
                bag,
                token=bag.token or tokens[bag.id],
                floor=floor_of(bag.room) if floor is None else floor,
                lines=lines[bag.id],
            )
        )
    named = {one.code: one for one in places.places(session, found.district_id, "point")}
    return PackingPapers(
        run_code=found.code,
        day=found.day,
        district_name=area.name,
        synthetic=area.synthetic,
        bag_weight_g=area.policy.bag_weight_g,
        cold_box_s=area.policy.cold_box_s,
        points=tuple(
            PointPapers(
                code=code,
                name_zh=named[code].name_zh,
                name_en=named[code].name_en,
                bags=in_order(of_point),
            )
            for code, of_point in sorted(per_point.items())
        ),
        goods=packing_papers.goods(session),
    )


def _lines(session: Session, bags: Sequence[BagPaper]) -> dict[str, tuple[PaperLine, ...]]:
    """Lay out each bag from the bottom, as it was packed or is meant to be."""
    goods = packing.goods(session)
    still_open = {bag.id for bag in bags if BagState(bag.state) in UNSEALED}
    inside = packing.packed(session, {bag.id for bag in bags} - still_open)
    inside |= packing.meant(session, still_open)
    steps = wishes.steps(session, (one.line_id for lines in inside.values() for one in lines))
    found = {}
    for bag in bags:
        filled = PackedBag(Compartment(bag.compartment))
        for one in inside.get(bag.id, ()):
            parcel = parcel_of(
                goods[one.item_id],
                share_id=one.share_id,
                lot_id=one.lot_id,
                quantity=one.quantity,
                step=steps[one.line_id],
            )
            filled.put(parcel, one.quantity)
        found[bag.id] = _told(filled)
    return found


def _told(filled: PackedBag) -> tuple[PaperLine, ...]:
    """Say where each item lies; shares of one item that lie on one another are one line."""
    rows: list[tuple[str, int, bool]] = []
    for parcel, quantity in filled.lines:
        fragile = parcel.fragility is Fragility.FRAGILE
        if rows and rows[-1][0] == parcel.item_id:
            rows[-1] = (parcel.item_id, rows[-1][1] + quantity, fragile)
        else:
            rows.append((parcel.item_id, quantity, fragile))
    return tuple(
        PaperLine(item_id=item_id, quantity=count, layer=layer(n, len(rows)), fragile=fragile)
        for n, (item_id, count, fragile) in enumerate(rows)
    )
