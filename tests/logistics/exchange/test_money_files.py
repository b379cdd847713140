"""Prices, policies and the journal go into files and come back as they were."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logistics.domain.catalogue import Catalogue
from logistics.domain.items import Item
from logistics.domain.money import Booking, DamageBorne, Posting
from logistics.domain.money_views import HouseholdMoney, PaymentLine, Receipt, ReceiptLine
from logistics.domain.needs import Need
from logistics.domain.prices import Pricing
from logistics.domain.subsidies import USUAL, MoneyPolicy, SubsidyRule
from logistics.exchange.money_files import (
    JournalLine,
    JournalUneven,
    read_journal,
    read_policy,
    read_prices,
    write_journal,
    write_policy,
    write_prices,
)
from logistics.exchange.money_receipts import receipt_data, write_receipts
from logistics.exchange.money_tables import RECEIPTS
from logistics.exchange.tables import read_table

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
ZONE = "Asia/Shanghai"
QUICK = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def goods() -> Catalogue:
    common = {"category": "vegetable", "cold": False, "household_limit": 10**6}
    return Catalogue([
        Item(name_zh="鸡蛋", name_en="eggs", base="piece", default_unit="个", weight_mg=55_000,
             volume_ul=90_000, units={"个": 1, "板": 30}, **common),
        Item(name_zh="大白菜", name_en="cabbage", base="g", default_unit="斤", weight_mg=1000,
             volume_ul=2500, **common)])  # fmt: skip


def sheet(path: Path, *rows: tuple) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_prices_come_back_and_bad_rows_are_named(goods, tmp_path, ending) -> None:
    file = sheet(
        tmp_path / "售价.xlsx",
        ("商品", "单位", "单价（元）", "生效日期"),
        ("鸡蛋", "板", "24.5元", "2022-04-01"),
        ("鸡蛋", "板", None, "2022年5月1日"),
        ("大白菜", "斤", 1.5, "2022/4/1"),
        ("大白菜", "斤", 9, "2022-04-01"),  # said twice
        ("龙虾", "斤", 9, "2022-04-01"),
        ("鸡蛋", "斤", 9, "2022-04-01"),
        ("鸡蛋", "个", "1.234", "2022-04-01"),
        ("鸡蛋", "个", -1, "2022-04-01"),
        ("鸡蛋", "个", 1, "someday"),
        ("鸡蛋", "个", 0, "2022-04-01"),  # what is free is a gift or a subsidy, not a price
    )
    found = read_prices(file, goods)
    eggs, cabbage = goods.get("鸡蛋").id, goods.get("大白菜").id
    assert [(p.item_id, p.fen, p.per, p.since) for p in found.prices] == [
        (eggs, 2450, 30, date(2022, 4, 1)), (eggs, None, 30, date(2022, 5, 1)),
        (cabbage, 150, 500, date(2022, 4, 1))]  # fmt: skip
    assert [(one.line, one.code) for one in sorted(found.findings, key=lambda f: f.line)] == [
        (5, "setup.repeated"), (6, "item.unknown"), (7, "unit.unknown-for-item"),
        (8, "cell.not-money"), (9, "cell.out-of-bounds"), (10, "cell.not-date"),
        (11, "cell.out-of-bounds")]  # fmt: skip
    again = tmp_path / f"again.{ending}"
    names = {eggs: "鸡蛋", cabbage: "大白菜"}
    assert write_prices(again, found.prices, names) == 3
    assert set(read_prices(again, goods).prices) == set(found.prices)


rules = st.builds(
    lambda fund, percent, fixed, tiers, needs, package, cap, budget: SubsidyRule(
        fund=fund, percent=percent, person_fen=0 if percent else fixed, tiers=tiers, needs=needs,
        package=package, cap_fen=cap, budget_fen=budget),
    st.sampled_from(("A", "F-2")), st.integers(0, 100), st.integers(1, 10**6),
    st.frozensets(st.integers(0, 2)), st.frozensets(st.sampled_from(Need)),
    st.sampled_from(("", "蔬菜包")), st.none() | st.integers(0, 10**6),
    st.none() | st.integers(0, 10**9),
)  # fmt: skip
policies = st.builds(
    MoneyPolicy, since=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    pricing=st.sampled_from(Pricing), damage=st.sampled_from(DamageBorne),
    rules=st.lists(rules, max_size=3).map(tuple),
)  # fmt: skip


@QUICK
@given(policy=policies, language=st.sampled_from(("zh", "en")))
def test_a_policy_comes_back_as_it_was(tmp_path, policy: MoneyPolicy, language) -> None:
    write_policy(tmp_path / "p.xlsx", policy, language=language)
    found = read_policy(tmp_path / "p.xlsx", USUAL)
    assert (found.policy, found.findings) == (policy, ())
    write_policy(tmp_path / "p.csv", policy, language=language)
    alone = read_policy(tmp_path / "p.csv", policy)
    assert alone.policy == policy


def test_a_rule_that_cannot_be_is_named_by_its_cell(tmp_path) -> None:
    file = sheet(
        tmp_path / "补助.xlsx",
        ("资金编号", "需求层级", "比例（%）", "每户（元）"),
        ("A", "0、1", 50, None),
        ("B", "7", 50, None),
        ("C", None, 50, 3),
        ("D", None, None, None),
        ("资金", None, 50, None),
    )
    book = openpyxl.load_workbook(file)
    book.active.title = "补助"
    book.save(file)
    found = read_policy(file, USUAL)
    assert found.policy is not None
    assert [rule.fund for rule in found.policy.rules] == ["A"]
    assert [(one.line, one.column) for one in found.findings] == [
        (3, "需求层级"), (4, "比例（%）"), (5, "比例（%）"), (6, "资金编号")]  # fmt: skip


lines = st.builds(
    lambda seq, kind, sides, fen, quantity, minutes, note: JournalLine(
        seq=seq, at=AT + timedelta(minutes=minutes), item="=鸡蛋", base="piece", run="KX-1",
        posting=Posting(
            fact=f"m:{seq}", kind=kind, debit=sides[0], credit=sides[1], fen=fen, lot_id="lt_1",
            quantity=quantity, household=next(
                (s.partition(":")[2] for s in sides if s.startswith("household:")), ""),
            reason=note)),
    st.integers(1, 10**6), st.sampled_from(Booking),
    st.sampled_from((("stock", "supplier:M1"), ("household:KX-01", "stock"), ("loss", "stock"),
                     ("fund:A", "subsidy"), ("cash", "household:007"))),
    st.integers(0, 10**9), st.integers(0, 10**6), st.integers(0, 10**4),
    st.sampled_from(("", "=SUM(1)", "@x", "破损")),
)  # fmt: skip


@QUICK
@given(known=st.lists(lines, max_size=5, unique_by=lambda line: line.seq),
       ending=st.sampled_from(("csv", "xlsx")), language=st.sampled_from(("zh", "en")),
       zone=st.sampled_from((ZONE, "Europe/Helsinki")))  # fmt: skip
def test_the_journal_comes_back_voucher_by_voucher(
    tmp_path, known, ending, language, zone
) -> None:
    file = tmp_path / f"j.{ending}"
    assert write_journal(file, known, zone=zone, language=language) == len(known)
    assert read_journal(file, zone=zone) == tuple(known)
    if ending == "csv":
        assert not [
            cell for line in file.read_text("utf-8-sig").splitlines()
            for cell in line.split(",") if cell.startswith(("=", "@"))
        ]  # fmt: skip


def test_a_voucher_with_unequal_sides_is_refused(tmp_path) -> None:
    posting = Posting(fact="m:1", kind=Booking.LOSS, debit="loss", credit="stock", fen=5)
    file = tmp_path / "j.csv"
    write_journal(file, [JournalLine(seq=1, at=AT, posting=posting)], zone=ZONE)
    text = file.read_text("utf-8-sig")
    file.write_text(text.replace("0.05", "0.06", 1), "utf-8-sig")
    with pytest.raises(JournalUneven):
        read_journal(file, zone=ZONE)


def test_receipts_add_up_to_what_is_still_owed_in_either_language(tmp_path) -> None:
    line = ReceiptLine(item_zh="鸡蛋", item_en="eggs", base="piece", quantity=30, fen=2400,
                       gift=False)  # fmt: skip
    home = HouseholdMoney(
        household="KX-1",
        receipts=(Receipt(run_code="R", day=date(2022, 4, 13), lines=(line,), refunds=(),
                          charged_fen=2400, refunded_fen=0, subsidy_fen=400, owed_fen=2000),),
        payments=(PaymentLine(seq=1, ref="7", fen=500, at=AT),), balance_fen=1500)  # fmt: skip
    for language in ("zh", "en"):
        file = tmp_path / f"{language}.xlsx"
        write_receipts(file, [home], zone=ZONE, language=language)
        rows = read_table(file, RECEIPTS).rows
        assert sum(row["fen"] for row in rows) == home.balance_fen
        shown = receipt_data([home], printed=AT, zone=ZONE, language=language)["receipts"][0]
        assert shown["balance"][0]["amount"] == "15.00"
        assert shown["printed"] == "2022-04-13 09:00"
