"""Tokens gathered into parts: goods with what is said of them, amounts, marks, notes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from logistics.exchange.messages.tokens import BREAKS, Goods, Measure, Token

_LETTERS = {
    "item": "I", "amount": "A", "vague": "V", "money": "Y", "each": "E", "change": "C",
    "drop": "D", "hard_drop": "D", "done": "L", "more": "M", "less": "S", "all": "T",
    "cancel": "X", "same": "R", "ba": "B", "or": "O", "note": "N", "asked": "Q", "unknown": "U",
    "figure": "F", "plus": "P", "keep": "H", "rest": "W", "except": "Z", "ask": "K",
    "cond": "K", "opener": "U", "told": "N", "swap": "J", "bound": "K",
}  # fmt: skip
GAPS = {"space": 1.0, "colon": 0.1, "times": 0.1, "list": 4.0, "plus": 4.0, "comma": 5.0,
         "open": 0.2, "close": 4.0, "break": 7.0}  # fmt: skip
_IN_TURN = "in-turn"
_WORD_GAP = 0.2
_QUIET = {"filler", "want", "sum", "budget", "approx", "ask_soft", "spent"}
_TELLING = {"modifier", "colour", "brand"}
_SUBJECTS = "菜"  # said alone it is no goods; in a word that is not known it is its head


@dataclass(slots=True)
class Part:
    """One thing said, from one or several tokens.

    Letters: I goods, A amount, V vague amount, Y money, E each, C change, D drop, L done, M more,
    S less, T all, X cancel, R the same, B 把, O or, N note, Q question of theirs, U not known,
    F figure. ``gap`` is how far it stands from the part before: 0 is glued to it, 5 and more a
    clause apart. ``faults`` are reasons to be less sure, each a key of the published table.
    """

    letter: str
    start: int
    end: int
    gap: float = 0.0
    goods: Goods | None = None
    measure: Measure | None = None
    notes: list[tuple[int, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    scope: str = ""
    hard: bool = False
    latin: bool = False
    role: str = ""
    apart: bool = False  # something else was said between it and the part before

    @property
    def clause(self) -> bool:
        """Whether a new clause begins with it."""
        return self.gap >= GAPS["comma"]


def gather(tokens: Sequence[Token], plain: str) -> list[Part]:
    """Turn tokens into parts; marks between them become gaps."""
    parts: list[Part] = []
    gap = GAPS["break"]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "list" and plain[token.start] == "/" and _either(tokens, at):
            parts.append(Part("O", token.start, token.end, gap))
            gap, at = 0.0, at + 1
            continue
        if token.kind in BREAKS and token.kind != "plus":
            gap = max(gap, GAPS[token.kind])
            at += 1
            continue
        if token.kind in _QUIET and not _belongs(tokens, at, plain):
            gap += _WORD_GAP
            at += 1
            continue
        part, at = _compound(tokens, at, plain) or _part(tokens, at, plain)
        if part is None:
            continue
        part.gap = gap
        part.latin = plain[part.start : part.end].isascii()
        gap = 0.0
        parts.append(part)
    return parts


def _either(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a stroke parts two goods of which one is wanted: 青菜/菠菜2斤."""
    around = [token.kind for token in tokens[max(0, at - 1) : at + 6]]
    if around[:1] != ["item"] or around[2:3] != ["item"]:
        return False
    telling = [kind for kind in around[3:] if kind in ("amount", "each", "comma", "list")]
    return telling[:1] == ["amount"]


def _part(tokens: Sequence[Token], at: int, plain: str) -> tuple[Part | None, int]:
    run = _unknown_run(tokens, at, plain)
    if run > at:
        return _of_unknown(tokens, at, run)
    token = tokens[at]
    if token.kind in _TELLING:
        return _told_before(tokens, at, plain)
    letter = _LETTERS.get(token.kind)
    if letter is None:
        return Part(
            "U", token.start, token.end, role="mark" if token.kind == "phone" else ""
        ), at + 1
    scope = token.also[0] if token.kind == "note" and token.also else ""
    conditional = scope.endswith("+amount")
    scope = "line" if token.kind == "told" else scope.removesuffix("+amount")
    part = Part(
        letter,
        token.start,
        token.end,
        goods=token.value if isinstance(token.value, Goods) else None,
        measure=token.value if isinstance(token.value, Measure) else None,
        scope=_IN_TURN if "分别" in plain[token.start : token.end] else scope,
        hard=token.is_a("hard_drop") or conditional,
    )
    if letter == "I" and part.goods:
        part.notes += [token.note] if token.note else []
        part.faults += [part.goods.how] if part.goods.how not in ("name", "alias") else []
        return _told_after(part, tokens, at + 1)
    return part, at + 1


def _belongs(tokens: Sequence[Token], at: int, plain: str) -> bool:
    """Say whether a quiet word is the head of one that is not known (苋菜)."""
    return _unknown_run(tokens, at, plain) > at


