"""How fair sharings are, kept while nothing of them changes: at full size it takes seconds."""

from threading import Lock

from sqlalchemy.orm import Session

from api.deps import Work
from logistics.domain.allocation_report import AllocationReport
from logistics.domain.runs import Run
from logistics.store import runs, shares
from logistics.usecases.share_out import allocation_report

_KEPT = 16


class KeptFairness:
    """Reports by run; who asks meanwhile waits for the one that is being made."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[tuple[int, int], AllocationReport]] = {}
        self._turn = Lock()

    def of(self, work: Work, run_id: str) -> tuple[Run, AllocationReport]:
        """Return a run's report, as its shares and corrections stand."""
        run, stamp = work.read(lambda session: _stamp(session, run_id))
        with self._turn:
            known = self._made.get(run.id)
            if known is None or known[0] != stamp:
                report = work.read(lambda session: allocation_report(session, run.id))
                self._made.pop(run.id, None)
                while len(self._made) >= _KEPT:
                    del self._made[next(iter(self._made))]
                known = self._made[run.id] = (stamp, report)
        return run, known[1]

    def known(self, work: Work, run_id: str) -> AllocationReport | None:
        """Return a report that is there already; None where it would have to be made."""
        run, stamp = work.read(lambda session: _stamp(session, run_id))
        known = self._made.get(run.id)
        return known[1] if known is not None and known[0] == stamp else None


def _stamp(session: Session, run_id: str) -> tuple[Run, tuple[int, int]]:
    run = runs.get(session, run_id)
    return run, shares.stamp(session, run.id)
