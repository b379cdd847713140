"""Goods followed both ways, and the proof of the ledger, for those who audit."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from api.auth import Principal, may
from api.deps import WorkDep
from api.errors import Responses
from api.plain import plain
from api.roles import Action
from logistics.domain.trace import Subject
from logistics.usecases.trace_goods import lot_steps, trace_goods
from logistics.usecases.verify_ledger import verify_ledger

router = APIRouter(prefix="/api/v1", tags=["ledger"])

Traces = Annotated[Principal, Depends(may(Action.TRACE_READ))]


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
def steps(code: str, _: Traces, work: WorkDep) -> StepsOut:
    """List every movement of a lot; takes its id or provenance code."""
    return StepsOut(steps=plain(work.read(lambda session: lot_steps(session, code))))


@router.get(
    "/trace/{subject}/{code}", summary="Trace goods both ways", responses=Responses.of(404, 422)
)
def trace(
    *,
    subject: Subject,
    code: str,
    _: Traces,
    work: WorkDep,
    run: Annotated[str | None, Query(max_length=64, description="Of which run a bag is")] = None,
) -> TraceOut:
    """Say where the goods of a subject came from and which doors got them, with all hands."""
    found = work.read(lambda session: trace_goods(session, subject, code, run=run))
    return TraceOut(**plain(found))


@router.get("/ledger/proof", summary="Prove the ledger", responses=Responses.of(404))
def proof(
    _: Traces,
    work: WorkDep,
    run: Annotated[str | None, Query(max_length=64, description="Only of one run")] = None,
) -> ProofOut:
    """Work out from the record whether everything that must hold of the ledger does."""
    found = work.read(lambda session: verify_ledger(session, run))
    return ProofOut(holds=found.holds, proof=plain(found))
