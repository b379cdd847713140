"""Amounts in the midst of a message: all readings of what begins at one place."""

import re
from collections.abc import Iterator
from fractions import Fraction

from logistics.domain.quantities import (
    HAN_NUMERALS,
    MASS,
    UNIT_WORD,
    QuantityNotPositive,
    QuantityNotUnderstood,
    UnitNotUnderstood,
    meanings,
    read_amount,
    read_number,
)
from logistics.exchange.messages.tokens import Measure, Token

_ONES = "一二三四五六七八九"
_SIZES = "大中小整满"
_SIZED = "包袋盒瓶桶箱把个块条根颗份碗杯罐提板只捆筐"  # 大排 and 小头 are goods
_UNIT = rf"(?:{UNIT_WORD})"
_HAN = rf"[{HAN_NUMERALS}]{{1,9}}(?:点[零〇{_ONES}]{{1,3}})?"
_ARABIC = r"\d{1,4}(?:\.\d{1,3})?(?!\d|\.\d)"
_EDGE = r"(?=[^\u4e00-\u9fffa-z0-9]|$)"
_NUMBER = re.compile(rf"(?P<number>半|俩|仨|{_ARABIC}|{_HAN})\s?")
_MEASURED = re.compile(
    rf"(?P<number>半|俩|仨|(?:\d{{1,2}}\s)?\d/\d(?!\d)|{_ARABIC}|{_HAN})(?:(?<!半)\s)?"
    rf"(?P<size>(?:[{_SIZES}](?=[{_SIZED}]))?)(?P<unit>{_UNIT})"
    rf"(?:的?量)?",
    re.IGNORECASE,
)
_LONG_WEIGHT = re.compile(r"\d{5,6}\s?(?:g|克|ml|毫升)(?![a-z])")
_TAILS = re.compile(
    rf"(?P<half>半)|(?P<fine>(?:\d{{1,3}}|[{_ONES}])\s?(?:两|g|克|ml|毫升))(?![a-z])"
    rf"|(?P<bare>\d|[{_ONES}]){_EDGE}"
)
_HALF_MORE = re.compile(
    rf"(?P<number>\d{{1,3}}|[{_ONES}两])\s?(?P<unit>[个{_SIZES}]?)半\s?(?P<own>{_UNIT})?"
)
_UNIT_HALF = re.compile(r"(?P<unit>斤|公斤|两)半(?![\u4e00-\u9fff]?[斤两])")
_IMPLIED = re.compile(
    rf"[{_SIZES}]?(?P<unit>[个只颗棵根块把捆板提箱盒袋瓶桶份包罐条支卷听罐串打])(?=[\u4e00-\u9fff])"
)
_ASKS = frozenset("来要买带加拿搞整弄换")
_ROUGHLY = re.compile(r"\s?(?:左右|上下|吧|的样子)")
_LIANG = re.compile(rf"[{_ONES}两十半]{{1,3}}两")
_PART = re.compile(
    rf"(?:(?P<whole>\d{{1,2}})\s)?(?P<over>[1-9])/(?P<under>[1-9])(?P<unit>{_UNIT})", re.IGNORECASE
)
_PACKED = re.compile(rf"\s?(?:装的?|规格的?|一装)(?![修])|\s?/\s?{_UNIT}")
_TIMES = re.compile(
    r"\s?[×*x]\s?(?P<number>\d{1,3}|[一二两三四五六七八九十])(?![\d.%])(?P<unit>\s?[\u4e00-\u9fffa-z]?)"
)

_TIME = re.compile(r"(?<![\d-])(?:[01]?\d|2[0-3]):[0-5]\d(?!\d)(?=\W|$)")
_DIGIT_PAIR = "一两|两三|二三|三四|三五|四五|五六|六七|七八|八九"
_VAGUE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\d{{1,4}}(?:\.\d+)?\s?(?:斤|kg|公斤|个|{_UNIT})?\s?[-~到至或]\s?\d{{1,4}}(?:\.\d+)?\s?{_UNIT}",
        rf"[{_ONES}两十]{{1,3}}\s?{_UNIT}?\s?[-~到至或]\s?[{_ONES}两十]{{1,3}}\s?{_UNIT}",
        rf"[{_ONES}两]?十?(?:{_DIGIT_PAIR})十?[{_SIZES}]?{_UNIT}",
        rf"(?:\d{{1,4}}|[{_ONES}两]?[十百])(?:几|来|多)\s?[{_SIZES}]?{_UNIT}",
        rf"(?:\d{{1,4}}(?:\.\d+)?|[{HAN_NUMERALS}]{{1,4}})\s?{_UNIT}(?:多一?点?|来)(?![\u4e00-\u9fff]?{_UNIT})",
        rf"好?几[{_SIZES}]?{_UNIT}",
        rf"{_UNIT}把(?=[\u4e00-\u9fff\s]|$)(?<=[个斤]把)",
        r"(?:a\s)?few\b|some\b|several\b|(?:a\s)?couple(?:\sof)?\b|a\slittle\b|a\sbit(?:\sof)?\b",
        r"若干|少许|适量|一些|些许|一点点?儿?|点儿|随便来?点?|多少都行|看着来|看着买|看着给|不限量",
        r"(?<=[来弄买带要搞加订拿放])(?:一?点|一?些)儿?|多(?:一点|点|来点)|少(?:一点|点|来点)",
    )
)
_VAGUE_STARTS = frozenset("0123456789几好若少适一些点随多看不afsc斤个" + HAN_NUMERALS)

