"""Which pages somebody has, by what they may do."""

from typing import Final

from api.access.principal import Principal
from api.roles import Action

HOMES: Final = {
    Action.DESK_PAGE: ("desk", "/desk"),
    Action.HOTLINE_PAGE: ("hotline", "/hotline"),
    Action.POINT_PAGE: ("point", "/point"),
    Action.COURIER_PAGE: ("courier", "/courier"),
    Action.LEADER_PAGE: ("leader", "/leader"),
    Action.STEWARD_PAGE: ("steward", "/steward"),
    Action.HOUSEHOLD_PAGE: ("household", "/my"),
}
"""Name and address of each page, by the action that opens it."""


def homes_of(who: Principal | None) -> list[tuple[str, str]]:
    """List the pages that somebody may open, the first is where they arrive."""
    if who is None:
        return []
    return [home for action, home in HOMES.items() if who.reach(action) is not None]


def first_home(who: Principal) -> str:
    """Return the address of the page where somebody arrives."""
    found = homes_of(who)
    return found[0][1] if found else "/account"
