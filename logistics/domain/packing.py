"""Fill few bags for one household (装袋), in a way that a person can follow.

First fit with the largest units first, in a few orders; where that may not be the fewest bags, a
search puts unit by unit into one bag less. How few bags there can be is told beside: a bound by
weight and volume, or the count itself where the search went through everything.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from logistics.domain.bags import BagLimit, Compartment, PackedBag, Parcel

SEARCHED = 3_000
"""Units that the search puts into bags before it gives up for one household."""

EXACT_UNITS = 24
"""Up to so many units of one household the search takes each by itself."""

SEARCHED_BAGS = 8
"""Where more are needed, one bag more or less is nobody's trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """The bags of one household; with ``fewest`` and the limits, no fewer bags are possible."""

    bags: tuple[PackedBag, ...]
    fewest: int

    @property
    def proven(self) -> bool:
        """Say whether no packing has fewer bags."""
        return len(self.bags) == self.fewest


def pack(parcels: Iterable[Parcel], limit: BagLimit) -> Packing:
    """Fill bags for one household: few bags, lines kept whole where that costs no bag.

    A single unit above the limit gets a bag of its own: it has to be carried anyhow. The order of
    the parcels plays no part.

    Notes
    -----
    First-fit decreasing needs at most 11/9 of the fewest bags by weight (Johnson, 1973); the bound
    is that of Martello and Toth (L2, 1990), taken for weight and for volume.
    """
    sorted_parcels = sorted(parcels, key=lambda p: (p.item_id, p.share_id))
    bags: list[PackedBag] = []
    fewest = 0
    for compartment in sorted(Compartment):
        own = [parcel for parcel in sorted_parcels if parcel.compartment is compartment]
        if own:
            found = _pack_compartment(own, limit)
            bags += found.bags
            fewest += found.fewest
    return Packing(bags=tuple(bags), fewest=fewest)


def fewest_bags(parcels: Sequence[Parcel], limit: BagLimit) -> int:
    """Return a number of bags that no packing of one compartment goes below."""
    weight_mg, volume_ul = limit.weight_g * 1000, limit.volume_ml * 1000
    alone = 0
    rest: list[Parcel] = []
    for parcel in parcels:
        unit = parcel.unit
        if unit * parcel.weight_mg > weight_mg or unit * parcel.volume_ul > volume_ul:
            alone += parcel.quantity // unit
        else:
            rest.append(parcel)
    return alone + max(
        _bound(weight_mg, [(p.weight_mg, p.quantity, p.unit) for p in rest]),
        _bound(volume_ul, [(p.volume_ul, p.quantity, p.unit) for p in rest]),
    )


