"""One amount for several goods: 青菜、菠菜各一斤, 2 kg each of potatoes and onions."""

from collections.abc import Sequence

from logistics.exchange.messages.parts import Part

_CLAUSE = 5.0  # as far apart as two clauses


def take_sharers(
    before: list[Part], parts: Sequence[Part], at: int
) -> tuple[list[Part], list[Part], int]:
    """Take the goods that share and their amount, or their amounts in turn (分别).

    Parameters
    ----------
    before
        What was said before and is not yet paired; what shares is taken from its end.
    at
        Where in ``parts`` the word for each stands.

    Returns
    -------
    Goods, amounts, and where in ``parts`` to go on; without both, nothing is taken.
    """
    amounts, after = _amounts(parts, at)
    backwards = not amounts and bool(before) and before[-1].letter == "A"
    kept = len(before) - backwards  # 2 kg each of potatoes and onions
    first = kept
    while first > 0 and before[first - 1].letter in "IU" and not _has_own(before, first - 1):
        first -= 1
    goods = before[first:kept]
    if not goods:
        last = after
        while last < len(parts) and parts[last].letter in "IU" and parts[last].gap < _CLAUSE:
            last += 1
        goods, after = list(parts[after:last]), last
    if backwards:
        amounts = before[-1:]
    if not goods or not amounts:
        return [], [], at + 1
    del before[first:]
    return goods, amounts, after


def _amounts(parts: Sequence[Part], at: int) -> tuple[list[Part], int]:
    """Return the amount that follows, or all that follow 分别, and where they end."""
    most = len(parts) if parts[at].scope == "in-turn" else 1
    end = at + 1
    while end < len(parts) and parts[end].letter == "A" and end - at <= most:
        if end > at + 1 and parts[end].gap >= _CLAUSE:
            break
        end += 1
    return list(parts[at + 1 : end]), end


def _has_own(parts: Sequence[Part], at: int) -> bool:
    """Say whether goods have an amount glued in front: 2斤青菜."""
    return at > 0 and parts[at - 1].letter == "A" and parts[at].gap < 1
