"""Name the households that have sent nothing yet, for their leaders to ask (点名,一户不漏)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from logistics.domain.needs import NeedRecord
from logistics.domain.places import Place
from logistics.domain.registry import HouseholdKind, HouseholdRecord, PlaceRecord, Standing
from logistics.domain.roll_call import Answer, Caller, Door, Mark, RollCall, in_order
from logistics.domain.runs import Run
from logistics.store import places, registry, registry_calls, runs
from logistics.store.places import Doorway


def call_roll(
    session: Session,
    run: str,
    *,
    place: str = "",
    kind: str = "",
    needs: bool = True,
    cut: Callable[[Sequence[Door]], Sequence[Door]] | None = None,
) -> RollCall:
    """Say who of a run's area has sent no list, has not declined, and is there to be supplied.

    Pure reading.

    Parameters
    ----------
    place, kind
        Only within this compound, building or stairwell; without them the whole area.
    needs
        Whether the asker may learn that a household has needs; otherwise nobody goes first.
    cut
        Chooses, in the order of asking, whom to tell in full; without it everybody. The counts
        are of all in any case.

    Raises
    ------
    RunUnknown
        If there is no such run.
    PlaceUnknown
        If the district has no such place.
    """
    found = runs.get(session, run)
    area = {one.id: one for one in places.places(session, found.district_id)}
    lines = {id_: _line(area, id_) for id_ in area}
    within = places.named(session, found.district_id, place, kind or None) if place else None
    inside = None if within is None else [id_ for id_ in lines if within.id in lines[id_]]
    homes = places.doors(session, found.district_id, inside)
    records = registry.records(session, found.district_id)
    marks = registry_calls.marks(session, found.id)
    sent = registry_calls.sent(session, found.id)
    away = {id_ for id_, said in records.items() if said.standing is not Standing.HERE}
    out = away - sent
    declined = {id_ for id_, said in marks.items() if said[-1].answer is Answer.DECLINED} - sent
    silent = sent | out | declined
    guide = _Guide(session, found, area, lines, records, needs=needs)
    left = in_order(guide.door(home) for home in homes if home.id not in silent)
    rows = guide.callers(left if cut is None else cut(left), marks)
    asked = {id_ for id_, said in marks.items() if any(m.answer is Answer.ASKED for m in said)}
    return RollCall(
        run=found.code,
        place=within.code if within else "",
        households=len(homes),
        sent=sum(home.id in sent for home in homes),
        declined=sum(home.id in declined - out for home in homes) if declined else 0,
        out_of_scope=sum(home.id in out for home in homes),
        asked=sum(door.household_id in asked for door in left),
        rows=rows,
    )


class _Guide:
    """Knows of each door where it is, who leads there, and how its last list came."""

    def __init__(
        self,
        session: Session,
        run: Run,
        area: Mapping[str, Place],
        lines: Mapping[str, tuple[str, ...]],
        records: Mapping[str, HouseholdRecord],
        *,
        needs: bool,
    ) -> None:
        self._session, self._run, self._records = session, run, records
        leaders = registry.place_records(session, run.district_id)
        known = registry.needs(session, run.district_id) if needs else {}
        self._first = {id_ for id_, said in known.items() if _any_on(said.values(), run.day)}
        self._codes = {
            id_: {area[one].kind: area[one].code for one in line} for id_, line in lines.items()
        }
        self._leaders = {id_: _leader(line, leaders) for id_, line in lines.items()}
        self._homes: dict[str, Doorway] = {}

    def door(self, home: Doorway) -> Door:
        codes = self._codes.get(home.stairwell_id, {})
        record = self._records.get(home.id)
        self._homes[home.id] = home
        return Door(
            household_id=home.id,
            code=home.code,
            building=codes.get("building", ""),
            stairwell=codes.get("stairwell", ""),
            room=home.room,
            floor=record.floor if record else None,
            leader=self._leaders.get(home.stairwell_id, ""),
            first=home.id in self._first,
        )

    def callers(
        self, doors: Sequence[Door], marks: Mapping[str, tuple[Mark, ...]]
    ) -> tuple[Caller, ...]:
        channels = registry_calls.last_channels(
            self._session, self._run.district_id, except_run=self._run.id
        )
        return tuple(
            self._caller(door, marks.get(door.household_id, ()), channels) for door in doors
        )

    def _caller(self, door: Door, marks: tuple[Mark, ...], channels: Mapping[str, str]) -> Caller:
        home = self._homes[door.household_id]
        record = self._records.get(home.id)
        asked = [mark for mark in marks if mark.answer is Answer.ASKED]
        return Caller(
            code=door.code,
            compound=self._codes.get(home.stairwell_id, {}).get("compound", ""),
            building=door.building,
            stairwell=door.stairwell,
            room=door.room,
            floor=door.floor,
            leader=door.leader,
            kind=record.kind if record else HouseholdKind.FLAT,
            persons=home.persons,
            first=door.first,
            submitter=record.submitter if record else "",
            last_channel=channels.get(home.id, ""),
            asked=len(asked),
            last_mark=asked[-1] if asked else None,
        )


def _line(area: Mapping[str, Place], place_id: str) -> tuple[str, ...]:
    """List a place and all it lies in, from the inside out."""
    found: list[str] = []
    at: str | None = place_id
    while at is not None and at in area and at not in found:
        found.append(at)
        at = area[at].parent_id
    return tuple(found)


def _leader(line: Iterable[str], said: Mapping[str, PlaceRecord]) -> str:
    return next((said[id_].leader for id_ in line if id_ in said and said[id_].leader), "")


def _any_on(needs: Iterable[NeedRecord], day: date) -> bool:
    return any(need.on(day) for need in needs)
