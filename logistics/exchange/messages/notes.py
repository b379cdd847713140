"""Words that ask for nothing to be bought: wishes about goods, about the door, about people."""

from collections.abc import Sequence
from dataclasses import replace

from logistics.exchange.messages.amounts import is_unit
from logistics.exchange.messages.conditions import own_wishes, unmet
from logistics.exchange.messages.tokens import BREAKS, Measure, Token

_CLAUSE = ("break", "comma")
_PRICES = {"多少", "多少钱", "怎么卖", "什么价", "啥价", "价格", "how much"}
_SWALLOWED_BY_NOTES = (
    "unknown",
    "filler",
    "want",
    "modifier",
    "colour",
    "approx",
    "budget",
    "ba",
    "done",
    "ask_soft",
    "less",
    "more",
    "prep",
    "attr",
    "figure",
    "people",
)


def with_notes(tokens: Sequence[Token], plain: str) -> list[Token]:
    """Replace what belongs to a note, or to a question of theirs, by one token of that kind.

    A note's ``also`` says of what it speaks: a ``line`` or the ``order``.
    """
    found = _conditions(own_wishes(_parentheses(list(tokens), plain), plain))
    found = _questions(found, plain)
    found = _openers(_allergies(found), plain)
    return _manners(_people(found))


def _note(tokens: Sequence[Token], first: int, end: int, scope: str, kind: str = "note") -> Token:
    while end > first + 1 and tokens[end - 1].kind in BREAKS:
        end -= 1
    while first < end - 1 and tokens[first].kind in BREAKS:
        first += 1
    return Token(kind, tokens[first].start, tokens[end - 1].end, also=(scope,))


def _replaced(
    tokens: list[Token], first: int, end: int, scope: str, kind: str = "note"
) -> list[Token]:
    note = _note(tokens, first, end, scope, kind)
    before = [t for t in tokens[: first + 1] if t.end <= note.start]
    after = [t for t in tokens[first:] if t.start >= note.end]
    return [*before, note, *after]


def _parentheses(tokens: list[Token], plain: str) -> list[Token]:
    done: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        close = _closing(tokens, at) if token.kind == "open" else None
        if close is None:
            done.append(token)
            at += 1
            continue
        inside = tokens[at + 1 : close]
        kinds = {t.kind for t in inside}
        unit = kinds == {"unknown"} and is_unit(plain[inside[0].start : inside[-1].end])
        asks = kinds & {"amount", "vague", "change", "cancel", "more", "money"}
        if not inside or unit or asks or {"drop", "done"} <= kinds:
            done.append(token)
            at += 1
            continue
        at = close + 1
        if kinds <= {*BREAKS, "filler", "sum", "want"} or _says_again(done, inside):
            done.append(Token("space", token.start, tokens[close].end))
            continue
        done.append(Token("note", token.start, tokens[close].end, also=(_scope(done, kinds),)))
    return done


def _closing(tokens: Sequence[Token], at: int) -> int | None:
    for end in range(at + 1, min(at + 40, len(tokens))):
        if tokens[end].kind == "close":
            return end
        if tokens[end].kind == "break":
            return None
    return None


def _says_again(before: Sequence[Token], inside: Sequence[Token]) -> bool:
    """Say whether a bracket only gives another name of the goods before it: 番茄(西红柿)."""
    goods = [t for t in inside if t.kind == "item"]
    last = next((t for t in reversed(before) if t.kind == "item"), None)
    return (
        bool(goods)
        and last is not None
        and all(
            (t.value is not None and t.value == last.value) or _same_item(t, last) for t in goods
        )
        and len(goods) == len([t for t in inside if t.kind not in BREAKS])
    )


def _same_item(one: Token, other: Token) -> bool:
    first, second = getattr(one.value, "items", ()), getattr(other.value, "items", ())
    return len(first) == 1 and first == second


def _scope(before: Sequence[Token], kinds: set[str]) -> str:
    if kinds & {"opener", "allergy", "people"}:
        return "order"
    return "line" if any(t.kind in ("item", "amount") for t in before) else "order"


def _clause_end(tokens: Sequence[Token], at: int) -> int:
    while at < len(tokens) and tokens[at].kind not in _CLAUSE:
        at += 1
    return at


def _clause_start(tokens: Sequence[Token], at: int) -> int:
    while at > 0 and tokens[at - 1].kind not in _CLAUSE:
        at -= 1
    return at


def _conditions(tokens: list[Token]) -> list[Token]:
    """Find what holds only if something is sold out: 没有的话菠菜也行."""
    at = 0
    while at < len(tokens):
        if tokens[at].kind == "cond":
            first, floor = at, _clause_start(tokens, at)
            while first > floor and tokens[first - 1].kind not in ("amount", "space", "note"):
                first -= 1
            end = _clause_end(tokens, at)
            amount = any(t.kind in ("amount", "vague") for t in tokens[first:end])
            scope = "unmet" if amount and unmet(tokens, first, at) else "line"
            tokens = _replaced(tokens, first, end, f"{scope}+amount" if amount else scope)
            at = first
        at += 1
    return tokens