def _bound(capacity: int, lines: Sequence[tuple[int, int, int]]) -> int:
    """Bound by one measure; lines are its amount in a base unit, base units, units in one."""
    sizes: list[tuple[int, int]] = []
    for measure, quantity, unit in lines:
        sizes.append((measure * unit, quantity // unit))
        if quantity % unit:
            sizes.append((measure * (quantity % unit), 1))
    best = -(-sum(size * count for size, count in sizes) // capacity)
    for small in {0, *(size for size, _ in sizes if 2 * size <= capacity)}:
        huge = sum(count for size, count in sizes if size > capacity - small)
        large = [(s, n) for s, n in sizes if s <= capacity - small and 2 * s > capacity]
        halves = sum(count for _, count in large)
        free = halves * capacity - sum(size * count for size, count in large)
        filling = sum(s * n for s, n in sizes if small <= s and 2 * s <= capacity)
        best = max(best, huge + halves + max(0, -(-(filling - free) // capacity)))
    return best


def _pack_compartment(parcels: Sequence[Parcel], limit: BagLimit) -> Packing:
    fewest = fewest_bags(parcels, limit)
    best = _first_fit(parcels, limit, whole=False)
    for order in _orders(limit):
        for whole in (True, False):
            made = _first_fit(sorted(parcels, key=order), limit, whole=whole)
            best = min(best, made, key=_worth)
        if _worth(best) == (fewest, len(parcels)):
            break
    while fewest < len(best) <= SEARCHED_BAGS:
        search = _Search(parcels, limit, len(best) - 1)
        found = search.run()
        if found is None:
            if search.complete:
                fewest = len(best)
            break
        best = found
    return Packing(bags=tuple(_in_order(best)), fewest=fewest)


def _worth(bags: Sequence[PackedBag]) -> tuple[int, int]:
    """Count bags, and lines: each line more is one that was split."""
    return len(bags), sum(len(bag.lines) for bag in bags)


def _orders(limit: BagLimit) -> Iterator[Callable[[Parcel], tuple[int, int, str, str]]]:
    weight, volume = limit.weight_g, limit.volume_ml

    def heavy(p: Parcel) -> tuple[int, int, str, str]:
        return (0, -p.weight_mg * p.step, p.item_id, p.share_id)

    def large(p: Parcel) -> tuple[int, int, str, str]:
        share = max(p.weight_mg * p.unit * volume, p.volume_ul * p.unit * weight)
        return (0, -share, p.item_id, p.share_id)

    def fragile(p: Parcel) -> tuple[int, int, str, str]:
        return (-p.fragility.rank, -p.weight_mg * p.quantity, p.item_id, p.share_id)

    yield heavy
    yield large
    yield fragile


def _first_fit(parcels: Iterable[Parcel], limit: BagLimit, *, whole: bool) -> list[PackedBag]:
    """Put each line into the first bag with room; ``whole`` opens a bag rather than split it."""
    bags: list[PackedBag] = []
    for parcel in parcels:
        left = parcel.quantity
        fits = next((bag for bag in bags if bag.room(parcel, left, limit) >= left), None)
        if fits is not None:
            fits.put(parcel, left)
            continue
        fresh = PackedBag(parcel.compartment)
        if not whole or fresh.room(parcel, left, limit) < left:
            for bag in bags:
                if room := min(left, bag.room(parcel, left, limit)):
                    bag.put(parcel, room)
                    left -= room
                    if not left:
                        break
        while left:
            fresh = PackedBag(parcel.compartment)
            bags.append(fresh)
            room = min(left, fresh.room(parcel, left, limit) or parcel.step)
            fresh.put(parcel, room)
            left -= room
    return bags


class _Search:
    """Puts units into a given number of bags, largest first, going back where none has room."""

    def __init__(self, parcels: Sequence[Parcel], limit: BagLimit, count: int) -> None:
        self.limit, self.count = limit, count
        self.steps = 0
        self.bags: list[PackedBag] = []
        exact = sum(-(-p.quantity // p.unit) for p in parcels) <= EXACT_UNITS
        self.chunks = self._sorted([c for p in parcels for c in _chunks(p, limit, exact=exact)])
        self.complete = exact

    def run(self) -> list[PackedBag] | None:
        """Return the bags, or None; ``complete`` then says whether there are none."""
        if self._put(0, 0):
            return self.bags
        self.complete = self.complete and self.steps <= SEARCHED
        return None

    def _sorted(self, chunks: list[tuple[Parcel, int]]) -> list[tuple[Parcel, int]]:
        w, v = self.limit.weight_g, self.limit.volume_ml
        return sorted(
            chunks,
            key=lambda c: (
                -max(c[0].weight_mg * c[1] * v, c[0].volume_ul * c[1] * w),
                c[0].item_id,
                c[0].share_id,
                c[1],
            ),
        )

    def _put(self, n: int, first: int) -> bool:
        """Put the chunks from ``n`` on; equal chunks never go back before bag ``first``."""
        if n == len(self.chunks):
            return True
        parcel, quantity = self.chunks[n]
        same = n + 1 < len(self.chunks) and self.chunks[n + 1] == self.chunks[n]
        opened = len(self.bags)
        for at in range(first, min(opened + 1, self.count)):
            self.steps += 1
            if self.steps > SEARCHED:
                return False
            if at == opened:
                self.bags.append(PackedBag(parcel.compartment))
            bag = self.bags[at]
            if bag.room(parcel, quantity, self.limit) >= quantity or not bag.lines:
                bag.put(parcel, quantity)
                if self._put(n + 1, at if same else 0):
                    return True
                bag.take(parcel, quantity)
            if at == opened:
                self.bags.pop()
        return False


def _chunks(parcel: Parcel, limit: BagLimit, *, exact: bool) -> Iterator[tuple[Parcel, int]]:
    """Cut a line into its units; or into parts of up to a third of a bag, where they are many."""
    part = parcel.unit
    if not exact:
        third = min(
            limit.weight_g * 1000 // (3 * parcel.weight_mg) if parcel.weight_mg else part,
            limit.volume_ml * 1000 // (3 * parcel.volume_ul) if parcel.volume_ul else part,
        )
        part = max(parcel.unit, third // parcel.unit * parcel.unit)
    left = parcel.quantity
    while left:
        yield parcel, min(part, left)
        left -= min(part, left)


def _in_order(bags: Iterable[PackedBag]) -> list[PackedBag]:
    """Put the heaviest bag first."""
    return sorted(bags, key=lambda bag: (-bag.weight_mg, [(p.share_id, q) for p, q in bag.lines]))
