"""Take in the lists of a file (导入清单), each entry once, however often the file comes."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.domain.catalogue import Catalogue
from logistics.domain.ids import new_id
from logistics.domain.lists import (
    MENDS,
    Doubt,
    Entry,
    ImportReport,
    TriageEntry,
    digest_of,
    notes_of,
    read_lines,
    waiting,
)
from logistics.domain.repeats import Before, Wished, part_repeats, remember
from logistics.domain.runs import Run
from logistics.exchange.household_book import HouseholdBook, compound_codes
from logistics.store import audit, catalogue, earlier_lists, lists, packages, triage
from logistics.usecases.change_list import change_what_is_clear
from logistics.usecases.take_list import open_run

log = logging.getLogger(__name__)


def import_lists(
    session: Session,
    run_id: str,
    entries: Iterable[Entry],
    *,
    source: str,
    actor: str,
    at: datetime,
) -> ImportReport:
    """Take entries into a run, while it is open.

    What is clear becomes lists with lines; what is not becomes triage entries that name the
    source and its line. An entry whose content was imported before adds nothing.

    Parameters
    ----------
    source
        Name of the file, as people know it.

    Raises
    ------
    RunUnknown
        If there is no such run.
    ListAfterCutOff
        If the run takes no more lists.
    """
    run = open_run(session, run_id, at)
    desk = _Desk(
        run=run,
        source=source,
        at=at,
        goods=catalogue.load(session),
        homes=HouseholdBook(
            lists.household_codes(session, run.district_id),
            compound_codes(lists.compound_names(session, run.district_id)),
        ),
        refs=earlier_lists.client_refs(session, run.id),
        before=earlier_lists.asked_before(session, run.id),
        persons=packages.persons(session, run.district_id),
    )
    known = earlier_lists.imported(session, run.id)
    taken: list[str] = []
    already = 0
    for entry in entries:
        digest = entry.digest
        if digest in known:
            already += 1
            continue
        known.add(digest)
        taken.append(digest)
        desk.take(entry)
    lists.add(session, desk.new, actor=actor, at=at)
    triaged = triage.add(session, desk.doubts, desk.digests)
    changed = change_what_is_clear(session, desk.doubts, actor=actor, at=at)
    earlier_lists.remember_imported(session, run.id, taken, source, at)
    report = ImportReport(
        accepted_lists=sum(bool(new.lines) for new in desk.new),
        accepted_lines=sum(len(new.lines) for new in desk.new),
        triaged=triaged - changed,
        changed=changed,
        already=already,
    )
    audit.record(
        session, actor=actor, command="list import", subject=run.id,
        facts={"source": source, **asdict(report)}, at=at,
    )  # fmt: skip
    log.info("run %s: imported %s", run.code, report)
    return report


@dataclass(slots=True)
class _Desk:
    """Sorts entries into lists and doubts."""

    run: Run
    source: str
    at: datetime
    goods: Catalogue
    homes: HouseholdBook
    refs: set[tuple[str, str]]
    before: dict[str, dict[Wished, Before]]  # by household
    persons: Mapping[str, int]  # by household
    new: list[lists.NewList] = field(default_factory=list)
    doubts: list[TriageEntry] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)

    def take(self, entry: Entry) -> None:
        home = self._home(entry)
        if home is None:
            if entry.lines:
                self._queue_whole(entry, "household.unknown", entry.household or None)
            else:
                self._queue(entry, entry.doubts, list_id=None, code=entry.household or None)
            return
        if entry.client_ref and (home[1], entry.client_ref) in self.refs:
            self._queue_whole(entry, "list.client-ref-reused", home[0])
            return
        if entry.client_ref:
            self.refs.add((home[1], entry.client_ref))
        clean, doubts = read_lines(self.goods, entry.lines, self.persons.get(home[1]))
        known = self.before.setdefault(home[1], {})
        clean, again = part_repeats(clean, known)
        doubts += [*entry.doubts, *again]
        new = lists.NewList(
            id=new_id("li", self.at),
            run_id=self.run.id,
            household_id=home[1],
            client_ref=entry.client_ref,
            channel=entry.channel,
            state="needs-review" if doubts else "accepted",
            note=notes_of(entry.note, entry.lines),
            said=entry.said,
            lines=clean,
            digest=entry.digest,
        )
        self.new.append(new)
        remember(known, clean, Before(list_id=new.id, channel=new.channel, at=self.at))
        self._queue(entry, doubts, list_id=new.id, code=home[0])

    def _home(self, entry: Entry) -> tuple[str, str] | None:
        if not entry.household:
            return None
        return self.homes.find(entry.household, compound=entry.compound or None)

    def _queue_whole(self, entry: Entry, code: str, home: str | None) -> None:
        """Let a whole list wait as one entry, with all its lines, and its doubts beside it."""
        facts: dict[str, Any] = {
            "household": entry.household,
            "client_ref": entry.client_ref or "",
            "count": len(entry.lines),
            "lines": [asdict(line) | {"quantity": str(line.quantity)} for line in entry.lines],
            "note": entry.note,
        }
        said = entry.said or "；".join(line.words for line in entry.lines)
        whole = Doubt(code, said, facts, entry.line)
        self._queue(entry, (whole, *entry.doubts), list_id=None, code=home)

    def _queue(
        self, entry: Entry, doubts: Iterable[Doubt], *, list_id: str | None, code: str | None
    ) -> None:
        for number, doubt in enumerate(doubts):
            facts = {**doubt.facts, "file": self.source}
            facts.setdefault("mend", MENDS.get(doubt.code, ""))
            self.doubts.append(
                waiting(
                    replace(doubt, facts=facts, line=doubt.line or entry.line),
                    run_id=self.run.id,
                    source=self.source,
                    list_id=list_id,
                    household_code=code[:64] if code else None,
                    at=self.at,
                )
            )
            self.digests.append(digest_of(entry.digest, number, doubt.code, doubt.said))
