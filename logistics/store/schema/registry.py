"""Tables of the registry: who lives where, what they need, and who was asked; all append-only.

What holds is what was said last; nothing said earlier is edited or deleted.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Integer,
    String,
    Table,
)

from logistics.store.schema.columns import (
    at_column,
    metadata,
    ref_column,
    seq_column,
    text_column,
)


def _id() -> Column[str]:
    return Column("id", String(64), nullable=False, unique=True)


place_statement = Table(
    # what a list says of a building or stairwell: its floors, and its leader's code
    "place_statement",
    metadata,
    seq_column(),
    _id(),
    ref_column("place_id", "place"),
    Column("levels", Integer, nullable=True),
    text_column("leader"),
    text_column("source"),
    text_column("actor"),
    at_column("at"),
)

household_statement = Table(
    # who lives behind a door: how many, in which way, and who sends lists for them
    "household_statement",
    metadata,
    seq_column(),
    _id(),
    ref_column("household_id", "household"),
    Column("persons", Integer, nullable=False),
    Column("kind", String(16), nullable=False),  # flat tenants collective
    Column("standing", String(16), nullable=False),  # here away gone unlisted
    Column("floor", Integer, nullable=True),
    Column("submitter", String(64), nullable=False, index=True),  # a household's code, or leader
    text_column("source"),
    text_column("actor"),
    at_column("at"),
    CheckConstraint("persons > 0", name="somebody"),
)

member_statement = Table(
    # a member of a household under a number of its own, never under a name
    "member_statement",
    metadata,
    seq_column(),
    _id(),
    ref_column("household_id", "household"),
    Column("no", Integer, nullable=False),
    Column("label", String(16), nullable=False),
    Column("band", String(16), nullable=False),  # infant child adult elderly, or not said
    Column("here", Boolean, nullable=False),
    text_column("source"),
    text_column("actor"),
    at_column("at"),
    CheckConstraint("no > 0", name="numbered"),
)

need_statement = Table(
    # a need with the consent to keep it; member 0 is the household as a whole
    "need_statement",
    metadata,
    seq_column(),
    _id(),
    ref_column("household_id", "household"),
    Column("member_no", Integer, nullable=False),
    Column("need", String(32), nullable=False),
    Column("since", Date, nullable=True),
    Column("until", Date, nullable=True),  # the last day
    text_column("detail"),
    Column("consent_on", Date, nullable=False),
    text_column("consent_by"),
    Column("withdrawn_on", Date, nullable=True),
    text_column("source"),
    text_column("actor"),
    at_column("at"),
    CheckConstraint("until IS NULL OR since IS NULL OR until >= since", name="lasts"),
    CheckConstraint("withdrawn_on IS NULL OR withdrawn_on >= consent_on", name="consented"),
)

need_tier_table = Table(
    # the published table from which tiers follow
    "need_tier_table",
    metadata,
    seq_column(),
    _id(),
    ref_column("district_id", "district"),
    Column("rules", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    text_column("actor"),
    at_column("at"),
)

tier_statement = Table(
    # which tier a household has from a day on, and by which table
    "tier_statement",
    metadata,
    seq_column(),
    _id(),
    ref_column("household_id", "household"),
    Column("tier", Integer, nullable=False),
    Column("since", Date, nullable=False),
    Column("table_digest", String(64), nullable=False),
    text_column("actor"),
    at_column("at"),
    CheckConstraint("tier BETWEEN 0 AND 2", name="known"),
)

roll_call_mark = Table(
    # a household of a run was asked for its list, and what it said
    "roll_call_mark",
    metadata,
    seq_column(),
    _id(),
    ref_column("run_id", "run"),
    ref_column("household_id", "household"),
    Column("answer", String(16), nullable=False),  # asked declined reopened
    Column("how", String(16), nullable=False),  # phone door chat notice leader other
    at_column("asked_at"),
    text_column("asked_by"),
    text_column("actor"),
    at_column("at"),
)
