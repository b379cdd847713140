"""One household's words cut into lines, notes and doubts; every character ends in one piece."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from logistics.domain.quantities import UNIT_WORD, plain

_ONES = "一二三四五六七八九"
_CN = rf"[{_ONES}十两][零〇{_ONES}十百千两]{{0,7}}(?:点[零〇{_ONES}]{{1,3}})?"
_ARABIC = r"(?<![A-WYZa-wyz0-9.~+\-])\d{1,12}(?:\.\d{1,9})?"
_UNIT = rf"(?:{UNIT_WORD})(?![钱元毛])"
_END = r"(?=\s|$)"
_TAIL = (
    rf"(?:半(?!{_UNIT})|(?:\d|[{_ONES}])\s*两|[{_ONES}]{_END}"
    r"|\d+\s*(?:g|克)(?![A-Za-z]))"
)
_AMOUNT = re.compile(
    rf"(?:(?<![A-Za-z])[x×*])?\s*(?P<quantity>(?:{_ARABIC}|{_CN}|半|俩|仨)\s*{_UNIT}{_TAIL}?"
    rf"|{_ARABIC}{_END}|(?<!\S){_CN}{_END})",
    re.IGNORECASE,
)
_BREAK = re.compile(
    r"[、,，;；。!！?？|()（）【】\[\]\n\r]+|\.(?!\d)|(?<=\D)\.|\band\b|&|\+(?!\d)"
)
_NOTE = re.compile(
    r"(?:^不要|^别|^不放|^不吃|^少|^多放|放门口|放在|过敏|谢谢|感谢|辛苦|^备注|^麻烦|^请"
    r"|尽量|新鲜|嫩一点|小一点|大一点|^note\b|^no\b|^without\b|^please\b|thanks|thank you|allerg)",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"(?:不要|别要|取消|改|换|退|或|算了|了$|^[/~\-—至到]+$|^装|^规格|^每|^共|^一共|^instead|^or\b|cancel)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:我们?|请|麻烦|想|再|还|另外|帮忙|帮我|需)*(?:要|来|买|加|有|和)(?![0-9])|of\s+",
    re.IGNORECASE,
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_NAME = re.compile(
    rf"[{_SURNAMES}](?:女士|先生|小姐|阿姨|叔叔|奶奶|爷爷|大爷|大妈|老师|家|姐|哥)?(?=$|\s|[,，、:：])"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text and what it was taken for.

    Kinds: ``line`` (with item and quantity), ``note``, ``doubt``, ``name``, ``space``; and in a
    whole text ``address``, ``number`` and ``heading``.
    """

    kind: str
    text: str
    item: str = ""
    quantity: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # W words, A amount
    start: int
    end: int


def cut(body: str) -> list[Piece]:
    """Cut what one household wrote, address taken off, into pieces that make it up again."""
    folded = folded_alike(body)
    pieces: list[Piece] = []
    if name := _NAME.match(folded, _spaces_until(folded, 0)):
        pieces += _plain_pieces(body[: name.start()])
        pieces.append(Piece("name", body[name.start() : name.end()]))
    start = sum(len(piece.text) for piece in pieces)
    for match in _BREAK.finditer(folded, start):
        pieces += _segment(body, folded, start, match.start())
        pieces.append(Piece("space", body[match.start() : match.end()]))
        start = match.end()
    return pieces + _segment(body, folded, start, len(body))


def folded_alike(text: str) -> str:
    """Fold look-alike characters, blank out emoji and colons, keeping every position."""
    return "".join(
        " " if char in ":：" or unicodedata.category(char) in {"So", "Sk", "Cf", "Mn"} else
        folded if len(folded := plain(char)) == 1 else char
        for char in text
    )  # fmt: skip


def _segment(body: str, folded: str, start: int, end: int) -> list[Piece]:
    """Cut what stands between two breaks: clusters without space first, loose words after."""
    clusters = list(_clusters(folded, start, end))
    pieces: list[Piece] = []
    loose: list[list[_Token]] = []
    at = start
    for number, cluster in enumerate(clusters):
        if len(cluster) > 1 and not _amount_follows(clusters, number):
            at = _flush(loose, body, folded, at, pieces)
            at = _glued(cluster, body, folded, at, pieces)
        else:
            loose.append(cluster)
    at = _flush(loose, body, folded, at, pieces)
    return pieces + _plain_pieces(body[at:end])


