"""Take a household's word that something is missing, damaged or wrong, and answer it (反馈)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.bag_reports import (
    LONGEST,
    USUAL,
    BagReport,
    ReportAnswered,
    ReportBagUnknown,
    ReportKind,
    ReportLineUnknown,
    ReportNext,
    ReportNoteTooLong,
    ReportOfNothing,
    ReportTooMuch,
)
from logistics.domain.custody import Scan, ScanKind
from logistics.domain.lists import OrderLine
from logistics.domain.photos import PhotoUnknown
from logistics.domain.quantities import read_amount
from logistics.store import audit, bag_reports, catalogue, lists, photos, places, runs
from logistics.usecases.record_scans import BagEvent, record_scans


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is wrong: of a bag (its code), of a line (its id), or of both.

    ``quantity`` is how much of the line, as it is said, in ``unit``; empty: all of it.
    """

    kind: ReportKind
    bag: str = ""
    line: str = ""
    quantity: str = ""
    unit: str = ""
    note: str = ""
    photo: str = ""


def report_bag(
    session: Session,
    run: str,
    household_code: str,
    told: Told,
    *,
    channel: str,
    actor: str,
    at: datetime,
) -> BagReport:
    """Keep a report, and let the bag be disputed from now on; the next action is said with it.

    Raises
    ------
    RunUnknown, HouseholdUnknown
        If there is no such run or household.
    ReportOfNothing
        If neither a bag nor a line is named.
    ReportBagUnknown, ReportLineUnknown
        If the household has no such bag or line in the run.
    QuantityNotUnderstood, UnitNotUnderstood, UnitUnknownForItem, QuantityNotWhole
        If the quantity cannot be read.
    ReportTooMuch
        If it is more than was asked for.
    ReportNoteTooLong
        If the note is longer than 500 characters.
    PhotoUnknown
        If there is no such photo of this household.
    BagsNotOut
        If the run was not released.
    """
    found = runs.get(session, run)
    home = places.household_by_code(session, household_code.strip())
    note = told.note.strip()
    if len(note) > LONGEST:
        raise ReportNoteTooLong(
            field="note", value=len(note), longest=LONGEST,
            mend=f"say it in {LONGEST} characters or less",
        )  # fmt: skip
    if not told.bag and not told.line:
        raise ReportOfNothing(field="bag", mend="name a bag, a line of the list, or both")
    line = _line(session, found.id, home.code, told.line) if told.line else None
    bag_id = bag_reports.bag_with_line(session, line.id) if line else None
    if told.bag:
        bag_id = bag_reports.bag_of_household(session, found.id, home.id, told.bag)
        if bag_id is None:
            raise ReportBagUnknown(field="bag", value=told.bag[:64], mend="read the bag's label")
    if told.photo and photos.get(session, told.photo).household_id != home.id:
        raise PhotoUnknown(photo=told.photo[:64])
    made = bag_reports.add(
        session,
        run_id=found.id,
        household_id=home.id,
        bag_id=bag_id,
        line_id=line.id if line else None,
        kind=told.kind,
        quantity=_quantity(session, line, told) if line and told.quantity else None,
        note=note,
        photo_id=told.photo or None,
        next_action=USUAL[told.kind],
        channel=channel,
        actor=actor,
        at=at,
    )
    if bag_id is not None:
        scan = Scan(
            key=f"report:{made}", kind=ScanKind.DISPUTE, at=at, by=f"household:{home.code}"
        )
        record_scans(session, found.id, [BagEvent(bag=bag_id, scan=scan)], actor=actor, at=at)
    facts = {"kind": told.kind.value, "next": USUAL[told.kind].value}
    audit.record(session, actor=actor, command="bag report", subject=made, facts=facts, at=at)
    return bag_reports.get(session, made)


def answer_report(
    session: Session,
    report_id: str,
    next_action: ReportNext,
    *,
    note: str = "",
    actor: str,
    at: datetime,
) -> BagReport:
    """Say what is done about a report; said again it changes nothing.

    Raises
    ------
    ReportUnknown
        If there is no such report.
    ReportNoteTooLong
        If the note is longer than 500 characters.
    ReportAnswered
        If it was answered otherwise.
    """
    words = note.strip()
    if len(words) > LONGEST:
        raise ReportNoteTooLong(
            field="note", value=len(words), longest=LONGEST,
            mend=f"say it in {LONGEST} characters or less",
        )  # fmt: skip
    found = bag_reports.get(session, report_id)
    lists.hold_households(session, [found.household_code])  # two who answer at once take turns
    found = bag_reports.get(session, report_id)
    if found.answer is not None:
        if (found.answer.next, found.answer.note) == (next_action, words):
            return found
        raise ReportAnswered(
            report=report_id, answer=found.answer.next.value, mend="read the report again"
        )
    bag_reports.answer(session, report_id, next_action, words, actor=actor, at=at)
    facts = {"next": next_action.value}
    audit.record(
        session, actor=actor, command="bag report answer", subject=report_id, facts=facts, at=at
    )
    return bag_reports.get(session, report_id)


def _line(session: Session, run_id: str, household: str, line_id: str) -> OrderLine:
    for one in lists.of_household(session, run_id, household):
        for line in one.lines:
            if line.id == line_id and one.state != "cancelled":
                return line
    raise ReportLineUnknown(field="line", value=line_id[:64], mend="name a line of your list")


def _quantity(session: Session, line: OrderLine, told: Told) -> int:
    goods = catalogue.load(session)
    item = goods.by_id[line.item_id]
    amount = read_amount(told.quantity, told.unit or line.unit)
    base = goods.quantity(item, amount).count
    if base > line.quantity:
        raise ReportTooMuch(
            field="quantity", value=told.quantity, item=line.item, mend="say how much of it"
        )
    return base
