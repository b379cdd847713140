"""What looks like an address and is none: dates, telephone numbers, prices, amounts."""

import re

from geodata.addresses.address import Address

_YEARS = range(19, 36)  # of two digits, for dates about these years
_MOST_FLATS = 12  # of one floor and stairwell; 2026 is a year sooner than flat 26 of floor 20

# What is counted or dated by the number before it; foods that begin alike are no measures.
_MEASURE = re.compile(
    r"\s{0,2}(?:斤|公斤|千克|克(?!力|莉)|(?:kg|g|ml|l|am|pm)(?![A-Za-z])|毫升|升|两(?![个只颗盒箱袋瓶包])"
    r"|元(?!宵|贝|蹄|旦)|块钱|毛钱|月(?!饼|子)|日(?!用|本|式)|年(?!糕|货|夜)|点(?!心|菜|餐)|折|[%℃度岁天人])"
)
_COUNTED = re.compile(r"\s{0,2}[个只颗棵根块把捆板提箱盒袋瓶桶份包条片卷打]")
_MONEY_BEFORE = re.compile(r"(?:[¥￥$€£]|RMB|人民币)\s{0,2}$", re.IGNORECASE)
_MONTH_BEFORE = re.compile(r"月\s{0,2}$")
_CALL_BEFORE = re.compile(
    r"(?:电话|手机|热线|拨打|致电|tel|phone|mobile|call|微信|qq)\s{0,2}[.:]?\s{0,2}(?:0\d{2,3}-?)?$",
    re.IGNORECASE,
)
_NUMBER_FORMS = ("dashed", "slashed", "pair")


def is_something_else(folded: str, match: re.Match[str], form: str) -> bool:
    """Tell whether a match in the midst of a message is more likely no address.

    Parameters
    ----------
    form
        Name of the form whose pattern matched.
    """
    before, after = folded[: match.start()], folded[match.end() :]
    groups = match.groupdict()
    room, closed = groups.get("room") or "", bool((groups.get("end") or "").strip())
    if not closed and _MEASURE.match(after):
        return True
    if not closed and len(room) < 3 and _COUNTED.match(after):  # noqa: PLR2004
        return True
    if form == "house" and _MONTH_BEFORE.search(before):
        return True
    if form not in _NUMBER_FORMS:
        return False
    building = groups.get("building") or ""
    return (
        bool(_MONEY_BEFORE.search(before) or _CALL_BEFORE.search(before))
        or (building.startswith("0") and len(building) > 2)  # noqa: PLR2004  area codes
        or (building in ("400", "800") and len(room) == 5)  # noqa: PLR2004  free-call numbers
        or (form == "slashed" and len(room) < 3)  # noqa: PLR2004
        or (form == "pair" and not closed)
    )


def may_be_date(address: Address) -> bool:
    """Tell whether three numbers can be a day: 11-24-2026, 24-11-2026, 22-4-13, 4-13-22."""
    parts = (address.building, address.unit, address.room)
    if not all(part.isdigit() for part in parts):
        return False
    first, second, last = (int(part) for part in parts)
    if len(address.room) == 4 and last // 100 in (19, 20) and last % 100 > _MOST_FLATS:  # noqa: PLR2004
        return _day(first, second) or _day(second, first)
    if last > 99:  # noqa: PLR2004
        return False
    return (first in _YEARS and _day(second, last)) or (
        last in _YEARS and (_day(first, second) or _day(second, first))
    )


def _day(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31  # noqa: PLR2004
