"""Wishes with a condition or a reason: 如果有青菜就买2斤, 盐没了来一包; none of them is lost."""

from collections.abc import Sequence
from dataclasses import replace

from logistics.exchange.messages.tokens import BREAKS, Goods, Token

_CLAUSE = ("break", "comma")
_OPEN = {"如果", "要是", "假如", "若", "的话", "if"}  # a condition, whatever it is
_SPENT = {"没了", "没有了", "不够"}  # said of goods at home as well as of those in a shop
_LACKING = frozenset("没无不缺断完别")
_TAKES_BACK = {"drop", "cancel", "change", "hard_drop", "swap", "or"}
_TOLD = {"cond", "filler", "unknown", "modifier", "colour", "attr", "ask", "ask_soft", "people"}
_COUNTS = ("amount", "vague")


def own_wishes(tokens: list[Token], plain: str) -> list[Token]:
    """Lay open wishes that stand behind a condition: it becomes a note, they stay what they are.

    A condition under which something else should come (没有的话菠菜也行) is left as it is.
    """
    for start, end in reversed(_clauses(tokens)):
        at = next((n for n in range(start, end) if _conditional(tokens[n], plain)), None)
        if at is None or any(t.kind in _TAKES_BACK for t in tokens[start:end]):
            continue
        if _spent(tokens, start, at, end, plain):
            tokens[at] = replace(tokens[at], kind="filler")
        elif _met(tokens, start, end, plain):
            tokens = _with_note(tokens, start, at, plain)
    return tokens


def unmet(tokens: Sequence[Token], first: int, at: int) -> bool:
    """Say whether a condition speaks of goods that nobody asked for before (土豆没货来2斤红薯)."""
    named = [t for t in tokens[first:at] if t.kind == "item"]
    before = [t for t in tokens[:first] if t.kind == "item"]
    return bool(named) and not any(_same(named[-1], other) for other in before)


def _same(one: Token, other: Token) -> bool:
    if not isinstance(one.value, Goods) or not isinstance(other.value, Goods):
        return False
    ids = {item.id for item in one.value.items}
    return any(item.id in ids for item in other.value.items)


