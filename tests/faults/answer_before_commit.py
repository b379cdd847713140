"""The service with its promise broken on purpose: it answers first and commits a moment later.

Run by a test to see that the search for lost lists finds them; never part of the product.
"""

import sys
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Annotated, Any, TypeVar

import uvicorn
from fastapi import Depends
from sqlalchemy.orm import Session

from api import deps
from api.app import create_app
from api.settings import Settings
from logistics.store.session import Database

T = TypeVar("T")

COMMITS_AFTER_S = 0.2
"""How long after the answer the COMMIT comes: the window in which a kill loses the list."""


class EarlyWork(deps.Work):
    """A unit of work that hands over its value while the transaction is still open."""

    def __call__(self, fn: Callable[[Session], T]) -> T:
        said: SimpleQueue[Any] = SimpleQueue()

        def do() -> None:
            try:
                with self._database.transaction() as session:
                    said.put((fn(session), None))
                    time.sleep(COMMITS_AFTER_S)
            except Exception as refusal:  # noqa: BLE001  carried over to the one who asked
                said.put((None, refusal))

        threading.Thread(target=do, daemon=True).start()
        value, refusal = said.get()
        if refusal is not None:
            raise refusal
        return value


def early_work(database: Annotated[Database, Depends(deps.database)]) -> EarlyWork:
    return EarlyWork(database)


def main(port: int, database: str) -> None:
    app = create_app(Settings(database=database))
    app.dependency_overrides[deps.work] = early_work
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
