"""The forms in which addresses are said, as patterns over folded text.

All repetition is bounded, so that no text takes long. The forms are our collection from sign-up
lists and parcel labels; we know of no standard for them that people keep to.
"""

import re
from dataclasses import dataclass

from geodata.addresses.address import Kind
from geodata.addresses.folding import HAN_NUMERALS as HAN

_GAP = r"\s{0,3}"
_SEP = rf"{_GAP}[-,./·、]?{_GAP}"
_DIRECTION = "[甲乙丙丁戊东西南北中]"

_BUILDING = (
    rf"(?P<building>(?<![{HAN}\d])(?:\d{{1,3}}(?:[A-Za-z](?![A-Za-z]))?|[{HAN}]{{1,4}})"
    rf"|(?<![A-Za-z\d])[A-Za-z]\d{{0,2}}|{_DIRECTION})"
)
_BUILDING_WORD = (
    r"(?:号楼|#楼?|幢楼?|栋楼?|座"
    rf"|楼(?={_GAP}(?:\d{{1,2}}|[{HAN}]{{1,3}}){_GAP}(?:单元|门洞|楼道)))"
)
_UNIT = (
    rf"(?P<unit>\d{{1,2}}|[{HAN}]{{1,3}}|[A-Za-z]|{_DIRECTION}){_GAP}"
    rf"(?:单元|门洞|楼道|门|梯|[-/](?={_GAP}[\dA-Za-z]))"
)
_FLOOR = (
    rf"(?P<floor>(?:B|负|地下)?(?:\d{{1,2}}|[{HAN}]{{1,3}})){_GAP}(?:楼(?!道)|层|F(?![A-Za-z]))"
)
_ROOM_WORD = r"(?:号?室|号?房(?:间)?|户|号)"
_ODD_ROOM = (
    rf"[东西南北中前后左右正大小里外]{{1,2}}(?:间|屋|厢房|套)(?:\d{{1,2}}|[{HAN}](?=室|房|户))?"
)
_ROOM = (
    rf"(?P<room>\d{{3,5}}-\d{{1,2}}(?![\d\-])"
    rf"|[A-Za-z]?\d{{1,5}}(?:[A-Za-z](?![A-Za-z]))?(?![\dA-Za-z]|-\d)|[{HAN}]{{1,5}}"
    rf"|(?:[A-Za-z]|{_DIRECTION})(?={_GAP}(?:室|房|户))|{_ODD_ROOM})"
)
_ROOM_END = rf"(?P<end>{_GAP}{_ROOM_WORD})?"

_HOUSE_NUMBER = rf"(?P<building>(?<![{HAN}\d])(?:\d{{1,4}}[A-Za-z]?|[{HAN}]{{1,5}}))"
_SPECIAL = r"(?P<special>底商|商铺|店铺|门面房?|沿街店?铺|车库|地下室|储藏室|门卫室?|传达室)"

