"""What households report of their bags, and the answers, in the database."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, or_, select
from sqlalchemy.orm import Session

from logistics.domain.bag_reports import (
    BagReport,
    ReportAnswer,
    ReportKind,
    ReportNext,
    ReportUnknown,
)
from logistics.domain.ids import new_id
from logistics.store.tables import (
    bag,
    bag_line,
    bag_report,
    bag_report_answer,
    household,
    item,
    order_line,
    run,
    share,
)


def add(
    session: Session,
    *,
    run_id: str,
    household_id: str,
    bag_id: str | None,
    line_id: str | None,
    kind: ReportKind,
    quantity: int | None,
    note: str,
    photo_id: str | None,
    next_action: ReportNext,
    channel: str,
    actor: str,
    at: datetime,
) -> str:
    """Write a report; return its id."""
    made = new_id("br", at)
    session.execute(
        insert(bag_report).values(
            id=made,
            run_id=run_id,
            household_id=household_id,
            bag_id=bag_id,
            line_id=line_id,
            kind=kind.value,
            quantity=quantity,
            note=note,
            photo_id=photo_id,
            next_action=next_action.value,
            channel=channel,
            actor=actor,
            at=at,
        )
    )
    return made


def answer(
    session: Session,
    report_id: str,
    next_action: ReportNext,
    note: str,
    *,
    actor: str,
    at: datetime,
) -> None:
    """Write what is done about a report."""
    session.execute(
        insert(bag_report_answer).values(
            id=new_id("ba", at), report_id=report_id, next_action=next_action.value,
            note=note, actor=actor, at=at,
        )
    )  # fmt: skip


def get(session: Session, report_id: str) -> BagReport:
    """Read a report with its answer.

    Raises
    ------
    ReportUnknown
        If none has this id.
    """
    found = _read(session, _all().where(bag_report.c.id == report_id))
    if not found:
        raise ReportUnknown(report=report_id[:64])
    return found[0]


def of_household(
    session: Session, household_id: str, *, since: datetime | None = None
) -> tuple[BagReport, ...]:
    """Read what a household reported, newest first, up to 50; since an instant, if given."""
    query = _all().where(bag_report.c.household_id == household_id)
    if since is not None:
        query = query.where(bag_report.c.at >= since)
    return _read(session, query.order_by(bag_report.c.seq.desc()).limit(50))


def page(
    session: Session,
    district_id: str,
    *,
    run_id: str | None = None,
    answered: bool | None = None,
    places: Collection[str] | None = None,
    after: str | None = None,
    limit: int = 100,
) -> tuple[BagReport, ...]:
    """Read reports of a district by id, oldest first.

    Parameters
    ----------
    places
        Ids of stairwells or points: only reports of those who live there, or of bags from there.
    """
    query = _all().where(household.c.district_id == district_id)
    if run_id is not None:
        query = query.where(bag_report.c.run_id == run_id)
    if answered is not None:
        known = bag_report_answer.c.id
        query = query.where(known.is_not(None) if answered else known.is_(None))
    if places is not None:
        query = query.where(
            or_(household.c.stairwell_id.in_(list(places)), bag.c.point_id.in_(list(places)))
        )
    if after is not None:
        query = query.where(bag_report.c.id > after)
    return _read(session, query.order_by(bag_report.c.id).limit(limit))


def bag_of_household(session: Session, run_id: str, household_id: str, said: str) -> str | None:
    """Find a household's bag by its code or id; None if it has none such."""
    return session.scalar(
        select(bag.c.id).where(
            bag.c.run_id == run_id,
            bag.c.household_id == household_id,
            or_(bag.c.code == said, bag.c.id == said),
        )
    )


def bag_with_line(session: Session, line_id: str) -> str | None:
    """Find a bag in which something of a line was packed."""
    return session.scalar(
        select(bag_line.c.bag_id)
        .join(share, share.c.id == bag_line.c.share_id)
        .where(share.c.line_id == line_id)
        .order_by(bag_line.c.bag_id)
        .limit(1)
    )


def _all() -> Select[Any]:
    return (
        select(
            bag_report,
            run.c.code.label("run_code"),
            household.c.code.label("household_code"),
            bag.c.code.label("bag_code"),
            item.c.name_zh,
            item.c.name_en,
            item.c.base,
            bag_report_answer.c.next_action.label("then"),
            bag_report_answer.c.note.label("answer_note"),
            bag_report_answer.c.actor.label("answer_actor"),
            bag_report_answer.c.at.label("answer_at"),
        )
        .join(run, run.c.id == bag_report.c.run_id)
        .join(household, household.c.id == bag_report.c.household_id)
        .outerjoin(bag, bag.c.id == bag_report.c.bag_id)
        .outerjoin(order_line, order_line.c.id == bag_report.c.line_id)
        .outerjoin(item, item.c.id == order_line.c.item_id)
        .outerjoin(bag_report_answer, bag_report_answer.c.report_id == bag_report.c.id)
    )


def _read(session: Session, query: Select[Any]) -> tuple[BagReport, ...]:
    return tuple(
        BagReport(
            id=row["id"],
            run_id=row["run_id"],
            run_code=row["run_code"],
            household_id=row["household_id"],
            household_code=row["household_code"],
            bag_code=row["bag_code"],
            line_id=row["line_id"],
            item_zh=row["name_zh"] or "",
            item_en=row["name_en"] or "",
            base=row["base"] or "",
            kind=ReportKind(row["kind"]),
            quantity=row["quantity"],
            note=row["note"],
            photo_id=row["photo_id"],
            next=ReportNext(row["next_action"]),
            channel=row["channel"],
            actor=row["actor"],
            at=row["at"],
            answer=None
            if row["then"] is None
            else ReportAnswer(
                next=ReportNext(row["then"]),
                note=row["answer_note"],
                actor=row["answer_actor"],
                at=row["answer_at"],
            ),
        )
        for row in session.execute(query).mappings()
    )
