"""Why a job is left out: one code of a closed list, its facts, and what would help.

A reason is *proven* where no eligible courier could serve the job even alone on an empty day;
otherwise it names the resource that is short in this plan. Every relaxation that is named was
solved again and serves the job. ``docs/why-not.md`` lists codes, facts and relaxations.
"""

import time
from collections import defaultdict
from dataclasses import replace
from itertools import chain, zip_longest

from solver.engines.instance import Task
from solver.engines.solution import Solution
from solver.plan import Relaxation, Unassigned
from solver.problem import Job
from solver.reasons.bottleneck import Bottlenecks
from solver.reasons.causes import cause_of
from solver.reasons.empty_day import alike
from solver.reasons.mends import KINDS_FOR, Mends
from solver.reasons.proof import Cause, Proofs
from solver.reasons.room import Room, Work
from solver.reasons.verify import entries

CODES = tuple(KINDS_FOR)
"""Every code that :func:`explain` gives: the proven ones first."""

TIMINGS_IN_ALL = 15_000
"""Trips timed while looking for what would help, whatever the clock says: about two seconds."""


def explain(solution: Solution, *, seconds: float) -> tuple[Unassigned, ...]:
    """Give a reason for everything that is left; what would help is looked for in ``seconds``.

    The reasons themselves take about a millisecond each and do not depend on the clock.
    """
    until = time.monotonic() + seconds
    left = [t for t in solution.instance.tasks if solution.left[t.index]]
    if not left:
        return ()
    proofs = Proofs(solution.instance)
    bottlenecks = Bottlenecks(solution, proofs.groups)
    causes = {t.index: cause_of(solution, t, proofs, bottlenecks) for t in left}
    mends = Mends(bottlenecks, Work(TIMINGS_IN_ALL, until))
    helps: dict[object, tuple[Relaxation, ...]] = {}
    turns = _in_turn(left, causes)
    # Two changes at once are looked for when single ones have been looked for everywhere.
    for find in (mends.find, mends.pairs):
        asked: set[object] = set()
        for task in turns:
            if mends.over:
                break
            same = _likeness(solution, task)
            if same not in asked and not helps.get(same):
                asked.add(same)
                helps[same] = find(task, causes[task.index])
    found: list[Unassigned] = []
    for task in left:
        # What is alike is asked only where something was found: there may be ten thousand.
        known = helps.get(_likeness(solution, task), ()) if helps else ()
        cause, own = causes[task.index], _own(known, task)
        if cause.code != "fits-now" and any(r.code == "longer-search" for r in own):
            cause = _found_room(cause)
        found += entries(solution, task, cause, own)
    return tuple(found)


def take_in(solution: Solution, *, seconds: float) -> int:
    """Put what is left into the plan where there is room for it; give how many tasks gained.

    For an engine that stopped early: nothing is taken out, and what has a prize is left to it.
    """
    work = Work(TIMINGS_IN_ALL, time.monotonic() + seconds)
    bottlenecks = Bottlenecks(solution, alike(solution.instance))
    gained = 0
    for task in sorted(solution.instance.tasks, key=lambda t: (-t.priority, t.index)):
        if work.over:
            break
        if not solution.left[task.index] or not task.eligible or task.prize is not None:
            continue
        couriers = [s.vehicle for s in bottlenecks.spare(task)]
        gained += Room(solution, work).serve(task, couriers, partly=True) is not None
    return gained


def _found_room(cause: Cause) -> Cause:
    """Correct a reason: a closer look found room in the plan as it is."""
    facts = {key: fact for key, fact in cause.facts.items() if key in ("couriers", "bags")}
    return Cause("fits-now", facts, proven=False)


def _in_turn(left: list[Task], causes: dict[int, Cause]) -> list[Task]:
    """Take one task of each cause after another, so that time does not go to one cause."""
    by_code: dict[str, list[Task]] = defaultdict(list)
    for task in sorted(left, key=lambda t: (-t.priority, t.index)):
        by_code[causes[task.index].code].append(task)
    rounds = chain.from_iterable(zip_longest(*by_code.values()))
    return [task for task in rounds if task is not None]


def _likeness(solution: Solution, task: Task) -> object:
    """Give what is the same for tasks that one relaxation helps alike."""
    amounts = tuple(sorted(task.parts[p] for p in solution.left[task.index]))
    source = task.source
    if isinstance(source, Job):
        plain = replace(source, id=0, description="", priority=0, parts=(), delivery=())
        return plain, amounts
    return task.index


def _own(helps: tuple[Relaxation, ...], task: Task) -> tuple[Relaxation, ...]:
    """Let relaxations found for a task that is alike speak of this one."""
    if not isinstance(task.source, Job):
        return helps
    own = task.source.id
    found = []
    for relaxation in helps:
        facts = dict(relaxation.facts)
        for prefix in ("", "first_", "second_"):
            if facts.get(f"{prefix}stop") == "job":
                facts[f"{prefix}id"] = own
        found.append(replace(relaxation, facts=facts))
    return tuple(found)