def _clauses(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    found, start = [], 0
    for at, token in enumerate(tokens):
        if token.kind in _CLAUSE:
            found.append((start, at))
            start = at + 1
    return [*found, (start, len(tokens))]


def _conditional(token: Token, plain: str) -> bool:
    return token.kind == "cond" or plain[token.start : token.end] in _SPENT


def _kinds(tokens: Sequence[Token], start: int, end: int) -> list[str]:
    return [token.kind for token in tokens[start:end]]


def _spent(tokens: Sequence[Token], start: int, at: int, end: int, plain: str) -> bool:
    """Say whether goods are used up and should come again: 盐没了来一包, 没有盐了，来一包."""
    if plain[tokens[at].start : tokens[at].end] not in _SPENT:
        return _none_left(tokens, at, end, plain)
    before, after = _kinds(tokens, start, at), _kinds(tokens, at, end)
    if before.count("item") != 1 or any(kind in _COUNTS for kind in before) or "item" in after:
        return False
    if any(t.kind in ("cond", "more", "less") for t in tokens[at + 1 : _after(tokens, end)]):
        return False
    if not unmet(tokens, start, at):
        return False  # asked for before: what should come instead
    return any(kind in _COUNTS for kind in after) or _counted_next(tokens, end)


def _none_left(tokens: Sequence[Token], at: int, end: int, plain: str) -> bool:
    """Say whether goods stand between 没有 and 了, and nothing but their amount follows."""
    if plain[tokens[at].start : tokens[at].end] != "没有" or end - at < 3:  # noqa: PLR2004
        return False
    if tokens[at + 1].kind != "item" or tokens[at + 2].kind != "done":
        return False
    after = _kinds(tokens, at + 3, end)
    counted = any(kind in _COUNTS for kind in after)
    return "item" not in after and (counted or _counted_next(tokens, end))


def _counted_next(tokens: Sequence[Token], end: int) -> bool:
    """Say whether the next clause is an amount that waits for its goods: 如果有青菜，就来2斤."""
    if end >= len(tokens) or tokens[end].kind != "comma":
        return False
    following = next((pair for pair in _clauses(tokens) if pair[0] == end + 1), None)
    kinds = _kinds(tokens, *following) if following else []
    return any(kind in _COUNTS for kind in kinds) and not {"item", "unknown"} & set(kinds)


def _after(tokens: Sequence[Token], end: int) -> int:
    """Return where the clause after a comma ends, or where this one does."""
    if end >= len(tokens) or tokens[end].kind != "comma":
        return end
    return next(last for first, last in _clauses(tokens) if first == end + 1)


def _met(tokens: Sequence[Token], start: int, end: int, plain: str) -> bool:
    """Say whether goods are wanted if a condition holds that is no lack of other goods."""
    clause = tokens[start:end]
    words = {plain[t.start : t.end] for t in clause if t.kind == "cond"}
    if not words <= _OPEN:
        return False
    if any(_LACKING & set(plain[t.start : t.end]) for t in clause if t.kind != "item"):
        return False
    kinds = _kinds(tokens, start, end)
    counted = any(kind in _COUNTS for kind in kinds)
    if "item" in kinds:
        return counted or _counted_next(tokens, end)
    return counted and _asked_before(tokens, start, plain) is not None


def _asked_before(tokens: Sequence[Token], start: int, plain: str) -> tuple[int, int] | None:
    """Return the clause before this one if it asks for one kind of goods: 有大米吗？."""
    if start < 2 or tokens[start - 1].kind not in _CLAUSE:  # noqa: PLR2004
        return None
    clause = next(pair for pair in _clauses(tokens) if pair[1] == start - 1)
    kinds = _kinds(tokens, *clause)
    asks = "ask" in kinds or plain[tokens[start - 1].start] == "?"
    alone = kinds.count("item") == 1 and not any(kind in _COUNTS for kind in kinds)
    return clause if asks and alone else None


def _with_note(tokens: list[Token], start: int, at: int, plain: str) -> list[Token]:
    """Put a note in the place of a condition, and open the question before it if it has one."""
    first, end = at, at + 1
    while first > start and plain[tokens[first - 1].start : tokens[first - 1].end] in ("有", "还"):
        first -= 1
    back = first  # 有青菜的话
    while back > start and tokens[back - 1].kind in ("item", "modifier", "colour", "brand"):
        back -= 1
    if back > start and plain[tokens[back - 1].start : tokens[back - 1].end] == "有":
        first = back - 1
    while end < len(tokens) and tokens[end].kind in _TOLD:
        end += 1
    if any(t.kind == "item" for t in _clause_of(tokens, start)):
        return _told_of_goods(tokens, start, first, plain)
    asked = _asked_before(tokens, start, plain)
    note = Token("note", tokens[first].start, tokens[end - 1].end, also=("line",))
    tokens = [*tokens[:first], note, *tokens[end:]]
    if asked is not None:
        for n in range(*asked):
            if tokens[n].kind not in ("item", *BREAKS):
                tokens[n] = replace(tokens[n], kind="filler")
        mark = tokens[start - 1]
        tokens[start - 1] = Token("comma", mark.start, mark.end)
    return tokens


def _told_of_goods(tokens: list[Token], start: int, first: int, plain: str) -> list[Token]:
    """Give a condition to the goods of its clause as their note: 有青菜的话."""
    stop = start + len(_clause_of(tokens, start))
    counted = next((n for n in range(first, stop) if tokens[n].kind in (*_COUNTS, "want")), stop)
    last = max(n for n in range(first, stop) if n < counted or _conditional(tokens[n], plain))
    while last > first and plain[tokens[last].start : tokens[last].end] in ("就", "也", " "):
        last -= 1
    note = (tokens[first].start, tokens[last].end)
    goods = [n for n in range(start, stop) if tokens[n].kind == "item"]
    named = next((n for n in goods if n > first), goods[-1])
    tokens = list(tokens)
    tokens[named] = replace(tokens[named], note=note)
    for n in range(first, last + 1):
        if tokens[n].kind not in ("item", *_COUNTS):
            tokens[n] = replace(tokens[n], kind="filler")
    return tokens


def _clause_of(tokens: Sequence[Token], start: int) -> Sequence[Token]:
    end = next((n for n in range(start, len(tokens)) if tokens[n].kind in _CLAUSE), len(tokens))
    return tokens[start:end]
