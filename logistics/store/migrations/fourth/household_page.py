"""Announcements, what households report of their bags, photos, and drafts of lists."""

import sqlalchemy as sa
from alembic import op

from logistics.store.migrations.third.append_only import protect
from logistics.store.schema.columns import UtcDateTime

_PROTECTED = ("announcement", "announcement_end", "bag_report", "bag_report_answer")


def upgrade() -> None:
    """Make the tables; what was announced, reported and answered cannot be edited."""
    _facts(
        "announcement",
        _of("district_id", "district.id"),
        _of("place_id", "place.id", nullable=True),
        sa.Column("text_zh", sa.Text, nullable=False),
        sa.Column("text_en", sa.Text, nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("until", UtcDateTime, nullable=True),
    )
    _facts(
        "announcement_end",
        _of("announcement_id", "announcement.id"),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "photo",
        sa.Column("id", sa.String(64), primary_key=True),
        _of("district_id", "district.id"),
        _of("household_id", "household.id", nullable=True),
        _of("place_id", "place.id", nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("width", sa.BigInteger, nullable=False),
        sa.Column("height", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_photo_digest", "photo", ["digest"])
    _facts(
        "bag_report",
        _of("run_id", "run.id"),
        _of("household_id", "household.id"),
        _of("bag_id", "bag.id", nullable=True),
        _of("line_id", "order_line.id", nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("quantity", sa.BigInteger, nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        _of("photo_id", "photo.id", nullable=True),
        sa.Column("next_action", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
    )
    _facts(
        "bag_report_answer",
        _of("report_id", "bag_report.id"),
        sa.Column("next_action", sa.String(16), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_table(
        "list_draft",
        sa.Column("owner", sa.String(96), primary_key=True),
        _of("household_id", "household.id"),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_list_draft_updated_at", "list_draft", ["updated_at"])
    for table, column in _INDEXED:
        op.create_index(f"ix_{table}_{column}", table, [column])
    for table in _PROTECTED:
        protect(table, "seq", "id")


def downgrade() -> None:
    """Take them away."""
    for table in ("list_draft", "bag_report_answer", "bag_report", "photo"):
        op.drop_table(table)
    op.drop_table("announcement_end")
    op.drop_table("announcement")


_INDEXED = (
    ("announcement", "district_id"),
    ("announcement", "place_id"),
    ("announcement_end", "announcement_id"),
    ("photo", "district_id"),
    ("photo", "household_id"),
    ("photo", "place_id"),
    ("bag_report", "run_id"),
    ("bag_report", "household_id"),
    ("bag_report", "bag_id"),
    ("bag_report", "line_id"),
    ("bag_report", "photo_id"),
    ("bag_report_answer", "report_id"),
    ("list_draft", "household_id"),
)


def _facts(table: str, *columns: "sa.Column[object]") -> None:
    """Make a table of facts: counted, named, and with who said it when."""
    op.create_table(
        table,
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("id", sa.String(64), nullable=False),
        *columns,
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("id"),
    )


def _of(name: str, target: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.String(64), sa.ForeignKey(target), nullable=nullable)
