"""Lay a courier's trips on the map once, and keep that for the next question (骑手路线)."""

import logging
from functools import lru_cache
from threading import Lock

from geodata.district import District
from logistics.domain.sheets import SheetBook
from logistics.exchange.courier_maps import CourierMap, draw_courier_map
from logistics.exchange.map_folders import written
from logistics.usecases.read_map import MapUnreadable, read_map

log = logging.getLogger(__name__)

_TURN = Lock()  # who asks for the same meanwhile waits for that drawing


def lay_courier_ways(book: SheetBook) -> CourierMap | None:
    """Give hints, gates and a map for a courier's trips; None where the map cannot be read.

    Touches no database. A book that says the same is drawn once.
    """
    with _TURN:
        try:
            return _laid(book)
        except MapUnreadable as fault:
            log.warning("no map for the couriers: %s", fault.code)
            return None


@lru_cache(maxsize=400)  # a courier's shift has about 60 kB of it
def _laid(book: SheetBook) -> CourierMap:
    folder = book.district_folder
    return draw_courier_map(book, _ground(folder, written(folder)))


@lru_cache(maxsize=2)  # reading takes a second, and few services have a third district
def _ground(folder: str, _changed: int) -> District:
    return read_map(folder)
