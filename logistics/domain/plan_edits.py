"""What a planner changes in a plan by hand (人工调整): stops moved or locked, hours of a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from logistics.domain.planning import DAY_S, Carrier
from logistics.errors import Conflict, Invalid, NotFound


class PlanNotDraft(Conflict):
    """Only the draft of a run is edited; what was released or replaced stays as it is."""

    code = "plan.not-draft"


class PlanRefused(Conflict):
    """The judge found rules that the edited plan would break; nothing was stored."""

    code = "plan.edit-refused"


class EditUnknown(NotFound):
    """The plan has no such stop, trip or courier."""

    code = "plan.edit-unknown"


class EditInvalid(Invalid):
    """What was asked cannot be said of this plan."""

    code = "plan.edit-invalid"


class StopLocked(Conflict):
    """The stop is locked; it is unlocked first."""

    code = "plan.stop-locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunShift:
    """A courier's hours in one run instead of the usual."""

    courier_id: str
    starts_s: int
    ends_s: int
    on_duty: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveStop:
    """Give a stop to a trip: ``trip`` counts from 1, one more than there are makes a new one.

    ``position`` counts from 1 in the trip as it is without the stop; None: wherever it fits and
    the courier is back the earliest.
    """

    stop: str
    courier: str
    trip: int
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeShift:
    """Change a courier's hours in the run; seconds since local midnight."""

    courier: str
    starts_s: int | None = None
    ends_s: int | None = None
    on_duty: bool | None = None
    reason: str = ""

    def on(self, courier_id: str, usual: tuple[int, int]) -> RunShift:
        """Say the hours that result from what they were.

        Raises
        ------
        EditInvalid
            If they would end before they begin.
        """
        starts = usual[0] if self.starts_s is None else self.starts_s
        ends = usual[1] if self.ends_s is None else self.ends_s
        if not 0 <= starts < ends <= 2 * DAY_S:
            raise EditInvalid(
                field="ends_s",
                value=ends,
                courier=self.courier,
                mend="let the shift end after it begins, within two days",
            )
        return RunShift(
            courier_id=courier_id,
            starts_s=starts,
            ends_s=ends,
            on_duty=self.on_duty is not False,
            reason=self.reason.strip(),
        )


Edit = MoveStop | ChangeShift


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A rule that an edited plan would break: by how much, where, in people's codes."""

    code: str
    courier: str
    stop: str  # code of the stairwell; empty where it concerns the whole shift
    by: int
    facts: Mapping[str, int | str]


def with_shifts(
    carriers: Iterable[Carrier], shifts: Mapping[str, RunShift]
) -> tuple[Carrier, ...]:
    """Give couriers the hours that were changed for a run, and leave out who stays away."""
    found = []
    for one in carriers:
        changed = shifts.get(one.id)
        if changed is None:
            found.append(one)
        elif changed.on_duty:
            found.append(replace(one, shift_start_s=changed.starts_s, shift_end_s=changed.ends_s))
    return tuple(found)
