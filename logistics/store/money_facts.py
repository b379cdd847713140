"""What the books follow from: lots and their cost, movements of goods, households of a run."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    String,
    and_,
    cast,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Session

from logistics.domain.money import IN_HAND, GoodsMove, fact_of
from logistics.domain.needs import Need
from logistics.domain.prices import worth
from logistics.domain.runs import Run
from logistics.domain.stock import kind_of
from logistics.store import fills, ledger, registry
from logistics.store.lots import DONOR
from logistics.store.tables import (
    bag,
    bag_line,
    household,
    lot,
    lot_cost,
    money_entry,
    movement,
    order_line,
    package,
    package_version,
    place,
    purchase_line,
    purchase_order,
    receipt,
    share,
    supplier,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostedLot:
    """A lot with what it cost; ``basis`` is paid, ordered, gift or unknown."""

    id: str
    item_id: str
    order_id: str
    receipt_id: str
    supplier_code: str
    quantity: int
    cost_fen: int
    basis: str


def fix_costs(session: Session, run_id: str, *, at: datetime) -> None:
    """Write what each lot of a run cost, for those of which that was not written yet.

    Notes
    -----
    As said at the count; else as ordered, so that all lots of one ordered item cost together what
    they cost as one, to the fen. Of gifts only a value that the donor said counts.
    """
    stands_for = func.coalesce(lot.c.instead_of_id, lot.c.item_id)
    rows = session.execute(
        select(
            lot.c.id,
            lot.c.quantity,
            lot.c.price_fen,
            receipt.c.order_id,
            stands_for.label("ordered"),
            purchase_line.c.price_fen.label("case_fen"),
            purchase_line.c.case_base,
            supplier.c.kind,
            lot_cost.c.cost_fen,
            lot_cost.c.basis,
        )
        .join(receipt, receipt.c.id == lot.c.receipt_id)
        .join(purchase_order, purchase_order.c.id == receipt.c.order_id)
        .outerjoin(supplier, supplier.c.place_id == purchase_order.c.market_id)
        .outerjoin(
            purchase_line,
            (purchase_line.c.order_id == receipt.c.order_id)
            & (purchase_line.c.item_id == stands_for),
        )
        .outerjoin(lot_cost, lot_cost.c.lot_id == lot.c.id)
        .where(lot.c.run_id == run_id)
        .order_by(lot.c.received_at, lot.c.id)
    ).all()
    so_far: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in rows:
        if row.basis == "ordered":
            quantity, fen = so_far[row.order_id, row.ordered]
            so_far[row.order_id, row.ordered] = (quantity + row.quantity, fen + row.cost_fen)
    new = []
    for row in rows:
        if row.basis is not None:
            continue
        basis, cost = "unknown", 0
        if row.kind == DONOR:
            basis, cost = "gift", row.price_fen or 0
        elif row.price_fen is not None:
            basis, cost = "paid", row.price_fen
        elif row.case_base is not None:
            quantity, fen = so_far[row.order_id, row.ordered]
            basis = "ordered"
            cost = max(0, worth(row.case_fen, row.case_base, quantity + row.quantity) - fen)
            so_far[row.order_id, row.ordered] = (quantity + row.quantity, fen + cost)
        new.append({"lot_id": row.id, "quantity": row.quantity, "cost_fen": cost,
                    "basis": basis, "at": at})  # fmt: skip
    if new:
        session.execute(insert(lot_cost), new)


def lots(session: Session, run_id: str) -> dict[str, CostedLot]:
    """Read the lots of a run whose cost was written, by id."""
    rows = session.execute(
        select(
            lot.c.id,
            lot.c.item_id,
            receipt.c.order_id,
            lot.c.receipt_id,
            place.c.code.label("supplier_code"),
            lot_cost.c.quantity,
            lot_cost.c.cost_fen,
            lot_cost.c.basis,
        )
        .join(lot_cost, lot_cost.c.lot_id == lot.c.id)
        .join(receipt, receipt.c.id == lot.c.receipt_id)
        .join(purchase_order, purchase_order.c.id == receipt.c.order_id)
        .join(place, place.c.id == purchase_order.c.market_id)
        .where(lot.c.run_id == run_id)
    ).mappings()
    return {row["id"]: CostedLot(**row) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class LotMove:
    """A movement of goods, of which lot, and when."""

    lot_id: str
    move: GoodsMove
    at: datetime


def moves(session: Session, run_id: str, *, posted: bool) -> Iterator[LotMove]:
    """Read the movements of a run that change what an account stands at, in order.

    Parameters
    ----------
    posted
        Those that the journal has, in the order of the journal, or those that it has not.
    """
    fact = literal(fact_of("")) + cast(movement.c.seq, String)
    query = (
        select(
            movement.c.seq,
            movement.c.lot_id,
            movement.c.quantity,
            movement.c.source,
            movement.c.target,
            movement.c.kind,
            movement.c.cause,
            movement.c.reason,
            movement.c.corrects,
            movement.c.at,
        )
        .join(money_entry, money_entry.c.fact == fact, isouter=not posted)
        .where(
            movement.c.run_id == run_id,
            not_(and_(_in_hand(movement.c.source), _in_hand(movement.c.target))),
        )
        .order_by(money_entry.c.seq if posted else movement.c.seq)
    )
    if not posted:
        query = query.where(money_entry.c.fact.is_(None))
    originals = _originals(session, run_id)
    for row in session.execute(query):
        corrects = row.corrects or _named_in(row.cause)
        yield LotMove(
            lot_id=row.lot_id,
            at=row.at,
            move=GoodsMove(
                seq=row.seq,
                quantity=row.quantity,
                source=row.source,
                target=row.target,
                kind=row.kind,
                cause=row.cause,
                reason=row.reason,
                original=None if corrects is None else originals.get(corrects),
            ),
        )


def _in_hand(location: Column[str]) -> ColumnElement[bool]:
    return or_(*(location.like(f"{kind}:%") for kind in sorted(IN_HAND)))


def _originals(session: Session, run_id: str) -> dict[int, GoodsMove]:
    """Read the losses of a run, which a correction may be of."""
    rows = session.execute(
        select(movement).where(movement.c.run_id == run_id, movement.c.kind == "loss")
    )
    return {
        row.seq: GoodsMove(
            seq=row.seq, quantity=row.quantity, source=row.source, target=row.target,
            kind=row.kind, cause=row.cause, reason=row.reason,
        )
        for row in rows
    }  # fmt: skip


def _named_in(cause: str) -> int | None:
    """Return the movement that ``correction:12`` is about."""
    what, _, number = cause.partition(":")
    return int(number) if what == "correction" and number.isdecimal() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFacts:
    """What subsidies ask of a household, as it stood when the run was shared out."""

    persons: int
    tier: int
    needs: frozenset[Need]


def homes(session: Session, run: Run, *, with_needs: bool) -> dict[str, HomeFacts]:
    """Read the households of a run's district by code; needs only where a rule asks for them."""
    needs: Mapping[str, frozenset[Need]] = {}
    if with_needs:
        needs = {
            household_id: frozenset(one.need for one in of_home.values() if one.on(run.day))
            for household_id, of_home in registry.needs(session, run.district_id).items()
        }
    shared = fills.of_run(session, run.id)
    rows = session.execute(
        select(household.c.id, household.c.code, household.c.persons, household.c.need_tier).where(
            household.c.district_id == run.district_id
        )
    )
    return {
        row.code: HomeFacts(
            persons=row.persons,
            tier=shared[row.code].tier if row.code in shared else row.need_tier,
            needs=needs.get(row.id, frozenset()),
        )
        for row in rows
    }


