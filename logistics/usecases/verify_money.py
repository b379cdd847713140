"""Prove that the books hold, and that they say what the ledger of goods says (账目核验)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from logistics.domain.money import SUBSIDY, Booking, LotBook, Posting
from logistics.domain.money_checks import MoneyCheck, MoneyFault, MoneyProof
from logistics.domain.money_views import RunMoney
from logistics.domain.runs import Run
from logistics.errors import Conflict
from logistics.store import money, money_facts, money_rules, runs
from logistics.store.money import Entry
from logistics.usecases.post_money import lot_terms
from logistics.usecases.show_money import household_sums, run_money

_Fault = Callable[[MoneyCheck, str, object, object], MoneyFault]

NAMED = 20
"""Faults of one check and run that a proof names; of the further ones it gives the number."""


class BooksBroken(Conflict):
    """Some check of the books does not hold."""

    code = "money.broken"


def verify_money(session: Session, run: str | None = None) -> MoneyProof:
    """Work out the books of a run, or of all, again from the facts, and compare.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = [runs.get(session, run)] if run is not None else money.posted_runs(session)
    faults: list[MoneyFault] = []
    more: Counter[str] = Counter()
    entries = fen = 0
    for one in found:
        journal = list(money.of_run(session, one.id))
        entries += len(journal)
        fen += sum(entry.fen for entry in journal)
        named: Counter[MoneyCheck] = Counter()
        for fault in _of_run(session, one, journal):
            named[fault.check] += 1
            if named[fault.check] <= NAMED:
                faults.append(fault)
            else:
                more[fault.check.value] += 1
    return MoneyProof(
        runs=len(found), entries=entries, fen=fen, faults=tuple(faults), more=dict(more)
    )


def _of_run(session: Session, run: Run, journal: Sequence[Entry]) -> Iterator[MoneyFault]:
    def fault(check: MoneyCheck, subject: str, expected: object, found: object) -> MoneyFault:
        return MoneyFault(check=check, run=run.code, subject=subject, expected=str(expected),
                          found=str(found))  # fmt: skip

    total = sum(money.sums(session, run.id).values())
    if total:
        yield fault(MoneyCheck.SIDES, "all accounts", 0, total)
    yield from _corrections(journal, fault_of=fault)
    books = yield from _replayed(session, run, journal, fault_of=fault)
    yield from _nothing(books, fault_of=fault)
    sums = run_money(session, run.id)
    if sums.pending:
        yield fault(MoneyCheck.PENDING, "facts", 0, sums.pending)
    else:
        yield from _goods(session, run, books, fault_of=fault)
    if not sums.even:
        where = sums.owed_fen + sums.subsidies_fen - sums.margin_fen
        found = where + sums.stock_fen + sums.loss_fen
        yield fault(MoneyCheck.EVEN, "bought", sums.bought_fen, found)
    yield from _subsidies(session, run, sums, fault_of=fault)


def _corrections(journal: Sequence[Entry], *, fault_of: _Fault) -> Iterator[MoneyFault]:
    by_seq = {entry.seq: entry for entry in journal}
    for entry in journal:
        if entry.corrects is None:
            continue
        wrong = by_seq.get(entry.corrects)
        whole = (entry.credit, entry.debit, entry.fen)
        if wrong is None or (wrong.debit, wrong.credit, wrong.fen) != whole:
            yield fault_of(MoneyCheck.CORRECTIONS, entry.fact, wrong, whole)


def _nothing(books: Mapping[str, LotBook], *, fault_of: _Fault) -> Iterator[MoneyFault]:
    for lot_id, book in books.items():
        for account, held in book.held.items():
            value = held.fen + held.margin
            if not held.quantity and value:
                yield fault_of(MoneyCheck.NOTHING, f"{lot_id} {account}", 0, value)