_WORDS = (
    rf"{_BUILDING}{_GAP}{_BUILDING_WORD}{_SEP}(?:{_UNIT}{_SEP})?(?:{_FLOOR}{_SEP})?"
    rf"{_ROOM}{_ROOM_END}"
)
_WORDS_NO_ROOM = rf"{_BUILDING}{_GAP}{_BUILDING_WORD}(?:{_SEP}{_UNIT})?(?:{_SEP}{_FLOOR})?"
_SHORT_BUILDING = (
    rf"(?P<building>(?<![\d\-])\d{{1,3}}(?:[A-Za-z](?![A-Za-z]))?"
    rf"|(?<![A-Za-z\d\-])[A-Za-z]\d?|(?<![{HAN}\-])[{HAN}]{{1,3}})"
)
_SHORT_UNIT = rf"(?P<unit>\d{{1,2}}|[A-Za-z]|[{HAN}]{{1,3}})"
_SHORT_ROOM = (
    rf"(?P<room>\d{{1,5}}(?:[A-Za-z](?![A-Za-z]))?(?![\dA-Za-z\-]|[./]\d)"
    rf"|[{HAN}]{{3,5}}(?![\-{HAN}]))"
)
_DASHED = (
    rf"{_SHORT_BUILDING}{_GAP}(?:-|#-?){_GAP}{_SHORT_UNIT}{_GAP}-{_GAP}{_SHORT_ROOM}"
    rf"(?P<end>{_GAP}(?:室|户|房))?"
)
_SLASHED = (
    rf"(?<![\d./]){_SHORT_BUILDING}(?P<mark>[./·]){_SHORT_UNIT}(?P=mark){_SHORT_ROOM}"
    rf"(?P<end>{_GAP}(?:室|户|房))?"
)
_LOOSE = (
    rf"{_SHORT_BUILDING}(?P<mark>\s{{1,3}}|[,、_]){_SHORT_UNIT}(?P=mark){_SHORT_ROOM}"
    rf"(?P<end>{_GAP}(?:室|户|房))?"
)
_PAIR = (
    rf"{_SHORT_BUILDING}{_GAP}[-/]{_GAP}"
    rf"(?P<room>\d{{3,5}}(?:[A-Za-z])?(?![\dA-Za-z\-]|[./]\d))(?P<end>{_GAP}(?:室|户|房))?"
)
_PAIR_NO_ROOM = rf"{_SHORT_BUILDING}{_GAP}[-/]{_GAP}{_SHORT_UNIT}(?![\dA-Za-z\-])"
_HOUSE = (
    rf"{_HOUSE_NUMBER}{_GAP}号(?!楼|门|院)(?:{_SEP}{_UNIT})?(?:{_SEP}{_FLOOR})?"
    rf"(?:{_SEP}{_ROOM}{_ROOM_END})?"
)
_ODD_PLACE = (
    rf"(?:{_BUILDING}{_GAP}{_BUILDING_WORD}{_SEP})?(?:{_UNIT}{_SEP})?{_SPECIAL}{_GAP}"
    rf"(?P<room>\d{{1,4}}(?:[A-Za-z](?![A-Za-z]))?(?![\dA-Za-z])|[{HAN}]{{1,4}}|[A-Za-z](?![A-Za-z]))?"
    rf"(?P<end>{_GAP}(?:号|室))?"
)

_COMMA = r"[\s,]{0,4}"
_EN_BUILDING = (
    r"(?:(?<![A-Za-z])(?:building|block|bldg|tower)\.?\s{0,3}(?:no\.?\s{0,2})?|#)"
    rf"(?P<building>\d{{1,3}}[A-Za-z]?|[A-Za-z]\d{{0,2}}|{_DIRECTION})(?![A-Za-z\d])"
)
_EN_HOUSE = (
    r"(?<![A-Za-z])(?:house(?:\s{1,2}no\.?)?|no\.)\s{0,3}"
    r"(?P<building>\d{1,4}[A-Za-z]?)(?![A-Za-z\d])"
)
_EN_UNIT = (
    r"(?:unit|stairwell|staircase|stair|entrance)\s{0,3}"
    rf"(?P<unit>\d{{1,2}}|[A-Za-z]|{_DIRECTION})(?![A-Za-z\d])"
)
_EN_FLOOR = r"(?:floor|fl\.)\s{0,3}(?P<floor>B?\d{1,3})(?!\d)"
_EN_ROOM = (
    r"(?:(?P<label>room|flat|apartment|apt|rm)\.?\s{0,3})?"
    rf"(?P<room>(?(label)(?:\d{{3,5}}-\d{{1,2}}(?![\d\-])|[A-Za-z]?\d{{1,5}}[A-Za-z]?(?![A-Za-z\d])"
    rf"|[A-Za-z](?![A-Za-z])|{_ODD_ROOM}|{_DIRECTION})|\d{{3,5}}[A-Za-z]?(?![A-Za-z\d])))"
)
_EN_SPECIAL = r"(?P<special>shop|garage|basement|lodge)(?![A-Za-z])"
_ENGLISH = rf"{_EN_BUILDING}(?:{_COMMA}{_EN_UNIT})?(?:{_COMMA}{_EN_FLOOR})?(?:{_COMMA}{_EN_ROOM})?"
_ENGLISH_BACK = rf"{_EN_ROOM}{_COMMA}(?:{_EN_FLOOR}{_COMMA})?(?:{_EN_UNIT}{_COMMA})?{_EN_BUILDING}"
_ENGLISH_HOUSE = (
    rf"{_EN_HOUSE}(?:{_COMMA}{_EN_UNIT})?(?:{_COMMA}{_EN_FLOOR})?(?:{_COMMA}{_EN_ROOM})?"
)
_ENGLISH_ODD = (
    rf"(?:{_EN_BUILDING}{_COMMA})?(?:{_EN_UNIT}{_COMMA})?{_EN_SPECIAL}\s{{0,3}}"
    r"(?P<room>\d{1,4}[A-Za-z]?(?![A-Za-z\d])|[A-Za-z](?![A-Za-z]))?"
)

