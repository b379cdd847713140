"""How fair sharings are, as their shares stand."""

from api.deps import Work
from logistics.domain.allocation_report import AllocationReport
from logistics.domain.runs import Run
from logistics.store import runs, tallies
from logistics.usecases.share_out import allocation_report, keep_tally


def fairness_of(work: Work, run_id: str) -> tuple[Run, AllocationReport]:
    """Report on a run's sharing; empty before it is shared."""
    run = keep_missing(work, run_id)
    return run, work.read(lambda session: allocation_report(session, run.id))


def keep_missing(work: Work, run_id: str) -> Run:
    """Count the shares of a run that was shared before tallies were kept: once, for seconds."""
    run = work.read(lambda session: runs.get(session, run_id))
    if work.read(lambda session: tallies.is_missing(session, run.id)):
        work(lambda session: keep_tally(session, run.id))
    return run
