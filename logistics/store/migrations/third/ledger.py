"""Custody of bags, decisions about lots, seals, and what movements and lots say further."""

import sqlalchemy as sa
from alembic import op

from logistics.store.migrations.third.append_only import protect
from logistics.store.schema.columns import UtcDateTime

_NEW = ("bag_scan", "bag_move", "lot_statement", "ledger_seal")

# A chain continues where it ended: only who has a bag can hand it on. Whatever changes
# ``bag.custodian`` must be the last move of the chain. The same holds for the state of a lot.
_SQLITE = [
    """
    CREATE TRIGGER bag_move_chain AFTER INSERT ON bag_move BEGIN
      SELECT RAISE(ABORT, 'custody is not where the move begins')
        WHERE NOT EXISTS (
          SELECT 1 FROM bag WHERE id = NEW.bag_id AND custodian = NEW.source
        );
      UPDATE bag SET custodian = NEW.target WHERE id = NEW.bag_id;
    END
    """,
    """
    CREATE TRIGGER bag_custodian_follows BEFORE UPDATE OF custodian ON bag
    WHEN NEW.custodian <> OLD.custodian AND NEW.custodian IS NOT (
      SELECT target FROM bag_move WHERE bag_id = NEW.id ORDER BY seq DESC LIMIT 1
    ) BEGIN
      SELECT RAISE(ABORT, 'a custodian changes by a move of custody only');
    END
    """,
    """
    CREATE TRIGGER lot_statement_holds AFTER INSERT ON lot_statement BEGIN
      UPDATE lot SET state = NEW.state WHERE id = NEW.lot_id;
    END
    """,
]
_POSTGRESQL = [
    """
    CREATE FUNCTION bag_move_chain() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE bag SET custodian = NEW.target WHERE id = NEW.bag_id AND custodian = NEW.source;
      IF NOT FOUND THEN
        RAISE EXCEPTION USING MESSAGE = 'custody is not where the move begins',
          ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER bag_move_chain AFTER INSERT ON bag_move
      FOR EACH ROW EXECUTE FUNCTION bag_move_chain()
    """,
    """
    CREATE FUNCTION bag_custodian_follows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.custodian IS DISTINCT FROM (
        SELECT target FROM bag_move WHERE bag_id = NEW.id ORDER BY seq DESC LIMIT 1
      ) THEN
        RAISE EXCEPTION USING MESSAGE = 'a custodian changes by a move of custody only',
          ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER bag_custodian_follows BEFORE UPDATE OF custodian ON bag
      FOR EACH ROW WHEN (NEW.custodian <> OLD.custodian)
      EXECUTE FUNCTION bag_custodian_follows()
    """,
    """
    CREATE FUNCTION lot_statement_holds() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE lot SET state = NEW.state WHERE id = NEW.lot_id;
      RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER lot_statement_holds AFTER INSERT ON lot_statement
      FOR EACH ROW EXECUTE FUNCTION lot_statement_holds()
    """,
]
# A release used to name the courier before anybody had come for the bag.
_BACK_TO_POINTS = """
    UPDATE bag SET state = 'staged',
      custodian = 'point:' || (SELECT code FROM place WHERE place.id = bag.point_id)
    WHERE substr(custodian, 1, 8) = 'courier:'
"""
_FUNCTIONS = ("bag_move_chain", "bag_custodian_follows", "lot_statement_holds")


def upgrade() -> None:
    """Make the tables, their triggers and the further columns."""
    bind = op.get_bind()
    _make_custody()
    _make_statements()
    op.add_column("movement", sa.Column("corrects", sa.BigInteger, nullable=True))
    op.add_column(
        "movement", sa.Column("reason", sa.String(32), nullable=False, server_default="")
    )
    op.add_column("lot", sa.Column("weight_g", sa.BigInteger, nullable=True))
    op.add_column("lot", sa.Column("price_fen", sa.BigInteger, nullable=True))
    op.add_column("lot", sa.Column("photo", sa.Text, nullable=False, server_default=""))
    op.create_index("ix_movement_corrects", "movement", ["corrects"], unique=True)
    bind.exec_driver_sql(_BACK_TO_POINTS)
    for statement in _SQLITE if bind.dialect.name == "sqlite" else _POSTGRESQL:
        bind.exec_driver_sql(statement)
    protect("bag_scan", "seq", "key")
    protect("bag_move", "seq", "id")
    protect("lot_statement", "seq", "id")
    protect("ledger_seal", "seq")


def downgrade() -> None:
    """Drop them; of the triggers only those on tables that stay are dropped by name."""
    bind = op.get_bind()
    on = "" if bind.dialect.name == "sqlite" else " ON bag"
    bind.exec_driver_sql(f"DROP TRIGGER bag_custodian_follows{on}")
    for table in reversed(_NEW):
        op.drop_table(table)
    if bind.dialect.name == "postgresql":
        for name in _FUNCTIONS:
            bind.exec_driver_sql(f"DROP FUNCTION {name}()")
    op.drop_index("ix_movement_corrects", "movement")
    for table, column in (
        ("lot", "photo"),
        ("lot", "price_fen"),
        ("lot", "weight_g"),
        ("movement", "reason"),
        ("movement", "corrects"),
    ):
        op.drop_column(table, column)


def _make_custody() -> None:
    op.create_table(
        "bag_scan",
        _seq(),
        _bag(),
        sa.Column("key", sa.String(192), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(96), nullable=False),
        sa.Column("place", sa.String(96), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("key", name="uq_bag_scan_key"),
    )
    op.create_index("ix_bag_scan_bag_id", "bag_scan", ["bag_id"])
    op.create_table(
        "bag_move",
        _seq(),
        sa.Column("id", sa.String(64), nullable=False),
        _bag(),
        sa.Column("source", sa.String(96), nullable=False),
        sa.Column("target", sa.String(96), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("implied", sa.Boolean, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("cause", sa.String(192), nullable=False),
        sa.Column("corrects", sa.String(64), nullable=True),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("id", name="uq_bag_move_id"),
        sa.UniqueConstraint("corrects", name="uq_bag_move_corrects"),
        sa.CheckConstraint("source <> target", name="ck_bag_move_moves"),
        sa.CheckConstraint("(kind = 'undo') = (corrects IS NOT NULL)", name="ck_bag_move_undo"),
    )
    op.create_index("ix_bag_move_bag_id_seq", "bag_move", ["bag_id", "seq"])
    op.create_index("ix_bag_move_target", "bag_move", ["target"])


def _make_statements() -> None:
    op.create_table(
        "lot_statement",
        _seq(),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("lot_id", sa.String(64), sa.ForeignKey("lot.id"), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("id", name="uq_lot_statement_id"),
    )
    op.create_index("ix_lot_statement_lot_id", "lot_statement", ["lot_id"])
    op.create_table(
        "ledger_seal",
        _seq(),
        sa.Column("book", sa.String(32), nullable=False),
        sa.Column("from_seq", sa.BigInteger, nullable=False),
        sa.Column("until_seq", sa.BigInteger, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("book", "from_seq", name="uq_ledger_seal_book_from_seq"),
        sa.CheckConstraint("until_seq >= from_seq", name="ck_ledger_seal_range"),
    )


def _seq() -> sa.Column[int]:
    return sa.Column(
        "seq",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    )


def _bag() -> sa.Column[str]:
    return sa.Column("bag_id", sa.String(64), sa.ForeignKey("bag.id"), nullable=False)
