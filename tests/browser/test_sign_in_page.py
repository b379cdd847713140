"""Coming in, in a real browser: the staff by a password, couriers and households by links."""

from tests.browser.conftest import PHONE


def test_staff_sign_in_and_out_and_a_wrong_password_is_told_in_both_languages(serve, visit):
    service = serve("open")
    service.staff("lead.one", "leader", place="SY-01-01")
    person = visit(PHONE)
    page = person.page
    page.goto(f"{service.address}/account")
    assert page.url.endswith("/sign-in?next=/account")
    page.locator("input[name=login]").fill("lead.one")
    page.locator("input[name=password]").fill("a wrong password")
    page.locator("main form button").click()
    assert page.get_by_role("alert").inner_text().startswith("登录名或密码不对")
    person.complaints.clear()  # the browser tells of the 403 itself
    page.get_by_role("button", name="English").click()
    assert page.get_by_role("heading", name="Staff sign-in").is_visible()
    assert person.inaccessible() == []
    assert not person.too_wide()
    person.sign_in(service, "lead.one")
    page.goto(f"{service.address}/account")
    assert page.get_by_text("Building leader").first.is_visible()
    assert "SY-01-01" in page.locator("main").inner_text()
    assert person.inaccessible() == []
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{service.address}/account")
    assert "/sign-in" in page.url


def test_a_link_opens_on_one_phone_only(serve, visit):
    service = serve("open")
    link = service.link("household", household=service.town.households[0])
    first, second = visit(PHONE), visit(PHONE, locale="en-GB")
    first.page.goto(link)
    assert first.page.get_by_role("button", name="在这部手机上打开").is_visible()
    assert first.inaccessible() == []
    first.come_in(link)
    cookies = {one["name"]: one for one in first.context.cookies()}
    assert cookies["supplyloop"]["httpOnly"]
    assert cookies["supplyloop"]["sameSite"] == "Lax"
    second.page.goto(link)
    assert second.page.get_by_role("heading", name="This link was opened on another phone")
    assert "ask your building leader" in second.page.locator("main").inner_text()
    second.complaints.clear()
    first.page.goto(link)  # the phone that has it comes back by it
    assert "/h/" not in first.page.url


def test_the_notice_in_a_stairwell_asks_for_the_room_and_tells_strangers_nothing(serve, visit):
    service = serve("open")
    notice = service.link("door", place="SY-01-01-1")
    person = visit(PHONE)
    page = person.page
    page.goto(notice)
    assert page.get_by_role("heading", name="您住哪一室?").is_visible()
    said = []
    for room in ("9999", "not a room"):
        page.locator("input[name=room]").fill(room)
        page.locator("main form button").click()
        said.append(page.get_by_role("alert").inner_text())
    assert len(set(said)) == 1
    page.locator("input[name=room]").fill("１０１")  # full width, as some keyboards write
    page.locator("main form button").click()
    page.wait_for_url("**/my")
    other = visit(PHONE)
    other.page.goto(notice)
    other.page.locator("input[name=room]").fill("101")
    other.page.locator("main form button").click()
    assert other.page.get_by_role("alert").inner_text() == said[0]
    person.complaints.clear()
    other.complaints.clear()
