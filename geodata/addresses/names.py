"""Names of compounds and villages in front of an address, in the midst of a message."""

import re
from collections.abc import Collection

from geodata.addresses.folding import HAN_NUMERALS as HAN
from geodata.addresses.folding import fold

_LONGEST = 24
_RUN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9·()]{2,24}$")
_CODE = re.compile(r"(?<![A-Za-z0-9\-])[A-Za-z]{1,8}-\d{1,3}$")
_LEAD = re.compile(
    r".*(?:住在?|我们?是|我家在?|你家|他家|大家|在|送到|送至|寄到|地址是?|位于|是|的|给|和|跟|与"
    r"|到|了|要|买|帮|请|[0-9][斤两个盒箱袋瓶包]|[，、])"
)
_ESTATE = re.compile(
    rf".*[\u4e00-\u9fff](?:花园|花苑|苑|园|小区|社区|新村|村|公寓|家园|家|里|庄|城|府|邸|坊|院|庭|居|湾"
    rf"|郡|轩|阁|筑|墅|大厦|广场|中心|宿舍|名都|路|街|巷|弄|岸|洲|港|桥|亭|墩|浜|埭|斗|塘|岭|坞)"
    rf"(?:[东西南北中一二三四五六七八九]|(?:\d{{1,3}}|[{HAN}]{{1,3}})(?:期|区|组|弄|村|号院?|队|社|里)|[A-Za-z]区?)?"
    rf"(?:小区)?"
)
_COUNTED = re.compile(
    r"(?:\d|[一二两三四五六七八九十半])(?:斤|公斤|kg|[盒箱袋瓶包把份])", re.IGNORECASE
)
_NO_NAME = re.compile(rf"[\d\W_{HAN}]*")


def name_before(folded: str, start: int, names: Collection[str]) -> int:
    """Return where the name that ends at ``start`` (a space aside) begins, or ``start``."""
    end = len(folded[:start].rstrip(" "))
    if start - end > 1:
        return start
    known = [name for name in names if name and folded[:end].endswith(name)]
    if known:
        return end - max(map(len, known))
    if coded := _CODE.search(folded[max(0, end - 12) : end]):
        return max(0, end - 12) + coded.start()
    run = _RUN.search(folded[max(0, end - _LONGEST) : end])
    if run is None:
        return start
    begin = max(0, end - _LONGEST) + run.start()
    if lead := _LEAD.match(folded[begin:end]):
        begin += lead.end()
    name = folded[begin:end]
    return begin if _ESTATE.fullmatch(name) and not _COUNTED.search(name) else start


def is_plain_name(name: str) -> bool:
    """Tell whether a name is a compound's beyond doubt, so that two numbers may follow it."""
    folded = fold(name) + " "
    return not name or name_before(folded, len(folded), ()) == 0


def clean_name(said: str) -> str | None:
    """Return a name without spaces around it; None if it cannot be a name."""
    name = " ".join(said.split()).strip(" ,:")
    if not name:
        return ""
    if _NO_NAME.fullmatch(name) or _COUNTED.search(name):
        return None
    return name.upper() if re.fullmatch(r"[A-Za-z]{1,8}-\d{1,3}", name) else name
