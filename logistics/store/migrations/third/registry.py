"""The registry: households, members, needs and tiers as statements that stay, and roll calls."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from logistics.store.migrations.third.append_only import protect
from logistics.store.schema.columns import UtcDateTime

_REFERENCES: Final = {
    "place_statement": ("place_id",),
    "household_statement": ("household_id",),
    "member_statement": ("household_id",),
    "need_statement": ("household_id",),
    "need_tier_table": ("district_id",),
    "tier_statement": ("household_id",),
    "roll_call_mark": ("run_id", "household_id"),
}


def upgrade() -> None:
    """Make the tables and let nothing in them be edited."""
    _make_homes()
    _make_needs()
    _make_tiers()
    _make(
        "roll_call_mark",
        sa.Column("answer", sa.String(16), nullable=False),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        _text("asked_by"),
    )


def downgrade() -> None:
    """Take them away; triggers go with their tables."""
    for table in reversed(_REFERENCES):
        op.drop_table(table)


def _make_homes() -> None:
    _make(
        "place_statement",
        sa.Column("levels", sa.Integer, nullable=True),
        _text("leader"),
        _text("source"),
    )
    _make(
        "household_statement",
        sa.Column("persons", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("floor", sa.Integer, nullable=True),
        sa.Column("submitter", sa.String(64), nullable=False),
        _text("source"),
        _check("household_statement", "somebody", "persons > 0"),
    )
    op.create_index("ix_household_statement_submitter", "household_statement", ["submitter"])
    _make(
        "member_statement",
        sa.Column("no", sa.Integer, nullable=False),
        sa.Column("label", sa.String(16), nullable=False),
        sa.Column("band", sa.String(16), nullable=False),
        sa.Column("here", sa.Boolean, nullable=False),
        _text("source"),
        _check("member_statement", "numbered", "no > 0"),
    )


def _make_needs() -> None:
    _make(
        "need_statement",
        sa.Column("member_no", sa.Integer, nullable=False),
        sa.Column("need", sa.String(32), nullable=False),
        sa.Column("since", sa.Date, nullable=True),
        sa.Column("until", sa.Date, nullable=True),
        _text("detail"),
        sa.Column("consent_on", sa.Date, nullable=False),
        _text("consent_by"),
        sa.Column("withdrawn_on", sa.Date, nullable=True),
        _text("source"),
        _check("need_statement", "lasts", "until IS NULL OR since IS NULL OR until >= since"),
        _check(
            "need_statement", "consented", "withdrawn_on IS NULL OR withdrawn_on >= consent_on"
        ),
    )


def _make_tiers() -> None:
    _make(
        "need_tier_table",
        sa.Column("rules", sa.JSON, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    _make(
        "tier_statement",
        sa.Column("tier", sa.Integer, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("table_digest", sa.String(64), nullable=False),
        _check("tier_statement", "known", "tier BETWEEN 0 AND 2"),
    )


def _make(table: str, *columns: sa.Column[object] | sa.CheckConstraint) -> None:
    references = _REFERENCES[table]
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        table,
        sa.Column("seq", kind, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False),
        *(
            sa.Column(
                name,
                sa.String(64),
                sa.ForeignKey(f"{name.removesuffix('_id')}.id"),
                nullable=False,
            )
            for name in references
        ),
        *columns,
        _text("actor"),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("id"),
    )
    for name in references:
        op.create_index(f"ix_{table}_{name}", table, [name])
    protect(table, "seq", "id")


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text, nullable=False)


def _check(table: str, name: str, what: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(what, name=op.f(f"ck_{table}_{name}"))
