"""Zones as statements that stay, closures, permits of couriers, and how each stop is dropped."""

import sqlalchemy as sa
from alembic import op

from logistics.store.schema.columns import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NEW = ("zone_statement", "closure", "closure_lift")


def _seq() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("seq", kind, primary_key=True, autoincrement=True)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime, nullable=nullable)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _lasts(table: str) -> sa.CheckConstraint:
    return sa.CheckConstraint("until IS NULL OR until > since", name=op.f(f"ck_{table}_lasts"))


def upgrade() -> None:
    """Make the tables, carry the zones over, let nothing be edited."""
    _make_zones()
    _make_closures()
    op.add_column("courier", sa.Column("permits", sa.JSON, nullable=False, server_default="[]"))
    op.add_column(
        "stop",
        sa.Column("drop_mode", sa.String(16), nullable=False, server_default="stairwell"),
    )
    _carry_over()
    bind = op.get_bind()
    for table in _NEW:
        for statement in _append_only(table, sqlite=bind.dialect.name == "sqlite"):
            bind.exec_driver_sql(statement)
    op.drop_table("zone_period")


def downgrade() -> None:
    """Go back to zones as periods; closures, which the first revision cannot hold, are lost."""
    op.create_table(
        "zone_period",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("place_id", sa.String(64), sa.ForeignKey("place.id"), nullable=False),
        sa.Column("zone", sa.String(16), nullable=False),
        _instant("since"),
        _instant("until", nullable=True),
    )
    op.create_index("ix_zone_period_place_id", "zone_period", ["place_id"])
    op.execute(
        "INSERT INTO zone_period (id, place_id, zone, since, until)"
        " SELECT id, place_id, zone, since, until FROM zone_statement"
        " WHERE place_id IS NOT NULL AND zone <> 'inherited'"
    )
    op.drop_column("stop", "drop_mode")
    op.drop_column("courier", "permits")
    for table in reversed(_NEW):
        op.drop_table(table)


def _make_zones() -> None:
    op.create_table(
        "zone_statement",
        _seq(),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("district_id", sa.String(64), sa.ForeignKey("district.id"), nullable=False),
        sa.Column("place_id", sa.String(64), sa.ForeignKey("place.id"), nullable=True),
        sa.Column("zone", sa.String(16), nullable=False),
        _instant("since"),
        _instant("until", nullable=True),
        _text("reason"),
        _text("actor"),
        sa.Column("origin", sa.String(16), nullable=False),
        _instant("at"),
        sa.UniqueConstraint("id"),
        _lasts("zone_statement"),
    )
    for column in ("district_id", "place_id"):
        op.create_index(f"ix_zone_statement_{column}", "zone_statement", [column])


def _make_closures() -> None:
    op.create_table(
        "closure",
        _seq(),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("district_id", sa.String(64), sa.ForeignKey("district.id"), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        _text("target"),
        sa.Column("shape", sa.JSON, nullable=False),
        _instant("since"),
        _instant("until", nullable=True),
        sa.Column("modes", sa.JSON, nullable=False),
        sa.Column("permits", sa.JSON, nullable=False),
        _text("reason"),
        _text("actor"),
        _instant("at"),
        sa.UniqueConstraint("id"),
        _lasts("closure"),
    )
    op.create_index("ix_closure_district_id", "closure", ["district_id"])
    op.create_index("ix_closure_target", "closure", ["district_id", "kind"])
    op.create_table(
        "closure_lift",
        _seq(),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("closure_id", sa.String(64), sa.ForeignKey("closure.id"), nullable=False),
        _instant("since"),
        _instant("until", nullable=True),
        _text("reason"),
        _text("actor"),
        _instant("at"),
        sa.UniqueConstraint("id"),
        _lasts("closure_lift"),
    )
    op.create_index("ix_closure_lift_closure_id", "closure_lift", ["closure_id"])


def _carry_over() -> None:
    """Keep the zones that setups brought: said when the district was registered, by start.

    Of two on one place the stricter counted; now the one said later does, so of those that begin
    together the stricter is said last.
    """
    op.execute(
        "INSERT INTO zone_statement"
        " (id, district_id, place_id, zone, since, until, reason, actor, origin, at)"
        " SELECT z.id, p.district_id, z.place_id, z.zone, z.since, z.until, '', 'setup', 'setup',"
        " d.created_at FROM zone_period z"
        " JOIN place p ON p.id = z.place_id JOIN district d ON d.id = p.district_id"
        " ORDER BY z.since, CASE z.zone WHEN 'precaution' THEN 0 WHEN 'controlled' THEN 1"
        " ELSE 2 END, z.id"
    )


def _append_only(table: str, *, sqlite: bool) -> list[str]:
    if not sqlite:
        return [
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        ]
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only');"
    taken = f"SELECT 1 FROM {table} WHERE seq = NEW.seq OR id = NEW.id"  # noqa: S608  from _NEW
    return [
        *(
            f"CREATE TRIGGER {table}_refuses_{verb} BEFORE {verb} ON {table} BEGIN {refuse} END"
            for verb in ("UPDATE", "DELETE")
        ),
        f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table}"
        f" WHEN EXISTS ({taken}) BEGIN {refuse} END",
    ]
