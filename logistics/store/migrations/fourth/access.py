"""Staff, what they may do, links, sessions and failed tries; packers become point teams."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from logistics.store.schema.columns import UtcDateTime

_TABLES: Final = (
    "staff_account",
    "access_link",
    "staff_grant",
    "web_session",
    "access_attempt",
    "token_scope",
)


def upgrade() -> None:
    """Make the tables."""
    _make(
        "staff_account",
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        _at("created_at"),
        sa.Column("created_by", sa.Text(), nullable=False),
        _at("password_at"),
        _at("disabled_at", nullable=True),
        sa.UniqueConstraint("login", name="uq_staff_account_login"),
    )
    _make(
        "access_link",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("district_id", sa.String(64), nullable=False),
        sa.Column("place_id", sa.String(64)),
        sa.Column("household_id", sa.String(64)),
        sa.Column("courier_id", sa.String(64)),
        sa.Column("label", sa.Text(), nullable=False),
        _at("created_at"),
        sa.Column("created_by", sa.Text(), nullable=False),
        _at("expires_at"),
        _at("bound_at", nullable=True),
        _at("revoked_at", nullable=True),
        sa.UniqueConstraint("digest", name="uq_access_link_digest"),
        *_refer("access_link", "district", "place", "household", "courier"),
    )
    op.create_index("ix_access_link_live", "access_link", ["household_id", "revoked_at"])
    _make(
        "staff_grant",
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("district_id", sa.String(64)),
        sa.Column("place_id", sa.String(64)),
        sa.Column("courier_id", sa.String(64)),
        _at("since"),
        sa.Column("granted_by", sa.Text(), nullable=False),
        _at("ended_at", nullable=True),
        sa.Column("ended_by", sa.Text()),
        *_refer("staff_grant", "district", "place", "courier", account="staff_account"),
    )
    _make(
        "web_session",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("account_id", sa.String(64)),
        sa.Column("link_id", sa.String(64)),
        sa.Column("language", sa.String(2), nullable=False),
        _at("created_at"),
        _at("seen_at"),
        _at("expires_at"),
        _at("revoked_at", nullable=True),
        sa.UniqueConstraint("digest", name="uq_web_session_digest"),
        *_refer("web_session", account="staff_account", link="access_link"),
    )
    _make_attempts()
    op.create_table(
        "token_scope",
        sa.Column("token_id", sa.String(64), nullable=False),
        sa.Column("district_id", sa.String(64), nullable=False),
        sa.Column("place_id", sa.String(64)),
        sa.PrimaryKeyConstraint("token_id", name="pk_token_scope"),
        *_refer("token_scope", "district", "place", token="access_token"),  # noqa: S106  a column
    )
    for table, columns in _INDEXED.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])
    op.execute("UPDATE access_token SET role = 'point-team' WHERE role = 'packer'")


def downgrade() -> None:
    """Take them away."""
    op.execute("UPDATE access_token SET role = 'packer' WHERE role = 'point-team'")
    for table in reversed(_TABLES):
        op.drop_table(table)


_INDEXED: Final = {
    "access_link": ("district_id", "place_id", "household_id", "courier_id"),
    "staff_grant": ("account_id", "district_id", "place_id", "courier_id"),
    "web_session": ("account_id", "link_id"),
    "token_scope": ("district_id", "place_id"),
}


def _make_attempts() -> None:
    seq = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "access_attempt",
        sa.Column("seq", seq, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        _at("at"),
        sa.PrimaryKeyConstraint("seq", name="pk_access_attempt"),
    )
    op.create_index("ix_access_attempt_window", "access_attempt", ["kind", "subject", "at"])
    op.create_index("ix_access_attempt_at", "access_attempt", ["at"])


def _make(table: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.String(64), nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def _refer(table: str, *targets: str, **named: str) -> list[sa.ForeignKeyConstraint]:
    pairs = {target: target for target in targets} | named
    return [
        sa.ForeignKeyConstraint(
            [f"{name}_id"], [f"{target}.id"], name=f"fk_{table}_{name}_id_{target}"
        )
        for name, target in pairs.items()
    ]


def _at(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, UtcDateTime, nullable=nullable)