_ENGLISH = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
}  # fmt: skip
_WORDS = "|".join(sorted(_ENGLISH, key=len, reverse=True))
_LATIN_UNIT = r"[a-z]+"
_SPOKEN = re.compile(
    rf"(?P<whole>(?:{_WORDS}|an?|\d{{1,3}})\s)?(?P<and>and\s(?:a\s)?)?(?P<half>half)(?:\s(?:an?\s)?)(?P<unit>{_LATIN_UNIT})(?:\s?of(?:\sthe)?\b)?"
    rf"|(?P<number>{_WORDS})(?:\s(?P<unit2>{_LATIN_UNIT})(?:\s?of(?:\sthe)?\b)?)?"
    rf"|(?P<a>an?)\s(?P<unit3>{_LATIN_UNIT})(?:\s?of(?:\sthe)?\b)?"
    rf"|(?P<one>an?)(?=\s[a-z])"
)
_LATIN_WORD = re.compile(rf"(?P<unit>{_LATIN_UNIT})(?:\s?of(?:\sthe)?\b)?")
_PLAIN_UNIT_OF = re.compile(r"\s?of(?:\sthe)?\b")


def amounts_at(plain: str, at: int) -> Iterator[Token]:
    """Yield every reading of an amount that begins at this place, with a vague one among them."""
    char = plain[at]
    before = plain[at - 1] if at else " "
    if char in _VAGUE_STARTS and not (char.isdigit() and before.isdigit()):
        yield from _vague(plain, at)
    if char.isascii() and char.isalpha():
        if not (before.isascii() and before.isalnum()):
            yield from _spoken(plain, at)
        return
    if (
        before in _ASKS
        and (char != "把" or before != "要")
        and (found := _IMPLIED.match(plain, at))
    ):
        measure = Measure(Fraction(1), found["unit"], how="implied")
        yield Token("amount", at, found.end(), measure)
    if not (before.isdigit() or before in HAN_NUMERALS) and (found := _UNIT_HALF.match(plain, at)):
        yield Token("amount", at, found.end(), Measure(Fraction(3, 2), found["unit"]))
    if char.isdigit() and _of_a_time(plain, at):
        return
    if char.isdigit() and (
        before.isdigit() or (before == "." and plain[at - 2 : at - 1].isdigit())
    ):
        return
    if char in HAN_NUMERALS and before in HAN_NUMERALS:
        return
    if char.isdigit() or char in "半俩仨" or char in HAN_NUMERALS:
        yield from _numbered(plain, at)


def _of_a_time(plain: str, at: int) -> bool:
    """Say whether minutes stand here: the 12 of 09:12 counts nothing."""
    return plain[at - 1 : at] == ":" and bool(_TIME.search(plain, max(0, at - 4), at + 3))


def _vague(plain: str, at: int) -> Iterator[Token]:
    for pattern in _VAGUE:
        if found := pattern.match(plain, at, at + 24):
            yield Token("vague", at, found.end())


def _numbered(plain: str, at: int) -> Iterator[Token]:
    if found := _HALF_MORE.match(plain, at, at + 24):
        yield from _half_more(found, at)
    if found := _LONG_WEIGHT.match(plain, at, at + 14):
        yield from _measured(plain, at, found.end(), found.group())
        return
    if found := _MEASURED.match(plain, at, at + 24):
        yield from _with_tail(plain, at, found)
    for end in _two_as_unit(plain, at):
        yield from _measured(plain, at, end, plain[at : end - 1] + "两")
    if found := _NUMBER.match(plain, at, at + 16):
        yield from _bare(plain, at, found)


def _two_as_unit(plain: str, at: int) -> Iterator[int]:
    """Yield where 两 ends as a unit that a number in Chinese swallowed: 二两, 三两."""
    if found := _LIANG.match(plain, at, at + 8):
        yield found.end()


def _half_more(found: re.Match[str], at: int) -> Iterator[Token]:
    """Read 两个半 and 一袋半 as they are said: the half belongs to what is counted."""
    own = found["own"]
    if own and found["unit"] != "个":
        return
    if not own and found["unit"] != "个":
        return
    count = read_number(found["number"]) + Fraction(1, 2)
    yield Token("amount", at, found.end(), Measure(count, own or "个"))


