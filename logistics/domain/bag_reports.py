"""What households say of what they got: missing, damaged or wrong, and what is done (反馈)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from logistics.errors import Conflict, Invalid, NotFound

LONGEST = 500  # characters of a note


class ReportUnknown(NotFound):
    """No report has this id."""

    code = "report.unknown"


class ReportOfNothing(Invalid):
    """A report names neither a bag nor a line."""

    code = "report.of-nothing"


class ReportBagUnknown(NotFound):
    """The household has no such bag in the run."""

    code = "report.bag-unknown"


class ReportLineUnknown(NotFound):
    """The household asked for no such line in the run."""

    code = "report.line-unknown"


class ReportTooMuch(Invalid):
    """More is reported than was asked for."""

    code = "report.too-much"


class ReportNoteTooLong(Invalid):
    """The note is longer than anybody reads."""

    code = "report.note-too-long"


class ReportAnswered(Conflict):
    """The report was answered already, otherwise."""

    code = "report.answered"


class ReportKind(StrEnum):
    """What is wrong."""

    MISSING = "missing"
    DAMAGED = "damaged"
    WRONG = "wrong"


class ReportNext(StrEnum):
    """What comes next for a report; the first is what is done while nobody has answered."""

    LOOK = "look"  # point, courier and leader look for it
    BRING = "bring"  # it is brought later today
    NEXT_RUN = "next-run"  # it is put on the next run
    EXCHANGE = "exchange"  # what is wrong is fetched, what is right is brought
    REFUND = "refund"
    NONE = "none"  # nothing can be done, for the reason in the note


USUAL: Mapping[ReportKind, ReportNext] = MappingProxyType(
    {
        ReportKind.MISSING: ReportNext.LOOK,
        ReportKind.DAMAGED: ReportNext.REFUND,
        ReportKind.WRONG: ReportNext.EXCHANGE,
    }
)
"""What is done about a report unless an answer says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAnswer:
    """What is done about a report, and who said so."""

    next: ReportNext
    note: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BagReport:
    """One report: of a bag, a line or both; ``quantity`` in base units of the line's item."""

    id: str
    run_id: str
    run_code: str
    household_id: str
    household_code: str
    bag_code: str | None
    line_id: str | None
    item_zh: str
    item_en: str
    base: str
    kind: ReportKind
    quantity: int | None
    note: str
    photo_id: str | None
    next: ReportNext
    channel: str
    actor: str
    at: datetime
    answer: ReportAnswer | None = None

    @property
    def state(self) -> str:
        """Say whether somebody has answered: ``open`` or ``answered``."""
        return "open" if self.answer is None else "answered"

    @property
    def now(self) -> ReportNext:
        """Say what comes next as it stands."""
        return self.next if self.answer is None else self.answer.next
