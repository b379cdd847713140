"""Send what waits in the outbox, in the background of the service."""

import asyncio
import logging
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.webhooks.messages import message_of
from api.webhooks.sending import Outcome, send
from logistics.errors import Unavailable
from logistics.store import outbox
from logistics.store.outbox import Due
from logistics.store.session import Database

log = logging.getLogger(__name__)

IDLE_S: Final = 1.0
"""How long the outbox is left alone when nothing waits in it."""

_AWAY_S: Final = 15.0
_AT_ONCE: Final = 4
_MOST: Final = 16
_PURGE_EVERY_S: Final = 24 * 3600

Clock = Callable[[], datetime]


def clock() -> datetime:
    """Return the instant of a try: the only clock of sending."""
    return datetime.now(UTC)


class Dispatcher:
    """Sends messages whose time has come, a few at once, each once."""

    def __init__(
        self, database: Database, *, allowed: Collection[str] = (), clock: Clock = clock
    ) -> None:
        self._database, self._allowed, self._clock = database, allowed, clock
        self._purged: datetime | None = None
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Send until :meth:`stop` is called; what is on its way then is still written down."""
        while not self._stopping.is_set():
            wait = 0.0
            try:
                if not await run_in_threadpool(self.send_due):
                    wait = IDLE_S
            except Unavailable as refusal:
                log.warning("webhooks wait: %s", refusal.code)
                wait = _AWAY_S
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)

    def stop(self) -> None:
        """Send nothing more after what is on its way."""
        self._stopping.set()

    def send_due(self) -> int:
        """Send one batch of what is due; return how many messages were tried."""
        at = self._clock()
        self._purge_daily(at)
        with self._database.read() as session:
            if not outbox.is_due(session, at):
                return 0
        taken = self._database.run(lambda session: outbox.claim(session, at, _MOST))
        if taken:
            with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="webhook") as workers:
                list(workers.map(self.send_one, taken))
        return len(taken)

    def send_one(self, due: Due) -> Outcome:
        """Try one message and write what came of it."""
        at = self._clock()
        outcome = send(
            message_of(due.webhook, due.delivery, at), due.webhook.form, allowed=self._allowed
        )
        ended = self._clock()

        def settle(session: Session) -> None:
            if outcome.status is not None and not outcome.why:
                outbox.settle_sent(session, due, outcome.status, at=ended)
                return
            outbox.settle_failed(
                session,
                due,
                outcome.why,
                status=outcome.status,
                gone=outcome.gone,
                after_s=outcome.after_s,
                at=ended,
            )

        self._database.run(settle)
        log.info(
            "webhook %s, message %s, try %d: %s",
            due.webhook.id,
            due.delivery.message_id,
            due.delivery.attempts,
            outcome.why or outcome.status,
        )
        return outcome

    def _purge_daily(self, at: datetime) -> None:
        if self._purged is None or (at - self._purged).total_seconds() > _PURGE_EVERY_S:
            self._database.run(lambda session: outbox.purge(session, at))
            self._purged = at
