"""A run's pulse: asked of the database once a second, however many desks watch."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from logistics.store import run_pulse
from logistics.store.session import Database

_KEPT: Final = 64


@dataclass(frozen=True, slots=True)
class Beat:
    """What is counted of a run at one moment; ``id`` is the same for the same counts."""

    id: str
    counts: Mapping[str, Mapping[str, int]]

    @property
    def data(self) -> dict[str, Any]:
        """The counts as they are sent."""
        (state,) = self.counts["run"]
        return {"state": state} | {w: c for w, c in self.counts.items() if w != "run"}


@dataclass
class Pulse:
    """The latest beats of the runs that are watched here."""

    database: Database
    fresh_s: float = 0.9  # a desk looks once a second
    _latest: dict[str, tuple[float, Beat]] = field(default_factory=dict)
    _turn: Lock = field(default_factory=Lock)

    def of(self, run_id: str) -> Beat:
        """Return what is counted of a run, at most about a second old."""
        with self._turn:  # who comes meanwhile waits for the same answer
            at, known = self._latest.get(run_id, (0.0, None))
            if known is not None and time.monotonic() - at < self.fresh_s:
                return known
            with self.database.read() as session:
                counts = run_pulse.of_run(session, run_id)
            text = json.dumps(counts, sort_keys=True)
            beat = Beat(hashlib.sha256(text.encode()).hexdigest()[:16], counts)
            self._latest.pop(run_id, None)
            while len(self._latest) >= _KEPT:
                del self._latest[next(iter(self._latest))]
            self._latest[run_id] = (time.monotonic(), beat)
            return beat
