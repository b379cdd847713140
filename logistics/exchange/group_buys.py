"""Exports of group-buying programs (快团团、群接龙): a row for each thing that somebody ordered.

What is bought there is counted in portions of a size that stands in the name or in a column of
its own: 土豆 2斤装, three portions of it, are 6 斤. Names, nicknames and phone numbers in such a
file are not read at all.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from logistics.domain.catalogue import fold
from logistics.domain.lists import AskedLine, Doubt, Entry
from logistics.domain.quantities import plain
from logistics.exchange.tables import (
    AsIs,
    Column,
    Finding,
    Row,
    Table,
    TableUnreadable,
    stream_table,
)

GROUP_BUYS: Final = Table(
    key="group-buys", zh="团购订单", en="Group orders",
    columns=(
        Column(key="order", zh="跟团号", en="order no", kind=AsIs(), present=True, spans=True,
               words=("接龙号", "跟团序号", "接龙序号", "订单号", "订单编号")),
        Column(key="item", zh="商品", en="item", kind=AsIs(), present=True,
               words=("商品名称", "商品名", "品名", "团购商品")),
        Column(key="quantity", zh="数量", en="quantity", kind=AsIs(), present=True,
               words=("购买数量", "商品数量", "份数", "下单数量")),
        Column(key="size", zh="规格", en="size", kind=AsIs(),
               words=("商品规格", "规格名称", "款式")),
        Column(key="address", zh="详细地址", en="address", kind=AsIs(), spans=True,
               words=("收货地址", "地址", "楼栋房号", "楼号房号", "门牌号", "房号", "户号",
                      "自提点地址")),
        Column(key="compound", zh="小区", en="compound", kind=AsIs(), spans=True,
               words=("自提点", "小区名称", "所在小区")),
        Column(key="note", zh="团员备注", en="note", kind=AsIs(), spans=True,
               words=("备注", "买家备注", "留言", "订单备注")),
        Column(key="state", zh="订单状态", en="state", kind=AsIs(), spans=True,
               words=("状态", "支付状态")),
        Column(key="refunded", zh="退款数量", en="refunded", kind=AsIs(),
               words=("已退数量", "退货数量")),
    ),
)  # fmt: skip
"""An export, one row a thing ordered; further columns are left unread."""

_GONE = re.compile(
    r"取消|关闭|全额退款|已退款|退款成功|未支付|待支付|cancel|refund", re.IGNORECASE
)
_ASIDE = re.compile(r"【[^】]*】|\[[^\]]*\]|（[^）]*）|\([^)]*\)")
_SIZE = re.compile(
    r"(?P<count>\d+(?:\.\d+)?)\s*(?P<unit>公斤|千克|kg|斤|两|克|g|毫升|ml|升|L"
    r"|个|只|颗|枚|根|包|袋|盒|瓶|罐|片|条|块|枝|支|板|箱|桶|卷|提)",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"[*×xX]\s*\d")


@dataclass(slots=True)
class _Order:
    """The rows of one order, wherever in the file they stand."""

    address: str
    compound: str
    ref: str
    line: int
    lines: list[AskedLine] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def is_group_buy(file: Path) -> bool:
    """Say whether the first rows name the columns of an export, such as the order's number.

    Raises
    ------
    TableUnreadable
        If the file is missing, of no known kind or too large.
    """
    stream = stream_table(file, GROUP_BUYS)
    try:
        next(iter(stream), None)
    except TableUnreadable:
        return False
    return True


def read_group_buy(file: Path, compound: str) -> Iterator[Entry]:
    """Read an export into one entry per order; what is cancelled or paid back is left out.

    Raises
    ------
    TableUnreadable
        If it is no such export, or damaged.
    """
    yield from _entries(stream_table(file, GROUP_BUYS), compound)


def _entries(rows: Iterable[Row | Finding], compound: str) -> Iterator[Entry]:
    orders: dict[tuple[str, str], _Order] = {}
    for found in rows:
        if isinstance(found, Finding):
            facts = {"field": found.column, "value": found.value, "mend": found.mend}
            said = f"{found.column} {found.value}".strip()
            doubt = Doubt("row.unreadable", said, facts, found.line)
            yield Entry(
                household="", channel="group-buy", line=found.line, doubts=(doubt,),
                said=doubt.said,
            )  # fmt: skip
            continue
        if _GONE.search(said_in(found["state"])):
            continue
        address, ref = said_in(found["address"]), said_in(found["order"])
        own = said_in(found["compound"]) or compound
        order = orders.setdefault((fold(address), ref), _Order(address, own, ref, found.line))
        _add(order, found)
    for order in orders.values():
        if order.lines or order.doubts:
            yield Entry(
                household=order.address,
                compound=order.compound,
                channel="group-buy",
                line=order.line,
                lines=tuple(order.lines),
                doubts=tuple(order.doubts),
                note="；".join(dict.fromkeys(order.notes)),
                client_ref=f"group-buy:{order.ref}"[:128] if order.ref else None,
            )


def _add(order: _Order, row: Row) -> None:
    if note := said_in(row["note"]):
        order.notes.append(note)
    portions = _count(row["quantity"])
    refunded = _count(row["refunded"]) or 0
    name, size = _parted(said_in(row["item"]), said_in(row["size"]))
    if portions is None or not name:
        order.doubts.append(_unread(row, name))
        return
    if portions == refunded > 0:
        return
    amount = _amount(portions - refunded, size)
    if amount is None:
        order.doubts.append(_unsized(row, name, size))
        return
    order.lines.append(AskedLine(name, str(amount[0]), amount[1], said=_words(row), line=row.line))


def _parted(name: str, size: str) -> tuple[str, str]:
    """Part a name from a size that stands in it: 【现货】土豆 2斤装."""
    asides = " ".join(_ASIDE.findall(name))
    bare = _ASIDE.sub(" ", name).strip()
    found = _SIZE.search(plain(bare))
    if found and found.start() > 0:
        rest = plain(bare)
        bare, inside = rest[: found.start()].strip(), rest[found.start() :]
    else:
        inside = asides if _SIZE.search(plain(asides)) else ""
    return bare, size or inside


def _amount(portions: Decimal, size: str) -> tuple[Decimal, str] | None:
    """Multiply portions by their size; None if the size can be read in two ways."""
    said = plain(size).strip()
    if not said or said in {"默认", "标准", "无", "份"}:
        return portions, ""
    sizes = list(_SIZE.finditer(said))
    if not sizes or _SEVERAL.search(said):
        return None
    if len(sizes) > 1:
        return None
    return portions * Decimal(sizes[0]["count"]), sizes[0]["unit"]


def _count(cell: Any) -> Decimal | None:
    text = plain(said_in(cell)).lstrip("xX×*+").strip()
    return Decimal(text) if re.fullmatch(r"\d{1,6}(?:\.\d{1,3})?", text) else None


def _words(row: Row) -> str:
    """Say what was ordered, and nothing of who ordered it."""
    return " ".join(words for key in ("item", "size", "quantity") if (words := said_in(row[key])))


def _unread(row: Row, name: str) -> Doubt:
    which = "quantity" if name else "item"
    facts = {
        "field": which,
        "value": said_in(row[which])[:80],
        "mend": "write one positive number" if name else "name the item",
        "asked": {"item": name, "quantity": said_in(row["quantity"]), "unit": ""},
    }
    return Doubt("row.unreadable", _words(row), facts, row.line)


def _unsized(row: Row, name: str, size: str) -> Doubt:
    facts = {
        "item": name,
        "size": size[:80],
        "mend": "settle it with an amount and a unit",
        "asked": {"item": name, "quantity": said_in(row["quantity"]), "unit": ""},
    }
    return Doubt("size.not-understood", _words(row), facts, row.line)


def said_in(value: object) -> str:
    """Say what stands in a cell of a list, as it stands."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a spreadsheet's 101 is the room 101, not 101.0
    return "" if value is None else str(value).strip()
