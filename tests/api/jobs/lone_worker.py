"""A process that works on the jobs of a database until it is killed."""

import sys
import threading
from datetime import UTC, datetime

from api.jobs.watching import Terms
from api.jobs.workers import Workers
from logistics.store.session import open_database

if __name__ == "__main__":
    Workers(
        database=open_database(sys.argv[1]),
        now=lambda: datetime.now(UTC),
        terms=Terms(look_s=0.05),
    ).start()
    threading.Event().wait()
