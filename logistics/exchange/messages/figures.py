"""Numbers that are no quantities: money, times, dates, telephones, ages, headcounts."""

# ruff: noqa: E501  one pattern a line

import re

from logistics.domain.quantities import HAN_NUMERALS

_HAN = rf"[{HAN_NUMERALS}半]"
_NUMBER = rf"(?:\d{{1,9}}(?:\.\d{{1,3}})?|{_HAN}{{1,6}})"
_FIGURES: tuple[tuple[str, str], ...] = (
    ("phone", r"1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"),  # mobile telephones
    ("phone", r"0\d{2,3}[ -]\d{7,8}(?!\d)"),
    ("phone", r"\d{5,}(?:[-/ ]\d+)*(?!\.?\d|\s?(?:g|克|ml|毫升))"),  # no household counts so far
    ("figure", r"20\d\d\s?[-年./]\s?\d{1,2}\s?[-月./]\s?\d{1,2}\s?[日号]?"),
    ("figure", rf"(?:\d{{1,2}}|{_HAN}{{1,3}})月(?:(?:\d{{1,2}}|{_HAN}{{1,3}})[日号]|份|[初中底]|(?=[\s,。;!?)]|$))"),
    ("figure", r"(?:上午|下午|早上|中午|晚上|傍晚|今晚|明早|凌晨|早|晚)?\s?\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]m)?(?:\s?(?:前|后|之前|之后|以前|以后|左右))?"),
    ("figure", rf"(?:上午|下午|早上|中午|晚上|傍晚|今晚|明早|凌晨)?(?:\d{{1,2}}|{_HAN}{{1,3}})点(?:钟|半|整|\d{{1,2}}分?)?(?:以?前|以?后|之前|之后|左右)?(?!心|菜|[{HAN_NUMERALS}])"),
    ("figure", r"(?:星期|周|礼拜)[一二三四五六日天末]"),
    ("figure", r"\d{1,2}\s?[ap]m(?![a-z])"),
    ("figure", rf"(?:\d{{1,2}}|{_HAN}{{1,3}})(?:日|号)(?!用|本|楼|门|电|铁|电池|抽)(?=\s|送|要|到|前|后|下|上|早|晚|中|的|$)"),
    ("figure", rf"第{_NUMBER}(?:次|批|个|份|单|天|波|轮)?"),
    ("figure", r"\d{1,3}(?:\.\d+)?\s?%"),
    ("sum", rf"(?:一?共|合计|总共|总计)\s?{_NUMBER}\s?(?:户|家|人|样|种|项|件|份|斤|公斤|kg|个|盒)(?!工|[\u4e00-\u9fff])"),
    ("people", rf"{_NUMBER}\s?(?:口之?人|口子|个月大|个月|周岁|岁半?|个(?:大人|小孩|孩子|老人|宝宝|人)|[位名](?:大人|小孩|孩子|老人|婴儿|宝宝|幼儿|孕妇|成人)?|(?:大|小)(?=[\d{HAN_NUMERALS}]+[大小])|人(?!份)|户|家人|天|次|周|小时|分钟|(?:楼|层)(?=[\s,。;的住送]|$))(?!参|造)"),
    ("told", rf"每\s?[个只盒袋瓶箱板包份桶提罐]\s?(?:装|有)?\s?{_NUMBER}\s?(?:个|只|枚|盒|袋|瓶|包|罐|片|条|斤|公斤|kg|克|g|ml|毫升|升|l)(?![a-z])"),
    ("told", rf"分(?:成|开|装)?\s?{_NUMBER}\s?[袋份包盒次个](?:装)?(?!\d)"),
    ("told", rf"{_NUMBER}\s?块钱?\s?(?:每|/|一|1)\s?(?:斤|公斤|kg)(?:的)?"),
    ("told", rf"{_NUMBER}\s?元\s?(?:每|/|一|1)\s?(?:斤|公斤|kg|个|盒|袋|瓶|箱|板|份|把|包|只|条|桶|提)(?:的)?"),
    ("told", r"\d{1,5}(?:\.\d{1,2})?\s?(?:元|块)?\s?/\s?(?:斤|公斤|kg|个|盒|袋|瓶|箱|板|份|把|包|只|条|桶|提)"),
    ("money", r"(?:[¥￥$]|rmb\s?)\s?\d{1,7}(?:\.\d{1,2})?(?:\s?(?:元|块钱?|块))?(?:\s?/\s?[\u4e00-\u9fff])?"),
    ("money", rf"(?:{_NUMBER})(?:多|来|几)?\s?(?:元钱?|块钱|块多钱|毛钱?|角钱|分钱|rmb|yuan)(?!宵|贝|蹄|旦|鱼)(?:\s?(?:每|/|一|1)\s?(?:斤|公斤|kg|个|盒|袋|瓶|箱|板|份|把|包|只|条|桶|提))?"),
    ("money", rf"{_NUMBER}\s?块(?:{_HAN}|\d)(?=[\s,。;)一每/]|$)(?:\s?(?:每|/|一|1)\s?(?:斤|个|盒))?"),
)  # fmt: skip
_STARTS = frozenset("0123456789¥￥$r每分共一合总上下早中晚傍今明凌星周礼第半" + HAN_NUMERALS)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _FIGURES)


def figure_at(plain: str, at: int) -> tuple[str, int] | None:
    """Return kind and end of a number at this place that counts no goods; None if there is none.

    Kinds: ``money``, ``told`` (a price or content of one), ``people`` (ages, headcounts),
    ``phone``, ``figure`` (all others).
    """
    if plain[at] not in _STARTS or (at and _goes_on(plain[at - 1], plain[at])):
        return None
    for kind, pattern in _PATTERNS:
        if found := pattern.match(plain, at, at + 40):
            return kind, found.end()
    return None


def _goes_on(before: str, char: str) -> bool:
    """Say whether a number has begun before this place."""
    if char.isdigit():
        return before.isdigit() or before == "."
    return char in HAN_NUMERALS and before in HAN_NUMERALS
