import logging
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from logistics.domain.needs import Need, NeedRecord
from logistics.domain.registry import Band, HouseholdKind, Standing, household_id
from logistics.store import places, registry, tables
from logistics.usecases.export_registry import export_registry, listed
from logistics.usecases.import_registry import import_registry
from tests.logistics.registry.conftest import AT

FAMILY = (
    "春江花园,1,1,301,普通,,,1,王小明,34,,,,,",
    "春江花园,1,1,301,,,,2,李,1,婴幼儿,2026-04-01,,2026-04-01,岗位3",
)


def home(session, code):
    return places.household_by_code(session, code)


def statements(session) -> int:
    return sum(
        session.scalar(select(func.count()).select_from(table))
        for table in (
            tables.place_statement, tables.household_statement, tables.member_statement,
            tables.need_statement, tables.tier_statement, tables.household,
        )
    )  # fmt: skip


def test_a_household_comes_in_with_its_members_and_needs(session, bring):
    report = bring(*FAMILY)
    assert not report.faults
    assert {what: tally.added for what, tally in report.tallies.items()} == {
        "places": 0, "households": 1, "members": 2, "needs": 1,
    }  # fmt: skip
    found = home(session, "KX-01-01-1-301")
    assert (found.persons, found.need_tier) == (2, 0)  # an infant: served first
    members = registry.members_of(session, found.id)
    assert [(m.label, m.band) for m in members.values()] == [
        ("王", Band.ADULT), ("李", Band.INFANT),
    ]  # fmt: skip
    [need] = registry.needs_of(session, found.id)
    assert (need.need, need.consent_by) == (Need.INFANT, "岗位3")


def test_what_was_imported_once_is_not_said_again(session, bring):
    bring(*FAMILY)
    before = statements(session)
    again = bring(*FAMILY, at=AT + timedelta(days=1))
    assert again.changes == 0
    assert statements(session) == before


def test_a_check_reports_the_same_and_writes_nothing(session, bring):
    before = statements(session)
    checked = bring(*FAMILY, "春江花园,9,1,101,,2", check=True)
    assert statements(session) == before
    assert session.scalar(select(func.count()).select_from(tables.audit)) == 1  # the set-up's
    written = bring(*FAMILY, "春江花园,9,1,101,,2")
    assert (checked.tallies, checked.faults, checked.findings) == (
        written.tallies, written.faults, written.findings,
    )  # fmt: skip
    assert statements(session) > before


def test_a_row_that_says_otherwise_is_an_update_beside_the_old(session, bring):
    bring("春江花园,1,1,301,普通,3")
    report = bring("春江花园,1,1,301,租户,5", at=AT + timedelta(days=1))
    assert report.tallies["households"].changed == 1
    found = home(session, "KX-01-01-1-301")
    assert found.persons == 5
    history = registry.record_history(session, found.id)
    assert [(said.record.persons, said.record.kind) for said in history] == [
        (3, HouseholdKind.FLAT), (5, HouseholdKind.TENANTS),
    ]  # fmt: skip


def test_what_a_list_does_not_say_stays_as_it_was(session, bring):
    bring("春江花园,1,1,301,租户,5,楼长,,,,,,,,")
    bring("春江花园,1,1,301,6", header="小区,幢,单元,室,人数")
    record = registry.registered(session, home(session, "KX-01-01-1-301").id)
    assert (record.persons, record.kind, record.submitter) == (6, HouseholdKind.TENANTS, "leader")


BAD = (
    ("春江花园,1,1,101,普通,三个半", "cell.not-number", "人数", "三个半"),
    ("春江花园,1,9,101,普通,3", "registry.unit-unknown", "单元 stairwell", "9"),
    ("没有,1,1,101,普通,3", "registry.compound-unknown", "小区 compound", "没有"),
    ("春江花园,1,1,,普通,3", "registry.room-missing", "室 room", ""),
    ("春江花园,1,1,101,别的,3", "cell.unknown-choice", "类型", "别的"),
    ("春江花园,1,1,102,,3,999", "registry.submitter-unknown", "代报 submitter", "999"),
    ("春江花园,1,1,201,,3,,,,,孕妇、孕", "need.unknown", "需求", "孕"),
    ("春江花园,1,1,202,,3,,,,,孕妇", "need.consent-missing", "同意日期 consent on", ""),
    ("春江花园,1,1,301,,3,,,,,,2026-04-01", "registry.need-missing", "需求 need", ""),
    ("春江花园,1,1,302,,3,,,,,孕妇,2026-04-09,2026-04-01,2026-04-01,岗位3",
     "registry.ends-early", "截止日 until", "2026-04-01"),
    ("春江花园,2,1,,集体户,", "registry.persons-missing", "人数 persons", ""),
    ("春江花园,1,2,101,=1+1,2", "cell.formula", "类型", "=1+1"),
)  # fmt: skip


