"""Take in what somebody gives (捐赠入库)."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.procurement import Receipt, Received
from logistics.domain.runs import RunState
from logistics.domain.stock import MoveKind, stock, supplier
from logistics.errors import Conflict, Invalid
from logistics.store import audit, ledger, lots, orders, places, runs, wishes
from logistics.usecases.receive_goods import (
    CountInvalid,
    KeyReused,
    check_numbers,
    moves_in,
    new_lot,
    resolve,
)


class DonationTooLate(Conflict):
    """The run takes no goods in: it has not ordered yet, or has shared out already."""

    code = "donation.run-closed"


class DonorInvalid(Invalid):
    """A donor's code cannot be like this."""

    code = "donation.donor-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Donor:
    """Who gives; a new code makes a new donor, names are public (of an organisation)."""

    code: str
    name_zh: str = ""
    name_en: str = ""

    def __post_init__(self) -> None:
        known = self.code.isascii() and self.code.replace("-", "").isalnum()
        if not known or len(self.code) > _MOST:
            raise DonorInvalid(
                field="donor",
                value=self.code[:80],
                mend=f"use up to {_MOST} letters, digits and hyphens",
            )


_MOST = 24


def receive_donation(
    session: Session,
    run: str,
    donor: Donor,
    counts: Sequence[Received],
    *,
    point: str | None = None,
    key: str,
    actor: str,
    at: datetime,
) -> Receipt:
    """Record a gift as lots of the run, from the donor to a point, the depot unless said.

    Gifts are shared out like what was bought. Cold goods without provenance are held.

    Raises
    ------
    RunUnknown, PlaceUnknown, NotADonor
        If there is no such run or point, or the code belongs to a supplier that is paid.
    DonationTooLate
        If the run does not take goods in.
    KeyReused
        If the key was used for another gift.
    ItemNotOrdered, CountInvalid
        If a count is refused; the facts name line, field, value and mend.
    """
    found = runs.get_for_update(session, run)
    if found.state not in (RunState.ORDERED, RunState.RECEIVED):
        raise DonationTooLate(
            run=found.code,
            state=found.state.value,
            mend="give it to a run that has ordered and has not shared out",
        )
    goods = wishes.goods(session)
    resolved = resolve(session, counts)
    for n, count in enumerate(resolved, start=1):
        check_numbers(n, count, goods[count.item])
        if not count.quantity_base:
            raise CountInvalid(
                line=n, field="quantity_base", value=0, mend="leave out what was not given"
            )
    depot = runs.depot_code(session, found.district_id)
    target = places.named(session, found.district_id, point, "point").code if point else depot
    order_id = lots.donor_order(
        session, found, donor.code, name_zh=donor.name_zh, name_en=donor.name_en, at=at
    )
    digest = _digest(order_id, counts, target)
    receipt_id, known, new = orders.claim_receipt(
        session, order_id=order_id, key=key, digest=digest, actor=actor, at=at
    )
    if known != digest:
        raise KeyReused(key=key, receipt=receipt_id, mend="use a new key for another gift")
    if not new:
        return orders.receipt_of(session, receipt_id)
    made = [new_lot(count, goods[count.item], at) for count in resolved]
    orders.add_lots(session, made, run_id=found.id, receipt_id=receipt_id, at=at)
    ledger.post(
        session,
        moves_in(
            made,
            found,
            source=supplier(donor.code),
            target=stock(target),
            kind=MoveKind.DONATION,
        ),
        run_id=found.id,
        cause=receipt_id,
        actor=actor,
        at=at,
    )
    audit.record(
        session,
        actor=actor,
        command="receive.donation",
        subject=receipt_id,
        facts={"lots": len(made)},
        at=at,
    )
    return orders.receipt_of(session, receipt_id)


def _digest(order_id: str, counts: Sequence[Received], target: str) -> str:
    said = json.dumps([order_id, target, *map(astuple, counts)], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()
