"""Parts that give way to others beside them: who speaks, a loose amount before an exact one."""

import re
from collections.abc import Sequence
from dataclasses import replace

from logistics.domain.quantities import UNIT_WORD
from logistics.exchange.messages.parts import Part

_ASKING = re.compile(r"[^\d]{0,8}(?:要|买|来|订|带|拿|吃)")
_JOINED_BY = frozenset("×*x")
_PER = re.compile(rf"/\s?(?P<unit>{UNIT_WORD})\s*$")
_NEAR = 2.0  # a space and a quiet word


def settled(parts: list[Part], plain: str) -> list[Part]:
    """Return parts without those that give way; their words stay with what they stand by.

    小同志给我买三斤土豆 names whom it speaks to, not goods. In 来个冬瓜一斤 the exact one holds.
    In 250ml×24盒 1箱 the first two say what the third holds; in 30枚/板 ×2 the first says of what.
    """
    kept: list[Part] = []
    for at, part in enumerate(parts):
        if part.letter == "U" and _speaks(parts, at, plain):
            part.letter, part.scope = "N", "order"
        if _loose(part) and _exact_follows(parts, at):
            parts[at + 1].start, parts[at + 1].gap = part.start, part.gap
        else:
            kept.append(part)
    return _packed(kept, plain)


def _speaks(parts: Sequence[Part], at: int, plain: str) -> bool:
    """Say whether an unknown word opens a clause and asks for goods: their amounts stand first."""
    if at and not parts[at].clause:
        return False
    letters = "".join(part.letter for part in _clause(parts, at + 1))
    first = parts[at + 1] if letters else None
    if first is None or not re.fullmatch(r"(?:[AV][IU])+", letters):
        return False
    return bool(_ASKING.fullmatch(plain, parts[at].end, first.start))


def _clause(parts: Sequence[Part], at: int) -> list[Part]:
    """Return the parts from a place that stand close together."""
    found: list[Part] = []
    while at < len(parts) and parts[at].gap < 1:
        found.append(parts[at])
        at += 1
    return found


def _loose(part: Part) -> bool:
    implied = part.measure is not None and part.measure.how == "implied"
    return part.letter == "V" or (part.letter == "A" and implied)


def _exact_follows(parts: Sequence[Part], at: int) -> bool:
    """Say whether goods follow, and behind them an amount that is theirs alone."""
    goods = parts[at + 1] if at + 1 < len(parts) else None
    if goods is None or goods.letter not in "IU" or goods.gap >= 1:
        return False
    end = at + 2
    while end < len(parts) and parts[end].letter == "N" and parts[end].gap < 1:
        end += 1
    amount = parts[end] if end < len(parts) else None
    if amount is None or amount.letter != "A" or amount.gap >= _NEAR or amount.measure is None:
        return False
    if not amount.measure.word or amount.measure.how == "implied":
        return False
    after = parts[end + 1] if end + 1 < len(parts) else None
    return after is None or after.letter not in "IU" or after.gap >= 1


def _packed(parts: list[Part], plain: str) -> list[Part]:
    done: list[Part] = []
    for at, part in enumerate(parts):
        before = done[-1] if done else None
        if before is not None and _times(before, part, plain):
            if _counted_apart(parts, at):
                before.end = part.end
                before.measure = replace(before.measure, how="size")  # type: ignore[type-var]
                continue
            per = _PER.search(plain, before.start, before.end)
            if per and part.measure is not None and not part.measure.word:
                part.measure = replace(part.measure, word=per["unit"])
        done.append(part)
    return done


def _times(before: Part, part: Part, plain: str) -> bool:
    """Say whether two amounts are multiplied: 250ml×24盒."""
    if before.letter != "A" or part.letter != "A" or before.measure is None:
        return False
    return plain[before.end : part.start].strip(" )") in _JOINED_BY


def _counted_apart(parts: Sequence[Part], at: int) -> bool:
    """Say whether a third amount, of the pack, follows the two, and belongs to no other goods."""
    amount = parts[at + 1] if at + 1 < len(parts) else None
    if amount is None or amount.letter != "A" or amount.clause or amount.measure is None:
        return False
    after = parts[at + 2] if at + 2 < len(parts) else None
    if not amount.measure.word and not _bare_of_pack(parts[at]):
        return False
    return after is None or after.letter not in "IU" or after.gap >= 1


def _bare_of_pack(part: Part) -> bool:
    return part.measure is not None and part.measure.how == "size"
