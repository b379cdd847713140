"""A text cut into tokens so that as little as possible stays unknown (dynamic programming)."""

import re
from collections.abc import Iterator

from logistics.exchange.messages.amounts import amounts_at
from logistics.exchange.messages.figures import figure_at
from logistics.exchange.messages.lexicon import Lexicon
from logistics.exchange.messages.normalise import CIRCLED, alike
from logistics.exchange.messages.tokens import Measure, Token

_SEPARATORS = {
    **dict.fromkeys("\n;。!?", "break"),
    **dict.fromkeys(",", "comma"),
    **dict.fromkeys("、&/|·•", "list"),
    **dict.fromkeys(" \"'", "space"),
    **dict.fromkeys("()<>《》", "close"),
    "(": "open",
    "<": "open",
    "《": "open",
    **dict.fromkeys(":=-—_…~^`.@#\\", "colon"),
    "+": "plus",
    **dict.fromkeys("×*", "times"),
    CIRCLED: "list",
}
_LATIN = re.compile(r"[a-z][a-z0-9'’]*|\d+[a-z]+[a-z0-9]*")
_MENTION = re.compile(r"@[^\s:,;@]{1,12}")
_SAME_AS = re.compile(r"[跟和同与照按][^\s,;:。]{1,8}?(?:一样|相同|一致)(?:的|就好)?")
_SAME = 3.5  # 青菜和菠菜一样一斤 is cheaper
_UNKNOWN = 8.0
_UNKNOWN_MORE = 6.0  # each further character of a Latin word costs nothing, of others this
_AMOUNT, _BARE, _VAGUE, _FIGURE, _IMPLIED = 1.0, 1.6, 0.9, 0.8, 1.0
_LONGEST_PIECE = 1500


def segment(plain: str, lexicon: Lexicon, start: int = 0, end: int | None = None) -> list[Token]:
    """Cut a stretch of a plain text into tokens that make it up, in time linear in its length."""
    stop = len(plain) if end is None else end
    tokens: list[Token] = []
    for first, last in _pieces(plain, start, stop):
        tokens += _cut(plain, first, last, lexicon)
    return tokens


def _pieces(plain: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Part a long text at line breaks, so that no table grows with it."""
    while start < stop:
        end = min(start + _LONGEST_PIECE, stop)
        if end < stop:
            cut = max(plain.rfind(char, start + 1, end) for char in "\n ,。")
            end = cut if cut > start else end
        yield start, end
        start = end


def _cut(plain: str, start: int, end: int, lexicon: Lexicon) -> list[Token]:
    text = plain[start:end]
    sounds = alike(text)
    best: list[float] = [0.0] + [float("inf")] * len(text)
    came: list[Token | None] = [None] * (len(text) + 1)
    for at in range(len(text)):
        if best[at] == float("inf"):
            continue
        for token, cost in _begin_at(text, sounds, at, lexicon):
            total = best[at] + cost
            if total < best[token.end]:
                best[token.end], came[token.end] = total, token
    tokens: list[Token] = []
    at = len(text)
    while at > 0:
        found = came[at]
        if found is None:  # cannot be: every character can be taken alone
            raise AssertionError(at)
        tokens.append(
            Token(found.kind, found.start + start, found.end + start, found.value, found.also)
        )
        at = found.start
    return tokens[::-1]


def _begin_at(text: str, sounds: str, at: int, lexicon: Lexicon) -> Iterator[tuple[Token, float]]:
    char = text[at]
    kind = _SEPARATORS.get(char)
    if kind is not None:
        yield Token(_colon(text, at) if kind == "colon" else kind, at, at + 1), 0.0
    else:
        latin = _LATIN.match(text, at)
        yield (
            (Token("unknown", at, latin.end()), _UNKNOWN)
            if latin
            else (Token("unknown", at, at + 1), _UNKNOWN_MORE)
        )
    yield from lexicon.at(text, sounds, at)
    for token in amounts_at(text, at):
        yield token, _amount_cost(token)
    if figure := figure_at(text, at):
        yield Token(figure[0], at, figure[1]), _FIGURE
    if char == "@" and (named := _MENTION.match(text, at)):
        yield Token("filler", at, named.end()), 0.5
    if char in "跟和同与照按" and (same := _SAME_AS.match(text, at)):
        yield Token("same", at, same.end()), _SAME
    if char == "x" and (at == 0 or not text[at - 1].isascii() or text[at - 1] in " )0123456789"):
        after = text[at + 1 : at + 2]
        if not (after.isascii() and after.isalpha()):
            yield Token("times", at, at + 1), 0.0


def _colon(text: str, at: int) -> str:
    """Tell a full stop, which parts words as a comma does, from marks that join them."""
    dots = text[max(0, at - 1) : at + 2].count(".")
    return "comma" if text[at] == "." and dots == 1 else "colon"


def _amount_cost(token: Token) -> float:
    if token.kind == "vague":
        return _VAGUE
    if isinstance(token.value, Measure) and token.value.how == "implied":
        return _IMPLIED
    if isinstance(token.value, Measure) and not token.value.word:
        return _BARE
    return _AMOUNT - 1e-3 * (token.end - token.start)
