"""Who sells or gives goods, on which terms, and what inspectors said of them (供应商)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from logistics.errors import Invalid, NotFound

DAY_S: Final = 24 * 3600
ANY_CODE: Final = "*"
"""The pattern of a supplier whose codes may look like anything, but must be there."""


class SupplierKind(StrEnum):
    """What sort of supplier it is; donors are paid nothing."""

    MARKET = "market"
    SUPERMARKET = "supermarket"
    WHOLESALER = "wholesaler"
    DONOR = "donor"


class InspectionState(StrEnum):
    """What inspectors say: nothing is ordered from a suspended supplier."""

    OK = "ok"
    SUSPENDED = "suspended"
    UNDER_INSPECTION = "under-inspection"


class SupplierInvalid(Invalid):
    """The terms of a supplier contradict themselves."""

    code = "supplier.invalid"


class SupplierUnknown(NotFound):
    """No supplier has this code."""

    code = "supplier.unknown"


class InspectionInvalid(Invalid):
    """A statement about a supplier lacks its reason, or ends before it begins."""

    code = "inspection.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """When a supplier serves us, seconds since midnight, and how much; None: as much as we ask."""

    starts_s: int
    ends_s: int
    cases: int | None = None
    buyers: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.starts_s < self.ends_s <= DAY_S:
            raise SupplierInvalid(
                field="slot", value=self.ends_s, mend="end the slot after it starts, the same day"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """A supplier and its usual terms.

    ``provenance`` says what its codes look like (:func:`provenance_fits`); None: it gives none,
    so that no cold goods may be bought from it. ``entered``: a buyer has to go into the shop.
    """

    id: str  # of its place
    district_id: str
    code: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    kind: SupplierKind = SupplierKind.MARKET
    opens_s: int | None = None
    closes_s: int | None = None
    minimum_fen: int = 0
    lead_s: int = 0
    cold: bool = True
    entered: bool = True
    provenance: str | None = ANY_CODE
    note: str = ""
    slots: tuple[Slot, ...] = ()

    def __post_init__(self) -> None:
        for field in ("minimum_fen", "lead_s"):
            if getattr(self, field) < 0:
                raise SupplierInvalid(
                    supplier=self.code, field=field, value=getattr(self, field), mend="give 0"
                )
        opens, closes = self.opens_s, self.closes_s
        if opens is not None and closes is not None and opens >= closes:
            raise SupplierInvalid(
                supplier=self.code, field="closes", value=closes, mend="close after opening"
            )
        ends = 0
        for slot in sorted(self.slots, key=lambda s: s.starts_s):
            if slot.starts_s < ends:
                raise SupplierInvalid(
                    supplier=self.code,
                    field="slot",
                    value=slot.starts_s,
                    mend="let no slot begin before the one before it ends",
                )
            ends = slot.ends_s

    @property
    def free(self) -> bool:
        """Whether its goods cost nothing."""
        return self.kind is SupplierKind.DONOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Somebody said how a supplier stands from an instant on; never edited, never deleted.

    ``seq`` orders statements as they were made; of two that hold at an instant the one made
    later counts.
    """

    seq: int
    id: str
    place_id: str
    state: InspectionState
    since: datetime
    until: datetime | None
    reason: str
    actor: str
    at: datetime

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise InspectionInvalid(field="reason", value="", mend="say why")
        if self.until is not None and self.until <= self.since:
            raise InspectionInvalid(
                field="until",
                value=self.until.isoformat(),
                mend="end after it begins",
            )

    def holds_at(self, at: datetime) -> bool:
        """Say whether it speaks of an instant; the end is no longer part of it."""
        return self.since <= at and (self.until is None or at < self.until)


def standing(statements: Iterable[Inspection], at: datetime) -> Inspection | None:
    """Return what counts at an instant; None: nobody ever said anything, all is well."""
    holding = [one for one in statements if one.holds_at(at)]
    return max(holding, key=lambda one: one.seq, default=None)


def suspension(
    statements: Sequence[Inspection], since: datetime, until: datetime
) -> Inspection | None:
    """Return the first suspension that counts at some time from ``since`` to ``until``."""
    marks = {since}
    for one in statements:
        marks |= {mark for mark in (one.since, one.until) if mark and since < mark <= until}
    for mark in sorted(marks):
        found = standing(statements, mark)
        if found is not None and found.state is InspectionState.SUSPENDED:
            return found
    return None


def provenance_fits(pattern: str | None, code: str) -> bool:
    """Say whether a provenance code looks as the supplier's codes do.

    In a pattern ``#`` stands for a digit, ``@`` for a letter, ``?`` for any one character and
    ``*`` for any number of them; all else stands for itself, whatever its case. Without a
    pattern no code fits; an empty code never does.
    """
    said = code.strip().lower()
    if pattern is None or not said:
        return False
    # positions in the pattern that the characters so far may have led to
    wanted = pattern.strip().lower()
    reached = _skip_stars(wanted, {0})
    for char in said:
        step = set()
        for at in reached:
            if at == len(wanted):
                continue
            if wanted[at] == "*":
                step.add(at)
            elif _fits(wanted[at], char):
                step.add(at + 1)
        reached = _skip_stars(wanted, step)
    return len(wanted) in reached


def _fits(sign: str, char: str) -> bool:
    if sign == "#":
        return char.isascii() and char.isdigit()
    if sign == "@":
        return char.isalpha()
    return sign in {"?", char}


def _skip_stars(wanted: str, reached: set[int]) -> set[int]:
    found = set(reached)
    for at in reached:
        end = at
        while end < len(wanted) and wanted[end] == "*":
            end += 1
            found.add(end)
    return found