def test_a_bad_row_is_told_by_its_cell_and_the_rest_goes_in(session, bring):
    report = bring(*(row for row, *_ in BAD), "春江花园,1,2,201,普通,4")
    assert [(f.row, f.code, f.column, f.value) for f in report.faults] == [
        (row, code, column, value) for row, (_, code, column, value) in enumerate(BAD, start=2)
    ]
    assert all(fault.mend for fault in report.faults)
    assert home(session, "KX-01-01-2-201").persons == 4


def test_two_rows_that_disagree_are_told_and_the_first_stands(session, bring):
    report = bring("春江花园,1,1,301,普通,3", "春江花园,1,1,301,普通,4")
    assert [(fault.code, fault.row) for fault in report.faults] == [("registry.contradicts", 3)]
    assert home(session, "KX-01-01-1-301").persons == 3


def test_list_and_map_are_held_against_each_other(bring):
    report = bring("春江花园,1,1,301,,3", "春江花园,8,1,301,,3")
    found = {(one.code, one.subject): one.count for one in report.findings}
    assert found["registry.not-on-map", "春江花园 8 1"] == 1
    assert found["registry.not-on-list", "KX-01-01-2"] == 1  # a stairwell of a listed building
    assert found["registry.not-on-list", "KX-01-02"] == 1  # a building of a listed compound
    assert found["registry.not-on-list", "KX-02"] == 1  # a compound
    assert ("registry.not-on-list", "KX-01-01") not in found
    assert found["registry.rooms-unlisted", "KX-01-01-1"] == 5  # of 3 floors with 2 rooms each


def test_floors_come_from_the_list_only_where_the_map_is_silent(session, area, bring):
    rows = ("春江花园,1,1,9", "春江花园,2,,7")
    report = bring(*rows, header="小区,幢,单元,层数")
    levels = {p.code: p.levels for p in places.places(session, area)}
    assert (levels["KX-01-02"], levels["KX-01-01-1"]) == (7, 3)
    assert [(f.code, f.subject, f.count) for f in report.findings] == [
        ("registry.levels-differ", "KX-01-01-1", 9)
    ]
    assert bring(*rows, header="小区,幢,单元,层数").changes == 0
    bring("春江花园,2,,8", header="小区,幢,单元,层数")
    assert {p.code: p.levels for p in places.places(session, area)}["KX-01-02"] == 8


def test_rooms_say_the_floors_that_nobody_else_says(session, area, bring):
    bring("春江花园,2,1,1101,,3")
    assert {p.code: p.levels for p in places.places(session, area)}["KX-01-02-1"] == 11


def test_tenants_of_one_flat_are_households_of_their_own(session, bring):
    report = bring(
        "春江花园,1,1,301,普通,2",
        "春江花园,1,1,301-2,租户,1,301,,,,,,,,",
        "春江花园,1,1,301-3,租户,1,楼长,,,,,,,,",
    )
    assert not report.faults
    second = registry.registered(session, home(session, "KX-01-01-1-301.2").id)
    assert (second.kind, second.submitter) == (HouseholdKind.TENANTS, "KX-01-01-1-301")
    third = registry.registered(session, home(session, "KX-01-01-1-301.3").id)
    assert third.submitter == "leader"


def test_a_site_of_hundreds_is_one_household(session, bring):
    assert not bring("春江花园,2,1,,集体户,320").faults
    assert home(session, "KX-01-02-1-ALL").persons == 320


def test_a_complete_list_says_who_is_not_expected(session, area, bring):
    report = bring("春江花园,1,1,301,,3", complete=True)
    assert report.unlisted == 5
    codes = {h.id: h.code for h in places.households(session, area)}
    out = {codes[id_] for id_ in registry.out_of_scope(session, area)}
    assert out == {f"KX-01-01-1-{room}" for room in ("101", "102", "201", "202", "302")}
    assert bring("春江花园,1,1,301,,3", complete=True).changes == 0
    bring("春江花园,1,1,101,,3")  # listed later: there after all
    found = registry.registered(session, home(session, "KX-01-01-1-101").id)
    assert found.standing is Standing.HERE


def test_as_long_as_a_row_is_bad_nobody_is_struck_off(session, area, bring):
    """The bad row may be the one that names them."""
    rows = ("春江花园,1,1,301,,3", "春江花园,1,1,302,,三个半")
    report = bring(*rows, complete=True)
    assert (report.unlisted, len(report.faults)) == (0, 1)
    assert "registry.incomplete" in [finding.code for finding in report.findings]
    assert not registry.out_of_scope(session, area)
    assert bring(rows[0], "春江花园,1,1,302,,4", complete=True).unlisted == 4


