"""Ask for the same as last time (老样子)."""

from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from logistics.domain.catalogue import Catalogue
from logistics.domain.lists import AskedLine, HouseholdList, OrderLine
from logistics.domain.quantities import say_decimal
from logistics.errors import NotFound
from logistics.store import catalogue, earlier_lists, lists
from logistics.usecases.take_list import hold_for, take_list


class NoEarlierList(NotFound):
    """The household has no list from an earlier run that could be repeated."""

    code = "list.none-earlier"


def repeat_list(
    session: Session,
    run_id: str | None,
    household_code: str,
    *,
    client_ref: str | None = None,
    channel: str,
    actor: str,
    at: datetime,
) -> HouseholdList:
    """Take the lines of the household's last list that was bought for, as a new list.

    What the catalogue no longer holds, or limits more tightly by now, becomes a doubt as in any
    list. The note is not repeated: what it said was meant for that day.

    Raises
    ------
    NoEarlierList
        If there is no such list.
    RunUnknown, HouseholdUnknown, NoRunOpen, ListAfterCutOff, ClientRefReused
        As in :func:`logistics.usecases.take_list.take_list`.
    """
    run, household = hold_for(session, run_id, household_code, at)
    lists.hold_household(session, household.id)
    last = earlier_lists.last_frozen(session, household.id, run.id)
    if last is None:
        raise NoEarlierList(household=household.code, mend="send the lines themselves")
    known = catalogue.load(session)
    return take_list(
        session,
        run.id,
        household.code,
        [_asked(known, line) for line in last.lines],
        client_ref=client_ref,
        channel=channel,
        actor=actor,
        at=at,
    )


def _asked(known: Catalogue, line: OrderLine) -> AskedLine:
    """Say a line again in its own unit, or in base units where that is no plain number."""
    item = known.by_id[line.item_id]
    held = item.base_count(line.unit)
    said = say_decimal(Fraction(line.quantity, held)) if held else None
    if said is None:
        return AskedLine(line.item, str(line.quantity), item.base, said=line.said)
    return AskedLine(line.item, said, line.unit, said=line.said)
