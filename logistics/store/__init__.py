"""Rows that persist: tables, session, ledger, audit, one module per aggregate."""