def packaged(session: Session, run_id: str) -> dict[tuple[str, str], dict[str, int]]:
    """Read how much of a lot a household has that was asked by the name of a package.

    Returns
    -------
    Base units by household code and lot, and then by the package's Chinese name.
    """
    rows = session.execute(
        select(bag.c.custodian, share.c.lot_id, package.c.name_zh, func.sum(bag_line.c.quantity))
        .join(bag_line, bag_line.c.bag_id == bag.c.id)
        .join(share, share.c.id == bag_line.c.share_id)
        .join(order_line, order_line.c.id == share.c.line_id)
        .join(package_version, package_version.c.id == order_line.c.package_version_id)
        .join(package, package.c.id == package_version.c.package_id)
        .where(bag.c.run_id == run_id, bag.c.custodian.like("household:%"))
        .group_by(bag.c.custodian, share.c.lot_id, package.c.name_zh)
    )
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for custodian, lot_id, name, quantity in rows:
        found[custodian.partition(":")[2], lot_id][name] = int(quantity)
    return found


@dataclass(slots=True)
class Supplied:
    """What came of a lot, what was damaged when it was first counted, what was sent back."""

    came: int = 0
    damaged: int = 0
    returned: int = 0


def supplied(session: Session, run_id: str) -> dict[str, Supplied]:
    """Read that of each lot of a run, corrections worked in, in base units by lot."""
    wrong = movement.alias()
    rows = session.execute(
        select(
            movement.c.lot_id,
            movement.c.quantity,
            movement.c.source,
            movement.c.kind,
            movement.c.reason,
            movement.c.cause,
            wrong.c.kind.label("wrong_kind"),
            wrong.c.reason.label("wrong_reason"),
            wrong.c.cause.label("wrong_cause"),
            lot.c.receipt_id,
        )
        .join(lot, lot.c.id == movement.c.lot_id)
        .outerjoin(wrong, wrong.c.seq == movement.c.corrects)
        .where(
            movement.c.run_id == run_id,
            or_(
                movement.c.source.like("supplier:%"),
                movement.c.target.like("supplier:%"),
                movement.c.kind == "loss",
                wrong.c.kind == "loss",
            ),
        )
    )
    found: dict[str, Supplied] = defaultdict(Supplied)
    for row in rows:
        of_lot = found[row.lot_id]
        first = (row.wrong_kind or row.kind, row.wrong_reason or row.reason,
                 row.wrong_cause or row.cause)  # fmt: skip
        sign = -1 if row.wrong_kind else 1
        if first == ("loss", "damage", row.receipt_id):
            of_lot.damaged += sign * row.quantity
        elif first[0] == "send-back":
            of_lot.returned += sign * row.quantity
        elif first[0] != "loss":
            of_lot.came += row.quantity if row.source.startswith("supplier:") else -row.quantity
    return found


def instead_of(session: Session, run_id: str) -> dict[str, str]:
    """Read which item was ordered where another came, by lot."""
    rows = session.execute(
        select(lot.c.id, lot.c.instead_of_id).where(
            lot.c.run_id == run_id, lot.c.instead_of_id.is_not(None)
        )
    )
    return dict(rows.all())


def standing(session: Session, run_id: str) -> dict[tuple[str, str], int]:
    """Read how much of each lot stands in hand, is gone, or is with each household.

    Returns
    -------
    Base units by lot and ``stock``, ``gone`` (lost, or with its supplier) or ``household:CODE``.
    """
    found: dict[tuple[str, str], int] = defaultdict(int)
    for (location, lot_id), quantity in ledger.held(session, run_id).items():
        kind = kind_of(location)
        elsewhere = "stock" if kind in IN_HAND else "gone"
        found[lot_id, location if kind == "household" else elsewhere] += quantity
    return found
