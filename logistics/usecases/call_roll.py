"""Name the households that have sent nothing yet, for their leaders to ask (点名,一户不漏)."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from logistics.domain.needs import NeedRecord
from logistics.domain.places import Household, Place
from logistics.domain.registry import HouseholdKind, HouseholdRecord, PlaceRecord
from logistics.domain.roll_call import Answer, Caller, Mark, RollCall, in_order
from logistics.domain.runs import Run
from logistics.store import places, registry, registry_calls, runs


def call_roll(
    session: Session, run: str, *, place: str = "", kind: str = "", needs: bool = True
) -> RollCall:
    """Say who of a run's area has sent no list, has not declined, and is there to be supplied.

    Pure reading.

    Parameters
    ----------
    place, kind
        Only within this compound, building or stairwell; without them the whole area.
    needs
        Whether the asker may learn that a household has needs; otherwise nobody goes first.

    Raises
    ------
    RunUnknown
        If there is no such run.
    PlaceUnknown
        If the district has no such place.
    """
    found = runs.get(session, run)
    area = {one.id: one for one in places.places(session, found.district_id)}
    within = places.named(session, found.district_id, place, kind or None) if place else None
    homes = [
        home
        for home in places.households(session, found.district_id)
        if within is None or within.id in _line(area, home.stairwell_id)
    ]
    records = registry.records(session, found.district_id)
    marks = registry_calls.marks(session, found.id)
    sent = registry_calls.sent(session, found.id)
    out = registry.out_of_scope(session, found.district_id) - sent
    declined = {id_ for id_, said in marks.items() if said[-1].answer is Answer.DECLINED} - sent
    left = [home for home in homes if home.id not in sent | out | declined]
    guide = _Guide(session, found, area, records, needs=needs)
    rows = in_order(guide.caller(home, marks.get(home.id, ())) for home in left)
    return RollCall(
        run=found.code,
        place=within.code if within else "",
        households=len(homes),
        sent=sum(home.id in sent for home in homes),
        declined=sum(home.id in declined - out for home in homes),
        out_of_scope=sum(home.id in out for home in homes),
        asked=sum(bool(row.asked) for row in rows),
        rows=rows,
    )


class _Guide:
    """Knows of each door where it is, who leads there, and how its last list came."""

    def __init__(
        self,
        session: Session,
        run: Run,
        area: Mapping[str, Place],
        records: Mapping[str, HouseholdRecord],
        *,
        needs: bool,
    ) -> None:
        self._area, self._records = area, records
        self._leaders = registry.place_records(session, run.district_id)
        self._channels = registry_calls.last_channels(session, run.district_id, except_run=run.id)
        known = registry.needs(session, run.district_id) if needs else {}
        self._first = {id_ for id_, said in known.items() if _any_on(said.values(), run.day)}

    def caller(self, home: Household, marks: tuple[Mark, ...]) -> Caller:
        line = _line(self._area, home.stairwell_id)
        codes = {self._area[id_].kind: self._area[id_].code for id_ in line}
        record = self._records.get(home.id)
        asked = [mark for mark in marks if mark.answer is Answer.ASKED]
        return Caller(
            code=home.code,
            compound=codes.get("compound", ""),
            building=codes.get("building", ""),
            stairwell=codes.get("stairwell", ""),
            room=home.room,
            floor=record.floor if record else None,
            leader=_leader(line, self._leaders),
            kind=record.kind if record else HouseholdKind.FLAT,
            persons=home.persons,
            first=home.id in self._first,
            submitter=record.submitter if record else "",
            last_channel=self._channels.get(home.id, ""),
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
