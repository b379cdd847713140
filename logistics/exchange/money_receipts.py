"""Receipts of households, as PDF and as a table (住户账单)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from logistics.domain.money_views import HouseholdMoney, Receipt
from logistics.exchange.money_tables import RECEIPTS
from logistics.exchange.press import Press
from logistics.exchange.report_texts import TABLES
from logistics.exchange.tables import Language, write_table

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "zh": {
        "title": "住户账单",
        "goods": "物品",
        "quantity": "数量",
        "amount": "金额（元）",
        "gift": "捐赠物资，免费",
        "run": "波次 {run} · {day}",
        "charged": "物资金额",
        "refunded": "缺损退款",
        "subsidy": "补助",
        "owed": "本波次应付",
        "payments": "已付",
        "ref": "凭据",
        "balance": "尚欠",
        "credit": "余额（多付）",
        "payment": "付款",
        "taken-back": "冲正",
        "page": "第 {n} 页，共 {m} 页",
        "foot": "按进价或公示价目计算，精确到分。本单不是付款凭证。",
        "refund.missing": "少件",
        "refund.damaged": "破损",
        "refund.spoiled": "变质",
        "refund.wrong": "送错",
        "refund.other": "其他",
        "refund.lapsed": "退回后作废",
    },
    "en": {
        "title": "Receipt",
        "goods": "goods",
        "quantity": "quantity",
        "amount": "yuan",
        "gift": "donated, free",
        "run": "Run {run} · {day}",
        "charged": "goods",
        "refunded": "refunds",
        "subsidy": "subsidy",
        "owed": "owed for this run",
        "payments": "Paid",
        "ref": "reference",
        "balance": "still owed",
        "credit": "paid too much",
        "payment": "payment",
        "taken-back": "taken back",
        "page": "page {n} of {m}",
        "foot": "Priced at what was paid, or by the published list. This is no proof of payment.",
        "refund.missing": "missing",
        "refund.damaged": "damaged",
        "refund.spoiled": "spoiled",
        "refund.wrong": "wrong goods",
        "refund.other": "other",
        "refund.lapsed": "lapsed, goods came back",
    },
}


def yuan(fen: int) -> str:
    """Say fen as yuan with two decimals, minus sign first."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02}"


class ReceiptPrinter:
    """Prints receipts with one loading of the fonts.

    Parameters
    ----------
    font_paths
        Folders that hold Noto Sans SC, regular and bold.
    """

    def __init__(self, font_paths: Sequence[Path]) -> None:
        self._press = Press("receipt.typ", font_paths)

    def print(
        self,
        homes: Sequence[HouseholdMoney],
        *,
        printed: datetime,
        zone: str,
        language: Language = "zh",
    ) -> bytes:
        """Print receipts as one PDF, each household on pages of its own.

        Parameters
        ----------
        printed
            When they are printed.
        zone
            The time zone of the district, by whose clock days are shown.
        """
        return self._press.print(
            receipt_data(homes, printed=printed, zone=zone, language=language)
        )


def receipt_data(
    homes: Sequence[HouseholdMoney], *, printed: datetime, zone: str, language: Language
) -> dict[str, Any]:
    """Put receipts into the plain words and numbers that the page shows."""
    texts = TEXTS[language]
    clock = ZoneInfo(zone)
    heads = [texts["goods"], texts["quantity"], texts["amount"]]
    return {
        "language": language,
        "title": texts["title"],
        "texts": {
            "title": texts["title"],
            "page": texts["page"],
            "foot": texts["foot"],
            "payments": texts["payments"],
            "heads": heads,
            "payment_heads": [texts["ref"], "", texts["amount"]],
        },
        "receipts": [
            _one(home, language, clock)
            | {"end": f"end-{n}", "printed": f"{printed.astimezone(clock):%Y-%m-%d %H:%M}"}
            for n, home in enumerate(homes)
        ],
    }


def _one(home: HouseholdMoney, language: Language, clock: ZoneInfo) -> dict[str, Any]:
    texts = TEXTS[language]
    key = "balance" if home.balance_fen >= 0 else "credit"
    return {
        "household": home.household,
        "runs": [_run(receipt, language) for receipt in home.receipts],
        "payments": [
            {
                "what": one.ref,
                "note": one.at.astimezone(clock).date().isoformat(),
                "quantity": "",
                "amount": yuan(one.fen),
            }
            for one in home.payments
        ],
        "balance": [_sum(texts[key], abs(home.balance_fen), strong=True)],
    }


def _run(receipt: Receipt, language: Language) -> dict[str, Any]:
    texts = TEXTS[language]
    zh = language == "zh"
    lines = [
        {
            "what": line.item_zh if zh else line.item_en,
            "note": texts["gift"] if line.gift else "",
            "quantity": _amount(line.quantity, line.base, language),
            "amount": yuan(line.fen),
        }
        for line in receipt.lines
    ]
    lines += [
        {
            "what": one.item_zh if zh else one.item_en,
            "note": texts[f"refund.{one.reason}"],
            "quantity": _amount(one.quantity, one.base, language),
            "amount": yuan(-one.fen),
        }
        for one in receipt.refunds
    ]
    sums = [
        _sum(texts[key], fen)
        for key, fen in (
            ("charged", receipt.charged_fen),
            ("refunded", -receipt.refunded_fen),
            ("subsidy", -receipt.subsidy_fen),
        )
        if fen or key == "charged"
    ]
    return {
        "title": texts["run"].format(run=receipt.run_code, day=receipt.day.isoformat()),
        "lines": lines,
        "sums": [*sums, _sum(texts["owed"], receipt.owed_fen, strong=True)],
    }


def _sum(what: str, fen: int, *, strong: bool = False) -> dict[str, Any]:
    return {"what": what, "amount": yuan(fen), "strong": strong}


def _amount(quantity: int, base: str, language: Language) -> str:
    return f"{quantity:,} {TABLES[language][base]}"


def write_receipts(
    path: Path, homes: Iterable[HouseholdMoney], *, zone: str, language: Language = "zh"
) -> None:
    """Write receipts as CSV or a workbook: a line for each item, refund, subsidy and payment."""
    write_table(path, RECEIPTS, _rows(homes, ZoneInfo(zone), language), language=language)


def _rows(
    homes: Iterable[HouseholdMoney], clock: ZoneInfo, language: Language
) -> Iterator[dict[str, Any]]:
    texts, zh = TEXTS[language], language == "zh"
    for home in homes:
        for receipt in home.receipts:
            head = {"household": home.household, "run": receipt.run_code, "day": receipt.day}
            for line in receipt.lines:
                yield head | {
                    "kind": texts["goods"],
                    "item": line.item_zh if zh else line.item_en,
                    "quantity": line.quantity,
                    "base": TABLES[language][line.base],
                    "fen": line.fen,
                    "note": texts["gift"] if line.gift else "",
                }
            for one in receipt.refunds:
                yield head | {
                    "kind": texts["refunded"],
                    "item": one.item_zh if zh else one.item_en,
                    "quantity": one.quantity,
                    "base": TABLES[language][one.base],
                    "fen": -one.fen,
                    "note": texts[f"refund.{one.reason}"],
                }
            if receipt.subsidy_fen:
                yield head | {"kind": texts["subsidy"], "fen": -receipt.subsidy_fen}
        for paid in home.payments:
            yield {
                "household": home.household,
                "day": paid.at.astimezone(clock).date(),
                "kind": texts["payment" if paid.fen > 0 else "taken-back"],
                "fen": -paid.fen,
                "note": paid.ref,
            }
