"""What a household needs, with whose consent, and the tier that follows by a published table."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from logistics.errors import Invalid

TIERS: Final = (0, 1, 2)
"""0 is served first where there is not enough for all, 2 is ordinary."""
ORDINARY: Final = 2


class Need(StrEnum):
    """What somebody in a household needs, or that a household is in quarantine."""

    INFANT = "infant"
    PREGNANT = "pregnant"
    NURSING = "nursing"
    ELDERLY = "elderly"
    DISABLED = "disabled"
    CHRONIC_ILLNESS = "chronic-illness"
    DIET = "diet"
    LIVING_ALONE = "living-alone"
    HOME_QUARANTINE = "home-quarantine"


class NeedGroup(StrEnum):
    """Who acts on a need: those who buy and pack, those who look after people, those who heal."""

    SUPPLY = "supply"
    CARE = "care"
    HEALTH = "health"


GROUP_OF: Final[Mapping[Need, NeedGroup]] = {
    Need.INFANT: NeedGroup.SUPPLY,
    Need.DIET: NeedGroup.SUPPLY,
    Need.PREGNANT: NeedGroup.CARE,
    Need.NURSING: NeedGroup.CARE,
    Need.ELDERLY: NeedGroup.CARE,
    Need.DISABLED: NeedGroup.CARE,
    Need.LIVING_ALONE: NeedGroup.CARE,
    Need.CHRONIC_ILLNESS: NeedGroup.HEALTH,
    Need.HOME_QUARANTINE: NeedGroup.HEALTH,
}


class TierTableInvalid(Invalid):
    """A row of a table of tiers names no need, or a tier that there is not."""

    code = "need.tier-table"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedRecord:
    """A need as it stands; ``member_no`` 0 is the household as a whole.

    It is kept only with consent: who wrote the consent down stands under a post or code, never a
    name. ``until`` is the last day; days are the district's own.
    """

    member_no: int
    need: Need
    since: date | None = None
    until: date | None = None
    detail: str = ""
    consent_on: date
    consent_by: str
    withdrawn_on: date | None = None

    @property
    def withdrawn(self) -> bool:
        """Say whether the consent was taken back: nobody may read the need any more."""
        return self.withdrawn_on is not None

    def on(self, day: date) -> bool:
        """Say whether the need counts on a day: it has begun, lasts, and consent stands."""
        begun = self.consent_on <= day and (self.since is None or self.since <= day)
        lasts = self.until is None or day <= self.until
        return begun and lasts and (self.withdrawn_on is None or day < self.withdrawn_on)

    def edges(self) -> tuple[date, ...]:
        """List the days from which on it counts, or no longer does."""
        ends = () if self.until is None else (self.until + timedelta(days=1),)
        starts = (max(self.consent_on, self.since or self.consent_on),)
        return (*starts, *ends, *(() if self.withdrawn_on is None else (self.withdrawn_on,)))


@dataclass(frozen=True, slots=True)
class TierRule:
    """Whoever has all of these needs has at least this tier."""

    needs: frozenset[Need]
    tier: int


@dataclass(frozen=True, slots=True)
class TierTable:
    """The table that a district has published; who fits no rule is ordinary.

    Raises
    ------
    TierTableInvalid
        If a rule has no needs, or a tier that there is not.
    """

    rules: tuple[TierRule, ...]

    def __post_init__(self) -> None:
        for rule in self.rules:
            if not rule.needs or rule.tier not in TIERS:
                raise TierTableInvalid(
                    field="tier" if rule.needs else "need",
                    value=str(rule.tier) if rule.needs else "",
                    mend="name one need or several, and a tier of 0, 1 or 2",
                )

    def tier(self, needs: Iterable[Need]) -> int:
        """Return the most urgent tier of all rules that fit."""
        has = frozenset(needs)
        return min((rule.tier for rule in self.rules if rule.needs <= has), default=ORDINARY)

    def facts(self) -> list[list[Any]]:
        """Write as JSON can hold it, in one order whatever the order of the rules."""
        return sorted(
            [sorted(need.value for need in rule.needs), rule.tier] for rule in self.rules
        )

    @classmethod
    def of_facts(cls, facts: Iterable[Sequence[Any]]) -> "TierTable":
        """Read what :meth:`facts` wrote."""
        return cls(
            tuple(TierRule(frozenset(Need(n) for n in needs), tier) for needs, tier in facts)
        )

    @property
    def digest(self) -> str:
        """Name this table among all: two that say the same have one digest."""
        return hashlib.sha256(json.dumps(self.facts()).encode()).hexdigest()


Steps = tuple[tuple[date, int], ...]
"""From which day on which tier holds, by day."""


def tier_steps(needs: Iterable[NeedRecord], table: TierTable, since: date) -> Steps:
    """Work out from a day on which tier a household has, and on which days it changes."""
    known = tuple(needs)
    days = [since, *sorted({edge for need in known for edge in need.edges() if edge > since})]
    return _without_repeats(
        (day, table.tier(need.need for need in known if need.on(day))) for day in days
    )


def fold_steps(said: Iterable[tuple[date, int]]) -> Steps:
    """Make of statements, in the order in which they were made, what holds.

    Notes
    -----
    As with zones: from its first day on a statement replaces all that was said before it.
    """
    held: list[tuple[date, int]] = []
    for since, tier in said:
        held = [step for step in held if step[0] < since]
        held.append((since, tier))
    return tuple(held)


def tier_on(steps: Steps, day: date, otherwise: int = ORDINARY) -> int:
    """Find the tier on a day; before the first step it is what it was ``otherwise``."""
    return next((tier for since, tier in reversed(steps) if since <= day), otherwise)


def steps_from(steps: Steps, since: date, otherwise: int = ORDINARY) -> Steps:
    """Cut steps to those that matter from a day on."""
    later = (step for step in steps if step[0] > since)
    return _without_repeats(((since, tier_on(steps, since, otherwise)), *later))


def _without_repeats(steps: Iterable[tuple[date, int]]) -> Steps:
    kept: list[tuple[date, int]] = []
    for day, tier in steps:
        if not kept or kept[-1][1] != tier:
            kept.append((day, tier))
    return tuple(kept)
