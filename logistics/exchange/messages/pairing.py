"""Which amount belongs to which goods: paired at the least cost, and surely so or not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from logistics.exchange.messages.amounts import is_measure
from logistics.exchange.messages.parts import Part

SKIP = 10.0
_SKIP_PICTURE = 1.0
_AMOUNT_FIRST = 0.3  # goods come first more often than not
_AGAINST_STYLE = 0.8
_BARE = 0.5
_MISFIT = 4.0
_SIZE = 1.0
_CLEAR = 0.5  # a second way that costs as little more than this makes the first doubtful
_SHAPES = ("IA", "AI", "AIA", "IAA", "AAI")


@dataclass(frozen=True, slots=True)
class Pair:
    """Goods and their amount; ``size`` is a second amount that tells what one holds."""

    goods: Part
    amount: Part
    size: Part | None = None
    sure: bool = True


def pair_up(
    parts: Sequence[Part], fits: Callable[[Part, Part], bool]
) -> tuple[list[Pair], list[Part]]:
    """Pair goods (I, U) with amounts (A, V) that follow each other; return also what is left.

    Parameters
    ----------
    fits
        Tells whether goods can be asked for in an amount's unit.
    """
    if not parts:
        return [], []
    style = _style(parts)
    best, second = _search(parts, fits, style)
    sure = {step for step in best if step in second} if second is not None else set(best)
    pairs: list[Pair] = []
    used: set[int] = set()
    for shape, at in best:
        members = parts[at : at + len(shape)]
        pairs.append(_pair(shape, members, fits, sure=(shape, at) in sure))
        used.update(range(at, at + len(shape)))
    return pairs, [part for at, part in enumerate(parts) if at not in used]


_Steps = list[tuple[str, int]]
_Way = tuple[float, int, tuple[str, int] | None, int]  # cost, where from, last step, its rank


def _search(
    parts: Sequence[Part], fits: Callable[[Part, Part], bool], style: float
) -> tuple[_Steps, _Steps | None]:
    """Return the steps of the cheapest way and, if nearly as cheap, those of the second."""
    kept: list[list[_Way]] = [[(0.0, -1, None, 0)]]
    for end in range(1, len(parts) + 1):
        ways: list[_Way] = [
            (cost + _skip(parts[end - 1]), end - 1, None, rank)
            for rank, (cost, *_rest) in enumerate(kept[end - 1])
        ]
        for shape in _SHAPES:
            start = end - len(shape)
            if start < 0 or not _shaped(parts, start, shape):
                continue
            price = _price(parts[start:end], shape, fits, style)
            if price is None:
                continue
            ways += [
                (cost + price, start, (shape, start), rank)
                for rank, (cost, *_rest) in enumerate(kept[start])
            ]
        ways.sort(key=lambda way: way[0])
        kept.append(ways[:2])
    best = _steps(kept, 0)
    finals = kept[-1]
    if len(finals) > 1 and finals[1][0] - finals[0][0] < _CLEAR:
        return best, _steps(kept, 1)
    return best, None


def _steps(kept: list[list[_Way]], rank: int) -> _Steps:
    steps: _Steps = []
    at = len(kept) - 1
    while at > 0:
        _, before, step, next_rank = kept[at][rank]
        if step is not None:
            steps.append(step)
        at, rank = before, next_rank
    return steps[::-1]


def _skip(part: Part) -> float:
    if part.letter in "IA" and "picture" in part.faults:
        return _SKIP_PICTURE
    return SKIP if part.letter in "IUAV" else 0.0


def _shaped(parts: Sequence[Part], start: int, shape: str) -> bool:
    if len(shape) > 2 and any(part.apart for part in parts[start + 1 : start + len(shape)]):  # noqa: PLR2004
        return False
    for letter, part in zip(shape, parts[start : start + len(shape)], strict=True):
        if part.letter not in ("IU" if letter == "I" else "A" if len(shape) > 2 else "AV"):  # noqa: PLR2004
            return False
    return True


def _price(
    members: Sequence[Part], shape: str, fits: Callable[[Part, Part], bool], style: float
) -> float | None:
    """Price one way to read neighbouring parts; None if they cannot be read so."""
    price = sum(part.gap for part in members[1:])
    goods = members[shape.index("I")]
    if len(shape) == 2:  # noqa: PLR2004
        amount = members[shape.index("A")]
        price += max(0.0, style if shape == "AI" else -style)
    else:
        sizes = _size_and_count(members, shape, fits)
        if sizes is None:
            return None
        amount = sizes[1]
        price += _SIZE
    if amount.measure is not None and not amount.measure.word:
        price += _BARE
    if not fits(goods, amount):
        price += _MISFIT
    return price + (0.3 if goods.letter == "U" else 0.0)


def _size_and_count(
    members: Sequence[Part], shape: str, fits: Callable[[Part, Part], bool]
) -> tuple[Part, Part] | None:
    """Say which of two amounts tells what one holds, and which how many are asked for."""
    goods = members[shape.index("I")]
    first, second = (part for part in members if part.letter == "A")
    if first.measure is None or second.measure is None:
        return None
    if first.measure.how == "size" or second.measure.how == "size":
        return (first, second) if first.measure.how == "size" else (second, first)
    words = first.measure.word, second.measure.word
    measured = [is_measure(word) for word in words]
    same = words[0] == words[1] or not all(words) or all(measured)
    if same or any(part.clause for part in members[1:]):
        return None
    if measured[0] != measured[1]:
        size, count = (first, second) if measured[0] else (second, first)
    else:  # 30个1板, 1箱12盒: the outer pack is asked for
        size, count = (first, second) if shape == "AIA" else _outer(first, second)
    one = count.measure is not None and count.measure.count == 1
    if one and not fits(goods, count) and fits(goods, size):
        return count, size  # 土豆1袋5斤
    return size, count


_PACKS = "箱件提板桶袋包盒瓶罐听"


def _outer(first: Part, second: Part) -> tuple[Part, Part]:
    def rank(part: Part) -> int:
        word = part.measure.word if part.measure else ""
        return _PACKS.index(word) if word and word in _PACKS else len(_PACKS)

    return (second, first) if rank(first) <= rank(second) else (first, second)


def _style(parts: Sequence[Part]) -> float:
    """Return how much more it costs to have the amount first, by what is glued together here."""
    first = second = 0
    for one, other in pairwise(parts):
        if other.gap < 1 and one.letter in "IU" and other.letter == "A":
            first += 1
        if other.gap < 1 and one.letter == "A" and other.letter in "IU":
            second += 1
    if first > second:
        return _AGAINST_STYLE
    return -_AGAINST_STYLE if second > first else _AMOUNT_FIRST


def _pair(
    shape: str, members: Sequence[Part], fits: Callable[[Part, Part], bool], *, sure: bool
) -> Pair:
    goods = members[shape.index("I")]
    if len(shape) == 2:  # noqa: PLR2004
        return Pair(goods, members[shape.index("A")], sure=sure)
    size, count = _size_and_count(members, shape, fits) or (None, members[-1])
    return Pair(goods, count, size, sure=sure)