def _subsidies(
    session: Session, run: Run, sums: RunMoney, *, fault_of: _Fault
) -> Iterator[MoneyFault]:
    between = sum(
        fen for (_, account), fen in money.sums(session, run.id).items() if account == SUBSIDY
    )
    if between:
        yield fault_of(MoneyCheck.SUBSIDIES, SUBSIDY, 0, between)
    borne = sum(sums.funds.values())
    if borne != sums.subsidies_fen:
        yield fault_of(MoneyCheck.SUBSIDIES, "funds", sums.subsidies_fen, borne)
    for row in household_sums(session, run.id, named=True):
        most = max(0, row.charged_fen - row.refunded_fen)
        if not 0 <= row.subsidy_fen <= most:
            yield fault_of(MoneyCheck.SUBSIDIES, row.subject, f"0..{most}", row.subsidy_fen)
    terms = money_rules.terms(session, run)
    budgets: dict[str, list[int | None]] = defaultdict(list)
    for rule in terms.policy.rules if terms else ():
        budgets[rule.fund].append(rule.budget_fen)
    for code, bears in sums.funds.items():
        allowed = [one for one in budgets[code] if one is not None]
        if bears < 0 or (len(allowed) == len(budgets[code]) and bears > sum(allowed)):
            yield fault_of(MoneyCheck.BUDGETS, code, f"0..{sum(allowed)}", bears)


def _replayed(
    session: Session, run: Run, journal: Sequence[Entry], *, fault_of: _Fault
) -> Generator[MoneyFault, None, dict[str, LotBook]]:
    """Work out every entry of goods again, in the order of the journal."""
    terms = money_rules.terms(session, run)
    costed = money_facts.lots(session, run.id)
    books = {} if terms is None else {
        lot.id: LotBook(lot_terms(lot, terms)) for lot in costed.values()
    }  # fmt: skip
    moves = {f"m:{one.move.seq}": one for one in money_facts.moves(session, run.id, posted=True)}
    awaited: dict[str, Posting] = {}
    for entry in journal:
        if entry.lot_id is None:
            continue
        if entry.fact not in awaited:
            follows: list[Posting] = []
            if (one := moves.get(entry.fact)) is not None:
                follows = books[one.lot_id].move(one.move)
            elif entry.kind is Booking.REFUND:
                follows = books[entry.lot_id].claim(
                    entry.fact, entry.household, entry.quantity, entry.reason
                )
            awaited |= {posting.fact: posting for posting in follows}
        expected = awaited.pop(entry.fact, None)
        if expected != _posting(entry):
            yield fault_of(MoneyCheck.FOLLOWS, entry.fact, expected, _posting(entry))
    for fact, posting in awaited.items():
        yield fault_of(MoneyCheck.FOLLOWS, fact, posting, "nothing")
    return books


def _posting(entry: Entry) -> Posting:
    return Posting(
        fact=entry.fact,
        kind=entry.kind,
        debit=entry.debit,
        credit=entry.credit,
        fen=entry.fen,
        lot_id=entry.lot_id,
        household=entry.household,
        quantity=entry.quantity,
        reason=entry.reason,
    )


def _goods(
    session: Session, run: Run, books: Mapping[str, LotBook], *, fault_of: _Fault
) -> Iterator[MoneyFault]:
    """Compare lot by lot how much the books and the ledger of goods know of."""
    there = money_facts.standing(session, run.id)
    known: dict[tuple[str, str], int] = defaultdict(int)
    for lot_id, book in books.items():
        for account, held in book.held.items():
            kind, _, code = account.partition(":")
            if kind in ("household", "gift"):
                known[lot_id, f"household:{code}"] += held.quantity + held.claimed
                known[lot_id, "gone"] -= held.claimed
            else:
                known[lot_id, "stock" if kind == "stock" else "gone"] += held.quantity
    for place in sorted({*there, *known}):
        if there.get(place, 0) != known.get(place, 0):
            yield fault_of(
                MoneyCheck.GOODS, " ".join(place), there.get(place, 0), known.get(place, 0)
            )
