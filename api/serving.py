"""The service in several processes: each builds its own application from the same settings."""

import json
import logging
import os
from dataclasses import asdict
from typing import Final

from fastapi import FastAPI

from api.app import create_app
from api.settings import Settings
from logistics.errors import Invalid

_VARIABLE: Final = "SUPPLYLOOP_SERVICE_SETTINGS"
FACTORY: Final = "api.serving:application"
LOG_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"


class OneProcessOnly(Invalid):
    """SQLite has its writers take turns within one process; several need PostgreSQL."""

    code = "service.one-process-only"


def hand_on(settings: Settings, processes: int) -> None:
    """Leave the settings where the processes of the service find them.

    Raises
    ------
    OneProcessOnly
        If there are to be several on SQLite.
    """
    if processes > 1 and not settings.database.startswith("postgresql"):
        raise OneProcessOnly(field="--processes", value=processes)
    os.environ[_VARIABLE] = json.dumps(asdict(settings))


def application() -> FastAPI:
    """Build the application of one process."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    said = json.loads(os.environ[_VARIABLE])
    hosts = tuple(said.pop("webhook_private_hosts"))
    return create_app(Settings(**said, webhook_private_hosts=hosts))
