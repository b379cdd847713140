"""Tables of who may come in: staff and what they may do, links, sessions, and failed tries."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from logistics.store.schema.columns import (
    at_column,
    id_column,
    metadata,
    ref_column,
    seq_column,
    text_column,
)

token_scope = Table(
    # over which place a token's role goes, where it is not a household's or a courier's
    "token_scope",
    metadata,
    Column("token_id", String(64), ForeignKey("access_token.id"), primary_key=True),
    ref_column("district_id", "district"),
    ref_column("place_id", "place", nullable=True),
)

staff_account = Table(
    "staff_account",
    metadata,
    id_column(),
    Column("login", String(64), nullable=False, unique=True),
    text_column("password_hash"),  # argon2id, with its parameters and salt
    at_column("created_at"),
    text_column("created_by"),
    at_column("password_at"),
    at_column("disabled_at", nullable=True),
)

staff_grant = Table(
    # a role over a place; without a district: everywhere, without a place: the whole district
    "staff_grant",
    metadata,
    id_column(),
    ref_column("account_id", "staff_account"),
    Column("role", String(32), nullable=False),
    ref_column("district_id", "district", nullable=True),
    ref_column("place_id", "place", nullable=True),
    ref_column("courier_id", "courier", nullable=True),
    at_column("since"),
    text_column("granted_by"),
    at_column("ended_at", nullable=True),
    text_column("ended_by", nullable=True),
)

access_link = Table(
    # a personal link or QR code: random, expiring, revocable, bound to the phone that used it
    "access_link",
    metadata,
    id_column(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("role", String(32), nullable=False),  # a role, or door: the notice in a stairwell
    ref_column("district_id", "district"),
    ref_column("place_id", "place", nullable=True),
    ref_column("household_id", "household", nullable=True),
    ref_column("courier_id", "courier", nullable=True),
    text_column("label"),
    at_column("created_at"),
    text_column("created_by"),
    at_column("expires_at"),
    at_column("bound_at", nullable=True),
    at_column("revoked_at", nullable=True),
    Index("ix_access_link_live", "household_id", "revoked_at"),
)

web_session = Table(
    # a browser that came in by a password or by a link
    "web_session",
    metadata,
    id_column(),
    Column("digest", String(64), nullable=False, unique=True),
    ref_column("account_id", "staff_account", nullable=True),
    ref_column("link_id", "access_link", nullable=True),
    Column("language", String(2), nullable=False),  # zh en, or empty: as the browser asks
    at_column("created_at"),
    at_column("seen_at"),
    at_column("expires_at"),
    at_column("revoked_at", nullable=True),
)

access_attempt = Table(
    # a try that failed, for the limit on tries; forgotten after a day
    "access_attempt",
    metadata,
    seq_column(),
    Column("kind", String(16), nullable=False),
    Column("subject", String(64), nullable=False),  # digest of a login, a link or an address
    at_column("at"),
    Index("ix_access_attempt_window", "kind", "subject", "at"),
    Index("ix_access_attempt_at", "at"),
)
