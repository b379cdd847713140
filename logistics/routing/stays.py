"""How long couriers stay where they bring goods to the doors, not to the slot."""

from collections.abc import Sequence

from geodata.district import District
from geodata.inside.carrying import CarryRefused, Stairwell, floor_of
from geodata.inside.walking_list import DoorBag, walking_list
from logistics.domain.planning import DropSlot, PlanInputs, WaitingBag
from logistics.domain.setup import ZONES
from logistics.routing.problem import at_once, loads_of


def door_stays(inputs: PlanInputs, district: District) -> dict[tuple[str, str], int]:
    """Reckon the way from the slot to the doors and back; by stairwell and point, in seconds.

    It comes on top of the policy's time for a stop, which ends at the slot as travel does. Only
    stairwells whose zone has goods brought to the door have one.

    Notes
    -----
    Which bags a visit of a split load brings is not known before the search. So each visit takes
    what as many bags as one load holds take from the highest floors (ours): seldom too little.
    """
    slots = {slot.id: slot for slot in inputs.slots}
    return {
        (stairwell, point): _stay_s(inputs, slots[stairwell], bags, district)
        for (stairwell, point), bags in loads_of(inputs.bags).items()
        if slots[stairwell].drop(inputs.policy).mode == "door"
    }


def _stay_s(
    inputs: PlanInputs, slot: DropSlot, bags: Sequence[WaitingBag], district: District
) -> int:
    highest = sorted(bags, key=lambda bag: (-(floor_of(bag.room) or 1), -bag.weight_g, bag.code))
    drops = [
        DoorBag(code=bag.code, room=bag.room, weight_g=bag.weight_g)
        for bag in highest[: at_once(inputs, bags)]
    ]
    try:
        stairwell = Stairwell.of(district, slot.id.removeprefix(f"{inputs.district_id}/"))
    except CarryRefused:  # the map has lost it since: by the stairs, as high as its rooms say
        top = max(floor_of(bag.room) or 1 for bag in bags)
        stairwell = Stairwell(id=slot.id, levels=max(1, top), lift="no")
    listed = walking_list(stairwell, drops, carrier="courier", zone=ZONES[slot.zone])
    return listed.total_s
