"""Share again what is missing at packing: take it back, and share what is left (复分)."""

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.allocation import Reason, Share, ShareKind, Supply
from logistics.domain.runs import Run, RunState
from logistics.domain.stock import stock
from logistics.errors import Conflict, Invalid
from logistics.store import audit, bags, fills, ledger, runs, shares
from logistics.store.shares import GivenShare
from logistics.usecases.share_out import (
    SharingInputs,
    keep_tally,
    read_sharing,
    solve_sharing,
)

log = logging.getLogger(__name__)

_OPEN = (RunState.ALLOCATED, RunState.PACKED)
_TAKING = (*_OPEN, RunState.PLANNED, RunState.RELEASED)


class ReshareNotNow(Conflict):
    """Goods are not shared yet, or already planned on trips: nothing can be shared again."""

    code = "reshare.not-now"


class MissingInvalid(Invalid):
    """What is said to be missing is not a share of this run, or more than is left of it."""

    code = "reshare.missing-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A part of a share that is not there when it is to be packed, in base units.

    ``written_off`` says that the ledger has its loss already; else it is only kept out of what is
    shared again, and the caller writes the loss.
    """

    share_id: str
    quantity: int
    reason: Reason = Reason.MISSING_AT_PACKING
    written_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reshared:
    """What was taken back and given again.

    ``given`` are the new shares as they stand, to be packed like all others; ``lacking`` are the
    ids of lines that lost something and got nothing in its place, or not all of it.
    """

    run: Run
    taken_back: int
    given: tuple[GivenShare, ...]
    lacking: tuple[str, ...]


def reshare(
    session: Session,
    run: str,
    missing: Sequence[Missing],
    *,
    actor: str,
    at: datetime,
    closed_households: Collection[str] = (),
    give: bool = True,
) -> Reshared:
    """Take back what is missing, and share what is left in stock among those who lack it.

    The rules are those of `share_out`: lines of the items concerned that are short, whoever's
    they are, stand by need tier, by how full their household's list is, and by what it is owed.
    What a household got before stays with it. Substitutes come as each line allows. Nothing is
    edited: what is taken back is written as a correction of the share, what is given as further
    shares, and fills anew. Moves of goods are the caller's.

    Parameters
    ----------
    run
        Id or code; allocated or packed.
    missing
        By share; several entries of one share add up.
    closed_households
        Codes of households that can get nothing further, such as those whose bags are sealed.
    give
        False only takes back, and shares nothing again: that is still possible once the run is
        planned or released.

    Raises
    ------
    RunUnknown
        If there is no such run.
    ReshareNotNow
        If the run is not yet allocated, or already planned.
    MissingInvalid
        If a share is not of the run, or a quantity is not in 1 … what is left of the share.
    """
    found = runs.get_for_update(session, run)
    if found.state not in (_OPEN if give else _TAKING):
        raise ReshareNotNow(
            run=found.code,
            state=found.state.value,
            needs=" / ".join(state.value for state in _OPEN),
            mend="share out first; after planning, put it into the next run",
        )
    before = shares.of_run(session, found.id)
    back = _judged(found, missing, {one.id: one for one in before})
    for reason in sorted({one.reason for one in missing}):
        of_reason = {one.share_id for one in missing if one.reason is reason}
        shares.take_back(
            session,
            {share_id: count for share_id, count in back.items() if share_id in of_reason},
            run_id=found.id,
            reason=reason,
            actor=actor,
            at=at,
        )
    known = shares.of_run(session, found.id)
    lost: Counter[str] = Counter()
    for one in missing:
        lost[one.share_id] += 0 if one.written_off else one.quantity
    inputs = _inputs(
        session, found, known, back, lost=lost, closed_households=frozenset(closed_households)
    )
    if not give:
        inputs = replace(inputs, supplies=())
    result = solve_sharing(inputs)
    given = [share for share in result.shares if share.lot_id is not None]
    shares.add_all(
        session,
        given,
        run_id=found.id,
        tiers={want.line_id: want.tier for want in inputs.wants},
        at=at,
    )
    touched = _touched(known, back, given)
    fills.add_all(
        session,
        [fill for fill in result.fills if fill.household_code in touched],
        run_id=found.id,
        district_id=found.district_id,
        at=at,
    )
    keep_tally(session, found.id)
    audit.record(
        session,
        actor=actor,
        command="run.reshare",
        subject=found.id,
        facts={"taken_back": sum(back.values()), "shares": len(given)},
        at=at,
    )
    log.info("run %s: %d shares taken back, %d given", found.id, len(back), len(given))
    old = {one.id for one in known}
    return Reshared(
        run=found,
        taken_back=sum(back.values()),
        given=tuple(one for one in shares.of_run(session, found.id) if one.id not in old),
        lacking=_lacking(known, back, given),
    )


def _judged(run: Run, missing: Sequence[Missing], known: dict[str, GivenShare]) -> dict[str, int]:
    back: dict[str, int] = defaultdict(int)
    for number, one in enumerate(missing):
        back[one.share_id] += one.quantity
        share = known.get(one.share_id)
        if share is None or one.quantity < 1 or back[one.share_id] > share.quantity:
            raise MissingInvalid(
                run=run.code,
                field=f"missing[{number}]",
                value=f"{one.share_id}: {one.quantity}",
                left=share.quantity if share else 0,
                mend="name a share of this run and at most what is left of it",
            )
    return dict(back)


def _inputs(
    session: Session,
    run: Run,
    known: Sequence[GivenShare],
    back: dict[str, int],
    *,
    lost: Counter[str],
    closed_households: frozenset[str],
) -> SharingInputs:
    """Read what a sharing knows, with what lines have, and only what is free in stock."""
    inputs = read_sharing(session, run.id)
    had: Counter[str] = Counter()
    given: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for one in known:
        had[one.line_id] += 0 if one.kind is ShareKind.SURPLUS else one.quantity
        if one.lot_id is not None:
            given[one.lot_id] += one.quantity
            gone[one.lot_id] += lost[one.id]
    packed = bags.packed_by_share(session, run.id)
    in_bags: Counter[str] = Counter()
    for one in known:
        if one.lot_id is not None:
            in_bags[one.lot_id] += packed.get(one.id, 0)
    kept: Counter[str] = Counter()
    for (location, lot_id), quantity in ledger.held(session, run.id).items():
        if location.startswith(stock("")):
            kept[lot_id] += quantity
    free = {
        supply.lot_id: min(
            supply.quantity,
            kept[supply.lot_id]
            - max(0, given[supply.lot_id] - in_bags[supply.lot_id])
            - gone[supply.lot_id],
        )
        for supply in inputs.supplies
    }
    items = {one.asked_item_id for one in known if one.id in back}
    return replace(
        inputs,
        supplies=tuple(
            Supply(
                lot_id=supply.lot_id,
                item_id=supply.item_id,
                quantity=free[supply.lot_id],
                instead_of=supply.instead_of,
            )
            for supply in inputs.supplies
            if free[supply.lot_id] > 0
        ),
        terms=replace(
            inputs.terms,
            had=dict(had),
            closed=frozenset(
                want.line_id
                for want in inputs.wants
                if want.item_id not in items or want.household_code in closed_households
            ),
        ),
    )


def _touched(
    known: Sequence[GivenShare], back: dict[str, int], given: Sequence[Share]
) -> set[str]:
    lines = {one.line_id for one in given}
    return {one.household_code for one in known if one.id in back or one.line_id in lines}


def _lacking(
    known: Sequence[GivenShare], back: dict[str, int], given: Sequence[Share]
) -> tuple[str, ...]:
    lacks: Counter[str] = Counter()
    for one in known:
        lacks[one.line_id] += back.get(one.id, 0)
    for share in given:
        lacks[share.line_id] -= share.quantity
    return tuple(sorted(line_id for line_id, quantity in lacks.items() if quantity > 0))
