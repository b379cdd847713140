"""Lines that have to wait because of what stands beside them and is not understood."""

import re
from collections.abc import Sequence
from itertools import islice

from logistics.domain.quantities import HAN_NUMERALS, UNIT_WORD
from logistics.exchange.messages.normalise import Plain
from logistics.exchange.messages.pairing import Pair
from logistics.exchange.messages.parts import GAPS, Part

_RATE = 2  # characters of a word behind a stroke: 3斤/天
_MINUS = frozenset("-−")
_DASHED = re.compile(
    rf"[\u4e00-\u9fffa-z)]\s?-\s?(?:\d{{1,4}}(?:\.\d+)?|[{HAN_NUMERALS}半]{{1,3}})\s?(?:{UNIT_WORD})"
)


def unclear_beside(
    parts: Sequence[Part], left: Sequence[Part], pairs: Sequence[Pair], plain: Plain
) -> list[tuple[Part, str]]:
    """Return goods whose lines are in doubt, each with its reason in the published table.

    Parameters
    ----------
    parts
        All that could be paired, in order.
    left
        What was paired with nothing.
    plain
        The whole message: a dash that parts goods and amounts throughout is no minus.
    """
    place = {id(part): at for at, part in enumerate(parts)}
    goods = {id(part): pair.goods for pair in pairs for part in _members(pair)}
    found: list[tuple[Part, str]] = []
    for part in left:
        at = place.get(id(part))
        if at is not None and (part.letter == "A" or _rate(part, plain.text)):
            found += [(goods[id(p)], "amount-left") for p in _nearest(parts, at) if id(p) in goods]
    minus = [pair.goods for pair in pairs if _minus(pair, plain)]
    if minus and len(list(islice(_DASHED.finditer(plain.text), 2))) < 2:  # noqa: PLR2004
        found += [(goods_of, "dash") for goods_of in minus]
    return found


def _members(pair: Pair) -> list[Part]:
    return [part for part in (pair.goods, pair.amount, pair.size) if part is not None]


def _nearest(parts: Sequence[Part], at: int) -> list[Part]:
    """Return the neighbour that stands nearer, both if both are as near; none a sentence away."""
    gaps: list[tuple[float, Part]] = []
    if at > 0:
        gaps.append((parts[at].gap, parts[at - 1]))
    if at + 1 < len(parts):
        gaps.append((parts[at + 1].gap, parts[at + 1]))
    least = min((gap for gap, _ in gaps), default=0.0)
    return [part for gap, part in gaps if gap == least and gap < GAPS["break"]]


def _rate(part: Part, text: str) -> bool:
    """Say whether a short word tells for what an amount holds: 3斤/天."""
    return (
        part.letter in "UF"
        and part.end - part.start <= _RATE
        and text[max(0, part.start - 3) : part.start].rstrip()[-1:] == "/"
    )


def _minus(pair: Pair, plain: Plain) -> bool:
    """Say whether one dash of the kind that is a minus, too, joins goods and amount."""
    if pair.goods.end > pair.amount.start:
        return False
    return plain.words(pair.goods.end, pair.amount.start).strip() in _MINUS
