"""The tables, by topic; :mod:`logistics.store.tables` names them all."""
