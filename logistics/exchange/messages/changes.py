"""Corrections among the parts of a household's words: 改成, 换成, 不要了, 多加, 取消."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from logistics.exchange.messages.parts import Part

_NEAR = 5.0  # parts in one clause
_SPACES = (1.0, 1.2, 1.4)  # nothing but a space, or a quiet word with one, stands between


@dataclass(slots=True)
class Change:
    """One correction: its kind, the goods and the amount that it speaks of, all its parts.

    Kinds: ``set`` (土豆改成3斤), ``swap`` (鸡蛋换成鸭蛋), ``remove`` (不要鸡蛋了), ``without``
    (不要香菜 may be a wish), ``add`` (多加一斤), ``less``, ``cancel``, ``mode`` (改一下),
    ``note``, ``same`` (+1), ``keep`` (其他不变), ``unclear``.
    """

    kind: str
    parts: list[Part]
    goods: list[Part] = field(default_factory=list)
    amount: Part | None = None
    further: list[tuple[Part, Part]] = field(default_factory=list)
    doubtful: bool = False


def changes_in(parts: Sequence[Part]) -> list[Part | Change]:
    """Return parts and corrections in the order in which they were said."""
    steps: list[Part | Change] = []
    at = 0
    while at < len(parts):
        if at == 0 or parts[at].clause:
            end = _clause_end(parts, at)
            if change := _of_the_rest(parts[at:end]):
                steps.append(change)
                at = end
                continue
        reader = _READERS.get(parts[at].letter)
        found = reader(parts, at, steps) if reader else None
        if found is None:
            steps.append(parts[at])
            at += 1
        else:
            change, at = found
            steps.append(change)
    return steps


def _clause_end(parts: Sequence[Part], at: int) -> int:
    end = at + 1
    while end < len(parts) and not parts[end].clause:
        end += 1
    return end


def _of_the_rest(clause: Sequence[Part]) -> Change | None:
    """Read what is said of all other goods: 其他不变 changes nothing, 其他不要了 is asked."""
    letters = {part.letter for part in clause}
    if "W" in letters and letters <= {"W", "R", "L"} and len(letters) > 1:
        return Change("keep", list(clause))  # 其他照旧
    if "Z" in letters or ("W" in letters and letters & {"D", "X", "R"}):
        return Change("unclear", list(clause))
    if "H" in letters and letters <= {"H", "W", "I", "U", "T", "L"}:
        return Change("keep", list(clause))
    return None


_Found = tuple[Change, int] | None


def _before(steps: list[Part | Change], *, amount: bool) -> list[Part]:
    """Take goods (and their amount) of this clause that end the steps so far, glued or near."""
    taken: list[Part] = []
    while steps and isinstance(steps[-1], Part):
        last = steps[-1]
        spaced = _has(taken, "IU") and taken[0].gap >= 1
        wanted = {
            "A": amount and not spaced and not _has(taken, "A"),
            "I": not _has(taken, "IU"),
            "U": not _has(taken, "IU"),
        }
        if last.letter not in "BTL" and not wanted.get(last.letter):
            break
        taken.insert(0, last)
        steps.pop()
        if last.clause or (last.letter == "B" and _has(taken, "IU")):
            break
    if not _has(taken, "IU"):
        steps += taken
        return []
    return taken


def _has(parts: Sequence[Part], letters: str) -> bool:
    return any(part.letter in letters for part in parts)


def _goods(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if part.letter in "IU"]


def _amount(parts: Sequence[Part]) -> Part | None:
    return next((part for part in reversed(parts) if part.letter == "A"), None)


def _next(parts: Sequence[Part], at: int, letters: str) -> Part | None:
    """Return the part at a place if it is of these letters and in the same clause."""
    if at < len(parts) and parts[at].letter in letters and not parts[at].clause:
        return parts[at]
    return None


def _change(parts: Sequence[Part], at: int, steps: list[Part | Change]) -> _Found:
    """改成, 换成: with goods before them, an amount or other goods behind."""
    old = [] if parts[at].clause else _before(steps, amount=True)
    own = [*old, parts[at]]
    end = at + 1
    while (more := _next(parts, end, "CM")) is not None:
        own.append(more)
        end += 1
    new = _behind(parts, end, old)
    end += len(new)
    if closing := _next(parts, end, "L"):
        own.append(closing)
        end += 1
    if not old and new and not _goods(new) and _left_open(steps):  # 鸡蛋写错了，改为30个
        open_change = steps.pop()
        old = open_change.parts if isinstance(open_change, Change) else []
    goods = [*_goods(old), *_goods(new)]
    everything = [*own, *new]
    if not goods and not new:
        return Change("mode", own), end
    if old and _goods(new):
        return Change("swap", everything, goods, _amount(new)), end
    if old:
        return Change("set", everything, goods, _amount(new) or _amount(old)), end
    if goods:
        return Change("mode", own), at + len([p for p in own if p not in old])
    return Change("set", everything, [], _amount(new)), end


def _behind(parts: Sequence[Part], at: int, old: Sequence[Part]) -> list[Part]:
    """Take the amount, the goods or both that follow 改成."""
    for letters in (("A", "IU"), ("IU", "A")):
        first = _next(parts, at, letters[0])
        if first is not None:
            second = _next(parts, at + 1, letters[1])
            both = second is not None and _goes_with(parts, at + 1, old)
            return [first, second] if both and second is not None else [first]
    return []


def _left_open(steps: Sequence[Part | Change]) -> bool:
    """Say whether the step before changes goods without saying to what."""
    last = steps[-1] if steps else None
    return isinstance(last, Change) and last.kind == "set" and last.amount is None


def _goes_with(parts: Sequence[Part], at: int, old: Sequence[Part]) -> bool:
    """Say whether a second part behind 改成 belongs to it: 换成2斤青菜, but 改成3斤 青菜2斤."""
    if parts[at].letter == "A" or parts[at].gap < 1:
        follows = at + 1 < len(parts) and parts[at + 1].letter == "A" and parts[at + 1].gap < 1
        return parts[at].letter == "A" or not follows
    return not old and not (at + 1 < len(parts) and parts[at + 1].letter == "A")


def _drop(parts: Sequence[Part], at: int, steps: list[Part | Change]) -> _Found:
    """不要, 取消: before the goods or behind them."""
    drop = parts[at]
    forward = _list_after(parts, at + 1)
    end = at + 1 + len(forward)
    if _goods(forward):
        own = [drop, *forward]
        done = _next(parts, end, "LX")
        if done:
            own.append(done)
            end += 1
        kind = "remove" if drop.hard or done else "without"
        change = Change(kind, own, _goods(forward), _amount(forward))
        if kind == "without" and _replaced_by(parts, end):
            change.kind = "remove"
        return change, end
    wish = _wish_after(parts, at + 1)
    if wish:
        joined = Part("N", drop.start, wish[-1].end, drop.gap, scope=wish[0].scope or "order")
        return Change("note", [joined]), at + 1 + len(wish)
    old = [] if drop.clause else _all_before(steps)
    done = _next(parts, at + 1, "L")
    own = [*old, drop, *([done] if done else [])]
    end = at + 1 + bool(done)
    if not _goods(old):
        return Change("cancel", own, doubtful=not (done or drop.hard)), end
    return Change(
        "remove" if done or drop.hard else "without", own, _goods(old), _amount(old)
    ), end


def _wish_after(parts: Sequence[Part], at: int) -> list[Part]:
    """Take what is not wanted and is no goods: 不要塑料袋, no spicy food."""
    taken: list[Part] = []
    while (part := _next(parts, at, "NU")) is not None:
        if part.gap >= (2 if part.latin else 1):
            break
        taken.append(part)
        at += 1
    return taken


def _replaced_by(parts: Sequence[Part], at: int) -> bool:
    """Say whether 不要鸡蛋 goes on with what should come instead: 换成鸭蛋."""
    return at < len(parts) and parts[at].letter == "C" and parts[at].gap <= _NEAR


def _list_after(parts: Sequence[Part], at: int) -> list[Part]:
    """Take goods that are listed after 不要, with an amount of theirs."""
    taken: list[Part] = []
    while (part := _next(parts, at, "IUA")) is not None:
        if part.letter == "A" and (not taken or taken[-1].letter == "A" or part.gap >= 1):
            if taken or part.gap >= 1 or _next(parts, at + 1, "IU") is None:
                break
        elif (part.letter != "A" and taken and part.gap == 1.0) or (
            part.letter != "A" and part.gap > 1 and _next(parts, at + 1, "A") is not None
        ):
            break
        taken.append(part)
        at += 1
    return taken


def _all_before(steps: list[Part | Change]) -> list[Part]:
    """Take the goods that 不要了 speaks of: those glued in front, listed together or one."""
    taken: list[Part] = []
    while steps and isinstance(steps[-1], Part) and steps[-1].letter in "IUABTL":
        last = steps[-1]
        if last.letter in "IU" and _has(taken, "IU") and taken[0].gap in _SPACES:
            break
        if last.letter == "A" and taken and taken[0].letter in "IU" and _has(taken, "IU"):
            break
        taken.insert(0, last)
        steps.pop()
        if last.clause:
            break
    if not _has(taken, "IU"):
        steps += taken
        return []
    return taken


def _cancel(parts: Sequence[Part], at: int, steps: list[Part | Change]) -> _Found:
    """都不要了, 取消订单; behind goods it speaks of those alone."""
    old = [] if parts[at].clause else _all_before(steps)
    end = at + 1
    own = [*old, parts[at]]
    while (more := _next(parts, end, "LXT")) is not None:
        own.append(more)
        end += 1
    return Change("cancel", own, _goods(old)), end


def _all(parts: Sequence[Part], at: int, _steps: list[Part | Change]) -> _Found:
    """全部 … 不要, 订单 … 取消."""
    drop = _next(parts, at + 1, "DX")
    if drop is None or _next(parts, at + 2, "IU") is not None:
        return None
    end = at + 2
    own = [parts[at], drop]
    if done := _next(parts, end, "L"):
        own.append(done)
        end += 1
    return Change("cancel", own), end


def _more(parts: Sequence[Part], at: int, steps: list[Part | Change]) -> _Found:
    """再来一板鸡蛋, 青菜多加一斤."""
    own = [parts[at]]
    end = at + 1
    if parts[at].letter == "P" and steps and not parts[at].clause:
        return None  # a plus between two lines
    while (more := _next(parts, end, "M")) is not None:
        own.append(more)
        end += 1
    pairs, after = _pairs_at(parts, end)
    if pairs:
        (goods, amount), *further = pairs
        said = [part for pair in pairs for part in pair]
        return Change("add", [*own, *said], [goods], amount, further), after
    first, second = _next(parts, end, "A"), _next(parts, end + 1, "AIU")
    bare = first is not None and first.measure is not None and not first.measure.word
    if parts[at].letter == "P" and bare and first and (second is None or second.gap >= 1):
        return Change("same", [*own, first]), end + 1
    if first is not None and not parts[at].clause:
        old = _before(steps, amount=False)
        if old:
            return Change("add", [*old, *own, first], _goods(old), first), end + 1
    if _next(parts, end, "IUAVE") is None and parts[at].letter == "M":
        return Change("mode", own), end
    return None


def _pairs_at(parts: Sequence[Part], at: int) -> tuple[list[tuple[Part, Part]], int]:
    """Return goods with their amounts that follow each other in one clause, all in one order."""
    pairs: list[tuple[Part, Part]] = []
    order = ""
    while True:
        first, second = _next(parts, at, "AIU"), _next(parts, at + 1, "AIU")
        if first is None or second is None or (first.letter == "A") == (second.letter == "A"):
            return pairs, at
        letters = "AI" if first.letter == "A" else "IA"
        third = _next(parts, at + 2, "AIU")
        closer = third is not None and third.gap < second.gap
        if (order and letters != order) or closer:
            return pairs, at
        order = letters
        pairs.append((second, first) if first.letter == "A" else (first, second))
        at += 2


def _less(parts: Sequence[Part], at: int, steps: list[Part | Change]) -> _Found:
    """青菜少一斤."""
    amount = _next(parts, at + 1, "A")
    if amount is None:
        goods = _next(parts, at + 1, "IU")
        if goods is None or goods.gap >= 1 or _next(parts, at + 2, "A"):
            return None
        wish = Part("N", parts[at].start, goods.end, parts[at].gap, scope="order")
        return Change("note", [wish]), at + 2  # 少盐
    old = [] if parts[at].clause else _before(steps, amount=False)
    goods = _next(parts, at + 2, "IU") if not old else None
    own = [*old, parts[at], amount, *([goods] if goods else [])]
    return Change("less", own, _goods(own), amount), at + 2 + bool(goods)


def _exchange(parts: Sequence[Part], at: int, _steps: list[Part | Change]) -> _Found:
    """Read English: swap the eggs for 1 kg tomatoes."""
    old = _next(parts, at + 1, "IU")
    new = _behind(parts, at + 2, []) if old else []
    if old is None or not _goods(new):
        return None
    return Change("swap", [parts[at], old, *new], [old, *_goods(new)], _amount(new)), at + 2 + len(
        new
    )


_READERS = {
    "J": _exchange,
    "C": _change,
    "D": _drop,
    "X": _cancel,
    "T": _all,
    "M": _more,
    "P": _more,
    "S": _less,
}
