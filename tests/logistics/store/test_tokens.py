from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from logistics.store import tokens

AT = datetime(2026, 4, 13, 9, tzinfo=UTC)


def test_a_secret_finds_its_token(session):
    token, secret = tokens.create(session, "planner", "supply desk", at=AT)
    assert tokens.find(session, secret, AT) == (token, None)
    assert token.role == "planner"


def test_the_database_does_not_know_the_secret(session):
    _, secret = tokens.create(session, "planner", "supply desk", at=AT)
    (row,) = session.execute(text("SELECT * FROM access_token")).all()
    assert all(secret not in str(value) for value in row)
    assert len(secret) >= 43  # 32 random bytes


def test_no_two_secrets_are_alike(session):
    secrets = {tokens.create(session, "household", "link", at=AT)[1] for _ in range(20)}
    assert len(secrets) == 20


@pytest.mark.parametrize("secret", ["", "guess", "' OR 1=1 --", "密码"])
def test_a_guess_finds_nobody(session, secret):
    tokens.create(session, "planner", "supply desk", at=AT)
    assert tokens.find(session, secret, AT) is None


def test_a_revoked_token_opens_nothing_from_then_on(session):
    token, secret = tokens.create(session, "planner", "supply desk", at=AT)
    later = AT + timedelta(hours=1)
    assert tokens.revoke(session, token.id, at=later).revoked_at == later
    assert tokens.find(session, secret, later) is None
    again = tokens.revoke(session, token.id, at=later + timedelta(hours=1))
    assert again.revoked_at == later


def test_an_unknown_token_cannot_be_revoked(session):
    with pytest.raises(tokens.TokenUnknown):
        tokens.revoke(session, "tok_none", at=AT)


def test_a_token_ends_with_its_time(session):
    end = AT + timedelta(days=1)
    _, secret = tokens.create(session, "courier", "K1", at=AT, expires_at=end)
    assert tokens.find(session, secret, end - timedelta(seconds=1)) is not None
    assert tokens.find(session, secret, end) is None


def test_all_tokens_are_listed_in_the_order_they_were_made(session):
    made = [
        tokens.create(session, "planner", f"desk {n}", at=AT + timedelta(seconds=n))[0]
        for n in range(3)
    ]
    assert list(tokens.tokens(session)) == made