def _questions(tokens: list[Token], plain: str) -> list[Token]:
    """Find what asks and orders nothing: 有没有鸡蛋, 几点截单."""
    at = 0
    while at < len(tokens):
        mark = tokens[at].kind == "break" and plain[tokens[at].start : tokens[at].end] == "?"
        if tokens[at].kind == "ask" or mark:
            first, floor = at, _clause_start(tokens, at)
            while first > floor and tokens[first - 1].kind not in ("amount", "note", "asked"):
                first -= 1
            end = _clause_end(tokens, at)
            words = [t for t in tokens[first:end] if t.kind not in BREAKS]
            ordered = any(_orders(t) for t in words)
            ordered = ordered or (mark and first > floor)  # 来一箱牛奶?
            if tokens[at].kind == "ask" and _ordered_before(tokens, first):
                if any(t.kind == "ask_soft" for t in tokens[floor:end]):  # 可以买2斤青菜吗
                    tokens[at] = replace(tokens[at], kind="filler")
                at += 1
                continue
            asks = {plain[t.start : t.end] for t in words if t.kind == "ask"}
            if words and (asks & _PRICES or not ordered):
                tokens = _replaced(tokens, first, end, "order", "asked")
                at = first
        at += 1
    return tokens


def _orders(token: Token) -> bool:
    """Say whether a word asks for goods or changes what was asked; a bare number does not."""
    if isinstance(token.value, Measure):
        return bool(token.value.word)
    return token.kind in ("vague", "cancel", "change")


def _ordered_before(tokens: Sequence[Token], at: int) -> bool:
    """Say whether goods with an amount glued in front begin here."""
    return (
        at > 0
        and tokens[at - 1].kind == "amount"
        and at < len(tokens)
        and tokens[at].kind == "item"
    )


def _allergies(tokens: list[Token]) -> list[Token]:
    at = 0
    while at < len(tokens):
        if tokens[at].kind == "allergy":
            first = at
            while first > 0 and tokens[first - 1].kind in (
                "item",
                "list",
                "opener",
                *_SWALLOWED_BY_NOTES,
            ):
                first -= 1
            end = at + 1
            while end < len(tokens) and tokens[end].kind in ("colon", *_SWALLOWED_BY_NOTES):
                end += 1
            if first == at:
                while end < len(tokens) and tokens[end].kind in (
                    "item",
                    "list",
                    "colon",
                    *_SWALLOWED_BY_NOTES,
                ):
                    end += 1
            tokens = _replaced(tokens, first, end, "order")
            at = first
        at += 1
    return tokens


def _openers(tokens: list[Token], plain: str) -> list[Token]:
    """Find what goes on until the next mark: 放门口, 有小孩, leave at the door."""
    at = 0
    while at < len(tokens):
        if tokens[at].kind == "opener":
            first = at
            while first > 0 and tokens[first - 1].kind in (
                "unknown",
                "filler",
                "figure",
                "people",
                "want",
            ):
                first -= 1
            end = at + 1
            while end < len(tokens) and not _ends_note(tokens, end, plain):
                end += 1
            tokens = _replaced(tokens, first, end, "order")
            at = first
        at += 1
    return tokens


def _ends_note(tokens: Sequence[Token], at: int, plain: str) -> bool:
    token = tokens[at]
    if token.kind == "item":
        return at + 1 < len(tokens) and tokens[at + 1].kind in ("amount", "vague", "each")
    if token.kind == "want":  # 楼下小李要2斤排骨
        return at + 2 < len(tokens) and [t.kind for t in tokens[at + 1 : at + 3]] == [
            "amount",
            "item",
        ]
    if token.kind == "colon":
        return False
    if token.kind not in BREAKS:
        return token.kind in ("note", "asked")
    if token.kind == "space" and 0 < at < len(tokens) - 1:
        before, after = plain[tokens[at].start - 1], plain[tokens[at + 1].start]
        return not (before.isascii() and after.isascii() and before.isalpha() and after.isalpha())
    return True


def _people(tokens: list[Token]) -> list[Token]:
    at = 0
    while at < len(tokens):
        if tokens[at].kind == "people":
            first, end = at, at + 1
            while first > 0 and tokens[first - 1].kind in _SWALLOWED_BY_NOTES:
                first -= 1
            while end < len(tokens) and tokens[end].kind in ("people", *_SWALLOWED_BY_NOTES):
                end += 1
            tokens = _replaced(tokens, first, end, "order")
            at = first
        at += 1
    return tokens


def _manners(tokens: list[Token]) -> list[Token]:
    """Find how goods should be or be made ready: 切片, 小一点的."""
    at = 0
    while at < len(tokens):
        kind = tokens[at].kind
        glued_goods = at + 1 < len(tokens) and tokens[at + 1].kind == "item"
        if kind in ("prep", "attr") and not (glued_goods and kind == "prep"):
            end = at + 1
            while end < len(tokens) and tokens[end].kind in (
                "unknown", "modifier", "colour", "prep", "attr", "ba", "done",
            ):  # fmt: skip
                end += 1
            if end > at + 1 and end < len(tokens) and tokens[end].kind == "item":
                end -= 1  # what is glued to goods is told of those
            end = max(end, at + 1)
            tokens = _replaced(tokens, at, end, "line")
        elif kind == "prep":
            token = tokens[at]
            told = "modifier" if token.is_a("modifier") else "unknown"
            tokens = [*tokens[:at], Token(told, token.start, token.end), *tokens[at + 1 :]]
        at += 1
    return tokens