def _with_tail(plain: str, at: int, found: re.Match[str]) -> Iterator[Token]:
    said, size, unit = found["number"], found["size"], found["unit"]
    yield from _measured(plain, at, found.end(), said + unit, size=size, unit=unit)
    if size:
        return
    if tail := _TAILS.match(plain, found.end("unit")):
        half_or_fine = tail["half"] or tail["fine"]
        if not half_or_fine and not _may_trail(unit, tail["bare"]):
            return
        yield from _measured(plain, at, tail.end(), said + unit + tail.group(), unit=unit)


def _may_trail(unit: str, digit: str) -> bool:
    """一斤八 is one 斤 and eight 两; a bare digit after any other unit is something else."""
    return unit in ("斤", "市斤") and digit != "0"


def _measured(
    plain: str, at: int, end: int, said: str, *, size: str = "", unit: str = ""
) -> Iterator[Token]:
    read = _read(said)
    if read is None:
        return
    count, word = read
    how = "said"
    if roughly := _ROUGHLY.match(plain, end):
        if roughly.group().strip() != "吧":
            how = "approximate"
        end = roughly.end()
    if unit and (packed := _PACKED.match(plain, end)):
        yield Token("amount", at, packed.end(), Measure(count, word, size, "size"))
    if times := _TIMES.match(plain, end):
        yield from _multiplied(at, times, count, word)
    yield Token("amount", at, end, Measure(count, word, size, how))
    if word.isascii() and (of := _PLAIN_UNIT_OF.match(plain, end)):
        yield Token("amount", at, of.end(), Measure(count, word, size, how))


def _read(said: str) -> tuple[Fraction, str] | None:
    """Read an amount with its unit; a fraction (1/2箱), too."""
    try:
        if part := _PART.fullmatch(said):
            share = Fraction(int(part["over"]), int(part["under"]))
            return share + int(part["whole"] or 0), part["unit"]
        amount = read_amount(said)
    except (QuantityNotUnderstood, QuantityNotPositive, UnitNotUnderstood, ZeroDivisionError):
        return None
    return (amount.count, amount.word) if amount.count > 0 else None


def _multiplied(at: int, times: re.Match[str], count: Fraction, word: str) -> Iterator[Token]:
    after = times["unit"].strip()
    if after and re.fullmatch(_UNIT, after):
        return  # 500克×2袋 is a size and an amount
    number = read_number(times["number"])
    end = times.end("number")
    how = "said" if count == 1 else "multiplied"
    yield Token("amount", at, end, Measure(count * number, word, how=how))


def _bare(plain: str, at: int, found: re.Match[str]) -> Iterator[Token]:
    """Read a number without a unit; in Chinese digits only where nothing follows it."""
    said, end = found["number"], found.end("number")
    after = plain[end : end + 1]
    if after == "%" or said == "半":
        return
    if said in ("俩", "仨"):
        yield Token("amount", at, end, Measure(read_number(said), "个"))
        return
    if not said[0].isdigit() and after.isalnum():
        return
    try:
        count = read_number(said)
    except QuantityNotUnderstood:
        return
    if count > 0:
        yield Token("amount", at, end, Measure(count, ""))


def _spoken(plain: str, at: int) -> Iterator[Token]:
    """Read English words: two boxes of, half a kilo, a dozen, one and a half kg."""
    if plain[max(0, at - 8) : at] == "another " and (
        word := _LATIN_WORD.match(plain, at, at + 16)
    ):
        if is_unit(word["unit"]):
            yield Token("amount", at, word.end(), Measure(Fraction(1), word["unit"]))
        return
    found = _SPOKEN.match(plain, at, at + 48)
    if found is None:
        return
    if found["half"]:
        yield from _spoken_half(at, found)
    elif found["number"]:
        count = Fraction(_ENGLISH[found["number"]])
        if found["unit2"] and is_unit(found["unit2"]):
            yield Token("amount", at, found.end(), Measure(count, found["unit2"]))
        yield Token("amount", at, found.end("number"), Measure(count, ""))
    elif found["a"] and is_unit(found["unit3"]):
        yield Token("amount", at, found.end(), Measure(Fraction(1), found["unit3"]))
    elif found["a"] or found["one"]:
        yield Token(
            "amount",
            at,
            at + len(found["a"] or found["one"]),
            Measure(Fraction(1), "", how="implied"),
        )


def _spoken_half(at: int, found: re.Match[str]) -> Iterator[Token]:
    if not is_unit(found["unit"]) or (found["whole"] and not found["and"]):
        return
    whole = (found["whole"] or "").strip()
    count = Fraction(1, 2)
    if whole:
        count += int(whole) if whole.isdigit() else _ENGLISH.get(whole, 1)
    yield Token("amount", at, found.end(), Measure(count, found["unit"]))


def is_unit(word: str) -> bool:
    """Say whether something is measured in a word."""
    try:
        meanings(word)
    except UnitNotUnderstood:
        return False
    return True


def is_measure(word: str) -> bool:
    """Say whether a unit's word is of weight or volume, and none of pieces or packs."""
    return bool(word) and is_unit(word) and meanings(word)[0] in {*MASS, "ml", "L"}
