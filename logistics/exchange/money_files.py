"""Prices and policies from their tables and back; the journal and settlements for accounting."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any

from logistics.domain.catalogue import Catalogue
from logistics.domain.money import Booking, DamageBorne, Posting
from logistics.domain.money_views import Settlement
from logistics.domain.prices import PriceInvalid, Pricing, SalePrice
from logistics.domain.subsidies import MoneyPolicy, SubsidyInvalid, SubsidyRule
from logistics.errors import Invalid
from logistics.exchange.money_tables import (
    PRICES,
    SETTLEMENTS,
    SUBSIDIES,
    TERMS,
    journal,
)
from logistics.exchange.report_texts import TABLES
from logistics.exchange.tables import (
    Finding,
    Language,
    Row,
    Table,
    TableUnreadable,
    read_book,
    read_table,
    write_book,
    write_table,
)


class JournalUneven(Invalid):
    """A voucher has not one debit and one credit of the same amount."""

    code = "money.journal-uneven"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFile:
    """Prices of a file, and what is wrong with the rows that were left out."""

    prices: tuple[SalePrice, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """The policy of a file, if it says one, and what is wrong with rows that were left out."""

    policy: MoneyPolicy | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    """An entry as it is written for accounting: one voucher, two lines."""

    seq: int
    posting: Posting
    at: datetime
    item: str = ""
    base: str = ""
    run: str = ""
    corrects: int | None = None


def read_prices(path: str | PathLike[str], goods: Catalogue) -> PriceFile:
    """Read sale prices; a blank price says that the item costs what was paid from then on.

    Raises
    ------
    TableUnreadable
        If the file as a whole cannot be read.
    """
    reading = read_table(path, PRICES)
    findings = list(reading.findings)
    prices: dict[tuple[str, Any], SalePrice] = {}
    for row in reading.rows:
        item = goods.find(row["item"])
        if item is None or item.id not in goods.by_id:
            findings.append(_at(PRICES, row, "item", "item.unknown", "use the catalogue's name"))
            continue
        per = item.base_count(row["unit"])
        if per is None:
            known = "、".join(item.known_units())
            findings.append(_at(PRICES, row, "unit", "unit.unknown-for-item", f"use {known}"))
            continue
        if (item.id, row["since"]) in prices:
            findings.append(_at(PRICES, row, "item", "setup.repeated", "keep one of both rows"))
            continue
        try:
            prices[item.id, row["since"]] = SalePrice(
                item_id=item.id, fen=row["price_fen"], per=per, unit=row["unit"],
                since=row["since"],
            )  # fmt: skip
        except PriceInvalid as fault:
            findings.append(_at(PRICES, row, "price_fen", fault.code, str(fault.facts["mend"])))
    return PriceFile(prices=tuple(prices.values()), findings=tuple(findings))


def write_prices(
    path: str | PathLike[str],
    prices: Iterable[SalePrice],
    names: Mapping[str, str],
    *,
    language: Language = "zh",
) -> int:
    """Write prices, with the names of items by id; return how many."""
    rows = [
        {"item": names[one.item_id], "unit": one.unit, "price_fen": one.fen, "since": one.since}
        for one in sorted(prices, key=lambda one: (names[one.item_id], one.since))
    ]
    write_table(path, PRICES, rows, language=language)
    return len(rows)


def read_policy(path: str | PathLike[str], before: MoneyPolicy) -> PolicyFile:
    """Read a policy: a workbook with its two sheets, or one of them.

    What the file does not say is as ``before``: without pricing rules the subsidies hold from the
    day on from which the earlier policy does; without subsidies the earlier ones stay.

    Raises
    ------
    TableUnreadable
        If the file as a whole cannot be read.
    """
    book = _policy_tables(path)
    findings = [finding for one in book.values() for finding in one.findings]
    policy = before
    for row in book["terms"].rows if "terms" in book else ():
        policy = replace(
            policy,
            since=row["since"],
            pricing=Pricing(row["pricing"]),
            damage=DamageBorne(row["damage"]),
        )
    if "subsidies" in book:
        rules = []
        for row in book["subsidies"].rows:
            try:
                rules.append(_rule(row))
            except SubsidyInvalid as fault:
                key = {"rate": "percent", "amount": "household_fen"}.get(
                    str(fault.facts["field"]), str(fault.facts["field"])
                )
                findings.append(_at(SUBSIDIES, row, key, fault.code, str(fault.facts["mend"])))
        policy = replace(policy, rules=tuple(rules))
    says = any(one.rows for one in book.values()) or not findings
    return PolicyFile(policy=policy if says else None, findings=tuple(findings))


def _policy_tables(path: str | PathLike[str]) -> Mapping[str, Any]:
    if Path(path).suffix.lower() != ".csv":
        return read_book(path, (TERMS, SUBSIDIES))
    try:
        return {SUBSIDIES.key: read_table(path, SUBSIDIES)}
    except TableUnreadable as refusal:
        if not str(refusal.facts["mend"]).startswith("no column"):
            raise  # it is no table at all, or has a column twice
    return {TERMS.key: read_table(path, TERMS)}


def _rule(row: Row) -> SubsidyRule:
    tiers = [word for word in row["tiers"] if word.isdecimal()]
    if len(tiers) < len(row["tiers"]):
        raise SubsidyInvalid(field="tiers", value="、".join(row["tiers"]), mend="use 0, 1 and 2")
    return SubsidyRule(
        fund=row["fund"],
        percent=row["percent"],
        household_fen=row["household_fen"],
        person_fen=row["person_fen"],
        tiers=frozenset(map(int, tiers)),
        needs=frozenset(row["needs"]),
        package=row["package"],
        cap_fen=row["cap_fen"],
        budget_fen=row["budget_fen"],
    )


def write_policy(
    path: str | PathLike[str], policy: MoneyPolicy, *, language: Language = "zh"
) -> None:
    """Write a policy as a workbook of two sheets; as CSV its subsidies alone."""
    rules = [
        rule.facts() | {
            "tiers": tuple(map(str, sorted(rule.tiers))), "needs": tuple(sorted(rule.needs)),
        }
        for rule in policy.rules
    ]  # fmt: skip
    if Path(path).suffix.lower() == ".csv":
        write_table(path, SUBSIDIES, rules, language=language)
        return
    terms = {"since": policy.since, "pricing": policy.pricing.value, "damage": policy.damage.value}
    write_book(path, [(TERMS, [terms]), (SUBSIDIES, rules)], language=language)


def write_journal(
    path: str | PathLike[str],
    lines: Iterable[JournalLine],
    *,
    zone: str,
    language: Language = "zh",
) -> int:
    """Write the journal for accounting, two lines a voucher; return how many vouchers."""
    known = list(lines)
    write_table(path, journal(zone), _journal_rows(known, language), language=language)
    return len(known)


def _journal_rows(lines: Iterable[JournalLine], language: Language) -> Iterator[dict[str, Any]]:
    for line in lines:
        said = line.posting
        for account, side in ((said.debit, "debit_fen"), (said.credit, "credit_fen")):
            kind, _, code = account.partition(":")
            yield {
                "voucher": line.seq,
                "at": line.at,
                "account": kind,
                "detail": code,
                "kind": said.kind.value,
                side: said.fen,
                "item": line.item,
                "quantity": said.quantity,
                "base": TABLES[language][line.base] if line.base else "",
                "lot": said.lot_id or "",
                "run": line.run,
                "note": said.reason,
                "fact": said.fact,
                "corrects": line.corrects,
            }


def read_journal(path: str | PathLike[str], *, zone: str) -> tuple[JournalLine, ...]:
    """Read a journal that was written for accounting, voucher by voucher.

    Parameters
    ----------
    zone
        The time zone whose clock it shows, as when it was written.

    Raises
    ------
    TableUnreadable
        If the file cannot be read as a journal.
    JournalUneven
        At the first voucher without two sides of the same amount, or row that cannot be read.
    """
    reading = read_table(path, journal(zone))
    for bad in reading.findings:
        raise JournalUneven(line=bad.line, field=bad.column, value=bad.value, mend=bad.mend)
    vouchers: dict[int, list[Row]] = {}
    for row in reading.rows:
        vouchers.setdefault(row["voucher"], []).append(row)
    bases = {word: base for texts in TABLES.values() for base in ("g", "ml", "piece")
             for word in [texts[base]]}  # fmt: skip
    return tuple(_voucher(rows, bases) for rows in vouchers.values())


def _voucher(rows: list[Row], bases: Mapping[str, str]) -> JournalLine:
    debits = [row for row in rows if row["debit_fen"] is not None]
    credits_ = [row for row in rows if row["credit_fen"] is not None]
    even = len(rows) == 2 and len(debits) == len(credits_) == 1  # noqa: PLR2004  its two sides
    if not even or debits[0]["debit_fen"] != credits_[0]["credit_fen"]:
        raise JournalUneven(
            line=rows[0].line, field="凭证号", value=rows[0]["voucher"],
            mend="give each voucher one debit and one credit of the same amount",
        )  # fmt: skip
    one = debits[0]
    debit, credit = (
        row["account"] + (f":{row['detail']}" if row["detail"] else "")
        for row in (one, credits_[0])
    )
    own = next((a for a in (debit, credit) if a.startswith(("household:", "gift:"))), "")
    return JournalLine(
        seq=one["voucher"],
        at=one["at"],
        item=one["item"],
        base=bases.get(one["base"], ""),
        run=one["run"],
        corrects=one["corrects"],
        posting=Posting(
            fact=one["fact"],
            kind=Booking(one["kind"]),
            debit=debit,
            credit=credit,
            fen=one["debit_fen"],
            lot_id=one["lot"] or None,
            quantity=one["quantity"],
            household=own.partition(":")[2],
            reason=one["note"],
        ),
    )


def write_settlements(
    path: str | PathLike[str], settled: Iterable[Settlement], *, language: Language = "zh"
) -> None:
    """Write what suppliers are to get, a line for each ordered item."""
    zh = language == "zh"
    rows = [
        {
            "supplier": one.supplier,
            "name": one.name_zh if zh else one.name_en,
            "order": line.order,
            "item": line.item_zh if zh else line.item_en,
            "base": TABLES[language][line.base],
            "ordered": line.ordered,
            "came": line.came,
            "short": line.short,
            "damaged": line.damaged,
            "returned": line.returned,
            "ordered_fen": line.ordered_fen,
            "payable_fen": line.payable_fen,
        }
        for one in settled
        for line in one.lines
    ]
    write_table(path, SETTLEMENTS, rows, language=language)


def _at(table: Table, row: Row, key: str, code: str, mend: str) -> Finding:
    column = next((c.zh for c in table.columns if c.key == key), key)
    value = row.values.get(key)
    return Finding(
        code=code,
        sheet=row.sheet,
        line=row.line,
        column=column,
        value="" if value is None else str(value)[:80],
        mend=mend,
    )
