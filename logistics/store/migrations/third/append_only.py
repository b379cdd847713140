"""Triggers that refuse to change or delete a fact once written."""

from alembic import op


def protect(table: str, *keys: str) -> None:
    """Refuse UPDATE, DELETE and REPLACE on a table, by the database itself.

    Parameters
    ----------
    keys
        The columns that are unique, each by itself; a row that has one of their values is
        never written over.
    """
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        bind.exec_driver_sql(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
        return
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only');"
    for verb in ("UPDATE", "DELETE"):
        bind.exec_driver_sql(
            f"CREATE TRIGGER {table}_refuses_{verb} BEFORE {verb} ON {table} BEGIN {refuse} END"
        )
    same = " OR ".join(f"{key} = NEW.{key}" for key in keys)
    taken = f"SELECT 1 FROM {table} WHERE {same}"  # noqa: S608  names from our own revisions
    bind.exec_driver_sql(
        f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table}"
        f" WHEN EXISTS ({taken}) BEGIN {refuse} END"
    )
