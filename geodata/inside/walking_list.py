"""The leader's walking list: from the slot to each door, which bags when, top floor down."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, groupby, pairwise

from geodata.inside.carrying import (
    CarryPolicy,
    CarryRefused,
    Rise,
    Stairwell,
    climb_s,
    floor_of,
    ride_s,
    rise,
    stairs_s,
    storeys,
)

EXACT_WORK = 500_000
"""Sets of bags tried at most; with more, carries are chosen by rule (ours; about 0.1 s)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorBag:
    """A bag that lies on the slot.

    Parameters
    ----------
    floor
        Storey of the room; read off the room's number where it is not given.
    """

    code: str
    room: str
    weight_g: int
    floor: int | None = None

    def __post_init__(self) -> None:
        if self.weight_g < 0:
            raise CarryRefused(
                "carry.weight", bag=self.code, found=str(self.weight_g), mend="give 0 or more"
            )
        if self.floor == 0:
            raise CarryRefused(
                "carry.floor", bag=self.code, found="0", mend="the ground floor is 1, below it -1"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkRow:
    """One door of the list.

    Attributes
    ----------
    start_s
        When the carrier sets out for this door, in seconds from the beginning.
    move_s, door_s
        To come to the door, with picking up before the first of a carry; and to spend there.
    floor_known
        False where neither the room nor the bag says its storey; it is taken to be the ground.
    above_levels
        The storeys of the house by the map, where the room says one above them; 0 elsewhere. Then
        ``floor`` is the top one, and the address has to be asked for.
    too_heavy
        Whether a bag alone is more than one person carries: go with somebody.
    """

    order: int
    carry: int
    floor: int
    room: str
    bags: tuple[str, ...]
    weight_g: int
    start_s: int
    move_s: int
    door_s: int
    floor_known: bool = True
    above_levels: int = 0
    too_heavy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An address to ask about before its bags are carried.

    Attributes
    ----------
    code
        ``address.above-levels``: the room lies above the storeys that the map states.
    """

    code: str
    stairwell: str
    room: str
    bags: tuple[str, ...]
    levels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkingList:
    """Rows by carry, from the highest door of each down, and how long all of it takes.

    Attributes
    ----------
    back_s
        Way back to the slot after each carry.
    """

    stairwell: str
    rise: Rise
    rows: tuple[WalkRow, ...]
    back_s: tuple[int, ...]

    @property
    def carries(self) -> int:
        """How many times the carrier goes."""
        return len(self.back_s)

    @property
    def total_s(self) -> int:
        """Seconds until the carrier is back at the slot for good."""
        return sum(row.move_s + row.door_s for row in self.rows) + sum(self.back_s)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Ask about each room that cannot be where it says, in the order of the list."""
        asked: dict[tuple[str, int], tuple[str, ...]] = {}
        for row in self.rows:
            if row.above_levels:
                key = (row.room, row.above_levels)
                asked[key] = (*asked.get(key, ()), *row.bags)
        return tuple(
            Question(
                code="address.above-levels",
                stairwell=self.stairwell,
                room=room,
                bags=bags,
                levels=levels,
            )
            for (room, levels), bags in asked.items()
        )


@dataclass(frozen=True, slots=True)
class _Bag:
    floor: int
    room: str
    code: str
    weight_g: int
    known: bool
    above_levels: int


@dataclass(frozen=True, slots=True)
class _Visit:
    floor: int
    room: str
    bags: tuple[_Bag, ...]
    move_s: int
    door_s: int


_Carry = tuple[_Bag, ...]


def walking_list(
    stairwell: Stairwell,
    drops: Iterable[DoorBag],
    policy: CarryPolicy | None = None,
    *,
    carrier: str = "leader",
    zone: str = "",
) -> WalkingList:
    """Divide the bags of a slot into carries and put each carry into order.

    Raises
    ------
    CarryRefused
        If two bags have one code.

    Notes
    -----
    Which bags go together is the capacitated routing of one line: the carry that holds the
    highest bag left is chosen first, over all sets that it may hold, by dynamic programming over
    sets while there are few enough (:data:`EXACT_WORK`), so that no division is faster. With more
    bags the best division of the bags in their order is taken (Beasley's split, 1983), from the
    top and by weight, and the better of both.
    """
    policy = policy or CarryPolicy()
    how = rise(stairwell, policy, carrier=carrier, zone=zone)
    bags = _ordered(drops, stairwell)
    walk = _Walk(how, policy)
    carries = sorted(_divided(bags, walk), key=lambda carry: _top_down(carry[0]))
    return _listed(stairwell, how, [_arranged(carry) for carry in carries], walk)


class _Walk:
    """What a carry may hold and how long it takes."""

    def __init__(self, how: Rise, policy: CarryPolicy) -> None:
        self._how = how
        self._policy = policy
        self._rides = how.lift and policy.lift_trolley
        self.most = policy.lift_bags if self._rides else policy.hand_bags
        self.most_g = policy.lift_weight_g if self._rides else policy.hand_weight_g

    def fits(self, carry: Sequence[_Bag]) -> bool:
        if len(carry) == 1:
            return True  # what is too heavy for one person goes alone, and the list says so
        return len(carry) <= self.most and sum(bag.weight_g for bag in carry) <= self.most_g

    def too_heavy(self, bags: Sequence[_Bag]) -> bool:
        return any(bag.weight_g > self._policy.hand_weight_g for bag in bags)

    def seconds(self, carry: _Carry) -> int:
        visits, back_s = self.visits(carry)
        return sum(visit.move_s + visit.door_s for visit in visits) + back_s

    def visits(self, carry: _Carry) -> tuple[list[_Visit], int]:
        """Walk a carry that is in order; whole seconds, so that they add up."""
        policy, load_g = self._policy, sum(bag.weight_g for bag in carry)
        before_s = policy.pickup_s + policy.pickup_bag_s * len(carry)
        visits: list[_Visit] = []
        here = 1
        for (floor, room), group in groupby(carry, key=lambda bag: (bag.floor, bag.room)):
            bags = tuple(group)
            move_s = before_s + self._move_s(here, floor, load_g, first=not visits)
            door_s = policy.door_s + policy.door_bag_s * len(bags)
            visits.append(_Visit(floor, room, bags, math.ceil(move_s), math.ceil(door_s)))
            load_g -= sum(bag.weight_g for bag in bags)
            here, before_s = floor, 0.0
        return visits, math.ceil(self._back_s(here))

    def _move_s(self, here: int, there: int, load_g: int, *, first: bool) -> float:
        if first:
            return climb_s(there, load_g, self._how, self._policy)
        count = abs(_level(there) - _level(here))
        if self._rides:
            return ride_s(count, self._policy)
        return stairs_s(count, load_g, self._policy, up=_level(there) > _level(here))

    def _back_s(self, here: int) -> float:
        down_s = stairs_s(storeys(here), 0, self._policy, up=here < 1)
        if not self._how.lift:
            return down_s
        ride = ride_s(storeys(here), self._policy) + (self._how.disinfect_s if here != 1 else 0)
        # a trolley cannot be walked down; without one, whatever is quicker
        return ride if self._rides else min(down_s, ride)


def _level(floor: int) -> int:
    """Count a floor from the ground floor, which is 0."""
    return floor - 1 if floor > 0 else floor


def _ordered(drops: Iterable[DoorBag], stairwell: Stairwell) -> list[_Bag]:
    bags = []
    for drop in drops:
        said = drop.floor if drop.floor is not None else floor_of(drop.room)
        floor = said or 1
        bags.append(
            _Bag(
                floor=stairwell.reached(floor),
                room=drop.room,
                code=drop.code,
                weight_g=drop.weight_g,
                known=said is not None,
                above_levels=stairwell.levels if stairwell.above(floor) else 0,
            )
        )
    codes = sorted(bag.code for bag in bags)
    for one, two in pairwise(codes):
        if one == two:
            raise CarryRefused("carry.bag-twice", bag=one, mend="name each bag once")
    return sorted(bags, key=_top_down)


def _top_down(bag: _Bag) -> tuple[int, str, str]:
    return -bag.floor, bag.room, bag.code


def _arranged(carry: Sequence[_Bag]) -> _Carry:
    return tuple(sorted(carry, key=_top_down))


def _divided(bags: list[_Bag], walk: _Walk) -> list[_Carry]:
    cost = cache(walk.seconds)
    if _work(len(bags), walk.most) <= EXACT_WORK:
        return _best_sets(bags, walk, cost)
    by_weight = sorted(bags, key=lambda bag: (-bag.floor, -bag.weight_g, bag.room, bag.code))
    found = [_best_split(order, walk, cost) for order in (bags, by_weight)]
    found.append(_first_fit(bags, walk))
    return min(found, key=lambda carries: sum(cost(carry) for carry in carries))


def _work(count: int, most: int) -> int:
    """Bound how many sets the exact division looks at."""
    sizes = range(min(most, count))
    return int(sum(math.comb(max(count - 1, 0), size) for size in sizes)) << max(count - 1, 0)


def _best_sets(bags: list[_Bag], walk: _Walk, cost: Callable[[_Carry], int]) -> list[_Carry]:
    """Divide so that nothing is faster: try all carries of the first bag that is left."""

    @cache
    def best(left: int) -> tuple[int, int]:
        """Give the least seconds for the bags left, and the first carry, both as bit sets."""
        if not left:
            return 0, 0
        numbers = [number for number in range(len(bags)) if left >> number & 1]
        first, others = numbers[0], numbers[1:]
        found = (1 << 62, 0)
        for size in range(min(walk.most, len(numbers))):
            for more in combinations(others, size):
                carry = tuple(bags[number] for number in (first, *more))
                if not walk.fits(carry):
                    continue
                taken = sum(1 << number for number in (first, *more))
                found = min(found, (cost(carry) + best(left & ~taken)[0], taken))
        return found

    carries, left = [], (1 << len(bags)) - 1
    while left:
        taken = best(left)[1]
        carries.append(tuple(bag for number, bag in enumerate(bags) if taken >> number & 1))
        left &= ~taken
    return carries


def _best_split(bags: list[_Bag], walk: _Walk, cost: Callable[[_Carry], int]) -> list[_Carry]:
    """Cut an order into carries of neighbours in the fastest way."""
    least, cut = [0], [0]
    for end in range(1, len(bags) + 1):
        tried = []
        for begin in range(end - 1, -1, -1):
            if not walk.fits(bags[begin:end]):
                break
            tried.append((least[begin] + cost(_arranged(bags[begin:end])), begin))
        seconds, begin = min(tried)
        least.append(seconds)
        cut.append(begin)
    carries, end = [], len(bags)
    while end:
        carries.append(_arranged(bags[cut[end] : end]))
        end = cut[end]
    return carries


def _first_fit(bags: list[_Bag], walk: _Walk) -> list[_Carry]:
    """Put each bag, from the top, into the first carry that has room for it."""
    carries: list[list[_Bag]] = []
    for bag in bags:
        carry = next((c for c in carries if walk.fits([*c, bag])), None)
        if carry is None:
            carries.append([bag])
        else:
            carry.append(bag)
    return [_arranged(carry) for carry in carries]


def _listed(stairwell: Stairwell, how: Rise, carries: list[_Carry], walk: _Walk) -> WalkingList:
    rows: list[WalkRow] = []
    backs: list[int] = []
    clock_s = 0
    for number, carry in enumerate(carries, start=1):
        visits, back_s = walk.visits(carry)
        for visit in visits:
            rows.append(
                WalkRow(
                    order=len(rows) + 1,
                    carry=number,
                    floor=visit.floor,
                    room=visit.room,
                    bags=tuple(bag.code for bag in visit.bags),
                    weight_g=sum(bag.weight_g for bag in visit.bags),
                    start_s=clock_s,
                    move_s=visit.move_s,
                    door_s=visit.door_s,
                    floor_known=all(bag.known for bag in visit.bags),
                    above_levels=max(bag.above_levels for bag in visit.bags),
                    too_heavy=walk.too_heavy(visit.bags),
                )
            )
            clock_s += visit.move_s + visit.door_s
        backs.append(back_s)
        clock_s += back_s
    return WalkingList(stairwell=stairwell.id, rise=how, rows=tuple(rows), back_s=tuple(backs))