def test_a_need_ends_when_it_ends_and_its_tier_with_it(session, bring):
    bring("春江花园,1,1,301,,3,,,,,居家隔离,2026-04-01,2026-04-20,2026-04-01,岗位3")
    found = home(session, "KX-01-01-1-301")
    assert found.need_tier == 1
    assert registry.tier_history(session, found.id) == (
        (date(2026, 4, 13), 1), (date(2026, 4, 21), 2),
    )  # fmt: skip


def test_a_consent_that_is_taken_back_ends_the_need_for_good(session, area, bring, tmp_path):
    header = "小区,幢,单元,室,成员,需求,同意日期,同意登记,撤回日期"
    bring("春江花园,1,1,301,1,婴幼儿,2026-04-01,岗位3,", header=header)
    bring("春江花园,1,1,301,1,婴幼儿,,,2026-04-12", header=header)
    found = home(session, "KX-01-01-1-301")
    assert found.need_tier == 2
    bring("春江花园,1,1,301,1,婴幼儿,2026-04-01,岗位3,", header=header)  # the old file again
    assert home(session, "KX-01-01-1-301").need_tier == 2
    assert export_registry(session, area, tmp_path / "out.csv", needs=True)["needs"] == 0
    bring("春江花园,1,1,301,1,婴幼儿,2026-04-13,岗位3,", header=header)  # given anew
    assert home(session, "KX-01-01-1-301").need_tier == 0


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_an_export_is_imported_again_without_a_change(session, area, bring, tmp_path, ending):
    bring(*FAMILY, "春江花园,2,1,,集体户,320", "笕桥村,12号,,,租户,4,楼长,,,,,,,,")
    path = tmp_path / f"out.{ending}"
    written = export_registry(session, area, path, needs=True)
    assert (written["households"], written["members"], written["needs"]) == (3, 2, 1)
    before = listed(session, area)
    report = import_registry(session, area, [path], actor="test", at=AT)
    assert (report.faults, report.changes) == ((), 0)
    assert listed(session, area) == before


def test_needs_leave_the_house_only_where_they_are_asked_for(session, area, bring, tmp_path):
    bring(*FAMILY)
    path = tmp_path / "out.csv"
    assert "needs" not in export_registry(session, area, path)
    assert "婴幼儿,2026-04-01" not in path.read_text(encoding="utf-8")
    [record] = session.execute(
        select(tables.audit.c.facts).where(tables.audit.c.command == "registry.import")
    ).scalars()
    assert "needs" not in record
    assert "infant" not in str(record)


def test_no_log_holds_a_name_or_a_need(bring, caplog):
    with caplog.at_level(logging.DEBUG):
        bring(*FAMILY, "春江花园,1,1,302,,3,,1,张三丰,70,孕妇")
    said = caplog.text
    assert "register of 3 rows imported" in said
    for word in ("婴幼儿", "infant", "孕妇", "pregnant", "王", "张", "岗位3"):
        assert word not in said


def test_several_sheets_with_english_headers_are_one_register(session, area, tmp_path):
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook()
    page = book.active
    page.title = "Households"
    page.append(["Register of the spring"])  # a title above the header
    page.append(["compound", "building", "stairwell", "room", "persons", "type"])
    page.append(["KX-01", 1, 1, 301, 3, "tenants"])
    needs = book.create_sheet("Needs")
    needs.append(["compound", "building", "stairwell", "room", "need", "consent on", "consent by"])
    needs.append(["KX-01", 1, 1, 301, "living alone, elderly", date(2026, 4, 1), "post 3"])
    book.create_sheet("Notes").append(["nothing to read here"])
    book.save(path := tmp_path / "r.xlsx")

    report = import_registry(session, area, [path], actor="test", at=AT)

    assert not report.faults or [f.sheet for f in report.faults] == ["Needs"]
    found = home(session, "KX-01-01-1-301")
    assert [n.need for n in registry.needs_of(session, found.id)] == [
        Need.LIVING_ALONE, Need.ELDERLY,
    ]  # fmt: skip
    assert found.need_tier == 0  # old and alone
    assert ("registry.not-read", "Notes") in [(f.code, f.subject) for f in report.findings]


def test_an_id_is_the_one_that_the_set_up_gives(session, area):
    found = home(session, "KX-01-01-1-301")
    assert found.id == household_id(area, found.code)


def test_a_need_is_in_force_from_consent_to_its_last_day():
    need = NeedRecord(member_no=0, need=Need.DIET, since=date(2026, 4, 1),
                      until=date(2026, 4, 9), consent_on=date(2026, 4, 3),
                      consent_by="post 3")  # fmt: skip
    on = [day for day in range(1, 12) if need.on(date(2026, 4, day))]
    assert on == list(range(3, 10))
