"""Who may do what: one table, from which every check is made."""

from enum import StrEnum


class Role(StrEnum):
    """A kind of token."""

    PLANNER = "planner"  # the supply group: walks the run through its states
    CLERK = "clerk"  # the hotline: lists for anyone, and the triage queue
    AUDITOR = "auditor"  # reads everything, changes nothing
    ADMINISTRATOR = "administrator"
    COURIER = "courier"
    HOUSEHOLD = "household"
    PACKER = "packer"  # the point team: what goes into which bag, and what was done with it


class Action(StrEnum):
    """Something that an endpoint does."""

    LIST_TAKE = "list.take"
    LIST_READ = "list.read"
    LIST_CHANGE = "list.change"
    LIST_PAGE = "list.page"
    TRIAGE_READ = "triage.read"
    TRIAGE_SETTLE = "triage.settle"
    RUN_READ = "run.read"
    RUN_STEP = "run.step"
    SHEET_READ = "sheet.read"
    SHEETS_READ = "sheets.read"
    API_READ = "api.read"
    EVENT_RECORD = "event.record"  # what happened to bags on their way
    TRACE_READ = "trace.read"
    ERRAND_TAKE = "errand.take"
    ERRAND_READ = "errand.read"
    ERRAND_PAGE = "errand.page"
    ERRAND_MOVE = "errand.move"
    ROLL_CALL_READ = "roll-call.read"
    ROLL_CALL_MARK = "roll-call.mark"
    HOUSEHOLD_READ = "household.read"
    NEED_SUPPLY = "need.supply"  # what is bought and packed otherwise: infants, diets
    NEED_CARE = "need.care"  # who is looked after: the old, the pregnant, those who live alone
    NEED_HEALTH = "need.health"  # the ill, and those in home quarantine
    NEED_WITHDRAW = "need.withdraw"  # take back the consent to keep a need
    NEED_AUDIT = "need.audit"  # all needs, but not whose they are
    PACKING_READ = "packing.read"  # bags and their goods: no household, no room
    PACKING_CONFIRM = "packing.confirm"
    RECEIPT_READ = "receipt.read"  # what households owe, by their code
    MONEY_READ = "money.read"  # the books of a run; without names for those who only check


class Reach(StrEnum):
    """How far a permission goes."""

    ALL = "all"
    OWN = "own"  # only what belongs to the token's own household or courier


_READ = {
    Action.LIST_READ: Reach.ALL,
    Action.LIST_PAGE: Reach.ALL,
    Action.TRIAGE_READ: Reach.ALL,
    Action.RUN_READ: Reach.ALL,
    Action.SHEET_READ: Reach.ALL,
    Action.SHEETS_READ: Reach.ALL,
    Action.API_READ: Reach.ALL,
}
_DESK = {
    Action.LIST_TAKE: Reach.ALL,
    Action.LIST_CHANGE: Reach.ALL,
    Action.TRIAGE_SETTLE: Reach.ALL,
    Action.ERRAND_TAKE: Reach.ALL,
    Action.ERRAND_READ: Reach.ALL,
    Action.ERRAND_PAGE: Reach.ALL,
    Action.ERRAND_MOVE: Reach.ALL,
    Action.EVENT_RECORD: Reach.ALL,
}
_PACKING = {Action.PACKING_READ: Reach.ALL, Action.PACKING_CONFIRM: Reach.ALL}
_ROLL_CALL = {Action.ROLL_CALL_READ: Reach.ALL, Action.ROLL_CALL_MARK: Reach.ALL}

_MONEY = {Action.RECEIPT_READ: Reach.ALL, Action.MONEY_READ: Reach.ALL}

PERMISSIONS: dict[Role, dict[Action, Reach]] = {
    Role.PLANNER: {
        **_READ,
        **_DESK,
        **_ROLL_CALL,
        **_PACKING,
        **_MONEY,
        Action.RUN_STEP: Reach.ALL,
        Action.TRACE_READ: Reach.ALL,
        Action.HOUSEHOLD_READ: Reach.ALL,
        Action.NEED_SUPPLY: Reach.ALL,
    },
    Role.CLERK: {
        **_DESK,
        **_ROLL_CALL,
        Action.HOUSEHOLD_READ: Reach.ALL,
        Action.NEED_SUPPLY: Reach.ALL,
        Action.NEED_CARE: Reach.ALL,
        Action.NEED_HEALTH: Reach.ALL,
        Action.NEED_WITHDRAW: Reach.ALL,
        Action.RECEIPT_READ: Reach.ALL,
        Action.LIST_READ: Reach.ALL,
        Action.LIST_PAGE: Reach.ALL,
        Action.TRIAGE_READ: Reach.ALL,
        Action.RUN_READ: Reach.ALL,
        Action.API_READ: Reach.ALL,
    },
    Role.AUDITOR: {
        **_READ,
        Action.TRACE_READ: Reach.ALL,
        Action.ROLL_CALL_READ: Reach.ALL,
        Action.NEED_AUDIT: Reach.ALL,
        Action.PACKING_READ: Reach.ALL,
        Action.MONEY_READ: Reach.ALL,
    },
    Role.ADMINISTRATOR: {
        **_READ,
        **_DESK,
        **_ROLL_CALL,
        **_PACKING,
        **_MONEY,
        Action.RUN_STEP: Reach.ALL,
        Action.TRACE_READ: Reach.ALL,
    },
    Role.COURIER: {
        Action.SHEET_READ: Reach.OWN,
        Action.EVENT_RECORD: Reach.OWN,
        Action.API_READ: Reach.ALL,
    },
    Role.HOUSEHOLD: {
        Action.EVENT_RECORD: Reach.OWN,
        Action.RECEIPT_READ: Reach.OWN,
        Action.ERRAND_TAKE: Reach.OWN,
        Action.ERRAND_READ: Reach.OWN,
        Action.LIST_TAKE: Reach.OWN,
        Action.LIST_READ: Reach.OWN,
        Action.LIST_CHANGE: Reach.OWN,
        Action.API_READ: Reach.ALL,
        Action.HOUSEHOLD_READ: Reach.OWN,
        Action.NEED_SUPPLY: Reach.OWN,
        Action.NEED_CARE: Reach.OWN,
        Action.NEED_HEALTH: Reach.OWN,
        Action.NEED_WITHDRAW: Reach.OWN,
    },
    Role.PACKER: {**_PACKING, Action.API_READ: Reach.ALL},
}


def reach(role: Role, action: Action) -> Reach | None:
    """Say how far a role may do something; None where it may not at all."""
    return PERMISSIONS[role].get(action)
