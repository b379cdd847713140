"""Who looks after whom, the calls, and whom to ask about medicine."""

import sqlalchemy as sa
from alembic import op

from logistics.store.migrations.third.append_only import protect
from logistics.store.schema.columns import UtcDateTime


def upgrade() -> None:
    """Make the tables; nothing in them can be edited."""
    op.create_table(
        "steward_assignment",
        _seq(),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("household_id", sa.String(64), sa.ForeignKey("household.id"), nullable=False),
        sa.Column("duty", sa.String(16), nullable=False),
        sa.Column("account_id", sa.String(64), sa.ForeignKey("staff_account.id"), nullable=True),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("until", UtcDateTime, nullable=True),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index(
        "ix_steward_assignment_duty", "steward_assignment", ["household_id", "duty", "seq"]
    )
    op.create_index("ix_steward_assignment_account_id", "steward_assignment", ["account_id"])
    op.create_table(
        "steward_contact",
        _seq(),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("household_id", sa.String(64), sa.ForeignKey("household.id"), nullable=False),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("next_due", UtcDateTime, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_steward_contact_last", "steward_contact", ["household_id", "seq"])
    op.create_table(
        "doctor_contact",
        _seq(),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("district_id", sa.String(64), sa.ForeignKey("district.id"), nullable=False),
        sa.Column("household_id", sa.String(64), sa.ForeignKey("household.id"), nullable=True),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index(
        "ix_doctor_contact_last", "doctor_contact", ["district_id", "household_id", "seq"]
    )
    for table in ("steward_assignment", "steward_contact", "doctor_contact"):
        protect(table, "seq", "id")


def downgrade() -> None:
    """Take them away."""
    for table in ("doctor_contact", "steward_contact", "steward_assignment"):
        op.drop_table(table)


def _seq() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("seq", kind, primary_key=True, autoincrement=True)
