"""One amount for several goods: 青菜、菠菜各一斤, 2 kg each of potatoes and onions."""

from collections.abc import Sequence

from logistics.exchange.messages.parts import Part

_CLAUSE = 5.0  # as far apart as two clauses


def sharers(parts: list[Part], at: int) -> tuple[list[Part], list[Part], list[Part], list[Part]]:
    """Return what comes before, the goods that share, their amounts, and what comes after."""
    amounts: list[Part] = []
    after = at + 1
    while (
        after < len(parts)
        and parts[after].letter == "A"
        and (not amounts or parts[after].gap < _CLAUSE)
    ):
        amounts.append(parts[after])
        after += 1
    first = at
    backwards = not amounts and at > 0 and parts[at - 1].letter == "A"
    if backwards:  # 2 kg each of potatoes and onions
        first = at - 1
        amounts = [parts[first]]
    begin = first
    while begin > 0 and parts[begin - 1].letter in "IU" and not _has_own(parts, begin - 1):
        begin -= 1
    goods = parts[begin:first]
    if not goods:
        last = after
        while last < len(parts) and parts[last].letter in "IU" and parts[last].gap < _CLAUSE:
            last += 1
        return parts[:begin], parts[after:last], amounts, parts[last:]
    return parts[:begin], goods, amounts, parts[after:]


def _has_own(parts: Sequence[Part], at: int) -> bool:
    """Say whether goods have an amount glued in front: 2斤青菜."""
    return at > 0 and parts[at - 1].letter == "A" and parts[at].gap < 1
