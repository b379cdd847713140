"""Money: a household's own receipt; the books of a run for those who keep or check them."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from api.assets_folder import font_folders
from api.auth import Principal, may
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.paging import AfterQuery, LimitQuery, after_key, link_next
from api.plain import plain
from api.roles import Action
from logistics.exchange.money_receipts import ReceiptPrinter
from logistics.usecases.print_receipts import read_receipts
from logistics.usecases.settle_suppliers import settle_suppliers
from logistics.usecases.show_money import household_sums, journal_page, run_money
from logistics.usecases.verify_money import verify_money

router = APIRouter(prefix="/api/v1", tags=["money"])

ReadsReceipt = Annotated[Principal, Depends(may(Action.RECEIPT_READ))]
ReadsMoney = Annotated[Principal, Depends(may(Action.MONEY_READ))]
RunQuery = Annotated[str, Query(max_length=64, description="Only this run")]


class LineOut(BaseModel):
    """Goods that a household got, and what they are charged at."""

    item_zh: str
    item_en: str
    base: str
    quantity: int
    fen: int
    gift: bool


class RefundOut(BaseModel):
    """Goods that were refunded, and why."""

    item_zh: str
    item_en: str
    base: str
    quantity: int
    fen: int
    reason: str
    at: AwareDatetime


class ReceiptOut(BaseModel):
    """What a household got in a run and owes for it."""

    run_code: str
    day: date
    lines: list[LineOut]
    refunds: list[RefundOut]
    charged_fen: int
    refunded_fen: int
    subsidy_fen: int
    owed_fen: int


class PaymentOut(BaseModel):
    """What was paid outside; below zero: taken back."""

    seq: int
    ref: str
    fen: int
    at: AwareDatetime


class HouseholdMoneyOut(BaseModel):
    """A household's receipts and payments."""

    household: str
    receipts: list[ReceiptOut]
    payments: list[PaymentOut]
    balance_fen: int = Field(description="What it still owes")


class RunMoneyOut(BaseModel):
    """The books of a run: bought = owed + subsidies - margin + stock + loss."""

    bought_fen: int
    owed_fen: int
    subsidies_fen: int
    margin_fen: int
    stock_fen: int
    loss_fen: int
    donated_fen: int
    given_fen: int
    gift_stock_fen: int
    gift_loss_fen: int
    refunded_fen: int
    paid_fen: int
    settled_fen: int
    funds: dict[str, int]
    households: int
    unpriced: list[str]
    pending: int = Field(description="Facts that are not posted yet")
    even: bool


class HouseholdSumsOut(BaseModel):
    """A household's sums; to those who check, under a name that tells nobody who it is."""

    subject: str
    charged_fen: int
    refunded_fen: int
    subsidy_fen: int
    owed_fen: int
    paid_fen: int


class EntryOut(BaseModel):
    """An entry of the journal: one amount from one account to another."""

    seq: int
    kind: str
    debit: str
    credit: str
    fen: int
    lot: str
    quantity: int
    subject: str
    corrects: int | None
    at: AwareDatetime


class SettlementLineOut(BaseModel):
    """An ordered item: what came of it, and what is paid for it."""

    order: str
    supplier: str
    item_zh: str
    item_en: str
    base: str
    ordered: int
    ordered_fen: int
    came: int
    short: int
    damaged: int
    returned: int
    payable_fen: int


class SettlementOut(BaseModel):
    """What a supplier is to get for a run, and what it got."""

    supplier: str
    name_zh: str
    name_en: str
    gift: bool
    lines: list[SettlementLineOut]
    payable_fen: int
    paid_fen: int


class FaultOut(BaseModel):
    """Two figures that should be equal."""

    check: str
    subject: str
    expected: str
    found: str


class ProofOut(BaseModel):
    """What was looked at in the books, and what does not hold."""

    holds: bool
    entries: int
    fen: int
    faults: list[FaultOut]