def _unknown_run(tokens: Sequence[Token], at: int, plain: str) -> int:
    """Return where a run of tokens ends that make up one unknown word; ``at`` if none does."""
    if tokens[at].kind not in ("unknown", "colour", "modifier", "item", "filler", "prep", "brand"):
        return at
    end, seen = at, False
    while end < len(tokens):
        token = tokens[end]
        if token.kind == "unknown":
            seen = True
        elif token.kind == "space" and _latin_joint(tokens, end, plain):
            pass
        elif not _may_join(tokens, end, plain, seen=seen):
            break
        end += 1
    while end > at and tokens[end - 1].kind == "space":
        end -= 1
    return end if seen else at


def _may_join(tokens: Sequence[Token], at: int, plain: str, *, seen: bool) -> bool:
    token = tokens[at]
    word = plain[token.start : token.end]
    if token.kind in ("colour", "modifier", "prep", "brand"):
        return len(word) == 1 and not (
            at + 1 < len(tokens)
            and tokens[at + 1].kind == "item"
            and len(_text(tokens[at + 1], plain)) > 1
        )
    if token.kind == "filler":
        return word in _SUBJECTS and (seen or _next_is(tokens, at, "unknown"))
    if token.kind != "item":
        return False
    return len(word) == 1 and (seen or _next_is(tokens, at, "unknown")) and word.isalpha()


def _compound(tokens: Sequence[Token], at: int, plain: str) -> tuple[Part, int] | None:
    """Read a word that is glued from two known ones and is neither (山药蛋2斤); None if none is.

    The second is of one character, and the word's amount stands beside it on one side only.
    """
    if at + 1 >= len(tokens) or tokens[at].kind != "item" or tokens[at + 1].kind != "item":
        return None
    one, other = tokens[at], tokens[at + 1]
    word = _text(other, plain)
    items = [
        {item.id for item in t.value.items} if isinstance(t.value, Goods) else set()
        for t in (one, other)
    ]
    picture = any(isinstance(t.value, Goods) and t.value.how == "picture" for t in (one, other))
    if len(word) > 1 or word.isascii() or picture or items[0] & items[1]:
        return None
    counted = (at > 0 and tokens[at - 1].kind == "amount", _next_is(tokens, at + 1, "amount"))
    if counted not in ((False, True), (True, False)):
        return None
    if counted[0] and at + 2 < len(tokens) and tokens[at + 2].kind not in BREAKS:
        return None  # words go on: 带一袋大米油也没有了
    return _of_unknown(tokens, at, at + 2)


def _text(token: Token, plain: str) -> str:
    return plain[token.start : token.end]


def _next_is(tokens: Sequence[Token], at: int, kind: str) -> bool:
    return at + 1 < len(tokens) and tokens[at + 1].kind == kind


def _latin_joint(tokens: Sequence[Token], at: int, plain: str) -> bool:
    """Say whether a space stands between two unknown Latin words."""
    if not 0 < at < len(tokens) - 1:
        return False
    before, after = tokens[at - 1], tokens[at + 1]
    return all(t.kind == "unknown" and _text(t, plain).isascii() for t in (before, after))


def _of_unknown(tokens: Sequence[Token], at: int, end: int) -> tuple[Part, int]:
    return Part("U", tokens[at].start, tokens[end - 1].end), end


def _told_before(tokens: Sequence[Token], at: int, plain: str) -> tuple[Part | None, int]:
    """Read what is told of goods before their name: a brand, 新鲜, 小."""
    first, kinds = at, set()
    while at < len(tokens) and (
        tokens[at].kind in _TELLING
        or (tokens[at].kind in ("space", "filler") and _text(tokens[at], plain) in " 的")
    ):
        kinds.add(tokens[at].kind)
        at += 1
    start = tokens[first].start
    if at < len(tokens) and tokens[at].kind == "item":
        part, after = _part(tokens, at, plain)
        if part is not None:
            part.notes.insert(0, (start, _last_word(tokens, first, at)))
            part.faults += sorted(kinds & {*_TELLING})
            part.start = start
            return part, after
    at = first + 1
    kind = tokens[first].kind
    if kind == "brand" and at < len(tokens) and tokens[at].kind in ("amount", "vague", "times"):
        return Part("U", start, tokens[first].end), at
    return Part("N", start, tokens[first].end, scope="line", faults=[kind]), at


def _last_word(tokens: Sequence[Token], first: int, end: int) -> int:
    while end > first + 1 and tokens[end - 1].kind in ("space", "filler"):
        end -= 1
    return tokens[end - 1].end


def _told_after(part: Part, tokens: Sequence[Token], at: int) -> tuple[Part, int]:
    """Read a brand that is glued to the name before it (纯牛奶蒙牛)."""
    if at < len(tokens) and tokens[at].kind == "brand" and not _next_is(tokens, at, "item"):
        part.notes.append((tokens[at].start, tokens[at].end))
        part.faults.append("brand")
        return part, at + 1
    return part, at
