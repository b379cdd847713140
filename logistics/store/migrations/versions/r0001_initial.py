"""The first tables, and the triggers that keep the ledger honest."""

from alembic import op

from logistics.store.migrations.first.of_runs import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_APPEND_ONLY = ("movement", "audit")

# ``balance`` is written by the ledger's trigger alone. The zero row comes first, since both
# databases judge a CHECK before they look at ON CONFLICT.
_SQLITE = [
    """
    CREATE TRIGGER movement_balances AFTER INSERT ON movement BEGIN
      INSERT INTO balance (location, lot_id, quantity) VALUES (NEW.source, NEW.lot_id, 0)
        ON CONFLICT DO NOTHING;
      INSERT INTO balance (location, lot_id, quantity) VALUES (NEW.target, NEW.lot_id, 0)
        ON CONFLICT DO NOTHING;
      UPDATE balance SET quantity = quantity - NEW.quantity
        WHERE location = NEW.source AND lot_id = NEW.lot_id;
      UPDATE balance SET quantity = quantity + NEW.quantity
        WHERE location = NEW.target AND lot_id = NEW.lot_id;
    END
    """,
    *(
        f"""
        CREATE TRIGGER {table}_refuses_{verb} BEFORE {verb} ON {table} BEGIN
          SELECT RAISE(ABORT, '{table} is append-only');
        END
        """
        for table in _APPEND_ONLY
        for verb in ("UPDATE", "DELETE")
    ),
    *(
        f"""
        CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table}
        WHEN EXISTS (SELECT 1 FROM {table} WHERE seq = NEW.seq) BEGIN
          SELECT RAISE(ABORT, '{table} is append-only');
        END
        """  # noqa: S608  names from the tuple above
        for table in _APPEND_ONLY
    ),
]

_POSTGRESQL = [
    """
    CREATE FUNCTION movement_balances() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE spot text;
    BEGIN
      -- in one order for everybody, so that two moves between the same places cannot deadlock
      FOREACH spot IN ARRAY ARRAY[LEAST(NEW.source, NEW.target), GREATEST(NEW.source, NEW.target)]
      LOOP
        INSERT INTO balance (location, lot_id, quantity) VALUES (spot, NEW.lot_id, 0)
          ON CONFLICT DO NOTHING;
        UPDATE balance
          SET quantity = quantity
            + CASE WHEN spot = NEW.target THEN NEW.quantity ELSE -NEW.quantity END
          WHERE location = spot AND lot_id = NEW.lot_id;
      END LOOP;
      RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER movement_balances AFTER INSERT ON movement
      FOR EACH ROW EXECUTE FUNCTION movement_balances()
    """,
    """
    CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION USING
        MESSAGE = TG_TABLE_NAME || ' is append-only', ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    *(
        f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
          FOR EACH STATEMENT EXECUTE FUNCTION append_only()
        """
        for table in _APPEND_ONLY
    ),
]


def upgrade() -> None:
    """Make all tables and triggers."""
    bind = op.get_bind()
    metadata.create_all(bind, checkfirst=False)
    for statement in _SQLITE if bind.dialect.name == "sqlite" else _POSTGRESQL:
        bind.exec_driver_sql(statement)


def downgrade() -> None:
    """Drop them; the triggers go with their tables."""
    bind = op.get_bind()
    metadata.drop_all(bind, checkfirst=False)
    if bind.dialect.name == "postgresql":
        bind.exec_driver_sql("DROP FUNCTION movement_balances()")
        bind.exec_driver_sql("DROP FUNCTION append_only()")