@router.get(
    "/households/{household}/money",
    summary="Read what a household got, owes and paid",
    responses=Responses.of(404, 422),
)
def household(
    household: str, _who: ReadsReceipt, work: WorkDep, run: RunQuery = ""
) -> HouseholdMoneyOut:
    """Read receipts line by line, with refunds, subsidy and payments."""
    homes, _ = work.read(lambda s: read_receipts(s, run or None, household))
    return HouseholdMoneyOut.model_validate(plain(homes[0]))


@router.get(
    "/households/{household}/receipt.pdf",
    summary="Print a household's receipt",
    responses=Responses.of(404, 422),
    response_class=Response,
)
def receipt(
    household: str, _: ReadsReceipt, work: WorkDep, at: NowDep, run: RunQuery = ""
) -> Response:
    """Print the same as PDF."""
    homes, zone = work.read(lambda s: read_receipts(s, run or None, household))
    pdf = ReceiptPrinter(font_folders()).print(homes, printed=at, zone=zone)
    return Response(pdf, media_type="application/pdf")


@router.get("/runs/{run}/money", summary="Read the books of a run", responses=Responses.of(404))
def of_run(run: str, _: ReadsMoney, work: WorkDep) -> RunMoneyOut:
    """Read what was bought, owed, borne, lost and is still there, to the fen."""
    found = work.read(lambda s: run_money(s, run))
    return RunMoneyOut.model_validate(plain(found) | {"even": found.even})


@router.get(
    "/runs/{run}/money/households",
    summary="Read the sums of all households of a run",
    responses=Responses.of(404, 422),
)
def households(
    *,
    run: str,
    who: ReadsMoney,
    work: WorkDep,
    request: Request,
    response: Response,
    after: AfterQuery = None,
    limit: LimitQuery = 500,
) -> list[HouseholdSumsOut]:
    """Read households' sums in pages (`Link`), without names for those who only check."""
    rows = work.read(lambda s: household_sums(s, run, named=_named(who)))
    found, following = after_key(rows, lambda row: row.subject, after, limit)
    link_next(request, response, following)
    return [HouseholdSumsOut.model_validate(plain(row)) for row in found]


@router.get(
    "/runs/{run}/money/journal", summary="Read the journal of a run",
    responses=Responses.of(404, 422),
)  # fmt: skip
def journal(
    *,
    run: str,
    who: ReadsMoney,
    work: WorkDep,
    request: Request,
    response: Response,
    after: Annotated[int, Query(ge=0, description="Number of the last entry seen")] = 0,
    limit: Annotated[int, Query(ge=1, le=2000)] = 500,
) -> list[EntryOut]:
    """Read entries in their order (`Link`), without names for those who only check."""
    rows = work.read(lambda s: journal_page(s, run, named=_named(who), after=after, limit=limit))
    link_next(request, response, str(rows[-1].seq) if len(rows) == limit else None)
    return [EntryOut.model_validate(plain(row)) for row in rows]


@router.get(
    "/runs/{run}/money/suppliers",
    summary="Read what suppliers are to get for a run",
    responses=Responses.of(404),
)
def suppliers(run: str, _: ReadsMoney, work: WorkDep) -> list[SettlementOut]:
    """Read what was ordered, came, was damaged and sent back, and what is payable."""
    rows = work.read(lambda s: settle_suppliers(s, run))
    return [SettlementOut.model_validate(plain(row)) for row in rows]


@router.get(
    "/runs/{run}/money/proof", summary="Prove the books of a run", responses=Responses.of(404)
)
def proof(run: str, who: ReadsMoney, work: WorkDep) -> ProofOut:
    """Work the books out again from the ledger of goods, and name what differs."""
    found = work.read(lambda s: verify_money(s, run))
    faults = [
        FaultOut(
            check=one.check.value,
            subject=one.subject if _named(who) else "",
            expected=one.expected if _named(who) else "",
            found=one.found if _named(who) else "",
        )
        for one in found.faults
    ]
    return ProofOut(holds=found.holds, entries=found.entries, fen=found.fen, faults=faults)


def _named(who: Principal) -> bool:
    return who.reach(Action.RECEIPT_READ) is not None
