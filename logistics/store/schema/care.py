"""Tables of one-to-one care: who looks after whom, the calls, whom to ask about medicine."""

from sqlalchemy import Column, Index, String, Table

from logistics.store.schema.columns import (
    at_column,
    metadata,
    ref_column,
    seq_column,
    text_column,
)

steward_assignment = Table(
    # append-only: what was said last of a household and duty counts; no account: nobody from then
    "steward_assignment",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("household_id", "household", index=False),
    Column("duty", String(16), nullable=False),  # steward deputy
    ref_column("account_id", "staff_account", nullable=True),
    at_column("since"),
    at_column("until", nullable=True),
    text_column("actor"),
    at_column("at"),
    Index("ix_steward_assignment_duty", "household_id", "duty", "seq"),
)

steward_contact = Table(
    # append-only: calls to households that somebody looks after
    "steward_contact",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("household_id", "household", index=False),
    Column("how", String(16), nullable=False),  # phone chat door
    Column("outcome", String(16), nullable=False),  # reached no-answer needs-help
    text_column("note"),
    at_column("next_due"),
    text_column("actor"),
    at_column("at"),  # when it was
    at_column("recorded_at"),
    Index("ix_steward_contact_last", "household_id", "seq"),
)

doctor_contact = Table(
    # append-only: whom to ask about medicine, of a household or, without one, of a district
    "doctor_contact",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("district_id", "district", index=False),
    ref_column("household_id", "household", nullable=True, index=False),
    text_column("said"),  # empty: none from then on
    text_column("actor"),
    at_column("at"),
    Index("ix_doctor_contact_last", "district_id", "household_id", "seq"),
)
