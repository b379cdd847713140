"""Parts that are glued together in a text, made one: a word that is not known, a unit apart."""

from dataclasses import replace

from logistics.exchange.messages.amounts import is_unit
from logistics.exchange.messages.parts import GAPS, Part
from logistics.exchange.messages.tokens import Measure


def joined(parts: list[Part], plain: str) -> list[Part]:
    """Join unknown words with the goods they are glued to, and a unit with its bare number."""
    done: list[Part] = []
    for part in parts:
        if done and (_with_unit(done, part, plain) or _with_strange_unit(done[-1], part)):
            continue
        before = done[-1] if done else None
        if before is not None and _glued(before, part, plain):
            done[-1] = _one_word(before, part)
        else:
            done.append(part)
    return done


def _one_word(before: Part, part: Part) -> Part:
    """Make one part of two that are glued together."""
    if before.letter == part.letter == "I":
        return _same_goods(before, part)
    if part.letter == "I":  # 阳光苹果: some kind of it
        part.notes.insert(0, (before.start, before.end))
        part.faults.append("unknown-before")
        part.start, part.gap = before.start, before.gap
        return part
    before.letter, before.goods, before.end = "U", None, part.end  # 苹果酱: another thing
    before.notes, before.faults = [], []
    return before


def _same_goods(before: Part, part: Part) -> Part:
    """Take the word that says more of two for the same goods: 苹果🍎, 尿不湿L码."""
    pictured = [p for p in (before, part) if "picture" in p.faults]
    if pictured:
        told = part if pictured[0] is before else before
        told.faults = [fault for fault in told.faults if fault != "picture"]
    else:
        told, wide = sorted((before, part), key=lambda p: len(p.goods.items) if p.goods else 0)
        told.faults += [fault for fault in wide.faults if fault != "open"]
    told.start, told.end, told.gap = before.start, part.end, before.gap
    return told


def _with_unit(done: list[Part], part: Part, plain: str) -> bool:
    """Give a bare number the unit that stands apart from it: 2,斤; 1 x eggs (tray)."""
    for counted in done[-1:] + (done[-2:-1] if done[-1].letter == "I" else []):
        measure = _unit_after(counted, part, plain)
        if measure is not None:
            counted.measure, done[-1].end = measure, part.end
            return True
    return False


def _with_strange_unit(before: Part, part: Part) -> bool:
    """Join an unknown word that is glued to a bare number: it may be a unit nobody knows."""
    bare = before.measure is not None and not before.measure.word
    if not bare or part.letter != "U" or part.gap or part.role or part.latin:
        return False
    before.letter, before.measure, before.end = "U", None, part.end
    return True


def _unit_after(before: Part, part: Part, plain: str) -> Measure | None:
    """Return the amount that a bare number and a unit apart from it make up (2,斤)."""
    if (
        before.measure is None
        or before.measure.word
        or part.letter != "U"
        or part.gap > GAPS["comma"]
    ):
        return None
    word = plain[part.start : part.end]
    return replace(before.measure, word=word) if is_unit(word) else None


def _glued(before: Part, part: Part, plain: str) -> bool:
    if before.role or part.role:
        return False
    if before.letter == part.letter == "I":
        return part.gap <= 1 and _one_of(before, part)
    if {before.letter, part.letter} != {"U", "I"}:
        return False
    if part.gap == 0:
        return True
    between = plain[before.end : part.start]
    return between == " " and before.latin and part.latin


def _one_of(before: Part, part: Part) -> bool:
    """Say whether one word names a kind of goods and the other one of them: 尿不湿L码."""
    if before.goods is None or part.goods is None:
        return False
    one, other = ({item.id for item in p.goods.items} for p in (before, part) if p.goods)
    if "picture" in before.faults + part.faults:
        return bool(one & other)
    return (one <= other or other <= one) and (part.gap < 1 or one != other)
