"""What a register says anew: judged against what stands, so that twice changes nothing."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from logistics.domain.needs import (
    NeedRecord,
    Steps,
    TierTable,
    steps_from,
    tier_on,
    tier_steps,
)
from logistics.domain.places import Household, Place
from logistics.domain.registry import (
    HomeSaid,
    HouseholdKind,
    HouseholdRecord,
    MemberRecord,
    NeedKey,
    PlaceRecord,
    PlaceSaid,
    Spot,
    Standing,
    household_id,
    need_overlaid,
    overlaid,
)
from logistics.domain.registry_report import Fault, Tally

_CONSENT: Final = "同意日期 consent on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that stands about a district: what is there by code, what was said last by id."""

    district_id: str
    places: Mapping[str, Place]
    households: Mapping[str, Household]
    taken_elsewhere: Collection[str]
    place_records: Mapping[str, PlaceRecord]
    records: Mapping[str, HouseholdRecord]
    members: Mapping[str, Mapping[int, MemberRecord]]
    needs: Mapping[str, Mapping[NeedKey, NeedRecord]]
    steps: Mapping[str, Steps]
    table: TierTable
    persons_default: int


@dataclass(slots=True)
class Changes:
    """What is to be written: new households, and statements by household or place."""

    households: list[Household] = field(default_factory=list)
    places: list[tuple[str, PlaceRecord]] = field(default_factory=list)
    records: list[tuple[str, HouseholdRecord]] = field(default_factory=list)
    members: list[tuple[str, MemberRecord]] = field(default_factory=list)
    needs: list[tuple[str, NeedRecord]] = field(default_factory=list)
    tiers: list[tuple[str, date, int]] = field(default_factory=list)
    current: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Persons and tier of today, of households where either differs."""
    tallies: dict[str, Tally] = field(default_factory=dict)
    unlisted: int = 0
    retiered: int = 0
    persons_unsaid: int = 0
    faults: list[Fault] = field(default_factory=list)


def judge(
    known: Known,
    homes: Iterable[HomeSaid],
    places: Iterable[PlaceSaid],
    *,
    day: date,
    complete: bool,
) -> Changes:
    """Work out what a register says that does not stand already.

    Parameters
    ----------
    day
        The service day from which on new tiers hold.
    complete
        Whether the register names everybody in the stairwells that it names: whoever is not in
        it there is then unlisted, and members that it does not name no longer live there.
    """
    bench = _Bench(known, day, complete=complete)
    for place in places:
        bench.place(place)
    named: dict[str, set[str]] = defaultdict(set)
    for home in homes:
        bench.home(home)
        named[home.stairwell_id].add(home.code)
    if complete:
        bench.unlist(named)
    bench.changes.tallies = {
        what: Tally(*(bench.counts[what, how] for how in ("added", "changed", "unchanged")))
        for what in ("places", "households", "members", "needs")
    }
    return bench.changes


class _Bench:
    """Judges one thing after the other."""

    def __init__(self, known: Known, day: date, *, complete: bool) -> None:
        self.changes = Changes()
        self.counts: Counter[tuple[str, str]] = Counter()
        self._known, self._day, self._complete = known, day, complete

    def place(self, said: PlaceSaid) -> None:
        before = self._known.place_records.get(said.place_id)
        now = replace(before or PlaceRecord(), **said.values)
        if self._counted("places", before, now):
            self.changes.places.append((said.place_id, now))

    def home(self, said: HomeSaid) -> None:
        household = self._known.households.get(said.code)
        if household is None and said.code in self._known.taken_elsewhere:
            self._fault("household.taken", said.spot, "", said.code,
                        "give the two districts codes of their own")  # fmt: skip
            return
        id_ = household.id if household else household_id(self._known.district_id, said.code)
        members = list(self._members(id_, said))
        before = self._known.records.get(id_)
        record = self._record(said, before, household, id_, members)
        if record is None:
            return
        if household is None:
            household = Household(
                id=id_, district_id=self._known.district_id, stairwell_id=said.stairwell_id,
                code=said.code, room=said.room, persons=record.persons, need_tier=2,
            )  # fmt: skip
            self.changes.households.append(household)
        if self._counted("households", before, record):
            self.changes.records.append((id_, record))
        for old, now in members:
            if self._counted("members", old, now):
                self.changes.members.append((id_, now))
        needs = self._needs(id_, said)
        self._tier(household, record.persons, needs)

    def unlist(self, named: Mapping[str, Collection[str]]) -> None:
        """Say of the doors that complete stairwells do not name that nobody is listed there."""
        for code, household in self._known.households.items():
            if code in named.get(household.stairwell_id, (code,)):
                continue
            before = self._known.records.get(household.id)
            if before is not None and before.standing is not Standing.HERE:
                continue
            record = replace(
                before or HouseholdRecord(persons=household.persons), standing=Standing.UNLISTED
            )
            self.changes.records.append((household.id, record))
            self.changes.unlisted += 1
            needs = self._known.needs.get(household.id, {})
            self._tier(household, record.persons, needs.values())  # the rule's tier was a guess

    def _record(
        self,
        said: HomeSaid,
        before: HouseholdRecord | None,
        household: Household | None,
        id_: str,
        members: list[tuple[MemberRecord | None, MemberRecord]],
    ) -> HouseholdRecord | None:
        values = dict(said.values)
        if "persons" not in values:
            here = {no: m for no, m in self._known.members.get(id_, {}).items() if m.here}
            here |= {now.no: now for _, now in members}
            if count := sum(member.here for member in here.values()):
                values["persons"] = count
        if before is not None:
            return overlaid(before, values)
        if "persons" not in values:
            if values.get("kind") == HouseholdKind.COLLECTIVE:
                self._fault("registry.persons-missing", said.spot, "人数 persons", "",
                            "say how many persons live there")  # fmt: skip
                return None
            self.changes.persons_unsaid += 1
            values["persons"] = household.persons if household else self._known.persons_default
        return HouseholdRecord(**values)

    def _members(
        self, id_: str, said: HomeSaid
    ) -> Iterator[tuple[MemberRecord | None, MemberRecord]]:
        known = self._known.members.get(id_, {})
        for no, values in sorted(said.members.items()):
            before = known.get(no)
            yield before, replace(before or MemberRecord(no=no), **values)
        if self._complete and said.members:
            for no, before in known.items():
                if no not in said.members:
                    yield before, replace(before, here=False)

    def _needs(self, id_: str, said: HomeSaid) -> tuple[NeedRecord, ...]:
        stand = dict(self._known.needs.get(id_, {}))
        for key, values in said.needs.items():
            before, spot = stand.get(key), said.need_spots[key]
            consented = values.get("consent_on") and values.get("consent_by")
            if before is None and values.get("withdrawn_on"):
                self._fault("need.never-consented", spot, "撤回日期 withdrawn on", "",
                            "leave the row out: nothing is kept")  # fmt: skip
                continue
            if before is None and not consented:
                self._fault("need.consent-missing", spot, _CONSENT, "",
                            "say when consent was given and who wrote it down")  # fmt: skip
                continue
            if before is None:
                now = NeedRecord(member_no=key[0], need=key[1], **values)
            else:
                now = need_overlaid(before, values)
            if now.withdrawn_on and now.withdrawn_on < now.consent_on:
                self._fault("registry.ends-early", spot, "撤回日期 withdrawn on",
                            str(now.withdrawn_on), f"not before {now.consent_on}")  # fmt: skip
                continue
            if now.since and now.until and now.until < now.since:
                self._fault("registry.ends-early", spot, "截止日 until",
                            str(now.until), f"not before {now.since}")  # fmt: skip
                continue
            if self._counted("needs", before, now):
                self.changes.needs.append((id_, now))
            stand[key] = now
        return tuple(stand.values())

    def _tier(self, household: Household, persons: int, needs: Iterable[NeedRecord]) -> None:
        known, today = self._known.steps.get(household.id, ()), self._day
        wanted = tier_steps(needs, self._known.table, today)
        tier = tier_on(wanted, today)
        said = wanted != steps_from(known, today)
        if said:
            self.changes.tiers += [(household.id, since, step) for since, step in wanted]
        self.changes.retiered += said or tier != household.need_tier
        if (persons, tier) != (household.persons, household.need_tier):
            self.changes.current[household.id] = persons, tier

    def _counted(self, what: str, before: object, now: object) -> bool:
        how = "added" if before is None else "unchanged" if before == now else "changed"
        self.counts[what, how] += 1
        return how != "unchanged"

    def _fault(self, code: str, spot: Spot, column: str, value: str, mend: str) -> None:
        self.changes.faults.append(
            Fault(
                code=code,
                sheet=spot.sheet,
                row=spot.row,
                file=spot.file,
                column=column,
                value=value,
                mend=mend,
            )
        )
