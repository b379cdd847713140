"""The tables of money with Chinese headers: prices, policy, receipts, settlement, the journal."""

from typing import Final

from logistics.domain.money import Booking, DamageBorne
from logistics.domain.prices import Pricing
from logistics.exchange.registry_tables import Needs
from logistics.exchange.tables import (
    Choice,
    Column,
    Day,
    Instant,
    Integer,
    Table,
    Text,
    Words,
    Yuan,
)

_MOST: Final = 10**12
_CODE: Final = Text(96)
_NAME: Final = Text(120)
_SIGNED: Final = Yuan(least=-_MOST)

PRICES: Final = Table(
    key="prices",
    zh="售价",
    en="Sale prices",
    columns=(
        Column(key="item", zh="商品", en="item", kind=Text(64), required=True),
        Column(key="unit", zh="单位", en="unit", kind=Text(16), required=True),
        Column(key="price_fen", zh="单价（元）", en="price (yuan)", kind=Yuan(least=1)),
        Column(key="since", zh="生效日期", en="from", kind=Day(), required=True),
    ),
)

TERMS: Final = Table(
    key="terms",
    zh="计价规则",
    en="Pricing rules",
    columns=(
        Column(key="since", zh="生效日期", en="from", kind=Day(), required=True),
        Column(
            key="pricing",
            zh="定价方式",
            en="pricing",
            kind=Choice({
                Pricing.COST.value: ("按进价", "at cost", "成本价", "进价"),
                Pricing.LIST.value: ("按价目表", "by list", "价目表"),
            }),
            default=Pricing.COST.value,
        ),
        Column(
            key="damage",
            zh="到货破损",
            en="damaged on arrival",
            kind=Choice({
                DamageBorne.US.value: ("我方承担", "borne by us", "自担"),
                DamageBorne.SUPPLIER.value: ("供应商承担", "borne by the supplier", "供应商"),
            }),
            default=DamageBorne.US.value,
        ),
    ),
)  # fmt: skip

SUBSIDIES: Final = Table(
    key="subsidies",
    zh="补助",
    en="Subsidies",
    columns=(
        Column(key="fund", zh="资金编号", en="fund", kind=Text(32), required=True),
        Column(key="tiers", zh="需求层级", en="need tiers", kind=Words(), default=()),
        Column(key="needs", zh="需求", en="needs", kind=Needs(), default=()),
        Column(key="package", zh="套餐", en="package", kind=Text(64), default=""),
        Column(
            key="percent", zh="比例（%）", en="per cent", kind=Integer(most=100), default=0
        ),
        Column(
            key="household_fen", zh="每户（元）", en="per household (yuan)", kind=Yuan(), default=0
        ),
        Column(key="person_fen", zh="每人（元）", en="per person (yuan)", kind=Yuan(), default=0),
        Column(
            key="cap_fen", zh="每户上限（元）", en="at most per household (yuan)", kind=Yuan()
        ),
        Column(
            key="budget_fen", zh="每波次预算（元）", en="budget of a run (yuan)", kind=Yuan()
        ),
    ),
)  # fmt: skip

BOOKINGS: Final = Choice(
    {
        Booking.PURCHASE.value: ("购进", "purchase"),
        Booking.SEND_BACK.value: ("退货", "sent back"),
        Booking.DELIVERY.value: ("送达", "delivery"),
        Booking.RETURN.value: ("住户退回", "return"),
        Booking.LOSS.value: ("损失", "loss"),
        Booking.FOUND.value: ("找回", "found"),
        Booking.MARGIN.value: ("购销差价", "price difference"),
        Booking.REFUND.value: ("缺损退款", "refund"),
        Booking.SUBSIDY.value: ("补助", "subsidy"),
        Booking.FUNDING.value: ("资金承担", "funding"),
        Booking.PAYMENT.value: ("住户付款", "payment"),
        Booking.SETTLEMENT.value: ("支付供应商", "settlement"),
        Booking.CORRECTION.value: ("冲正", "correction"),
    }
)

