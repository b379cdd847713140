"""Streams of events: in the standard's format, resumed after the last one heard, ended in time."""

import asyncio
import threading

import pytest

from api.jobs.pulse import Pulse
from api.jobs.streams import Pace, Stream, Told
from logistics.store import runs
from logistics.store.session import Database

QUICK = Pace(look_s=0.0, comment_s=3600.0, longest_s=3600.0)


class Script:
    """What happens, one part at each look, as a table of events would tell it."""

    def __init__(self, *parts: list[Told]) -> None:
        self.told = [one for part in parts for one in part]
        self.known = [sum(map(len, parts[: n + 1])) for n in range(len(parts))]
        self.looks = 0

    def look(self, heard: str | None) -> list[Told]:
        known = self.known[min(self.looks, len(self.known) - 1)]
        self.looks += 1
        return [one for one in self.told[:known] if int(one.id) > int(heard or 0)]


def event(number, kind="progress"):
    return Told(id=str(number), event=kind, data={"见": number})


def told_by(script, *, heard=None, pace=QUICK, looks=50):
    async def gone():
        return script.looks >= looks

    async def collect():
        stream = Stream(
            look=script.look,
            last=lambda one: one.event == "ended",
            gone=gone,
            heard=heard,
            pace=pace,
        )
        return [text async for text in stream.told()]

    return asyncio.run(collect())


def test_events_are_told_in_the_format_of_the_standard_until_the_last():
    script = Script([event(1)], [], [event(2), event(3, "ended")])
    assert told_by(script) == [
        "retry: 2000\n\n",
        'id: 1\nevent: progress\ndata: {"见":1}\n\n',
        'id: 2\nevent: progress\ndata: {"见":2}\n\n',
        'id: 3\nevent: ended\ndata: {"见":3}\n\n',
    ]
    assert script.looks == 3  # nobody is asked after the end


@pytest.mark.parametrize("heard", [0, 1, 2, 3])
def test_a_listener_who_was_cut_off_anywhere_hears_each_event_once(heard):
    parts = ([event(1)], [event(2)], [event(3)], [event(4, "ended")])
    before = [one.text for one in Script(*parts).told[:heard]]
    after = told_by(Script(*parts), heard=str(heard) if heard else None)[1:]
    assert before + after == [one.text for one in Script(*parts).told]


def test_a_listener_who_left_is_noticed_and_the_database_left_alone():
    script = Script([event(1)])
    told_by(script, looks=4)
    assert script.looks == 4


def test_a_silent_line_is_kept_open_by_comments_that_are_no_events():
    pace = Pace(look_s=0.0, comment_s=0.0, longest_s=3600.0)
    told = told_by(Script([event(1)], [], []), pace=pace, looks=5)
    assert ": still here\n\n" in told
    assert [one for one in told if one.startswith("id:")] == [event(1).text]


def test_a_stream_ends_after_its_longest_and_is_taken_up_where_it_was():
    pace = Pace(look_s=0.0, comment_s=3600.0, longest_s=0.0)
    script = Script([event(1)], [event(2, "ended")])
    assert told_by(script, pace=pace)[1:] == [event(1).text]
    assert told_by(script, heard="1", pace=pace)[1:] == [event(2, "ended").text]


class Counting(Database):
    """A database that counts the snapshots it gave."""

    reads = 0

    def read(self):
        self.reads += 1
        return super().read()


def test_many_desks_that_watch_one_run_ask_the_database_once(site):
    counting = Counting(site.database._engine)
    pulse = Pulse(counting, fresh_s=3600.0)
    start, got = threading.Barrier(8), []

    def watch():
        start.wait()
        got.append(pulse.of(site.run.id))

    threads = [threading.Thread(target=watch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counting.reads == 1
    assert {beat.id for beat in got} == {got[0].id}
    assert got[0].data == {
        "state": "packed",
        "lists": {},
        "triage": {},
        "orders": {},
        "bags": {"packed": 40},
        "jobs": {},
    }


def test_a_pulse_changes_with_what_is_counted(site):
    before = Pulse(site.database).of(site.run.id)
    assert Pulse(site.database).of(site.run.id).id == before.id
    site.ask()
    with site.database.read() as session:
        run = runs.get(session, site.run.code)
    after = Pulse(site.database).of(run.id)
    assert after.id != before.id
    assert after.data["jobs"] == {"queued": 1}
