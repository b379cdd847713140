from datetime import UTC, datetime, timedelta

import pytest

from api.access import limits, passwords, staff
from api.deps import Work
from logistics.store import attempts, web_sessions
from logistics.store import staff as accounts

AT = datetime(2026, 4, 13, 9, tzinfo=UTC)
GOOD = "three plain words"


def take_on(database, login="desk.one", role="administrator"):
    with database.transaction() as session:
        made = staff.take_on(session, login, GOOD, actor="test", at=AT)
        if role:
            staff.give_role(session, login, role, actor="test", at=AT)
    return made


def sign_in(database, login="desk.one", password=GOOD, at=AT, address="10.0.0.1"):
    return staff.sign_in(Work(database), login, password, address=address, language="zh", at=at)


def test_the_right_password_opens_a_session_and_the_database_knows_neither(database):
    take_on(database)
    signed = sign_in(database, "  Desk.ONE ")
    with database.read() as session:
        found = web_sessions.find(session, signed.secret, AT)
        kept = accounts.find(session, "desk.one")
    assert found == signed.session
    assert kept[1].startswith("$argon2id$")
    assert GOOD not in kept[1]


@pytest.mark.parametrize("login", ["desk.one", "nobody"])
def test_a_wrong_password_and_a_wrong_login_are_told_the_same(database, login):
    take_on(database)
    with pytest.raises(staff.SignInRefused) as refused:
        sign_in(database, login, "not the password")
    assert refused.value.facts == {}


def test_after_six_wrong_tries_the_right_password_must_wait_too(database):
    take_on(database)
    for n in range(limits.PASSWORD.most):
        with pytest.raises(staff.SignInRefused):
            sign_in(database, "desk.one", "wrong password", address=f"10.0.1.{n}")
    with pytest.raises(limits.TooManyTries):
        sign_in(database)
    later = AT + limits.PASSWORD.window + timedelta(seconds=1)
    assert sign_in(database, at=later).account.login == "desk.one"


def test_one_address_cannot_go_through_many_logins(database):
    for n in range(limits.PASSWORDS_FROM.most):
        with pytest.raises(staff.SignInRefused):
            sign_in(database, f"guess.{n}", "wrong password")
    with pytest.raises(limits.TooManyTries):
        sign_in(database, "guess.more", "wrong password")


def test_tries_are_forgotten_after_a_day(database):
    with database.transaction() as session:
        attempts.note(session, "password", "x", AT)
        assert attempts.forget(session, AT + timedelta(hours=23)) == 0
        assert attempts.forget(session, AT + timedelta(hours=25)) == 1


def test_an_account_without_a_role_opens_nothing(database):
    take_on(database, role=None)
    with pytest.raises(staff.SignInRefused):
        sign_in(database)


def test_who_is_shut_out_is_out_at_once_and_cannot_come_back(database):
    take_on(database)
    secret = sign_in(database).secret
    with database.transaction() as session:
        assert staff.shut_out(session, "desk.one", actor="test", at=AT) == 1
        assert web_sessions.find(session, secret, AT) is None
    with pytest.raises(staff.SignInRefused):
        sign_in(database)
    with database.transaction() as session:
        staff.let_in(session, "desk.one", actor="test", at=AT)
    assert sign_in(database).account.login == "desk.one"


def test_a_new_password_ends_the_other_devices_sessions(database):
    take_on(database)
    here, there = sign_in(database), sign_in(database)
    with database.transaction() as session:
        ended = staff.change_password(
            session, "desk.one", "another good one", kept_session=here.session.id,
            actor="test", at=AT,
        )  # fmt: skip
        assert ended == 1
        assert web_sessions.find(session, here.secret, AT) is not None
        assert web_sessions.find(session, there.secret, AT) is None
    with pytest.raises(staff.SignInRefused):
        sign_in(database)


@pytest.mark.parametrize(
    "bad",
    [
        "short",  # length is what counts
        "aaaaaaaaaaaaaa",  # one character again and again
        "my desk.one word",  # the login
        "x" * (passwords.LONGEST + 1),  # only costs time
    ],
)
def test_weak_passwords_are_refused(bad):
    with pytest.raises(passwords.PasswordTooWeak):
        passwords.digest(bad, "desk.one")


@pytest.mark.parametrize("login", ["", "a", "two words", ".dot", "a/b", "a" * 65])
def test_logins_are_letters_and_digits(login):
    with pytest.raises(staff.LoginMalformed):
        staff.clean_login(login)


@pytest.mark.parametrize(
    ("role", "more"),
    [
        ("leader", {}),  # of which building
        ("household", {}),  # households have links
        ("boss", {}),  # no such role
        ("planner", {"place": "KX-01"}),  # a planner has no place
        ("steward", {}),  # of which district
    ],
)
def test_a_role_needs_what_it_is_over(database, role, more):
    take_on(database, role=None)
    with database.transaction() as session, pytest.raises(staff.GrantUnclear):
        staff.give_role(session, "desk.one", role, actor="test", at=AT, **more)


def test_the_same_grant_twice_is_one_and_ends_once(database):
    take_on(database, role=None)
    with database.transaction() as session:
        first = staff.give_role(session, "desk.one", "auditor", actor="test", at=AT)
        again = staff.give_role(session, "desk.one", "auditor", actor="test", at=AT)
        assert first == again
        staff.end_role(session, first.id, actor="test", at=AT)
        assert list(accounts.grants(session, first.account_id)) == []
