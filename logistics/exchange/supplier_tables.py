"""The tables of suppliers, slots, offers and vans, with Chinese headers (供应商表)."""

from decimal import Decimal
from typing import Final

from logistics.domain.suppliers import SupplierKind
from logistics.exchange.tables import (
    Choice,
    Clock,
    Column,
    Integer,
    Number,
    Quantity,
    Table,
    Text,
    YesNo,
    Yuan,
)

KINDS: Final = Choice(
    {
        SupplierKind.MARKET.value: ("农贸市场", "market", "市场", "菜场"),
        SupplierKind.SUPERMARKET.value: ("超市", "supermarket"),
        SupplierKind.WHOLESALER.value: ("批发商", "wholesaler", "批发"),
        SupplierKind.DONOR.value: ("捐赠方", "donor", "捐赠"),
    }
)
_CODE: Final = Text(64)
_NAME: Final = Text(120)
_DAY_MIN: Final = 24 * 60
_LON: Final = Number(least=Decimal(-180), most=Decimal(180), places=14)
_LAT: Final = Number(least=Decimal(-90), most=Decimal(90), places=14)

SUPPLIERS: Final = Table(
    key="suppliers",
    zh="供应商",
    en="Suppliers",
    columns=(
        Column(key="code", zh="编号", en="code", kind=_CODE, required=True),
        Column(key="name_zh", zh="名称", en="Chinese name", kind=_NAME, required=True),
        Column(key="name_en", zh="英文名", en="English name", kind=_NAME),
        Column(key="kind", zh="类别", en="kind", kind=KINDS, required=True),
        Column(key="lon", zh="经度", en="longitude", kind=_LON, required=True),
        Column(key="lat", zh="纬度", en="latitude", kind=_LAT, required=True),
        Column(key="opens", zh="开门", en="opens", kind=Clock()),
        Column(key="closes", zh="关门", en="closes", kind=Clock()),
        Column(
            key="minimum_fen",
            zh="起订金额（元）",
            en="minimum order (yuan)",
            kind=Yuan(),
            default=0,
        ),
        Column(
            key="lead_min",
            zh="备货时间（分钟）",
            en="lead time (minutes)",
            kind=Integer(most=30 * _DAY_MIN),
            default=0,
        ),
        Column(key="cold", zh="能保冷链", en="keeps cold chain", kind=YesNo(), default=True),
        Column(key="entered", zh="须进店", en="buyers go in", kind=YesNo(), default=True),
        Column(
            key="provenance",
            zh="溯源码样式",
            en="provenance pattern",
            kind=Text(120),
            default=None,
        ),
        Column(key="note", zh="备注", en="note", kind=Text(400), default=""),
    ),
)

SLOTS: Final = Table(
    key="slots",
    zh="限流时段",
    en="Slots",
    columns=(
        Column(key="supplier", zh="供应商", en="supplier", kind=_CODE, required=True, spans=True),
        Column(key="starts", zh="开始", en="starts", kind=Clock(), required=True),
        Column(key="ends", zh="结束", en="ends", kind=Clock(), required=True),
        Column(key="cases", zh="限件数", en="cases at most", kind=Integer()),
        Column(key="buyers", zh="限采购员数", en="buyers at most", kind=Integer()),
    ),
)

OFFERS: Final = Table(
    key="offers",
    zh="报价",
    en="Offers",
    columns=(
        Column(key="supplier", zh="供应商", en="supplier", kind=_CODE, required=True, spans=True),
        Column(key="item", zh="商品", en="item", kind=Text(64), required=True),
        Column(key="case", zh="每件含量", en="case holds", kind=Quantity(), required=True),
        Column(
            key="price_fen",
            zh="每件价格（元）",
            en="price of a case (yuan)",
            kind=Yuan(least=1),
            required=True,
        ),
        Column(key="stock_cases", zh="库存件数", en="cases in stock", kind=Integer()),
        Column(
            key="minimum_cases",
            zh="起订件数",
            en="cases at least",
            kind=Integer(least=1),
            default=1,
        ),
        Column(key="aisle", zh="货架", en="aisle", kind=Text(64), default=""),
        Column(
            key="keeps_h",
            zh="保鲜（小时）",
            en="keeps (hours)",
            kind=Integer(least=1, most=87_600),
        ),
    ),
)

VANS: Final = Table(
    key="vans",
    zh="货车",
    en="Vans",
    columns=(
        Column(key="code", zh="编号", en="code", kind=Text(32), required=True),
        Column(
            key="capacity_kg",
            zh="载重（公斤）",
            en="carries (kg)",
            kind=Integer(least=1, most=100_000),
            required=True,
        ),
        Column(
            key="capacity_l",
            zh="容积（升）",
            en="holds (litres)",
            kind=Integer(least=1, most=200_000),
            required=True,
        ),
        Column(key="cold", zh="冷藏", en="refrigerated", kind=YesNo(), default=False),
        Column(key="shift_start", zh="上班", en="shift starts", kind=Clock(), required=True),
        Column(key="shift_end", zh="下班", en="shift ends", kind=Clock(), required=True),
        Column(key="depot", zh="停放点位", en="stands at point", kind=_CODE, default=""),
        Column(key="active", zh="在用", en="in use", kind=YesNo(), default=True),
    ),
)
