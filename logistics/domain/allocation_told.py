"""What a household is told of each line: asked, got, why, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from logistics.domain.allocation import Reason


class Next(StrEnum):
    """What comes next for a line."""

    NOTHING = "nothing"  # it is complete
    FIRST_NEXT_TIME = "first-next-time"  # what is lacking counts for it at the next sharing
    ASK_FOR_ANOTHER = "ask-for-another"  # nobody sells it
    WHEN_CHECKED = "when-checked"  # it came and waits to be released
    WITHIN_RATION = "within-ration"  # that was all that a ration allows
    SAY_IF_UNWANTED = "say-if-unwanted"  # another came instead: say so for the next list


_NEXT = {
    Reason.AS_ASKED: Next.NOTHING,
    Reason.SUBSTITUTE: Next.SAY_IF_UNWANTED,
    Reason.NOT_SOLD: Next.ASK_FOR_ANOTHER,
    Reason.SUSPENDED: Next.ASK_FOR_ANOTHER,
    Reason.NO_COLD_CHAIN: Next.ASK_FOR_ANOTHER,
    Reason.NO_PROVENANCE: Next.ASK_FOR_ANOTHER,
    Reason.HELD: Next.WHEN_CHECKED,
    Reason.RATION: Next.WITHIN_RATION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """What came instead of what a line asked, in base units."""

    name_zh: str
    name_en: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLine:
    """One line as its household is told of it; ``got`` counts what came instead, too.

    ``reason`` says why it is short, or how it was filled; ``ration`` is what a ration left of
    it, if less than asked.
    """

    line_no: int
    name_zh: str
    name_en: str
    base: str
    asked: int
    got: int
    instead: tuple[Instead, ...]
    ration: int | None
    reason: Reason
    next: Next

    @property
    def complete(self) -> bool:
        """Say whether it got all that it asked."""
        return self.got >= self.asked


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldHousehold:
    """A household's shares in a run, as it is told of them.

    ``fill_permille`` is how full its list is, ``debt_permille`` what it was owed from the days
    before; both None for shares that were made before fills were written.
    """

    household_code: str
    tier: int
    fill_permille: int | None
    debt_permille: int | None
    proven: bool
    lines: tuple[ToldLine, ...]


def main_reason(reasons: Iterable[Reason]) -> Reason:
    """Choose what a line with several shares is told: why it is short before how it was filled."""
    found = list(reasons)
    for reason in found:
        if reason not in (Reason.AS_ASKED, Reason.SUBSTITUTE):
            return reason
    return Reason.SUBSTITUTE if Reason.SUBSTITUTE in found else Reason.AS_ASKED


def next_for(reason: Reason, *, complete: bool) -> Next:
    """Say what comes next for a line."""
    if complete and reason is not Reason.SUBSTITUTE:
        return Next.NOTHING
    return _NEXT.get(reason, Next.FIRST_NEXT_TIME)
