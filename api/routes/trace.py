"""Goods followed both ways, and the proof of the ledger, for those who audit."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.auth import Principal, may_within
from api.deps import Work, WorkDep
from api.errors import Responses
from api.plain import plain
from api.roles import Action
from logistics.domain.access import Where
from logistics.domain.trace import Subject
from logistics.store import trace as trace_store
from logistics.store import whereabouts
from logistics.usecases.trace_goods import lot_steps, trace_goods
from logistics.usecases.verify_ledger import verify_ledger

router = APIRouter(prefix="/api/v1", tags=["ledger"])

Traces = Annotated[Principal, Depends(may_within(Action.TRACE_READ))]


class TraceOut(BaseModel):
    """Where goods came from, which doors got them, and through whose hands."""

    subject: str
    code: str
    origins: list[dict[str, Any]]
    doors: list[dict[str, Any]]
    standing: list[dict[str, Any]]
    steps: list[dict[str, Any]]


class StepsOut(BaseModel):
    """Every movement of a lot from place to place, inside bags as well, by time."""

    steps: list[dict[str, Any]]


class ProofOut(BaseModel):
    """Whether everything that must hold of the ledger does, and what does not."""

    holds: bool
    proof: dict[str, Any]


@router.get(
    "/trace/lot/{code}/steps", summary="Read every step of a lot", responses=Responses.of(404)
)
def steps(code: str, who: Traces, work: WorkDep) -> StepsOut:
    """List every movement of a lot; takes its id or provenance code."""
    _must_reach(work, who, Subject.LOT, code)
    return StepsOut(steps=plain(work.read(lambda session: lot_steps(session, code))))


@router.get(
    "/trace/{subject}/{code}", summary="Trace goods both ways", responses=Responses.of(404, 422)
)
def trace(
    *,
    subject: Subject,
    code: str,
    who: Traces,
    work: WorkDep,
    run: Annotated[str | None, Query(max_length=64, description="Of which run a bag is")] = None,
) -> TraceOut:
    """Say where the goods of a subject came from and which doors got them, with all hands.

    Who is limited to a district traces its lots, bags and households; whoever carries or sells
    may do so in several.
    """
    _must_reach(work, who, subject, code, run)
    found = work.read(lambda session: trace_goods(session, subject, code, run=run))
    return TraceOut(**plain(found))


@router.get("/ledger/proof", summary="Prove the ledger", responses=Responses.of(404))
def proof(
    who: Traces,
    work: WorkDep,
    run: Annotated[str | None, Query(max_length=64, description="Only of one run")] = None,
) -> ProofOut:
    """Work out from the record whether everything that must hold of the ledger does.

    Who is limited to a district names a run of it.
    """
    if not who.unlimited(Action.TRACE_READ):
        there = work.read(lambda session: whereabouts.of_run(session, run or ""))
        who.must_cover(Action.TRACE_READ, there, run or "")
    found = work.read(lambda session: verify_ledger(session, run))
    return ProofOut(holds=found.holds, proof=plain(found))


def _must_reach(
    work: Work, who: Principal, subject: Subject, code: str, run: str | None = None
) -> None:
    if who.unlimited(Action.TRACE_READ):
        return

    def find(session: Session) -> Where | None:
        if subject is Subject.LOT:
            return whereabouts.of_lot(session, trace_store.lot_id(session, code))
        if subject is Subject.BAG:
            (bag,) = trace_store.bag_ids(session, code, run)
            return whereabouts.of_bag_id(session, bag)
        if subject is Subject.HOUSEHOLD:
            return whereabouts.of_household(session, code)
        return None

    who.must_cover(Action.TRACE_READ, work.read(find), code)
