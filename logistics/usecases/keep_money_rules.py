"""Take in prices and policies, give them out, and write the books for accounting (计价与补助)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from os import PathLike

from sqlalchemy.orm import Session

from logistics.domain.money import Posting
from logistics.domain.subsidies import USUAL, MoneyPolicy
from logistics.exchange.money_files import (
    JournalLine,
    read_policy,
    read_prices,
    write_journal,
    write_policy,
    write_prices,
    write_settlements,
)
from logistics.exchange.tables import Finding, Language
from logistics.store import audit, catalogue, lots, money, money_rules, places, runs, wishes
from logistics.store.money import Entry
from logistics.store.money_rules import StoredPolicy
from logistics.usecases.settle_suppliers import settle_suppliers


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesTaken:
    """What a file brought: rows that say something new, and those that were left out."""

    rows: int
    added: int
    findings: tuple[Finding, ...]


def import_prices(
    session: Session, district_id: str, path: str | PathLike[str], *, actor: str, at: datetime
) -> RulesTaken:
    """Write the prices of a file; what was said before is not written again.

    Raises
    ------
    TableUnreadable
        If the file as a whole cannot be read.
    """
    goods = catalogue.load(session)
    found = read_prices(path, goods)
    ids = wishes.names(session)
    known = money_rules.prices(session, district_id)
    said = [replace(one, item_id=ids[goods.by_id[one.item_id].name_zh]) for one in found.prices]
    new = [one for one in said if known.get((one.item_id, one.since)) != one]
    money_rules.add_prices(session, district_id, new, actor=actor, at=at)
    audit.record(
        session, actor=actor, command="money.prices", subject=district_id,
        facts={"added": len(new)}, at=at,
    )  # fmt: skip
    return RulesTaken(rows=len(found.prices), added=len(new), findings=found.findings)


def export_prices(
    session: Session, district_id: str, path: str | PathLike[str], *, language: Language = "zh"
) -> int:
    """Write all prices into a file; return how many."""
    said = money_rules.prices(session, district_id)
    names = {good.id: good.name_zh for good in wishes.goods(session).values()}
    return write_prices(path, said.values(), names, language=language)


def import_policy(
    session: Session,
    district_id: str,
    path: str | PathLike[str],
    *,
    since: date | None = None,
    actor: str,
    at: datetime,
) -> RulesTaken:
    """Write the policy of a file as a new version, unless it is the one that holds already.

    Parameters
    ----------
    since
        The first service day; None: as the file says.

    Raises
    ------
    TableUnreadable
        If the file as a whole cannot be read.
    """
    versions = money_rules.policies(session, district_id)
    before = versions[-1].policy if versions else USUAL
    found = read_policy(path, before)
    if found.policy is None:
        return RulesTaken(rows=0, added=0, findings=found.findings)
    policy = found.policy if since is None else replace(found.policy, since=since)
    new = policy != before or not versions
    if new:
        money_rules.add_policy(session, district_id, policy, actor=actor, at=at)
        audit.record(
            session, actor=actor, command="money.policy", subject=district_id,
            facts={"digest": policy.digest}, at=at,
        )  # fmt: skip
    return RulesTaken(rows=1 + len(policy.rules), added=int(new), findings=found.findings)


def policy_on(session: Session, district_id: str, day: date) -> MoneyPolicy:
    """Return the policy of a service day."""
    stored = money_rules.policy_on(session, district_id, day)
    return USUAL if stored is None else stored.policy


def policy_versions(session: Session, district_id: str) -> tuple[StoredPolicy, ...]:
    """Return all versions of a policy in the order in which they were said."""
    return money_rules.policies(session, district_id)


def export_policy(
    session: Session,
    district_id: str,
    path: str | PathLike[str],
    *,
    on: date,
    language: Language = "zh",
) -> MoneyPolicy:
    """Write the policy of a service day into a file, and return it."""
    policy = policy_on(session, district_id, on)
    write_policy(path, policy, language=language)
    return policy


def export_journal(
    session: Session, run: str, path: str | PathLike[str], *, language: Language = "zh"
) -> int:
    """Write the journal of a run for accounting; return how many vouchers.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run)
    cards = {card.id: card for card in lots.of_run(session, found.id)}

    def lines() -> Iterator[JournalLine]:
        for entry in money.of_run(session, found.id):
            card = cards.get(entry.lot_id or "")
            yield JournalLine(
                seq=entry.seq,
                posting=_posting(entry),
                at=entry.at,
                item=(card.item_zh if language == "zh" else card.item_en) if card else "",
                base=card.base if card else "",
                run=found.code,
                corrects=entry.corrects,
            )

    zone = places.district(session, found.district_id).zone_name
    return write_journal(path, lines(), zone=zone, language=language)


def export_settlements(
    session: Session, run: str, path: str | PathLike[str], *, language: Language = "zh"
) -> None:
    """Write what suppliers are to get for a run.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    write_settlements(path, settle_suppliers(session, run), language=language)


def _posting(entry: Entry) -> Posting:
    return Posting(
        fact=entry.fact, kind=entry.kind, debit=entry.debit, credit=entry.credit, fen=entry.fen,
        lot_id=entry.lot_id, household=entry.household, quantity=entry.quantity,
        reason=entry.reason,
    )  # fmt: skip
