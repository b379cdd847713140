"""What fewer faces would cost a run that has its plan."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from logistics.store import plans
from logistics.store.plans import PlanUnknown
from logistics.usecases.plan_run import plan_run
from logistics.usecases.weigh_plans import weigh_plans
from solver.check import check
from solver.formats.native import read_problem
from solver.formats.plan_json import read_plan

AT = datetime(2026, 4, 13, 7, tzinfo=UTC)


def test_the_choices_go_from_least_travel_to_fewest_faces_and_store_nothing(
    sqlite_database, packed_run
):
    run = packed_run(sqlite_database, bags=20)
    plan_run(sqlite_database, run.id, time_limit_s=0.6, actor="test", at=AT)
    with sqlite_database.read() as session:
        before = plans.current(session, run.id)
        problem, plan = (read(file) for read, file in zip(
            (read_problem, read_plan), plans.files_of(session, before.id), strict=True
        ))  # fmt: skip
    weighed = weigh_plans(sqlite_database, run.code, step_limit=30, points=3, seed=1)
    rows = weighed.choices.rows
    assert rows[0].price_s is None
    assert all(near.further_faces > far.further_faces for near, far in pairwise(rows))
    assert rows[-1].faces <= plan.summary.faces
    assert sum(row.current for row in rows) <= 1
    for point in weighed.file["points"]:
        assert check(problem, read_plan(point["plan"])) == ()
    assert set(weighed.choices.charts) == {"zh", "en"}
    with sqlite_database.read() as session:
        assert plans.current(session, run.id) == before


def test_a_run_without_a_plan_is_refused(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=5)
    with pytest.raises(PlanUnknown):
        weigh_plans(sqlite_database, run.id, step_limit=1)
