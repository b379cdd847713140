"""What deeds are told to webhooks: chosen by what the audit records of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.custody import BagState
from logistics.store import outbox, webhooks
from logistics.store.tables import bag, courier, household_list, plan, run, triage, trip

_STEPS: Final = frozenset(
    {"run.create", "run.cutoff", "run.order", "run.receive-finish", "run.allocate", "run.pack",
     "run.plan", "run.release", "run.close"}
)  # fmt: skip
_BAGS: Final = {
    BagState.SEALED: "bag.sealed",
    BagState.LOADED: "bag.loaded",
    BagState.ON_SHELF: "bag.delivered",
    BagState.TAKEN: "bag.taken",
    BagState.CONFIRMED: "bag.confirmed",
    BagState.DISPUTED: "bag.disputed",
    BagState.RETURNED: "bag.returned",
    BagState.DAMAGED: "bag.damaged",
    BagState.LOST: "bag.lost",
}
_TRIPS: Final = {"started": "trip.departed", "finished": "trip.finished"}
_CHUNK: Final = 500


def of_command(
    session: Session, command: str, subject: str, facts: Mapping[str, Any], *, at: datetime
) -> None:
    """Tell of a command that was just carried out and recorded, if anybody listens."""
    if not webhooks.listeners(session):
        return
    if command in _STEPS:
        _of_step(session, command, subject, facts, at)
    elif command in {"list take", "list amend"}:  # with doubts it is not accepted yet
        _of_list(session, subject, at)
    elif command in {"triage settled", "triage discarded"}:
        found = session.execute(select(triage.c.list_id).where(triage.c.id == subject)).scalar()
        _of_list(session, found or "", at)
    elif command == "list import":
        counts = {k: v for k, v in facts.items() if isinstance(v, int)}
        outbox.announce(session, "lists.imported", {**_run(session, subject), **counts}, at=at)


def of_bags(session: Session, states: Mapping[str, BagState], *, at: datetime) -> None:
    """Tell of bags that have come further: their codes and nothing of what they hold."""
    said = {bag_id: state for bag_id, state in states.items() if state in _BAGS}
    if not said or not webhooks.listeners(session):
        return
    told: list[tuple[str, dict[str, Any]]] = []
    ids = sorted(said)
    for start in range(0, len(ids), _CHUNK):
        rows = session.execute(
            select(bag.c.id, bag.c.code, run.c.code)
            .join(run, run.c.id == bag.c.run_id)
            .where(bag.c.id.in_(ids[start : start + _CHUNK]))
            .order_by(bag.c.id)
        )
        told += [
            (_BAGS[said[bag_id]], {"bag": code, "run": run_code, "state": said[bag_id].value})
            for bag_id, code, run_code in rows
        ]
    outbox.announce_all(session, told, at=at)


def of_trip(session: Session, trip_id: str, state: str, *, at: datetime) -> None:
    """Tell of a trip that has left or is back."""
    event = _TRIPS.get(state)
    if event is None or not webhooks.listeners(session):
        return
    code, run_id, rider = session.execute(
        select(trip.c.code, plan.c.run_id, courier.c.code)
        .join(plan, plan.c.id == trip.c.plan_id)
        .join(courier, courier.c.id == trip.c.courier_id)
        .where(trip.c.id == trip_id)
    ).one()
    data = {**_run(session, run_id), "trip": code, "courier": rider}
    outbox.announce(session, event, data, at=at)


def of_job(
    session: Session, job_id: str, kind: str, state: str, run_id: str, *, at: datetime
) -> None:
    """Tell of a long piece of work that has ended."""
    if webhooks.listeners(session):
        data = {**_run(session, run_id), "job": job_id, "kind": kind, "state": state}
        outbox.announce(session, "job.ended", data, at=at)


def _of_step(
    session: Session, command: str, run_id: str, facts: Mapping[str, Any], at: datetime
) -> None:
    known = _run(session, run_id)
    if not known:
        return
    step = command.removeprefix("run.")
    told: list[tuple[str, dict[str, Any]]] = [("run.state", {**known, "step": step})]
    if step == "release":
        told.append(
            ("plan.published", {**known, "plan": facts.get("plan"), "bags": facts.get("bags")})
        )
    outbox.announce_all(session, told, at=at)


def _of_list(session: Session, list_id: str, at: datetime) -> None:
    row = session.execute(
        select(household_list.c.state, household_list.c.version, household_list.c.run_id).where(
            household_list.c.id == list_id
        )
    ).one_or_none()
    if row is not None and row.state == "accepted":
        data = {**_run(session, row.run_id), "list": list_id, "version": row.version}
        outbox.announce(session, "list.accepted", data, at=at)


def _run(session: Session, run_id: str) -> dict[str, Any]:
    row = session.execute(select(run.c.code, run.c.state).where(run.c.id == run_id)).one_or_none()
    return {} if row is None else {"run": row.code, "run_state": row.state}