_EN_MARKS = r"building|block|bldg|tower|#|house|no\.|shop|garage|basement|lodge"

_NAME = r"(?P<compound>[^\n,;:。!?]{0,40}?)\s{0,3}[,:]?\s{0,3}"
_ENGLISH_NAME = r"(?P<compound>[^\n;:。!?]{0,60}?)[\s,:]{0,4}"
_NAME_AFTER = r"\s{0,3},\s{0,3}(?P<compound>[^\n,;:。!?]{1,60}?)"

CODE = re.compile(r"(?<![A-Za-z0-9\-])[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){3,6}(?![A-Za-z0-9\-])")
SPECIAL_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("底商", "商铺", "店铺", "门面", "沿街", "shop"), "shop"),
    **dict.fromkeys(("车库", "garage"), "garage"),
    **dict.fromkeys(("地下室", "储藏室", "basement"), "cellar"),
    **dict.fromkeys(("门卫", "传达室", "lodge"), "lodge"),
}
"""What the word for an odd place begins with, and its kind; the first of a kind is printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form: its pattern with a name in front (or behind), and as it is found in messages.

    ``marks`` is what each text in this form holds, so that most texts are passed over quickly.
    """

    name: str
    whole: re.Pattern[str]
    found: re.Pattern[str] | None = None
    marks: re.Pattern[str] = re.compile("")
    kind: Kind = "flat"


def _form(
    name: str,
    core: str,
    *,
    kind: Kind = "flat",
    before: str = _NAME,
    after: str = "",
    findable: bool = True,
    marks: str = "",
) -> Form:
    return Form(
        name=name,
        whole=re.compile(rf"{before}{core}{after}", re.IGNORECASE),
        found=re.compile(core, re.IGNORECASE) if findable else None,
        kind=kind,
        marks=re.compile(marks, re.IGNORECASE),
    )


FORMS = (
    _form("words", _WORDS, marks="[幢栋楼座#]"),
    _form("dashed", _DASHED, marks="-"),
    _form("slashed", _SLASHED, marks="[./·]"),
    _form("odd", _ODD_PLACE, marks="[商铺面库室卫]"),
    _form("english-odd", _ENGLISH_ODD, before=_ENGLISH_NAME, marks=_EN_MARKS),
    _form("english-back", _ENGLISH_BACK, before="", after=rf"(?:{_NAME_AFTER})?", marks=_EN_MARKS),
    _form("english", _ENGLISH, before=_ENGLISH_NAME, marks=_EN_MARKS),
    _form("english-house", _ENGLISH_HOUSE, before=_ENGLISH_NAME, kind="house", marks=_EN_MARKS),
    _form("dashed-before-name", _DASHED, before="", after=_NAME_AFTER, findable=False),
    _form("building", _WORDS_NO_ROOM, marks="[幢栋楼座#]"),
    _form("house", _HOUSE, kind="house", marks="号"),
    _form("loose", _LOOSE, findable=False),
    _form("pair", _PAIR, marks="[-/]"),
    _form("pair-no-room", _PAIR_NO_ROOM, findable=False),
)
"""In the order in which they are tried; the first that fits a whole text is what it says."""