def _amount_follows(clusters: list[list[_Token]], number: int) -> bool:
    """Say whether a lone amount stands beside this one's amount: 水550ml 2瓶 says two things."""
    if clusters[number][-1].kind != "A" or number + 1 == len(clusters):
        return False
    return [token.kind for token in clusters[number + 1]] == ["A"]


def _clusters(folded: str, start: int, end: int) -> Iterator[list[_Token]]:
    tokens: list[_Token] = []
    at = start
    for match in _AMOUNT.finditer(folded, start, end):
        tokens += _words(folded, at, match.start())
        first = _spaces_until(folded, match.start())
        tokens.append(_Token("A", first, match.start() + len(match.group().rstrip())))
        at = tokens[-1].end
    tokens += _words(folded, at, end)
    cluster: list[_Token] = []
    for token in tokens:
        if cluster and cluster[-1].end != token.start:
            yield cluster
            cluster = []
        cluster.append(token)
    if cluster:
        yield cluster


def _words(folded: str, start: int, end: int) -> list[_Token]:
    """Cut words at spaces; neighbouring English words are one: ``sweet potato``."""
    return [
        _Token("W", start + match.start(), start + match.end())
        for match in re.finditer(r"[!-~]+(?: +[!-~]+)*(?!\S)|\S+", folded[start:end])
    ]


def _glued(cluster: list[_Token], body: str, folded: str, at: int, pieces: list[Piece]) -> int:
    kinds = "".join(token.kind for token in cluster)
    words = [folded[t.start : t.end] for t in cluster if t.kind == "W"]
    pieces += _plain_pieces(body[at : cluster[0].start])
    whole = body[cluster[0].start : cluster[-1].end]
    if any(_CORRECTION.search(word) for word in words):
        pieces.append(Piece("doubt", whole))
    elif re.fullmatch(r"(?:WA)+W?|(?:AW)+", kinds):
        for first, second in zip(cluster[::2], cluster[1::2], strict=False):
            pieces.append(_line(first, second, body, folded))
        if len(cluster) % 2:
            pieces.append(_loose_words(body[cluster[-1].start : cluster[-1].end]))
    else:
        pieces.append(Piece("doubt", whole))
    return cluster[-1].end


def _flush(loose: list[list[_Token]], body: str, folded: str, at: int, pieces: list[Piece]) -> int:
    """Pair words and amounts that stand apart, if there is only one way to do it."""
    tokens = [token for cluster in loose for token in cluster]
    loose.clear()
    if not tokens:
        return at
    kinds = "".join(token.kind for token in tokens)
    texts = [folded[token.start : token.end] for token in tokens]
    clear = re.fullmatch(r"(?:WA)+|(?:AW)+", kinds) and not any(
        _CORRECTION.search(text) or _NOTE.search(text) for text in texts
    )
    pieces += _plain_pieces(body[at : tokens[0].start])
    if clear:
        for number in range(0, len(tokens), 2):
            if number:
                pieces += _plain_pieces(body[tokens[number - 1].end : tokens[number].start])
            pieces.append(_line(tokens[number], tokens[number + 1], body, folded))
    elif "A" in kinds:
        pieces.append(Piece("doubt", body[tokens[0].start : tokens[-1].end]))
    else:
        for number, token in enumerate(tokens):
            if number:
                pieces += _plain_pieces(body[tokens[number - 1].end : token.start])
            pieces.append(_loose_words(body[token.start : token.end]))
    return tokens[-1].end


def _line(first: _Token, second: _Token, body: str, folded: str) -> Piece:
    words, amount = (first, second) if first.kind == "W" else (second, first)
    item = folded[words.start : words.end]
    if lead := _LEAD.match(item):
        item = item[lead.end() :] or item
    match = _AMOUNT.match(folded, amount.start)
    quantity = match["quantity"] if match else folded[amount.start : amount.end]
    return Piece("line", body[first.start : second.end], item.strip(), quantity.strip())


def _loose_words(text: str) -> Piece:
    folded = folded_alike(text)
    if _NOTE.search(folded) and not re.search(r"了$|取消|改|换", folded):
        return Piece("note", text)
    return Piece("doubt", text)


def _plain_pieces(text: str) -> list[Piece]:
    return [Piece("space", text)] if text else []


def _spaces_until(folded: str, at: int) -> int:
    while at < len(folded) and folded[at].isspace():
        at += 1
    return at
