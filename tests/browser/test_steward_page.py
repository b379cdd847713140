"""A steward on a phone without scripts: the next call first, and all of one household."""

from datetime import UTC, datetime, timedelta

from logistics.domain.care import Outcome
from logistics.domain.errands import ErrandState
from logistics.domain.needs import Need, NeedRecord
from logistics.domain.registry import HouseholdRecord
from logistics.domain.registry_changes import Changes
from logistics.store import care, errands, lists, places, registry
from logistics.usecases.assign_steward import assign_steward
from logistics.usecases.log_contact import log_contact, name_doctor
from logistics.usecases.run_errand import move_errand
from tests.browser.conftest import PHONE

LOGIN = "care.one"


def look_after(service):
    """Assign three households; the last was called, and is due later than the two others."""
    codes = service.town.households[:3]
    service.staff(LOGIN, "steward")
    at = datetime.now(UTC) - timedelta(hours=4)
    with service.database() as database, database.transaction() as session:
        by = registry.Writing(source="test", actor="test", at=at)
        for code in codes:
            home = places.household_by_code(session, code)
            record = HouseholdRecord(persons=1)
            need = NeedRecord(
                member_no=0, need=Need.ELDERLY, detail="独居老人,听力不好",
                consent_on=at.date(), consent_by="desk",
            )  # fmt: skip
            changes = Changes(records=[(home.id, record)], needs=[(home.id, need)])
            registry.write(session, changes, registry.TierTable(()), by)
            assign_steward(session, code, LOGIN, actor="test", at=at)
        log_contact(session, codes[2], Outcome.REACHED, actor="test", at=at)
        name_doctor(session, codes[0], "社区卫生站 0571-0000 0000", actor="test", at=at)
    return codes


def test_a_steward_calls_writes_it_down_and_sends_lists_and_errands_without_scripts(serve, visit):
    service = serve("released")
    codes = look_after(service)
    visitor = visit(PHONE, java_script_enabled=False)
    page = visitor.sign_in(service, LOGIN)
    page.goto(f"{service.address}/steward")
    rows = page.locator(".homes > li").all_inner_texts()
    assert len(rows) == 3
    assert all("已过" in row for row in rows[:2])  # never called: late since two hours
    assert "前回访" in rows[2]
    assert "已过" not in rows[2]

    page.goto(f"{service.address}/steward/{codes[0]}")
    body = page.locator("main").inner_text()
    assert "独居老人,听力不好" in body
    assert "社区卫生站 0571-0000 0000" in body
    page.locator("#note").fill("精神不错,问药什么时候到")
    page.get_by_role("button", name="联系上了").click()
    assert "已记下这次回访" in page.locator("main").inner_text()
    assert "精神不错,问药什么时候到" in page.locator("main").inner_text()

    page.locator("#text").fill("青菜两斤,鸡蛋30个,再来点那个")
    page.get_by_role("button", name="先看看对不对").click()
    understood = page.locator(".understood").inner_text()
    assert "青菜 2 斤" in understood
    assert "要多少" in understood  # how much of that is to be asked
    page.get_by_role("button", name="发送", exact=True).click()
    assert "清单已发" in page.locator("main").inner_text()

    page.locator("#said").first.fill("降压药两盒,医保卡在门把手")
    page.get_by_role("button", name="急用药").click()
    legs = page.locator(".legs li").all_inner_texts()
    assert [leg.split()[-1] for leg in legs] == ["下一段", "还没到", "还没到"]

    with service.database() as database, database.transaction() as session:
        home = places.household_by_code(session, codes[0])
        (asked,) = errands.of_household(session, home.id)
        assert asked.channel == "steward"
        assert (asked.due_at - asked.asked_at) == timedelta(hours=2)
        call = care.contacts(session, home.id)[0]
        assert call.next_due - call.at == timedelta(days=1)  # an old person is called every day
        sent = [
            one for one in lists.of_household(session, None, codes[0]) if one.channel == "steward"
        ]
        assert [line.item for line in sent[0].lines] == ["青菜", "鸡蛋"]
        for state in (ErrandState.ASSIGNED, ErrandState.COLLECTED):
            move_errand(session, asked.id, state, actor="test", at=datetime.now(UTC))
    page.goto(f"{service.address}/steward/{codes[0]}")
    assert page.locator(".legs [aria-current=step]").inner_text().startswith("到卫生站取药")

    page.goto(f"{service.address}/steward")
    assert codes[0] not in page.locator(".homes > li").first.inner_html()  # called: others first
    other = service.town.households[5]
    assert page.request.get(f"{service.address}/steward/{other}").status == 403


def test_the_steward_pages_are_accessible_in_english_and_in_large_text(serve, visit):
    service = serve("released")
    codes = look_after(service)
    visitor = visit({"width": 320, "height": 640}, locale="en-GB")
    page = visitor.sign_in(service, LOGIN)
    for path in ("/steward", f"/steward/{codes[0]}"):
        page.goto(f"{service.address}{path}")
        assert visitor.inaccessible() == []
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert not visitor.too_wide()
        small = page.evaluate(
            "[...document.querySelectorAll('main button, main select, main a')]"
            ".filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"
        )
        assert small == [], small
    page.goto(f"{service.address}/steward/{codes[0]}")
    page.goto(f"{service.address}/steward")