ACCOUNTS: Final = Choice(
    {
        "supplier": ("应付供应商", "payable to suppliers"),
        "donation": ("捐赠收入", "donations"),
        "stock": ("库存物资", "goods in hand"),
        "loss": ("物资损失", "losses"),
        "household": ("应收住户", "receivable from households"),
        "gift": ("赠与住户", "given to households"),
        "margin": ("购销差价", "price differences"),
        "subsidy": ("补助结转", "subsidies, to be borne"),
        "fund": ("补助资金", "funds"),
        "cash": ("代收代付", "paid outside"),
    }
)


def journal(zone: str) -> Table:
    """Declare the journal with the clock of a time zone."""
    return Table(
        key="journal",
        zh="记账凭证",
        en="Journal",
        columns=(
            Column(key="voucher", zh="凭证号", en="voucher", kind=Integer(), required=True),
            Column(key="at", zh="日期", en="date", kind=Instant(zone), required=True),
            Column(key="account", zh="科目", en="account", kind=ACCOUNTS, required=True),
            Column(key="detail", zh="明细", en="detail", kind=_CODE, default=""),
            Column(key="kind", zh="摘要", en="summary", kind=BOOKINGS, required=True),
            Column(key="debit_fen", zh="借方（元）", en="debit (yuan)", kind=Yuan()),
            Column(key="credit_fen", zh="贷方（元）", en="credit (yuan)", kind=Yuan()),
            Column(key="item", zh="物品", en="item", kind=Text(64), default=""),
            Column(key="quantity", zh="数量", en="quantity", kind=Integer(), default=0),
            Column(key="base", zh="单位", en="unit", kind=Text(16), default=""),
            Column(key="lot", zh="批次", en="lot", kind=Text(64), default=""),
            Column(key="run", zh="波次", en="run", kind=Text(64), default=""),
            Column(key="note", zh="备注", en="note", kind=Text(96), default=""),
            Column(key="fact", zh="来源", en="source", kind=Text(192), required=True),
            Column(key="corrects", zh="冲正凭证", en="corrects", kind=Integer()),
        ),
    )


RECEIPTS: Final = Table(
    key="receipts",
    zh="住户账单",
    en="Receipts",
    columns=(
        Column(key="household", zh="户号", en="household", kind=_CODE, required=True),
        Column(key="run", zh="波次", en="run", kind=Text(64), default=""),
        Column(key="day", zh="日期", en="day", kind=Day()),
        Column(key="kind", zh="项目", en="what", kind=Text(32), required=True),
        Column(key="item", zh="物品", en="item", kind=Text(96), default=""),
        Column(key="quantity", zh="数量", en="quantity", kind=Integer(least=-_MOST), default=0),
        Column(key="base", zh="单位", en="unit", kind=Text(16), default=""),
        Column(key="fen", zh="金额（元）", en="amount (yuan)", kind=_SIGNED, default=0),
        Column(key="note", zh="备注", en="note", kind=Text(120), default=""),
    ),
)

SETTLEMENTS: Final = Table(
    key="settlements",
    zh="供应商结算",
    en="Settlement",
    columns=(
        Column(key="supplier", zh="供应商", en="supplier", kind=_CODE, required=True),
        Column(key="name", zh="名称", en="name", kind=_NAME, default=""),
        Column(key="order", zh="采购单", en="order", kind=Text(64), required=True),
        Column(key="item", zh="物品", en="item", kind=Text(96), required=True),
        Column(key="base", zh="单位", en="unit", kind=Text(16), required=True),
        Column(key="ordered", zh="订购", en="ordered", kind=Integer(), default=0),
        Column(key="came", zh="实到", en="came", kind=Integer(), default=0),
        Column(key="short", zh="短缺", en="short", kind=Integer(), default=0),
        Column(key="damaged", zh="破损", en="damaged", kind=Integer(), default=0),
        Column(key="returned", zh="退货", en="sent back", kind=Integer(), default=0),
        Column(
            key="ordered_fen", zh="订购金额（元）", en="ordered (yuan)", kind=Yuan(), default=0
        ),
        Column(key="payable_fen", zh="应付（元）", en="payable (yuan)", kind=_SIGNED, default=0),
    ),
)  # fmt: skip
