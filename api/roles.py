"""Who may do what, and how far: one table, from which checks, documentation and tests are made."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is in the loop; a person may be several."""

    PLANNER = "planner"  # the supply group: walks the run through its states
    BUYER = "buyer"  # buys what was ordered, and says what came
    CLERK = "clerk"  # the hotline: lists for anyone, and the triage queue
    POINT_TEAM = "point-team"  # counts, packs and hands over at a service point
    COURIER = "courier"
    LEADER = "leader"  # of a building: hands out door by door
    STEWARD = "steward"  # looks after households, one to one
    HOUSEHOLD = "household"
    DUTY_OFFICER = "duty-officer"  # sees what goes on, at any hour
    AUDITOR = "auditor"  # reads everything, changes nothing
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """Something that an endpoint does: a resource, and what is done with it."""

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
    SELF_READ = "self.read"  # who one is, one's own sessions and password
    ACCOUNT_MANAGE = "account.manage"
    LINK_READ = "link.read"  # which links a district has, without their secrets
    LINK_MAKE = "link.make"  # give a household, courier or leader a link, or take it back
    EVENT_RECORD = "event.record"  # what happened to bags on their way
    TRIP_RECORD = "trip.record"  # that a trip left or came back, and what it met
    PROBLEM_READ = "problem.read"  # what couriers met at stops, and who is unwell
    TRACE_READ = "trace.read"
    ERRAND_TAKE = "errand.take"
    ERRAND_READ = "errand.read"
    ERRAND_PAGE = "errand.page"
    ERRAND_MOVE = "errand.move"
    ROLL_CALL_READ = "roll-call.read"
    ROLL_CALL_FILE = "roll-call.file"  # of a whole run, as a table
    ROLL_CALL_MARK = "roll-call.mark"
    HOUSEHOLD_READ = "household.read"
    HOUSEHOLD_FIND = "household.find"  # by an address as it is spoken
    NEED_SUPPLY = "need.supply"  # what is bought and packed otherwise: infants, diets
    NEED_CARE = "need.care"  # who is looked after: the old, the pregnant, those who live alone
    NEED_HEALTH = "need.health"  # the ill, and those in home quarantine
    NEED_WITHDRAW = "need.withdraw"  # take back the consent to keep a need
    NEED_AUDIT = "need.audit"  # all needs, but not whose they are
    PACKING_READ = "packing.read"  # bags and their goods: no household, no room
    PACKING_FILE = "packing.file"  # all bags of a run, as a table
    PACKING_CONFIRM = "packing.confirm"
    GOODS_RECEIVE = "goods.receive"  # say what came, and how it was
    RECEIPT_READ = "receipt.read"  # what households owe, by their code
    MONEY_READ = "money.read"  # the books of a run; without names for those who only check
    WEBHOOK_MANAGE = "webhook.manage"  # who is told what happens, and with which secret
    JOB_ASK = "job.ask"  # long work: plans, sharings, orders
    JOB_READ = "job.read"
    JOB_STOP = "job.stop"
    OPTIMISE = "optimise"  # solve a problem that somebody else states
    ANNOUNCEMENT_MAKE = "announcement.make"
    ANNOUNCEMENT_READ = "announcement.read"
    REPORT_MAKE = "report.make"  # say that goods are missing, damaged or wrong
    REPORT_READ = "report.read"
    REPORT_ANSWER = "report.answer"
    PHOTO_READ = "photo.read"
    PLAN_READ = "plan.read"
    PLAN_EDIT = "plan.edit"  # move stops, lock them, choose and release
    SHARE_READ = "share.read"  # what each household was given, and how fairly
    LOT_DECIDE = "lot.decide"  # hold, release, destroy
    HAND_OUT_READ = "hand-out.read"  # what arrives at a building, and for which doors
    DOOR_MARK = "door.mark"  # nobody answered, or a household did not want its bags
    POINT_READ = "point.read"  # what comes to a point, is packed there and leaves it
    STOCK_MOVE = "stock.move"  # goods from a point to another
    STEWARD_ASSIGN = "steward.assign"  # say who looks after a household
    STEWARD_READ = "steward.read"  # who looks after whom, and who has nobody
    CARE_READ = "care.read"  # calls, and whom to ask about medicine
    CARE_WRITE = "care.write"
    DESK_PAGE = "page.desk"
    HOTLINE_PAGE = "page.hotline"
    POINT_PAGE = "page.point"
    COURIER_PAGE = "page.courier"
    LEADER_PAGE = "page.leader"
    STEWARD_PAGE = "page.steward"
    HOUSEHOLD_PAGE = "page.household"


class Reach(StrEnum):
    """How far a permission goes; never beyond the district that somebody was given."""

    ALL = "all"
    PLACE = "place"  # what lies in the building, or belongs to the point, that one was given
    OWN = "own"  # one's own household, trips, or the households that one is steward of


Row = dict[Role, Reach]


def _row(everywhere: str, place: str = "", own: str = "") -> Row:
    """Say which roles may, by how far they may."""
    return (
        {Role(name): Reach.ALL for name in everywhere.split()}
        | {Role(name): Reach.PLACE for name in place.split()}
        | {Role(name): Reach.OWN for name in own.split()}
    )


_DESK: Final = "planner administrator"
_HOTLINE: Final = "planner clerk administrator"
_EVERYONE: Final = " ".join(Role)

TABLE: Final[dict[Action, Row]] = {
    Action.LIST_TAKE: _row(_HOTLINE, place="leader", own="household steward"),
    Action.LIST_READ: _row(f"{_HOTLINE} auditor", place="leader", own="household steward"),
    Action.LIST_CHANGE: _row(_HOTLINE, place="leader", own="household steward"),
    Action.LIST_PAGE: _row(f"{_HOTLINE} auditor"),
    Action.TRIAGE_READ: _row(f"{_HOTLINE} auditor"),
    Action.TRIAGE_SETTLE: _row(_HOTLINE),
    Action.RUN_READ: _row(
        f"{_HOTLINE} auditor buyer point-team leader steward duty-officer",
    ),
    Action.RUN_STEP: _row(_DESK),
    Action.SHEET_READ: _row(f"{_DESK} auditor", place="point-team", own="courier"),
    Action.SHEETS_READ: _row(f"{_DESK} auditor"),
    Action.API_READ: _row(_EVERYONE),
    Action.SELF_READ: _row(_EVERYONE),
    Action.ACCOUNT_MANAGE: _row("administrator"),
    Action.LINK_READ: _row(_HOTLINE),
    Action.LINK_MAKE: _row(f"{_HOTLINE}", place="leader"),
    Action.EVENT_RECORD: _row(_HOTLINE, place="leader point-team", own="household courier"),
    Action.TRIP_RECORD: _row(_HOTLINE, place="point-team", own="courier"),
    Action.PROBLEM_READ: _row(f"{_DESK} auditor duty-officer"),
    Action.TRACE_READ: _row(f"{_DESK} auditor duty-officer"),
    Action.ERRAND_TAKE: _row(_HOTLINE, place="leader", own="household steward"),
    Action.ERRAND_READ: _row(f"{_HOTLINE} duty-officer", place="leader", own="household steward"),
    Action.ERRAND_PAGE: _row(f"{_HOTLINE} duty-officer"),
    Action.ERRAND_MOVE: _row(_HOTLINE, own="steward"),
    Action.ROLL_CALL_READ: _row(f"{_HOTLINE} auditor duty-officer", place="leader"),
    Action.ROLL_CALL_FILE: _row(f"{_HOTLINE} auditor duty-officer"),
    Action.ROLL_CALL_MARK: _row(_HOTLINE, place="leader"),
    Action.HOUSEHOLD_READ: _row("planner clerk", place="leader", own="household steward"),
    Action.HOUSEHOLD_FIND: _row("planner clerk", place="leader"),
    Action.NEED_SUPPLY: _row("planner clerk", own="household steward"),
    Action.NEED_CARE: _row("clerk", place="leader", own="household steward"),
    Action.NEED_HEALTH: _row("clerk", own="household steward"),
    Action.NEED_WITHDRAW: _row("clerk", own="household"),
    Action.NEED_AUDIT: _row("auditor"),
    Action.PACKING_READ: _row(f"{_DESK} auditor", place="point-team"),
    Action.PACKING_FILE: _row(f"{_DESK} auditor"),
    Action.PACKING_CONFIRM: _row(_DESK, place="point-team"),
    Action.GOODS_RECEIVE: _row(f"{_DESK} buyer", place="point-team"),
    Action.RECEIPT_READ: _row(_HOTLINE, own="household"),
    Action.MONEY_READ: _row(f"{_DESK} auditor"),
    Action.WEBHOOK_MANAGE: _row("administrator"),
    Action.JOB_ASK: _row(_DESK),
    Action.JOB_READ: _row(f"{_DESK} auditor"),
    Action.JOB_STOP: _row(_DESK),
    Action.OPTIMISE: _row(_DESK),
    Action.ANNOUNCEMENT_MAKE: _row(_HOTLINE, place="leader"),
    Action.ANNOUNCEMENT_READ: _row(
        f"{_HOTLINE} auditor buyer duty-officer courier steward",
        place="leader point-team",
        own="household",
    ),
    Action.REPORT_MAKE: _row(_HOTLINE, place="leader", own="household"),
    Action.REPORT_READ: _row(
        f"{_HOTLINE} duty-officer", place="leader point-team", own="household"
    ),
    Action.REPORT_ANSWER: _row(_HOTLINE, place="leader"),
    Action.PHOTO_READ: _row(_HOTLINE, place="leader point-team", own="household"),
    Action.PLAN_READ: _row(f"{_DESK} auditor duty-officer"),
    Action.PLAN_EDIT: _row(_DESK),
    Action.SHARE_READ: _row(f"{_DESK} auditor"),
    Action.LOT_DECIDE: _row(f"{_DESK} buyer"),
    Action.HAND_OUT_READ: _row(f"{_HOTLINE} duty-officer", place="leader"),
    Action.DOOR_MARK: _row(_HOTLINE, place="leader"),
    Action.POINT_READ: _row(f"{_DESK} auditor duty-officer", place="point-team"),
    Action.STOCK_MOVE: _row(_DESK, place="point-team"),
    Action.STEWARD_ASSIGN: _row(_DESK),
    Action.STEWARD_READ: _row(f"{_HOTLINE} duty-officer"),
    Action.CARE_READ: _row("clerk", own="steward"),
    Action.CARE_WRITE: _row("clerk", own="steward"),
    Action.DESK_PAGE: _row(f"{_DESK} auditor buyer duty-officer"),
    Action.HOTLINE_PAGE: _row(_HOTLINE),
    Action.POINT_PAGE: _row(_DESK, place="point-team"),
    Action.COURIER_PAGE: _row("", own="courier"),
    Action.LEADER_PAGE: _row("", place="leader"),
    Action.STEWARD_PAGE: _row("", own="steward"),
    Action.HOUSEHOLD_PAGE: _row("", own="household"),
}
"""For each action, which roles may do it and how far; who is not named may not."""


def reach(role: Role, action: Action) -> Reach | None:
    """Say how far a role may do something; None where it may not at all."""
    return TABLE[action].get(role)
